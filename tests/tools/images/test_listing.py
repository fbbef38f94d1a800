"""`make images` without options: what a stack is made of, offline."""

import json

import pytest

from components.platform.images import PLATFORM_IMAGES
from replay import Graph
from tests.conftest import GraphOf
from tests.policies.graphs import get, resource
from tests.policies.isolation.platform import clean
from tools.images import __main__ as command
from tools.images.listing import listed


@pytest.fixture(autouse=True)
def _replayed_once(monkeypatch: pytest.MonkeyPatch, graph_of: GraphOf) -> None:
    monkeypatch.setattr(command, "replay", lambda stack: graph_of(stack, True))


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_pods_of_deployed_stacks_reach_every_image(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([stack, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["reach"] for row in rows} == {"yes"}
    names = {row["image"].rpartition("/")[2].partition(":")[0] for row in rows}
    assert names == set(PLATFORM_IMAGES) - (set() if stack == "dev" else {"ack-ram-tool"})


def test_the_table_names_users_and_sources_and_has_no_colour_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["prod"]) == 0
    printed = capsys.readouterr().out
    for words in ("Images of stack prod", "StatefulSet/shuffle-worker", "docker.io/apache/celeborn:0.7.0", "by tag"):
        assert words in printed
    assert "\x1b" not in printed


def public() -> Graph:
    graph = clean()
    get(graph, "celeborn-worker-set")["spec"]["template"]["spec"]["containers"][0]["image"] = "apache/celeborn:0.7.0"
    return graph


def test_a_public_image_is_reached_through_nat_only() -> None:
    def reach(graph: Graph) -> str:
        image = next(i for i in listed(graph, None, "cn-hangzhou") if i.name == "apache/celeborn:0.7.0")
        return image.reach

    graph = public()
    assert reach(graph) == "no"
    graph.resources.append(resource("alicloud:vpc/natGateway:NatGateway", "nat", {}))
    assert reach(graph) == "through NAT"
    graph.resources = [r for r in graph.resources if r.kind not in ("Switch", "NatGateway")]
    assert reach(graph) == "not known"


def test_an_image_out_of_reach_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "replay", lambda stack: public())
    assert command.main(["prod"]) == 1
    assert "apache/celeborn:0.7.0" in capsys.readouterr().out


def test_an_archive_of_something_else_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["prod", "--copy", "--archive", "sparc=x"]) == 1
    assert (
        "'sparc=x' is not allowed; allowed: spark|celeborn|spark-operator|ack-ram-tool=PATH" in capsys.readouterr().err
    )


def test_without_a_registry_there_is_nowhere_to_copy(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["sandbox", "--copy"]) == 1
    assert "images.registry: missing" in capsys.readouterr().err
