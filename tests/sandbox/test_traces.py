"""`make sandbox-down` leaves the machine as it was, whatever happened before."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox import traces
from tests.sandbox.conftest import Sandbox, command, free_settings
from tools.sandbox import processes
from tools.sandbox.node import cgroups, namespace
from tools.sandbox.settings import Settings

pytestmark = pytest.mark.sandbox


@pytest.fixture
def second(tmp_path: Path, real_sandbox: Sandbox) -> Iterator[Settings]:
    """Settings of another sandbox beside the tests' one; nothing of it is left afterwards."""
    settings = free_settings(tmp_path / "second", skip=1)
    yield settings
    command(settings, "down")


def others(sandbox: Sandbox, settings: Settings) -> str:
    """Pattern of the traces of sandboxes other than the one of `settings`."""
    return rf"spark-on-ack-(?!{cgroups.group_name(settings.state).removeprefix('spark-on-ack-')})"


def test_two_sandboxes_side_by_side_and_one_taken_down_leaves_no_trace(second: Settings, real_sandbox: Sandbox) -> None:
    before = traces.of_machine()
    done = command(second, "up", "--no-job")
    assert done.returncode == 0, done.stdout + done.stderr
    assert real_sandbox.get("nodes")["items"][0]["metadata"]["uid"]
    node = namespace.first_process(second.state)
    assert node != namespace.first_process(real_sandbox.settings.state)
    while_up = traces.left(before, traces.of_machine(), others(real_sandbox, second))
    assert set(while_up) == {"cgroups"}, "even while it runs: no mount, interface, table or setting of the machine"
    assert command(second, "down").returncode == 0
    assert traces.left(before, traces.of_machine(), others(real_sandbox, second)) == {}
    assert processes.find(second.state) == []
    assert not any(processes.port_open(port) for port in second.ports.values())
    assert not second.state.exists()
    assert namespace.first_process(real_sandbox.settings.state), "the other sandbox runs on"


def test_a_node_that_was_killed_is_brought_back_by_up_and_removed_by_down(
    second: Settings, real_sandbox: Sandbox
) -> None:
    before = traces.of_machine()
    assert command(second, "up", "--no-job").returncode == 0
    os.kill(namespace.first_process(second.state), signal.SIGKILL)
    again = command(second, "up", "--no-job")
    assert again.returncode == 0, again.stdout + again.stderr
    (unshare,) = [each for each in processes.find(second.state) if each.argv[0] == "unshare" and each.name == "node"]
    os.kill(unshare.pid, signal.SIGKILL)  # its child, the node, goes with it
    assert command(second, "down").returncode == 0
    assert traces.left(before, traces.of_machine(), others(real_sandbox, second)) == {}
    assert processes.find(second.state) == []
    assert not second.state.exists()
