"""Every cost rule: caught by exactly that rule, in the pack's own process and without it; strange values; secrets."""

from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from policies.base.check import Verdict, check, mandatory
from policies.base.config import read
from policies.base.rule import Context
from policies.base.view import Props, Undecided, Unreadable, opened
from policies.cost.rules import RULES
from replay.graph import SECRET, UNKNOWN, Graph
from tests.policies.cost.mutations import MUTATIONS, config_for
from tests.policies.graphs import Path, changed, clean, get, is_settable, leaves, put
from tools.packs import Pack

IDS = [r.id for r in RULES]
CONTEXT = Context(region="cn-hangzhou")
MARK = "do-not-show-me"


def plain(graph: Graph, rule: str) -> list[Verdict]:
    return check(graph, RULES, read(config_for(rule), RULES), CONTEXT)


def test_every_rule_has_a_change_that_breaks_it() -> None:
    assert sorted(MUTATIONS) == sorted(IDS)
    assert len(IDS) >= 18


def test_the_clean_platform_breaks_no_rule(cost_pack: Pack) -> None:
    cost_pack.configure(config_for("none"))
    assert cost_pack.check(clean()) == []


@pytest.mark.parametrize("rule", IDS)
def test_a_violation_is_caught_by_exactly_its_rule_in_the_packs_process(rule: str, cost_pack: Pack) -> None:
    cost_pack.configure(config_for(rule))
    verdicts = cost_pack.check(changed(MUTATIONS[rule]))
    assert {v.rule for v in verdicts} == {rule}
    assert {v.level for v in verdicts} == {"mandatory"}
    assert all(v.message.startswith(f"{rule}: ") for v in verdicts)


@pytest.mark.parametrize("rule", IDS)
def test_the_same_is_said_without_the_engine(rule: str, cost_pack: Pack) -> None:
    graph = changed(MUTATIONS[rule])
    cost_pack.configure(config_for(rule))
    by_pack = sorted((v.rule, v.level, v.urn, v.message) for v in cost_pack.check(graph))
    assert sorted((v.rule, v.level, v.urn, v.message) for v in plain(graph, rule)) == by_pack


def touched(rule: str) -> list[tuple[int, Path]]:
    """Where a rule's change differs from the clean platform: resource's index, path of the value or its parents."""
    before, after = clean(), changed(MUTATIONS[rule])
    locations: list[tuple[int, Path]] = []
    for i, resource in enumerate(after.resources):
        old = dict(leaves(before.resources[i].inputs)) if i < len(before.resources) else {}
        new = dict(leaves(resource.inputs))
        different = [path for path in {**old, **new} if old.get(path, MARK) != new.get(path, MARK)]
        parents = {path[:n] for path in different for n in range(1, len(path) + 1)}
        locations += [(i, path) for path in sorted(parents, key=str) if is_settable(resource.inputs, path)]
    return locations


def with_value(rule: str, location: tuple[int, Path], value: Any) -> Graph:
    graph = changed(MUTATIONS[rule])
    graph.resources[location[0]].inputs = put(graph.resources[location[0]].inputs, location[1], value)
    return graph


READS = [r for r in IDS if r not in ("price-age", "nat-gateway")]
"""Rules that read properties; price-age reads prices, nat-gateway only asks whether there is one."""


@pytest.mark.parametrize("rule", READS)
def test_an_unknown_value_is_said_and_does_not_pass_in_silence(rule: str, cost_pack: Pack) -> None:
    graphs = [with_value(rule, location, {UNKNOWN: True}) for location in touched(rule)]
    verdicts = [v for g in graphs for v in plain(g, rule) if v.rule == rule]
    assert any(v.undecided for v in verdicts), verdicts
    assert all(v.level == "advisory" for v in verdicts if v.undecided)
    cost_pack.configure(config_for(rule))
    by_pack = [v for g in graphs for v in cost_pack.check(g) if v.rule == rule]
    assert any(v.undecided and v.level == "advisory" for v in by_pack)


