"""The preview as a comment on a pull request: Markdown that folds details to stay below the size limit, and says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tools.columns import Column, Row
from tools.preflight.__main__ import PREREQUISITES
from tools.preview.columns import COST_CHANGES, COST_LINES, PARTS, sums
from tools.preview.difference import Change, grouped
from tools.preview.parts import counts
from tools.preview.report import Report
from tools.preview.words import alike, consequences, headline, more_words, outcome, title

LIMIT = 60_000
"""Characters. A comment may have 65,536, and the pipeline adds a head and a foot."""
MANY = 10_000


@dataclass
class Page:
    """How much is shown of everything, and what was left out."""

    properties: int
    changes: int
    verdicts: int
    rows: int
    folded: list[str] = field(default_factory=list)

    def some(self, texts: list[str], most: int, what: str) -> list[str]:
        """At most so many lines; the rest is noted as folded."""
        if len(texts) > most:
            self.folded.append(f"{len(texts) - most} of {len(texts)} {what}")
        return texts[:most]


SIZES = ((MANY, MANY, MANY, MANY), (8, 200, 100, 200), (4, 60, 40, 60), (2, 20, 15, 25), (1, 5, 5, 8))
"""Properties a change, changes a kind, verdicts, rows of a table; the first that fits is taken."""


def markdown(report: Report, limit: int = LIMIT) -> str:
    """The comment, shorter than `limit` characters."""
    for size in SIZES:
        page = Page(*size)
        text = "\n".join([*_body(report, page), *_folded(page, report, limit)]).rstrip() + "\n"
        if len(text) < limit:
            return text
    cut = text[: limit - 200]  # names or messages of unusual length
    return f"{cut[: cut.rfind(chr(10))]}\n\n**Cut here: the rest is in the HTML report.**\n"


def _folded(page: Page, report: Report, limit: int) -> Iterator[str]:
    if page.folded:
        against = f" AGAINST={report.against}" if report.against else ""
        command = f"make preview STACK={report.current.stack}{against} FORMAT=html OUT=preview.html"
        yield f"\nFolded to stay below {limit:,} characters: {'; '.join(page.folded)}. For everything: `{command}`"


def _body(report: Report, page: Page) -> Iterator[str]:
    current = report.current
    against = f" against {code(report.against)}" if report.against else ""
    yield f"### Preview of stack {code(current.stack)}{against}\n"
    yield f"**{outcome(report)}** {plain(' · '.join(headline(report)))}\n"
    if current.refused:
        yield f"```\n{current.refused.strip()}\n```"
        return
    yield from (f"> {plain(p)}" for p in current.problems)
    yield from _other(report)
    yield from _changes(report, page)
    yield from _cost(report, page)
    yield from _rules(report, page)
    yield from _platform(report, page)
    yield from _prerequisites(report)


def _other(report: Report) -> Iterator[str]:
    """What holds for the other revision as a whole."""
    before = report.before
    if before is None:
        return
    if before.refused:
        yield "> The other revision refuses its own settings, so there is nothing to compare with.\n"
    elif not before.graph.resources:
        yield "> The stack is new: the other revision does not have it.\n"
    yield from (f"> {plain(p)}\n" for p in before.problems)


def _changes(report: Report, page: Page) -> Iterator[str]:
    if report.before is None or not report.compared:
        return
    yield "#### Changes\n"
    if not report.changes:
        yield "No resource changes.\n"
    for kind, of_kind in grouped(report.changes):
        rows = alike(of_kind)
        blocks = ["\n".join(_change(c, more, page)) for c, more in rows]
        shown = page.some(blocks, page.changes, f"{kind} resources")
        is_open = " open" if kind in ("replaced", "removed") or len(shown) <= 12 else ""
        yield f"<details{is_open}><summary><b>{kind}</b> ({len(of_kind)})</summary>\n"
        yield from shown
        yield "\n</details>\n"


def _change(change: Change, more: int, page: Page) -> Iterator[str]:
    yield f"- {code(title(change))}{more_words(more)}"
    yield from (f"  - **{plain(text)}**" for text in consequences(change))
    for p in change.properties[: page.properties]:
        mark = " (replaces)" if p.replaces else ""
        yield f"  - {code(p.path)}: {code(p.before)} → {code(p.after)}{mark}"
    rest = len(change.properties) - page.properties
    if rest > 0:
        note = f"properties beyond {page.properties} per resource"
        page.folded += [note] if note not in page.folded else []
        yield f"  - … and {rest} more properties"


def _cost(report: Report, page: Page) -> Iterator[str]:
    yield "#### Cost\n"
    yield "List prices, pay as you go, on demand; a month is 730 hours.\n"
    columns = sums(report.compared)
    yield from (*_head(columns), *(_row(columns, s) for s in report.sums), "")
    if report.compared:
        yield from _table("What changes the cost", COST_CHANGES, report.cost_changes, page)
    lines = sorted(report.current.lines, key=lambda x: -(x.cny_per_hour or 0))
    yield from _table("Every cost line", COST_LINES, lines, page)


def _table(name: str, columns: Sequence[Column[Row]], things: Sequence[Row], page: Page) -> Iterator[str]:
    if things:
        yield f"<details><summary>{name} ({len(things)})</summary>\n"
        yield from _head(columns)
        yield from page.some([_row(columns, thing) for thing in things], page.rows, f"rows of “{name}”")
        yield "\n</details>\n"


def _head(columns: Sequence[Column[Row]]) -> tuple[str, str]:
    rule = "|".join("--:" if c.number else "---" for c in columns)
    return f"| {' | '.join(c.heading for c in columns)} |", f"|{rule}|"


def _row(columns: Sequence[Column[Row]], thing: Row) -> str:
    cells = (code(c.cell(thing)) if c.code else plain(c.cell(thing)) for c in columns)
    return f"| {' | '.join(cells)} |"


def _rules(report: Report, page: Page) -> Iterator[str]:
    yield f"#### Rules, at the enforcement levels of environment {code(report.current.environment)}\n"
    if report.rules_compared:
        changed = [f"- **{r.what}** ({r.verdict.level}): {plain(r.verdict.message)}" for r in report.rules]
        yield from page.some(changed, page.verdicts, "changed rules") or ["The same rules fire as before."]
        yield ""
    rows = [
        f"- {'undecided' if v.undecided else v.level}{f' ({v.severity})' if v.severity else ''}: {plain(v.message)}"
        for v in report.current.verdicts
    ]
    must = [r for r in rows if r.startswith("- mandatory")]
    yield from page.some(must, page.verdicts, "mandatory verdicts")
    others = rows[len(must) :]
    if others:
        yield f"<details><summary>{len(others)} advisory or not decided yet</summary>\n"
        yield from page.some(others, page.verdicts, "advisory verdicts")
        yield "\n</details>\n"
    elif not must:
        yield "No rule fires.\n"


def _platform(report: Report, page: Page) -> Iterator[str]:
    have = counts(report.current)
    yield f"#### The platform: {', '.join(f'{n} {what}' for what, n in have.items())}\n"
    yield from _table("Parts", PARTS, report.parts, page)


def _prerequisites(report: Report) -> Iterator[str]:
    rows = [p for p in report.current.prerequisites if p.enough is not True]
    if rows:
        raised = sum(p.enough is False for p in rows)
        yield f"<details><summary>Prerequisites: {raised} to raise, {len(rows) - raised} to check</summary>\n"
        yield from (*_head(PREREQUISITES), *(_row(PREREQUISITES, p) for p in rows))
        yield "\n</details>\n"


def code(text: str) -> str:
    """Text as code: nothing in it is Markdown, HTML, a mention or a column."""
    safe = text.replace("|", "\\|") or " "
    return f"`` {safe} ``" if "`" in safe else f"`{safe}`"


def plain(text: str) -> str:
    """Text in which nothing is HTML, a mention or a column."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("@", "&#64;").replace("|", "\\|").replace("\n", " ")
