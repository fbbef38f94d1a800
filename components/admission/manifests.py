"""From the rules to admission policies: one for each kind and level, with all broken rules in one answer.

The API server would answer with the first broken rule only. Here each rule is a variable, and one validation joins the
sentences of all that are broken, so that the author of a job learns of every mistake at once.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..base.constants import LABEL_WORKSPACE, PROJECT
from .cel import text
from .rule import APPLICATIONS, CONFIG_MAPS, CONNECTS, DENY, OFF, PODS, SCHEDULED, TARGETS, Rule
from .variables import variables

ACTIONS = {DENY: ["Deny"], "warn": ["Warn", "Audit"], "audit": ["Audit"]}
SPARK_GROUP = "sparkoperator.k8s.io"
SPARK_DEFAULTS = "spark-defaults"
_RULES_OF = {
    PODS: ("", "v1", ["CREATE", "UPDATE"]),
    CONFIG_MAPS: ("", "v1", ["CREATE", "UPDATE", "DELETE"]),
    APPLICATIONS: (SPARK_GROUP, "v1beta2", ["CREATE", "UPDATE"]),
    SCHEDULED: (SPARK_GROUP, "v1beta2", ["CREATE", "UPDATE"]),
    CONNECTS: (SPARK_GROUP, "v1alpha1", ["CREATE", "UPDATE"]),
}
_OF_THE_WORKSPACE = "request.userInfo.username.startsWith('system:serviceaccount:' + request.namespace + ':')"
_ON_CHANGE = {"name": "new-or-changed", "expression": "request.operation == 'CREATE' || object.spec != oldObject.spec"}
_MATCH_CONDITIONS = {
    # Controllers update pods too (finalizers); only a job's own accounts could misuse an update.
    PODS: [{"name": "new-or-by-a-job", "expression": f"request.operation == 'CREATE' || {_OF_THE_WORKSPACE}"}],
    CONFIG_MAPS: [
        {"name": "by-a-job", "expression": _OF_THE_WORKSPACE},
        {
            "name": "the-defaults",
            "expression": "(request.operation == 'DELETE' ? oldObject.metadata.name : object.metadata.name) == "
            + text(SPARK_DEFAULTS),
        },
    ],
    APPLICATIONS: [_ON_CHANGE],
    SCHEDULED: [_ON_CHANGE],
    CONNECTS: [_ON_CHANGE],
}


@dataclass(frozen=True)
class Policy:
    """One ValidatingAdmissionPolicy with its binding, as their specs."""

    name: str
    spec: Any
    binding: Any


def policies(
    rules: Iterable[Rule],
    levels: Mapping[str, str],
    *,
    operator: str,
    other_creators: tuple[str, ...] = (),
    priorities: tuple[str, ...] = (),
) -> list[Policy]:
    """The policies of all rules at their levels: `deny` for those that `levels` does not name.

    `operator` is the user name of the operator's account.
    """
    table = list(rules)
    result = []
    for target in TARGETS:
        bound = variables(target, operator, other_creators, priorities)
        for level, actions in ACTIONS.items():
            chosen = [r for r in table if target in r.targets and levels.get(r.id, DENY) == level != OFF]
            if chosen:
                name = f"{PROJECT}-{target}-{level}"
                result.append(Policy(name, policy_spec(target, chosen, bound), _binding(name, actions)))
    return result


def policy_spec(target: str, rules: list[Rule], bound: Mapping[str, str]) -> dict[str, Any]:
    """The spec of one policy: the variables its rules use, the rules, and one validation over them."""
    group, version, operations = _RULES_OF[target]
    broken = ", ".join(map(sentence_if_broken, rules))
    own = {f"offending_{_name(r)}": r.offending for r in rules if r.offending}
    own["broken"] = f"[{broken}].filter(s, s != '')"
    ids = ", ".join(r.id for r in rules)
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "matchPolicy": "Equivalent",
            "namespaceSelector": {},  # both as the server fills them in, so that a repeated first run changes nothing
            "objectSelector": {},
            "resourceRules": [
                {
                    "apiGroups": [group],
                    "apiVersions": [version],
                    "operations": operations,
                    "resources": [target],
                    "scope": "Namespaced",
                }
            ],
        },
        "matchConditions": _MATCH_CONDITIONS[target],
        "variables": [{"name": n, "expression": e} for n, e in (_used(bound, own) | own).items()],
        "validations": [
            {
                "expression": "variables.broken.size() == 0",
                "message": f"one of these rules is broken: {ids}",
                # the server replaces a result that has a line break or is over 5 kB by the plain message
                "messageExpression": "variables.broken.join(' | ').replace('\\n', ' ').replace('\\r', ' ')",
            }
        ],
    }


def sentence_if_broken(rule: Rule) -> str:
    """CEL: nothing where the object obeys the rule, else what its author is told."""
    return f"({rule.check}) ? '' : {_sentence(rule)}"


def _binding(name: str, actions: list[str]) -> dict[str, Any]:
    workspaces = {
        "matchPolicy": "Equivalent",
        "namespaceSelector": {"matchExpressions": [{"key": LABEL_WORKSPACE, "operator": "Exists"}]},
        "objectSelector": {},
    }
    return {"policyName": name, "validationActions": actions, "matchResources": workspaces}


def _name(rule: Rule) -> str:
    return "rule_" + rule.id.replace("-", "_")


def _sentence(rule: Rule) -> str:
    """CEL of a rule's sentence, with at most 120 characters of the offending value."""
    if not rule.offending:
        return text(rule.sentence)
    value = f"variables.offending_{_name(rule)}"
    short = f"({value}.size() > 120 ? {value}.substring(0, 120) + '…' : {value})"
    shown = f"({value} == '' ? '' : ' (' + {short} + ')')"
    return f"{text(f'{rule.id}: {rule.message}')} + {shown} + {text(f'; {rule.way_out}')}"


def _used(bound: Mapping[str, str], users: Mapping[str, str]) -> dict[str, str]:
    """Those of `bound` that `users` need, directly or through one another, in their order."""
    wanted: set[str] = set()
    open_ = list(users.values())
    while open_:
        for name in re.findall(r"variables\.(\w+)", open_.pop()):
            if name in bound and name not in wanted:
                wanted.add(name)
                open_.append(bound[name])
    return {n: e for n, e in bound.items() if n in wanted}
