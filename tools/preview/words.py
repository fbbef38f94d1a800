"""Sentences about changes that text, Markdown and HTML share."""

import re
from collections import Counter

from tools.preview.difference import Change, grouped
from tools.preview.effects import WORDS, effect_of, gravest
from tools.preview.parts import kind_words, label
from tools.preview.report import Report, money, signed

_TEAM = re.compile(r"^(.+?)-(?:workspace|identity)\b")


def title(change: Change) -> str:
    """`StatefulSet celeborn/celeborn-worker`."""
    return f"{kind_words(change.resource)} {label(change.resource)}"


def consequences(change: Change) -> list[str]:
    """The consequences of a change: its old name, its cause, its effect on running work, its losses, its refusal."""
    sentences = []
    if change.renamed and change.was is not None:
        sentences.append(
            f"was {change.was.kind} {change.was.name}, recognized by its alias; nothing in the cloud changes"
        )
    if change.because:
        sentences.append(f"because {change.because} is replaced")
    if change.kind in ("changed", "replaced", "removed") and change.resource.custom and not change.refused:
        effect = effect_of(change)
        sentences.append(WORDS[effect.name] if change.lost else effect.sentence)
    if change.lost:
        sentences.append(
            f"lost: {change.lost}" if not change.lost.startswith(("it stays", "the old one")) else change.lost
        )
    if change.refused:
        sentences.append(f"refused: {change.refused}")
    return sentences


def alike(changes: list[Change]) -> list[tuple[Change, int]]:
    """Changes that differ only by team, or are the same edit, as one; each with the number of further ones like it."""
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(_signature(change), []).append(change)
    return [(group[0], len(group) - 1) for group in groups.values()]


def _signature(change: Change) -> tuple[object, ...]:
    name = change.resource.name
    match = _TEAM.match(name)
    team = match.group(1) if match else ""

    def general(text: str) -> str:
        return text.replace(team, "*") if team else text

    if change.because and not change.properties:  # dragged along: that it is replaced matters more than what it is
        return change.kind, change.because, change.lost, change.refused, change.renamed
    properties = tuple((general(p.path), general(p.before), general(p.after)) for p in change.properties)
    own = "" if properties else general(name)  # the same edit of several objects is one edit
    return change.kind, change.resource.type, own, properties, change.because, change.lost, change.refused


def more_words(more: int) -> str:
    """` and 99 more like it`."""
    return f" and {more} more like it" if more else ""


def headline(report: Report) -> list[str]:
    """The most important facts, one short text each."""
    current = report.current
    if current.refused:
        return ["the program refuses these settings: nothing would be created or changed"]
    facts = []
    if report.before is not None and report.compared:
        have = [f"{len(group)} {kind}" for kind, group in grouped(report.changes)]
        facts.append(", ".join(have) or "no resource changes")
        if have:
            facts.append(f"at the worst: {WORDS[gravest(report.changes).name]}")
    else:
        facts.append(f"{len(current.graph.resources)} resources")
    for s in report.sums:
        change = f"{money(s.before)} → " if s.before is not None and s.more else ""
        more = f" ({signed(s.more)})" if s.more else ""
        facts.append(f"{s.what} {change}{money(s.after)} CNY/h{more}")
    facts.append(report.verdict_words())
    refused = Counter(c.refused for c in report.changes if c.refused).total()
    if refused:
        facts.append(f"{refused} refused by the engine or the program")
    return facts


def outcome(report: Report) -> str:
    """Whether the update could go through, in one sentence."""
    if report.current.refused:
        return "An update would stop before the first resource."
    if any(v.level == "mandatory" for v in report.current.verdicts):
        return "A mandatory rule forbids this update."
    if any(c.refused for c in report.changes):
        return "An update of the deployed stack would be refused."
    if report.current.problems:
        return "Not everything could be assessed."
    return "Nothing known forbids this update."
