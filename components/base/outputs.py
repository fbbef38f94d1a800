"""Values that may only be known later: computing with plain values and Pulumi outputs alike."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pulumi

R = TypeVar("R")


def when_known(compute: Callable[..., R], *values: Any) -> Any:  # noqa: ANN401 - R or Output[R], as the values are
    """`compute(*values)` at once when all values are plain, else an Output of it.

    Keeps previews whole: nothing becomes unknown that need not be.
    """
    if is_known(*values):
        return compute(*values)
    return pulumi.Output.all(*values).apply(lambda known: compute(*known))


def embed(build: Callable[..., Any], **texts: Any) -> Any:  # noqa: ANN401 - what `build` gives, with Outputs inside
    """`build(**texts)`, where a text that is an Output makes only those places unknown in which it stands.

    `build` is called at once, with a marker in place of each Output: it may copy its texts, but not look into them.
    """
    markers = {f"<<{key}>>": value for key, value in texts.items() if isinstance(value, pulumi.Output)}
    result = build(**{k: f"<<{k}>>" if isinstance(v, pulumi.Output) else v for k, v in texts.items()})
    return _filled(result, markers) if markers else result


def _filled(value: Any, markers: Mapping[str, pulumi.Output[str]]) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {k: _filled(v, markers) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(v, markers) for v in value]
    used = [m for m in markers if isinstance(value, str) and m in value]
    if not used:
        return value

    def fill(known: list[str]) -> str:
        text = str(value)
        for marker, part in zip(used, known, strict=True):
            text = text.replace(marker, part)
        return text

    return pulumi.Output.all(*(markers[m] for m in used)).apply(fill)


def is_known(*values: object) -> bool:
    """True when none of the values holds an Output: only then can they be compared while the program runs."""
    return not any(_has_output(v) for v in values)


def _has_output(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_has_output(v) for v in value.values())
    if isinstance(value, list | tuple):
        return any(_has_output(v) for v in value)
    return isinstance(value, pulumi.Output)
