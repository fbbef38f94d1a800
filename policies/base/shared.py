"""Rules that are also checked when a job arrives: their words are those of the admission policies' rules."""

from dataclasses import dataclass
from typing import cast

from components.admission.rules import RULES
from policies.base.rule import ResourceCheck, Rule, Said, Severity, StackCheck


@dataclass(frozen=True)
class Shared:
    """The words of an admission rule, for a policy rule of the same id."""

    id: str
    title: str
    message: str
    severity: Severity
    reason: str
    way_out: str

    def rule(self, check: ResourceCheck | StackCheck, types: tuple[str, ...] = (), whole_stack: bool = False) -> Rule:
        """The policy rule with these words and the given check."""
        return Rule(
            self.id, self.title, self.severity, self.reason, self.way_out, check, types, whole_stack, at_arrival=True
        )

    def of(self, job: bool, where: str, service: tuple[str, str]) -> str | Said:
        """The message about a place in a resource; for what is none of Spark's with the words of `service`: message
        and way out."""
        return f"{self.message} ({where})" if job else Said(f"{service[0]} ({where})", service[1])


def shared(rule_id: str) -> Shared:
    """The words of an admission rule. Raises KeyError when there is none of that id."""
    rule = RULES[rule_id]
    severity = cast(Severity, rule.severity)
    return Shared(rule.id, rule.title, rule.message, severity, rule.reason, rule.way_out)
