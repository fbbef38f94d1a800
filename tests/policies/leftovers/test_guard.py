"""The program itself takes over what is certainly its own, and stops where it is not."""

from pathlib import Path
from typing import Any

import pytest

from policies.leftovers.lookups import LOOKUPS
from replay import cloud
from replay.stack_config import config_of
from tests.conftest import ROOT, GraphOf
from tests.policies.engine import Run, up
from tests.policies.leftovers.account import Account, fill


def run(account: Account, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> Run:
    """An update of dev, from an empty state, in that account."""
    for token, answer in account.answers().items():
        monkeypatch.setitem(cloud.CALLS, token, answer)
    return up("dev", *_config(), scratch)


def _config() -> tuple[dict[str, str], list[str]]:
    return config_of(ROOT / "stacks" / "Pulumi.dev.yaml", "spark-on-ack")


def test_what_exists_is_imported_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, graph_of: GraphOf
) -> None:
    account, graph = Account(), graph_of("dev", True)
    left = [r for r in graph if r.type in LOOKUPS and r.kind in ("Network", "Switch", "ManagedKubernetes", "Bucket")]
    ids = fill(account, left)
    done = run(account, monkeypatch, tmp_path)
    assert (done.code, done.errors) == (0, "")
    imported: dict[str, Any] = {}
    for request in done.requests:
        lines = dict(line.split(": ", 1) for line in request.splitlines() if ": " in line and line[0] != " ")
        if "importId" in lines:
            assert lines["protect"] == "true"
            imported[lines["name"].strip('"')] = lines["importId"].strip('"')
    assert imported == {graph.by_urn()[urn].name: id_ for urn, id_ in ids.items()}


def test_an_object_of_another_stack_stops_the_program_before_anything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    account = Account()
    tags = {"pulumi:project": "spark-on-ack", "pulumi:stack": "prod", "pulumi:resource": "storage-files"}
    account.add("Bucket", "example-spark-dev-files", name="example-spark-dev-files", tags=tags)
    done = run(account, monkeypatch, tmp_path)
    assert done.code == 1
    assert done.types == []
    assert (
        "Bucket storage-files: example-spark-dev-files exists and belongs to stack prod of spark-on-ack" in done.errors
    )
