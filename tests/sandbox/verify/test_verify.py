"""`make verify` on the sandbox: what holds passes, and what is broken is found by its check alone."""

import os

import pytest

from replay import Graph
from tests.sandbox.conftest import Sandbox
from tests.sandbox.verify.breaking import BREAKS, Breaker
from tools.verify import checks, probes
from tools.verify.check import CHECKS, Outcome, Verdict, closure, run
from tools.verify.platform import Platform, connect

pytestmark = pytest.mark.sandbox
assert checks
WITHOUT_SHUFFLE = {"give-back", "shuffle", "worker-lost"}
WITHOUT_ALERTS = {"metrics"}


def asked(sandbox: Sandbox, *names: str) -> dict[str, Outcome]:
    own = {"SANDBOX_DIR": str(sandbox.settings.state), "SANDBOX_PORT": str(sandbox.settings.port)}
    platform: Platform = connect("sandbox", {**os.environ, **own})
    try:
        return {each.check.id: each for each in run(platform, closure(names))}
    finally:
        platform.clean()


def failed(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {name: each.seen for name, each in outcomes.items() if each.verdict is Verdict.FAIL}


def test_every_claim_that_can_be_asked_here_holds(real_sandbox: Sandbox) -> None:
    outcomes = asked(real_sandbox, *CHECKS)
    assert failed(outcomes) == {}
    unasked = {name for name, each in outcomes.items() if each.verdict is Verdict.CANNOT}
    assert unasked <= WITHOUT_SHUFFLE | WITHOUT_ALERTS
    leftovers = real_sandbox.kubectl("get", "pods", "-A", "-o", "name").stdout
    assert "verify-driver" not in leftovers


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "START_SECONDS", 20)


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_found_by_its_check_alone(real_sandbox: Sandbox, sandbox_graph: Graph, name: str) -> None:
    title, broken = BREAKS[name]
    with broken(Breaker(real_sandbox, sandbox_graph)):
        outcomes = asked(real_sandbox, *BREAKS)
    assert set(failed(outcomes)) == {name}, title
