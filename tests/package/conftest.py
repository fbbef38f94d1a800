"""The package's process, driven as the engine does it, one for all tests."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.package.engine import ROOT


def case(component: str, inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A request to construct."""
    usual = {"component": component, "name": "x", "known": True, "wire": "outputs", "providers": {}}
    return {**usual, **more, "inputs": inputs}


class Driver:
    """Sends requests to `tests.package.engine`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, request: Any) -> Any:
        """One answer. Raises AssertionError when the process ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the engine's part ended; its errors are on stderr"
        return json.loads(line)

    def construct(self, component: str, inputs: dict[str, Any], **more: Any) -> Any:
        """Construct as the engine asks for it; `inputs` under their wire names (tests.package.values)."""
        return self.ask(case(component, inputs, **more))


def driving(command: list[str]) -> Iterator[Driver]:
    """The package that `command` starts, until the test has ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.package.engine", *command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Driver(process)
    assert process.stdin is not None
    process.stdin.close()
    process.wait(60)


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    """This checkout's package: `python components <engine address>`."""
    yield from driving([])


@pytest.fixture(scope="session")
def schema(driver: Driver) -> dict[str, Any]:
    """GetSchema's answer."""
    answer: dict[str, Any] = driver.ask("schema")
    return answer
