"""How much a workspace may use: its namespace's annotations for the admission policies, quota and limit range."""

from typing import Any

from ..base import constants as c
from ..base.outputs import when_known
from .inputs import WorkspaceInputs

POD_SECURITY = "pod-security.kubernetes.io"


def namespace_labels(inputs: WorkspaceInputs) -> dict[str, str]:
    """Labels of the namespace: Pod Security `restricted` in all three modes, and what policies select by."""
    modes = ("enforce", "warn", "audit")
    return {
        **inputs.labels,
        c.LABEL_NAME: "workspace",
        c.LABEL_MANAGED_BY: c.PROJECT,
        c.LABEL_WORKSPACE: inputs.team,
        c.LABEL_ROLE: "workspace",
        **{f"{POD_SECURITY}/{mode}": "restricted" for mode in modes},
        **{f"{POD_SECURITY}/{mode}-version": "latest" for mode in modes},
    }


def namespace_annotations(inputs: WorkspaceInputs) -> dict[str, Any]:
    """The team's facts that the cluster-wide admission policies read; values are text or Outputs of text."""
    quota, size = inputs.quota, inputs.container
    sidecar = inputs.spark.credentials_sidecar_image if inputs.credentials == "rrsa" else None
    annotations = {
        c.ANNOTATION_IMAGES: when_known(_images, inputs.images, inputs.spark.image, sidecar),
        c.ANNOTATION_RAM_ROLES: inputs.role_name if inputs.credentials == "eci" else "",
        c.ANNOTATION_MAX_EXECUTORS: when_known(lambda pods, drivers: str(pods - drivers), quota.pods, quota.drivers),
        c.ANNOTATION_MAX_CPU: str(size.max_cpu),
        c.ANNOTATION_MAX_MEMORY: f"{size.max_memory_gib}Gi",
    }
    if inputs.monthly_budget_cny is not None:
        annotations[c.ANNOTATION_BUDGET] = str(inputs.monthly_budget_cny)
    if inputs.retired:
        annotations[c.ANNOTATION_RETIRED] = inputs.retired
    return annotations


def _images(listed: tuple[str, ...], *more: str | None) -> str:
    return ",".join(dict.fromkeys([*listed, *(untagged(image) for image in more if image)]))


def untagged(image: str) -> str:
    """An image's name without tag and digest; a registry's port stays."""
    name = image.split("@")[0]
    head, _, tag = name.rpartition(":")
    return head if head and "/" not in tag else name


def quota_hard(inputs: WorkspaceInputs) -> dict[str, Any]:
    """`spec.hard` of the one ResourceQuota: every new pod is counted in it, and more objects would slow creation down.

    `pods` counts pods that run or wait, `count/pods` finished ones as well. Requests are counted; an admission rule
    keeps limits from exceeding them, because serverless pods are billed by limits. A retired workspace takes no further
    SparkApplication; its pods are counted as before, since a running job may still need executors.
    """
    quota = inputs.quota
    return {
        "pods": _text(quota.pods),
        "count/pods": when_known(lambda running, done: str(running + done), quota.pods, quota.finished_pods),
        "requests.cpu": _text(quota.cpu),
        "requests.memory": when_known(lambda gib: f"{gib}Gi", quota.memory_gib),
        "requests.storage": when_known(lambda gib: f"{gib}Gi", quota.storage_gib),
        "persistentvolumeclaims": str(quota.volume_claims),
        "services": _text(quota.services),
        **dict.fromkeys(c.CLOSED_BY_QUOTA, "0"),
        "count/configmaps": _text(quota.config_maps),
        "count/secrets": _text(quota.secrets),
        "count/sparkapplications.sparkoperator.k8s.io": "0" if inputs.retired else _text(quota.applications),
    }


def container_limits(inputs: WorkspaceInputs) -> dict[str, Any]:
    """The LimitRange's entry: what a container gets that sets no resources itself.

    No `max` and no default CPU limit: the API server makes a `max` the limit of every container without one, and
    serverless pods are sized by limits, so each executor would be billed at the largest size. The admission rule
    `pod-size` enforces the largest size. Everything the server would add is written out, or server-side apply
    conflicts.
    """
    memory = f"{inputs.container.default_memory_mib}Mi"
    return {
        "type": "Container",
        "default": {"memory": memory},
        "defaultRequest": {"cpu": f"{inputs.container.default_cpu_millis}m", "memory": memory},
    }


def _text(value: Any) -> Any:  # noqa: ANN401 - a figure or an Output of one
    return when_known(str, value)
