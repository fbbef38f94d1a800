"""A resource as rules see it: plain data, read along typed paths that say what is missing.

The engine hands over proxies that raise on unknown values, numbers as floats, and secrets in clear text; a recorded
graph marks unknown values and secrets. Either becomes a `View`, so that a rule is written once. Errors quote paths,
never values: any value may be a secret.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.base.sentences import path_text
from policies.base.quantity import quantity
from policies.base.tokens import is_patch, over_unchanged, read_as
from replay.graph import SECRET, Resource, is_unknown

Step = str | int
LATER = "is not known yet"
"""Why a rule cannot decide when a value is known only later."""


class Unreadable(Exception):
    """A rule met a value of the wrong type: whatever it is, it is not what the rule demands."""

    def __init__(self, path: str, wanted: str) -> None:
        super().__init__(f"{path} is not {wanted}")


class Undecided(Exception):
    """A rule met a value that is not known yet, so it cannot decide."""

    def __init__(self, what: str, why: str = LATER, later: bool = False) -> None:
        super().__init__(f"{what} {why}")
        self.later = later or why == LATER
        """True when a value is known only later, False when for example a price is not known."""


class Unknown:
    """Stands for a value that is not known before an update."""


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Props:
    """Part of a resource's properties, with its path. Missing steps read as absent; unknown ones raise `Undecided`;
    wrong types raise `Unreadable`."""

    data: Any
    path: tuple[Step, ...] = ()

    def raw(self, *steps: Step) -> Any:  # noqa: ANN401 - plain JSON
        """The plain value at a path, None when absent. Raises Undecided when it or a step to it is unknown."""
        here = self.data
        for i, step in enumerate(steps):
            if here is None:
                return None
            path = (*self.path, *steps[:i])
            if isinstance(step, int):
                items = _typed(here, list, "a list", path)
                here = items[step] if step < len(items) else None
            else:
                here = _typed(here, dict, "an object", path).get(step)
        if here is UNKNOWN:
            raise Undecided(self.where(*steps))
        return here

    def at(self, *steps: Step) -> "Props":
        """The object at a path; an absent one is empty."""
        value = self.raw(*steps)
        path = (*self.path, *steps)
        return Props(_typed({} if value is None else value, dict, "an object", path), path)

    def has(self, *keys: str) -> bool:
        """True when there is a value, known or not; the objects on the way to it must be known."""
        return self.at(*keys[:-1]).data.get(keys[-1]) is not None

    def each(self, *steps: Step) -> "list[Props]":
        """The objects of a list; an absent list is empty."""
        value, path = self.raw(*steps), (*self.path, *steps)
        items = _typed([] if value is None else value, list, "a list", path)
        return [Props(_typed(item, dict, "an object", (*path, i)), (*path, i)) for i, item in enumerate(items)]

    def keys(self, *steps: Step) -> list[str]:
        """The keys of the object at a path."""
        return list(self.at(*steps).data)

    def text(self, *steps: Step) -> str | None:
        """The text at a path."""
        value = self.raw(*steps)
        return None if value is None else str(_typed(value, str, "text", (*self.path, *steps)))

    def texts(self, *steps: Step) -> list[str]:
        """The list of texts at a path."""
        value, path = self.raw(*steps), (*self.path, *steps)
        items = _typed([] if value is None else value, list, "a list", path)
        return [str(_typed(item, str, "text", (*path, i))) for i, item in enumerate(items)]

    def flag(self, *steps: Step) -> bool | None:
        """The truth value at a path."""
        value = self.raw(*steps)
        return None if value is None else bool(_typed(value, bool, "true or false", (*self.path, *steps)))

    def number(self, *steps: Step) -> float | None:
        """The number at a path, which is finite; numbers written as text are read."""
        value = self.raw(*steps)
        if value is None:
            return None
        try:
            number = float("no" if isinstance(value, bool) else value)
            if not math.isfinite(number):
                raise ValueError(number)
            return number
        except (TypeError, ValueError, OverflowError):
            raise Unreadable(self.where(*steps), "a number") from None

    def quantity(self, *steps: Step) -> float | None:
        """The Kubernetes quantity at a path (`500m`, `16Gi`) in its base unit: cores, bytes, pieces."""
        value = self.raw(*steps)
        if value is None:
            return None
        try:
            return quantity("no" if isinstance(value, bool) else value)
        except (TypeError, ValueError, OverflowError):
            raise Unreadable(self.where(*steps), "a quantity such as 500m or 16Gi") from None

    def where(self, *steps: Step) -> str:
        """The path in words: `spec.template.spec.containers[0].resources`."""
        return path_text((*self.path, *steps)) or "properties"


def _typed(value: Any, kind: type[Any], words: str, path: tuple[Step, ...]) -> Any:  # noqa: ANN401
    if value is UNKNOWN:
        raise Undecided(path_text(path) or "properties")
    if not isinstance(value, kind):
        raise Unreadable(path_text(path) or "properties", words)
    return value


@dataclass(frozen=True)
class View:
    """One resource: its type, name, properties (inputs; outputs after an update), options under the engine's names
    (`protect`, …), the parent's URN. Made by `view_of` and `seen`."""

    urn: str
    type: str
    """Type token that its properties are read as: of a Patch that of what it patches."""
    name: str
    props: Props
    options: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    original: str = ""
    """Its own type token where that is another one than `type`."""

    @property
    def token(self) -> str:
        """Its own type token."""
        return self.original or self.type

    @property
    def is_patch(self) -> bool:
        """True when it sets some fields of an object that exists."""
        return is_patch(self.token)

    @property
    def kind(self) -> str:
        """The last part of the type token: `StatefulSet`, `Bucket`."""
        return self.type.rsplit(":", 1)[-1].rsplit("/", 1)[-1]

    @property
    def object_name(self) -> str:
        """The Kubernetes object's own name; the resource's name where there is none that can be read."""
        return self._metadata("name") or self.name

    @property
    def namespace(self) -> str:
        """The Kubernetes namespace it is in; empty where there is none that can be read."""
        return self._metadata("namespace")

    def _metadata(self, key: str) -> str:
        try:
            return self.props.text("metadata", key) or ""
        except (Undecided, Unreadable):
            return ""


