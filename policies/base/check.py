"""Rules over a recorded graph: for previews and for the program's own guard, without an engine or a process."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.base.config import Config
from policies.base.rule import Context, Finding, Level, Rule
from policies.base.view import View, view_of
from replay.graph import Graph


@dataclass(frozen=True)
class Verdict:
    """The verdict of a rule: at which level, on which resource (empty URN: the stack), in a whole sentence.

    An undecided verdict is always advisory: the rule met a value that is not known before an update.
    """

    rule: str
    level: Level
    severity: str
    urn: str
    message: str
    undecided: bool = False


def check(graph: Graph, rules: Sequence[Rule], config: Config, context: Context) -> list[Verdict]:
    """Every verdict of the rules over the graph, at the config's levels, in the order of the rules."""
    return check_views([view_of(r) for r in graph], rules, config, context)


def check_views(views: Sequence[View], rules: Sequence[Rule], config: Config, context: Context) -> list[Verdict]:
    """`check` for resources that are already views."""
    verdicts: list[Verdict] = []
    for rule in rules:
        level = config.levels[rule.id]
        if level == "disabled":
            continue
        figures = config.figures[rule.id]
        if rule.whole_stack:
            findings = rule.on_stack(views, context, figures)
        else:
            judged = (v for v in views if rule.applies_to(v.type))
            findings = [f for v in judged for f in rule.on_resource(v, context, figures)]
        verdicts += [_verdict(rule, level, f) for f in findings]
    return verdicts


def _verdict(rule: Rule, level: Level, finding: Finding) -> Verdict:
    urn = finding.view.urn if finding.view else ""
    shown: Level = "advisory" if finding.undecided else level
    return Verdict(rule.id, shown, rule.severity, urn, rule.sentence(finding), finding.undecided)


def mandatory(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts that forbid an update."""
    return [v for v in verdicts if v.level == "mandatory"]
