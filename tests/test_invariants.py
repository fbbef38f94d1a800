"""What holds for the recorded graph of every stack file, whatever is in it."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from replay.graph import SECRET, UNKNOWN, Graph, Resource
from tests.conftest import ROOT, GraphOf

MOST_PER_WORKSPACE = 16
CREDENTIAL = re.compile(
    r"LTAI[A-Za-z0-9]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY|client-key-data"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ|password\s*[:=]\s*\S",
    re.IGNORECASE,
)
"""Looks of an AccessKey, a private key, a kubeconfig's key, a token, a password."""


def test_every_resource_but_the_platform_has_a_parent_of_the_graph(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack, True)
    urns = graph.by_urn()
    assert [r.name for r in graph if not r.parent and r.kind != "SparkPlatform"] == []
    assert [r.urn for r in graph if r.parent and r.parent not in urns] == []


def test_every_child_is_named_after_its_component(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack, True)
    urns = graph.by_urn()
    wrong = [r.urn for r in graph if r.parent and not r.name.startswith(urns[r.parent].name + "-")]
    # a chart's own children and the parts of the platform are named by what they are
    assert [u for u in wrong if urns[urns[u].parent].kind not in ("SparkPlatform", "Chart")] == []


def test_every_component_registers_its_outputs(stack: str, graph_of: GraphOf) -> None:
    components = [r for r in graph_of(stack, True) if r.type.startswith("spark-on-ack:")]
    assert components
    assert [r.name for r in components if not r.outputs] == []


def test_kubernetes_objects_use_the_clusters_own_provider(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack, True)
    assert [r.urn for r in graph if r.kubernetes and "pulumi:providers:kubernetes::" not in r.provider] == []


def test_names_and_namespaces_are_known_on_the_first_preview(stack: str, graph_of: GraphOf) -> None:
    unknown = []
    for r in graph_of(stack, False):
        meta = r.inputs.get("metadata", {}) if r.kubernetes else {}
        unknown += [r.urn for key in ("name", "namespace") if isinstance(meta.get(key), dict)]
        if r.kubernetes and not isinstance(meta.get("name"), str):
            unknown.append(r.urn)
    assert unknown == []


def test_namespaced_objects_come_after_their_namespace(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack, True)
    namespaces = {r.inputs["metadata"]["name"]: r.urn for r in graph.of_type("Namespace")}
    reach = reachable(graph)
    late = []
    for r in graph:
        namespace = r.inputs.get("metadata", {}).get("namespace") if r.kubernetes else None
        if namespace in namespaces and namespaces[namespace] not in reach[r.urn]:
            late.append(f"{r.urn} does not wait for namespace {namespace}")
    assert late == []


def reachable(graph: Graph) -> dict[str, set[str]]:
    """URN -> everything that exists before it: what it or an ancestor of it depends on, and so on."""
    urns = graph.by_urn()
    direct: dict[str, set[str]] = {}
    for r in graph:
        needed = set(r.dependencies) | {u for v in r.property_dependencies.values() for u in v}
        if r.provider:
            needed.add(r.provider.rsplit("::", 1)[0])
        if r.parent:
            needed.add(r.parent)  # the engine makes a parent before its children and deletes it after them
        direct[r.urn] = needed & set(urns)
    done: dict[str, set[str]] = {}

    def visit(urn: str, path: tuple[str, ...]) -> set[str]:
        if urn in path:
            raise AssertionError(f"a circle of dependencies: {' -> '.join((*path, urn))}")
        if urn not in done:
            earlier = set(direct[urn])
            for d in direct[urn]:
                earlier |= visit(d, (*path, urn))
            done[urn] = earlier
        return done[urn]

    for urn in urns:
        visit(urn, ())
    return done


def test_deleting_in_reverse_order_never_removes_what_is_still_used(stack: str, graph_of: GraphOf) -> None:
    """An id of one resource in another's inputs is a use: the user must come after it."""
    graph = graph_of(stack, True)
    reach = reachable(graph)
    ids = {f"{r.name}-id": r.urn for r in graph if r.custom and r.type.startswith("alicloud:")}
    wrong = []
    for r in graph:
        text = json.dumps(r.inputs)
        used = {urn for id_, urn in ids.items() if f'"{id_}"' in text and urn != r.urn}
        wrong += [f"{r.urn} uses {u} without depending on it" for u in sorted(used - reach[r.urn])]
    assert wrong == []


def plain_values(value: Any, path: str = "") -> list[tuple[str, str]]:
    """All texts outside secrets, with their paths."""
    if isinstance(value, dict):
        if SECRET in value or UNKNOWN in value:
            return []
        return [p for k, v in value.items() for p in plain_values(v, f"{path}.{k}")]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) for p in plain_values(v, f"{path}[{i}]")]
    return [(path, value)] if isinstance(value, str) else []


def leaks(graph: Graph) -> list[str]:
    """Where something that looks like a credential stands in plain text: inputs, outputs, exports."""
    places = []
    for r in graph:
        for where, value in (("inputs", r.inputs), ("outputs", r.outputs)):
            places += [f"{r.name} {where}{p}" for p, text in plain_values(value) if CREDENTIAL.search(text)]
    return places + [f"export{p}" for p, text in plain_values(graph.exports) if CREDENTIAL.search(text)]


def test_no_credential_stands_in_plain_text(stack: str, graph_of: GraphOf) -> None:
    assert leaks(graph_of(stack, True)) == []


def test_a_planted_credential_is_found(graph_of: GraphOf) -> None:
    bare = Resource("u", "kubernetes:core/v1:ConfigMap", "c", True, {"data": {"k": "LTAI5tAbCdEfGhIjKlMn"}})
    hidden = Resource(
        "v", "kubernetes:core/v1:Secret", "s", True, {"data": {SECRET: True, "value": "LTAI5tAbCdEfGhIjKlMn"}}
    )
    exports = {"kubeconfig": "users: [{client-key-data: abc}]"}
    assert leaks(Graph("t", [bare, hidden], exports)) == ["c inputs.data.k", "export.kubeconfig"]


def test_a_workspace_costs_few_resources(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack, True)
    for workspace in graph.of_type("spark-on-ack:index:Workspace"):
        own = [r for r in graph if r.parent == workspace.urn]
        assert len(own) <= MOST_PER_WORKSPACE, f"{workspace.name}: {len(own)}"


# --- the source ------------------------------------------------------------------------------------------------------

ALONE = ROOT / "components" / "spark" / "submit" / "hook.py"
"""A program of its own that runs in the operator's pod; nothing imports it."""
COMPONENT_FILES = sorted(p for p in (ROOT / "components").rglob("*.py") if p != ALONE)


@pytest.mark.parametrize("path", COMPONENT_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_component_reads_no_environment_and_makes_nothing_inside_apply(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
            raise AssertionError(f"{path.name}:{node.lineno} reads the environment")
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            raise AssertionError(f"{path.name}: the future import breaks schema inference")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "apply":
            inside = ast.dump(node)
            assert "ResourceOptions" not in inside, f"{path.name}:{node.lineno} makes a resource inside apply"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "merge":
            assert "ResourceOptions" not in ast.dump(node), (
                f"{path.name}:{node.lineno} merges options: children re-parent"
            )
