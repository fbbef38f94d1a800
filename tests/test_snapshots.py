"""Every stack's recorded graph, as a file that reviewers read: `make snapshots` records it anew."""

import difflib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from replay.graph import SECRET, Graph
from tests.conftest import GraphOf

SNAPSHOTS = Path(__file__).parent / "snapshots"


def masked(value: Any) -> Any:
    """Secrets are shown as such, never with their content."""
    if isinstance(value, dict):
        return "(secret)" if SECRET in value else {k: masked(v) for k, v in value.items()}
    return [masked(v) for v in value] if isinstance(value, list) else value


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def short(urn: str) -> str:
    """`…$kubernetes:core/v1:Secret::name` -> `kubernetes:core/v1:Secret name`: readable and still unique in a stack."""
    return " ".join((urn.split("::")[2].split("$")[-1], urn.split("::")[-1]))


def snapshot(graph: Graph) -> str:
    """The graph as YAML: one block a resource with parent, options, dependencies and inputs."""
    blocks: dict[str, Any] = {}
    for r in graph:
        block: dict[str, Any] = {"parent": short(r.parent) if r.parent else None, "options": r.options}
        block["dependsOn"] = [short(d) for d in r.dependencies]
        block["provider"] = short(r.provider.rsplit("::", 1)[0]) if r.provider else None
        block["inputs"] = masked(r.inputs)
        blocks[short(r.urn)] = {k: v for k, v in block.items() if v}
    document = {"resources": len(graph.resources), "exports": masked(graph.exports), **blocks}
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def test_the_graph_of_a_stack_is_the_recorded_one(stack: str, graph_of: GraphOf) -> None:
    path = SNAPSHOTS / f"{stack}.yaml"
    now = snapshot(graph_of(stack, True))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(now)
    recorded = path.read_text() if path.exists() else ""
    if now != recorded:
        lines = difflib.unified_diff(recorded.splitlines(), now.splitlines(), "recorded", "now", lineterm="", n=2)
        shown = list(lines)
        more = f"\n… and {len(shown) - 80} more lines" if len(shown) > 80 else ""
        pytest.fail(
            f"the graph of stack {stack} changed; if that is meant: make snapshots, and commit the difference\n"
            + "\n".join(shown[:80])
            + more,
            pytrace=False,
        )


def test_a_first_preview_shows_every_resource(stack: str, graph_of: GraphOf) -> None:
    known, unknown = graph_of(stack, True), graph_of(stack, False)
    assert [r.urn for r in known] == [r.urn for r in unknown]


def test_a_replay_has_no_warnings(stack: str, graph_of: GraphOf) -> None:
    assert graph_of(stack, True).warnings == []
    assert graph_of(stack, False).warnings == []
