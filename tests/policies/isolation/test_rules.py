"""Every isolation rule: caught by exactly that rule, in the pack's own process and without it; strange values."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from components.admission.rules import RULES as ADMISSION_RULES
from policies.base.check import Verdict, check
from policies.base.config import read
from policies.base.rule import Context, Rule
from policies.cost.rules import RULES as COST_RULES
from policies.isolation.rules import RULES
from replay.graph import SECRET, UNKNOWN, Graph, Resource
from tests.policies.graphs import Change, Path, is_settable, leaves, put
from tests.policies.isolation.mutations import MUTATIONS
from tests.policies.isolation.platform import clean
from tests.policies.isolation.variants import COMPANIONS, VARIANTS
from tools.packs import Pack

BREAKABLE = [r for r in RULES if r.id != "allow-list"]
"""The allow-list speaks of an environment's exceptions, which the tests beside this file make."""
IDS = [r.id for r in BREAKABLE]
STRICT = {"all": "mandatory"}
CONFIG = read(STRICT, RULES)
MARK = "do-not-show-me"
CASES = [(rule, i, change) for rule in IDS for i, change in enumerate([MUTATIONS[rule], *VARIANTS.get(rule, [])])]
PRESENCE = ("known-types", "static-access-key", "network-peering", "shared-network", "team-secret")
"""Rules that ask whether something is there; what it says, or most of it, does not matter."""


def changed(change: Change) -> Graph:
    graph = clean()
    change(graph)
    return graph


def plain(graph: Graph) -> list[Verdict]:
    return check(graph, RULES, CONFIG, Context())


def alone(graph: Graph, rule: str) -> list[Verdict]:
    """What one rule says: strange values are tried by the hundred."""
    return check(graph, [r for r in RULES if r.id == rule], CONFIG, Context())


UNCHANGED = {r.urn: r for r in clean()}


def asked(pack: Pack, graph: Graph) -> list[Verdict]:
    """What the pack says; of resource rules only about what was changed, since the clean platform breaks none."""
    changed_ones = [r for r in graph if UNCHANGED.get(r.urn) != r]
    return [v for r in changed_ones for v in pack.analyze(r)] + pack.analyze_stack(graph)


def facts(verdicts: list[Verdict]) -> list[tuple[str, str, str, str]]:
    return sorted((v.rule, v.level, v.urn, v.message) for v in verdicts)


def test_every_rule_has_a_change_that_breaks_it() -> None:
    assert sorted(MUTATIONS) == sorted(IDS)
    assert set(VARIANTS) <= set(IDS)
    assert len(IDS) >= 24


def test_no_rule_of_the_two_packs_has_the_same_id() -> None:
    assert not {r.id for r in COST_RULES} & set(IDS)


def test_the_clean_platform_breaks_no_rule(isolation_pack: Pack) -> None:
    isolation_pack.configure(STRICT)
    assert isolation_pack.check(clean()) == []


@pytest.mark.parametrize(("rule", "number", "change"), CASES, ids=[f"{r}-{i}" for r, i, _ in CASES])
def test_a_violation_is_caught_by_exactly_its_rule_in_the_packs_process(
    rule: str, number: int, change: Change, isolation_pack: Pack
) -> None:
    isolation_pack.configure(STRICT)
    graph = changed(change)
    verdicts = asked(isolation_pack, graph)
    assert rule in {v.rule for v in verdicts} <= {rule, *(COMPANIONS.get(rule, ()) if number else ())}
    assert {v.level for v in verdicts} == {"mandatory"}
    assert all(v.message.startswith(f"{v.rule}: ") for v in verdicts)
    assert facts(plain(graph)) == facts(verdicts), "the same is said without the engine"


def touched(rule: str) -> list[tuple[str, str, Path]]:
    """Where a rule's change differs from the clean platform: the resource's URN, path of the value or its parents."""
    before = {r.urn: dict(leaves(r.inputs)) for r in clean()}
    locations: list[tuple[str, str, Path]] = []
    for resource in changed(MUTATIONS[rule]):
        old, new = before.get(resource.urn, {}), dict(leaves(resource.inputs))
        different = [path for path in {**old, **new} if old.get(path, MARK) != new.get(path, MARK)]
        parents = {path[:n] for path in different for n in range(1, len(path) + 1)}
        locations += [(resource.urn, rule, p) for p in sorted(parents, key=str) if is_settable(resource.inputs, p)]
    return locations


def with_value(location: tuple[str, str, Path], value: Any) -> Graph:
    graph = changed(MUTATIONS[location[1]])
    resource = graph.by_urn()[location[0]]
    resource.inputs = put(resource.inputs, location[2], value)
    return graph


READS = [r for r in IDS if r not in PRESENCE and touched(r)]


def test_nearly_all_rules_are_tried_with_strange_values() -> None:
    assert sorted(set(IDS) - set(READS) - set(PRESENCE)) == ["bucket-encryption"]  # broken by what is missing


@pytest.mark.parametrize("rule", READS)
def test_an_unknown_value_is_said_and_does_not_pass_in_silence(rule: str, isolation_pack: Pack) -> None:
    graphs = [with_value(location, {UNKNOWN: True}) for location in touched(rule)]
    undecided = [(g, v) for g in graphs for v in alone(g, rule) if v.undecided]
    assert undecided
    assert all(v.level == "advisory" for _, v in undecided)
    isolation_pack.configure({"all": "disabled", rule: "mandatory"})
    assert undecided[0][1] in asked(isolation_pack, undecided[0][0])


