"""How every component reads its inputs: one strict model, one sentence a mistake, all mistakes at once.

A component owns one pydantic model of its inputs (types, bounds, defaults, units). The stack file is composed of these
models (nested: `quota: {pods: 200}`); Python and package callers pass the same inputs flat (`quota_pods=200`), because
nested objects lose values on their way through a component package. All of them end in the same model and are told
the same sentence.

Two kinds of fields:

* plain fields shape the graph (names, counts of zones, choices) and must be known when the program starts;
* `Value[T]` fields also take a `pulumi.Output`, because they only travel into resource properties. An Output is
  checked when it becomes known; `when_known` computes with values of either kind.

What holds between fields is a `@check`: a method that yields every mistake it sees. A check that needs a value which
is itself wrong is left out, so one mistake neither hides another nor causes a false one.
"""

from collections.abc import Mapping
from typing import Any, Self, cast

from pydantic import ValidationError

from .collecting import collected
from .mistakes import InputError, WiringError
from .model import CheckedModel, model_of, without
from .sentences import unknown_key
from .values import from_text


class AsOneObject:
    """Marks a nested model that is one argument of its component (a map), not one argument for each of its keys."""


class Inputs(CheckedModel):
    """Base of all input models: frozen, strict, unknown keys refused. Lists become tuples."""

    @classmethod
    def read(cls, data: Mapping[str, Any], *, title: str = "", texts: bool = False) -> Self:
        """The model of nested data (a stack file), or InputError with every mistake.

        `texts`: top-level numbers and booleans may be text, as `pulumi config set` writes them.
        """
        known = cls.model_fields
        if texts:
            data = {k: from_text(v, known[k].annotation) if k in known else v for k, v in data.items()}
        try:
            return cls.model_validate(dict(data))
        except ValidationError:
            raise InputError(collected(cls, data)[1], title) from None

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
        nested = unflatten({k: v for k, v in flat.items() if k in paths}, paths)
        try:
            model = cls.model_validate(nested)
        except ValidationError:
            wrong = [_flat_path(s, paths) for s in collected(cls, nested)[1]]
            raise InputError(unknown + wrong, f"{component}: wrong inputs") from None
        if unknown:
            raise InputError(unknown, f"{component}: wrong inputs")
        return model

    @classmethod
    def wired(cls, settings: "Inputs", wiring: "Inputs") -> Self:
        """A component's inputs: its settings and what the rest of the platform gives it, both checked already.

        Nothing is read twice; only what holds between the two is checked here. Raises WiringError with every mistake.
        """
        values: dict[str, Any] = {}
        wrong: set[str] = set()
        for part in (settings, wiring):
            fields = type(part).model_fields.keys()
            values |= {k: part.__dict__[k] for k in fields if k in part.__dict__}
            wrong |= {k for k in fields if k not in part.__dict__}
        model = without(cls, values, wrong, settings.model_fields_set | wiring.model_fields_set)
        mistakes = tuple(dict.fromkeys(model.mistakes()))
        if mistakes:
            raise WiringError(mistakes)
        return model

    @classmethod
    def flat_fields(cls) -> dict[str, tuple[str, ...]]:
        """Flat argument name -> path in the model, e.g. `quota_pods` -> ("quota", "pods")."""
        paths: dict[str, tuple[str, ...]] = {}
        for name, field in cls.model_fields.items():
            inner = None if _one_object(field) else cast("type[Inputs] | None", model_of(field.annotation))
            if inner is None:
                paths[name] = (name,)
            else:
                paths.update({f"{name}_{k}": (name, *p) for k, p in inner.flat_fields().items()})
        return paths


def _one_object(field: Any) -> bool:  # noqa: ANN401 - pydantic's FieldInfo
    return any(isinstance(m, AsOneObject) for m in field.metadata)


def unflatten(flat: Mapping[str, Any], paths: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """{"quota_pods": 3} -> {"quota": {"pods": 3}} by the table of `flat_fields`."""
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *parents, leaf = paths[key]
        target = nested
        for parent in parents:
            target = target.setdefault(parent, {})
        target[leaf] = value
    return nested


def _flat_path(sentence: str, paths: Mapping[str, tuple[str, ...]]) -> str:
    """The sentence with its path's beginning flat; what follows (a key of a map) may have dots of its own."""
    for flat, path in paths.items():
        nested = ".".join(path)
        if sentence.startswith((f"{nested}:", f"{nested}.", f"{nested}[")):
            return flat + sentence.removeprefix(nested)
    return sentence
