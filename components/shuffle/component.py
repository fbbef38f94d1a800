"""The shuffle service as a component."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..base import constants as c
from ..base.immutable import unless_changed
from ..pods.parts import restricted_namespace
from . import access, configuration, pods
from .args import ShuffleServiceArguments
from .client import client_conf
from .inputs import MASTERS, WORKERS, ShuffleServiceInputs, ShuffleSettings

_RESTART_MINUTES = configuration.DRAIN_SECONDS // 60 + 5
"""Longest restart of one pod: graceful shutdown, then 5 minutes for image, disk and start."""


class ShuffleService(pulumi.ComponentResource):
    """Apache Celeborn in a namespace of its own: shuffle data outlives executors, so idle ones are given back.

    ```python
    from spark_on_ack import ShuffleService
    ShuffleService("shuffle", {"workers_replicas": 4})
    ```

    Masters form a Raft group on disks, workers keep shuffle data on disks; both have fixed ports and names that
    outlive their pods. A restart hands shuffles over, and a worker that is scaled in stays until its shuffles have
    been read. Masters are updated before workers, and a change of quotas restarts nothing. Jobs authenticate; one
    NetworkPolicy admits workspaces to the client ports only.

    Changes that would lose the data of a live service (number of masters, size and class of disks) are refused, with
    a way out. Unproven on Alibaba Cloud: whether ECI waits as long as `drain_hours` for a pod's hook, a read-only
    root file system, emptyDir in memory (TLS only), the parameters of the ESSD class.

    With `existing_endpoints` nothing is created: the outputs describe a service that already exists.
    """

    namespace: pulumi.Output[str]
    """Namespace of the service."""
    endpoints: pulumi.Output[list[str]]
    """Masters as host:port, for `spark.celeborn.master.endpoints`."""
    spark_conf: pulumi.Output[dict[str, str]]
    """What a job needs in its Spark configuration to use the service; holds no secret."""
    commands: pulumi.Output[dict[str, str]]
    """Commands that show the service: the leader, the workers, the quotas in force, the master's web page."""

    def __init__(self, name: str, args: ShuffleServiceArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:ShuffleService", name, None, opts)
        inputs = ShuffleServiceInputs.of(args, f"ShuffleService {name}")
        self._name, self._inputs = name, inputs
        self.master_endpoints = list(inputs.endpoints)
        self.client_conf = client_conf(inputs)
        if not inputs.existing_endpoints:
            self._create()
        self.namespace = pulumi.Output.from_input(inputs.namespace)
        self.endpoints = pulumi.Output.from_input(self.master_endpoints)
        self.spark_conf = pulumi.Output.from_input(self.client_conf)
        self.commands = pulumi.Output.from_input({} if inputs.existing_endpoints else commands(inputs))
        self.register_outputs(
            {
                "namespace": self.namespace,
                "endpoints": self.endpoints,
                "sparkConf": self.spark_conf,
                "commands": self.commands,
            }
        )

    def _create(self) -> None:
        """Namespace first; then masters, then workers, so that an update reaches them in this order."""
        name, inputs = self._name, self._inputs
        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace", metadata={"name": inputs.namespace, "labels": _namespace_labels()}, opts=self._child()
        )
        self._inside = [namespace]
        figures = immutable_figures(inputs)
        self._figures = unless_changed(f"{name}-fixed", figures, changed, figures, self)
        dynamic = self._config_map(
            "dynamic", pods.DYNAMIC, {configuration.DYNAMIC_FILE: configuration.dynamic_config(inputs)}
        )
        storage_class, needed = self._storage_class()
        if inputs.network_policy:
            policy: Any = access.network_policy(inputs)
            k8s.networking.v1.NetworkPolicy(
                f"{name}-network", metadata=self._metadata("celeborn"), spec=policy, opts=self._child(namespace)
            )
        needed = [dynamic, *needed]
        masters = self._role(pods.master_role(inputs), storage_class, needed, ignore=[])
        self._drain_right()
        autoscaled = ["spec.replicas"] if inputs.workers.autoscaled else []
        self._role(pods.worker_role(inputs), storage_class, [*needed, masters], ignore=autoscaled)

    def _role(
        self, role: pods.Role, storage_class: str, needed: list[pulumi.Resource], ignore: list[str]
    ) -> k8s.apps.v1.StatefulSet:
        """Account, configuration, Service, disruption budget and StatefulSet of the masters or the workers."""
        name, inputs = f"{self._name}-{role.kind}", self._inputs
        inside = self._child(*self._inside)
        metadata: Any = self._metadata(role.name, role.labels)
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account", metadata=metadata, automount_service_account_token=False, opts=inside
        )
        config = self._config_map(f"{role.kind}-conf", role.name, role.files, role.labels)
        service: Any = _service(role)
        budget: Any = {"maxUnavailable": 1, "selector": {"matchLabels": role.selector}}
        headless = k8s.core.v1.Service(f"{name}-service", metadata=metadata, spec=service, opts=inside)
        k8s.policy.v1.PodDisruptionBudget(f"{name}-budget", metadata=metadata, spec=budget, opts=inside)
        spec: Any = _stateful_set(inputs, role, storage_class)
        # so a refused change stops this resource, not only the program
        spec["serviceName"] = self._figures.apply(lambda _: role.name)
        minutes = 30 + role.size.replicas * _RESTART_MINUTES
        return k8s.apps.v1.StatefulSet(
            name,
            metadata=metadata,
            spec=spec,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[account, config, headless, *needed],
                protect=inputs.protect or None,
                ignore_changes=ignore,
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update=f"{minutes}m", delete="30m"),
            ),
        )

    def _storage_class(self) -> tuple[str, list[pulumi.Resource]]:
        """The name of the disks' class, and the class itself if it is created here.

        A class cannot be changed in place: it is deleted and created again, which touches no disk.
        """
        disks, inputs = self._inputs.disks, self._inputs
        if disks.storage_class is not None:
            return disks.storage_class, []
        parameters = {
            "type": "cloud_essd",
            "performanceLevel": disks.performance_level,
            "encrypted": str(disks.encrypted).lower(),
        }
        tags = ",".join(f"{k}:{v}" for k, v in sorted(inputs.tags.items()))
        own = f"{inputs.namespace}-disks"
        disk_class = k8s.storage.v1.StorageClass(
            f"{self._name}-disks",
            metadata={"name": own, "labels": {c.LABEL_NAME: "celeborn", c.LABEL_MANAGED_BY: c.PROJECT}},
            provisioner="diskplugin.csi.alibabacloud.com",
            parameters=parameters | ({"diskTags": tags} if tags else {}),
            volume_binding_mode="WaitForFirstConsumer",  # a disk is created in the zone of its pod
            reclaim_policy="Delete",
            allow_volume_expansion=True,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        return own, [disk_class]

    def _drain_right(self) -> None:
        rules: Any = access.drain_rules()
        metadata: Any = self._metadata("celeborn-drain")
        role = k8s.rbac.v1.Role(f"{self._name}-drain", metadata=metadata, rules=rules, opts=self._child(*self._inside))
        k8s.rbac.v1.RoleBinding(
            f"{self._name}-drain-binding",
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": "celeborn-drain"},
            subjects=[{"kind": "ServiceAccount", "name": WORKERS, "namespace": self._inputs.namespace}],
            opts=self._child(role),
        )

    def _config_map(
        self, part: str, name: str, data: dict[str, str], labels: dict[str, str] | None = None
    ) -> k8s.core.v1.ConfigMap:
        return k8s.core.v1.ConfigMap(
            f"{self._name}-{part}", metadata=self._metadata(name, labels), data=data, opts=self._child(*self._inside)
        )

    def _metadata(self, name: str, labels: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - ObjectMetaArgsDict
        own = labels or {c.LABEL_NAME: "celeborn", c.LABEL_MANAGED_BY: c.PROJECT}
        return {"name": name, "namespace": self._inputs.namespace, "labels": own}

    def _child(self, *depends_on: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(depends_on))


def commands(inputs: ShuffleSettings) -> dict[str, str]:
    """Purpose -> command. They run inside a pod, because only the service and monitoring reach its HTTP ports."""
    kubectl = f"kubectl -n {inputs.namespace}"
    ask = f"{kubectl} exec {MASTERS}-0 -- curl -s localhost:{c.CELEBORN_MASTER_HTTP}/api/v1"
    by_purpose = {
        "workers": f"{ask}/workers",
        "quotas": f"{ask}/conf/dynamic?level=TENANT",
        "web page": f"{kubectl} port-forward {MASTERS}-0 {c.CELEBORN_MASTER_HTTP}",
    }
    # a single master without a group answers 400 and logs a stack trace for each call
    return {"leader": f"{ask}/masters", **by_purpose} if inputs.masters.replicas > 1 else by_purpose


def _service(role: pods.Role) -> dict[str, Any]:
    """Headless: gives each pod its name even before it is ready, or the masters would wait for each other's names."""
    return {
        "clusterIP": "None",
        "publishNotReadyAddresses": True,
        "selector": role.selector,
        "ports": [{"name": name, "port": port, "targetPort": port} for name, port in role.ports.items()],
    }


def _stateful_set(inputs: ShuffleServiceInputs, role: pods.Role, storage_class: str) -> dict[str, Any]:
    """Spec of a StatefulSet, without `serviceName`.

    Masters' disks stay when masters go; a worker's disk is deleted with it: its data has been read by then, and an
    orphaned ESSD costs money. One pod at a time, and a master counts only after it has been up for a minute: a group
    that lost its majority stops, and one that lost its state makes workers delete live shuffles.
    """
    kept = "Retain" if role.kind == "master" else "Delete"
    return {
        "replicas": role.size.replicas,
        "selector": {"matchLabels": role.selector},
        "podManagementPolicy": "Parallel",
        "updateStrategy": {"type": "RollingUpdate"},
        "minReadySeconds": 60 if role.kind == "master" and role.disks else 10,
        "revisionHistoryLimit": 5,
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": kept, "whenScaled": kept},
        "template": pods.pod_template(inputs, role),
        # the server drops an empty list, and a repeated first run would conflict over the missing field
        **({"volumeClaimTemplates": pods.claims(inputs, role, storage_class)} if role.disks else {}),
    }


def _namespace_labels() -> dict[str, str]:
    own = {c.LABEL_NAME: "celeborn", c.LABEL_MANAGED_BY: c.PROJECT, c.LABEL_ROLE: "shuffle"}
    return {**own, **restricted_namespace()}


def immutable_figures(inputs: ShuffleSettings) -> dict[str, Any]:
    """What cannot change while the service exists: key of the settings -> value."""
    return {
        "namespace": inputs.namespace,
        "masters.replicas": inputs.masters.replicas,
        "masters.disk_gib": inputs.masters.disk_gib,
        "workers.disks": inputs.workers.disks,
        "workers.disk_gib": inputs.workers.disk_gib,
        "disks.storage_class": inputs.disks.storage_class or "",
    }


def changed(created_with: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """One sentence for each figure that a live service cannot change."""
    return [
        f"shuffle.{key}: {value!r} is not allowed; the service was created with {created_with[key]!r}, and changing it "
        f"would delete the data of running jobs; allowed: {created_with[key]!r}; or a service in a namespace of its "
        "own beside this one; or `pulumi destroy` of the service first"
        for key, value in now.items()
        if key in created_with and created_with[key] != value
    ]
