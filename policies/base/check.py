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

    An undecided verdict says that the rule met a value which is not known before an update. It is advisory, unless the
    environment treats what is known only later as a violation (`undecided` in its JSON).
    """

    rule: str
    level: Level
    severity: str
    urn: str
    message: str
    undecided: bool = False


def check(
    graph: Graph, rules: Sequence[Rule], config: Config, context: Context, undecided: Level = "advisory"
) -> list[Verdict]:
    """Every verdict of the rules over the graph, at the config's levels, in the order of the rules.

    `undecided` is the level of a mandatory rule that met a value which is known only later.
    """
    return check_views([view_of(r) for r in graph], rules, config, context, undecided)


def check_views(
    views: Sequence[View], rules: Sequence[Rule], config: Config, context: Context, undecided: Level = "advisory"
) -> list[Verdict]:
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
        verdicts += [_verdict(rule, f, level, undecided, context) for f in findings]
    return verdicts


def _verdict(rule: Rule, finding: Finding, level: Level, undecided: Level, context: Context) -> Verdict:
    urn = finding.view.urn if finding.view else ""
    refused = not finding.undecided or (finding.later and undecided == "mandatory")
    shown: Level = level if refused else "advisory"
    return Verdict(rule.id, shown, rule.severity, urn, rule.sentence(finding, context, refused), finding.undecided)


def mandatory(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts that forbid an update."""
    return [v for v in verdicts if v.level == "mandatory"]
