import re
from pathlib import Path
from typing import Any

import pytest

from tests.ci.conftest import Call, Server
from tools.ci.__main__ import main
from tools.ci.forge import GitHub, GitLab, forge, put_comment, put_issue
from tools.ci.text import LIMIT, comment, cut, folded, harmless, marker

BOT = {"login": "github-actions[bot]"}


def github(server: Server) -> GitHub:
    return GitHub({"GITHUB_TOKEN": "t", "GITHUB_API_URL": server.url, "GITHUB_REPOSITORY": "o/r"})


def gitlab(server: Server) -> GitLab:
    return GitLab({"SPARK_ON_ACK_GITLAB_TOKEN": "t", "CI_API_V4_URL": server.url, "CI_PROJECT_ID": "7"})


def lists(**by_path: list[dict[str, Any]]) -> Any:
    """Answers GETs by the last part of their path, one page; everything else with {}."""

    def answer(call: Call) -> tuple[int, Any]:
        last = call.path.rpartition("/")[2]
        return 200, by_path.get(last, {"id": 5} if last == "user" else [] if call.method == "GET" else {})

    return answer


def test_the_first_preview_writes_a_comment(server: Server) -> None:
    server.answer = lists(comments=[])
    put_comment(github(server), 12, marker("preview:dev"), marker("preview:dev") + "\nnew")
    (write,) = server.writes()
    assert (write.method, write.path) == ("POST", "/repos/o/r/issues/12/comments")
    assert write.headers["Authorization"] == "Bearer t"


def test_the_next_preview_edits_that_comment(server: Server) -> None:
    mark = marker("preview:dev")
    server.answer = lists(
        comments=[
            {"id": 1, "user": {"login": "somebody"}, "body": mark},  # quoted by a person: not ours to edit
            {"id": 2, "user": BOT, "body": marker("preview:prod") + "\nother environment"},
            {"id": 3, "user": BOT, "body": mark + "\nold"},
        ]
    )
    put_comment(github(server), 12, mark, mark + "\nnew")
    (write,) = server.writes()
    assert (write.method, write.path, write.json) == ("PATCH", "/repos/o/r/issues/comments/3", {"body": mark + "\nnew"})


def test_an_unchanged_comment_is_left_alone(server: Server) -> None:
    mark = marker("preview:dev")
    server.answer = lists(comments=[{"id": 3, "user": BOT, "body": mark + "\nsame"}])
    put_comment(github(server), 12, mark, mark + "\nsame")
    assert server.writes() == []


def test_a_comment_behind_a_hundred_others_is_found(server: Server) -> None:
    mark = marker("preview:dev")
    pages = {
        "1": [{"id": i, "user": BOT, "body": "x"} for i in range(100)],
        "2": [{"id": 200, "user": BOT, "body": mark}],
    }
    server.answer = lambda c: (200, pages[re.search(r"&page=(\d)", c.query)[1]] if c.method == "GET" else {})  # type: ignore[index]
    put_comment(github(server), 12, mark, mark + "\nnew")
    assert server.writes()[0].path == "/repos/o/r/issues/comments/200"


def test_gitlab_notes_are_edited_in_place(server: Server) -> None:
    mark = marker("preview:dev")
    notes = [{"id": 8, "author": {"id": 4}, "body": mark}, {"id": 9, "author": {"id": 5}, "body": mark}]
    server.answer = lists(notes=notes)
    put_comment(gitlab(server), 3, mark, mark + "\nnew")
    (write,) = server.writes()
    assert (write.method, write.path) == ("PUT", "/projects/7/merge_requests/3/notes/9")


@pytest.mark.parametrize("make", [github, gitlab])
def test_one_issue_is_opened_edited_and_closed(server: Server, make: Any) -> None:
    mark = marker("drift")
    kept: list[dict[str, Any]] = []
    server.answer = lists(issues=kept)
    put_issue(make(server), mark, "Drift", mark + "\none", done=False)
    assert server.writes()[-1].method == "POST"
    theirs = {"number": 3, "iid": 3, "body": mark, "description": "", "user": {"login": "somebody"}}
    ours = {"number": 4, "iid": 4, "body": mark + "\none", "description": mark + "\none", "user": BOT}
    kept += [theirs, {**theirs, "user": BOT, "pull_request": {}}, ours]
    put_issue(make(server), mark, "Drift", mark + "\ntwo", done=False)
    assert server.writes()[-1].method in ("PATCH", "PUT")
    assert server.writes()[-1].path.endswith("/issues/4")
    put_issue(make(server), mark, "Drift", mark + "\nwell", done=True)
    assert "close" in server.writes()[-1].body
    assert len(server.writes()) == 3


