"""Inputs of the Spark operator, and its size computed from the one figure that drives it: jobs a minute."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from ..base.constants import SCRAPER_NAMESPACE, SPARK_OPERATOR_VERSION
from ..base.inputs import Inputs
from ..base.kubernetes import Annotations, Labels, PodLabels
from ..base.mistakes import Mistakes, check
from ..base.sentences import show
from ..base.values import NamespaceName, matching
from ..pods.images import ImageDigest, ImageRegistry
from ..pods.kinds import PODS_WORDS, Pods
from ..pods.sizes import Spec, round_up

UPSTREAM_CHART = "https://kubeflow.github.io/spark-operator"
SECONDS_PER_SUBMISSION = 8
"""How long one submission occupies a worker: spark-submit took 2 to 8 s upstream; we plan for the slow end."""
CPU_SECONDS_PER_JOB = 8
"""vCPU seconds of one job's whole life in the controller. The published benchmark (6,000 jobs, 130 to 155 a minute on
25 to 35 busy cores) comes to 10 to 14; our JVM options save 1.8 of the 4.2 s of a spark-submit (measured)."""
MIB_PER_WORKER = 400
"""Memory of one submission JVM: 200 to 400 MB upstream; 200 MB measured with our 256 MB heap limit."""
MIB_OF_CONTROLLER = 512
SPOT = "k8s.aliyun.com/eci-spot-strategy"

ChartSource = Annotated[
    str,
    *matching(
        r"https://\S+|oci://\S+|\.{0,2}/\S+|\S+\.tgz",
        "a chart repository (https://…), an OCI chart (oci://…/spark-operator), or the path of a directory or .tgz",
    ),
]


@dataclass(frozen=True)
class OperatorSize:
    """What the controller gets: parallel submissions, pod size, API rates."""

    workers: int
    spec: Spec
    api_qps: int
    api_burst: int


class Workqueue(Inputs):
    """Rate limiter of the controller's queue."""

    qps: int = Field(50, ge=1, le=1000, description="Objects per second that enter the queue (chart's default)")
    burst: int = Field(500, ge=1, le=10000, description="Objects that may enter at once (chart's default)")
    max_delay_seconds: int = Field(
        600,
        ge=10,
        le=21600,
        description="Longest wait of an object in the queue, in seconds; with the chart's 6 h a job could stay "
        "unnoticed that long",
    )


class OperatorImage(Inputs):
    """Where the controller's image is pulled from; its tag is the chart's version."""

    registry: ImageRegistry = Field(
        "ghcr.io",
        description="Registry; without internet access a mirror, for example an ACR instance in the same region",
    )
    repository: str = Field("kubeflow/spark-operator/controller", description="Repository in the registry")
    digest: ImageDigest | None = Field(
        None, description="Digest of the image, so that its tag cannot be moved to another; none: by tag alone"
    )
    pull_secrets: tuple[str, ...] = Field(
        (), description="Names of pull secrets in the operator's namespace; ACR of the same account needs none"
    )

    @property
    def tag(self) -> str:
        """The chart's version, and the digest where there is one: the chart writes `registry/repository:tag`."""
        return SPARK_OPERATOR_VERSION + (f"@{self.digest}" if self.digest else "")

    @property
    def name(self) -> str:
        """The whole name of the image."""
        return f"{self.registry}/{self.repository}:{self.tag}"


