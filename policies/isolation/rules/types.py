"""Rules about resource types: a stack holds what somebody can judge, and exceptions end."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated

from policies.base.allow import PATH
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import View
from policies.resources.buckets import template_types
from policies.resources.known import reading_of, why_unknown
from policies.resources.pods import chart_of
from policies.resources.types import CHART, ROS_STACK

_OPERATOR = re.compile(r"spark-operator(-v?[0-9][0-9A-Za-z.+-]*\.tgz)?")
_IN_TEMPLATES = "ALIYUN::OSS::Bucket"


@rule(
    "known-types",
    title="A stack holds only types that are known here",
    severity="critical",
    reason="A rule says nothing about what nobody has written a reading for: another version, provider or kind.",
    way_out="use a type of the table in docs/rules.md",
)
def known_types(view: View, context: Context) -> Violations:
    """Compares types with the table, and objects with the type they are registered under; looks into ROS templates."""
    if not reading_of(view.token):
        yield f"{view.token} is not known: {why_unknown(view.token)}"
    elif view.type == CHART:
        if not _OPERATOR.fullmatch(chart_of(view)) or view.props.has("postRenderer"):
            yield f"{view.token} is not known: {why_unknown(view.token)}"
    elif view.type == ROS_STACK:
        if view.props.has("templateUrl"):
            yield "templateUrl names a template that cannot be seen here"
        for type_ in template_types(view):
            if type_ != _IN_TEMPLATES:
                yield f"the template holds {type_}, which is not known; known: {_IN_TEMPLATES}"
    elif view.token.startswith("kubernetes:"):
        yield from _disguised(view)


def _disguised(view: View) -> Iterator[str]:
    """The provider creates what apiVersion and kind say, whatever the type token says."""
    _, version, kind = view.token.split(":")
    plain = kind.removesuffix("Patch") if view.is_patch else kind
    for key, expected in (("apiVersion", version.removeprefix("core/")), ("kind", plain)):
        if view.props.has(key) and view.props.text(key) not in (expected, kind):
            yield f"{key} is not {expected}, as its type {view.token} says"


@rule(
    "allow-list",
    title="Exceptions are few, and seen",
    severity="medium",
    reason="An exception that nobody sees stays for ever.",
    way_out="look whether it is still needed, and remove the entry if it is not",
    whole_stack=True,
    level="advisory",
)
def allow_list(
    views: Sequence[View],
    context: Context,
    *,
    allow: Annotated[Mapping[str, object], Figure("entries: name -> type, urn, reason, until")] = MappingProxyType({}),
) -> StackViolations:
    """Says of each entry what it matches and until when; and which entries match nothing. The rules of both packs need
    the entries as well, so they come with the context.
    """
    for entry in context.allow:
        matching = [view for view in views if entry.matches(view)]
        why_not = entry.why_not(context.today)
        for view in matching:
            until = f"until {entry.until}" if not why_not else f"no longer ({why_not})"
            yield view, f"{view.token} is allowed {until}: {entry.reason}"
        if not matching:
            yield f"{PATH}.{entry.name} matches no resource"
