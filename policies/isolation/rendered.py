"""The admission policies of a stack, compared with those that the platform renders: what is weaker, and in which way.

Compared is what decides: which requests a policy sees, what it does when it fails, every rule that cannot be lowered,
and what its binding selects. A stack may add rules and policies of its own.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from components.admission.manifests import Policy, policies, policy_spec, sentence_if_broken
from components.admission.rule import DENY
from components.admission.rules import RULES
from components.admission.variables import variables
from components.base.constants import PROJECT
from policies.base.view import Props, View
from policies.evaluate.selectors import selector_of

_ANY = "zzz-set-by-the-stack"
"""Stands for what a stack's settings put into an expression: the operator's account, further creators, priorities."""
_TEXTS = r"(?:'[^'\\]*'(?:, '[^'\\]*')*)?"


def weaknesses(kind: str, owned: Sequence[View], bindings: Sequence[View]) -> Iterator[tuple[View | None, str]]:
    """What lets through more than the platform's own policy for a kind would, each with the resource that does."""
    expected = _rendered()[kind]
    policy = next((v for v in owned if v.props.text("metadata", "name") == expected.name), None)
    if policy is None:
        yield None, f"no admission policy checks and denies {kind}"
        return
    yield from ((policy, f"{kind}: {why}") for why in _weaker_policy(kind, policy.props.at("spec")))
    bound = [b for b in bindings if b.props.text("spec", "policyName") == expected.name]
    reasons = [why for b in bound if (why := _weaker_binding(b.props.at("spec"), expected.binding))]
    if len(reasons) == len(bound):
        why = reasons[0] if reasons else "no binding puts the policy into force"
        yield (bound[0] if bound else policy), f"{kind}: {why}"


@cache
def _rendered() -> dict[str, Policy]:
    """The platform's denying policies by kind, with a mark where settings come in."""
    made = policies(RULES.values(), {}, operator=_ANY, other_creators=(_ANY,), priorities=(_ANY,))
    return {p.name.removeprefix(f"{PROJECT}-").removesuffix(f"-{DENY}"): p for p in made}


def _weaker_policy(kind: str, spec: Props) -> Iterator[str]:
    if (spec.text("failurePolicy") or "Fail") != "Fail":
        yield "what the policy cannot judge is let through (failurePolicy)"
    if spec.has("paramKind"):
        yield "the policy depends on parameters (paramKind)"
    expressions = {v.text("name") or "": v.text("expression") or "" for v in spec.each("variables")}
    asked = expressions.get("broken", "")
    chosen = [r for r in RULES.values() if kind in r.targets and sentence_if_broken(r) in asked]
    missing = [r.id for r in RULES.values() if kind in r.targets and r.sealed and r not in chosen]
    if missing:
        yield f"the rules {', '.join(missing)} are missing"
    expected, patterns = _expected(kind, tuple(r.id for r in chosen))
    different = [name for name, pattern in patterns.items() if not pattern.fullmatch(expressions.get(name, ""))]
    if different:
        yield f"the variables {', '.join(different)} differ from the platform's"
    checks = {v.text("expression") for v in spec.each("validations")}
    if any(v["expression"] not in checks for v in expected["validations"]):
        yield "nothing is validated"
    conditions = {c["expression"] for c in expected["matchConditions"]}
    if any(c.text("expression") not in conditions for c in spec.each("matchConditions")):
        yield "further matchConditions leave requests out"
    yield from _narrower(spec.at("matchConstraints"), expected["matchConstraints"])


def _narrower(match: Props, expected: dict[str, object]) -> Iterator[str]:
    """What a policy's matchConstraints leave out of what the platform's see."""
    if (match.text("matchPolicy") or "Equivalent") != "Equivalent" or match.raw("excludeResourceRules"):
        yield "matchConstraints leave versions or objects out"
    if any(selector_of(match.at(key)).requirements for key in ("namespaceSelector", "objectSelector")):
        yield "matchConstraints select only some namespaces or objects"
    wanted = Props(expected).each("resourceRules")
    if not all(any(_sees(own, rule) for own in match.each("resourceRules")) for rule in wanted):
        yield "matchConstraints see fewer resources or operations"


def _sees(own: Props, wanted: Props) -> bool:
    if own.raw("resourceNames") or (own.text("scope") or "*") not in ("*", wanted.text("scope")):
        return False
    keys = ("apiGroups", "apiVersions", "operations", "resources")
    return all("*" in own.texts(key) or set(wanted.texts(key)) <= set(own.texts(key)) for key in keys)


def _weaker_binding(spec: Props, expected: dict[str, object]) -> str:
    """Why a binding does less than the platform's; empty where it does as much."""
    if "Deny" not in spec.texts("validationActions"):
        return "the binding does not deny (validationActions)"
    match = spec.at("matchResources")
    if spec.has("paramRef") or match.raw("excludeResourceRules") or match.raw("resourceRules"):
        return "the binding holds for some resources only"
    selected = selector_of(Props(expected).at("matchResources", "namespaceSelector"))
    whole = selector_of(match.at("namespaceSelector")).selects_all_of(selected)
    if not whole or selector_of(match.at("objectSelector")).requirements:
        return "the binding leaves workspaces or objects out"
    return ""


@cache
def _expected(kind: str, rules: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, re.Pattern[str]]]:
    """The platform's spec with these rules, and what fits each of its variables but for what settings put into it."""
    spec = policy_spec(kind, [RULES[r] for r in rules], variables(kind, _ANY, (_ANY,), (_ANY,)))
    return spec, {v["name"]: _pattern(v["expression"]) for v in spec["variables"]}


def _pattern(expression: str) -> re.Pattern[str]:
    pattern = re.escape(expression)
    pattern = pattern.replace(re.escape(f"['{_ANY}']"), rf"\[{_TEXTS}\]").replace(re.escape(_ANY), r"[^'\\]*")
    return re.compile(pattern, re.DOTALL)
