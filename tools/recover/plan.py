"""What a recovery will do with each object: compares the program, the state and what exists in the cloud."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from policies.leftovers.existing import NOBODY_SAYS, OURS, Existing
from policies.leftovers.lookups import LOOKUPS, NAMELESS
from policies.leftovers.search import Findings
from replay.graph import Graph, Resource
from tools.recover.state import StackState

Verdict: TypeAlias = Literal["import", "create", "undecided", "twice"]
WORDS: Final[Mapping[Verdict, str]] = {"import": "import", "undecided": "cannot decide", "twice": "one too many"}
"""Verdict -> as people read it; what does not exist is only counted."""


@dataclass(frozen=True)
class Row:
    """A resource that the state lacks, or has twice: the verdict, the id of the object, and why."""

    resource: Resource
    verdict: Verdict
    id: str = ""
    why: str = ""


def wanted(graph: Graph, state: StackState) -> list[Resource]:
    """What is looked up: all of the program that has a lookup, and what another revision of it was creating."""
    here = [r for r in graph if r.type in LOOKUPS]
    urns = {r.urn for r in here}
    return [*here, *(r for r in state.created_by_others if r.type in LOOKUPS and r.urn not in urns)]


def rows(resources: Iterable[Resource], state: StackState, findings: Findings) -> list[Row]:
    """One row for each resource that the state lacks, and for each object that is there once too often."""
    existing: dict[str, list[Existing]] = {}
    for e in findings.existing:
        existing.setdefault(e.urn, []).append(e)
    result: list[Row] = []
    for resource in resources:
        objects, id_ = existing.get(resource.urn, []), state.ids.get(resource.urn)
        if id_ is None:
            result.append(_missing(resource, objects, findings.unanswered.get(resource.type)))
        elif resource.type in NAMELESS:
            result += [Row(resource, "twice", e.id, f"the state has {id_}") for e in objects if e.id != id_]
    return result


def _missing(resource: Resource, objects: Sequence[Existing], unanswered: str | None) -> Row:
    """The verdict on a resource that the state lacks."""
    if unanswered:
        return Row(resource, "undecided", "", f"could not be asked: {unanswered}")
    if len(objects) > 1:
        return Row(resource, "undecided", ", ".join(e.id for e in objects), "keep the one in use, delete the other")
    if not objects:
        return Row(resource, "create", "", "the update creates it")
    (only,) = objects
    if only.owner not in (OURS, NOBODY_SAYS):
        return Row(resource, "undecided", only.id, f"it belongs to {only.owner}")
    why = "" if only.owner == OURS else "by its name or its VPC; no tags say whose it is"
    return Row(resource, "import", only.id, why)


def import_file(imported: Iterable[Row], graph: Graph, state: StackState) -> dict[str, Any]:
    """The file of `pulumi import`: the objects, below the components that the state lacks as well."""
    by_urn, have = graph.by_urn(), state.ids
    names: dict[str, str] = {}
    listed: dict[str, dict[str, Any]] = {}

    def parent_of(resource: Resource) -> dict[str, str]:
        parent = resource.parent
        if not parent or parent.split("::")[2] == "pulumi:pulumi:Stack":
            return {}
        if parent in have:
            names[parent] = parent
        elif parent not in listed:
            listed[parent] = {}  # components come before what is in them
            listed[parent] = _listed(by_urn[parent]) | {"component": True} | parent_of(by_urn[parent])
        return {"parent": parent}

    for row in imported:
        above = parent_of(row.resource)
        listed[row.resource.urn] = _listed(row.resource) | {"id": row.id} | above
    return {"nameTable": names, "resources": list(listed.values())}


def _listed(resource: Resource) -> dict[str, Any]:
    version = resource.options.get("version")
    return {
        "type": resource.type,
        "name": resource.urn,  # a name of the file; two resources of different types may bear the same name
        "logicalName": resource.name,
        **({"version": version} if version else {}),
    }
