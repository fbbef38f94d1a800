"""The driver of policy packs: what saves time must not change an answer."""

import json

import pytest

from policies.base.config import config_file
from replay.graph import Graph
from tests.conftest import GraphOf
from tools.packs import PACKS, Pack, rules_of_pack, running


@pytest.mark.parametrize("name", PACKS)
def test_rules_asked_by_type_say_what_they_say_when_asked_about_everything(name: str, graph_of: GraphOf) -> None:
    config = json.loads(config_file(PACKS[name], "prod").read_text()) | {"all": "mandatory", "price-age": "disabled"}
    with running(PACKS[name], region="cn-hangzhou") as pack:
        for stack in ("dev", "sandbox"):
            pack.configure(config)
            graph = _broken(graph_of(stack, True))
            every, typed = pack.check(graph), pack.check_by_type(graph, config, rules_of_pack(name))
            assert sorted(map(str, typed)) == sorted(map(str, every))
            assert len(every) > 3


def _broken(graph: Graph) -> Graph:
    """The graph with much to complain about: no limits, no quota, everything in clear."""
    worse = Graph.from_json(graph.to_json())
    for r in worse:
        for key in ("deletionProtection", "lifecycleRules"):
            r.inputs.pop(key, None)
        if r.kind in ("ResourceQuota", "NetworkPolicy", "StatefulSet"):
            r.inputs["spec"] = {}
    return worse


def test_a_pack_says_which_rules_it_has() -> None:
    with running(PACKS["cost"]) as pack:
        assert isinstance(pack, Pack)
        assert {p.name for p in pack.info.policies} == {r.id for r in rules_of_pack("cost")}
