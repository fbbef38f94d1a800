"""`make recover` from lock to last preview, with a `pulumi` that keeps a state and writes down what it was told."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from replay import Graph
from tests.conftest import GraphOf
from tests.tools.recover import fake_pulumi
from tools.recover import __main__ as command
from tools.recover.files import Folder

PENDING: dict[str, Any] = {
    "type": "creating",
    "resource": {"urn": "", "type": "alicloud:vpc/network:Network", "custom": True},
}


class Stack:
    """The stack dev of a fake backend."""

    def __init__(self, home: Path, graph: Graph) -> None:
        self.home, self.graph = home, graph
        self.vpc = graph.one("Network", "network-vpc")
        self.folder = Folder(home / "backend/.pulumi", "spark-on-ack", "dev")
        self.folder.state.parent.mkdir(parents=True)
        self.holds([])
        self.exists()
        self.plans({"create": 2, "update": 1})

    def holds(self, resources: list[dict[str, Any]], *operations: str) -> None:
        pending = [{**PENDING, "type": o, "resource": {**PENDING["resource"], "urn": self.vpc.urn}} for o in operations]
        latest = {"resources": resources, "pending_operations": pending}
        self.folder.state.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))

    def exists(self, *objects: tuple[str, str, str]) -> None:
        (self.home / "answer.json").write_text(json.dumps({"existing": objects, "unanswered": {}}))

    def plans(self, changes: dict[str, int]) -> None:
        (self.home / "plan.json").write_text(json.dumps(changes))

    @property
    def calls(self) -> list[str]:
        return (self.home / "calls").read_text().splitlines() if (self.home / "calls").exists() else []

    @property
    def changing(self) -> list[str]:
        """The calls that change something."""
        return [c for c in self.calls if c in ("cancel", "import", "stack import", "up", "destroy", "refresh")]

    @property
    def state(self) -> dict[str, Any]:
        latest: dict[str, Any] = json.loads(self.folder.state.read_text())["checkpoint"]["latest"]
        return latest


@pytest.fixture
def dev(tmp_path: Path, graph_of: GraphOf, monkeypatch: pytest.MonkeyPatch) -> Stack:
    cli = tmp_path / "bin" / "pulumi"
    cli.parent.mkdir()
    cli.write_text(f'#!/bin/sh\nexec {sys.executable} {fake_pulumi.__file__} "$@"\n')
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", f"{cli.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_PULUMI", str(tmp_path))
    graph = graph_of("dev", True)
    monkeypatch.setattr(command, "replay", lambda _: graph)
    return Stack(tmp_path, graph)


def test_what_a_killed_run_left_is_imported_and_the_update_continued(
    dev: Stack, capfd: pytest.CaptureFixture[str]
) -> None:
    dev.holds([], "creating")
    dev.exists((dev.vpc.urn, "vpc-1", "this stack"))
    assert command.main(["dev", "--yes"]) == 0
    assert dev.changing == ["cancel", "import", "stack import", "up"]
    assert dev.state["pending_operations"] == []
    told = capfd.readouterr().out
    assert "network-vpc" in told
    assert "vpc-1" in told
    assert "unfinished: creating" in told
    assert "a preview shows no changes" in told


def test_the_import_names_the_components_that_the_state_lacks(dev: Stack) -> None:
    platform, network = "urn:pulumi:dev::spark-on-ack::spark-on-ack:index:SparkPlatform::platform", dev.vpc.parent
    dev.holds([{"urn": platform, "type": "spark-on-ack:index:SparkPlatform"}])
    dev.exists((dev.vpc.urn, "vpc-1", "this stack"))
    assert command.main(["dev", "--yes"]) == 0
    listed = json.loads((dev.home / "imported.json").read_text())
    assert listed["nameTable"] == {platform: platform}
    component, vpc = listed["resources"]
    assert (component["name"], component["component"], component["parent"]) == (network, True, platform)
    assert (vpc["logicalName"], vpc["id"], vpc["parent"]) == ("network-vpc", "vpc-1", network)
    assert vpc["type"] == "alicloud:vpc/network:Network"
    assert "id" not in component


def test_without_a_yes_nothing_is_changed(dev: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    dev.exists((dev.vpc.urn, "vpc-1", "this stack"))
    assert command.main(["dev"]) == 2
    assert dev.changing == []
    assert "YES=1" in capfd.readouterr().out


def test_it_stops_before_an_update_that_would_delete(dev: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    dev.plans({"create": 1, "delete": 2})
    assert command.main(["dev", "--yes"]) == 1
    assert dev.changing == ["cancel"]
    assert "delete 2" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("objects", "words"),
    [
        ([("c1", "this stack"), ("c2", "this stack")], "c1, c2"),
        ([("vpc-9", "stack prod of spark-on-ack")], "it belongs to stack prod"),
    ],
)
def test_what_it_cannot_decide_it_says_and_leaves(
    dev: Stack, capfd: pytest.CaptureFixture[str], objects: list[tuple[str, str]], words: str
) -> None:
    dev.exists(*((dev.vpc.urn, *o) for o in objects))
    assert command.main(["dev", "--yes"]) == 1
    assert dev.changing == ["cancel"]
    told = capfd.readouterr().out
    assert words in told
    assert "cannot decide" in told


def test_a_second_object_beside_that_of_the_state_is_told(dev: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    dev.holds([{"urn": dev.vpc.urn, "type": dev.vpc.type, "id": "vpc-1"}])
    dev.exists((dev.vpc.urn, "vpc-1", "this stack"), (dev.vpc.urn, "vpc-2", "this stack"))
    assert command.main(["dev", "--yes"]) == 1
    told = capfd.readouterr().out
    assert "one too many" in told
    assert "vpc-2" in told


def test_an_interrupted_deletion_is_not_undone(dev: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    dev.holds([], "deleting")
    assert command.main(["dev", "--yes"]) == 0
    assert "up" not in dev.calls
    assert "pulumi destroy" in capfd.readouterr().out


def test_a_run_that_still_works_is_left_alone(dev: Stack) -> None:
    lock = dev.folder.root / "locks/organization/spark-on-ack/dev/1.json"
    lock.parent.mkdir(parents=True)
    lock.write_text(json.dumps({"pid": os.getpid(), "hostname": os.uname().nodename}))
    assert command.main(["dev", "--yes"]) == 1
    assert dev.changing == []
    lock.write_text(json.dumps({"pid": 2**22 + 1, "hostname": os.uname().nodename}))
    assert command.main(["dev", "--yes"]) == 0


@pytest.mark.parametrize("content", ["", '{"version": 3, "checkpoint": {"lat'])
def test_the_youngest_readable_version_takes_the_place_of_a_torn_state(dev: Stack, content: str) -> None:
    state = dev.folder.state
    dev.holds([{"urn": dev.vpc.urn, "type": dev.vpc.type, "id": "vpc-1"}])
    state.with_name("dev.json.bak").write_text(state.read_text())
    old = dev.folder.root / "history/spark-on-ack/dev/dev-1.checkpoint.json"
    old.parent.mkdir(parents=True)
    old.write_text(json.dumps({"version": 3, "checkpoint": {"latest": None}}))
    os.utime(old, (1, 1))
    state.write_text(content)
    assert dev.folder.torn
    assert command.main(["dev", "--yes"]) == 0
    assert [r["id"] for r in dev.state["resources"]] == ["vpc-1"]
    (kept,) = state.parent.glob("dev.json.torn-*")
    assert kept.read_text() == content


def test_a_torn_state_without_a_version_stops_it(dev: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    dev.folder.state.write_text("{")
    assert command.main(["dev", "--yes"]) == 1
    assert "no version of it that can be read" in capfd.readouterr().err
    assert dev.changing == []


def test_without_the_cli_it_says_what_is_missing(
    dev: Stack, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert command.main(["dev"]) == 1
    assert "pulumi is not on PATH" in capfd.readouterr().err
