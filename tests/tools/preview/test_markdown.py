"""The comment of a pull request: what it says, what it folds, what it never lets through."""

from tests.conftest import GraphOf
from tests.tools.preview.samples import assessment_of, bigger_quotas, many_teams, verdict
from tools.preview.assessment import Assessment
from tools.preview.markdown import LIMIT, code, markdown, plain
from tools.preview.report import report_of


def test_the_comment_of_a_hundred_changed_workspaces_stays_below_the_limit_and_says_what_it_folded(
    graph_of: GraphOf,
) -> None:
    before = many_teams(graph_of("dev", True), 100)
    verdicts = [verdict(f"rule-{i}: {'a long reason ' * 8}; do otherwise") for i in range(300)]
    report = report_of(assessment_of(bigger_quotas(before), verdicts), "main", assessment_of(before))
    text = markdown(report)
    assert len(text) < LIMIT
    assert "Folded to stay below 60,000 characters: " in text
    assert "of 102 changed resources" in text
    assert "of 300 advisory verdicts" in text
    assert "`make preview STACK=dev AGAINST=main FORMAT=html OUT=preview.html`" in text


def test_ten_times_as_many_still_fit(graph_of: GraphOf) -> None:
    before = many_teams(graph_of("dev", True), 1000)
    assert len(markdown(report_of(assessment_of(bigger_quotas(before)), "main", assessment_of(before)))) < LIMIT


def test_what_fits_is_not_folded(graph_of: GraphOf) -> None:
    before = graph_of("dev", True)
    assert "Folded" not in markdown(report_of(assessment_of(bigger_quotas(before)), "main", assessment_of(before)))


def test_even_names_of_unusual_length_keep_the_limit(graph_of: GraphOf) -> None:
    text = markdown(report_of(assessment_of(graph_of("dev", True), [verdict("x: " + "y" * 90_000)])))
    assert len(text) < LIMIT
    assert "**Cut here: the rest is in the HTML report.**" in text


def test_nothing_in_a_value_is_html_a_mention_or_a_column() -> None:
    assert code("a|b") == "`a\\|b`"
    assert code("a`b") == "`` a`b ``"
    assert plain("<img onerror=x> @all a|b\nc") == "&lt;img onerror=x> &#64;all a\\|b c"


def test_a_stack_that_is_new_or_was_broken_before_is_said_to_be_so(graph_of: GraphOf) -> None:
    now = assessment_of(graph_of("dev", True))
    assert "The stack is new: the other revision does not have it." in markdown(
        report_of(now, "main", Assessment("dev"))
    )
    broken = Assessment("dev", refused="no")
    assert "The other revision refuses its own settings" in markdown(report_of(now, "main", broken))


def test_a_rule_that_begins_ceases_or_changes_its_level_is_told(graph_of: GraphOf) -> None:
    graph = graph_of("dev", True)
    before = assessment_of(graph, [verdict("a: x"), verdict("b: x")])
    text = markdown(report_of(assessment_of(graph, [verdict("b: x", "mandatory"), verdict("c: x")]), "main", before))
    for line in (
        "**now fires** (advisory): c: x",
        "**no longer fires** (advisory): a: x",
        "**now mandatory** (mandatory): b: x",
    ):
        assert line in text
    assert "A mandatory rule forbids this update." in text
