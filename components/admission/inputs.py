"""Inputs of the admission policies: levels of the rules, and who may create pods besides jobs."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ..base.inputs import Inputs
from ..base.kubernetes import names
from ..base.mistakes import not_allowed
from ..base.sentences import show, unknown_key
from ..base.values import matching
from .rule import DENY, LEVELS
from .rules import RULES

PodCreators = Annotated[
    tuple[str, ...], names("full names such as system:serviceaccount:tools:notebooks", accounts=True)
]
KubeName = Annotated[
    str, *matching(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", "1 to 63 lower-case letters, digits, dots and dashes")
]
PriorityClass = Annotated[
    str,
    *matching(
        r"(?!system-)[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?",
        "1 to 63 lower-case letters, digits, dots and dashes, not one of the system's (system-…)",
    ),
]


def _levels(levels: dict[str, str]) -> dict[str, str]:
    wrong = []
    for rule, level in levels.items():
        if rule not in RULES:
            wrong.append(unknown_key(rule, RULES))
        elif level not in LEVELS:
            wrong.append(f"{rule}: {show(level)} is not allowed; allowed: {', '.join(LEVELS)}")
        elif level != DENY and RULES[rule].sealed:
            wrong.append(f"{rule}: {show(level)} is not allowed; it keeps teams and credentials apart; allowed: {DENY}")
    if wrong:
        raise not_allowed("; ".join(wrong))
    return levels


Levels = Annotated[dict[str, str], AfterValidator(_levels)]


class AdmissionSettings(Inputs):
    """How strictly jobs are checked when they arrive."""

    levels: Levels = Field(
        {},
        description="Rule -> deny, warn, audit or off; a rule that is not named here denies. Rules that keep teams and "
        "credentials apart cannot be lowered",
    )
    pod_creators: PodCreators = Field(
        (), description="Further users that may create pods in workspaces, by full name; all other rules hold for them"
    )
    priority_classes: tuple[PriorityClass, ...] = Field((), description="Priority classes jobs may use")


class AdmissionWiring(Inputs):
    """The account of the Spark operator."""

    operator_namespace: KubeName = Field("spark-operator", description="Namespace of the Spark operator")
    operator_account: KubeName = Field(
        "spark-operator-controller", description="Service account of the operator's controller; it creates the drivers"
    )


class AdmissionPoliciesInputs(AdmissionWiring, AdmissionSettings):
    """Inputs of AdmissionPolicies: its settings, and the account of the Spark operator."""
