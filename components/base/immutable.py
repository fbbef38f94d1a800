"""What a live stack cannot change: remembered when it was made, compared before anything is touched."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pulumi

from .inputs import InputError

T = TypeVar("T")
Facts = Mapping[str, Any]


def unless_changed(
    name: str, now: Facts, changed: Callable[[Facts, Facts], list[str]], value: T, parent: pulumi.Resource
) -> pulumi.Output[T]:
    """`value`, or InputError at preview with the sentences of `changed(made, now)`.

    The state remembers: a Stash's `output` keeps its first input until it is replaced, and the engine answers it in
    previews too. What must not be touched takes a property from the output, so it waits for the comparison.
    """

    def compare(made: Facts) -> T:
        sentences = changed(made, now)
        if sentences:
            raise InputError(sentences)
        return value

    stash = pulumi.Stash(f"{name}-as-made", input=dict(now), opts=pulumi.ResourceOptions(parent=parent))
    return stash.output.apply(compare)
