import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tools.sandbox.node.enforcer import Lease, live_pods
from tools.sandbox.node.runtime import PLUGIN

FIRST, SECOND = "10.88.0.2", "10.88.0.3"


def manifest(name: str, *addresses: str, phase: str = "Running", **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "n", "uid": f"uid-{name}", "labels": {"app": name}},
        "spec": {"containers": [{}], **spec},
        "status": {"phase": phase, "podIPs": [{"ip": each} for each in addresses]},
    }


def addresses(manifests: list[dict[str, Any]], leases: dict[str, Lease]) -> dict[str, str]:
    return {each.address: each.name for each in live_pods(manifests, leases)}


def test_a_new_pod_has_its_address_from_the_plugin_before_its_status_says_it() -> None:
    assert addresses([manifest("new", phase="Pending")], {FIRST: Lease("uid-new", "c")}) == {FIRST: "new"}


def test_after_a_restart_of_the_enforcer_addresses_come_from_the_status() -> None:
    assert addresses([manifest("old", FIRST)], {}) == {FIRST: "old"}


def test_an_address_belongs_to_the_pod_that_leased_it_last() -> None:
    pods = [manifest("old", FIRST), manifest("new", phase="Pending")]
    assert addresses(pods, {FIRST: Lease("uid-new", "c")}) == {FIRST: "new"}


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_ended_has_no_address(phase: str) -> None:
    assert addresses([manifest("ended", FIRST, phase=phase)], {}) == {}


def test_pods_on_the_nodes_own_network_and_addresses_of_version_6_are_left_out() -> None:
    assert addresses([manifest("host", FIRST, hostNetwork=True), manifest("six", SECOND, "fd00::1")], {}) == {
        SECOND: "six"
    }


def test_a_lease_of_a_pod_that_is_gone_counts_for_nothing() -> None:
    assert addresses([], {FIRST: Lease("uid-gone", "c")}) == {}


def run_plugin(
    folder: Path, command: str, answer: str | None
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run the plugin as containerd does, against an enforcer that answers `answer` (None: nobody listens)."""
    path, received = folder / "socket", dict[str, Any]()
    with socket.socket(socket.AF_UNIX) as server:
        if answer is not None:
            server.bind(str(path))
            server.listen()

            def serve() -> None:
                connection, _ = server.accept()
                with connection, connection.makefile("rw") as stream:
                    received.update(json.loads(stream.readline()))
                    stream.write(f"{answer}\n")

            threading.Thread(target=serve, daemon=True).start()
        previous = {"cniVersion": "0.4.0", "ips": [{"version": "4", "address": f"{FIRST}/16"}]}
        config = {"cniVersion": "0.4.0", "socket": str(path), "prevResult": previous}
        names = "IgnoreUnknown=1;K8S_POD_NAMESPACE=n;K8S_POD_NAME=p;K8S_POD_UID=u"
        env = {**os.environ, "CNI_COMMAND": command, "CNI_CONTAINERID": "c1", "CNI_ARGS": names}
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(PLUGIN)], env=env, input=json.dumps(config), capture_output=True,
            text=True, check=False,
        )  # fmt: skip
    return done, received


def test_the_plugin_passes_the_result_on_when_the_rules_are_in_force(tmp_path: Path) -> None:
    done, received = run_plugin(tmp_path, "ADD", "ok")
    assert done.returncode == 0
    assert json.loads(done.stdout)["ips"][0]["address"] == f"{FIRST}/16"
    assert received == {"command": "ADD", "container": "c1", "uid": "u", "addresses": [FIRST]}


@pytest.mark.parametrize("answer", ["no rules in force after 8 s", None])
def test_a_pod_does_not_start_without_its_rules(tmp_path: Path, answer: str | None) -> None:
    done, _ = run_plugin(tmp_path, "ADD", answer)
    assert done.returncode == 1
    assert json.loads(done.stdout)["msg"].startswith("network policies: ")


def test_a_pod_can_always_be_removed(tmp_path: Path) -> None:
    assert run_plugin(tmp_path, "DEL", None)[0].returncode == 0
    assert json.loads(run_plugin(tmp_path, "VERSION", None)[0].stdout)["supportedVersions"]