class OperatorSettings(Inputs):
    """The Spark operator of the Kubeflow project."""

    namespace: NamespaceName = Field("spark-operator", description="Namespace of the operator, used by nothing else")
    chart: ChartSource = Field(UPSTREAM_CHART, description="Where the chart comes from; it is read at preview")
    install_crds: bool = Field(
        True, description="Install the CRDs with the chart; false for a second operator in the same cluster"
    )
    image: OperatorImage = Field(OperatorImage(), description="The controller's image")
    replicas: int = Field(1, ge=1, le=3, description="Controllers; one is active, the others stand by")
    jobs_per_minute: int = Field(
        10,
        ge=1,
        le=150,
        description="Jobs submitted in a busy minute. Workers, size and API rates are computed from it. One operator "
        "managed at most 155 per minute in the published benchmark; beyond that run one for each group of teams",
    )
    workers: int | None = Field(
        None, ge=1, le=40, description="Submissions at the same time, one JVM each; computed unless set"
    )
    cpu: float | None = Field(None, ge=0.25, le=64, description="vCPU of a controller; computed unless set")
    memory_gib: float | None = Field(
        None, ge=0.5, le=512, description="Memory of a controller in GiB; computed unless set"
    )
    api_qps: int | None = Field(
        None, ge=20, le=1000, description="Calls per second to the API server; computed unless set (chart: 20)"
    )
    workqueue: Workqueue = Field(Workqueue(), description="Rate limiter of the controller's queue")
    tracked_executors: int = Field(
        100,
        ge=1,
        le=10000,
        description="Executors of a job whose state is written to its status. Every change writes the whole list, so "
        "the chart's 1000 slows down large elastic jobs; the lowest executor ids are shown, later ones are not",
    )
    driver_grace_seconds: int = Field(
        30,
        ge=10,
        le=600,
        description="Seconds that a submitted driver pod may take to appear before the job counts as failed",
    )
    ui_service: bool = Field(True, description="A Service for each running job's UI (counts against the team's quota)")
    log_level: Literal["debug", "info", "error"] = Field("info", description="Log level of the controller")
    pod_annotations: Annotations = Field(
        {}, description="Further annotations of the controller pods (ECI: k8s.aliyun.com/…)"
    )
    pod_labels: PodLabels = Field({}, description="Further labels of the controller pods (ACS: alibabacloud.com/…)")
    node_selector: Labels = Field({}, description="Node labels the controller pods require")

    @check
    def _never_on_spot_capacity(self) -> Mistakes:
        strategy = self.pod_annotations.get(SPOT, "NoSpot")
        if strategy != "NoSpot":
            yield (
                "pod_annotations",
                f"{show(strategy)} lets the cloud reclaim the operator while jobs run; allowed: leave {SPOT} out",
            )

    @check
    def _memory_holds_the_submissions(self) -> Mistakes:
        floor = _memory_mib(self._workers) / 1024
        if self.memory_gib is not None and self.memory_gib < floor:
            yield (
                "memory_gib",
                f"{self.memory_gib:g} is too little for {self._workers} submissions at the same time, each a JVM of "
                f"{MIB_PER_WORKER} MiB; allowed: {math.ceil(floor * 2) / 2:g} or more, or fewer workers",
            )

    @property
    def _workers(self) -> int:
        return self.workers or max(3, math.ceil(self.jobs_per_minute * SECONDS_PER_SUBMISSION / 60))

    @property
    def size(self) -> OperatorSize:
        """The controller's size: as set, else computed from `jobs_per_minute`; a pod size sold in every region."""
        cpu = self.cpu or max(1, self.jobs_per_minute * CPU_SECONDS_PER_JOB / 60)
        memory = self.memory_gib or _memory_mib(self._workers) / 1024
        qps = self.api_qps or max(50, 2 * self.jobs_per_minute)
        return OperatorSize(self._workers, round_up(cpu, memory, "everywhere"), qps, 2 * qps)


def _memory_mib(workers: int) -> int:
    return MIB_OF_CONTROLLER + workers * MIB_PER_WORKER


def controller_account(namespace: str) -> str:
    """Name of the controller's service account: the chart's full name, which is the namespace's, and a suffix.

    The full name follows the namespace because the chart's ClusterRole is named after it: two operators in one
    cluster would otherwise share one.
    """
    return f"{namespace}-controller"


class OperatorWiring(Inputs):
    """What the operator gets from the rest of the platform: whose jobs it runs, and what runs its pods."""

    job_namespaces: tuple[str, ...] = Field(
        description="Namespaces whose SparkApplications it runs. They must exist before the operator"
    )
    pods: Pods = Field("eci", description=f"What runs the controller's pods: {PODS_WORDS}")
    tags: dict[str, str] = Field({}, description="Tags of the controller's pods on ECI (cost allocation)")
    metrics_namespace: NamespaceName = Field(
        SCRAPER_NAMESPACE,
        description="Namespace whose pods may read the metrics; the default is that of managed Prometheus's agent",
    )


class SparkOperatorInputs(OperatorWiring, OperatorSettings):
    """Inputs of SparkOperator: its settings, and the namespaces whose jobs it runs."""

    @check
    def _jobs_by_name(self) -> Mistakes:
        if not self.job_namespaces:
            reason = "empty means every namespace: the operator could then create pods anywhere, which amounts to "
            yield "job_namespaces", f"{reason}cluster-admin; allowed: at least one namespace"
        for i, namespace in enumerate(self.job_namespaces):
            if not namespace or namespace == self.namespace:
                why = "is the operator's own namespace" if namespace else "means every namespace"
                yield f"job_namespaces[{i}]", f"{show(namespace)} {why}; allowed: a workspace's namespace"
