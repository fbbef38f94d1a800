"""The tables of a preview. A new column is one line here: text, Markdown and HTML draw what they find."""

from decimal import Decimal

from policies.cost.model.lines import Line
from tools.columns import Column
from tools.preview.parts import Part, kinds_of
from tools.preview.report import CostChange, Sum, money, month, signed

MOST_FACTS = 4
"""Facts of a part that its row shows."""


def sums(compared: bool) -> tuple[Column[Sum], ...]:
    """The totals; `compared`: with what they were before."""
    before: tuple[Column[Sum], ...] = (
        Column("CNY/h before", lambda s: "" if s.before is None else money(s.before), number=True),
    )
    change: tuple[Column[Sum], ...] = (Column("change", lambda s: signed(s.more), number=True),)
    return (
        Column("", lambda s: s.what),
        *(before if compared else ()),
        Column("CNY/h", lambda s: money(s.after), number=True),
        *(change if compared else ()),
        Column("CNY/month", lambda s: month(s.after), number=True),
    )


COST_CHANGES: tuple[Column[CostChange], ...] = (
    Column("Resource", lambda c: c.resource, code=True),
    Column("", lambda c: c.kind),
    Column("CNY/h", lambda c: signed(c.more), number=True),
)
COST_LINES: tuple[Column[Line], ...] = (
    Column("Resource", lambda line: line.name, code=True),
    Column("What", lambda line: line.what),
    Column("CNY/h", lambda line: _price(line.cny_per_hour), number=True),
    Column("Billed", lambda line: line.kind),
    Column("Note", lambda line: line.note),
)
PARTS: tuple[Column[Part], ...] = (
    Column("Part", lambda p: p.name),
    Column("Facts", lambda p: "; ".join(p.facts[:MOST_FACTS])),
    Column("Resources", lambda p: ", ".join(f"{len(names)} {kind}" for kind, names in kinds_of(p).items())),
    Column("idle CNY/h", lambda p: money(p.idle), number=True),
    Column("at quota CNY/h", lambda p: money(p.at_quota), number=True),
)


def _price(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)
