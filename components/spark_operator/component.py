"""The Spark operator: upstream's chart, pinned, with the rights and the size of this platform."""

import hashlib
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicySpecArgsDict

from ..base.constants import (
    DNS,
    HTTPS,
    KUBE_API,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    LABEL_NAMESPACE_NAME,
    LABEL_ROLE,
    LABEL_ZONE,
    OPERATOR_METRICS,
    PROJECT,
    SPARK_OPERATOR_VERSION,
)
from ..base.egress import anywhere
from ..pods.kinds import KINDS
from ..pods.parts import cost_tags, restricted_namespace, virtual_node_tolerations
from ..spark import submit
from .args import SparkOperatorArguments
from .inputs import OperatorImage, SparkOperatorInputs, controller_account

CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
ANNOTATION_HOOK = "spark-on-ack.io/submit-hook"
JVM_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m"
"""For each spark-submit, which runs for seconds: first-stage compiler, serial collector, a heap that fits the worker's
share of memory. Measured (Spark 3.5.9, Java 17, 2 cores): 2.4 instead of 4.2 CPU seconds, 198 instead of 228 MB."""


class SparkOperator(pulumi.ComponentResource):
    """The Kubeflow Spark operator for a list of namespaces, with no rights outside them.

    ```python
    from spark_on_ack import SparkOperator
    SparkOperator("operator", {"job_namespaces": ["spark-payments"]})
    ```

    Its rights are one Role in each job namespace and a ClusterRole that reads CRDs; it runs in a namespace of its own
    under Pod Security `restricted`, behind one NetworkPolicy. There is no admission webhook, so nothing slows executor
    creation down: pod templates replace what it changed, and the admission policies repeat its checks.

    Rendered by `helm.v4.Chart`, so every object is a tracked resource, including the CRDs, which Helm itself never
    upgrades and which are too large for a client-side apply. A new chart version updates them in place by server-side
    apply. They stay in the cluster when the operator is deleted, because deleting a CRD deletes every team's
    applications and schedules. The chart is read at preview: without internet access set `chart` and
    `image_registry` to a mirror. To use a newer chart, raise the version in the constants and let the tests compare
    its values.
    """

    namespace: pulumi.Output[str]
    """Namespace of the operator."""
    controller_account: pulumi.Output[str]
    """Service account of the controller, in the operator's namespace."""
    submit_commands: pulumi.Output[dict[str, str]]
    """Job namespace -> the command that submits an application there and follows it."""

    def __init__(self, name: str, args: SparkOperatorArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:SparkOperator", name, None, opts)
        inputs = SparkOperatorInputs.of(args, f"SparkOperator {name}")
        child = pulumi.ResourceOptions(parent=self)
        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace", metadata={"name": inputs.namespace, "labels": _namespace_labels()}, opts=child
        )
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        hook = k8s.core.v1.ConfigMap(
            f"{name}-submit-hook",
            metadata=_metadata(submit.HOOK_CONFIG_MAP, inputs.namespace),
            data={"spark-submit": submit.HOOK},
            opts=inside,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-network",
            metadata=_metadata("spark-operator", inputs.namespace),
            spec=network_policy(inputs.metrics_namespace),
            opts=inside,
        )
        k8s.helm.v4.Chart(
            f"{name}-chart",
            name=inputs.namespace,
            namespace=inputs.namespace,
            **chart_source(inputs.chart),
            skip_crds=not inputs.install_crds,
            values=chart_values(inputs),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace, hook], transforms=[keep_crds]),
        )
        self.namespace = pulumi.Output.from_input(inputs.namespace)
        self.controller_account = pulumi.Output.from_input(controller_account(inputs.namespace))
        self.submit_commands = pulumi.Output.from_input({ns: submit_command(ns) for ns in inputs.job_namespaces})
        self.register_outputs(
            {
                "namespace": self.namespace,
                "controllerAccount": self.controller_account,
                "submitCommands": self.submit_commands,
            }
        )


def submit_command(namespace: str) -> str:
    """The command with which a member of the team's submit group runs an application and follows it."""
    return f"kubectl -n {namespace} create -f job.yaml && kubectl -n {namespace} get sparkapplications -w"


