"""A team's workspace: a namespace whose jobs run with good defaults and cannot touch another team."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..base.constants import (
    DRIVER_ACCOUNT,
    EXECUTOR_ACCOUNT,
    LABEL_COMPONENT,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    PROJECT,
    submit_group,
)
from ..spark.context import JobContext
from ..spark.defaults import SPARK_DEFAULTS, defaults_data
from . import access, limits, network
from .args import WorkspaceArguments
from .inputs import WorkspaceInputs

SUBMIT = "spark-submit"
RBAC = "rbac.authorization.k8s.io"


class Workspace(pulumi.ComponentResource):
    """One team's namespace with everything its jobs need, and nothing beyond it.

    ```python
    from spark_on_ack import Workspace
    Workspace("payments", {"team": "payments", "quota_pods": 100})
    ```

    Twelve objects: the namespace under Pod Security `restricted`, the accounts of drivers (least rights) and executors
    (no rights, no token), a role for people and CI who submit jobs (it creates no pods and reads no secrets), one
    quota, one limit range, two network policies that deny whatever they do not list, and the ConfigMap
    `spark-defaults` with the configuration and pod templates that every job of the team is submitted with. Rules for
    all teams are in AdmissionPolicies, which find the namespace by its label and the team's own facts in its
    annotations.
    """

    namespace: pulumi.Output[str]
    """Namespace of the team's jobs."""
    submit_role: pulumi.Output[str]
    """Role in that namespace for people and CI who submit jobs."""
    submit_group: pulumi.Output[str]
    """Group with that role: add people and CI to it."""

    def __init__(self, name: str, args: WorkspaceArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:Workspace", name, None, opts)
        inputs = WorkspaceInputs.of(args, f"Workspace {name}")
        self._name, self._inputs = name, inputs
        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={
                "name": inputs.namespace,
                "labels": limits.namespace_labels(inputs),
                "annotations": limits.namespace_annotations(inputs),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        self._accounts()
        self._submitters()
        self._limits()
        self._network()
        self._defaults()
        self.namespace = pulumi.Output.from_input(inputs.namespace)
        self.submit_role = pulumi.Output.from_input(SUBMIT)
        self.submit_group = pulumi.Output.from_input(submit_group(inputs.team))
        self.register_outputs(
            {"namespace": self.namespace, "submitRole": self.submit_role, "submitGroup": self.submit_group}
        )

    def _metadata(self, name: str) -> Any:  # noqa: ANN401 - ObjectMetaArgsDict, of which there is one for each group
        labels = {LABEL_NAME: name, LABEL_COMPONENT: "workspace", LABEL_MANAGED_BY: PROJECT}
        return {"name": name, "namespace": self._inputs.namespace, "labels": labels}

    def _accounts(self) -> None:
        """The accounts of drivers and executors; only the driver's is bound to rights and has a token."""
        driver = k8s.core.v1.ServiceAccount(
            f"{self._name}-driver", metadata=self._metadata(DRIVER_ACCOUNT), opts=self._inside
        )
        k8s.core.v1.ServiceAccount(
            f"{self._name}-executor",
            metadata=self._metadata(EXECUTOR_ACCOUNT),
            automount_service_account_token=False,
            opts=self._inside,
        )
        subject = {"kind": "ServiceAccount", "name": DRIVER_ACCOUNT, "namespace": self._inputs.namespace}
        self._role("driver", DRIVER_ACCOUNT, access.driver_rules(self._inputs), [subject], [driver])

    def _submitters(self) -> None:
        self._role("submit", SUBMIT, access.submit_rules(), access.submit_subjects(self._inputs), [])

    def _role(self, part: str, name: str, rules: Any, subjects: Any, after: list[pulumi.Resource]) -> None:  # noqa: ANN401
        """A role and its binding, which is created only after the role and `after`."""
        role = k8s.rbac.v1.Role(
            f"{self._name}-{part}-role", metadata=self._metadata(name), rules=rules, opts=self._inside
        )
        k8s.rbac.v1.RoleBinding(
            f"{self._name}-{part}-binding",
            metadata=self._metadata(name),
            role_ref={"api_group": RBAC, "kind": "Role", "name": name},
            subjects=subjects,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role, *after]),
        )

    def _limits(self) -> None:
        k8s.core.v1.ResourceQuota(
            f"{self._name}-quota",
            metadata=self._metadata("workspace"),
            spec={"hard": limits.quota_hard(self._inputs)},
            opts=self._inside,
        )
        entry: Any = limits.container_limits(self._inputs)
        k8s.core.v1.LimitRange(
            f"{self._name}-limits", metadata=self._metadata("workspace"), spec={"limits": [entry]}, opts=self._inside
        )

    def _network(self) -> None:
        rules: Any
        for name, rules in (
            ("default-deny", network.all_pods(self._inputs)),
            ("driver", network.drivers(self._inputs)),
        ):
            k8s.networking.v1.NetworkPolicy(
                f"{self._name}-network-{name}", metadata=self._metadata(name), spec=rules, opts=self._inside
            )

    def _defaults(self) -> None:
        """The ConfigMap that the operator's submit hook reads at every submission; a change patches it in place."""
        inputs = self._inputs
        context = JobContext(
            team=inputs.team,
            namespace=inputs.namespace,
            region=inputs.region,
            pods=inputs.pods,
            credentials=inputs.credentials,
            oss_hdfs=inputs.oss_hdfs,
            tags={"team": inputs.team, **inputs.tags},
        )
        data = defaults_data(
            inputs.spark,
            context,
            shuffle_conf=inputs.shuffle_conf,
            role_name=inputs.role_name,
            role_arn=inputs.role_arn,
            oidc_provider_arn=inputs.oidc_provider_arn,
            event_log_dir=inputs.event_log_dir,
            files_bucket=inputs.files_bucket,
            quota_pods=inputs.quota.pods,
            quota_cpu=inputs.quota.cpu,
            quota_memory_gib=inputs.quota.memory_gib,
            drivers=inputs.quota.drivers,
        )
        k8s.core.v1.ConfigMap(
            f"{self._name}-defaults", metadata=self._metadata(SPARK_DEFAULTS), data=data, opts=self._inside
        )
