"""Generates each room's `args.py`: the flat, typed arguments of its component, from the model of its inputs.

A component's arguments exist once, as a pydantic model. Python callers (mypy) and the package schema need them as
TypedDicts of simple types, so those are generated; a test checks that the file is current. Run by `make generate`.
"""

import re
import typing
from typing import Any

import pulumi

from components.base.inputs import Inputs
from components.base.model import model_of
from components.base.sentences import allowed_words, annotation_of, is_model, is_union
from components.package.registry import Component

HEAD = '''"""Flat arguments of {name}. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, {typing}
{pulumi}
if TYPE_CHECKING:
    from .inputs import {name}Inputs
'''
TAIL = """if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    {name}Arguments = {name}Args | {name}Inputs
else:
    {name}Arguments = {name}Args
"""


def simple_type(annotation: object) -> str:  # noqa: PLR0911 - one line a kind of type
    """The type an argument has in the TypedDict: str, int, float, bool, lists and maps of them, or Input of those.

    Raises TypeError for what the package schema cannot carry (lists of objects, unions of different types).
    """
    if typing.get_origin(annotation) is typing.Annotated:
        return simple_type(typing.get_args(annotation)[0])
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    options = [a for a in args if a is not type(None)]
    if any(typing.get_origin(a) is pulumi.Output for a in options):
        plain = next(a for a in options if typing.get_origin(a) is not pulumi.Output)
        return f"pulumi.Input[{simple_type(plain)}]"
    if origin is typing.Literal:
        return type(args[0]).__name__
    if origin is tuple:
        return f"list[{simple_type(args[0])}]"
    if origin is dict:
        return f"dict[str, {simple_type(args[1])}]"
    if is_union(annotation) and len(options) == 1:
        return simple_type(options[0])
    if annotation is Any:
        return "Any"
    if is_model(annotation):
        return "dict[str, Any]"  # AsOneObject
    if annotation in (str, int, float, bool):
        return typing.cast(type, annotation).__name__
    raise TypeError(f"{annotation} cannot be an argument of a component package")


def field_at(model: type[Inputs], path: tuple[str, ...]) -> Any:  # noqa: ANN401 - pydantic's FieldInfo
    """The pydantic field at a path of `flat_fields`."""
    for part in path[:-1]:
        nested = model_of(model.model_fields[part].annotation)
        assert nested is not None  # noqa: S101 - flat_fields only descends into models
        model = typing.cast(type[Inputs], nested)
    return model.model_fields[path[-1]]


def describe(field: Any) -> str:  # noqa: ANN401
    """Description, allowed values and default of a field, in one paragraph."""
    text = (field.description or "").strip().rstrip(".")
    allowed = allowed_words(annotation_of(field))
    default = "" if field.is_required() else f" Default: {default_text(field)}."
    return f"{text}. Allowed: {allowed}.{default}"


def default_text(field: Any) -> str:  # noqa: ANN401
    """A field's default as YAML would show it."""
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | dict | str) and not value:
        return "empty"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def typed_dict(name: str, model: type[Inputs]) -> str:
    """The source of one TypedDict."""
    doc = (model.__doc__ or name).strip().splitlines()[0]
    lines = [f"class {name}Args(TypedDict):", f'    """{doc}"""', ""]
    for key, path in model.flat_fields().items():
        field = field_at(model, path)
        kind = simple_type(annotation_of(field))
        optional_parent = any(not field_at(model, path[:i]).is_required() for i in range(1, len(path)))
        required = field.is_required() and not optional_parent
        lines.append(f"    {key}: {kind if required else f'NotRequired[{kind}]'}")
        text = describe(field).replace("\\", "\\\\").replace('"""', "'''")
        lines.append(f'    """{text}"""' if not text.endswith('"') else f'    """{text} """')
    return "\n".join(lines)


def source(component: Component) -> str:
    """The whole generated file of one component."""
    text = typed_dict(component.name, component.inputs)
    names = [name for name in ("Any", "NotRequired", "TypedDict") if re.search(rf"\b{name}\b", text)]
    imports = "\nimport pulumi\n" if "pulumi." in text else ""
    head = HEAD.format(name=component.name, typing=", ".join(names), pulumi=imports)
    return "\n\n\n".join([head.rstrip(), text, TAIL.format(name=component.name)])


def path_of(component: Component) -> str:
    """Where the file is."""
    return f"components/{component.room}/args.py"
