"""A rule that the API server checks when a job arrives, by whatever way it comes.

A rule is written once: its CEL runs in the API server as a ValidatingAdmissionPolicy (`manifests`), its sentence is
what the data team reads, and the documentation lists it. A rule names the kinds it checks; the names its CEL uses
(`variables.images`, `variables.conf`, …) are bound for each kind in `variables`, so most rules have one expression for
pods and applications alike: the application is refused while its author is watching, the pod whoever creates it.
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
"""What a broken rule does: refuse; warn and write to the audit log; only write to the audit log; nothing."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. `message` says what is wrong and `way_out` what to do; together they are one sentence."""

    id: str
    """Kebab case, unique over all policies of this project."""
    title: str
    """What is demanded, in a few words; for tables."""
    message: str
    reason: str
    """Why it is demanded; for the documentation."""
    way_out: str
    targets: tuple[str, ...]
    check: str
    """CEL, true when the object obeys the rule."""
    offending: str = ""
    """CEL of the offending value as text, never of anything secret; empty: there is nothing to show."""
    severity: str = "high"
    """critical: lets a team reach another's data or credentials; high: breaks isolation or costs money without bound;
    medium: wastes money or makes the job fail late."""
    sealed: bool = False
    """True: it keeps teams and credentials apart, so no environment may lower its level."""

    @property
    def sentence(self) -> str:
        """The fixed part of what the author of a job is told; it begins with the id."""
        return f"{self.id}: {self.message}; {self.way_out}"
