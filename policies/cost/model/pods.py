"""What one pod costs: its containers summed, the size that is billed, CNY per hour.

ECI bills the sum of the containers' limits (requests where there is no limit), rounded up to its table; ACS bills what
is asked for. A pod of which nothing is known is billed 2 vCPU/4 GiB. Init containers count by their largest, as
Kubernetes itself counts them (for ECI's sum this is inferred, not read).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from components.base.constants import ECI
from components.pods import sizes
from components.pods.sizes import Spec
from policies.base.quantity import GIB, quantity
from policies.base.view import Props
from policies.cost.model.prices import Prices, decimal

UNSIZED = Spec(2, 4)
"""What a pod without any request or limit becomes on ECI."""
IGNORE_ENV = {"__ECI_RESOURCE_IGNORE__": "TRUE", "__IGNORE_RESOURCE__": "true"}
"""Variable -> value that leaves a sidecar out of the sum, on ECI and on ACS."""
ACS_LABEL, ACS_CLASS, ACS_QOS = "alibabacloud.com/acs", "alibabacloud.com/compute-class", "alibabacloud.com/compute-qos"


@dataclass(frozen=True)
class PodAsk:
    """What a pod asks for: vCPU, GiB, extra disk, and how it is to be billed."""

    vcpu: float
    gib: float
    ephemeral_gib: float = 0
    spot: bool = False
    economy: bool = False
    acs: str = ""
    """`general-purpose.default` and the like on ACS; empty on ECI."""
    use_specs: tuple[str, ...] = ()
    """`eci-use-specs`: what is tried instead of the containers' sum."""


@dataclass(frozen=True)
class Bill:
    """What is billed for one pod: size and CNY per hour on demand (spot has only a market price)."""

    ask: PodAsk
    spec: Spec | None
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    """CNY per hour of vCPU, memory and disk; empty when there is no price."""
    unpriced: str = ""
    """Why there is no price."""

    @property
    def cny_per_hour(self) -> Decimal | None:
        """The sum of the parts, None when there is no price."""
        return None if self.unpriced else sum(self.parts.values(), Decimal(0))

    @property
    def size(self) -> str:
        """The billed size in words."""
        return str(self.spec) if self.spec else "unknown size"


def ask_of(pod: Props) -> PodAsk:
    """What a pod (or pod template: `metadata`, `spec`) asks for."""
    containers = [c for c in pod.each("spec", "containers") if not is_ignored(c)]
    return sized(pod, total(containers, "cpu", pod), total(containers, "memory", pod) / GIB)


def total(containers: Sequence[Props], resource: str, pod: Props) -> float:
    """The sum of containers, or the largest init container if that is more."""
    summed = sum(amount(c, resource) or 0.0 for c in containers)
    return max([summed, *(amount(c, resource) or 0.0 for c in pod.each("spec", "initContainers"))])


def sized(pod: Props, vcpu: float, gib: float) -> PodAsk:
    """An ask for a given size, billed as the pod's annotations and labels say."""
    note = pod.at("metadata", "annotations")
    specs = note.text(f"{ECI}eci-use-specs") or ""
    return PodAsk(
        vcpu,
        gib,
        ephemeral_gib=(note.quantity(f"{ECI}eci-extra-ephemeral-storage") or 0.0) / GIB,
        spot=is_spot(pod),
        economy=note.text(f"{ECI}eci-compute-category") == "economy",
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


def bill(ask: PodAsk, prices: Prices) -> Bill:
    """What a pod is billed in the region of the prices. Raises TooLargeError above the largest size."""
    if ask.acs:
        return _priced(ask, Spec(ask.vcpu, ask.gib), f"acs.{ask.acs}", prices)
    if ask.economy:
        return Bill(ask, None, unpriced="the memory price of ECI's economy class is not known")
    region = prices.region or ""
    if ask.use_specs:
        return _dearest(ask, region, prices)
    if not ask.vcpu and not ask.gib:
        return _priced(ask, UNSIZED, "eci", prices)
    return _priced(ask, sizes.round_up(ask.vcpu, ask.gib, region, ask.spot), "eci", prices)


def _dearest(ask: PodAsk, region: str, prices: Prices) -> Bill:
    """With `eci-use-specs` any of the listed sizes may be taken: the dearest is what must be reckoned with."""
    bills: list[Bill] = []
    for text in ask.use_specs:
        vcpu, _, memory = text.partition("-")
        try:
            spec = sizes.round_up(float(vcpu), quantity(memory) / GIB, region, ask.spot)
        except sizes.TooLargeError:
            raise
        except ValueError:
            return Bill(ask, None, unpriced="eci-use-specs names an ECS instance type, whose price is not known")
        bills.append(_priced(ask, spec, "eci", prices))
    return max(bills, key=lambda b: b.cny_per_hour or Decimal(0))


def _priced(ask: PodAsk, spec: Spec, prefix: str, prices: Prices) -> Bill:
    pair = prices.pair(prefix)
    if pair is None:
        where = f"in {prices.region}" if prices.region else "while the region is not known"
        return Bill(ask, spec, unpriced=f"no price of {prefix} pods is known {where}")
    parts = {"vCPU": pair[0] * decimal(spec.vcpu), "memory": pair[1] * decimal(spec.gib)}
    extra = 0.0 if ask.acs else ask.ephemeral_gib
    if extra > 0:
        disk = prices.cny("sizes.ephemeral.gib")
        if disk is None:
            return Bill(ask, spec, unpriced="no price of extra ephemeral storage is known here")
        parts["disk"] = disk * decimal(extra)
    return Bill(ask, spec, parts)
