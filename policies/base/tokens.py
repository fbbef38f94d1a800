"""Type tokens: what a resource's properties are read as, and what a `…Patch` leaves unchanged.

A Patch resource sets some fields of an object that exists. It is read as that object: what it sets is judged, and what
it does not set counts as it should be, because whoever created the object answered for that.
"""

from typing import Any

_AUTOSCALER = "kubernetes:autoscaling/{}:HorizontalPodAutoscaler"
_READ_AS = {_AUTOSCALER.format(v): _AUTOSCALER.format("v2") for v in ("v1", "v2beta1", "v2beta2")}
"""Versions that name target and bounds alike. Other old versions are not served any more and are not known."""
_POD: dict[str, Any] = {
    "spec": {"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}}
}
_CONTAINER: dict[str, Any] = {
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
_WORKLOAD: dict[str, Any] = {"spec": {"replicas": 0, "template": _POD}}
_UNCHANGED: dict[str, dict[str, Any]] = {
    "Namespace": {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
    "ServiceAccount": {"automountServiceAccountToken": False},
    "Job": {"spec": {"template": _POD}},
    "CronJob": {"spec": {"jobTemplate": {"spec": {"template": _POD}}}},
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"), _WORKLOAD),
}
"""Kind -> what a rule would miss in a patch that does not set it. No replicas: the patch itself adds no pods."""


def is_patch(token: str) -> bool:
    """True for `kubernetes:apps/v1:DeploymentPatch` and the like."""
    return token.startswith("kubernetes:") and token.endswith("Patch") and not token.endswith(":Patch")


def read_as(token: str) -> str:
    """The type whose reading fits a resource: of a Patch what it patches, of an autoscaler the newest version."""
    plain = token.removesuffix("Patch") if is_patch(token) else token
    return _READ_AS.get(plain, plain)


def over_unchanged(token: str, properties: object) -> object:
    """A patch's properties over what it leaves unchanged; the properties of any other resource as they are."""
    if not is_patch(token):
        return properties
    return _over(_UNCHANGED.get(read_as(token).rsplit(":", 1)[-1], {}), properties)


def _over(base: object, own: object, key: str = "") -> object:
    if own is None:
        return base
    if isinstance(own, list) and key in ("containers", "initContainers"):
        return [_over(_CONTAINER, item) for item in own]
    if isinstance(base, dict) and isinstance(own, dict):
        return {**base, **{k: _over(base.get(k), v, k) for k, v in own.items()}}
    return own
