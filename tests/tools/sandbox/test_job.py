from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tools.sandbox import job
from tools.sandbox.console import SandboxError
from tools.sandbox.job import Example
from tools.sandbox.kubectl import Kubectl

SPEC = {"type": "Scala", "driver": {"cores": 1}}


class Api:
    """Stands in for kubectl: the application passes through `states`, one a look."""

    def __init__(self, states: list[str], present: dict[str, Any] | None = None) -> None:
        self.calls: list[tuple[str, str]] = []
        self._states: Iterator[str] = iter(states)
        self._present = present

    def run(self, verb: str, *_: str, user: str) -> None:
        self.calls.append((verb, user))
        self._present = {"spec": SPEC} if verb == "create" else None

    def get(self, kind: str, *_: str, user: str) -> dict[str, Any] | None:
        if kind == "pod":
            return {"status": {"phase": "Running"}}
        if self._present is None or not self.calls:
            return self._present
        state = next(self._states)
        status = {"applicationState": {"state": state, "errorMessage": "no image"}, "driverInfo": {"podName": "d"}}
        return {"spec": SPEC, "status": status}


@pytest.fixture
def example(tmp_path: Path) -> Path:
    file = tmp_path / "job.yaml"
    file.write_text(yaml.safe_dump({"metadata": {"name": "pi", "namespace": "team-a"}, "spec": SPEC}))
    return file


def present(state: str, spec: dict[str, Any] | None = None) -> dict[str, Any]:
    metadata = {"name": "pi", "namespace": "team-a"}
    return {"metadata": metadata, "spec": spec or SPEC, "status": {"applicationState": {"state": state}}}


def submit(api: Api, example: Path, again: bool = False) -> job.Run | None:
    return job.submit(cast("Kubectl", api), "team-a-submitter", Example(example, 20, 0.1), again)


def test_a_job_is_created_as_the_submitter_and_followed_to_its_end(example: Path) -> None:
    api = Api(["SUBMITTED", "RUNNING", "RUNNING", "COMPLETED"])
    run = submit(api, example)
    assert run is not None
    assert api.calls == [("create", "team-a-submitter")]
    assert [what for what, _ in run.steps] == [
        "accepted by the API server (as team-a-submitter)",
        "driver pod Running",
        "operator reports SUBMITTED",
        "operator reports RUNNING",
        "operator reports COMPLETED",
    ]


def test_a_failed_job_is_told_with_the_operators_reason(example: Path) -> None:
    with pytest.raises(SandboxError, match=r"job team-a/pi is SUBMISSION_FAILED: no image"):
        submit(Api(["SUBMITTED", "SUBMISSION_FAILED"]), example)


def test_a_completed_job_is_left_alone(example: Path) -> None:
    api = Api([], present("COMPLETED"))
    assert submit(api, example) is None
    assert api.calls == []


@pytest.mark.parametrize(
    ("before", "again"),
    [(present("FAILED"), False), (present("COMPLETED"), True), (present("COMPLETED", {"type": "Python"}), False)],
)
def test_a_failed_an_edited_and_a_repeated_job_are_created_anew(
    example: Path, before: dict[str, Any], again: bool
) -> None:
    api = Api(["COMPLETED"], before)
    assert submit(api, example, again) is not None
    assert [verb for verb, _ in api.calls] == ["delete", "create"]


def test_defaults_added_by_the_api_server_do_not_count_as_an_edit(example: Path) -> None:
    api = Api([], present("COMPLETED", {**SPEC, "driver": {"cores": 1, "memory": "1g"}, "mode": "cluster"}))
    assert submit(api, example) is None
