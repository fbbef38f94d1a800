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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from policies.base.allow import PATH, Entry, entry_for, proposed
from policies.base.view import Undecided, Unreadable, View

Level = Literal["advisory", "mandatory", "disabled"]
LEVELS: tuple[str, ...] = typing.get_args(Level)
Severity = Literal["low", "medium", "high", "critical"]
UNREADABLE = "the resource has a shape that nothing here can read"


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
        if isinstance(default, Mapping):
            kind = {"type": "object"}
            default = dict(default)
        value = list(default) if isinstance(default, tuple) else default
        return kind | {"default": value, "description": self.description}


@dataclass(frozen=True)
class Context:
    """What rules know besides resources: the stack's region (None: not known), the day prices and exceptions are
    judged on, the environment and its allow-list."""

    region: str | None = None
    today: date = field(default_factory=date.today)
    environment: str = ""
    allow: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Said:
    """A message with a way out of its own: the rule's own words fit jobs, and this resource is none of Spark's."""

    message: str
    way_out: str


@dataclass(frozen=True)
class Finding:
    """A message of a rule about a resource (None: the stack as a whole)."""

    message: str
    view: View | None = None
    undecided: bool = False
    later: bool = False
    """True for an undecided one that met a value which is known only later."""
    way_out: str = ""
    """Its own way out where the rule's does not fit."""


ResourceCheck = Callable[..., Iterable[str | Said]]
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
    exceptions: bool = False
    """True: an entry of the environment's allow-list lifts it from a resource. What keeps teams apart has none."""
    at_arrival: bool = False
    """True: jobs are held to it as well when they arrive; exceptions are then for what is none of Spark's (`Said`)."""

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
        return self._collect(lambda: self.check(view, context, **figures), view, context)

    def on_stack(self, views: Sequence[View], context: Context, figures: Mapping[str, Any]) -> list[Finding]:
        """What the rule says about all resources together."""
        return self._collect(lambda: self.check(views, context, **figures), None, context)

    def sentence(self, finding: Finding, context: Context | None = None, refused: bool = True) -> str:
        """The verdict as people read it, everywhere in the same words: id, what is wrong, the way out; where there may
        be exceptions also the entry that makes one in the context's environment.

        `refused`: False for what only could not be decided, and needs no way out yet.
        """
        if finding.undecided and not refused:
            return f"{self.id}: could not decide: {finding.message}"
        file = f"policies/isolation/{(context and context.environment) or 'prod'}.json"
        sentence = f"{self.id}: {finding.message}; {finding.way_out or self.way_out}"
        if finding.undecided:
            way_out = f"give it a value that is known before the update, or set `undecided` to advisory in {file}"
            sentence = f"{self.id}: could not decide: {finding.message}; {way_out}"
        if finding.view is None or context is None or not self._may_except(finding):
            return sentence
        return f"{sentence}; or add to `{PATH}` in {file}: {proposed(finding.view, context.today)}"

    def _may_except(self, finding: Finding) -> bool:
        return self.exceptions and (bool(finding.way_out) or not self.at_arrival)

    def _collect(
        self, check: Callable[[], Iterable[str | Said | tuple[View, str]]], view: View | None, context: Context
    ) -> list[Finding]:
        findings: list[Finding] = []
        try:
            for item in check():
                subject, message = item if isinstance(item, tuple) else (view, item)
                way_out = message.way_out if isinstance(message, Said) else ""
                text = message.message if isinstance(message, Said) else message
                findings.append(Finding(text, subject, way_out=way_out))
        except Undecided as e:
            findings.append(Finding(str(e), view, undecided=True, later=e.later))
        except Unreadable as e:
            findings.append(Finding(str(e), view))
        except Exception as e:  # whatever a rule cannot read is refused; a traceback would say less
            findings.append(Finding(f"{UNREADABLE} ({type(e).__name__})", view))
        return [f for each in findings if (f := self._excepted(each, context)) is not None]

    def _excepted(self, finding: Finding, context: Context) -> Finding | None:
        """None when the allow-list lifts the rule from the resource; a word about an entry that no longer does."""
        if finding.view is None or not self._may_except(finding):
            return finding
        entry = entry_for(context.allow, finding.view, context.today)
        why_not = entry.why_not(context.today) if entry else ""
        if entry is None or (finding.undecided and why_not):
            return finding
        return replace(finding, message=f"{finding.message} ({why_not})") if why_not else None


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


def rules_of(modules: Iterable[object], exceptions: Collection[str]) -> tuple[Rule, ...]:
    """All rules of some modules, in the order they are written in; those named in `exceptions` may have some.

    Raises ValueError when two have the same id, or when a name is none of theirs.
    """
    rules = [r for m in modules for r in vars(m).values() if isinstance(r, Rule)]
    ids = [r.id for r in rules]
    wrong = sorted({i for i in ids if ids.count(i) > 1} | (set(exceptions) - set(ids)))
    if wrong:
        raise ValueError(f"two rules with the same id, or none: {', '.join(wrong)}")
    return tuple(replace(r, exceptions=r.id in exceptions) for r in rules)


Violations = Iterator[str | Said]
"""What a resource rule yields: one message a violation."""
StackViolations = Iterator[str | tuple[View, str]]
"""What a stack rule yields: a message, or the resource it is about and a message."""
