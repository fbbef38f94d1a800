"""The preview as one HTML file: picture, cost bars, changes, rules, a searchable table of all resources.

Self-contained: its own security policy forbids every request. Every value is escaped; the report masks secrets.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path

from replay.graph import Resource
from tools.columns import Column, Row
from tools.preflight.__main__ import PREREQUISITES
from tools.preview.columns import sums
from tools.preview.difference import Change, grouped
from tools.preview.drawing import svg
from tools.preview.parts import Part, counts, kind_words, label
from tools.preview.picture import picture_of
from tools.preview.report import Report, money
from tools.preview.values import masked
from tools.preview.words import alike, consequences, headline, more_words, outcome, title

PAGE = Path(__file__).with_name("page.html")
PROPERTIES = 6_000
"""Characters of a resource's properties that are shown: the page of 100 workspaces stays below 10 MB."""


def html(report: Report) -> str:
    """The whole page."""
    name = f"Preview of stack {report.current.stack}" + (f" against {report.against}" if report.against else "")
    page = PAGE.read_text(encoding="utf-8").replace("@title@", escape(name))
    return page.replace("@body@", "\n".join(_body(report, name)))


def _body(report: Report, name: str) -> Iterator[str]:
    current = report.current
    yield f"<header><h1>{escape(name)}</h1>"
    colour = "bad" if report.fails else "good"
    yield f'<div class="outcome {colour}">{outcome(report)}</div>'
    yield f'<div class="soft">{escape(" · ".join(headline(report)))}</div></header>'
    if current.refused:
        yield f"<pre>{escape(current.refused)}</pre>"
        return
    problems = [*current.problems, *(report.before.problems if report.before else [])]
    yield from (f'<p class="bad">{escape(p)}</p>' for p in problems)
    picture = picture_of(current, report.parts)
    yield "<h2>Architecture</h2>"
    yield f'<div class="picture wide">{svg(picture)}</div>'
    yield f'<div class="picture narrow">{svg(picture, narrow=True)}</div>'
    yield from _cost(report)
    yield from _changes(report)
    yield from _rules(report)
    yield from _prerequisites(report)
    yield from _resources(report)


def _cost(report: Report) -> Iterator[str]:
    yield '<h2>Cost</h2><p class="soft">CNY, list prices, pay as you go, on demand; a month is 730 hours.</p>'
    yield _table(sums(report.compared), report.sums, cards=True)
    yield '<p><span class="warn">■</span> at quota, <span style="color:var(--blue)">■</span> idle;'
    yield " bars are drawn to the square root of the cost, so that small parts stay visible.</p>"
    dearest = sorted((p for p in report.parts if p.at_quota), key=lambda p: -p.at_quota)
    top = dearest[0].at_quota if dearest else Decimal(1)
    yield from (_bar(p, top) for p in dearest)


def _bar(part: Part, top: Decimal) -> str:
    whole = float((part.at_quota / top).sqrt()) * 100
    idle = whole * float(part.idle / part.at_quota)
    return (
        f'<div class="bar"><span>{escape(part.name)}</span><span class="track">'
        f'<i class="idle" style="width:{idle:.1f}%"></i>'
        f'<i class="quota" style="width:{whole - idle:.1f}%"></i></span><span class="num">'
        f"{money(part.idle)} / {money(part.at_quota)}</span></div>"
    )


def _changes(report: Report) -> Iterator[str]:
    if not report.compared:
        return
    yield "<h2>Changes</h2>"
    if not report.changes:
        yield "<p>No resource changes.</p>"
    for kind, of_kind in grouped(report.changes):
        colour = "bad" if kind in ("replaced", "removed") else ""
        yield f'<details open><summary class="{colour}">{kind} ({len(of_kind)})</summary><ul>'
        yield from (_change(change, more) for change, more in alike(of_kind))
        yield "</ul></details>"


