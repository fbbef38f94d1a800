"""One clear sentence for each mistake: path, value, what is allowed, and the nearest known key.

The words come from the models themselves (types, bounds, choices, `Allowed` notes), so the sentence, the generated
reference and the check can never disagree.
"""

import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

import pulumi
from pydantic import BaseModel, ValidationError


class Allowed:
    """Says in words which values a field takes; shown in error sentences and in the generated documentation."""

    def __init__(self, words: str) -> None:
        self.words = words


def show(value: object) -> str:
    """A value in a sentence: short, quoted, never the content of a secret."""
    if isinstance(value, pulumi.Output):
        return "a value that is only known later"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, if one is close enough to be what was meant."""
    known = list(known)
    lower = {k.lower().replace("_", "").replace("-", ""): k for k in known}
    plain = word.lower().replace("_", "").replace("-", "")
    close = difflib.get_close_matches(plain, lower, n=1, cutoff=0.6)
    return lower[close[0]] if close else None


def unknown_key(key: str, known: Iterable[str], path: str = "") -> str:
    """The sentence for a key that does not exist: at `path` (default: the key), with the nearest known one."""
    known = list(known)
    close = nearest(key, known)
    hint = f"did you mean {close!r}? " if close else ""
    return f"{path or key}: unknown key; {hint}Known keys: {', '.join(known)}"


def sentences(model: type[BaseModel], error: ValidationError, field: str | None = None) -> list[str]:
    """One sentence for each mistake in a model, or in one field of it: `path: value is not allowed; allowed: …`."""
    start = () if field is None else (field,)
    lines = ({**line, "loc": (*start, *line["loc"])} for line in error.errors(include_url=False))
    return list(dict.fromkeys(_sentence(model, line) for line in lines))


def missing(name: str, field: Any) -> str:  # noqa: ANN401 - pydantic's FieldInfo
    """The sentence for a required field that is not there."""
    return f"{name}: missing; allowed: {allowed_words(annotation_of(field))}"


def annotation_of(field: Any) -> Any:  # noqa: ANN401 - pydantic's FieldInfo
    """A field's annotation with its metadata."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def path_text(loc: Iterable[str | int]) -> str:
    """("workspaces", 1, "quota", "pods") -> `workspaces[1].quota.pods`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _sentence(model: type[BaseModel], error: dict[str, Any]) -> str:
    holder, annotation, loc = _locate(model, error["loc"])
    path, value, kind = path_text(loc), error["input"], error["type"]
    if kind == "extra_forbidden":
        return unknown_key(str(loc[-1]), holder.model_fields if holder else (), path)
    if kind == "missing":
        return f"{path}: missing; allowed: {allowed_words(annotation)}"
    if kind == "not_allowed":
        at, reason = error["ctx"]["at"], error["ctx"]["reason"]
        if at:
            return f"{path}.{at}: {reason}" if path else f"{at}: {reason}"
        refused = "" if isinstance(value, Mapping | BaseModel) else f"{show(value)} is not allowed; "
        return f"{path}: {refused}{reason}"
    hint = ""
    if kind == "literal_error" and isinstance(value, str):
        close = nearest(value, [str(a) for a in _literals(annotation)])
        hint = f"; did you mean {close!r}?" if close else ""
    return f"{path}: {show(value)} is not allowed; allowed: {allowed_words(annotation)}{hint}"


def _locate(
    model: type[BaseModel], loc: tuple[str | int, ...]
) -> tuple[type[BaseModel] | None, object, list[str | int]]:
    """The model that holds a mistake, the annotation there, and the path without pydantic's own union labels."""
    here: object = model
    holder: type[BaseModel] | None = None
    path: list[str | int] = []
    for part in loc:
        nested = model_in(here)
        if nested is not None and isinstance(part, str):
            field = nested.model_fields.get(part)
            if field is None and any(part == a.__name__ for a in (nested,)):
                continue  # a label of a union's branch, not a key
            holder, path = nested, [*path, part]
            here = annotation_of(field) if field else None
        elif isinstance(part, int) or _is_mapping(here):
            path.append(part)
            here = _item_of(here)
        elif part == "[key]":
            continue
    return holder, here, path


def _strip(annotation: object) -> list[object]:
    """The alternatives of an annotation without Annotated, None and Output."""
    if typing.get_origin(annotation) is Annotated:
        return _strip(typing.get_args(annotation)[0])
    if is_union(annotation):
        return [s for a in typing.get_args(annotation) for s in _strip(a)]
    if annotation is type(None) or typing.get_origin(annotation) is pulumi.Output:
        return []
    return [annotation]


def model_in(annotation: object) -> type[BaseModel] | None:
    """The model among the alternatives of an annotation, if there is one."""
    return next((cast(type[BaseModel], a) for a in _strip(annotation) if is_model(a)), None)


def _is_mapping(annotation: object) -> bool:
    return any(typing.get_origin(a) in (dict, Mapping) for a in _strip(annotation))


def _item_of(annotation: object) -> object:
    for a in _strip(annotation):
        args = [x for x in typing.get_args(a) if x is not Ellipsis]
        if args:
            return args[-1]
    return object


def _literals(annotation: object) -> list[object]:
    return [v for a in _strip(annotation) if typing.get_origin(a) is typing.Literal for v in typing.get_args(a)]


def allowed_words(annotation: object) -> str:
    """What a field takes, in words: from its Allowed note, its choices, bounds or type."""
    words, notes = _words(annotation), _notes(annotation)
    for note in notes:
        if isinstance(note, Allowed):
            return note.words
    low = next((getattr(n, "ge", None) for n in notes if getattr(n, "ge", None) is not None), None)
    high = next((getattr(n, "le", None) for n in notes if getattr(n, "le", None) is not None), None)
    if low is not None and high is not None:
        return f"{words} from {low} to {high}"
    if low is not None:
        return f"{words}, {low} or more"
    return f"{words}, at most {high}" if high is not None else words


def _notes(annotation: object) -> list[Any]:
    notes: list[Any] = []
    if typing.get_origin(annotation) is Annotated:
        inner, *metadata = typing.get_args(annotation)
        for m in metadata:
            notes += getattr(m, "metadata", None) or [m]  # a pydantic Field carries its bounds inside
        return notes + _notes(inner)
    if is_union(annotation):
        return [n for a in typing.get_args(annotation) for n in _notes(a)]
    return notes


_TYPE_WORDS: dict[object, str] = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def _words(annotation: object) -> str:
    words: list[str] = []
    for a in _strip(annotation):
        origin = typing.get_origin(a)
        if origin is typing.Literal:
            words.append(", ".join(str(v) for v in typing.get_args(a)))
        elif origin in (tuple, list):
            words.append(f"a list, each {allowed_words(_item_of(a))}")
        elif origin in (dict, Mapping):
            words.append(f"a map of text to {allowed_words(_item_of(a))}")
        elif is_model(a):
            words.append(f"an object with the keys {', '.join(cast(type[BaseModel], a).model_fields)}")
        else:
            words.append(_TYPE_WORDS.get(a, getattr(a, "__name__", str(a))))
    return " or ".join(dict.fromkeys(words)) or "nothing"


def is_model(annotation: object) -> bool:
    """True for a pydantic model class."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_union(annotation: object) -> bool:
    """True for `X | Y` in either spelling."""
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)
