"""What a change does to running work: a class, and what it means for this kind of resource."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from replay.graph import Resource
from tools.preview.difference import Change, is_under
from tools.preview.parts import label

WORDS = {
    "nothing": "nothing running is touched",
    "new jobs": "new jobs and new pods only",
    "at once": "running work feels it at once",
    "rolling": "a rolling restart",
    "downtime": "downtime",
    "lost": "data or running jobs are lost",
}
"""Class -> as people read it, mildest first; the classes of effects.yaml."""


class Effect(NamedTuple):
    """The class of a change, a key of WORDS, and what it means here; `what` may be empty."""

    name: str
    what: str = ""

    @property
    def sentence(self) -> str:
        """As people read it."""
        return f"{WORDS[self.name]}: {self.what}" if self.what else WORDS[self.name]

    @property
    def rank(self) -> int:
        """The mildest first."""
        return list(WORDS).index(self.name)


@cache
def table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Type, or type and object name (`*` for any text) -> property -> its effect."""
    text = Path(__file__).with_name("effects.yaml").read_text(encoding="utf-8")
    effects: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(text)
    return effects


def effect_of(change: Change) -> Effect:
    """The gravest effect of a change. A type that the table lacks is taken for downtime, since nobody knows."""
    resource = change.resource
    if change.kind in ("added", "renamed") or not resource.custom:
        return Effect("nothing")
    rows = _rows(change.was if change.kind == "replaced" and change.was else resource)
    if rows is None:
        return Effect("downtime", "what this kind does to running work is not known")
    if change.kind in ("removed", "replaced"):
        if change.kind == "removed" and change.resource.options.get("retainOnDelete"):
            return Effect("nothing", "it stays in the cloud")
        return _effect(rows.get(change.kind, rows[""]))
    effects = [_effect(_row(resource, rows, p.path)) for p in change.properties] or [Effect("nothing")]
    return max(effects, key=lambda effect: effect.rank)


def gravest(changes: Iterable[Change]) -> Effect:
    """The gravest effect of all changes that are not refused."""
    return max((effect_of(c) for c in changes if not c.refused), key=lambda e: e.rank, default=Effect("nothing"))


def _rows(resource: Resource) -> Mapping[str, Mapping[str, str]] | None:
    named = f"{resource.type} {label(resource).rpartition('/')[2]}"
    pattern = next((key for key in table() if " " in key and fnmatchcase(named, key)), resource.type)
    return table().get(pattern)


def _row(resource: Resource, rows: Mapping[str, Mapping[str, str]], path: str) -> Mapping[str, str]:
    """The row of the longest path that holds this one."""
    above = [key for key in rows if key and is_under(path, (key,))]
    labels = path.startswith("metadata.labels") and resource.kind != "Namespace"
    if labels or path.startswith("("):  # labels of an object, which nothing selects by, and the engine's own options
        return {"class": "nothing"}
    return rows[max(above, key=len)] if above else rows[""]


def _effect(row: Mapping[str, str]) -> Effect:
    return Effect(row["class"], row.get("what", ""))
