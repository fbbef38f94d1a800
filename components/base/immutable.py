"""What a live stack cannot change: remembered when it is created, compared before anything is touched."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pulumi

from .mistakes import InputError
from .values import as_written

T = TypeVar("T")
Facts = Mapping[str, Any]


def unless_changed(
    stash: str, now: Facts, changed: Callable[[Facts, Facts], list[str]], value: T, parent: pulumi.Resource
) -> pulumi.Output[T]:
    """`value`, or InputError at preview with the sentences of `changed(created_with, now)`.

    The state remembers: the `output` of the Stash named `stash` keeps its first input until it is replaced, and the
    engine returns it in previews too. What must not be touched takes a property from the result, so it waits for the
    comparison.
    """

    def compare(created_with: Facts) -> T:
        sentences = changed(as_written(created_with), now)
        if sentences:
            raise InputError(sentences)
        return value

    remembered = pulumi.Stash(stash, input=dict(now), opts=pulumi.ResourceOptions(parent=parent))
    return remembered.output.apply(compare)
