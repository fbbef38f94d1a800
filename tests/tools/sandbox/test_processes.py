import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.sandbox import processes
from tools.sandbox.console import SandboxError
from tools.sandbox.locks import locked
from tools.sandbox.processes import Process

LISTEN = "import socket,sys,time; s=socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    processes.stop(tmp_path)


def listener(state: Path, port: int, name: str = "listener") -> Process:
    return Process(name, (sys.executable, "-c", LISTEN, str(port)), state / "log", port)


def test_a_started_process_is_found_again_and_ended(state: Path, port: int) -> None:
    process = listener(state, port)
    processes.start(state, process)
    assert [each.name for each in processes.find(state)] == ["listener"]
    assert processes.is_up(state, process)
    assert processes.stop(state) == 1
    assert processes.find(state) == []
    assert not processes.port_open(port)


def test_only_the_processes_of_this_sandbox_are_ended(
    state: Path, port: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    processes.start(other, listener(other, port))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        try:
            assert processes.stop(state) == 0
            assert stranger.poll() is None
            assert processes.port_open(port)
        finally:
            stranger.kill()
            assert processes.stop(other) == 1


def test_a_process_with_older_arguments_does_not_count_as_up(state: Path, port: int) -> None:
    processes.start(state, listener(state, port))
    changed = Process("listener", (*listener(state, port).argv, "--more"), state / "log", port)
    assert not processes.is_up(state, changed)


def test_a_process_that_ignores_the_polite_signal_is_killed(
    state: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + LISTEN
    processes.start(state, Process("stubborn", (sys.executable, "-c", stubborn, str(port)), state / "log", port))
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    assert processes.stop(state) == 1
    assert processes.find(state) == []


def test_a_port_in_use_is_named_with_its_holder(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SandboxError, match=rf"port {port}, needed for etcd, is in use by .*process {os.getpid()}"):
            processes.require_free(port, "etcd")


def test_a_process_that_ends_at_once_is_told_with_its_last_words(state: Path, port: int) -> None:
    process = Process("broken", (sys.executable, "-c", "raise SystemExit('no such flag')"), state / "log", port)
    with pytest.raises(SandboxError, match=r"broken ended at once .*: no such flag"):
        processes.start(state, process)


def test_a_lock_held_elsewhere_is_refused_with_the_holder(tmp_path: Path) -> None:
    busy = rf"^busy: {os.getpid()}$"
    with (
        locked(tmp_path / "lock"),
        pytest.raises(SandboxError, match=busy),
        locked(tmp_path / "lock", refusal="busy: {pid}"),
    ):
        pass
    with locked(tmp_path / "lock", refusal="busy: {pid}"):
        pass
