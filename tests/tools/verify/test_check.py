"""Checks are asked in order, and what rests on a failed one is not taken for a finding of its own."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from tests.conftest import GraphOf
from tools.sandbox.console import SandboxError
from tools.verify import checks, evidence
from tools.verify.check import CHECKS, CannotAskError, Check, FailedError, Outcome, Verdict, closure, run
from tools.verify.checks.metrics import names
from tools.verify.deployed import Cluster, Deployed
from tools.verify.platform import Platform

NO_PLATFORM = cast("Platform", None)


def asked(name: str, answer: str | Exception, *needs: str) -> Check:
    def ask(_: Platform) -> str:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Check(id=name, proves="something", needs=needs, fen=0, seconds=1, ask=ask)


def outcomes(*wanted: Check) -> dict[str, Outcome]:
    return {each.check.id: each for each in run(NO_PLATFORM, list(wanted))}


def test_what_rests_on_a_failed_check_cannot_be_asked() -> None:
    seen = outcomes(
        asked("last", "fine", "middle"),
        asked("middle", "fine", "first"),
        asked("first", FailedError("port closed", "open it")),
        asked("apart", "fine"),
    )
    assert {name: each.verdict for name, each in seen.items()} == {
        "last": Verdict.CANNOT, "middle": Verdict.CANNOT, "first": Verdict.FAIL, "apart": Verdict.PASS,
    }  # fmt: skip
    assert seen["first"].seen == "port closed"
    assert seen["first"].way_out == "open it"
    assert "first" in seen["middle"].seen


def test_what_cannot_be_tried_is_neither_pass_nor_fail() -> None:
    seen = outcomes(asked("a", CannotAskError("no shuffle service")), asked("b", SandboxError("gave up")))
    assert (seen["a"].verdict, seen["a"].seen) == (Verdict.CANNOT, "no shuffle service")
    assert (seen["b"].verdict, seen["b"].seen) == (Verdict.FAIL, "gave up")


def test_every_check_says_what_it_proves_and_needs_only_checks_before_it() -> None:
    assert checks
    order = list(CHECKS)
    for number, each in enumerate(CHECKS.values()):
        assert each.proves
        assert each.seconds > 0
        assert {order.index(name) < number for name in each.needs} <= {True}, each.id


def test_asking_for_one_check_asks_what_it_needs() -> None:
    assert [each.id for each in closure(["storage-own"])] == ["job-images", "dns", "storage-own"]
    with pytest.raises(SandboxError, match="there is no check 'dsn'; known: api-server"):
        closure(["dsn"])


def test_evidence_of_checks_that_were_not_asked_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    dns, job = CHECKS["dns"], CHECKS["job"]
    evidence.record("dev", "2026-01-01", {"kubernetes": "1"}, [Outcome(job, Verdict.PASS, "ran", "", 1)])
    file = evidence.record("dev", "2026-01-02", {"kubernetes": "2"}, [Outcome(dns, Verdict.FAIL, "no name", "x", 1)])
    known: dict[str, Any] = json.loads(file.read_text())
    assert list(known) == ["dns", "job"]
    assert known["job"]["day"] == "2026-01-01"
    assert known["dns"] == {
        "verdict": "fail", "seen": "no name", "day": "2026-01-02", "versions": {"kubernetes": "2"},
    }  # fmt: skip


def test_names_of_metrics_are_found_in_expressions() -> None:
    expression = 'sum by (pod) (rate(spark_jobs_total{namespace=~"a|b"}[5m])) / max(metrics_X_Value) > 3 and absent(up)'
    assert names(expression) == {"spark_jobs_total", "metrics_X_Value", "up"}


def test_namespaces_and_the_operators_account_are_those_of_the_stack(graph_of: GraphOf) -> None:
    prod = Deployed("prod", cast("Cluster", None), graph_of("prod", True))
    assert prod.namespaces("history") == ["spark-history", "spark-history-payments"]
    assert len(prod.namespaces("shuffle")) == len(prod.namespaces("operator")) == 1
    assert prod.operator == "system:serviceaccount:spark-operator:spark-operator-controller"
