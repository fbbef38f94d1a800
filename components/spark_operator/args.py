"""Flat arguments of SparkOperator. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from .inputs import SparkOperatorInputs


class SparkOperatorArgs(TypedDict):
    """Inputs of SparkOperator: its settings, and the namespaces whose jobs it runs."""

    namespace: NotRequired[str]
    """Namespace of the operator, used by nothing else. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: spark-operator."""
    chart: NotRequired[str]
    """Where the chart comes from; it is read at preview. Allowed: a chart repository (https://…), an OCI chart (oci://…/spark-operator), or the path of a directory or .tgz. Default: https://kubeflow.github.io/spark-operator."""
    install_crds: NotRequired[bool]
    """Install the CRDs with the chart; false for a second operator in the same cluster. Allowed: true or false. Default: true."""
    image_registry: NotRequired[str]
    """Registry; without internet access a mirror, for example an ACR instance in the same region. Allowed: a registry such as registry.example.com/mirror. Default: ghcr.io."""
    image_repository: NotRequired[str]
    """Repository in the registry. Allowed: text. Default: kubeflow/spark-operator/controller."""
    image_digest: NotRequired[str]
    """Digest of the image, so that its tag cannot be moved to another; none: by tag alone. Allowed: sha256: and 64 hexadecimal digits. Default: none."""
    image_pull_secrets: NotRequired[list[str]]
    """Names of pull secrets in the operator's namespace; ACR of the same account needs none. Allowed: a list, each text. Default: empty."""
    replicas: NotRequired[int]
    """Controllers; one is active, the others stand by. Allowed: a whole number from 1 to 3. Default: 1."""
    jobs_per_minute: NotRequired[int]
    """Jobs submitted in a busy minute. Workers, size and API rates are computed from it. One operator managed at most 155 per minute in the published benchmark; beyond that run one for each group of teams. Allowed: a whole number from 1 to 150. Default: 10."""
    workers: NotRequired[int]
    """Submissions at the same time, one JVM each; computed unless set. Allowed: a whole number from 1 to 40. Default: none."""
    cpu: NotRequired[float]
    """vCPU of a controller; computed unless set. Allowed: a number from 0.25 to 64. Default: none."""
    memory_gib: NotRequired[float]
    """Memory of a controller in GiB; computed unless set. Allowed: a number from 0.5 to 512. Default: none."""
    api_qps: NotRequired[int]
    """Calls per second to the API server; computed unless set (chart: 20). Allowed: a whole number from 20 to 1000. Default: none."""
    workqueue_qps: NotRequired[int]
    """Objects per second that enter the queue (chart's default). Allowed: a whole number from 1 to 1000. Default: 50."""
    workqueue_burst: NotRequired[int]
    """Objects that may enter at once (chart's default). Allowed: a whole number from 1 to 10000. Default: 500."""
    workqueue_max_delay_seconds: NotRequired[int]
    """Longest wait of an object in the queue, in seconds; with the chart's 6 h a job could stay unnoticed that long. Allowed: a whole number from 10 to 21600. Default: 600."""
    tracked_executors: NotRequired[int]
    """Executors of a job whose state is written to its status. Every change writes the whole list, so the chart's 1000 slows down large elastic jobs; the lowest executor ids are shown, later ones are not. Allowed: a whole number from 1 to 10000. Default: 100."""
    driver_grace_seconds: NotRequired[int]
    """Seconds that a submitted driver pod may take to appear before the job counts as failed. Allowed: a whole number from 10 to 600. Default: 30."""
    ui_service: NotRequired[bool]
    """A Service for each running job's UI (counts against the team's quota). Allowed: true or false. Default: true."""
    log_level: NotRequired[str]
    """Log level of the controller. Allowed: debug, info, error. Default: info."""
    pod_annotations: NotRequired[dict[str, str]]
    """Further annotations of the controller pods (ECI: k8s.aliyun.com/…). Allowed: text to text; keys as domain/name. Default: empty."""
    pod_labels: NotRequired[dict[str, str]]
    """Further labels of the controller pods (ACS: alibabacloud.com/…). Allowed: text to text; keys as name or domain/name, names and values of at most 63 letters, digits, dashes, dots and underscores. Default: empty."""
    node_selector: NotRequired[dict[str, str]]
    """Node labels the controller pods require. Allowed: text to text; keys as name or domain/name, names and values of at most 63 letters, digits, dashes, dots and underscores. Default: empty."""
    job_namespaces: list[str]
    """Namespaces whose SparkApplications it runs. They must exist before the operator. Allowed: a list, each text."""
    pods: NotRequired[str]
    """What runs the controller's pods: eci (ACK Serverless on ECI), virtual-node (ECI behind the virtual nodes of a managed cluster), acs (ACS), plain (any other Kubernetes). Allowed: eci, virtual-node, acs, plain. Default: eci."""
    tags: NotRequired[dict[str, str]]
    """Tags of the controller's pods on ECI (cost allocation). Allowed: a map of text to text. Default: empty."""
    metrics_namespace: NotRequired[str]
    """Namespace whose pods may read the metrics; the default is that of managed Prometheus's agent. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: arms-prom."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    SparkOperatorArguments = SparkOperatorArgs | SparkOperatorInputs
else:
    SparkOperatorArguments = SparkOperatorArgs