def _change(change: Change, more: int) -> str:
    items = [f"<li><strong>{escape(text)}</strong></li>" for text in consequences(change)]
    for p in change.properties:
        mark = ' <strong class="bad">(replaces)</strong>' if p.replaces else ""
        items.append(
            f"<li><code>{escape(p.path)}</code>: <code>{escape(p.before)}</code> → <code>{escape(p.after)}</code>{mark}"
        )
    return f"<li><code>{escape(title(change))}</code>{more_words(more)}<ul>{''.join(items)}</ul></li>"


def _rules(report: Report) -> Iterator[str]:
    yield f"<h2>Rules, at the enforcement levels of environment {escape(report.current.environment)}</h2><ul>"
    for r in report.rules:
        yield f"<li><strong>{escape(r.what)}</strong> ({r.verdict.level}): {escape(r.verdict.message)}</li>"
    for v in report.current.verdicts:
        level = "undecided" if v.undecided else v.level
        colour = "bad" if level == "mandatory" else "warn"
        yield f'<li><strong class="{colour}">{level}</strong> {v.severity}: {escape(v.message)}</li>'
    yield "</ul>" if report.current.verdicts else '<li class="good">no rule fires</li></ul>'


def _prerequisites(report: Report) -> Iterator[str]:
    if report.current.prerequisites:
        yield "<h2>Prerequisites in the account</h2>"
        yield _table(PREREQUISITES, report.current.prerequisites, cards=True)


def _table(columns: Sequence[Column[Row]], things: Sequence[Row], cards: bool = False) -> str:
    """`cards`: on a phone each row becomes a card that names its cells."""
    head = "".join(f"<th{_attributes(c.number * 'num')}>{escape(c.heading)}</th>" for c in columns)
    rows = ("".join(_data(c, thing, cards) for c in columns) for thing in things)
    body = "".join(f"<tr>{cells}</tr>" for cells in rows)
    return f"<table{_attributes(cards * 'cards')}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _data(column: Column[Row], thing: Row, cards: bool) -> str:
    tone = column.tone(thing)
    classes = "num" if column.number else f"mark {tone}" if tone != "plain" else ""
    return f"<td{_attributes(classes, cards * column.heading)}>{escape(column.cell(thing))}</td>"


def _attributes(classes: str, name: str = "") -> str:
    values = {"class": classes, "data-name": name}
    return "".join(f' {key}="{escape(value)}"' for key, value in values.items() if value)


def _cell(name: str, text: str) -> str:
    return f'<td data-name="{name}">{escape(text)}</td>'


def _resources(report: Report) -> Iterator[str]:
    have = ", ".join(f"{n} {what}" for what, n in counts(report.current).items())
    kinds = sorted({kind_words(r) for p in report.parts for r in p.resources})
    options = "".join(f"<option>{escape(k)}</option>" for k in kinds)
    yield f'<h2>Resources</h2><p class="soft">{have}</p>'
    yield '<p><input id="search" type="search" placeholder="search name, part or property" aria-label="Search">'
    yield f' <select id="kind" aria-label="Kind"><option value="">all kinds</option>{options}</select>'
    yield ' <span id="count" class="soft" aria-live="polite"></span></p>'
    yield '<table class="cards" id="resources"><thead><tr><th>Part</th><th>Kind</th><th>Name</th></tr></thead><tbody>'
    for part in report.parts:
        yield from (_resource(part, r) for r in part.resources)
    yield "</tbody></table>"


def _resource(part: Part, resource: Resource) -> str:
    kind, text = kind_words(resource), json.dumps(masked(resource.inputs), indent=1, ensure_ascii=False, sort_keys=True)
    cut = text if len(text) <= PROPERTIES else f"{text[:PROPERTIES]}\n… {len(text) - PROPERTIES:,} more characters"
    protect = ' <span class="good">protected</span>' if resource.options.get("protect") else ""
    inside = f"<details><summary>{escape(label(resource))}</summary><pre>{escape(cut)}</pre></details>{protect}"
    return f'<tr data-kind="{escape(kind)}">{_cell("Part", part.name)}{_cell("Kind", kind)}<td>{inside}</td></tr>'
