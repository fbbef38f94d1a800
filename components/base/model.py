"""The base of all input models: strict values, checks between them, and models that hold only what is right."""

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from typing import Any, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import CoreSchema, core_schema

from .mistakes import Mistake, WrongElsewhereError, refuse
from .sentences import is_union
from .values import whole

_LATER: ContextVar[bool] = ContextVar("joined_later", default=False)
AnyModel = TypeVar("AnyModel", bound="CheckedModel")


@contextmanager
def joined_later() -> Iterator[None]:
    """For models that hold only what differs from others: what holds between fields is asked of the joined ones."""
    token = _LATER.set(True)
    try:
        yield
    finally:
        _LATER.reset(token)


def is_joined_later() -> bool:
    """True while such models are read."""
    return _LATER.get()


class JoinedLater:
    """Marks a field whose models hold only what differs from others, which they are joined with (`joined`)."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401 - pydantic's
        def validate(value: Any, inner: Any) -> Any:  # noqa: ANN401
            with joined_later():
                return inner(value)

        return core_schema.no_info_wrap_validator_function(validate, handler(source))


class CheckedModel(BaseModel):
    """Base of all input models: frozen, strict, unknown keys refused. Lists become tuples."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        validate_default=True,
        allow_inf_nan=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, data: object) -> object:
        return cls.prepared(data) if isinstance(data, Mapping) else data

    @classmethod
    def prepared(cls, data: Mapping[Any, Any]) -> dict[Any, Any]:
        """The data as the fields want it: whole numbers, lists as tuples, whole numbers where a float is wanted.

        A model whose defaults follow from other values fills them in here.
        """
        result = {key: whole(value) for key, value in data.items()}
        for key, value in result.items():
            field = cls.model_fields.get(key)
            if field is not None and type(value) is int and float in (field.annotation, *_options(field.annotation)):
                result[key] = float(value)
        return result

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not is_joined_later():
            refuse(self, dict(self.own_mistakes))
        return self

    @cached_property
    def own_mistakes(self) -> tuple[Mistake, ...]:
        """What is wrong between the fields of this model, by its checks. Frozen as the model is, so asked once."""
        mistakes: dict[Mistake, None] = {}
        for name in _checks(type(self)):
            try:
                for path, reason in getattr(self, name)():
                    mistakes[Mistake(path, reason)] = None
            except WrongElsewhereError:
                continue
        return tuple(mistakes)

    def mistakes(self) -> Iterator[Mistake]:
        """What is wrong between fields, here and in the models inside this one."""
        for name in type(self).model_fields:
            value = self.__dict__.get(name)
            for path, item in _parts(name, value):
                yield from (mistake.inside(path) for mistake in item.mistakes())
        yield from self.own_mistakes

    def changed_keys(self) -> list[str]:
        """The keys whose values are not the defaults, in the order of the model."""
        fields = type(self).model_fields
        return [k for k, f in fields.items() if getattr(self, k) != f.get_default(call_default_factory=True)]

    def changed(self, **values: Any) -> Self:  # noqa: ANN401
        """A copy with other values, which are taken as they are: they come from models that were checked."""
        kept = {k: v for k, v in self.__dict__.items() if k in type(self).model_fields}
        return without(
            type(self), kept | values, self.missing_keys() - values.keys(), self.model_fields_set | {*values}
        )

    def changed_by(self, parts: Mapping[str, Callable[[], Any]]) -> Self:
        """A copy with the values that `parts` compute; a part that rests on what is wrong elsewhere is wrong itself."""
        values: dict[str, Any] = {}
        wrong: set[str] = set()
        for key, compute in parts.items():
            try:
                values[key] = compute()
            except WrongElsewhereError:
                wrong.add(key)
        model = self.changed(**values)
        for key in wrong:
            model.__dict__.pop(key, None)
        return model

    def missing_keys(self) -> set[str]:
        """The keys whose values are wrong, so that there are none."""
        return {k for k in type(self).model_fields if k not in self.__dict__}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - only reached for what the instance lacks
        if name in type(self).model_fields:
            raise WrongElsewhereError(name)
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")


def joined(base: AnyModel, over: AnyModel) -> AnyModel:
    """`over` where it says something, `base` elsewhere, key by key; maps are joined. Both were checked; what holds
    between their values may not hold any more (`mistakes`).
    """
    values: dict[str, Any] = {}
    for key in over.model_fields_set & over.__dict__.keys():
        theirs, ours = base.__dict__.get(key), over.__dict__[key]
        if isinstance(ours, CheckedModel) and isinstance(theirs, CheckedModel):
            values[key] = joined(theirs, ours)
        elif isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            values[key] = {**theirs, **ours}
        else:
            values[key] = ours
    kept = {k: v for k, v in base.__dict__.items() if k in type(base).model_fields}
    wrong = base.missing_keys() | over.missing_keys()
    return without(type(base), kept | values, wrong, base.model_fields_set | values.keys())


def without(cls: type[AnyModel], values: Mapping[str, Any], wrong: Iterable[str], set_: set[str]) -> AnyModel:
    """A model of values that were checked, without the keys that are wrong: reading one raises WrongElsewhereError."""
    model = cast(AnyModel, cls.model_construct(_fields_set=set_ - set(wrong), **values))
    for key in wrong:
        model.__dict__.pop(key, None)
    return model


def lacking(model: AnyModel, path: str) -> AnyModel:
    """The model without the value at a path: what rests on it says nothing, its own mistake is told already."""
    key, _, rest = path.partition(".")
    key = key.partition("[")[0]
    value = model.__dict__.get(key)
    if rest and isinstance(value, CheckedModel):
        return model.changed(**{key: lacking(value, rest)})
    copy = model.changed()
    copy.__dict__.pop(key, None)
    return copy


@cache
def _checks(cls: type[CheckedModel]) -> tuple[str, ...]:
    """Names of the checks of a model, a base's before its own."""
    names = [n for base in reversed(cls.__mro__) for n, member in vars(base).items() if hasattr(member, "is_check")]
    return tuple(dict.fromkeys(names))


def _parts(name: str, value: object) -> list[tuple[str, CheckedModel]]:
    """The models in a field's value, each with its path."""
    if isinstance(value, CheckedModel):
        return [(name, value)]
    items = value if isinstance(value, tuple) else ()
    return [(f"{name}[{i}]", item) for i, item in enumerate(items) if isinstance(item, CheckedModel)]


def _options(annotation: object) -> tuple[object, ...]:
    return typing.get_args(annotation) if is_union(annotation) else ()


def model_of(annotation: object) -> type[CheckedModel] | None:
    """The nested model of a field (`X` or `X | None`), else None."""
    options = (annotation, *_options(annotation))
    return next((o for o in options if isinstance(o, type) and issubclass(o, CheckedModel)), None)
