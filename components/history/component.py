"""The Spark history server: finished jobs stay visible, old event logs are deleted."""

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..base.configuration import Entry, properties
from ..base.constants import (
    LABEL_COMPONENT,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    LABEL_ROLE,
    PROJECT,
    SPARK_HISTORY_UI,
)
from ..base.outputs import embed, when_known
from ..pods.kinds import KINDS
from ..pods.parts import (
    FREE_EPHEMERAL_GIB,
    container_security,
    eci_annotations,
    eci_disk,
    identity_mounts,
    identity_volumes,
    pod_security,
    restricted_namespace,
    rrsa_env,
    sidecars,
    virtual_node_tolerations,
)
from ..pods.sizes import PLATFORM_OVERHEAD_FACTOR, fit
from ..spark.configuration import JINDO_PROCS, TEMP_DIR, oss
from ..spark.context import JobContext
from .args import HistoryServerArguments
from .inputs import FREE_STORE_GIB, HISTORY_ACCOUNT, HistoryServerInputs

APP = "spark-history-server"
CONF_DIR = "/etc/spark-history"
CONF_FILE = "spark-history.conf"
STORE_DIR = "/var/data/history"

HDFS_HOST = ".oss-dls."
"""Part of the host of an OSS-HDFS root; a plain bucket's root is its name alone."""
LABELS = {LABEL_NAME: APP, LABEL_COMPONENT: "history", LABEL_MANAGED_BY: PROJECT}


class HistoryServer(pulumi.ComponentResource):
    """One Spark history server in a namespace of its own, reached through a Service inside the cluster.

    ```python
    from spark_on_ack import HistoryServer
    logs = "oss://example-spark-hdfs.cn-hangzhou.oss-dls.aliyuncs.com/spark-history"
    HistoryServer("history", {"event_log_dir": logs, "image": "registry.example.com/spark:3.5.9"})
    ```

    One replica on purpose: it deletes old logs, and two cleaners would get in each other's way; its restarts do not
    affect jobs or their logs. Its account has no rights on the API server. There is no NetworkPolicy: jobs cannot
    reach it anyway, because their own namespaces block all egress that they do not need.
    """

    namespace: pulumi.Output[str]
    """Namespace of the server."""
    url: pulumi.Output[str]
    """Address inside the cluster."""
    open_command: pulumi.Output[str]
    """Command that opens the server at http://localhost:18080 on the machine where it is run."""

    def __init__(self, name: str, args: HistoryServerArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:HistoryServer", name, None, opts)
        inputs = HistoryServerInputs.of(args, f"HistoryServer {name}")
        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": inputs.namespace, "labels": _namespace_labels()},
            opts=pulumi.ResourceOptions(parent=self),
        )
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=_metadata(HISTORY_ACCOUNT, inputs),
            automount_service_account_token=False,
            opts=inside,
        )
        text = _in_context(inputs, lambda context: properties(history_conf(inputs, context)))
        conf = k8s.core.v1.ConfigMap(
            f"{name}-conf", metadata=_metadata(APP, inputs), data={CONF_FILE: text}, opts=inside
        )
        k8s.apps.v1.Deployment(
            f"{name}-server",
            metadata=_metadata(APP, inputs),
            spec={
                "replicas": 1,
                "strategy": {"type": "Recreate"},  # never two cleaners
                "revision_history_limit": 2,
                "selector": {"match_labels": {LABEL_NAME: APP}},
                "template": _in_context(inputs, lambda context: pod(inputs, context)),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace, account, conf]),
        )
        k8s.core.v1.Service(
            f"{name}-service",
            metadata=_metadata(APP, inputs),
            spec={
                "selector": {LABEL_NAME: APP},
                "ports": [{"name": "http", "port": SPARK_HISTORY_UI, "target_port": SPARK_HISTORY_UI}],
            },
            opts=inside,
        )
        self._register(inputs)

    def _register(self, inputs: HistoryServerInputs) -> None:
        port = SPARK_HISTORY_UI
        self.namespace = pulumi.Output.from_input(inputs.namespace)
        self.url = pulumi.Output.from_input(f"http://{APP}.{inputs.namespace}.svc:{port}")
        self.open_command = pulumi.Output.from_input(
            f"kubectl -n {inputs.namespace} port-forward service/{APP} {port}:{port}"
        )
        self.register_outputs({"namespace": self.namespace, "url": self.url, "openCommand": self.open_command})


