"""The admission policies as they are registered, and their inputs."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from components.admission.component import AdmissionPolicies
from components.admission.inputs import AdmissionPoliciesInputs
from components.admission.rule import OFF, TARGETS
from components.admission.rules import RULES
from components.base.constants import LABEL_WORKSPACE
from components.base.mistakes import InputError
from replay.graph import Graph
from tests.support import record


def recorded(args: Mapping[str, Any], *, known: bool = True) -> Graph:
    return record(lambda: AdmissionPolicies("admission", args), known=known)  # type: ignore[arg-type]


def refusal(args: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        AdmissionPoliciesInputs.of(args, "AdmissionPolicies x")
    return "\n".join(caught.value.sentences)


def told(spec: Mapping[str, Any]) -> set[str]:
    """Ids of the rules whose sentences a policy tells."""
    (broken,) = [v["expression"] for v in spec["variables"] if v["name"] == "broken"]
    return set(re.findall(r"'([a-z]+(?:-[a-z]+)+): ", broken))


def test_by_default_there_is_one_refusing_policy_and_binding_for_each_kind() -> None:
    graph = recorded({})
    names = {r.inputs["metadata"]["name"] for r in graph.of_type("ValidatingAdmissionPolicy")}
    assert names == {f"spark-on-ack-{target}-deny" for target in TARGETS}
    for binding in graph.of_type("ValidatingAdmissionPolicyBinding"):
        assert binding.inputs["spec"]["policyName"] == binding.inputs["metadata"]["name"] in names
        assert binding.inputs["spec"]["validationActions"] == ["Deny"]
        selector = binding.inputs["spec"]["matchResources"]["namespaceSelector"]
        assert selector == {"matchExpressions": [{"key": LABEL_WORKSPACE, "operator": "Exists"}]}
    assert len(graph.resources) <= 2 * len(TARGETS) + 2  # the component and the stack


def test_a_binding_comes_after_its_policy() -> None:
    graph = recorded({})
    for binding in graph.of_type("ValidatingAdmissionPolicyBinding"):
        policy = graph.by_urn()[binding.dependencies[0]]
        assert policy.inputs["metadata"]["name"] == binding.inputs["spec"]["policyName"]


def test_a_first_preview_shows_the_same_objects_with_the_same_content() -> None:
    known, unknown = recorded({}), recorded({}, known=False)
    assert [(r.urn, r.inputs) for r in known] == [(r.urn, r.inputs) for r in unknown]


def test_a_lowered_rule_moves_into_a_policy_that_warns() -> None:
    graph = recorded({"levels": {"no-packages": "warn", "restart-policy": "off"}})
    specs = {r.inputs["metadata"]["name"]: r.inputs["spec"] for r in graph.of_type("ValidatingAdmissionPolicy")}
    warns = specs["spark-on-ack-sparkapplications-warn"]
    assert told(warns) == {"no-packages"}
    assert told(specs["spark-on-ack-sparkapplications-deny"]).isdisjoint({"no-packages", "restart-policy"})
    binding = graph.one("ValidatingAdmissionPolicyBinding", "admission-sparkapplications-warn-binding")
    assert binding.inputs["spec"]["validationActions"] == ["Warn", "Audit"]


def test_all_mistakes_in_levels_are_told_at_once_with_the_nearest_rule() -> None:
    told = refusal({"levels": {"no-package": "warn", "max-executors": "refuse", "allowed-image": OFF}})
    assert "did you mean 'no-packages'?" in told
    assert "max-executors: 'refuse' is not allowed; allowed: deny, warn, audit, off" in told
    assert "allowed-image: 'off' is not allowed; it keeps teams and credentials apart; allowed: deny" in told


@pytest.mark.parametrize("rule", [r.id for r in RULES.values() if r.sealed])
def test_a_sealed_rule_cannot_be_lowered(rule: str) -> None:
    assert rule in refusal({"levels": {rule: "audit"}})


@pytest.mark.parametrize("key", ["operator_namespace", "operator_account"])
def test_the_operator_is_a_kubernetes_name(key: str) -> None:
    assert f"{key}: 'no name' is not allowed" in refusal({key: "no name"})


def test_the_operator_of_the_inputs_is_the_one_that_may_make_drivers() -> None:
    graph = recorded({"operator_namespace": "jobs-operator", "operator_account": "jobs-operator-controller"})
    spec = graph.one("ValidatingAdmissionPolicy", "admission-pods-deny").inputs["spec"]
    by_operator = next(v["expression"] for v in spec["variables"] if v["name"] == "by_operator")
    assert "'system:serviceaccount:jobs-operator:jobs-operator-controller'" in by_operator
