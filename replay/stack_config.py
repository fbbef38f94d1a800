"""A stack file, read strictly: what the engine would refuse, or read differently, is told in a sentence with its path.

The engine reads YAML with go-yaml: a key that appears twice is an error there, `yes` and `on` are text, and `1:30` is
no number. PyYAML would keep the last of two keys, and make truth values and numbers of those.
"""

import json
import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import yaml

TOP = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
"""Keys of a stack file; the last three belong to the engine's encryption."""
MOST_VALUES = 100_000
"""More values than any stack has: a file of aliases within aliases grows to billions."""
PLACEHOLDER = "placeholder-of-an-encrypted-value"
_BASE: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class StackFileError(pulumi.RunError):
    """What is wrong with a stack file as a file; the engine prints it without a traceback."""


class _Loader(_BASE):  # type: ignore[misc, valid-type] # the compiled reader where there is one
    """Safe, refuses equal keys, and makes truth values and numbers only of what go-yaml makes them of."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own table
        first: [(tag, pattern) for tag, pattern in entries if not tag.endswith((":bool", ":int", ":float"))]
        for first, entries in _BASE.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ANN401
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    twice = f"the key {key.value!r} appears twice"
                    raise yaml.MarkedYAMLError(problem=twice, problem_mark=key.start_mark)
                seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z"),
    list("-+0123456789."),
)


def config_of(stack_file: Path, project: str) -> tuple[dict[str, str], list[str]]:
    """The stack file's config as the engine hands it to a program: text, objects as JSON; and the secret keys.

    An encrypted value (`secure: …`) cannot be decrypted here; a placeholder takes its place and stays secret.
    Raises StackFileError with what is wrong with the file itself.
    """
    texts: dict[str, str] = {}
    secrets: list[str] = []
    for key, value in values_of(stack_file, project).items():
        texts[key] = value if isinstance(value, str) else _json(stack_file, key, value)
        if isinstance(value, dict) and set(value) == {"secure"}:
            secrets.append(key)
            texts[key] = PLACEHOLDER
    return texts, secrets


def values_of(stack_file: Path, project: str) -> dict[str, Any]:
    """The stack file's config as it is written, under whole keys (`<project>:<key>`). Raises StackFileError."""
    values: dict[str, Any] = {}
    for key, value in _config(stack_file).items():
        full = key if ":" in key else f"{project}:{key}"
        if full in values:
            raise _wrong(stack_file, f"config.{key}: appears twice, with and without the project's name; allowed: once")
        values[full] = value
    return values


def _config(file: Path) -> Mapping[str, Any]:
    data = _document(file)
    if not isinstance(data, dict):
        raise _wrong(file, f"holds {_kind(data)}; allowed: a map with the key config")
    for key in data:
        if key not in TOP:
            raise _wrong(file, f"{key}: unknown key; allowed: {', '.join(TOP)}; settings belong under config")
    config = data.get("config")
    if config is None:
        return {}
    if not isinstance(config, dict):
        raise _wrong(file, f"config: is {_kind(config)}; allowed: a map of {'<project>:<key>'} to values")
    for key in config:
        if not isinstance(key, str):
            raise _wrong(file, f"config.{key}: the key is no text; allowed: text such as <project>:<key>")
    return config


def _document(file: Path) -> Any:  # noqa: ANN401 - whatever the YAML says
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as e:
        raise _wrong(file, f"cannot be read ({e.strerror})") from None
    except UnicodeDecodeError as e:
        raise _wrong(file, f"byte {e.start} is not UTF-8; allowed: a file in UTF-8") from None
    try:
        documents = list(yaml.load_all(text, Loader=_Loader))
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        raise _wrong(file, f"line {line}: {e.problem or 'not YAML'}; allowed: YAML, each key once") from None
    except yaml.YAMLError:
        raise _wrong(file, "holds characters that YAML does not allow; allowed: text in UTF-8") from None
    except (ValueError, TypeError, OverflowError, RecursionError) as e:
        raise _wrong(file, f"holds a value that cannot be read ({type(e).__name__}); allowed: plain values") from None
    if len(documents) > 1:
        raise _wrong(file, f"holds {len(documents)} documents; allowed: one")
    return documents[0] if documents and documents[0] is not None else {}


def _json(file: Path, key: str, value: object) -> str:
    try:
        if sum(1 for _ in zip(_values(value, 0), range(MOST_VALUES + 1), strict=False)) > MOST_VALUES:
            raise ValueError("too large")
        return json.dumps(value, default=str)
    except (ValueError, TypeError, RecursionError):
        why = "holds itself, too much, or keys that are no text"
        raise _wrong(file, f"config.{key}: {why}; allowed: plain values, lists and maps") from None


def _values(value: object, depth: int) -> Iterator[object]:
    """Every value at any depth, one at a time: aliases repeat what they stand for."""
    if depth > 100:
        raise ValueError("too deep")
    yield value
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a key that is no text")
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _values(item, depth + 1)


def _kind(value: object) -> str:
    return {list: "a list", dict: "a map", str: "text", type(None): "nothing"}.get(type(value), "a single value")


def _wrong(file: Path, reason: str) -> StackFileError:
    return StackFileError(f"{file.name}: {reason}")