@pytest.mark.parametrize("rule", READS)
@pytest.mark.parametrize("wrong", [{"an": "object"}, ["a list"], "no-number-and-no-choice", -1])
def test_a_value_of_the_wrong_type_never_breaks_a_rule(rule: str, wrong: Any) -> None:
    for location in touched(rule):
        plain(with_value(rule, location, wrong), rule)


@pytest.mark.parametrize("rule", READS)
def test_a_wrong_type_where_the_violation_was_is_a_violation(rule: str) -> None:
    verdicts = [v for location in touched(rule) for v in plain(with_value(rule, location, {"an": {"object": 1}}), rule)]
    assert any(v.rule == rule and (v.level == "mandatory" or v.undecided) for v in verdicts)


@pytest.mark.parametrize("rule", IDS)
def test_missing_values_never_break_a_rule(rule: str) -> None:
    graph = changed(MUTATIONS[rule])
    for resource in graph.resources:
        resource.inputs = {}
    plain(graph, rule)


@pytest.mark.parametrize("rule", READS)
def test_no_message_holds_a_secret(rule: str, cost_pack: Pack) -> None:
    cost_pack.configure(config_for(rule))
    for location in touched(rule):
        graph = with_value(rule, location, {SECRET: True, "value": MARK})
        assert MARK not in repr(plain(graph, rule)) + repr(cost_pack.check(graph))


def test_a_misspelt_figure_that_the_engine_lets_pass_is_a_violation(cost_pack: Pack) -> None:
    cost_pack.configure({"all": "disabled", "disk-size": {"enforcementLevel": "mandatory", "max_gb": 3}})
    verdicts = cost_pack.check(clean())
    assert verdicts
    assert {v.rule for v in verdicts} == {"disk-size"}
    assert "did you mean 'max_gib'?" in verdicts[0].message


def test_the_pack_tells_the_engine_severity_schema_and_way_out(cost_pack: Pack) -> None:
    policies = {p.name: p for p in cost_pack.info.policies}
    assert sorted(policies) == sorted(IDS)
    for rule in RULES:
        schema = dict(policies[rule.id].configSchema.properties)
        assert sorted(schema) == sorted(rule.figures)
        assert policies[rule.id].remediation_steps == rule.way_out
        assert policies[rule.id].severity > 0


def test_figures_of_the_configuration_reach_the_rule(cost_pack: Pack) -> None:
    graph = changed(MUTATIONS["disk-size"])
    cost_pack.configure({"all": "disabled", "disk-size": {"enforcementLevel": "mandatory", "max_gib": 10_000}})
    assert cost_pack.check(graph) == []
    cost_pack.configure({"all": "disabled", "disk-size": {"enforcementLevel": "advisory", "max_gib": 100}})
    assert [(v.rule, v.level) for v in cost_pack.check(graph)] == [("disk-size", "advisory")]


def test_a_first_preview_without_kubernetes_properties_leaves_the_sums_undecided(cost_pack: Pack) -> None:
    graph = clean()
    for resource in graph.resources:
        if resource.type.startswith("kubernetes:"):
            resource.inputs = {}
    cost_pack.configure(config_for("none"))
    undecided = {v.rule for v in cost_pack.analyze_stack(graph) if v.undecided}
    assert {"idle-ceiling", "monthly-budget"} <= undecided
    assert mandatory(cost_pack.analyze_stack(graph)) == []


def test_proxies_read_like_plain_data() -> None:
    data = {"a": {"n": 3.0, "l": [{"t": "x"}], "u": "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "no": None}}
    props = Props(opened(unknown_checking_proxy(data), UnknownValueError))
    assert props.number("a", "n") == 3
    assert [p.text("t") for p in props.each("a", "l")] == ["x"]
    assert props.has("a", "u")
    assert not props.has("a", "no")
    with pytest.raises(Undecided, match=r"a\.u is not known yet"):
        props.text("a", "u")
    with pytest.raises(Unreadable, match=r"a\.l\[0\]\.t is not a number"):
        props.each("a", "l")[0].number("t")


def test_a_clean_platform_reads_back_what_it_was_made_of() -> None:
    assert get(clean(), "cluster")["profile"] == "Serverless"