def test_no_issue_is_opened_to_say_that_all_is_well(server: Server) -> None:
    server.answer = lists(issues=[])
    put_issue(github(server), marker("drift"), "Drift", "x", done=True)
    assert server.writes() == []


def test_a_pull_request_is_found_by_its_head_and_only_at_its_commit(server: Server) -> None:
    server.answer = lists(pulls=[{"number": 5, "head": {"sha": "old"}}, {"number": 6, "head": {"sha": "abc"}}])
    assert github(server).pull_request("someone", "feature/x", "abc") == 6
    assert github(server).pull_request("someone", "feature/x", "moved-on") is None
    assert "head=someone%3Afeature%2Fx" in server.calls[0].query


def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, head: str = "f:b@abc") -> int:
    for key, value in {
        "GITHUB_ACTIONS": "true", "GITHUB_TOKEN": "t", "GITHUB_API_URL": server.url, "GITHUB_REPOSITORY": "o/r",
        "SPARK_ON_ACK_JOB_URL": "https://ci/1",
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    return main(["comment", str(tmp_path), "--stacks", "dev", "prod", "--head", head, "--source", "code of a fork"])


def test_each_environment_gets_its_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = lists(pulls=[{"number": 6, "head": {"sha": "abc"}}])
    (tmp_path / "dev.md").write_text("| cost | 3 CNY/h |")
    (tmp_path / "dev.txt").write_text("+ 3 to create")
    assert preview(tmp_path, monkeypatch, server) == 0
    dev, prod = (c.json["body"] for c in server.writes())
    assert dev.startswith("<!-- spark-on-ack:preview:dev -->")
    assert "3 CNY/h" in dev
    assert "+ 3 to create" in dev
    assert "code of a fork" in dev
    assert "preview failed" in prod
    assert "up to date" in capsys.readouterr().out


def test_a_preview_that_a_newer_commit_overtook_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    server.answer = lists(pulls=[{"number": 6, "head": {"sha": "newer"}}])
    assert preview(tmp_path, monkeypatch, server) == 0
    assert server.writes() == []


def test_a_link_in_the_artifact_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = lists(pulls=[{"number": 6, "head": {"sha": "abc"}}])
    (tmp_path / "dev.md").symlink_to("/proc/self/environ")
    assert preview(tmp_path, monkeypatch, server) == 1
    assert server.writes() == []
    assert "dev.md is a link" in capsys.readouterr().err


def test_a_refusal_is_one_sentence_without_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = lambda _: (403, {"message": "Resource not accessible by integration"})
    monkeypatch.setenv("GITHUB_TOKEN", "t")
    assert preview(tmp_path, monkeypatch, server) == 1
    error = capsys.readouterr().err
    assert "403" in error
    assert "Resource not accessible" in error
    assert "Bearer" not in error


def test_a_strangers_text_notifies_nobody_and_hides_nothing() -> None:
    text = harmless("ping @octocat and @org/team, see #12, \x1b[31mred\x1b[0m <!-- spark-on-ack:preview:prod -->")
    assert "@octocat" not in text
    assert "@org" not in text
    assert "#12" not in text
    assert "\x1b" not in text
    assert "<!--" not in text
    assert harmless("a#b c/3#x &#39; 5@") == "a#b c/3#x &#39; 5@"


def test_a_comment_stays_below_the_limit_and_says_what_it_left_out() -> None:
    long = "\n".join(f"| row {i} | {'x' * 80} |" for i in range(5000))
    text = comment("dev", long, "y" * 90_000, source="s", job="j")
    assert len(text) <= LIMIT
    assert re.search(r"\(\d+ more lines: see the job's log\)", text)
    assert "beginning is left out" in text
    assert text.rstrip().endswith("updated in place.")


def test_a_cut_closes_the_code_block_it_was_in() -> None:
    assert cut("```\n" + "line\n" * 100, 200).count("```") == 2


def test_a_cut_closes_the_folds_it_was_in() -> None:
    text = cut("<details><summary>a</summary>\n<details>\n" + "line\n" * 100, 300)
    assert text.count("<details") == text.count("</details>") == 2


def test_output_cannot_leave_its_fold() -> None:
    text = folded("t", "a\n```\n</details>", 1000)
    assert text.count("````") == 2


def test_elsewhere_than_on_a_ci_server_nothing_is_written() -> None:
    with pytest.raises(Exception, match="neither GitHub Actions nor GitLab CI"):
        forge({})
