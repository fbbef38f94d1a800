"""Cost lines: what one resource costs, by use, or why nobody knows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from policies.base.view import View
from policies.cost.model.bills import Bill
from policies.cost.model.prices import Prices, decimal

Kind = Literal["always", "quota", "usage", "unpriced"]
"""always: paid every hour. quota: on top when a quota is used up. usage: by what is used; the amount is not known
here, its unit price is. unpriced: no price is known."""


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
    """The entries of the price file it rests on."""
    note: str = ""
    undecided: bool = False
    """True for pods and quotas without an amount: sums that should hold them are too small."""


def name_of(view: View) -> str:
    """`namespace/name` of a Kubernetes object, the Pulumi name of anything else."""
    return f"{view.namespace}/{view.object_name}" if view.namespace else view.object_name


def unpriced(view: View, what: str, why: str, undecided: bool = False) -> Line:
    """A line that says that, and why, there is no price."""
    return Line("unpriced", name_of(view), what, view.urn, view.namespace, note=why, undecided=undecided)


def usage(view: View, what: str, key: str, prices: Prices, note: str = "") -> Line:
    """A line billed by use: its unit price, or unpriced where that is not known."""
    entry = prices.find(key)
    if entry is None:
        return unpriced(view, what, f"no price of {key} is known here")
    text = f"{entry.value:f} {entry.currency} per {entry.unit}"
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
    """The price entries a pod's bill rests on."""
    prefix = f"acs.{bill.request.acs}" if bill.request.acs else "eci"
    disk = ("eci.ephemeral.gib",) if "disk" in bill.parts else ()
    return (f"{prefix}.vcpu", f"{prefix}.gib", *disk)
