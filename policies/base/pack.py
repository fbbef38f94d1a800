"""The same rules as a policy pack: what `pulumi --policy-pack` and `pulumi policy analyze` start.

The engine's own treatment of an unknown value is kept: a rule that meets one reports its violations so far and then
raises, which the engine shows as the advisory "can't run policy … during preview". In an update all inputs are known
before each operation, so a mandatory rule decides then.
"""

import functools
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from components.base.constants import PROJECT
from components.base.mistakes import InputError
from policies.base.config import check_all, context_of, figure_mistakes
from policies.base.rule import Context, Finding, Rule
from policies.base.tokens import read_as
from policies.base.view import View, opened, seen


def serve(name: str, description: str, directory: Path, rules: Sequence[Rule]) -> NoReturn:
    """Checks the environments' JSON files beside the pack, then serves the rules to the engine until it ends.

    Exits with 1 and one sentence for each mistake when a JSON names an unknown rule or figure.
    """
    try:
        check_all(directory, rules)
        engine_context()
    except InputError as e:
        sys.exit(str(e))
    PolicyPack(name, [policy_of(r) for r in rules], EnforcementLevel.MANDATORY, description=description)
    raise AssertionError("the policy pack ended by itself")


def policy_of(rule: Rule) -> Policy:
    """A rule as the policy engine knows one."""
    schema = {k: figure.schema(default) for k, (figure, default) in rule.figures.items()}
    common: dict[str, Any] = {
        "name": rule.id,
        "description": rule.title,
        "enforcement_level": EnforcementLevel(rule.level),
        "config_schema": PolicyConfigSchema(schema),
        "severity": Severity(rule.severity),
        "remediation_steps": rule.way_out,
    }
    if rule.whole_stack:
        return StackValidationPolicy(**common, validate=lambda args, report: _on_stack(rule, args, report))
    return ResourceValidationPolicy(**common, validate=lambda args, report: _on_resource(rule, args, report))


def _on_resource(rule: Rule, args: ResourceValidationArgs, report: ReportViolation) -> None:
    if rule.applies_to(read_as(args.resource_type)):
        figures = _figures(rule, args.get_config(), report)
        context = engine_context()
        _report(rule, rule.on_resource(_view(args), context, figures), context, report)


def _on_stack(rule: Rule, args: StackValidationArgs, report: ReportViolation) -> None:
    figures = _figures(rule, args.get_config(), report)
    views = [_view(r) for r in args.resources if rule.applies_to(read_as(r.resource_type))]
    context = engine_context()
    _report(rule, rule.on_stack(views, context, figures), context, report)


def _view(resource: Any) -> View:  # noqa: ANN401 - the two classes of the engine's library have no common one
    properties = opened(resource.props, UnknownValueError)
    options = {"protect": resource.opts.protect}
    return seen(resource.urn, resource.resource_type, resource.name, properties, options, resource.opts.parent or "")


def _figures(rule: Rule, configured: Any, report: ReportViolation) -> dict[str, Any]:  # noqa: ANN401
    """The engine's figures over the defaults; a misspelt one is a violation, since the engine accepts it."""
    plain = opened(dict(configured), UnknownValueError)
    assert isinstance(plain, dict)  # noqa: S101 - for the type checker
    whole = {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in plain.items()}
    wrong = figure_mistakes(rule, whole, rule.id)
    for sentence in wrong:
        report(f"{sentence} Correct the environment's policy JSON.", None)
    known = {k: v for k, v in whole.items() if k in rule.figures and not wrong}
    return {k: list(d) if isinstance(d, tuple) else d for k, (_, d) in rule.figures.items()} | known


def _report(rule: Rule, findings: Sequence[Finding], context: Context, report: ReportViolation) -> None:
    undecided = [f for f in findings if f.undecided]
    for finding in findings:
        if not finding.undecided:
            report(rule.sentence(finding, context), finding.view.urn if finding.view else None)
    if undecided:
        error = UnknownValueError(UNKNOWN_STRING_VALUE, [])
        error.message = "; ".join(rule.sentence(f, context, refused=False) for f in undecided)
        raise error


@functools.cache
def engine_context() -> Context:
    """The stack's region and environment, from what the engine hands to the pack's process."""
    config = json.loads(os.environ.get("PULUMI_CONFIG") or "{}")
    environment = config.get(f"{PROJECT}:environment") or os.environ.get("PULUMI_STACK") or ""
    return context_of(environment, config.get(f"{PROJECT}:region"))
