"""The rule table, and the policies made from it, as plain data."""

import re

import pytest

from components.admission.cel import text
from components.admission.manifests import policies
from components.admission.rule import LEVELS, PODS, TARGETS, Rule
from components.admission.rules import RULES
from components.admission.variables import variables
from components.spark.defaults import SPARK_DEFAULTS
from tools.verify.admission_cases import BAD

OPERATOR = "system:serviceaccount:spark-operator:spark-operator-controller"
POLICIES = policies(RULES.values(), {}, operator=OPERATOR)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.id)
def test_every_rule_says_what_why_and_the_way_out(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)
    assert all(len(words) > 10 and not words.endswith(".") for words in (rule.title, rule.message, rule.way_out)), (
        "a title, message and way out are clauses"
    )
    assert rule.reason.endswith(".")
    assert rule.severity in ("critical", "high", "medium")
    assert rule.targets
    assert set(rule.targets) <= set(TARGETS)
    assert rule.sentence.startswith(f"{rule.id}: ")
    assert "\n" not in rule.sentence


def test_there_are_enough_rules_and_ids_are_unique() -> None:
    assert len(RULES) >= 30
    assert len({r.title for r in RULES.values()}) == len(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.id)
def test_every_name_a_rule_uses_is_bound_for_each_of_its_kinds(rule: Rule) -> None:
    used = set(re.findall(r"variables\.(\w+)", f"{rule.check} {rule.offending}"))
    for target in rule.targets:
        assert used <= set(variables(target, OPERATOR, (), ())), target


@pytest.mark.parametrize("target", TARGETS)
def test_a_variable_uses_only_earlier_ones(target: str) -> None:
    seen: set[str] = set()
    bound = variables(target, OPERATOR, (), ())
    for name, expression in bound.items():
        own = set(re.findall(r"variables\.(\w+)", expression)) & set(bound)
        assert own <= seen, name
        seen.add(name)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: p.name)
def test_a_policy_carries_each_of_its_rules_and_nothing_unused(policy: object) -> None:
    spec = policy.spec  # type: ignore[attr-defined]
    names = [v["name"] for v in spec["variables"]]
    text_of_all = str(spec)
    target = spec["matchConstraints"]["resourceRules"][0]["resources"][0]
    assert all(f"'{r.id}: " in text_of_all.replace('"', "'") for r in RULES.values() if target in r.targets)
    assert len(names) == len(set(names))
    for name in names:
        assert f"variables.{name}" in text_of_all, f"{name} is never used"
    assert spec["failurePolicy"] == "Fail"


def test_a_rule_at_any_level_is_in_exactly_the_policies_of_that_level() -> None:
    for level in LEVELS:
        by_level = policies([RULES["pod-size"]], {"pod-size": level}, operator=OPERATOR)
        assert [p.name for p in by_level] == ([] if level == "off" else [f"spark-on-ack-{PODS}-{level}"])


def test_text_in_cel_cannot_end_its_quotes() -> None:
    assert text("it's a \\d") == "'it\\'s a \\\\d'"


def test_every_rule_has_a_case_that_the_api_server_is_tried_with() -> None:
    tried = {case.rule for case in BAD} | {"pod-fixed", "defaults-untouched"}  # these two are about changes
    assert tried == set(RULES)


def test_the_protected_config_map_is_the_one_jobs_are_submitted_with() -> None:
    spec = next(p.spec for p in POLICIES if p.name.endswith("configmaps-deny"))
    assert any(f"== '{SPARK_DEFAULTS}'" in c["expression"] for c in spec["matchConditions"])
