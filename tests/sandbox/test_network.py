"""Connections that pods of jobs try: what is meant to work works, everything else times out."""

from collections import Counter
from collections.abc import Iterator

import pytest

from components.base.constants import DRIVER_ACCOUNT, EXECUTOR_ACCOUNT
from tests.sandbox.conftest import Sandbox
from tests.sandbox.network_intent import ALLOWED, FORBIDDEN, JOB_PODS, Attempt
from tests.sandbox.network_pods import Field

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def field(real_sandbox: Sandbox) -> Iterator[Field]:
    pods = Field(real_sandbox)
    try:
        pods.up()
        yield pods
    finally:
        pods.down()


@pytest.fixture(scope="module")
def outcomes(field: Field) -> dict[Attempt, str]:
    return field.outcomes([*ALLOWED, *FORBIDDEN])


def test_there_are_enough_attempts_of_both_kinds_and_accounts() -> None:
    assert len(set(ALLOWED)) == len(ALLOWED) >= 15
    assert len(set(FORBIDDEN)) == len(FORBIDDEN) >= 30
    assert not {(each.source, each.target, each.port) for each in ALLOWED} & {
        (each.source, each.target, each.port) for each in FORBIDDEN
    }
    for attempts in (ALLOWED, FORBIDDEN):
        assert min(Counter(each.source for each in attempts)[pod] for pod in JOB_PODS) >= 3


@pytest.mark.parametrize("attempt", ALLOWED, ids=lambda each: f"{each.source} to {each.target} {each.port}: {each.why}")
def test_what_is_meant_to_work_works(outcomes: dict[Attempt, str], attempt: Attempt) -> None:
    assert outcomes[attempt] == "connected"


@pytest.mark.parametrize(
    "attempt", FORBIDDEN, ids=lambda each: f"{each.source} to {each.target} {each.port}: {each.why}"
)
def test_what_is_not_meant_times_out(outcomes: dict[Attempt, str], attempt: Attempt) -> None:
    assert outcomes[attempt] == "timed out"


def test_what_timed_out_would_have_been_answered(field: Field) -> None:
    """From a pod that no policy selects, to every forbidden target that does not shut itself off."""
    closed = ("driver", "executor", "operator")
    targets = {(each.target, each.port) for each in FORBIDDEN if not each.target.startswith(closed)}
    attempts = [Attempt("plain", target, port, "control") for target, port in sorted(targets) if target != "plain"]
    assert len(attempts) >= 8
    assert {each: outcome for each, outcome in field.outcomes(attempts).items() if outcome != "connected"} == {}


def test_the_pods_run_under_the_accounts_of_jobs(sandbox: Sandbox, field: Field) -> None:
    accounts = {name: sandbox.get("pod", name, "-n", "spark-team-a")["spec"]["serviceAccountName"] for name in JOB_PODS}
    assert accounts == {"driver-a": DRIVER_ACCOUNT, "executor-a": EXECUTOR_ACCOUNT}
