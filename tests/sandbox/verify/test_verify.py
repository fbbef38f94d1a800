"""`make verify` on the sandbox: what can be asked there holds."""

import os

import pytest

from tests.sandbox.conftest import Sandbox
from tools.verify import checks
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
