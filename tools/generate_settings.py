"""Generates `Pulumi.README.yaml`: every key of a stack file with its meaning, unit, allowed values and default."""

import json
import textwrap
import typing
from typing import Any

from components.base.constants import PROJECT
from components.base.model import CheckedModel, model_of
from components.base.sentences import allowed_words, annotation_of, model_in
from components.platform.inputs import Settings

HEAD = """\
# Every key of a stack file, with its default. GENERATED from the input models by `make generate`: do not edit.
#
# A stack file (stacks/Pulumi.<stack>.yaml) holds only what differs from these defaults. `required` has no default;
# `none` means that the key, or the whole section, is absent. Units are part of the names (…_gib, …_seconds).
# Secrets belong in no section: `pulumi config set --secret kubeconfig < FILE`.
config:
"""
WIDTH = 118


def source() -> str:
    """The whole file."""
    lines = [line for key, field in Settings.model_fields.items() for line in entry(f"{PROJECT}:{key}", field, 1)]
    return HEAD + "\n".join(lines) + "\n"


def entry(key: str, field: Any, depth: int) -> list[str]:  # noqa: ANN401 - pydantic's FieldInfo
    """The lines of one key: what it is, what is allowed, its default; sections with their keys below."""
    indent = "  " * depth
    nested, many = section_of(field)
    about = (field.description or (nested.__doc__ if nested else "") or "").strip().splitlines()[0].rstrip(".")
    notes = [about] if nested else [f"{about}. Allowed: {allowed_words(annotation_of(field))}"]
    if nested and field.is_required() is False and field.default is None:
        notes.append("default: none, the whole section is absent")
    comments = [c for note in notes for c in textwrap.wrap(note, WIDTH - len(indent) - 2, break_on_hyphens=False)]
    lines = ["", *[f"{indent}# {c}" for c in comments]] if depth == 1 else [f"{indent}# {c}" for c in comments]
    if nested is None:
        return [*lines, f"{indent}{key}: {default_of(field)}"]
    lines.append(f"{indent}{key}:")
    for i, (name, inner) in enumerate(nested.model_fields.items()):
        block = entry(name, inner, depth + 2 if many else depth + 1)
        if many and i == 0:
            start = next(n for n, line in enumerate(block) if not line.lstrip().startswith("#"))
            block[start] = f"{indent}  - {block[start].strip()}"
        lines += block
    return lines


def section_of(field: Any) -> tuple[type[CheckedModel] | None, bool]:  # noqa: ANN401
    """The model of a section, and whether the key holds a list of them."""
    nested = model_of(field.annotation)
    if nested is not None:
        return nested, False
    if typing.get_origin(field.annotation) is tuple:
        inner = model_in(typing.get_args(field.annotation)[0])
        return (inner, True) if inner is not None and issubclass(inner, CheckedModel) else (None, False)
    return None, False


def default_of(field: Any) -> str:  # noqa: ANN401
    """A default as YAML."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
