"""Pod templates of drivers and executors: what Spark configuration cannot say. Pure functions to plain dicts.

They fulfil the Pod Security standard `restricted`, carry the annotations that ECI reads at a pod's creation, and
give the pod its cloud identity. Names of containers are the ones the Spark operator looks for.
"""

from ..base.constants import (
    LABEL_COMPONENT,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    LABEL_SPARK_ROLE,
    LABEL_WORKSPACE,
    PROJECT,
    SPARK_UI,
)
from ..pods.kinds import KINDS
from ..pods.parts import (
    Template,
    container_security,
    eci_annotations,
    eci_disk,
    eci_spot,
    identity_mounts,
    identity_volumes,
    pod_security,
    rrsa_env,
    sidecars,
    virtual_node_tolerations,
    zone_spread,
)
from .configuration import TEMP_DIR
from .context import JobContext
from .inputs import SparkSettings

DRIVER_CONTAINER = "spark-kubernetes-driver"
EXECUTOR_CONTAINER = "spark-kubernetes-executor"
LOCAL_DIR = "/var/data/spark-local-dir-1"


def driver_template(settings: SparkSettings, context: JobContext) -> Template:
    """The driver's pod template: on-demand capacity, the metrics of its UI scraped, the API token mounted."""
    template = _template(settings, context, "driver", DRIVER_CONTAINER)
    template["metadata"]["annotations"] |= {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(SPARK_UI),
        "prometheus.io/path": "/metrics/driver/prometheus/",
    }
    return template


def executor_template(settings: SparkSettings, context: JobContext) -> Template:
    """The executor's pod template: no API token, spot capacity if requested, spread over the zones."""
    template = _template(settings, context, "executor", EXECUTOR_CONTAINER)
    executor, kind = settings.executor, KINDS[context.pods]
    if kind.on_eci:
        template["metadata"]["annotations"] |= eci_disk(executor.ephemeral_storage_gib)
        if executor.spot:
            template["metadata"]["annotations"] |= eci_spot(executor.spot_protected_hours)
    if executor.spot:
        template["metadata"]["labels"] |= kind.spot_labels
    template["spec"] |= {
        "automountServiceAccountToken": False,
        "topologySpreadConstraints": [zone_spread({LABEL_SPARK_ROLE: "executor", LABEL_WORKSPACE: context.team})],
    }
    return template


def _template(settings: SparkSettings, context: JobContext, role: str, container: str) -> Template:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "labels": {
                LABEL_NAME: "spark",
                LABEL_COMPONENT: role,
                LABEL_MANAGED_BY: PROJECT,
                LABEL_WORKSPACE: context.team,
                **KINDS[context.pods].labels,
            },
            "annotations": eci_annotations(context, settings.image_cache, settings.max_pending_minutes),
        },
        "spec": {
            "enableServiceLinks": False,  # thousands of services in a namespace would overflow the environment
            "terminationGracePeriodSeconds": 30,
            "securityContext": pod_security(),
            "tolerations": virtual_node_tolerations(),
            "containers": [
                _spark_container(context, container),
                *sidecars(settings.credentials_sidecar_image, context),
            ],
            "volumes": [
                {"name": "spark-local-dir-1", "emptyDir": {}},
                {"name": "tmp", "emptyDir": {}},
                *identity_volumes(context),
            ],
        },
    }


def _spark_container(context: JobContext, name: str) -> Template:
    """Spark's container. Its root file system stays writable, unlike those of the platform's own services, because
    Spark writes into it in places that are no volume's:

    - the working directory, /opt/spark/work-dir: jars, files, archives and Python files of a job are put there when the
      driver fetches them and when an executor gets them (`SparkFiles`, `spark.jars`, `spark.files`, `spark.archives`);
    - Python: byte code beside the modules, and packages that a job unpacks into its working directory;
    - programs of teams, whose images may expect to write where Spark's official image lets them.

    What that is worth to an attacker is little: the container runs as user 185 without capabilities, nothing in the
    image but the work directory and the folders for local data belongs to that user, and the pod ends with its job.
    """
    return {
        "name": name,
        "securityContext": container_security(),
        "env": rrsa_env(context),
        "volumeMounts": [
            # Spark takes a mount of this name as its local directory
            {"name": "spark-local-dir-1", "mountPath": LOCAL_DIR},
            {"name": "tmp", "mountPath": TEMP_DIR},
            *identity_mounts(context),
        ],
    }
