"""The table of rules that hold when a job arrives, at the API server, for every way a job can come.

A rule is said once: its CEL runs in the API server as a ValidatingAdmissionPolicy (`manifests`), its sentence is what
the data team reads, and the documentation lists it. A rule names the kinds it looks at; the names its CEL uses
(`variables.images`, `variables.conf`, …) are bound for each kind in `variables`, so most rules have one expression for
pods and applications alike: the application is refused while a person looks, the pod is refused whoever made it.
"""

from dataclasses import dataclass
from typing import Final

PODS: Final = "pods"
APPLICATIONS: Final = "sparkapplications"
SCHEDULED: Final = "scheduledsparkapplications"
CONNECTS: Final = "sparkconnects"
CONFIG_MAPS: Final = "configmaps"
TARGETS: Final = (PODS, APPLICATIONS, SCHEDULED, CONNECTS, CONFIG_MAPS)
"""Kinds that are checked, by their plural names."""
JOBS: Final = (APPLICATIONS, SCHEDULED)
SUBMISSIONS: Final = (*JOBS, CONNECTS)
EVERYWHERE: Final = (PODS, *SUBMISSIONS)

DENY, WARN, AUDIT, OFF = "deny", "warn", "audit", "off"
LEVELS: Final = (DENY, WARN, AUDIT, OFF)
"""What a broken rule does: refuse; warn the person and write the audit log; only write the audit log; nothing."""


@dataclass(frozen=True)
class Rule:
    """One rule. `message` says what is wrong, `way_out` what to do; together they are one sentence for the person."""

    id: str
    """Kebab case, unique over all policies of this project."""
    title: str
    """What must hold, in a few words; for tables."""
    message: str
    reason: str
    """Why the rule is there; for the documentation."""
    way_out: str
    targets: tuple[str, ...]
    check: str
    """CEL, true when the object is fine."""
    found: str = ""
    """CEL of the offending value as text, never of something secret; empty: there is nothing to show."""
    severity: str = "high"
    """critical: lets a team reach another's data or credentials; high: breaks isolation, or costs without bound;
    medium: wastes money, or fails the job late."""
    sealed: bool = False
    """True: it keeps teams and credentials apart, so no environment may lower its level."""

    @property
    def sentence(self) -> str:
        """The fixed part of what a person is told; begins with the id."""
        return f"{self.id}: {self.message}; {self.way_out}"


def rules() -> dict[str, Rule]:
    """All rules by id, in the order of the documentation."""
    from .conf_rules import CONF_RULES
    from .job_rules import JOB_RULES
    from .pod_rules import POD_RULES

    return {rule.id: rule for rule in (*POD_RULES, *CONF_RULES, *JOB_RULES)}
