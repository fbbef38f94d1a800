"""Parts of a pod that every workload shares: where it runs, what ECI reads, how it is confined, who it is.

Pure functions to plain dicts. They fulfil the Pod Security standard `restricted`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..base.constants import CREDENTIALS_SIDECAR, ECI, LABEL_ZONE, VIRTUAL_NODE_TAINT
from .kinds import KINDS, Credentials, Pods

SPARK_UID = 185
"""User and group of the official Spark images and of images/spark."""
FREE_EPHEMERAL_GIB = 30
"""Disk of an ECI pod that is free of charge, in GiB."""
MAX_PENDING_MINUTES = 30
"""How long an ECI pod may wait for capacity or its image by default."""
TOKEN_DIR = "/var/run/secrets/ack.alibabacloud.com/rrsa-tokens"  # noqa: S105 - a directory
TOKEN_SECONDS = 3600

Template = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PodContext:
    """Where a pod runs and who it is, in plain values; an empty text stands for "there is none"."""

    namespace: str
    region: str
    pods: Pods = "eci"
    credentials: Credentials = "none"
    """How the pod proves who it is to OSS; `none` where there is no OSS."""
    role_name: str = ""
    """RAM role named in the annotation of ECI pods (`credentials` eci)."""
    role_arn: str = ""
    oidc_provider_arn: str = ""
    """The role a service account token is exchanged for, and by which provider (`credentials` rrsa)."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags for cost allocation on the pod."""


def eci_annotations(
    context: PodContext, image_cache: bool = True, max_pending_minutes: int = MAX_PENDING_MINUTES
) -> dict[str, str]:
    """What ECI reads when a pod is created: image cache, longest wait, tags, RAM role. Empty for pods elsewhere."""
    if not KINDS[context.pods].on_eci:
        return {}
    annotations = {
        f"{ECI}eci-auto-imc": str(image_cache).lower(),
        f"{ECI}eci-max-pending-minute": str(max_pending_minutes),
        **cost_tags(context.pods, context.tags),
    }
    if context.credentials == "eci" and context.role_name:
        annotations[f"{ECI}eci-ram-role-name"] = context.role_name
    return annotations


def cost_tags(pods: Pods, tags: Mapping[str, str]) -> dict[str, str]:
    """The annotation that gives an ECI pod its tags: comma-separated key:value pairs. Empty for pods elsewhere."""
    if not KINDS[pods].on_eci or not tags:
        return {}
    return {f"{ECI}eci-custom-tags": ",".join(f"{k}:{v}" for k, v in sorted(tags.items()))}


def eci_spot(protected_hours: int = 1) -> dict[str, str]:
    """Spot capacity at the market price, on demand when there is none."""
    annotations = {f"{ECI}eci-spot-strategy": "SpotAsPriceGo", f"{ECI}eci-spot-fallback": "true"}
    return annotations if protected_hours else {**annotations, f"{ECI}eci-spot-duration": "0"}


def eci_disk(gib: int) -> dict[str, str]:
    """The disk a pod needs beyond what is free."""
    more = gib - FREE_EPHEMERAL_GIB
    return {f"{ECI}eci-extra-ephemeral-storage": f"{more}Gi"} if more > 0 else {}


def virtual_node_tolerations() -> list[Template]:
    """Lets a pod run on ACK's virtual nodes, which are tainted; harmless elsewhere."""
    return [{"key": VIRTUAL_NODE_TAINT, "operator": "Exists", "effect": "NoSchedule"}]


def zone_spread(labels: Mapping[str, str]) -> Template:
    """Spreads the pods with these labels over the zones, as far as there is capacity."""
    return {
        "maxSkew": 1,
        "topologyKey": LABEL_ZONE,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": dict(labels)},
    }


def pod_security(uid: int = SPARK_UID) -> Template:
    """The pod's half of the standard `restricted`."""
    return {
        "runAsNonRoot": True,
        "runAsUser": uid,
        "runAsGroup": uid,
        "fsGroup": uid,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> Template:
    """A container's half of the standard `restricted`."""
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True}


def restricted_namespace() -> dict[str, str]:
    """Labels by which the API server holds every pod of a namespace to the standard `restricted`."""
    return {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}


def rrsa_env(context: PodContext) -> list[dict[str, str]]:
    """What Alibaba Cloud's SDKs and tools read to exchange the pod's token for credentials.

    Written here so that RRSA's webhook, which would sit on every executor's creation, is not needed.
    """
    if context.credentials != "rrsa":
        return []
    return [
        {"name": "ALIBABA_CLOUD_ROLE_ARN", "value": context.role_arn},
        {"name": "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "value": context.oidc_provider_arn},
        {"name": "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "value": f"{TOKEN_DIR}/token"},
        {"name": "ALIBABA_CLOUD_STS_REGION", "value": context.region},
        {"name": "ALIBABA_CLOUD_STS_ENDPOINT", "value": f"sts-vpc.{context.region}.aliyuncs.com"},
    ]


def identity_volumes(context: PodContext) -> list[Template]:
    """With RRSA: the service account's token for Alibaba Cloud's STS, renewed by the kubelet."""
    if context.credentials != "rrsa":
        return []
    token = {"audience": "sts.aliyuncs.com", "expirationSeconds": TOKEN_SECONDS, "path": "token"}
    sources = [{"serviceAccountToken": token}]
    return [{"name": "rrsa-oidc-token", "projected": {"sources": sources, "defaultMode": 0o440}}]


def identity_mounts(context: PodContext) -> list[Template]:
    """Mounts of `identity_volumes`; Spark's container gets them too, for tools that know RRSA themselves."""
    if context.credentials != "rrsa":
        return []
    return [{"name": "rrsa-oidc-token", "mountPath": TOKEN_DIR, "readOnly": True}]


def sidecars(image: object, context: PodContext) -> list[Template]:
    """With RRSA: ack-ram-tool serving credentials on loopback, which is what JindoSDK can read.

    Unproven on ECI: that the sidecar is stopped when Spark's container has ended, and is left out of the pod's size.
    """
    if context.credentials != "rrsa":
        return []
    serve = f"127.0.0.1:{CREDENTIALS_SIDECAR}"
    own = [
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
            "env": [*rrsa_env(context), *own],
            "securityContext": container_security() | {"readOnlyRootFilesystem": True},
            "resources": {k: {"cpu": "50m", "memory": "64Mi"} for k in ("requests", "limits")},
            "volumeMounts": identity_mounts(context),
        }
    ]
