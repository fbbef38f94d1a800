"""Flat arguments of AdmissionPolicies. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from .inputs import AdmissionPoliciesInputs


class AdmissionPoliciesArgs(TypedDict):
    """Inputs of AdmissionPolicies: its settings, and the account of the Spark operator."""

    levels: NotRequired[dict[str, str]]
    """Rule -> deny, warn, audit or off; a rule that is not named here denies. Rules that keep teams and credentials apart cannot be lowered. Allowed: a map of text to text. Default: empty."""
    pod_creators: NotRequired[list[str]]
    """Further users that may create pods in workspaces, by full name; all other rules hold for them. Allowed: a list, each text. Default: empty."""
    priority_classes: NotRequired[list[str]]
    """Priority classes jobs may use. Allowed: a list, each 1 to 63 lower-case letters, digits, dots and dashes, not one of the system's (system-…). Default: empty."""
    operator_namespace: NotRequired[str]
    """Namespace of the Spark operator. Allowed: 1 to 63 lower-case letters, digits, dots and dashes. Default: spark-operator."""
    operator_account: NotRequired[str]
    """Service account of the operator's controller; it creates the drivers. Allowed: 1 to 63 lower-case letters, digits, dots and dashes. Default: spark-operator-controller."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    AdmissionPoliciesArguments = AdmissionPoliciesArgs | AdmissionPoliciesInputs
else:
    AdmissionPoliciesArguments = AdmissionPoliciesArgs
