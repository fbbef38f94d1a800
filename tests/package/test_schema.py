"""The schema other languages are generated from: described, with defaults, without types that lose values."""

import ast
import inspect
import json
import sys
import tomllib
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pulumi
import pytest
import yaml
from pulumi.provider.experimental.analyzer import is_input, unwrap_input

from components.network.args import NetworkArgs
from components.package.registry import COMPONENTS
from components.package.server import component_classes, snake_case, version
from examples import smallest
from tests.package.engine import ROOT
from tests.support import record
from tools import released_schema as released
from tools.generate_args import simple_type

PREFIX = "spark-on-ack:index:"
PARTS = (str, int, float, bool, Any)


def resources(schema: dict[str, Any]) -> dict[str, Any]:
    resources: dict[str, Any] = schema["schema"]["resources"]
    return resources


def test_the_schema_has_every_component(schema: dict[str, Any]) -> None:
    assert list(resources(schema)) == [PREFIX + name for name in COMPONENTS]
    assert all(r["isComponent"] and len(r["description"]) > 40 for r in resources(schema).values())


def test_every_input_says_what_it_is_what_is_allowed_and_its_default(schema: dict[str, Any]) -> None:
    silent = []
    for token, resource in resources(schema).items():
        for key, prop in resource["inputProperties"].items():
            text = prop.get("description", "")
            stated = "Allowed: " in text and (key in resource["requiredInputs"] or "Default: " in text)
            if not stated or text.startswith(("Allowed", ". ")):
                silent.append(f"{token}.{key}")
    assert silent == []


def test_every_output_is_described(schema: dict[str, Any]) -> None:
    silent = [
        f"{token}.{key}"
        for token, resource in resources(schema).items()
        for key, prop in resource["properties"].items()
        if not prop.get("description")
    ]
    assert silent == []


def test_nine_of_ten_inputs_have_a_default(schema: dict[str, Any]) -> None:
    inputs = sum(len(r["inputProperties"]) for r in resources(schema).values())
    required = sum(len(r["requiredInputs"]) for r in resources(schema).values())
    assert inputs > 200
    assert required / inputs <= 0.1


def test_the_version_is_said_in_one_place(schema: dict[str, Any]) -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert schema["schema"]["version"] == schema["plugin"] == version() == stated
    assert "version" not in yaml.safe_load((ROOT / "components" / "PulumiPlugin.yaml").read_text())


# --- types that inference mishandles ---------------------------------------------------------------------------------


