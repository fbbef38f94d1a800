"""Checks recorded alicloud inputs against what the installed SDK itself says of each resource: no cloud answers here.

`mistakes(graph)` finds unknown properties, missing required ones and values of another kind, at any depth.
"""

import importlib
import inspect
import json
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

from pulumi import _types

from replay.graph import SECRET, UNKNOWN, Graph, Resource, is_unknown, reveal

TABLE_CHECK = Path(__file__).resolve().parents[2] / "shared" / "engine" / "check_graph.py"
"""A second check, over a table joined from SDK and provider (enums, conflicts); only where it lies beside us."""
KINDS: dict[Any, tuple[type, ...]] = {str: (str,), int: (int,), float: (int, float), bool: (bool,)}


def mistakes(graph: Graph) -> list[str]:
    """One line for each input of an alicloud resource that the SDK does not know or misses."""
    return [m for r in graph if r.type.startswith("alicloud:") for m in resource_mistakes(r)]


def resource_mistakes(resource: Resource) -> list[str]:
    """The same for one resource. Raises AttributeError for a type that the SDK does not have."""
    args = arguments_class(resource.type)
    return [f"{resource.kind} {resource.name}: {m}" for m in _object(args, reveal(resource.inputs), "")]


def arguments_class(token: str) -> type:
    """`alicloud:vpc/switch:Switch` -> `SwitchArgs`; `…InitArgs` where a nested type of the package has that name."""
    _, module, name = token.split(":")
    package = module.split("/")[0]
    path = "pulumi_alicloud" if package == "index" else f"pulumi_alicloud.{package}"
    module_of_resource = importlib.import_module(getattr(importlib.import_module(path), name).__module__)
    names = (f"{name}InitArgs", f"{name}Args")
    args_class: type = next(getattr(module_of_resource, n) for n in names if hasattr(module_of_resource, n))
    return args_class


def takes(token: str, key: str) -> bool:
    """True when a resource of that type has the input `key`."""
    return key in _types.input_type_types(arguments_class(token))


def _object(args: type, values: dict[str, Any], at: str) -> list[str]:
    types = _types.input_type_types(args)
    names = _types.input_type_py_to_pulumi_names(args)
    parameters = inspect.signature(args.__init__).parameters  # type: ignore[misc]
    required = {names[p.name] for p in parameters.values() if p.default is p.empty and p.name in names}
    mistakes = [f"{at}{k}: unknown property" for k in values if k not in types]
    mistakes += [f"{at}{k}: missing" for k in sorted(required - set(values))]
    return mistakes + [m for k, v in values.items() if k in types for m in _value(types[k], v, f"{at}{k}")]


def _value(kind: Any, value: Any, at: str) -> list[str]:
    if value is None or is_unknown(value):
        return []
    options = [a for a in typing.get_args(kind) if a is not type(None)]
    if typing.get_origin(kind) is typing.Union:  # T, Awaitable[T], Output[T]: the first says it
        return _value(options[0], value, at)
    if options:
        return _items(options[-1], value, at, list if len(options) == 1 else dict)
    if _types.is_input_type(kind):
        return _object(kind, value, f"{at}.") if isinstance(value, dict) else [f"{at}: {value!r} is no object"]
    wanted = KINDS.get(kind)
    wrong = wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted))
    return [f"{at}: {value!r} is no {kind.__name__}"] if wrong else []


def _items(kind: Any, value: Any, at: str, container: type) -> list[str]:
    if not isinstance(value, container):
        return [f"{at}: {value!r} is no {'list' if container is list else 'map'}"]
    if isinstance(value, dict):
        return [m for k, v in value.items() for m in _value(kind, v, f"{at}.{k}")]
    return [m for i, v in enumerate(typing.cast(list[Any], value)) for m in _value(kind, v, f"{at}[{i}]")]


def table_findings(graph: Graph, folder: Path) -> list[str] | None:
    """What the second check finds; None where it is not there."""
    if not TABLE_CHECK.exists():
        return None
    path = folder / "graph.json"
    resources = [{"type": r.type, "name": r.name, "urn": r.urn, "inputs": _for_table(r.inputs)} for r in graph]
    path.write_text(json.dumps(resources))
    command = [sys.executable, str(TABLE_CHECK), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TABLE_CHECK.parent)
    if done.returncode not in (0, 1) or "findings" not in done.stdout:
        raise RuntimeError(f"the table check failed:\n{done.stderr}")
    return done.stdout.splitlines()[:-1]


def _for_table(value: Any) -> Any:
    """Neither secrets nor unknowns can be judged; both have the mark of a secret there."""
    if isinstance(value, dict):
        return {SECRET: True} if SECRET in value or UNKNOWN in value else {k: _for_table(v) for k, v in value.items()}
    return [_for_table(v) for v in value] if isinstance(value, list) else value
