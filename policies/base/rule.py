"""A rule: a plain function over resources, with its id, reason, way out and figures.

    @rule("disk-size", title=..., severity="medium", reason=..., way_out=..., types=(...))
    def disk_size(
        view: View, context: Context, *, max_gib: Annotated[float, Figure("largest disk in GiB")] = 500.0
    ) -> Violations:

Every figure that tunes a rule is a keyword-only parameter, annotated with its meaning and its bounds; the
environment's JSON, the engine's schema and the documentation are all read from that signature.
"""

import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

from policies.base.view import Undecided, Unreadable, View

Level = Literal["advisory", "mandatory", "disabled"]
LEVELS: tuple[str, ...] = typing.get_args(Level)
Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True)
class Figure:
    """What a rule's parameter means, its smallest allowed value, and its allowed words where it is a choice."""

    description: str
    minimum: float = 0
    choices: tuple[str, ...] = ()

    def schema(self, default: object) -> dict[str, Any]:
        """JSON Schema of the parameter, as the policy engine and our own check read it."""
        if isinstance(default, bool):
            kind: dict[str, Any] = {"type": "boolean"}
        elif isinstance(default, int | float):
            kind = {"type": "integer" if isinstance(default, int) else "number", "minimum": self.minimum}
        elif isinstance(default, tuple):
            item: dict[str, Any] = {"type": "string"} | ({"enum": list(self.choices)} if self.choices else {})
            kind = {"type": "array", "items": item}
        else:
            kind = {"type": "string"} | ({"enum": list(self.choices)} if self.choices else {})
        value = list(default) if isinstance(default, tuple) else default
        return kind | {"default": value, "description": self.description}


@dataclass(frozen=True)
class Context:
    """What rules know besides resources: the stack's region (None: not known) and the day prices are judged on."""

    region: str | None = None
    today: date = field(default_factory=date.today)


@dataclass(frozen=True)
class Finding:
    """A message of a rule about a resource (None: the stack as a whole)."""

    message: str
    view: View | None = None
    undecided: bool = False


ResourceCheck = Callable[..., Iterable[str]]
StackCheck = Callable[..., Iterable[str | tuple[View, str]]]


@dataclass(frozen=True)
class Rule:
    """One rule with everything a person needs to understand its verdict."""

    id: str
    title: str
    """What is demanded, one sentence."""
    severity: Severity
    reason: str
    """Why it is demanded."""
    way_out: str
    """What to do about a violation: lower case, begins with a verb, without a full stop."""
    check: ResourceCheck | StackCheck
    types: tuple[str, ...] = ()
    """Type tokens it looks at; empty: all."""
    whole_stack: bool = False
    """True: it sees all resources at once, as sums need, not one at a time."""
    level: Level = "mandatory"
    """Its level where an environment's JSON does not name another."""

    @cached_property
    def figures(self) -> dict[str, tuple[Figure, Any]]:
        """Parameter name -> (what it means, its default)."""
        hints = typing.get_type_hints(self.check, include_extras=True)
        figures: dict[str, tuple[Figure, Any]] = {}
        for name, parameter in inspect.signature(self.check).parameters.items():
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                figure = next(m for m in hints[name].__metadata__ if isinstance(m, Figure))
                figures[name] = (figure, parameter.default)
        return figures

    def applies_to(self, type_: str) -> bool:
        """True for the type tokens this rule looks at."""
        return not self.types or type_ in self.types

    def on_resource(self, view: View, context: Context, figures: Mapping[str, Any]) -> list[Finding]:
        """What the rule says about one resource."""
        return self._collect(self.check(view, context, **figures), view)

    def on_stack(self, views: Sequence[View], context: Context, figures: Mapping[str, Any]) -> list[Finding]:
        """What the rule says about all resources together."""
        return self._collect(self.check(views, context, **figures), None)

    def sentence(self, finding: Finding) -> str:
        """The verdict as people read it, everywhere in the same words: id, what is wrong, the way out."""
        if finding.undecided:
            return f"{self.id}: could not decide: {finding.message}"
        return f"{self.id}: {finding.message}; {self.way_out}"

    def _collect(self, violations: Iterable[str | tuple[View, str]], view: View | None) -> list[Finding]:
        findings: list[Finding] = []
        try:
            for item in violations:
                subject, message = (view, item) if isinstance(item, str) else item
                findings.append(Finding(message, subject))
        except Undecided as e:
            findings.append(Finding(str(e), view, undecided=True))
        except Unreadable as e:
            findings.append(Finding(str(e), view))
        return findings


def rule(
    id: str,
    *,
    title: str,
    severity: Severity,
    reason: str,
    way_out: str,
    types: tuple[str, ...] = (),
    whole_stack: bool = False,
    level: Level = "mandatory",
) -> Callable[[ResourceCheck | StackCheck], Rule]:
    """Makes a rule of the function below it."""

    def wrap(check: ResourceCheck | StackCheck) -> Rule:
        return Rule(id, title, severity, reason, way_out, check, types, whole_stack, level)

    return wrap


def rules_of(modules: Iterable[object]) -> tuple[Rule, ...]:
    """All rules of some modules, in the order they are written in. Raises ValueError when two have the same id."""
    rules = [r for m in modules for r in vars(m).values() if isinstance(r, Rule)]
    ids = [r.id for r in rules]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"two rules with the same id: {', '.join(twice)}")
    return tuple(rules)


Violations = Iterator[str]
"""What a resource rule yields: one message a violation."""
StackViolations = Iterator[str | tuple[View, str]]
"""What a stack rule yields: a message, or the resource it is about and a message."""