def view_of(resource: Resource) -> View:
    """The view of a recorded resource, with secrets opened (no rule quotes a value)."""
    return seen(
        resource.urn, resource.type, resource.name, _of_record(resource.inputs), resource.options, resource.parent
    )


def seen(
    urn: str, token: str, name: str, properties: object, options: Mapping[str, Any] | None = None, parent: str = ""
) -> View:
    """A resource of this type token as rules see it; `properties` are plain data with UNKNOWN for what is not known."""
    type_ = read_as(token)
    props = Props(over_unchanged(token, properties))
    return View(urn, type_, name, props, options or {}, parent, "" if type_ == token else token)


def _of_record(value: object) -> object:
    if is_unknown(value):
        return UNKNOWN
    if isinstance(value, dict):
        return _of_record(value["value"]) if SECRET in value else {k: _of_record(v) for k, v in value.items()}
    return [_of_record(v) for v in value] if isinstance(value, list) else value


def opened(value: object, unknown: type[Exception]) -> object:
    """Plain data out of the engine's proxies, which raise `unknown` where a value is not known."""
    if type(value) in _SCALARS:  # most of a resource; asking them for abstract types is half of the time
        return value
    if isinstance(value, Mapping):
        return {str(k): _item(value, k, unknown) for k in value}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_item(value, i, unknown) for i in range(len(value))]
    return value


_SCALARS = frozenset((str, float, bool, int, type(None)))


def _item(holder: Any, key: Any, unknown: type[Exception]) -> object:  # noqa: ANN401
    try:
        item = holder[key]
    except unknown:
        return UNKNOWN
    return opened(item, unknown)


def of_types(views: Sequence[View], *types: str) -> Iterator[View]:
    """The views of some type tokens."""
    return (v for v in views if v.type in types)
