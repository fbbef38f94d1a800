"""A stack's state as a recovery reads it: which resources it holds, under which ids, and what was under way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from replay.graph import Resource


@dataclass(frozen=True)
class StackState:
    """The exported state. `written` is what `pulumi stack export` writes: `version` and `deployment`."""

    written: Mapping[str, Any]

    @property
    def deployment(self) -> Mapping[str, Any]:
        """The resources and operations; empty for a stack that was never updated."""
        return self.written.get("deployment") or {}

    @property
    def ids(self) -> dict[str, str]:
        """URN -> id of every live resource; components have an empty id."""
        live = (r for r in self.deployment.get("resources") or () if not r.get("delete"))
        return {str(r["urn"]): str(r.get("id") or "") for r in live}

    @property
    def unfinished(self) -> dict[str, str]:
        """URN -> what was under way when the run ended: creating, updating, deleting, reading, importing."""
        return {str(o["resource"]["urn"]): str(o["type"]) for o in self._operations}

    @property
    def created_by_others(self) -> list[Resource]:
        """The resources whose creation was under way, as their operations tell them: an older program's, too."""
        return [_resource(o["resource"]) for o in self._operations if o["type"] == "creating"]

    def finished(self) -> dict[str, Any]:
        """The same state without unfinished operations."""
        return {**self.written, "deployment": {**self.deployment, "pending_operations": []}}

    @property
    def _operations(self) -> list[Mapping[str, Any]]:
        return list(self.deployment.get("pending_operations") or ())


def _resource(told: Mapping[str, Any]) -> Resource:
    urn = str(told["urn"])
    return Resource(
        urn=urn,
        type=str(told["type"]),
        name=urn.rsplit("::", 1)[-1],
        custom=bool(told.get("custom")),
        inputs=dict(told.get("inputs") or {}),
        parent=str(told.get("parent") or ""),
        property_dependencies={k: list(v or ()) for k, v in (told.get("propertyDependencies") or {}).items()},
    )
