"""What is broken is found by its check alone (`make test JOBS=1`: some minutes)."""

import pytest

from replay import Graph
from tests.sandbox.conftest import Sandbox
from tests.sandbox.verify.breaking import BREAKS, Breaker
from tests.sandbox.verify.test_verify import asked, failed
from tools.verify import probes

pytestmark = pytest.mark.sandbox


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
