"""What holds for every cloud object of every stack: it can be found, replaced and left alone."""

from functools import cache
from pathlib import Path

import pytest

from replay import Graph, Resource, replay
from tests.alicloud_types import mistakes, takes
from tests.conftest import GraphOf
from tests.test_invariants import leaks, reachable

EXISTING = sorted((Path(__file__).parent / "stacks" / "existing").glob("*.yaml"))
UNIQUE = {
    "alicloud:oss/bucket:Bucket": "bucket",
    "alicloud:ram/role:Role": "roleName",
    "alicloud:ram/policy:Policy": "policyName",
    "alicloud:ros/stack:Stack": "stackName",
    "alicloud:log/project:Project": "projectName",
    "alicloud:vpc/network:Network": "",
    "alicloud:ecs/securityGroup:SecurityGroup": "",
}
"""Type -> the input whose value may exist only once (in the account or the whole cloud); "": names may repeat."""
TAGGED = ("pulumi:project", "pulumi:stack", "pulumi:resource")


@cache
def _existing(path: Path, known: bool) -> Graph:
    return replay("test", config=path, known=known)


def cloud(graph: Graph) -> list[Resource]:
    return [r for r in graph if r.type.startswith("alicloud:")]


def untagged(graph: Graph) -> list[str]:
    """Resources that take tags but do not say which project, stack and resource they are."""
    return [r.urn for r in cloud(graph) if takes(r.type, "tags") and not set(TAGGED) <= set(r.inputs.get("tags") or {})]


def test_every_cloud_object_names_project_stack_and_resource(stack: str, graph_of: GraphOf) -> None:
    assert untagged(graph_of(stack, True)) == []


def test_no_replacement_can_collide(stack: str, graph_of: GraphOf) -> None:
    """A fixed, unique name makes create-before-delete fail: delete first, or never delete at all."""
    wrong = [
        r.urn
        for r in cloud(graph_of(stack, True))
        if UNIQUE.get(r.type)
        and r.inputs.get(UNIQUE[r.type])
        and not (r.options.get("deleteBeforeReplace") or r.options.get("protect"))
    ]
    assert wrong == []


def test_what_holds_data_is_protected_and_outlives_its_stack(stack: str, graph_of: GraphOf) -> None:
    data = [r for r in cloud(graph_of(stack, True)) if r.kind == "Bucket" or r.type.endswith("ros/stack:Stack")]
    assert all(r.options.get("protect") and r.options.get("retainOnDelete") for r in data), [r.urn for r in data]


def test_prod_protects_its_cluster(graph_of: GraphOf) -> None:
    clusters = graph_of("prod", True).of_type("ManagedKubernetes")
    assert [r.options.get("protect") for r in clusters] == [True]
    assert clusters[0].inputs["deletionProtection"] is True


@pytest.mark.parametrize("path", EXISTING, ids=lambda p: p.stem)
def test_a_stack_over_existing_parts_replays_in_full(path: Path) -> None:
    known, unknown = _existing(path, True), _existing(path, False)
    assert [r.urn for r in known] == [r.urn for r in unknown]
    assert known.warnings == []
    assert mistakes(known) == []
    assert leaks(known) == []
    assert untagged(known) == []
    reachable(known)


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("network", ("Switch", "alicloud:vpc/network:Network")),
        ("cluster", ("ManagedKubernetes", "Switch")),
        ("storage-and-roles", ("Bucket", "alicloud:ros/stack:Stack", "alicloud:ram/role:Role")),
        ("everything", ("ManagedKubernetes", "Bucket", "alicloud:ram/role:Role", "StatefulSet")),
    ],
)
def test_what_exists_is_not_made(name: str, absent: tuple[str, ...]) -> None:
    graph = _existing(EXISTING[0].with_name(f"{name}.yaml"), True)
    assert [r.urn for kind in absent for r in graph.of_type(kind)] == []
    assert graph.of_type("spark-on-ack:index:Workspace")


def test_a_stack_that_brings_everything_makes_nothing_in_the_cloud() -> None:
    assert cloud(_existing(EXISTING[0].with_name("everything.yaml"), True)) == []
