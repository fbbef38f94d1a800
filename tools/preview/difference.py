"""Two graphs -> what an update does: resources added, changed, replaced, renamed, removed, and what is lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from replay.graph import Graph, Resource
from tools.preview.values import ABSENT, PropertyChange, differences, words

Kind = Literal["added", "changed", "replaced", "renamed", "removed"]
KINDS: tuple[Kind, ...] = ("replaced", "removed", "added", "changed", "renamed")
"""In the order a reviewer wants to see them."""
STASH = "pulumi:index:Stash"
NOTHING = "nothing"
"""How `lost` begins where no data is at stake."""
STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Change:
    """What happens to one resource."""

    kind: Kind
    resource: Resource
    """As it will be; as it was, when it is removed."""
    was: Resource | None = None
    properties: tuple[PropertyChange, ...] = ()
    lost: str = ""
    """What a replacement or removal loses, in words."""
    because: str = ""
    """The resource whose replacement drags this one along."""
    refused: str = ""
    """Why the engine will not do it."""

    @property
    def renamed(self) -> bool:
        """True when it had another URN, recognized by an alias: that alone changes nothing in the cloud."""
        return self.was is not None and self.was.urn != self.resource.urn


@cache
def replacements() -> Mapping[str, Any]:
    """Type token -> `properties` that replace it and what is `lost`."""
    return yaml.safe_load(Path(__file__).with_name("replaces.yaml").read_text()) or {}


def compare(before: Graph, after: Graph) -> list[Change]:
    """All changes, by kind, then by URN; what another replacement drags along comes last in its kind."""
    old = before.by_urn()
    pairs = _pairs(old, after)
    by_urn = {r.urn: _changed(old[pairs[r.urn]], r) for r in after if r.urn in pairs}
    changes = _dragged_along(after, by_urn)
    changes += [Change("added", r) for r in after if r.urn not in pairs]
    kept = set(pairs.values())
    changes += [_removed(r) for urn, r in old.items() if urn not in kept]
    return sorted(changes, key=lambda c: (KINDS.index(c.kind), bool(c.because), c.resource.urn))


def _pairs(old: Mapping[str, Resource], after: Graph) -> dict[str, str]:
    """New URN -> old URN, by name or alias. No old resource is paired twice."""
    known = {r.urn: r for r in after}
    earlier: dict[str, list[str]] = {}
    pairs = {r.urn: r.urn for r in after if r.urn in old}
    taken = set(pairs.values())
    for resource in after:
        for urn in _earlier(resource, known, earlier):
            if resource.urn not in pairs and urn in old and urn not in taken:
                pairs[resource.urn] = urn
                taken.add(urn)
    return pairs


def _earlier(resource: Resource, known: Mapping[str, Resource], seen: dict[str, list[str]]) -> list[str]:
    """URNs a resource may have had: its own aliases under every URN its parent may have had, as the engine does."""
    if resource.urn not in seen:
        parent = known.get(resource.parent)
        parents = [resource.parent, *(_earlier(parent, known, seen) if parent else [])]
        specs = [a.get("spec", {}) for a in resource.options.get("aliases", [])]
        names = [({}, p) for p in parents] + [(s, s.get("parentUrn") or p) for s in specs for p in parents]
        urns = [a["urn"] for a in resource.options.get("aliases", []) if "urn" in a]
        urns += [_urn(resource, spec, "" if spec.get("noParent") else p) for spec, p in names]
        seen[resource.urn] = [u for u in dict.fromkeys(urns) if u != resource.urn]
    return seen[resource.urn]


def _urn(resource: Resource, spec: Mapping[str, str], parent: str) -> str:
    """The URN by an alias. A child whose name began with its parent's name is sought under the old name as well."""
    now, was = resource.parent.rpartition("::")[2], parent.rpartition("::")[2]
    name = spec.get("name") or resource.name
    if "name" not in spec and now and was and name.startswith(now):
        name = was + name.removeprefix(now)
    head, project = resource.urn.split("::")[:2]
    stack = spec.get("stack") or head.rpartition(":")[2]
    chain = parent.split("::")[2] if parent else ""
    type_ = spec.get("type") or resource.type
    qualified = type_ if chain in ("", STACK_TYPE) else f"{chain}${type_}"
    return f"urn:pulumi:{stack}::{spec.get('project') or project}::{qualified}::{name}"


