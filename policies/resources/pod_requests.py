"""What one pod requests: the sum of its containers, and how it is to be billed.

ECI counts the containers' limits (requests where there is no limit). Init containers count by their largest, as
Kubernetes itself counts them (for ECI's sum this is inferred, not read).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from components.base.constants import ECI
from policies.base.quantity import GIB
from policies.base.view import Props

IGNORE_ENV = {"__ECI_RESOURCE_IGNORE__": "TRUE", "__IGNORE_RESOURCE__": "true"}
"""Variable -> value that leaves a sidecar out of the sum, on ECI and on ACS."""
ACS_LABEL, ACS_CLASS, ACS_QOS = "alibabacloud.com/acs", "alibabacloud.com/compute-class", "alibabacloud.com/compute-qos"


@dataclass(frozen=True)
class PodRequest:
    """What a pod requests: vCPU, memory and extra disk, and how it is to be billed."""

    vcpu: float
    gib: float
    ephemeral_gib: float = 0
    spot: bool = False
    economy: bool = False
    acs: str = ""
    """`general-purpose.default` and the like on ACS; empty on ECI."""
    use_specs: tuple[str, ...] = ()
    """`eci-use-specs`: what is tried instead of the containers' sum."""


def request_of(pod: Props) -> PodRequest:
    """What a pod, or a pod template (`metadata` and `spec`), requests."""
    containers = [c for c in pod.each("spec", "containers") if not is_ignored(c)]
    return sized(pod, total(containers, "cpu", pod), total(containers, "memory", pod) / GIB)


def total(containers: Sequence[Props], resource: str, pod: Props) -> float:
    """The sum over the containers, or the largest init container where that is more."""
    summed = sum(amount(c, resource) or 0.0 for c in containers)
    return max([summed, *(amount(c, resource) or 0.0 for c in pod.each("spec", "initContainers"))])


def sized(pod: Props, vcpu: float, gib: float) -> PodRequest:
    """A request for this size, billed as the pod's annotations and labels say."""
    annotations = pod.at("metadata", "annotations")
    specs = annotations.text(f"{ECI}eci-use-specs") or ""
    return PodRequest(
        vcpu,
        gib,
        ephemeral_gib=(annotations.quantity(f"{ECI}eci-extra-ephemeral-storage") or 0.0) / GIB,
        spot=is_spot(pod),
        economy=annotations.text(f"{ECI}eci-compute-category") == "economy",
        acs=acs_class(pod),
        use_specs=tuple(s.strip() for s in specs.split(",") if s.strip()),
    )


def is_spot(pod: Props) -> bool:
    """True when a pod asks for a spot instance."""
    return (pod.text("metadata", "annotations", f"{ECI}eci-spot-strategy") or "NoSpot") != "NoSpot"


def acs_class(pod: Props) -> str:
    """`general-purpose.default` and the like for a pod labelled for ACS, else empty."""
    labels = pod.at("metadata", "labels")
    if labels.text(ACS_LABEL) != "true" and not labels.has(ACS_CLASS):
        return ""
    return f"{labels.text(ACS_CLASS) or 'general-purpose'}.{labels.text(ACS_QOS) or 'default'}"


def amount(container: Props, resource: str) -> float | None:
    """The limit of a container, or its request: what ECI counts."""
    limit = container.quantity("resources", "limits", resource)
    return limit if limit is not None else container.quantity("resources", "requests", resource)


def is_ignored(container: Props) -> bool:
    """True for a sidecar that is left out of the pod's size."""
    return any(
        env.text("value") == IGNORE_ENV[name]
        for env in container.each("env")
        if (name := env.text("name") or "") in IGNORE_ENV
    )
