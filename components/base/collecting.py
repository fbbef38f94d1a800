"""Every mistake in some data at once, although pydantic stops asking at the first of some kinds."""

import typing
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .model import CheckedModel, JoinedLater, is_joined_later, joined_later, lacking, model_of, without
from .sentences import annotation_of, is_model, missing, sentences, unknown_key

WRONG: Final = object()
"""Stands for a value of which nothing can be used."""


class Collected(NamedTuple):
    """What is right in some data (a model, a tuple of models, a value, or WRONG), and a sentence for each mistake."""

    partial: Any
    sentences: list[str]


def collected(cls: type[CheckedModel], data: Mapping[Any, Any]) -> Collected:
    """Every mistake in data that pydantic has refused.

    pydantic asks for nothing that holds between fields while one of them is wrong. Here each field is read by itself,
    and the checks then see a model without the fields that are wrong: what they can still say, they say.
    """
    data = cls.prepared(data)
    values: dict[str, Any] = {}
    wrong: set[str] = set()
    told: list[str] = []
    for name, field in cls.model_fields.items():
        if name not in data:
            if field.is_required():
                told.append(missing(name, field))
                wrong.add(name)
            continue
        later = any(isinstance(m, JoinedLater) for m in field.metadata)
        with joined_later() if later else nullcontext():
            part = _read_field(cls, name, data[name])
        told += part.sentences
        if part.partial is WRONG:
            wrong.add(name)
        else:
            values[name] = part.partial
    told += [unknown_key(str(k), cls.model_fields) for k in data if k not in cls.model_fields]
    model = without(cls, values, wrong, {*values})
    partial = model
    mistakes = () if is_joined_later() else model.own_mistakes
    for mistake in mistakes:
        partial = lacking(partial, mistake.path)
    return Collected(partial, list(dict.fromkeys([*told, *(m.sentence for m in mistakes)])))


def _read_field(cls: type[CheckedModel], name: str, value: Any) -> Collected:  # noqa: ANN401
    """A field's value, of models inside it what is right, and the mistakes in it."""
    nested = model_of(cls.model_fields[name].annotation)
    if nested is not None and isinstance(value, Mapping):
        inner = collected(nested, value)
        return Collected(inner.partial, [f"{name}.{s}" for s in inner.sentences])
    item = _item_model(cls, name)
    if item is not None and isinstance(value, tuple) and all(isinstance(v, Mapping) for v in value):
        parts = [collected(item, v) for v in value]
        told = [f"{name}[{i}].{s}" for i, part in enumerate(parts) for s in part.sentences]
        return Collected(tuple(part.partial for part in parts), told)
    try:
        return Collected(_adapter(cls, name).validate_python(value), [])
    except ValidationError as e:
        return Collected(WRONG, sentences(cls, e, name))


def _item_model(cls: type[CheckedModel], name: str) -> type[CheckedModel] | None:
    """The model of a list's items, else None."""
    annotation = cls.model_fields[name].annotation
    args = typing.get_args(annotation) if typing.get_origin(annotation) is tuple else ()
    return model_of(args[0]) if args else None


@cache
def _adapter(cls: type[CheckedModel], name: str) -> TypeAdapter[Any]:
    """Reads one field by itself, as strictly as the model does."""
    field = cls.model_fields[name]
    config = None if is_model(field.annotation) else ConfigDict(strict=True, arbitrary_types_allowed=True)
    return TypeAdapter(annotation_of(field), config=config)
