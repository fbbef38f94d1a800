"""The real stacks before the isolation pack: nothing mandatory, neither after an update nor in a first preview."""

import json

import pytest

from policies.base.check import check, mandatory
from policies.base.config import check_all, config_file, load
from policies.base.rule import Context
from policies.isolation.rules import RULES
from tests.conftest import GraphOf
from tools.packs import PACKS, Pack, judged_by


@pytest.mark.parametrize("known", [True, False])
def test_no_stack_breaks_a_mandatory_rule_of_its_environment(
    stack: str, known: bool, graph_of: GraphOf, isolation_pack: Pack
) -> None:
    judged, graph = judged_by(stack), graph_of(stack, known)
    path = config_file(PACKS["isolation"], judged.environment)
    verdicts = check(graph, RULES, load(path, RULES), Context(region=judged.region))
    assert mandatory(verdicts) == []
    isolation_pack.configure(json.loads(path.read_text()))
    assert sorted(map(str, isolation_pack.check(graph))) == sorted(map(str, verdicts))


def test_every_environment_has_levels_and_they_name_known_rules() -> None:
    check_all(PACKS["isolation"], RULES)
    assert {p.stem for p in PACKS["isolation"].glob("*.json")} == {"dev", "staging", "prod", "sandbox"}


def test_dev_advises_where_prod_forbids() -> None:
    levels = {env: load(PACKS["isolation"] / f"{env}.json", RULES).levels for env in ("dev", "prod")}
    assert {rule for rule, level in levels["prod"].items() if level != "mandatory"} == {"allow-list"}
    assert "advisory" in levels["dev"].values()
    apart = ("rbac-", "role-sharing", "default-deny", "ram-", "no-", "network-ingress")
    between_teams = [i for i in levels["dev"] if i.startswith(apart)]
    assert {levels["dev"][i] for i in between_teams} == {"mandatory"}, "teams are kept apart in dev as well"


def test_an_advisory_of_dev_is_a_violation_in_prod(graph_of: GraphOf) -> None:
    graph = graph_of("dev", True)
    by_dev, by_prod = (
        check(graph, RULES, load(PACKS["isolation"] / f"{env}.json", RULES), Context()) for env in ("dev", "prod")
    )
    assert {v.rule for v in by_dev if v.level == "advisory"} == {"cluster-protected"}
    assert {v.rule for v in mandatory(by_prod)} == {"cluster-protected"}
