"""Pod templates of drivers and executors: what Spark configuration cannot say. Pure functions to plain dicts.

They fulfil the Pod Security standard `restricted`, carry the annotations that ECI reads at a pod's creation, and
give the pod its cloud identity. Names of containers are the ones the Spark operator looks for.
"""

from collections.abc import Mapping
from typing import Any

from ..base.constants import (
    CREDENTIALS_SIDECAR,
    ECI,
    LABEL_COMPONENT,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    LABEL_SPARK_ROLE,
    LABEL_WORKSPACE,
    LABEL_ZONE,
    PROJECT,
    SPARK_UI,
    VIRTUAL_NODE_TAINT,
)
from .configuration import TEMP_DIR
from .inputs import SparkSettings
from .place import JobPlace

DRIVER_CONTAINER = "spark-kubernetes-driver"
EXECUTOR_CONTAINER = "spark-kubernetes-executor"
SPARK_UID = 185
"""User and group of the official Spark images and of images/spark."""
FREE_EPHEMERAL_GIB = 30
LOCAL_DIR = "/var/data/spark-local-dir-1"
TOKEN_DIR = "/var/run/secrets/ack.alibabacloud.com/rrsa-tokens"  # noqa: S105 - a directory
TOKEN_SECONDS = 3600

Template = dict[str, Any]


def driver_template(settings: SparkSettings, place: JobPlace) -> Template:
    """The driver's pod template: on demand capacity, its UI's metrics scraped, the API token mounted."""
    template = _template(settings, place, "driver", DRIVER_CONTAINER)
    template["metadata"]["annotations"] |= {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(SPARK_UI),
        "prometheus.io/path": "/metrics/driver/prometheus/",
    }
    return template


def executor_template(settings: SparkSettings, place: JobPlace) -> Template:
    """The executor's pod template: no API token, spot capacity if asked for, spread over the zones."""
    template = _template(settings, place, "executor", EXECUTOR_CONTAINER)
    executor = settings.executor
    if on_eci(place):
        template["metadata"]["annotations"] |= eci_disk(executor.ephemeral_storage_gib)
        if executor.spot:
            template["metadata"]["annotations"] |= eci_spot(executor.spot_protected_hours)
    if place.pods == "acs" and executor.spot:
        template["metadata"]["labels"]["alibabacloud.com/compute-qos"] = "best-effort"
    template["spec"] |= {
        "automountServiceAccountToken": False,
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": LABEL_ZONE,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {LABEL_SPARK_ROLE: "executor", LABEL_WORKSPACE: place.team}},
            }
        ],
    }
    return template


def _template(settings: SparkSettings, place: JobPlace, role: str, container: str) -> Template:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "labels": {
                LABEL_NAME: "spark",
                LABEL_COMPONENT: role,
                LABEL_MANAGED_BY: PROJECT,
                LABEL_WORKSPACE: place.team,
                **pod_labels(place.pods),
            },
            "annotations": pod_annotations(settings, place),
        },
        "spec": {
            "enableServiceLinks": False,  # thousands of services in a namespace would overflow the environment
            "terminationGracePeriodSeconds": 30,
            "securityContext": pod_security(),
            "tolerations": virtual_node_tolerations(),
            "containers": [
                _spark_container(place, container),
                *sidecars(settings.credentials_sidecar_image, place),
            ],
            "volumes": [
                {"name": "spark-local-dir-1", "emptyDir": {}},
                {"name": "tmp", "emptyDir": {}},
                *identity_volumes(place),
            ],
        },
    }


def _spark_container(place: JobPlace, name: str) -> Template:
    return {
        "name": name,
        "securityContext": container_security(),
        "env": rrsa_env(place) if place.credentials == "rrsa" else [],
        "volumeMounts": [
            # Spark takes a mount of this name as its local directory
            {"name": "spark-local-dir-1", "mountPath": LOCAL_DIR},
            {"name": "tmp", "mountPath": TEMP_DIR},
            *identity_mounts(place),
        ],
    }


def pod_annotations(settings: SparkSettings, place: JobPlace) -> dict[str, str]:
    """ECI annotations both kinds of pods carry; none on other flavours."""
    if not on_eci(place):
        return {}
    found = {
        f"{ECI}eci-auto-imc": str(settings.image_cache).lower(),
        f"{ECI}eci-max-pending-minute": str(settings.max_pending_minutes),
    }
    if place.tags:
        found[f"{ECI}eci-custom-tags"] = eci_tags(place.tags)
    if place.credentials == "eci" and place.role_name:
        found[f"{ECI}eci-ram-role-name"] = place.role_name
    return found


def eci_tags(tags: Mapping[str, str]) -> str:
    """Tags as the annotation `eci-custom-tags` takes them: key:value pairs, comma separated."""
    return ",".join(f"{k}:{v}" for k, v in sorted(tags.items()))


