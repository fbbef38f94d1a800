"""Sentences about changes that text, Markdown and HTML share."""

import re
from collections import Counter

from tools.preview.difference import Change, grouped
from tools.preview.parts import kind_words, label
from tools.preview.report import Report, money, signed

_TEAM = re.compile(r"^(.+?)-(?:workspace|identity)\b")


def title(change: Change) -> str:
    """`StatefulSet celeborn/celeborn-worker`."""
    return f"{kind_words(change.resource)} {label(change.resource)}"


def consequences(change: Change) -> list[str]:
    """What else is to be said of a change: its old name, its cause, what is lost, why it is refused."""
    found = []
    if change.renamed and change.was is not None:
        found.append(f"was {change.was.kind} {change.was.name}, known by its alias: nothing in the cloud is touched")
    if change.because:
        found.append(f"because {change.because} is replaced")
    if change.lost:
        found.append(f"lost: {change.lost}" if not change.lost.startswith(("it stays", "the old one")) else change.lost)
    if change.refused:
        found.append(f"refused: {change.refused}")
    return found


def alike(changes: list[Change]) -> list[tuple[Change, int]]:
    """Changes that differ only by team, or are the same edit, are one; with how many more there are of it."""
    found: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        found.setdefault(_signature(change), []).append(change)
    return [(same[0], len(same) - 1) for same in found.values()]


def _signature(change: Change) -> tuple[object, ...]:
    name = change.resource.name
    match = _TEAM.match(name)
    team = match.group(1) if match else ""

    def general(text: str) -> str:
        return text.replace(team, "*") if team else text

    if change.because and not change.properties:  # dragged along: what it is matters less than that it is
        return change.kind, change.because, change.lost, change.refused, change.renamed
    properties = tuple((general(p.path), general(p.before), general(p.after)) for p in change.properties)
    own = "" if properties else general(name)  # the same edit of several objects is one edit
    return change.kind, change.resource.type, own, properties, change.because, change.lost, change.refused


def more_words(more: int) -> str:
    """` and 99 alike`."""
    return f" and {more} alike" if more else ""


def headline(report: Report) -> list[str]:
    """The most important facts, one short text each."""
    look = report.look
    if look.refused:
        return ["the program refuses these settings: nothing would be created or changed"]
    found = []
    if report.before is not None and report.compared:
        have = [f"{len(same)} {kind}" for kind, same in grouped(report.changes)]
        found.append(", ".join(have) or "no resource changes")
    else:
        found.append(f"{len(look.graph.resources)} resources")
    for s in report.sums:
        change = f"{money(s.before)} → " if s.before is not None and s.more else ""
        more = f" ({signed(s.more)})" if s.more else ""
        found.append(f"{s.what} {change}{money(s.after)} CNY/h{more}")
    found.append(report.verdict_words())
    refused = Counter(c.refused for c in report.changes if c.refused).total()
    if refused:
        found.append(f"{refused} refused by the engine or the program")
    return found


def outcome(report: Report) -> str:
    """Whether the update could go through, in one sentence."""
    if report.look.refused:
        return "An update would stop before the first resource."
    if any(v.level == "mandatory" for v in report.look.verdicts):
        return "A mandatory rule forbids this update."
    if any(c.refused for c in report.changes):
        return "An update of the living stack would be refused."
    if report.look.problems:
        return "Not everything could be looked at."
    return "Nothing known forbids this update."
