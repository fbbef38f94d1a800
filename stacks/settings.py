"""Reads a stack's configuration into `Settings`: strict, with every mistake at once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
from pulumi.runtime import config as raw

from components.base.constants import PROJECT
from components.base.kubernetes import one_line
from components.base.mistakes import InputError
from components.base.sentences import nearest, path_text
from components.platform.inputs import Settings

SECRET_KEYS = ("kubeconfig",)
"""Top-level keys that hold secrets: only by `pulumi config set --secret`, never inside another object."""
_NAMESPACES = (PROJECT, "pulumi", "alicloud", "kubernetes", "aws")


def load() -> tuple[Settings, pulumi.Output[str] | None]:
    """The settings of the running stack and its kubeconfig (a secret), if one is configured.

    Raises InputError with every mistake of the stack file.
    """
    configured = raw.CONFIG.get()
    mistakes = [m for key in configured if (m := _wrong_namespace(key))]
    own = {k.partition(":")[2]: v for k, v in configured.items() if k.partition(":")[0] == PROJECT}
    secrets = {k: own.pop(k) for k in SECRET_KEYS if k in own}
    config = pulumi.Config(PROJECT)
    for key in secrets:
        if not raw.is_config_secret(f"{PROJECT}:{key}"):
            mistakes.append(
                f"{key}: is in plain text; allowed: a secret, set by `pulumi config set --secret {key} < FILE`"
            )
    for key in own:
        if raw.is_config_secret(f"{PROJECT}:{key}"):
            mistakes.append(f"{key}: holds a secret; allowed: plain settings, secrets only in {', '.join(SECRET_KEYS)}")
    title = f"stacks/Pulumi.{pulumi.get_stack()}.yaml:"
    values = {k: _value(v) for k, v in own.items()}
    broken = dict.fromkeys(f"{path}:" for path in not_one_line(values))
    mistakes += [f"{path} has a line break or another control character; allowed: one line of text" for path in broken]
    try:
        settings = Settings.read(values, title=title, texts=True)
    except InputError as e:
        more = [s for s in e.sentences if not s.startswith(tuple(broken))]
        raise InputError(mistakes + more, title) from None
    if mistakes:
        raise InputError(mistakes, title)
    return settings, config.get_secret("kubeconfig")


def _value(text: Any) -> Any:  # noqa: ANN401 - configuration arrives as text, objects and lists as JSON
    if isinstance(text, str) and text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return None if text == "null" else text


def not_one_line(value: object, *path: str | int) -> Iterator[str]:
    """Paths of the texts, keys included, that have a line break or another control character: none is meant."""
    if isinstance(value, str):
        yield from () if one_line(value) else (path_text(path),)
    if isinstance(value, Mapping):
        for key, item in value.items():
            if one_line(key):
                yield from not_one_line(item, *path, key)
            else:
                yield path_text((*path, repr(key)))
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from not_one_line(item, *path, i)


def _wrong_namespace(key: str) -> str | None:
    """Keys of other namespaces belong to the providers, but a misspelt project name must not go unnoticed."""
    namespace = key.partition(":")[0]
    if namespace in _NAMESPACES or nearest(namespace, [PROJECT]) is None:
        return None
    return f"{key}: unknown project {namespace!r}; did you mean '{PROJECT}:{key.partition(':')[2]}'?"
