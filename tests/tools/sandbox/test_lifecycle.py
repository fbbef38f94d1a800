import os
import socket
from pathlib import Path

import pytest

from tools.sandbox import lifecycle
from tools.sandbox.__main__ import main
from tools.sandbox.console import SandboxError, complain, duration, table
from tools.sandbox.locks import locked
from tools.sandbox.settings import DEFAULT_PORT, Settings, from_environment


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "state", tmp_path / "cache", 31900)


def test_folders_follow_the_xdg_variables_and_the_cache_is_outside_the_checkout() -> None:
    found = from_environment({"HOME": "/h", "XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"})
    assert (found.state, found.cache) == (Path("/s/spark-on-ack/sandbox"), Path("/c/spark-on-ack"))
    found = from_environment({"HOME": "/h"})
    assert (found.state, found.cache) == (Path("/h/.local/state/spark-on-ack/sandbox"), Path("/h/.cache/spark-on-ack"))
    assert found.ports["kube-apiserver"] == DEFAULT_PORT
    assert len(set(found.ports.values())) == len(found.ports)


@pytest.mark.parametrize("text", ["x", "80", "65535", "-1", "1.5"])
def test_a_wrong_port_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(SandboxError, match=rf"SANDBOX_PORT: '{text}' is not a port from 1024 to"):
        from_environment({"SANDBOX_PORT": text})


def test_a_folder_with_other_files_is_neither_used_nor_removed(settings: Settings) -> None:
    settings.state.mkdir()
    (settings.state / "thesis.tex").touch()
    with pytest.raises(SandboxError, match="holds other files"):
        lifecycle.up(settings)
    lifecycle.down(settings)
    assert (settings.state / "thesis.tex").exists()


def test_down_with_nothing_running_says_so(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    lifecycle.down(settings)
    assert "nothing was running" in capsys.readouterr().out


def test_a_taken_port_stops_up_before_anything_is_started(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SandboxError, match=rf"port {port}, needed for kube-apiserver, is in use by"):
            lifecycle.up(Settings(settings.state, settings.cache, port))


def test_a_second_run_at_the_same_time_is_refused(settings: Settings) -> None:
    lifecycle.down(settings)
    (lock,) = (settings.cache / "locks").iterdir()
    with locked(lock), pytest.raises(SandboxError, match=rf"is at work \(process {os.getpid()}\)"):
        lifecycle.up(settings)


def test_errors_are_one_sentence_and_an_exit_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SANDBOX_PORT", "none")
    assert main(["status"]) == 1
    assert capsys.readouterr().out.startswith("error: SANDBOX_PORT: 'none' is not a port")


@pytest.mark.parametrize(("seconds", "text"), [(4.24, "4.2 s"), (59, "59 s"), (340, "5 min 40 s"), (120, "2 min")])
def test_durations_read_as_a_person_says_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_what_looks_like_markup_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    complain(SandboxError("workspaces[red].x: [/nothing] is not allowed"))
    table("t", ["c"], [["[bold]x[/bold]"]])
    output = capsys.readouterr().out
    assert "error: workspaces[red].x: [/nothing] is not allowed" in output
    assert "[bold]x[/bold]" in output
