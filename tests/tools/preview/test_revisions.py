"""Another revision: its own tree, its own tools, its own lock."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from replay import ROOT
from tests.tools.preview.trees import tree
from tools.preview import revisions
from tools.preview.__main__ import main
from tools.preview.assessment import Assessment
from tools.preview.report import report_of
from tools.preview.revisions import RevisionError, assess_tree, checked_out, python_of

BOOTSTRAP = """
import pathlib, sys
venv = pathlib.Path(__file__).parent.parent / ".venv"
(venv / "bin").mkdir()
(venv / "bin/python").write_text("made")
(venv / ".stamp").write_text("made")
"""


def test_a_revision_is_checked_out_beside_the_tree_and_gone_afterwards() -> None:
    with checked_out("HEAD") as out:
        assert (out / "Pulumi.yaml").read_text() == (ROOT / "Pulumi.yaml").read_text()
        assert out != ROOT
    assert not out.exists()
    assert str(out) not in (revisions._git("worktree", "list") or "")


@pytest.mark.parametrize("name", ["no-such-branch", "--help", "HEAD:Pulumi.yaml"])
def test_an_unknown_revision_is_refused_in_one_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RevisionError, match="git does not know this revision; fetch it first"), checked_out(name):
        pass


def test_an_unknown_stack_or_revision_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-stack"]) == 2
    assert "existing stacks: dev, prod" in capsys.readouterr().err


def test_the_same_lock_needs_no_virtualenv_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_bytes((ROOT / "requirements.lock").read_bytes())
    assert python_of(tmp_path, lambda _: None) == sys.executable


def test_another_lock_gets_a_virtualenv_once_made_by_its_own_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    other, progress = tmp_path / "tree", list[str]()
    (other / "tools").mkdir(parents=True)
    (other / "requirements.lock").write_text("another==1")
    (other / "tools/bootstrap.py").write_text(BOOTSTRAP)
    first, second = (python_of(other, progress.append) for _ in range(2))
    assert first == second
    assert Path(first).read_text() == "made"
    assert len(progress) == 1
    assert "requirements.lock differs" in progress[0]


def test_a_virtualenv_that_cannot_be_made_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    other = tmp_path / "tree"
    (other / "tools").mkdir(parents=True)
    (other / "requirements.lock").write_text("another==2")
    (other / "tools/bootstrap.py").write_text("raise SystemExit('the disk is full')")
    with pytest.raises(RevisionError, match="could not be created: the disk is full"):
        python_of(other, lambda _: None)
    assert list((tmp_path / "cache").rglob("*.stamp")) == []
    assert list(revisions.cache().iterdir()) == []


def test_a_revision_older_than_this_tool_is_replayed_and_says_that_it_was_not_judged(tmp_path: Path) -> None:
    old = tree(ROOT, tmp_path / "old", lambda folder: shutil.rmtree(folder / "tools/preview"))
    assessment = assess_tree(old, "sandbox")
    assert len(assessment.graph.resources) > 50
    assert assessment.cost.idle > 0
    assert "its policies were not run" in assessment.problems[0]
    report = report_of(assess_tree(ROOT, "sandbox"), "main", assessment)
    assert (report.changes, report.rules) == ([], [])


def test_a_revision_whose_tools_fail_says_so_instead_of_an_empty_answer(tmp_path: Path) -> None:
    (tmp_path / "tools/preview").mkdir(parents=True)
    (tmp_path / "tools/preview/assessment.py").write_text("raise SystemExit('broken')")
    assessment = assess_tree(tmp_path, "dev")
    assert assessment.fails
    assert "the other revision could not be assessed: " in assessment.problems[0]


def test_a_look_survives_the_way_between_two_processes(tmp_path: Path) -> None:
    assessment = assess_tree(ROOT, "sandbox")
    again = Assessment.from_json(assessment.to_json())
    assert again == assessment
    assert (assessment.refused, assessment.problems) == ("", [])
    assert {v.rule for v in assessment.verdicts} <= {v.rule for v in again.verdicts}
    assert again.cost.idle == assessment.cost.idle > 0


def test_a_preview_against_the_last_commit_compares_two_whole_platforms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "preview.json"
    assert main(["sandbox", "--against", "HEAD", "--format", "json", "--out", str(out)]) in (0, 1)
    told = json.loads(out.read_text())
    assert (told["stack"], told["against"], told["refused"]) == ("sandbox", "HEAD", None)
    assert told["counts"]["resources"] > 50
    assert told["costCnyPerHour"]["idle"]["before"] is not None
    assert "secret" not in json.dumps(told["parts"])