def _changed(was: Resource, now: Resource) -> Change:
    """The change of one resource by its own properties; without properties when nothing differs."""
    ignored = tuple(now.options.get("ignoreChanges", []))
    properties = []
    for path, before, after in differences(was.inputs, now.inputs):
        text = words(path)
        if not is_under(text, ignored):
            properties.append(PropertyChange(text, before, after, _replaces(now, text)))
    for key in ("protect", "retainOnDelete"):
        if was.options.get(key) != now.options.get(key):
            before, after = ("yes" if r.options.get(key) else "no" for r in (was, now))
            properties.append(PropertyChange(f"({key})", before, after))
    if any(p.replaces for p in properties):
        change = Change("replaced", now, was, tuple(properties), _lost(now), refused=_protected(was))
    else:
        change = Change("changed" if properties else "renamed", now, was, tuple(properties))
    return replace(change, refused=_fixed(change)) if now.type == STASH else change


def _replaces(resource: Resource, path: str) -> bool:
    fixed = list(replacements().get(resource.type, {}).get("properties", []))
    fixed += resource.options.get("replaceOnChanges", [])
    if resource.kubernetes:
        fixed += ["metadata.name", "metadata.namespace", "kind", "apiVersion"]
    return is_under(path, tuple(fixed))


def is_under(path: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a property is one of `prefixes` or inside one."""
    return any(path == p or path.startswith((f"{p}.", f"{p}[")) for p in prefixes)


def _lost(resource: Resource) -> str:
    lost = str(replacements().get(resource.type, {}).get("lost", ""))
    if resource.options.get("retainOnDelete") and not lost.startswith(NOTHING):
        return f"the old one stays in the cloud but is no longer managed; the new one starts without: {lost}"
    return lost


def _protected(was: Resource) -> str:
    return (
        "it is protected: the update stops here until the protection is removed" if was.options.get("protect") else ""
    )


def _fixed(change: Change) -> str:
    """A stash remembers what the deployed stack was created with; the program compares, and refuses in the preview.

    What is new, or gone with its own resource (a zone), has no old value to keep.
    """
    if not any(ABSENT not in (p.before, p.after) for p in change.properties):
        return ""
    return (
        "the deployed stack was created with the old value and keeps it: use a new stack, or run `pulumi destroy` first"
    )


def _removed(was: Resource) -> Change:
    kept = bool(was.options.get("retainOnDelete"))
    lost = str(replacements().get(was.type, {}).get("lost", ""))
    text = "it stays in the cloud but is no longer managed" if kept else lost.partition(";")[0]
    return Change("removed", was, was, lost=text, refused=_protected(was))


def _dragged_along(after: Graph, changes: dict[str, Change]) -> list[Change]:
    """Replacements spread: a new id reaches other resources' fixed properties, another cluster all its objects."""
    replaced = {urn for urn, c in changes.items() if c.kind == "replaced"}
    more = True
    while more:
        more = False
        for resource in after:
            if resource.urn in changes and resource.urn not in replaced and (cause := _cause(resource, replaced)):
                change = changes[resource.urn]
                changes[resource.urn] = replace(
                    change, kind="replaced", because=cause, lost=_lost(resource),
                    refused=_protected(change.was) if change.was else "",
                )  # fmt: skip
                replaced.add(resource.urn)
                more = True
    return [c for c in changes.values() if c.kind != "renamed" or c.renamed]


def _cause(resource: Resource, replaced: set[str]) -> str:
    provider = resource.provider.rpartition("::")[0]
    causes = [provider] if provider in replaced else []
    causes += [u for p, urns in resource.property_dependencies.items() if _replaces(resource, p) for u in urns]
    return next((u.rpartition("::")[2] for u in causes if u in replaced), "")


def grouped(changes: list[Change]) -> Iterator[tuple[Kind, list[Change]]]:
    """The kinds that occur, each with its changes."""
    for kind in KINDS:
        if of_kind := [c for c in changes if c.kind == kind]:
            yield kind, of_kind