def history_conf(inputs: HistoryServerInputs, context: JobContext) -> dict[str, Entry]:
    """The server's configuration, each key with its reason."""
    memory = fit(inputs.memory_gib, PLATFORM_OVERHEAD_FACTOR)
    fs = "spark.history.fs."
    configuration = {
        f"{fs}logDirectory": Entry(context.event_log_dir, "where the jobs write their event logs"),
        f"{fs}update.interval": Entry(f"{inputs.update_seconds}s", "how soon a finished job appears"),
        f"{fs}cleaner.enabled": Entry("true", "off by default: logs would be kept, and billed, for ever"),
        f"{fs}cleaner.interval": Entry("1d", "once a day is enough for a retention in days"),
        f"{fs}cleaner.maxAge": Entry(f"{inputs.retention_days}d", "retention_days of the settings"),
        f"{fs}cleaner.maxNum": Entry(str(inputs.max_logs), "keeps a listing of the directory quick"),
        f"{fs}eventLog.rolling.maxFilesToRetain": Entry(
            str(inputs.files_kept), "older files of long logs are compacted"
        ),
        f"{fs}numReplayThreads": Entry(str(inputs.vcpu), "one per vCPU; Spark's default is 1"),
        "spark.history.store.path": Entry(STORE_DIR, "replayed jobs are kept on the pod's own disk"),
        "spark.history.store.maxDiskUsage": Entry(f"{inputs.store_gib}g", "size of the store"),
        "spark.history.store.hybridStore.enabled": Entry("true", "a job is shown from memory while it is stored"),
        "spark.history.store.hybridStore.maxMemoryUsage": Entry(f"{memory.heap_mib // 4}m", "a quarter of the heap"),
        "spark.history.store.hybridStore.diskBackend": Entry("ROCKSDB", "the default from 4.0 on"),
        "spark.history.ui.port": Entry(str(SPARK_HISTORY_UI), "the Service's target"),
        "spark.history.ui.acls.enable": Entry(str(inputs.acls).lower(), "who sees which job"),
    }
    if inputs.admins:
        configuration["spark.history.ui.admin.acls"] = Entry(",".join(inputs.admins), "who sees every job")
    if inputs.admin_groups:
        configuration["spark.history.ui.admin.acls.groups"] = Entry(",".join(inputs.admin_groups), "who sees every job")
    return configuration | {key: Entry(str(value), reason) for key, value, reason in oss(context)}


def pod(inputs: HistoryServerInputs, context: JobContext) -> dict[str, Any]:
    """The Deployment's pod template, sized to a row of ECI's table and fit for Pod Security `restricted`."""
    conf = properties(history_conf(inputs, context))
    annotations = eci_annotations(context)
    if KINDS[context.pods].on_eci:
        annotations |= eci_disk(FREE_EPHEMERAL_GIB + max(0, inputs.store_gib - FREE_STORE_GIB))
    return {
        "metadata": {
            "labels": {**LABELS, **KINDS[context.pods].labels},
            "annotations": {**annotations, "spark-on-ack.io/conf": hashlib.sha256(conf.encode()).hexdigest()[:16]},
        },
        "spec": {
            "serviceAccountName": HISTORY_ACCOUNT,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 30,
            "securityContext": pod_security(),
            "tolerations": virtual_node_tolerations(),
            "containers": [_server(inputs, context), *sidecars(inputs.credentials_sidecar_image, context)],
            "volumes": [
                {"name": "conf", "configMap": {"name": APP}},
                {"name": "store", "emptyDir": {"sizeLimit": f"{inputs.store_gib + 1}Gi"}},
                {"name": "tmp", "emptyDir": {}},
                *identity_volumes(context),
            ],
        },
    }


def _server(inputs: HistoryServerInputs, context: JobContext) -> dict[str, Any]:
    size = {"cpu": str(inputs.vcpu), "memory": f"{inputs.memory_gib}Gi"}
    probe = {"tcpSocket": {"port": SPARK_HISTORY_UI}, "periodSeconds": 10, "timeoutSeconds": 5}
    return {
        "name": "history",
        "image": inputs.image,
        "command": ["/opt/spark/bin/spark-class", "org.apache.spark.deploy.history.HistoryServer"],
        "args": ["--properties-file", f"{CONF_DIR}/{CONF_FILE}"],
        "env": [
            {"name": "SPARK_DAEMON_MEMORY", "value": f"{fit(inputs.memory_gib, PLATFORM_OVERHEAD_FACTOR).heap_mib}m"},
            {"name": JINDO_PROCS, "value": str(inputs.vcpu)},
            *rrsa_env(context),
        ],
        "ports": [{"name": "http", "containerPort": SPARK_HISTORY_UI}],
        # a start with an empty store lists and parses every log of the directory: allow ten minutes for it
        "startupProbe": {**probe, "failureThreshold": 60},
        "readinessProbe": probe,
        "livenessProbe": {**probe, "failureThreshold": 6},
        "resources": {"requests": size, "limits": size},
        "securityContext": container_security(),
        "volumeMounts": [
            {"name": "conf", "mountPath": CONF_DIR, "readOnly": True},
            {"name": "store", "mountPath": STORE_DIR},
            {"name": "tmp", "mountPath": TEMP_DIR},
            *identity_mounts(context),
        ],
    }


def _in_context(inputs: HistoryServerInputs, build: Callable[[JobContext], Any]) -> Any:  # noqa: ANN401 - or with Outputs in it
    """`build` called with the plain facts of `inputs`; while a role is still unknown, everything else stays known."""
    identity = {
        "role_name": inputs.role_name,
        "role_arn": inputs.role_arn,
        "oidc_provider_arn": inputs.oidc_provider_arn,
    }

    def of(log_dir: str) -> Any:  # noqa: ANN401
        plain_bucket = log_dir.startswith("oss://") and HDFS_HOST not in log_dir
        context = JobContext(
            team="",
            namespace=inputs.namespace,
            region=inputs.region,
            pods=inputs.pods,
            credentials=inputs.credentials,
            event_log_dir=log_dir,
            oss_hdfs=HDFS_HOST in log_dir,
            files_bucket=log_dir.split("/")[2] if plain_bucket else "",
            tags=inputs.tags,
        )
        return embed(lambda **role: build(dataclasses.replace(context, **role)), **identity)

    return when_known(of, inputs.event_log_dir)


def _metadata(name: str, inputs: HistoryServerInputs) -> dict[str, Any]:
    return {"name": name, "namespace": inputs.namespace, "labels": LABELS}


def _namespace_labels() -> dict[str, str]:
    return {LABEL_ROLE: "history", LABEL_MANAGED_BY: PROJECT, **restricted_namespace()}
