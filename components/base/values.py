"""Values of fields: texts of a form, values that may come from another resource, and what the wire makes of them."""

import re
import typing
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeAlias, TypeVar

import pulumi
from pydantic import AfterValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema

from .mistakes import InputError, not_allowed
from .sentences import Allowed, allowed_words, is_model, nearest

T = TypeVar("T")


def matching(pattern: str, words: str) -> Any:  # noqa: ANN401 - an annotation's metadata has no narrower type
    """Metadata of `Annotated[str, *matching(...)]`: the text must match the whole pattern; `words` say so to people."""
    compiled = re.compile(pattern)

    def matches(value: str) -> str:
        if not compiled.fullmatch(value):
            raise not_allowed(f"allowed: {words}")
        return value

    return AfterValidator(matches), Allowed(words)


def one_of(choices: Iterable[str]) -> Any:  # noqa: ANN401 - an annotation's metadata has no narrower type
    """Metadata of `Annotated[str, *one_of(...)]`: a key of a table. A wrong one is told with the nearest right one."""
    known = tuple(choices)

    def is_known(value: str) -> str:
        if value not in known:
            close = nearest(value, known)
            hint = f"; did you mean {close!r}?" if close else ""
            raise not_allowed(f"allowed: {', '.join(known)}{hint}")
        return value

    return AfterValidator(is_known), Allowed(", ".join(known))


class _OutputToo:
    """Lets a field take an Output of its type; the Output is checked by the same rules once its value is known."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401
        plain = next(a for a in typing.get_args(source) if typing.get_origin(a) is not pulumi.Output)
        schema: CoreSchema = handler(plain)
        adapter: TypeAdapter[Any] = TypeAdapter(plain, config=None if is_model(plain) else ConfigDict(strict=True))

        def validate(value: Any, inner: Any, info: core_schema.ValidationInfo) -> Any:  # noqa: ANN401
            if not isinstance(value, pulumi.Output):
                return inner(value)
            where = info.field_name or "value"

            def known(v: Any) -> Any:  # noqa: ANN401
                try:
                    return adapter.validate_python(whole(v))
                except ValidationError:
                    # the value is not echoed: an output may be a secret
                    raise InputError([f"{where}: its value is not allowed; allowed: {allowed_words(plain)}"]) from None

            return value.apply(known)

        return core_schema.with_info_wrap_validator_function(validate, schema)


Value: TypeAlias = Annotated[T | pulumi.Output[T], _OutputToo()]
"""A field that takes `T` or `Output[T]`."""


def whole(value: object) -> object:
    """Numbers cross the package protocol as floats: 3.0 is 3. Lists become tuples."""
    if isinstance(value, list):
        return tuple(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_written(value: Any) -> Any:  # noqa: ANN401 - any part of a state
    """What a state hands back, as the program once wrote it: numbers have become floats, at any depth."""
    if isinstance(value, Mapping):
        return {k: as_written(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [as_written(v) for v in value]
    return whole(value)


def from_text(value: object, annotation: object) -> object:
    """A top-level value as the field wants it: `pulumi config set` turns numbers and booleans into text, and the
    engine hands over `null` as an empty text.
    """
    if not isinstance(value, str):
        return value
    options = typing.get_args(annotation) or (annotation,)
    if value == "" and type(None) in options and str not in options:
        return None
    if bool in options and value in ("true", "false"):
        return value == "true"
    if int in options and re.fullmatch(r"-?\d+", value):
        return int(value)
    if float in options and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    return value


NamespaceName = Annotated[
    str, *matching(r"[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?", "1 to 50 lower-case letters, digits and dashes")
]
"""A namespace of the platform's own, short enough to be part of other names."""
