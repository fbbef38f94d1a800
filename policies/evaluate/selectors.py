"""Label selectors of Kubernetes: matchLabels, matchExpressions, and the empty one, which selects everything."""

from collections.abc import Mapping
from dataclasses import dataclass

from policies.base.view import Props, Unreadable

OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
UNHEARD_OF = "a-value-that-nobody-has-chosen"
"""A label value, or name, that no selector was written for: stands for whatever comes later."""


@dataclass(frozen=True)
class Requirement:
    """One condition on the labels: `key` is in `values`, is not, exists or does not."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """True for labels that fulfil it."""
        value = labels.get(self.key)
        if self.operator in ("Exists", "DoesNotExist"):
            return (value is not None) == (self.operator == "Exists")
        inside = value is not None and value in self.values
        return inside == (self.operator == "In")

    def follows_from(self, other: "Requirement") -> bool:
        """True when all labels that fulfil `other` fulfil this one as well."""
        if self.key != other.key:
            return False
        if other.operator == "In":
            return all(self.holds({self.key: value}) for value in other.values)
        if other.operator == "Exists":
            return self.operator == "Exists" or (self.operator == "NotIn" and not self.values)
        if other.operator == "DoesNotExist":
            return self.operator in ("DoesNotExist", "NotIn")
        return self.operator == "NotIn" and self.values <= other.values


@dataclass(frozen=True)
class Selector:
    """All of its requirements together; without any it selects everything."""

    requirements: tuple[Requirement, ...] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        """True for an object with these labels."""
        return all(r.holds(labels) for r in self.requirements)

    def selects_all_of(self, other: "Selector") -> bool:
        """True when this one surely selects whatever `other` selects; judged requirement by requirement."""
        return all(any(mine.follows_from(theirs) for theirs in other.requirements) for mine in self.requirements)


def selector_of(part: Props) -> Selector:
    """The selector that an object describes. Raises Unreadable for an operator that Kubernetes does not have."""
    labels = part.at("matchLabels")
    requirements = [Requirement(key, "In", frozenset([labels.text(key) or ""])) for key in labels.keys()]  # noqa: SIM118
    for expression in part.each("matchExpressions"):
        operator = expression.text("operator") or ""
        if operator not in OPERATORS:
            raise Unreadable(expression.where("operator"), "an operator of Kubernetes")
        values = frozenset(expression.texts("values"))
        requirements.append(Requirement(expression.text("key") or "", operator, values))
    return Selector(tuple(requirements))