@pytest.mark.parametrize("rule", READS)
@pytest.mark.parametrize("wrong", [{"an": "object"}, ["a list"], "neither-number-nor-choice", -1, True, [[1]], [{}]])
def test_a_value_of_the_wrong_type_never_breaks_a_rule(rule: str, wrong: Any) -> None:
    for location in touched(rule):
        alone(with_value(location, wrong), rule)


@pytest.mark.parametrize("rule", READS)
def test_a_wrong_type_where_the_violation_was_is_a_violation(rule: str) -> None:
    verdicts = [v for location in touched(rule) for v in alone(with_value(location, {"an": {"object": 1}}), rule)]
    assert any(v.rule == rule and (v.level == "mandatory" or v.undecided) for v in verdicts)


@pytest.mark.parametrize("rule", IDS)
def test_missing_values_never_break_a_rule(rule: str) -> None:
    graph = changed(MUTATIONS[rule])
    for resource in graph.resources:
        resource.inputs = {}
    alone(graph, rule)
    for location in touched(rule):
        alone(with_value(location, None), rule)


@pytest.mark.parametrize("rule", READS)
def test_no_message_holds_a_secret(rule: str, isolation_pack: Pack) -> None:
    isolation_pack.configure({"all": "disabled", rule: "mandatory"})
    graphs = [with_value(location, {SECRET: True, "value": MARK}) for location in touched(rule)]
    assert MARK not in repr([alone(g, rule) for g in graphs])
    assert MARK not in repr(asked(isolation_pack, graphs[-1]))


def test_no_message_shows_the_credential_it_found() -> None:
    graph = changed(MUTATIONS["config-map-secret"])
    assert "hunter" not in repr(plain(graph))
    assert "config-map-secret: data.more looks like a credential" in repr(plain(graph))


def test_on_a_first_preview_whole_stack_rules_say_that_they_cannot_decide(isolation_pack: Pack) -> None:
    graph = clean()
    for resource in graph.resources:
        if resource.type.startswith("kubernetes:"):
            resource.inputs = {}
    isolation_pack.configure(STRICT)
    verdicts = isolation_pack.analyze_stack(graph)
    kubernetes = {r.id for r in RULES if r.whole_stack and "kubernetes:core/v1:Namespace" in r.types}
    assert kubernetes <= {v.rule for v in verdicts if v.undecided}
    assert [v.rule for v in verdicts if not v.undecided] == []


@pytest.mark.parametrize("rule", [r for r in RULES if r.id in ADMISSION_RULES], ids=lambda r: r.id)
def test_rules_that_also_hold_at_arrival_say_the_same_words(rule: Any, isolation_pack: Pack) -> None:
    table = ADMISSION_RULES[rule.id]
    assert (rule.title, rule.reason, rule.way_out, rule.severity) == (
        table.title, table.reason, table.way_out, table.severity,
    )  # fmt: skip
    isolation_pack.configure(STRICT)
    for verdict in asked(isolation_pack, changed(MUTATIONS[rule.id])):
        assert verdict.message.startswith(f"{rule.id}: {table.message}")
        assert verdict.message.endswith(f"; {table.way_out}")


def test_the_critical_rules_about_arriving_jobs_that_the_stack_could_break_are_in_the_pack() -> None:
    """Left out are those about the moment of arrival: who asks, what a pod was before, what a submission may read."""
    only_at_arrival = {
        "pod-creator", "spark-role", "executor-owner", "pod-fixed", "conf-key", "conf-namespace", "application-files",
        "defaults-untouched", "known-field", "known-key", "known-mark", "known-volume", "known-resource",
    }  # fmt: skip
    in_packs = set(IDS) | {r.id for r in COST_RULES}
    sealed = {r.id for r in ADMISSION_RULES.values() if r.sealed}
    assert sealed - in_packs <= only_at_arrival


def test_figures_of_the_configuration_reach_the_rule(isolation_pack: Pack) -> None:
    cases: dict[str, dict[str, Any]] = {
        "shared-network": {"allowed": True},
        "network-peering": {"allowed": True},
        "image-reach": {"registries": ["docker.io"]},
        "team-secret": {"allowed": ["token"]},
        "pod-security": {"exempt": ["spark-a"]},
        "ram-system-policy": {"allowed": ["AliyunOSSFullAccess"]},
        "account-token": {"allowed": ["spark-driver", "spark-executor"]},
        "rbac-cross-namespace": {"platform": ["spark-b", "spark-operator"]},
    }
    for rule, figures in cases.items():
        isolation_pack.configure(STRICT | {rule: {"enforcementLevel": "mandatory"} | figures})
        assert asked(isolation_pack, changed(MUTATIONS[rule])) == [], rule


def test_a_rule_never_changes_what_it_looks_at() -> None:
    for rule in IDS:
        graph = changed(MUTATIONS[rule])
        before: list[Resource] = copy.deepcopy(graph.resources)
        alone(graph, rule)
        assert graph.resources == before


@pytest.mark.parametrize("rule", BREAKABLE, ids=lambda r: r.id)
def test_the_change_is_caught_by_the_rules_body_and_by_nothing_else(rule: Rule) -> None:
    empty = replace(rule, check=lambda *_, **__: ())
    table = [empty if r is rule else r for r in RULES]
    assert check(changed(MUTATIONS[rule.id]), table, CONFIG, Context()) == []
