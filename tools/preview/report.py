"""The content of a preview, alone or against a revision, before it becomes text, Markdown, HTML or JSON."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from policies.base.check import Verdict
from policies.cost.model.lines import Line
from policies.cost.model.prices import HOURS_PER_MONTH, fen
from tools.preview.assessment import Assessment
from tools.preview.difference import Change, compare
from tools.preview.effects import effect_of
from tools.preview.parts import Part, counts, parts_of


@dataclass(frozen=True)
class Sum:
    """One figure before and after, CNY an hour."""

    what: str
    after: Decimal
    before: Decimal | None = None

    @property
    def more(self) -> Decimal:
        """By how much it costs more per hour; negative if it costs less."""
        return self.after - (self.before or Decimal(0)) if self.before is not None else Decimal(0)


@dataclass(frozen=True)
class CostChange:
    """By how much a resource costs more per hour; negative if it costs less."""

    resource: str
    kind: str
    """`idle` or `at quota`."""
    more: Decimal


@dataclass(frozen=True)
class RuleChange:
    """A rule that now fires, no longer fires, or fires at another level."""

    verdict: Verdict
    what: str
    """`now fires`, `no longer fires`, `now mandatory`, `now advisory`."""


@dataclass
class Report:
    """Everything that a preview shows."""

    current: Assessment
    parts: list[Part]
    against: str = ""
    """The revision to compare with; empty: none."""
    before: Assessment | None = None
    changes: list[Change] = field(default_factory=list)
    rules: list[RuleChange] = field(default_factory=list)

    @property
    def compared(self) -> bool:
        """True when both sides have a graph to compare."""
        return self.before is not None and not self.before.refused and not self.current.refused

    @property
    def rules_compared(self) -> bool:
        """True when the policies of both sides gave their answers."""
        return self.before is not None and self.compared and not self.before.problems

    @property
    def sums(self) -> tuple[Sum, Sum]:
        """Idle and at quota."""
        now = self.current.cost
        if self.before is None or not self.compared:
            return Sum("idle", now.idle), Sum("at quota", now.at_quota)
        was = self.before.cost
        return Sum("idle", now.idle, was.idle), Sum("at quota", now.at_quota, was.at_quota)

    @property
    def cost_changes(self) -> list[CostChange]:
        """The resources whose cost changes, the largest change first."""
        if self.before is None or not self.compared:
            return []
        old, new = _amounts(self.before.lines), _amounts(self.current.lines)
        more = {k: new.get(k, Decimal(0)) - old.get(k, Decimal(0)) for k in {**old, **new}}
        changes = [CostChange(name, kind, amount) for (name, kind), amount in more.items() if fen(amount)]
        return sorted(changes, key=lambda c: (-abs(c.more), c.resource, c.kind))

    @property
    def fails(self) -> bool:
        """True when the update would be refused."""
        return self.current.fails or any(c.refused for c in self.changes)

    def verdict_words(self) -> str:
        """`2 mandatory, 3 advisory`, or that nothing fires."""
        have = Counter("undecided" if v.undecided else v.level for v in self.current.verdicts)
        levels = [f"{have[k]} {k}" for k in ("mandatory", "advisory", "undecided") if have[k]]
        return ", ".join(levels) or "no rule fires"


def report_of(current: Assessment, against: str = "", before: Assessment | None = None) -> Report:
    """The report of an assessment, compared with that of another revision if there is one."""
    report = Report(current, parts_of(current), against, before)
    if before is not None and report.compared:
        report.changes = compare(before.graph, current.graph)
        if report.rules_compared:
            report.rules = list(_rule_changes(before, current, report.changes))
    return report


def _amounts(lines: list[Line]) -> dict[tuple[str, str], Decimal]:
    amounts: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        if line.cny_per_hour is not None:
            key = (line.name, "idle" if line.kind == "always" else "at quota")
            amounts[key] = amounts.get(key, Decimal(0)) + line.cny_per_hour
    return amounts


def _rule_changes(before: Assessment, after: Assessment, changes: list[Change]) -> Iterator[RuleChange]:
    """By rule and resource; a renamed resource is the same one."""
    now = {c.was.urn: c.resource.urn for c in changes if c.was is not None}
    old = {(v.rule, now.get(v.urn, v.urn)): v for v in before.verdicts if not v.undecided}
    new = {(v.rule, v.urn): v for v in after.verdicts if not v.undecided}
    for key, verdict in new.items():
        if key not in old:
            yield RuleChange(verdict, "now fires")
        elif old[key].level != verdict.level:
            yield RuleChange(verdict, f"now {verdict.level}")
    yield from (RuleChange(v, "no longer fires") for key, v in old.items() if key not in new)


def money(amount: Decimal) -> str:
    """CNY with two decimal places."""
    return f"{fen(amount):,}"


def month(amount: Decimal) -> str:
    """An hourly amount as whole CNY per month of 730 hours."""
    return f"{amount * HOURS_PER_MONTH:,.0f}"


def signed(amount: Decimal) -> str:
    """`+1.20`, `-3.00`."""
    return f"{fen(amount):+,}"


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain data. Values are already masked, so it holds no secret."""
    current = report.current
    return {
        "stack": current.stack,
        "environment": current.environment,
        "region": current.region,
        "against": report.against or None,
        "refused": current.refused or None,
        "problems": current.problems,
        "passes": not report.fails,
        "counts": counts(current),
        "costCnyPerHour": {s.what: {"after": str(fen(s.after)), "before": _fen(s.before)} for s in report.sums},
        "costLines": [_line(line) for line in current.lines],
        "parts": [_part(p) for p in report.parts],
        "verdicts": [_verdict(v) for v in current.verdicts],
        "rules": [{"what": r.what, **_verdict(r.verdict)} for r in report.rules],
        "changes": [_change(c) for c in report.changes],
        "prerequisites": [vars(p) for p in current.prerequisites],
    }


def _fen(amount: Decimal | None) -> str | None:
    return None if amount is None else str(fen(amount))


def _line(line: Line) -> dict[str, Any]:
    amount = None if line.cny_per_hour is None else str(line.cny_per_hour.normalize())
    return {"kind": line.kind, "name": line.name, "what": line.what, "cnyPerHour": amount, "note": line.note}


def _part(part: Part) -> dict[str, Any]:
    urns = [r.urn for r in part.resources]
    return {"name": part.name, "facts": list(part.facts), "idle": _fen(part.idle), "atQuota": _fen(part.at_quota),
            "resources": urns}  # fmt: skip


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"rule": verdict.rule, "level": verdict.level, "severity": verdict.severity, "urn": verdict.urn,
            "message": verdict.message, "undecided": verdict.undecided}  # fmt: skip


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "urn": change.resource.urn,
        "was": change.was.urn if change.renamed and change.was else None,
        "properties": [vars(p) for p in change.properties],
        "effect": effect_of(change).name,
        "lost": change.lost,
        "because": change.because,
        "refused": change.refused,
    }
