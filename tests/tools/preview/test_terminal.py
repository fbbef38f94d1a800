"""The preview as text: a tree that a person understands, colours only where someone looks."""

import pytest

from tests.conftest import GraphOf
from tests.tools.preview.samples import assessment_of, bigger_quotas, many_teams, verdict
from tools import graph as graph_tool
from tools.preview.__main__ import main, rendered
from tools.preview.assessment import Assessment
from tools.preview.report import report_of
from tools.preview.terminal import text


def test_the_tree_has_every_part_with_what_matters_of_it(graph_of: GraphOf) -> None:
    shown = text(report_of(assessment_of(graph_of("prod", True))))
    for line in (
        "Network 1", "flavour virtual-node", "OSS-HDFS example-spark-prod-hdfs", "celeborn-worker: 10 pod(s)",
        "chart spark-operator", "Workspace payments", "quota 2000 pods, 8000 vCPU, 32000Gi memory",
        "at quota", "a month is 730 hours", "no rule fires",
    ):  # fmt: skip
        assert line in shown
    assert "\x1b" not in shown


def test_many_workspaces_are_a_line_each(graph_of: GraphOf) -> None:
    shown = text(report_of(assessment_of(many_teams(graph_of("dev", True), 30)))).splitlines()
    assert sum("crew-0017" in line for line in shown) == 1
    assert len(shown) < 150


def test_changes_cost_and_rules_of_a_difference_are_told(graph_of: GraphOf) -> None:
    before = graph_of("dev", True)
    verdicts = [verdict("quota-bounds: too many; lower it", "mandatory")]
    shown = text(report_of(assessment_of(bigger_quotas(before), verdicts), "main", assessment_of(before)))
    assert "changed (2)" in shown
    assert "spec.hard.pods: 50 → 77" in shown
    assert "now fires (mandatory): quota-bounds" in shown
    assert "A mandatory rule forbids this update." in shown


def test_markup_in_names_is_shown_as_it_is(graph_of: GraphOf) -> None:
    shown = text(report_of(assessment_of(graph_of("dev", True), [verdict("x: [bold]a[/bold] [/]")])))
    assert "[bold]a[/bold] [/]" in shown


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_a_refused_stack_is_told_in_every_format(form: str) -> None:
    report = report_of(Assessment("dev", refused="stacks/Pulumi.dev.yaml:\n  clutser: unknown key"))
    assert "clutser: unknown key" in rendered(report, form)
    assert report.fails


def test_a_mandatory_verdict_or_a_problem_fails_the_preview_and_advice_does_not(graph_of: GraphOf) -> None:
    assessment = assessment_of(graph_of("dev", True), [verdict("a: x")])
    assert not assessment.fails
    assert assessment_of(assessment.graph, [verdict("a: x", "mandatory")]).fails
    assessment.problems = ["policy pack cost gave no answer: no"]
    assert assessment.fails


def test_a_wrong_format_is_refused_with_the_allowed_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["dev", "--format", "pdf"])
    assert "markdown" in capsys.readouterr().err


def test_make_graph_writes_both_pictures(tmp_path: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> None:
    assert graph_tool.main(["sandbox", "--out", str(tmp_path)]) == 0
    written = capsys.readouterr().out.split()
    assert [w.rpartition(".")[2] for w in written] == ["svg", "mmd"]
    assert graph_tool.main(["no-such-stack"]) == 1
