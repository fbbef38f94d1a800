"""What the stack's state holds before this run: asked of the engine before anything is registered."""

import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pulumi

from .mistakes import InputError
from .values import as_written

READ = "pulumi:pulumi:readStackResourceOutputs"
"""The engine's own function; the replay answers it too."""
STASH = "pulumi:index:Stash"
_WAITS = (0.1, 0.3, 1.0)
"""Seconds before the state is read again: a backend in a folder has half a file while the engine writes its start."""


class Held(NamedTuple):
    """A resource in the state: the types of its components and its own, outermost first, and what it was last like."""

    types: tuple[str, ...]
    name: str
    outputs: Mapping[str, Any]
    urn: str = ""

    def is_a(self, component: str, type_: str) -> bool:
        """True for a resource of `type_` directly inside a component of this project."""
        return self.types[-2:] == (f"spark-on-ack:index:{component}", type_)


class State(tuple[Held, ...]):
    """All resources that the state holds; empty on a first run."""

    __slots__ = ()

    @classmethod
    def told(cls, outputs: Mapping[str, Mapping[str, Any]]) -> "State":
        """The state that the engine tells: URN -> `type` and `outputs`."""
        return cls(_held(urn, resource) for urn, resource in outputs.items())

    def of(self, component: str, type_: str) -> Iterator[Held]:
        """The resources of `type_` directly inside components of that kind."""
        return (held for held in self if held.is_a(component, type_))

    def created_with(self, component: str) -> dict[str, Any]:
        """What the Stash of such a component keeps from its creation; empty without one."""
        return next((dict(held.outputs.get("output") or {}) for held in self.of(component, STASH)), {})


def read_state() -> State:
    """The running stack's state as it was before this run, about 40 ms for a small stack.

    To be called before the first registration: what has been registered is sent even when the program then stops.
    Raises InputError when the engine does not answer, since nobody could tell what an update would lose.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    for wait in (*_WAITS, None):
        try:
            answer = pulumi.runtime.invoke(READ, {"stackName": stack}).value or {}
            break
        except Exception as e:
            if wait is None:
                raise InputError(
                    [f"the state of {stack} cannot be read, so nobody knows what an update would lose: {e}"]
                ) from e
            time.sleep(wait)
    return State.told(answer.get("outputs") or {})


def _held(urn: str, resource: Mapping[str, Any]) -> Held:
    types, name = urn.split("::", 3)[2:]
    return Held(tuple(types.split("$")), name, as_written(resource.get("outputs") or {}), urn)
