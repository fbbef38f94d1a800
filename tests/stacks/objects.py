"""What an API server refuses in any object, without one: names, labels, annotations, quantities, roles' subjects."""

import re
from collections.abc import Iterator
from typing import Any

from components.base.kubernetes import is_key, is_label
from policies.base.quantity import quantity

_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
SIZED = ("ResourceQuota", "LimitRange", "Deployment", "StatefulSet")
_QUANTITIES = ("hard", "requests", "limits", "default", "defaultRequest", "max", "min")


def object_mistakes(manifest: dict[str, Any]) -> list[str]:
    """One line for everything in a manifest that no API server takes."""
    return list(_of(manifest, "", manifest.get("kind", "")))


def _of(value: Any, path: str, kind: str) -> Iterator[str]:
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _of(item, f"{path}[{i}]", kind)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        here = f"{path}.{key}"
        if key == "metadata" and isinstance(item, dict):
            yield from _metadata(item, here)
        if (
            key in _QUANTITIES
            and isinstance(item, dict)
            and kind in ("ResourceQuota", "LimitRange", "Deployment", "StatefulSet")
        ):
            yield from _quantities(item, here)
        if key == "namespaceSelector" and isinstance(item, dict):
            yield from _labels(item.get("matchLabels") or {}, f"{here}.matchLabels")
        yield from _of(item, here, kind)


def _metadata(metadata: dict[str, Any], path: str) -> Iterator[str]:
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if name is not None and not (_SUBDOMAIN.fullmatch(str(name)) and len(str(name)) <= 253) and ":" not in str(name):
        yield f"{path}.name: {name!r}"
    if namespace is not None and not (_SUBDOMAIN.fullmatch(str(namespace)) and len(str(namespace)) <= 63):
        yield f"{path}.namespace: {namespace!r}"
    yield from _labels(metadata.get("labels") or {}, f"{path}.labels")
    annotations = metadata.get("annotations") or {}
    wrong = [k for k, v in annotations.items() if not is_key(k) or not isinstance(v, str)]
    yield from (f"{path}.annotations.{k!r}" for k in wrong)
    if sum(len(k) + len(str(v)) for k, v in annotations.items()) > 256 * 1024:
        yield f"{path}.annotations: larger than 256 KiB"


def _labels(labels: dict[str, Any], path: str) -> Iterator[str]:
    yield from (f"{path}.{k!r}: {v!r}" for k, v in labels.items() if not isinstance(v, str) or not is_label(k, v))


def _quantities(amounts: dict[str, Any], path: str) -> Iterator[str]:
    for key, amount in amounts.items():
        try:
            quantity(amount)
        except (TypeError, ValueError):
            yield f"{path}.{key}: {amount!r}"