def carried(annotation: Any) -> bool:
    """Whether the package carries this type of input as it is: text, numbers, flags, lists and maps of them."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in PARTS:
        return True
    if origin is typing.NotRequired:
        return carried(inner[0])
    if origin is list:
        return carried(inner[0]) and typing.get_origin(inner[0]) not in (list, dict)
    if origin is dict:
        return inner[0] is str and inner[1] in PARTS
    return is_input(annotation) and carried(unwrap_input(annotation))


@pytest.mark.parametrize("name", COMPONENTS)
def test_no_input_is_of_a_type_that_loses_values_on_the_way(name: str) -> None:
    typed = inspect.get_annotations(COMPONENTS[name].part("args", f"{name}Args"))
    assert [f"{k}: {v}" for k, v in typed.items() if not carried(v)] == []


@pytest.mark.parametrize("forbidden", [
    Literal["a"], int | str, str | None, tuple[str, ...], set[str], bytes, object, list, dict, dict[int, str],
    list[dict[str, str]], dict[str, list[str]], list[Literal["a"]], pulumi.Output[str], pulumi.Resource,
    NetworkArgs, typing.Annotated[str, "x"], typing.ClassVar[str], "str",
])  # fmt: skip
def test_the_check_knows_the_types_that_are_forbidden(forbidden: Any) -> None:
    assert not carried(forbidden)


@pytest.mark.parametrize("model_type", [int | str, tuple[NetworkArgs, ...], bytes, object, set[str]])
def test_a_model_with_such_a_field_is_refused_when_arguments_are_generated(model_type: Any) -> None:
    with pytest.raises(TypeError, match="cannot be an argument of a component package"):
        simple_type(model_type)


@pytest.mark.parametrize("name", COMPONENTS)
def test_outputs_are_scalars_or_lists_and_maps_of_them(name: str, schema: dict[str, Any]) -> None:
    for key, prop in resources(schema)[PREFIX + name]["properties"].items():
        inner = prop.get("items") or prop.get("additionalProperties") or prop
        assert inner["type"] in ("string", "integer", "number", "boolean"), key


@pytest.mark.parametrize("cls", component_classes(), ids=lambda c: c.__name__)
def test_the_token_is_the_same_from_python_and_from_the_package(cls: type[pulumi.ComponentResource]) -> None:
    source = inspect.getsource(cls)
    assert f'super().__init__("{PREFIX}{cls.__name__}", name, None, opts)' in source
    assert list(inspect.signature(cls).parameters) == ["name", "args", "opts"]


def test_no_module_hides_one_of_pythons_own_when_the_package_starts() -> None:
    # the package's directory is the first on the path until __main__ corrects it; nothing before that, nor pip or
    # venv which the engine runs in that directory, asks for `platform`
    names = {p.stem for p in (ROOT / "components").iterdir()} & set(sys.stdlib_module_names)
    assert names <= {"platform"}


# --- the smallest useful calls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_smallest_useful_call_of_a_component_is_at_most_six_lines(name: str) -> None:
    function = getattr(smallest, snake_case(name))
    (tree,) = ast.parse(inspect.getsource(function)).body
    assert isinstance(tree, ast.FunctionDef)
    first, last = tree.body[1], tree.body[-1]
    assert (last.end_lineno or 0) - first.lineno + 1 <= 6
    graph = record(function)
    assert graph.of_type(PREFIX + name)
    assert [r for r in graph if r.custom]
    assert graph.warnings == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_usage_that_opens_a_docstring_builds_the_component(name: str) -> None:
    summary, usage, *_ = inspect.cleandoc(COMPONENTS[name].resource.__doc__ or "").split("\n\n")
    assert len(summary.split(". ")) == 1
    code = usage.removeprefix("```python\n").removesuffix("\n```")
    assert code.startswith(f"from spark_on_ack import {name}\n")
    assert record(lambda: exec(code, {})).of_type(PREFIX + name)  # noqa: S102 - the project's own text


# --- versions --------------------------------------------------------------------------------------------------------


def test_nothing_breaks_users_of_the_last_release() -> None:
    assert released.refused(released.recorded(), released.current()) == []


NETWORK, WORKSPACE = PREFIX + "Network", PREFIX + "Workspace"
CHANGES: dict[str, Callable[[Any], object]] = {
    "component gone": lambda c: c.pop(NETWORK),
    "input gone": lambda c: c[NETWORK]["inputs"].pop("cidr"),
    "input renamed": lambda c: c[NETWORK]["inputs"].update(range=c[NETWORK]["inputs"].pop("cidr")),
    "input of another type": lambda c: c[NETWORK]["inputs"].update(vswitchMask="plain string"),
    "input takes no output any more": lambda c: c[NETWORK]["inputs"].update(existingVpcId="plain string"),
    "new required input": lambda c: c[NETWORK]["inputs"].update(owner="plain string required"),
    "input now required": lambda c: c[NETWORK]["inputs"].update(cidr="plain string required"),
    "output gone": lambda c: c[NETWORK]["outputs"].pop("vpcId"),
    "output of another type": lambda c: c[NETWORK]["outputs"].update(vswitchIds="string"),
    "new optional input": lambda c: c[NETWORK]["inputs"].update(owner="plain string"),
    "input takes outputs too": lambda c: c[NETWORK]["inputs"].update(cidr="string"),
    "input no longer required": lambda c: c[WORKSPACE]["inputs"].update(team="plain string"),
    "new output": lambda c: c[NETWORK]["outputs"].update(cidr="string"),
    "new component": lambda c: c.update({PREFIX + "Other": c[NETWORK]}),
}
BREAKING, HARMLESS = list(CHANGES)[:9], list(CHANGES)[9:]


def changed(change: str) -> tuple[released.Interface, released.Interface]:
    """An interface, and the same after one change."""
    old = released.recorded()
    new = json.loads(json.dumps(old))
    CHANGES[change](new["components"])
    return old, new


@pytest.mark.parametrize("change", BREAKING)
def test_a_change_that_breaks_users_needs_a_new_major_version(change: str) -> None:
    old, new = changed(change)
    assert len(released.refused(old, new)) >= 1
    assert released.refused(old, {**new, "version": "0.9.0"})
    assert released.refused(old, {**new, "version": "1.0.0"}) == []


@pytest.mark.parametrize("change", HARMLESS)
def test_a_change_that_breaks_nobody_does_not(change: str) -> None:
    old, new = changed(change)
    assert old != new
    assert released.refused(old, new) == []


def test_recording_refuses_a_breaking_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old, new = changed("input gone")
    path = tmp_path / "released.json"
    path.write_text(json.dumps(old))
    monkeypatch.setattr(released, "RECORDED", path)
    monkeypatch.setattr(released, "current", lambda: new)
    assert released.main(["record"]) == 1
    assert json.loads(path.read_text()) == old
    monkeypatch.setattr(released, "current", lambda: {**new, "version": "1.0.0"})
    assert released.main(["record"]) == 0
    assert json.loads(path.read_text()) == {**new, "version": "1.0.0"}
