"""Cost lines: what one resource costs by the hour or by use, or why that is not known."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from policies.base.view import View
from policies.cost.model.bills import Bill
from policies.cost.model.prices import Prices, decimal

Kind = Literal["always", "quota", "usage", "unpriced"]
"""always: paid every hour. quota: added when a quota is used up. usage: paid by use: the unit price is known, the
amount is not. unpriced: no price is known."""


@dataclass(frozen=True)
class Line:
    """One line of the cost table."""

    kind: Kind
    name: str
    """The resource, as people call it: `celeborn/celeborn-worker`."""
    what: str
    """What is paid for: `4 pods of 8 vCPU/32 GiB`."""
    urn: str
    namespace: str = ""
    cny_per_hour: Decimal | None = None
    """Known for `always` and `quota`; None otherwise."""
    keys: tuple[str, ...] = ()
    """The keys of the prices it rests on."""
    note: str = ""
    undecided: bool = False
    """True for pods and quotas without an amount: sums that should include them are too small."""


def name_of(view: View) -> str:
    """`namespace/name` of a Kubernetes object, the Pulumi name of any other resource."""
    return f"{view.namespace}/{view.object_name}" if view.namespace else view.object_name


def unpriced(view: View, what: str, why: str, undecided: bool = False) -> Line:
    """A line without a price, and why it has none."""
    return Line("unpriced", name_of(view), what, view.urn, view.namespace, note=why, undecided=undecided)


def usage(view: View, what: str, key: str, prices: Prices, note: str = "") -> Line:
    """A line billed by use: its unit price, or unpriced where that is not known."""
    price = prices.find(key)
    if price is None:
        return unpriced(view, what, f"no price of {key} is known here")
    text = f"{price.value:f} {price.currency} per {price.unit}"
    return Line(
        "usage", name_of(view), what, view.urn, view.namespace, keys=(key,), note="; ".join(filter(None, [text, note]))
    )


def hourly(view: View, what: str, key: str, prices: Prices, count: float = 1, note: str = "") -> Line:
    """A line paid every hour by one price, or unpriced where that is not known."""
    value = prices.cny(key)
    if value is None:
        return unpriced(view, what, f"no price of {key} is known here")
    amount = value * decimal(count)
    return Line("always", name_of(view), what, view.urn, view.namespace, amount, (key,), note)


def pod_keys(bill: Bill) -> tuple[str, ...]:
    """The keys of the prices a pod's bill rests on."""
    prefix = f"acs.{bill.request.acs}" if bill.request.acs else "eci"
    disk = ("eci.ephemeral.gib",) if "disk" in bill.parts else ()
    return (f"{prefix}.vcpu", f"{prefix}.gib", *disk)
