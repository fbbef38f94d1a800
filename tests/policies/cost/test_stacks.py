"""The real stacks before the cost pack: nothing mandatory, neither after an update nor in a first preview."""

import json

import pytest

from policies.base.check import check, mandatory
from policies.base.config import config_file, load
from policies.base.rule import Context
from policies.cost.model.estimate import estimate_graph
from policies.cost.rules import RULES
from tests.conftest import GraphOf
from tools.packs import PACKS, Pack, judged_by


@pytest.mark.parametrize("known", [True, False])
def test_no_stack_breaks_a_mandatory_rule_of_its_environment(
    stack: str, known: bool, graph_of: GraphOf, cost_pack: Pack
) -> None:
    judged, graph = judged_by(stack), graph_of(stack, known)
    path = config_file(PACKS["cost"], judged.environment)
    verdicts = check(graph, RULES, load(path, RULES), Context(region=judged.region))
    assert mandatory(verdicts) == []
    cost_pack.configure(json.loads(path.read_text()))
    by_pack = cost_pack.check(graph)
    assert sorted(map(str, by_pack)) == sorted(map(str, verdicts))


def test_every_pod_and_quota_of_a_stack_has_a_price(stack: str, graph_of: GraphOf) -> None:
    known = estimate_graph(graph_of(stack, True), Context(region=judged_by(stack).region))
    assert [line for line in known.lines if line.undecided] == []
    assert 0 < known.idle < known.at_quota


def test_a_first_preview_costs_what_the_update_will_or_says_what_it_lacks(stack: str, graph_of: GraphOf) -> None:
    context = Context(region=judged_by(stack).region)
    first, after = (estimate_graph(graph_of(stack, known), context) for known in (False, True))
    if any(line.undecided for line in first.lines):
        assert first.idle <= after.idle
    else:
        assert (first.idle, first.at_quota) == (after.idle, after.at_quota)


def test_stricter_figures_stop_the_same_stack(graph_of: GraphOf, cost_pack: Pack) -> None:
    cost_pack.configure({"all": "disabled", "idle-ceiling": {"enforcementLevel": "mandatory", "max_cny_per_hour": 1}})
    verdicts = cost_pack.check(graph_of("prod", True))
    assert [(v.rule, v.level) for v in verdicts] == [("idle-ceiling", "mandatory")]
    assert "allowed: 1;" in verdicts[0].message
