"""The preview as text: a tree of the platform, the cost, the verdicts, the changes; coloured only on a terminal."""

import io
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from tools.columns import Column, Row
from tools.preflight.__main__ import COLOURS as TONES
from tools.preflight.__main__ import tone_of, verdict_of
from tools.preview.columns import COST_LINES, sums
from tools.preview.difference import Change, Kind, grouped
from tools.preview.parts import Part, counts, kinds_of
from tools.preview.report import Report, money
from tools.preview.words import alike, consequences, headline, more_words, outcome, title

PLAIN_WIDTH = 120
COLOURS: dict[Kind, str] = {
    "replaced": "bold red",
    "removed": "red",
    "added": "green",
    "changed": "yellow",
    "renamed": "cyan",
}
WHOLE_WORKSPACES = 5
"""Workspaces that are shown with all their resources; of more, each is one line."""
NAMES = 4
LINES = 12
"""Cost lines, and verdicts of one rule, that are shown."""


def text(report: Report) -> str:
    """The preview as text, with colours if standard output is a terminal."""
    terminal = sys.stdout.isatty()
    buffer = io.StringIO()
    width = Console().width if terminal else PLAIN_WIDTH
    console = Console(file=buffer, width=width, force_terminal=terminal, highlight=False, emoji=False)
    current = report.current
    against = f" against {escape(report.against)}" if report.against else ""
    console.print(f"[bold]Stack {escape(current.stack)}{against}[/]")
    if current.refused:
        console.print(f"[red]{outcome(report)}[/]")
        console.print(current.refused, markup=False, soft_wrap=True)
        return buffer.getvalue()
    console.print(tree(report))
    _changes(console, report)
    _cost(console, report)
    _rules(console, report)
    _prerequisites(console, report)
    for problem in [*current.problems, *(report.before.problems if report.before else [])]:
        console.print(f"[red]{escape(problem)}[/]")
    colour = "red" if report.fails else "green"
    console.print(f"\n[bold]{escape(' · '.join(headline(report)))}[/]\n[{colour}]{outcome(report)}[/]")
    return buffer.getvalue()


def tree(report: Report) -> Tree:
    """The platform as people think of it."""
    current = report.current
    have = ", ".join(f"{n} {what}" for what, n in counts(current).items())
    root = Tree(f"[bold]Spark platform[/] {current.environment}, {current.region}: {have}")
    workspaces = [p for p in report.parts if p.team]
    for part in report.parts:
        if not part.team:
            _branch(root, part)
    if len(workspaces) <= WHOLE_WORKSPACES:
        for part in workspaces:
            _branch(root, part)
    else:
        branch = root.add(f"[bold]{len(workspaces)} workspaces[/]")
        for part in workspaces:
            branch.add(f"{escape(part.team)}: {escape('; '.join(part.facts[:1]))}; {_price(part)}")
    return root


def _branch(root: Tree, part: Part) -> None:
    branch = root.add(f"[bold]{escape(part.name)}[/] [dim]{_price(part)}[/]")
    for fact in part.facts:
        branch.add(escape(fact), style="cyan")
    for kind, names in kinds_of(part).items():
        more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
        branch.add(f"{kind}: {escape(', '.join(names[:NAMES]))}{more}")


def _price(part: Part) -> str:
    if not part.at_quota:
        return f"{len(part.resources)} resources"
    quota = f", at quota {money(part.at_quota)}" if part.at_quota != part.idle else ""
    return f"{len(part.resources)} resources, {money(part.idle)} CNY/h{quota}"


def _changes(console: Console, report: Report) -> None:
    if not report.compared:
        return
    console.print("\n[bold]Changes[/]" if report.changes else "\nNo resource changes.")
    for kind, of_kind in grouped(report.changes):
        branch = Tree(f"[{COLOURS[kind]}]{kind}[/] ({len(of_kind)})")
        for change, more in alike(of_kind):
            _change(branch, change, more)
        console.print(branch)


def _change(branch: Tree, change: Change, more: int) -> None:
    node = branch.add(f"{escape(title(change))}{more_words(more)}")
    for sentence in consequences(change):
        node.add(f"[bold red]{escape(sentence)}[/]" if change.kind != "renamed" else escape(sentence))
    for p in change.properties:
        mark = " [red](replaces)[/]" if p.replaces else ""
        node.add(f"{escape(p.path)}: [red]{escape(p.before)}[/] → [green]{escape(p.after)}[/]{mark}")


def _cost(console: Console, report: Report) -> None:
    console.print("\n[bold]Cost[/], CNY (list prices, on demand; a month is 730 hours)")
    console.print(_table(sums(report.compared), report.sums))
    lines = [line for line in report.current.lines if line.cny_per_hour]
    lines.sort(key=lambda line: -(line.cny_per_hour or 0))
    console.print(_table(COST_LINES, lines[:LINES]))
    rest = len(report.current.lines) - len(lines[:LINES])
    if rest:
        console.print(
            f"… and {rest} more lines, smaller or billed by use: make cost STACK={report.current.stack}", markup=False
        )


def _table(columns: Sequence[Column[Row]], things: Sequence[Row]) -> Table:
    result = Table()
    for column in columns:
        result.add_column(column.heading, justify="right" if column.number else "left")
    for thing in things:
        result.add_row(*(escape(c.cell(thing)) for c in columns))
    return result


def _rules(console: Console, report: Report) -> None:
    console.print(f"\n[bold]Rules[/] at the enforcement levels of environment {escape(report.current.environment)}")
    for r in report.rules:
        console.print(f"  [magenta]{r.what}[/] ({r.verdict.level}): {escape(r.verdict.message)}")
    seen: dict[str, int] = {}
    for v in report.current.verdicts:
        seen[v.rule] = seen.get(v.rule, 0) + 1
        if seen[v.rule] <= LINES:
            level = "undecided" if v.undecided else v.level
            colour = "red" if level == "mandatory" else "yellow"
            console.print(f"  [{colour}]{level}[/] {v.severity}: {escape(v.message)}")
    for rule, n in seen.items():
        if n > LINES:
            console.print(f"  … and {n - LINES} more of {rule}")
    if not seen:
        console.print("  [green]no rule fires[/]")


def _prerequisites(console: Console, report: Report) -> None:
    rows = [p for p in report.current.prerequisites if p.enough is not True]
    if rows:
        console.print("\n[bold]Prerequisites[/] (make preflight shows where to raise each)")
    for p in rows:
        colour = TONES[tone_of(p)]
        console.print(
            f"  [{colour}]{verdict_of(p)}[/] {escape(p.name)}: {escape(p.need)} (default: {escape(p.default)})"
        )