def eci_spot(protected_hours: int = 1) -> dict[str, str]:
    """Spot capacity at the market's price, on demand when there is none."""
    found = {f"{ECI}eci-spot-strategy": "SpotAsPriceGo", f"{ECI}eci-spot-fallback": "true"}
    return found if protected_hours else {**found, f"{ECI}eci-spot-duration": "0"}


def eci_disk(gib: int) -> dict[str, str]:
    """The disk a pod wants beyond the free 30 GiB."""
    more = gib - FREE_EPHEMERAL_GIB
    return {f"{ECI}eci-extra-ephemeral-storage": f"{more}Gi"} if more > 0 else {}


def on_eci(place: JobPlace) -> bool:
    """True when pods become Elastic Container Instances."""
    return place.pods in ("eci", "virtual-node")


def pod_labels(pods: str) -> dict[str, str]:
    """Labels that send a pod where the flavour wants it; ACK Serverless and other clusters need none."""
    return {
        "acs": {"alibabacloud.com/acs": "true", "alibabacloud.com/compute-class": "general-purpose"},
        "virtual-node": {"alibabacloud.com/eci": "true"},
    }.get(pods, {})


def virtual_node_tolerations() -> list[Template]:
    """Lets a pod run on ACK's virtual nodes, which are tainted; harmless elsewhere."""
    return [{"key": VIRTUAL_NODE_TAINT, "operator": "Exists", "effect": "NoSchedule"}]


def pod_security() -> Template:
    """The pod's half of the standard `restricted`."""
    return {
        "runAsNonRoot": True,
        "runAsUser": SPARK_UID,
        "runAsGroup": SPARK_UID,
        "fsGroup": SPARK_UID,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> Template:
    """A container's half of the standard `restricted`."""
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True}


def rrsa_env(place: JobPlace) -> list[dict[str, str]]:
    """What Alibaba Cloud's SDKs and tools read to exchange the pod's token for credentials.

    Written here so that RRSA's webhook, which would sit on every executor's creation, is not needed.
    """
    return [
        {"name": "ALIBABA_CLOUD_ROLE_ARN", "value": place.role_arn},
        {"name": "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "value": place.oidc_provider_arn},
        {"name": "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "value": f"{TOKEN_DIR}/token"},
        {"name": "ALIBABA_CLOUD_STS_REGION", "value": place.region},
        {"name": "ALIBABA_CLOUD_STS_ENDPOINT", "value": f"sts-vpc.{place.region}.aliyuncs.com"},
    ]


def identity_volumes(place: JobPlace) -> list[Template]:
    """With RRSA: the service account's token for Alibaba Cloud's STS, renewed by the kubelet."""
    if place.credentials != "rrsa":
        return []
    token = {"audience": "sts.aliyuncs.com", "expirationSeconds": TOKEN_SECONDS, "path": "token"}
    sources = [{"serviceAccountToken": token}]
    return [{"name": "rrsa-oidc-token", "projected": {"sources": sources, "defaultMode": 0o440}}]


def identity_mounts(place: JobPlace) -> list[Template]:
    """Mounts of `identity_volumes`; Spark's container gets them too, for tools that know RRSA themselves."""
    if place.credentials != "rrsa":
        return []
    return [{"name": "rrsa-oidc-token", "mountPath": TOKEN_DIR, "readOnly": True}]


def sidecars(image: object, place: JobPlace) -> list[Template]:
    """With RRSA: ack-ram-tool serving credentials on loopback, which is what JindoSDK can read.

    Unproven on ECI: that the sidecar is stopped when Spark's container has ended, and is left out of the pod's size.
    """
    if place.credentials != "rrsa":
        return []
    serve = f"127.0.0.1:{CREDENTIALS_SIDECAR}"
    mine = [
        {"name": "ECI_CONTAINER_TYPE", "value": "sidecar"},  # ECI stops it when the others have ended
        {"name": "ECI_CONTAINER_IGNORE_EXIT_CODE", "value": "true"},
        {"name": "__ECI_RESOURCE_IGNORE__", "value": "TRUE"},  # or the pod would be billed as the next size
        {"name": "__IGNORE_RESOURCE__", "value": "true"},  # the same on ACS
    ]
    return [
        {
            "name": "credentials",
            "image": image,
            "args": ["export-credentials", "--format", "ecs-metadata-json", "--serve", serve],
            "env": [*rrsa_env(place), *mine],
            "securityContext": container_security() | {"readOnlyRootFilesystem": True},
            "resources": {k: {"cpu": "50m", "memory": "64Mi"} for k in ("requests", "limits")},
            "volumeMounts": identity_mounts(place),
        }
    ]
