"""How every component reads its inputs: one strict model, one sentence a mistake, all mistakes at once.

A component owns one pydantic model of its inputs (types, bounds, defaults, units). The stack file is composed of these
models (nested: `quota: {pods: 200}`); Python and package callers give the same inputs flat (`quota_pods=200`), because
nested objects lose values on their way through a component package. All of them end in the same model and are told
the same sentence.

Two kinds of fields:

* plain fields shape the graph (names, counts of zones, choices) and must be known when the program starts;
* `Value[T]` fields also take a `pulumi.Output`, because they only travel into resource properties. An output is
  checked when it becomes known; `later` computes with values of either kind.
"""

import re
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Self, TypeAlias, TypeVar, cast

import pulumi
from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from .sentences import Allowed, allowed_words, is_model, is_union, sentences, unknown_key

T = TypeVar("T")
R = TypeVar("R")


class InputError(pulumi.RunError):
    """All mistakes of some inputs, one sentence each (`sentences`). The engine prints it without a traceback."""

    def __init__(self, sentences: Iterable[str], title: str = "") -> None:
        self.sentences = list(sentences)
        head = f"{title}\n" if title else ""
        super().__init__(head + "\n".join(f"  {s}" if title else s for s in self.sentences))


def not_allowed(reason: str, at: str = "") -> PydanticCustomError:
    """The error a validator raises; `reason` goes into the sentence as it is.

    A model's validator names the offending key in `at` (`quota.pods`), which then ends the sentence's path.
    """
    return PydanticCustomError("not_allowed", "{reason}", {"reason": reason, "at": at})


def refuse(given: object, reasons: Mapping[str, str]) -> None:
    """Raises one mistake for each path in `reasons` (path -> reason), if there is any: a reader sees them all."""
    if reasons:
        lines = [InitErrorDetails(type=not_allowed(why, path), loc=(), input=given) for path, why in reasons.items()]
        raise ValidationError.from_exception_data("inputs", lines)


def matching(pattern: str, words: str) -> Any:  # noqa: ANN401 - an annotation's metadata has no narrower type
    """Metadata of `Annotated[str, *matching(...)]`: the text must match the whole pattern; `words` say so to people."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise not_allowed(f"allowed: {words}")
        return value

    return AfterValidator(check), Allowed(words)


class _OutputToo:
    """Lets a field take an Output of its type; the Output is checked by the same rules once its value is known."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401
        plain = next(a for a in typing.get_args(source) if typing.get_origin(a) is not pulumi.Output)
        schema: CoreSchema = handler(plain)
        adapter: TypeAdapter[Any] = TypeAdapter(plain, config=None if is_model(plain) else ConfigDict(strict=True))

        def check(value: Any, inner: Any, info: core_schema.ValidationInfo) -> Any:  # noqa: ANN401
            if not isinstance(value, pulumi.Output):
                return inner(value)
            where = info.field_name or "value"

            def known(v: Any) -> Any:  # noqa: ANN401
                try:
                    return adapter.validate_python(_whole(v))
                except ValidationError:
                    # the value is not echoed: an output may be a secret
                    raise InputError([f"{where}: its value is not allowed; allowed: {allowed_words(plain)}"]) from None

            return value.apply(known)

        return core_schema.with_info_wrap_validator_function(check, schema)


Value: TypeAlias = Annotated[T | pulumi.Output[T], _OutputToo()]
"""A field that takes `T` or `Output[T]`."""


def later(fn: Callable[..., R], *values: Any) -> Any:  # noqa: ANN401 - R or Output[R], as the values are
    """`fn(*values)` at once when all values are plain, else an Output of it.

    Keeps previews whole: nothing becomes unknown that need not be.
    """
    if any(_has_output(v) for v in values):
        return pulumi.Output.all(*values).apply(lambda known: fn(*known))
    return fn(*values)


def embed(make: Callable[..., Any], **texts: Any) -> Any:  # noqa: ANN401 - what `make` gives, with Outputs inside
    """`make(**texts)`, where texts that are Outputs only make those places unknown in which they stand.

    `make` is called at once, with a mark in the place of each Output: it may copy its texts, but not look into them.
    """
    marks = {f"<<{key}>>": value for key, value in texts.items() if isinstance(value, pulumi.Output)}
    made = make(**{k: f"<<{k}>>" if isinstance(v, pulumi.Output) else v for k, v in texts.items()})
    return _filled(made, marks) if marks else made


def _filled(value: Any, marks: Mapping[str, pulumi.Output[str]]) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {k: _filled(v, marks) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(v, marks) for v in value]
    used = [m for m in marks if isinstance(value, str) and m in value]
    if not used:
        return value

    def fill(known: list[str]) -> str:
        text = str(value)
        for mark, part in zip(used, known, strict=True):
            text = text.replace(mark, part)
        return text

    return pulumi.Output.all(*(marks[m] for m in used)).apply(fill)


def is_known(*values: object) -> bool:
    """True when none of the values is an Output: only then can they be compared while the program runs."""
    return not any(_has_output(v) for v in values)


