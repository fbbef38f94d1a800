"""An object that exists in the cloud for a resource of the program, and whose it is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from replay.graph import Resource, reveal

ORIGIN: Final = ("pulumi:project", "pulumi:stack", "pulumi:resource")
"""The tags that name the program, the stack and the resource that an object belongs to (components/base/tags.py)."""
OURS: Final = "this stack"
NOBODY_SAYS: Final = "nothing says"


class Existing(NamedTuple):
    """An object in the cloud: the resource it stands for, the id to import it under, and whose it is.

    `owner` is OURS, NOBODY_SAYS, or the stack of another program as people read it.
    """

    urn: str
    id: str
    owner: str


@dataclass(frozen=True)
class Known:
    """What is known before a lookup: the ids of resources that exist, URN -> id."""

    ids: Mapping[str, str]

    def behind(self, resource: Resource, key: str) -> list[str]:
        """The ids that an input refers to: those of the resources it comes from, or what the program says itself."""
        urns = resource.property_dependencies.get(key) or []
        if urns:
            return [self.ids[urn] for urn in urns if urn in self.ids]
        plain = reveal(resource.inputs.get(key))
        return [str(v) for v in plain] if isinstance(plain, list) else [str(plain)] if plain else []


def origin(resource: Resource) -> dict[str, str]:
    """The tags that nothing else but the object of this resource carries."""
    tags = reveal(resource.inputs.get("tags") or {})
    return {key: str(tags[key]) for key in ORIGIN if key in tags}


def owner(resource: Resource, tags: Mapping[str, Any] | None) -> str:
    """Whose an object of the resource's fixed name is, by its tags."""
    project, stack = ((tags or {}).get(key) for key in ORIGIN[:2])
    if not project or not stack:
        return NOBODY_SAYS
    ours = origin(resource)
    return OURS if [project, stack] == [ours.get(key) for key in ORIGIN[:2]] else f"stack {stack} of {project}"


def any_of(names: Iterable[str]) -> str:
    """The pattern that exactly these names match."""
    return f"^({'|'.join(sorted(re.escape(name) for name in names))})$"


def by_name(
    resources: Sequence[Resource], key: str, objects: Iterable[tuple[str, str, Mapping[str, Any] | None]]
) -> list[Existing]:
    """The objects (name, id, tags) that bear the names that the resources fix in their input `key`."""
    named = {str(reveal(r.inputs[key])): r for r in resources}
    return [Existing(named[n].urn, id_, owner(named[n], tags)) for n, id_, tags in objects if n in named]
