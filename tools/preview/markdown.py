"""The preview as a comment on a pull request: Markdown that folds details to stay below the size limit, and says so."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.preview.difference import Change, grouped
from tools.preview.parts import counts, kinds_of
from tools.preview.report import Report, money, month, signed
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
    if report.compared:
        yield "| | CNY/h before | CNY/h after | change | CNY/month after |\n|---|--:|--:|--:|--:|"
        for s in report.sums:
            was = money(s.before) if s.before is not None else ""
            yield f"| {s.what} | {was} | {money(s.after)} | {signed(s.more)} | {month(s.after)} |"
        rows = [f"| {code(name)} | {kind} | {signed(amount)} |" for name, kind, amount in report.cost_changes]
        yield ""
        yield from _table("What changes the cost", "| Resource | | CNY/h |\n|---|---|--:|", rows, page)
    else:
        yield "| | CNY/h | CNY/month |\n|---|--:|--:|"
        yield from (f"| {s.what} | {money(s.after)} | {month(s.after)} |" for s in report.sums)
        yield ""
    lines = sorted(report.current.lines, key=lambda x: -(x.cny_per_hour or 0))
    rows = [
        f"| {code(x.name)} | {plain(x.what)} | {'' if x.cny_per_hour is None else money(x.cny_per_hour)} "
        f"| {x.kind} | {plain(x.note)} |"
        for x in lines
    ]
    head = "| Resource | What | CNY/h | Paid | Note |\n|---|---|--:|---|---|"
    yield from _table("Every cost line", head, rows, page)


def _table(name: str, head: str, rows: list[str], page: Page) -> Iterator[str]:
    if rows:
        yield f"<details><summary>{name} ({len(rows)})</summary>\n\n{head}"
        yield from page.some(rows, page.rows, f"rows of “{name}”")
        yield "\n</details>\n"


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
    rows = []
    for part in report.parts:
        things = ", ".join(f"{len(names)} {kind}" for kind, names in kinds_of(part).items())
        rows.append(
            f"| {plain(part.name)} | {plain('; '.join(part.facts[:4]))} | {things} "
            f"| {money(part.idle)} | {money(part.at_quota)} |"
        )
    head = "| Part | | Resources | idle CNY/h | at quota |\n|---|---|---|--:|--:|"
    yield from _table("Parts", head, rows, page)


def _prerequisites(report: Report) -> Iterator[str]:
    rows = [p for p in report.current.prerequisites if p.enough is not True]
    if rows:
        raised = sum(p.enough is False for p in rows)
        yield f"<details><summary>Prerequisites: {raised} to raise, {len(rows) - raised} to check</summary>\n"
        yield "| | What | This stack needs | Default | Where to raise it |\n|---|---|---|---|---|"
        for p in rows:
            mark = "raise" if p.enough is False else "check"
            yield f"| {mark} | {plain(p.name)} | {plain(p.need)} | {plain(p.default)} | {plain(p.where)} |"
        yield "\n</details>\n"


def code(text: str) -> str:
    """Text as code: nothing in it is Markdown, HTML, a mention or a column."""
    safe = text.replace("|", "\\|") or " "
    return f"`` {safe} ``" if "`" in safe else f"`{safe}`"


def plain(text: str) -> str:
    """Text in which nothing is HTML, a mention or a column."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("@", "&#64;").replace("|", "\\|").replace("\n", " ")
