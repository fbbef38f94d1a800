"""`make cost`: the table of a stack, the price of a job, and what it says when it cannot."""

import json
from pathlib import Path

import pytest

from tests.conftest import GraphOf
from tools import cost

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "examples" / "spark-pi.yaml"


@pytest.fixture(autouse=True)
def _replayed_once(monkeypatch: pytest.MonkeyPatch, graph_of: GraphOf) -> None:
    monkeypatch.setattr(cost, "replay", lambda stack: graph_of(stack, True))


def test_the_table_has_sums_lines_and_what_is_not_priced(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main([stack]) == 0
    out = capsys.readouterr().out
    for words in (
        "Billed every hour",
        "In addition, when all quotas are used up",
        "Not priced (not zero)",
        "at quota",
        "idle",
    ):
        assert words in out
    assert "\x1b[" not in out  # colours only on a terminal


def test_old_prices_are_named_with_their_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["prod"]) == 0
    assert "eci.vcpu (2024-11-27)" in capsys.readouterr().out


def test_as_json_the_lines_add_up_to_the_sums(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["prod", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    paid = [float(x["cny_per_hour"]) for x in data["lines"] if x["kind"] == "always"]
    assert sum(paid) == pytest.approx(float(data["idle_per_hour"]), abs=0.005)
    assert all(x["cny_per_hour"] is None for x in data["lines"] if x["kind"] in ("usage", "unpriced"))


def test_a_job_is_priced_with_its_workspaces_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["sandbox", "--job", str(EXAMPLE)]) == 0
    out = capsys.readouterr().out
    assert "Job spark-pi" in out
    assert "Executors on spot" in out
    assert "Cheaper choices:" in out
    assert "no workspace of this stack" not in out


def test_a_job_of_a_foreign_namespace_says_which_workspaces_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["prod", "--job", str(EXAMPLE)]) == 0
    assert "Its namespace is not a workspace here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: Pod", "kind is 'Pod'; allowed: SparkApplication"),
        ("", "holds no object"),
        ("kind: SparkApplication\nspec: {executor: {memory: much}}", "spark.executor.memory is not a size"),
        ("kind: SparkApplication\nspec: {executor: {cores: 500}}", "larger than the largest serverless pod"),
        ("kind: [", "expected"),
    ],
)
def test_a_job_that_cannot_be_read_is_one_sentence(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "job.yaml"
    path.write_text(text)
    assert cost.main(["sandbox", "--job", str(path)]) == 1
    err = capsys.readouterr().err
    assert words in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["sandbox", "--job", "no/such.yaml"]) == 1
    assert "no/such.yaml" in capsys.readouterr().err