def keep_crds(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Transform of the chart's objects: CRDs outlive the operator, and all applications with them."""
    if args.type_ != CRD:
        return None
    args.opts.retain_on_delete = True
    return pulumi.ResourceTransformResult(args.props, args.opts)


def chart_source(chart: str) -> dict[str, Any]:
    """Chart's `chart`, `version` and `repository_opts` for a repository, an OCI address or a path."""
    pinned = {"version": SPARK_OPERATOR_VERSION}
    if chart.startswith("https://") and not chart.endswith(".tgz"):
        return {"chart": "spark-operator", "repository_opts": {"repo": chart}, **pinned}
    return {"chart": chart, **pinned}


def chart_values(inputs: SparkOperatorInputs) -> dict[str, Any]:
    """The chart's values: only what differs from its own, every path checked against its values.yaml by a test."""
    return {
        "fullnameOverride": inputs.namespace,
        "image": _image(inputs.image),
        "controller": _rates(inputs) | _pods(inputs),
        # a pod webhook would be on the path of every executor, with one replica and failurePolicy Fail
        "webhook": {"enable": False},
        # the workspace creates the drivers' accounts and rights; the controller's Roles come with controller.rbac
        "spark": {
            "jobNamespaces": list(inputs.job_namespaces),
            "serviceAccount": {"create": False},
            "rbac": {"create": False},
        },
        # the only label that every job has and that identifies its team
        "prometheus": {"metrics": {"enable": True, "port": OPERATOR_METRICS, "labels": "namespace"}},
    }


def _image(image: OperatorImage) -> dict[str, Any]:
    """The controller's image; without a digest its tag is left to the chart."""
    values = {
        "registry": image.registry,
        "repository": image.repository,
        "pullSecrets": [{"name": secret} for secret in image.pull_secrets],
    }
    return values | ({"tag": image.tag} if image.digest else {})


def _rates(inputs: SparkOperatorInputs) -> dict[str, Any]:
    """How much the controller does at a time."""
    size = inputs.size
    return {
        "replicas": inputs.replicas,
        # with one replica as well: during an update two run for a moment
        "leaderElection": {"enable": True},
        "workers": size.workers,
        "kubeAPIQPS": size.api_qps,
        "kubeAPIBurst": size.api_burst,
        "workqueueRateLimiter": {
            "bucketQPS": inputs.workqueue.qps,
            "bucketSize": inputs.workqueue.burst,
            "maxDelay": {"enable": True, "duration": f"{inputs.workqueue.max_delay_seconds}s"},
        },
        "maxTrackedExecutorPerApp": inputs.tracked_executors,
        "driverPodCreationGracePeriod": f"{inputs.driver_grace_seconds}s",
        "uiService": {"enable": inputs.ui_service},
        "logLevel": inputs.log_level,
        "logEncoder": "json",
        # the chart refuses a budget for a single replica, which would block every drain anyway
        "podDisruptionBudget": {"enable": inputs.replicas > 1},
    }


def _pods(inputs: SparkOperatorInputs) -> dict[str, Any]:
    """The controller's pods. Lists replace the chart's, so its /tmp volume is repeated here."""
    spec = inputs.size.spec
    resources = {"cpu": f"{spec.vcpu:g}", "memory": f"{round(spec.gib * 1024)}Mi"}
    hook = submit.chart_values()
    digest = hashlib.sha256(submit.HOOK.encode()).hexdigest()[:16]
    spread = {"maxSkew": 1, "topologyKey": LABEL_ZONE, "whenUnsatisfiable": "ScheduleAnyway"}
    return {
        # requests = limits: without them ECI assigns (and bills) 2 vCPU and 4 GiB
        "resources": {"requests": resources, "limits": resources},
        "annotations": {**cost_tags(inputs.pods, inputs.tags), **inputs.pod_annotations, ANNOTATION_HOOK: digest},
        "labels": {**KINDS[inputs.pods].labels, **inputs.pod_labels},
        "nodeSelector": dict(inputs.node_selector),
        "tolerations": virtual_node_tolerations(),
        "topologySpreadConstraints": [spread] if inputs.replicas > 1 else [],
        "env": [{"name": "SPARK_SUBMIT_OPTS", "value": JVM_OPTIONS}, *hook["env"]],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}, *hook["volumes"]],
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, *hook["volumeMounts"]],  # noqa: S108
    }


def network_policy(metrics_namespace: str) -> NetworkPolicySpecArgsDict:
    """Spec of the one NetworkPolicy: metrics in; DNS and HTTPS (API server, repositories of job files) out.

    Egress is by port, because the cloud chooses the API server's address; only the metadata service, whose address is
    known, is excepted. Fixed ports and no `endPort`, which ACK's
    Poseidon does not support.
    """
    return {
        "pod_selector": {},
        "policy_types": ["Ingress", "Egress"],
        "ingress": [
            {
                "from_": [{"namespace_selector": {"match_labels": {LABEL_NAMESPACE_NAME: metrics_namespace}}}],
                "ports": [{"protocol": "TCP", "port": OPERATOR_METRICS}],
            }
        ],
        "egress": [
            {"to": anywhere(), "ports": [{"protocol": "UDP", "port": DNS}, {"protocol": "TCP", "port": DNS}]},
            {"to": anywhere(), "ports": [{"protocol": "TCP", "port": port} for port in (HTTPS, KUBE_API)]},
        ],
    }


def _namespace_labels() -> dict[str, str]:
    own = {LABEL_NAME: "spark-operator", LABEL_MANAGED_BY: PROJECT, LABEL_ROLE: "operator"}
    return {**own, **restricted_namespace()}


def _metadata(name: str, namespace: str) -> ObjectMetaArgsDict:
    return {"name": name, "namespace": namespace, "labels": {LABEL_NAME: "spark-operator", LABEL_MANAGED_BY: PROJECT}}
