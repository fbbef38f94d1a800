import json
import os
import signal
from pathlib import Path

import pytest

from tests.sandbox.conftest import Sandbox, command, free_settings
from tools.sandbox import processes
from tools.sandbox.settings import Pods

pytestmark = pytest.mark.sandbox

MOVING = ("events", "leases", "componentstatuses", "endpoints.")
"""Resources that change by themselves."""


def contents(sandbox: Sandbox) -> dict[str, str]:
    """What every object says, generation included: all but its status and the API server's own bookkeeping.

    (The first repeated apply of an object may rewrite the list of who owns which field, and with it the resource
    version; nothing that anybody reads.)
    """
    done = sandbox.kubectl("api-resources", "--verbs=list", "-o", "name")
    kinds = [each for each in done.stdout.split() if not each.startswith(MOVING)]
    found = {}
    for each in sandbox.get(",".join(kinds), "-A")["items"]:
        metadata = each["metadata"]
        metadata.pop("resourceVersion", None)
        each.pop("status", None)
        name = f"{each['kind']} {metadata.get('namespace', '')}/{metadata['name']}"
        found[name] = json.dumps(each, sort_keys=True)
    return found


def test_a_second_up_changes_no_object_and_starts_no_process(sandbox: Sandbox) -> None:
    before = contents(sandbox), {each.pid for each in processes.find(sandbox.settings.state)}
    done = command(sandbox.settings, "up")
    assert done.returncode == 0, done.stdout
    assert "has completed before" in done.stdout
    after = contents(sandbox)
    assert {name for name in before[0] | after if before[0].get(name) != after.get(name)} == set()
    assert {each.pid for each in processes.find(sandbox.settings.state)} == before[1]


LIKELY_TO_END = {
    Pods.PLAYED: ["kwok", "spark-operator"],
    Pods.REAL: ["kube-scheduler", "kubelet", "network-policies", "forwarder"],
}


@pytest.mark.parametrize("number", range(4))
def test_a_killed_process_is_started_again_by_up(sandbox: Sandbox, number: int) -> None:
    names = LIKELY_TO_END[sandbox.pods]
    if number >= len(names):
        pytest.skip(f"{len(names)} processes are tried with {sandbox.pods} pods")
    name = names[number]
    victims = [each for each in processes.find(sandbox.settings.state) if each.name == name]
    others = {each.pid for each in processes.find(sandbox.settings.state)} - {each.pid for each in victims}
    for victim in victims:  # with what supervises it
        os.kill(victim.pid, signal.SIGKILL)
    assert command(sandbox.settings, "status").returncode == 1
    done = command(sandbox.settings, "up")
    assert done.returncode == 0, done.stdout
    assert f"started {name}" in done.stdout
    assert others < {each.pid for each in processes.find(sandbox.settings.state)}
    assert command(sandbox.settings, "status").returncode == 0


def test_an_interrupted_up_can_be_repeated_and_down_leaves_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    """Half a sandbox (only what `up` had started when it died), then whole, then nothing."""
    settings = free_settings(tmp_path / "second", skip=1)
    assert command(settings, "up", "--no-job").returncode == 0
    for each in processes.find(settings.state):
        if each.name in ("kube-apiserver", LIKELY_TO_END[sandbox.pods][-1]):
            os.kill(each.pid, signal.SIGKILL)
    again = command(settings, "up", "--no-job")
    assert again.returncode == 0, again.stdout
    assert command(settings, "down").returncode == 0
    assert processes.find(settings.state) == []
    assert not any(processes.port_open(port) for port in settings.ports.values())
    assert not settings.state.exists()
    assert processes.find(sandbox.settings.state), "the other sandbox runs on"
