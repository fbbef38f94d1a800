"""What one pod costs: the size that is billed, and CNY per hour.

ECI rounds what a pod asks for up to its table; ACS bills it as it is. A pod that names no size is billed as
2 vCPU/4 GiB.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from components.pods import sizes
from components.pods.sizes import Spec
from policies.base.quantity import GIB, quantity
from policies.cost.model.prices import Prices, decimal
from policies.resources.pod_requests import PodRequest

UNSIZED = Spec(2, 4)
"""What a pod without any request or limit becomes on ECI."""


@dataclass(frozen=True)
class Bill:
    """What is billed for one pod: its size, and CNY per hour on demand (spot has only a market price)."""

    request: PodRequest
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


def bill(request: PodRequest, prices: Prices) -> Bill:
    """What a pod is billed in the region of the prices. Raises TooLargeError above the largest size."""
    if request.acs:
        return _priced(request, Spec(request.vcpu, request.gib), f"acs.{request.acs}", prices)
    if request.economy:
        return Bill(request, None, unpriced="the memory price of ECI's economy class is not known")
    region = prices.region or ""
    if request.use_specs:
        return _most_expensive(request, region, prices)
    if not request.vcpu and not request.gib:
        return _priced(request, UNSIZED, "eci", prices)
    return _priced(request, sizes.round_up(request.vcpu, request.gib, region, request.spot), "eci", prices)


def _most_expensive(request: PodRequest, region: str, prices: Prices) -> Bill:
    """With `eci-use-specs` ECI may take any of the listed sizes, so the most expensive one is counted."""
    bills: list[Bill] = []
    for text in request.use_specs:
        vcpu, _, memory = text.partition("-")
        try:
            spec = sizes.round_up(quantity(vcpu), quantity(memory) / GIB, region, request.spot)
        except sizes.TooLargeError:
            raise
        except ValueError:
            return Bill(request, None, unpriced="eci-use-specs names an ECS instance type, whose price is not known")
        bills.append(_priced(request, spec, "eci", prices))
    return max(bills, key=lambda b: b.cny_per_hour or Decimal(0))


def _priced(request: PodRequest, spec: Spec, prefix: str, prices: Prices) -> Bill:
    pair = prices.pair(prefix)
    if pair is None:
        region = f"in {prices.region}" if prices.region else "while the region is not known"
        return Bill(request, spec, unpriced=f"no price of {prefix} pods is known {region}")
    parts = {"vCPU": pair[0] * decimal(spec.vcpu), "memory": pair[1] * decimal(spec.gib)}
    extra = 0.0 if request.acs else request.ephemeral_gib
    if extra > 0:
        disk = prices.cny("eci.ephemeral.gib")
        if disk is None:
            return Bill(request, spec, unpriced="no price of extra ephemeral storage is known here")
        parts["disk"] = disk * decimal(extra)
    return Bill(request, spec, parts)
