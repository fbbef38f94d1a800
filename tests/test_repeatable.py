"""A run that was killed can be repeated: what it left in Kubernetes is taken over, not fought over.

The API server completes some fields that have one owner as a whole. When a second run, which is another owner, says
less than the server wrote, server-side apply answers with a conflict for ever. Shown with the real engine and a real
API server 1.37: a stack applied twice from two empty states.
"""

from collections.abc import Iterator
from typing import Any

from tests.conftest import GraphOf

WHOLE = {
    "fieldRef": {"apiVersion", "fieldPath"},
    "matchConstraints": {"matchPolicy", "namespaceSelector", "objectSelector", "resourceRules"},
    "matchResources": {"matchPolicy", "namespaceSelector", "objectSelector"},
    "volumeClaimTemplates": {"apiVersion", "kind", "metadata", "spec", "status"},
}
"""Field with one owner -> what the server makes sure is in it."""
DROPPED = ("nodeSelector", "readOnly", "volumeClaimTemplates")
"""Fields that the server drops when they are empty or false."""


def fields(value: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    """(path, key, value) of every field, at any depth."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield f"{path}.{key}", key, inner
        yield from fields(inner, f"{path}.{key}")
    for i, inner in enumerate(value if isinstance(value, list) else ()):
        yield from fields(inner, f"{path}[{i}]")


def test_a_repeated_run_says_all_that_the_server_completes(stack: str, graph_of: GraphOf) -> None:
    objects = [r for r in graph_of(stack, True) if r.type.startswith("kubernetes:")]
    values = [(p, k, v) for r in objects for p, k, v in fields(r.inputs, r.name)]
    owned = [(p, part, WHOLE[k]) for p, k, v in values if k in WHOLE for part in (v if isinstance(v, list) else [v])]
    assert {k for _, k, _ in values} >= set(WHOLE), "the test no longer sees what it is for"
    assert [(p, sorted(whole - set(part))) for p, part, whole in owned if not whole <= set(part)] == []


def test_a_repeated_run_says_nothing_that_the_server_drops(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack, True)
    objects = [r for r in graph if r.type.startswith("kubernetes:") and not r.type.startswith("kubernetes:helm")]
    assert [p for r in objects for p, k, v in fields(r.inputs, r.name) if k in DROPPED and not v] == []
