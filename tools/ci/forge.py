"""The CI servers' comments and issues: found by their marker, edited in place, never created twice."""

import os
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tools.ci.credentials import CiError
from tools.ci.web import call

_PAGE = 100


@dataclass(frozen=True)
class Note:
    """A comment or an issue: what edits it, and its text."""

    path: str
    text: str


class Forge(Protocol):
    """What the two servers have in common."""

    def comments(self, number: int) -> Iterator[Note]:
        """The comments of a pull request that this pipeline's own account wrote."""

    def issues(self) -> Iterator[Note]:
        """Open issues that this pipeline's own account opened."""

    def add_comment(self, number: int, text: str) -> None:
        """Writes a new comment."""

    def edit_comment(self, note: Note, text: str) -> None:
        """Replaces a comment's text."""

    def add_issue(self, title: str, text: str) -> None:
        """Opens an issue."""

    def edit_issue(self, note: Note, text: str) -> None:
        """Replaces an issue's text."""

    def close_issue(self, note: Note, text: str) -> None:
        """Replaces an issue's text and closes it."""


class _Rest:
    """A project behind a REST interface with paged lists."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = dict(headers)

    def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        return call(method, f"{self._url}{path}", headers=self._headers, body=body)

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        page = 1
        while True:
            items = self._call("GET", f"{path}{'&' if '?' in path else '?'}per_page={_PAGE}&page={page}")
            yield from items
            if len(items) < _PAGE:
                return
            page += 1


class GitHub(_Rest):
    """GitHub's REST interface, with the job's own token."""

    BOT = "github-actions[bot]"

    def __init__(self, env: Mapping[str, str]) -> None:
        """Raises CiError without a token."""
        if not env.get("GITHUB_TOKEN"):
            raise CiError("GITHUB_TOKEN is missing; allowed: `env: GITHUB_TOKEN: ${{ github.token }}` of the step")
        headers = {
            "Authorization": f"Bearer {env['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        root = env.get("GITHUB_API_URL", "https://api.github.com")
        super().__init__(f"{root}/repos/{env['GITHUB_REPOSITORY']}", headers)

    def pull_request(self, owner: str, branch: str, commit: str) -> int | None:
        """The open pull request whose head is `owner:branch` at `commit`; None if it has new commits or was closed.

        GitHub is asked because the pipeline's files are written by the pull request's own code, and
        `workflow_run.pull_requests` is empty for forks.
        """
        head = urllib.parse.quote(f"{owner}:{branch}", safe="")
        for pull_request in self._all(f"/pulls?state=open&head={head}"):
            if pull_request["head"]["sha"] == commit:
                return int(pull_request["number"])
        return None

    def comments(self, number: int) -> Iterator[Note]:
        """The comments of a pull request that this pipeline's own account wrote."""
        for comment in self._all(f"/issues/{number}/comments"):
            if comment["user"]["login"] == self.BOT:
                yield Note(f"/issues/comments/{comment['id']}", comment["body"] or "")

    def issues(self) -> Iterator[Note]:
        """Open issues that this pipeline's own account opened; GitHub lists pull requests among them."""
        for issue in self._all("/issues?state=open"):
            if issue["user"]["login"] == self.BOT and "pull_request" not in issue:
                yield Note(f"/issues/{issue['number']}", issue["body"] or "")

    def add_comment(self, number: int, text: str) -> None:
        """Writes a new comment."""
        self._call("POST", f"/issues/{number}/comments", {"body": text})

    def edit_comment(self, note: Note, text: str) -> None:
        """Replaces a comment's text."""
        self._call("PATCH", note.path, {"body": text})

    def add_issue(self, title: str, text: str) -> None:
        """Opens an issue."""
        self._call("POST", "/issues", {"title": title, "body": text})

    def edit_issue(self, note: Note, text: str) -> None:
        """Replaces an issue's text."""
        self._call("PATCH", note.path, {"body": text})

    def close_issue(self, note: Note, text: str) -> None:
        """Replaces an issue's text and closes it."""
        self._call("PATCH", note.path, {"body": text, "state": "closed", "state_reason": "completed"})


class GitLab(_Rest):
    """GitLab's REST interface, with a project access token (a job's own token cannot write notes)."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Raises CiError without a token."""
        if not env.get("SPARK_ON_ACK_GITLAB_TOKEN"):
            raise CiError(
                "SPARK_ON_ACK_GITLAB_TOKEN is missing; allowed: a project access token (role Reporter, scope api), "
                "masked, as a CI/CD variable"
            )
        self._root = env["CI_API_V4_URL"]
        super().__init__(
            f"{self._root}/projects/{env['CI_PROJECT_ID']}", {"PRIVATE-TOKEN": env["SPARK_ON_ACK_GITLAB_TOKEN"]}
        )

    def _own(self) -> int:
        return int(call("GET", f"{self._root}/user", headers=self._headers)["id"])

    def comments(self, number: int) -> Iterator[Note]:
        """The comments of a merge request that this pipeline's own account wrote."""
        own = self._own()
        for note in self._all(f"/merge_requests/{number}/notes"):
            if note["author"]["id"] == own:
                yield Note(f"/merge_requests/{number}/notes/{note['id']}", note["body"])

    def issues(self) -> Iterator[Note]:
        """Open issues that this pipeline's own account opened."""
        for issue in self._all(f"/issues?state=opened&author_id={self._own()}"):
            yield Note(f"/issues/{issue['iid']}", issue["description"] or "")

    def add_comment(self, number: int, text: str) -> None:
        """Writes a new comment."""
        self._call("POST", f"/merge_requests/{number}/notes", {"body": text})

    def edit_comment(self, note: Note, text: str) -> None:
        """Replaces a comment's text."""
        self._call("PUT", note.path, {"body": text})

    def add_issue(self, title: str, text: str) -> None:
        """Opens an issue."""
        self._call("POST", "/issues", {"title": title, "description": text})

    def edit_issue(self, note: Note, text: str) -> None:
        """Replaces an issue's text."""
        self._call("PUT", note.path, {"description": text})

    def close_issue(self, note: Note, text: str) -> None:
        """Replaces an issue's text and closes it."""
        self._call("PUT", note.path, {"description": text, "state_event": "close"})


def forge(env: Mapping[str, str] = os.environ) -> Forge:
    """The server this job runs on. Raises CiError elsewhere."""
    if env.get("GITHUB_ACTIONS"):
        return GitHub(env)
    if env.get("GITLAB_CI"):
        return GitLab(env)
    raise CiError("neither GitHub Actions nor GitLab CI; comments and issues are written by their jobs only")


def put_comment(server: Forge, number: int, mark: str, text: str) -> None:
    """Edits the comment with the mark, or writes it."""
    for note in server.comments(number):
        if note.text.startswith(mark):
            if note.text != text:
                server.edit_comment(note, text)
            return
    server.add_comment(number, text)


def put_issue(server: Forge, mark: str, title: str, text: str, *, done: bool) -> None:
    """Edits the open issue with the mark, opens it when there is something to report, closes it when there is not."""
    for note in server.issues():
        if note.text.startswith(mark):
            if done:
                server.close_issue(note, text)
            elif note.text != text:
                server.edit_issue(note, text)
            return
    if not done:
        server.add_issue(title, text)
