"""A table of the preview is said once: a further column arrives in every format."""

import pytest

from tests.conftest import GraphOf
from tests.tools.preview.samples import assessment_of
from tools.columns import Column
from tools.preview import columns, markdown, terminal
from tools.preview.__main__ import rendered
from tools.preview.report import report_of

LINES = (*columns.COST_LINES, Column("Currency", lambda _: "yuan"))


def test_a_further_column_of_the_cost_lines_is_in_text_and_in_markdown(
    monkeypatch: pytest.MonkeyPatch, graph_of: GraphOf
) -> None:
    for module in (markdown, terminal):
        monkeypatch.setattr(module, "COST_LINES", LINES)
    report = report_of(assessment_of(graph_of("dev", True)))
    for form in ("text", "markdown"):
        page = rendered(report, form)
        assert "Currency" in page
        assert "yuan" in page


def test_a_comparison_adds_the_sums_of_before_and_their_change() -> None:
    assert [c.heading for c in columns.sums(False)] == ["", "CNY/h", "CNY/month"]
    assert [c.heading for c in columns.sums(True)] == ["", "CNY/h before", "CNY/h", "change", "CNY/month"]