def _has_output(v: object) -> bool:
    if isinstance(v, Mapping):
        return any(_has_output(x) for x in v.values())
    if isinstance(v, list | tuple):
        return any(_has_output(x) for x in v)
    return isinstance(v, pulumi.Output)


def _whole(v: object) -> object:
    """Numbers cross the package protocol as floats: 3.0 is 3. Lists become tuples."""
    if isinstance(v, list):
        return tuple(v)
    return int(v) if isinstance(v, float) and v.is_integer() else v


def _from_text(v: object, annotation: object) -> object:
    """`pulumi config set` turns top-level numbers and booleans into text; reads them back where the field wants one."""
    if not isinstance(v, str):
        return v
    wanted = [a for a in typing.get_args(annotation) if a is not type(None)] or [annotation]
    if bool in wanted and v in ("true", "false"):
        return v == "true"
    if int in wanted and re.fullmatch(r"-?\d+", v):
        return int(v)
    if float in wanted and re.fullmatch(r"-?\d+(\.\d+)?", v):
        return float(v)
    return v


class Inputs(BaseModel):
    """Base of all input models: frozen, strict, unknown keys refused. Lists become tuples."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True, validate_default=True
    )

    @model_validator(mode="before")
    @classmethod
    def _normalise(cls, data: object, info: Any) -> object:  # noqa: ANN401
        if not isinstance(data, Mapping):
            return data
        texts = bool(info.context and info.context.get("texts") is cls)
        result: dict[Any, Any] = {}
        for key, given in data.items():
            field = cls.model_fields.get(key)
            value = _whole(given)
            if texts and field is not None:
                value = _from_text(value, field.annotation)
            if field is not None and float in (field.annotation, *typing.get_args(field.annotation)):
                value = float(value) if type(value) is int else value
            result[key] = value
        return result

    @classmethod
    def read(cls, data: Mapping[str, Any], *, title: str = "", texts: bool = False) -> Self:
        """The model of nested data (a stack file), or InputError with every mistake.

        `texts`: top-level numbers and booleans may be text, as `pulumi config set` writes them.
        """
        try:
            return cls.model_validate(dict(data), context={"texts": cls} if texts else None)
        except ValidationError as e:
            raise InputError(sentences(cls, e), title) from None

    @classmethod
    def of(cls, args: Mapping[str, Any] | Self, component: str) -> Self:
        """The model of a component's arguments: a model as it is, or flat arguments (`quota_pods`) read into it.

        Raises InputError naming `component` and every wrong argument under its flat name.
        """
        if isinstance(args, cls):
            return args
        flat = {k: v for k, v in cast(Mapping[str, Any], args).items() if v is not None}
        paths = cls.flat_fields()
        unknown = [unknown_key(k, paths) for k in flat if k not in paths]
        try:
            model = cls.model_validate(unflatten({k: v for k, v in flat.items() if k in paths}, paths))
        except ValidationError as e:
            wrong = [_flat_path(s, paths) for s in sentences(cls, e)]
            raise InputError(unknown + wrong, f"{component}: wrong inputs") from None
        if unknown:
            raise InputError(unknown, f"{component}: wrong inputs")
        return model

    @classmethod
    def flat_fields(cls) -> dict[str, tuple[str, ...]]:
        """Flat argument name -> path in the model, e.g. `quota_pods` -> ("quota", "pods")."""
        found: dict[str, tuple[str, ...]] = {}
        for name, field in cls.model_fields.items():
            inner = model_of(field.annotation)
            if inner is None:
                found[name] = (name,)
            else:
                found.update({f"{name}_{k}": (name, *p) for k, p in inner.flat_fields().items()})
        return found

    def args(self, **more: Any) -> Any:  # noqa: ANN401 - the TypedDict of the component that owns this model
        """This model as flat arguments of its component, `more` added: what `of` reads back."""
        flat: dict[str, Any] = {}
        for key, path in self.flat_fields().items():
            value: Any = self
            for part in path:
                value = getattr(value, part) if value is not None else None
            if value is not None:
                flat[key] = value
        return flat | more


def model_of(annotation: object) -> type[Inputs] | None:
    """The nested model of a field (`X` or `X | None`), else None."""
    options = [annotation, *typing.get_args(annotation)] if is_union(annotation) else [annotation]
    return next((o for o in options if isinstance(o, type) and issubclass(o, Inputs)), None)


def unflatten(flat: Mapping[str, Any], paths: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """{"quota_pods": 3} -> {"quota": {"pods": 3}} by the table of `flat_fields`."""
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *parents, leaf = paths[key]
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = value
    return nested


def _flat_path(sentence: str, paths: Mapping[str, tuple[str, ...]]) -> str:
    """The sentence with its path's beginning flat; what follows (a key of a map) may have dots of its own."""
    for flat, path in paths.items():
        nested = ".".join(path)
        if sentence.startswith((f"{nested}:", f"{nested}.", f"{nested}[")):
            return flat + sentence.removeprefix(nested)
    return sentence
