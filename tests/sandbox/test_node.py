"""What only a node on which pods run can show."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.conftest import Sandbox
from tools.sandbox import processes
from tools.sandbox.console import wait_for
from tools.sandbox.node import cgroups, namespace, network

pytestmark = pytest.mark.sandbox

SPACE = "node-test"
FIRST_INSTRUCTION = """
import socket, time
for number in range(40):
    began = time.monotonic()
    try:
        socket.create_connection(("10.87.0.2", 6443), timeout=0.25).close()
        print("connected", number, flush=True)
        break
    except OSError:
        time.sleep(max(0.0, 0.05 - (time.monotonic() - began)))
else:
    print("never", flush=True)
"""
DENY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "closed", "namespace": SPACE},
    "spec": {"podSelector": {"matchLabels": {"net": "closed"}}, "policyTypes": ["Egress"]},
}


def create(sandbox: Sandbox, *manifests: dict[str, Any]) -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
    done = sandbox.kubectl("create", "-f", "-", stdin=text)
    assert done.returncode == 0, done.stderr


def pod(sandbox: Sandbox, name: str, command: list[str], **more: Any) -> dict[str, Any]:
    container = {"name": "main", "image": sandbox.job_image(), "command": command, **more.pop("container", {})}
    labels = more.pop("labels", {})
    spec = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [container], **more}
    metadata = {"name": name, "namespace": SPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def finished(sandbox: Sandbox, name: str, seconds: float = 90) -> dict[str, Any]:
    """The pod once it has ended."""

    def ended() -> dict[str, Any] | None:
        present = sandbox.get("pod", name, "-n", SPACE)
        return present if present["status"].get("phase") in ("Succeeded", "Failed") else None

    return wait_for(f"pod {name} to end", ended, seconds, interval=0.3)


def log(sandbox: Sandbox, name: str) -> str:
    done = sandbox.kubectl("logs", name, "-n", SPACE)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def space(real_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox with a namespace of these tests' own."""
    create(real_sandbox, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
    yield real_sandbox
    real_sandbox.kubectl("delete", "namespace", SPACE, "--timeout=60s")


def test_a_new_pod_is_never_open_before_its_rules_are_there(space: Sandbox) -> None:
    """Five closed pods try from their first instruction on, 20 times a second; not one connection may get through."""
    create(space, DENY)
    names = [f"closed-{number}" for number in range(5)]
    command = ["python3", "-S", "-c", FIRST_INSTRUCTION]
    create(space, *(pod(space, name, command, labels={"net": "closed"}) for name in names))
    for name in names:
        finished(space, name, 180)
    assert {log(space, name) for name in names} == {"never"}


def test_an_open_pod_is_open_from_its_first_instruction(space: Sandbox) -> None:
    """So the rules do not come later than the pod either: nothing has to be tried again."""
    create(space, pod(space, "open", ["python3", "-S", "-c", FIRST_INSTRUCTION]))
    finished(space, "open")
    assert log(space, "open") == "connected 0"


def test_a_claim_gets_a_volume_the_pods_group_may_write_and_both_go_together(space: Sandbox) -> None:
    storage_class = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "node-test-disks"},
        "provisioner": "diskplugin.csi.alibabacloud.com",
        "volumeBindingMode": "WaitForFirstConsumer",
        "reclaimPolicy": "Delete",
    }
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": SPACE},
        "spec": {
            "storageClassName": "node-test-disks",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "20Gi"}},
        },
    }
    writer = pod(
        space,
        "writer",
        ["sh", "-c", "id -u && echo kept > /data/file && stat -c %g /data/file"],
        securityContext={"runAsUser": 10006, "runAsGroup": 10006, "fsGroup": 10007},
        volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        container={"volumeMounts": [{"name": "data", "mountPath": "/data"}]},
    )
    create(space, storage_class, claim, writer)
    try:
        finished(space, "writer")
        assert log(space, "writer").splitlines() == ["10006", "10007"]
        (volume,) = [
            each["metadata"]["name"]
            for each in space.get("persistentvolumes")["items"]
            if each["spec"]["claimRef"]["namespace"] == SPACE
        ]
        folder = space.settings.state / "volumes" / volume
        assert (folder / "file").read_text() == "kept\n"
        space.kubectl("delete", "pod", "writer", "-n", SPACE)
        space.kubectl("delete", "persistentvolumeclaim", "data", "-n", SPACE)
        wait_for(
            "the volume to be removed",
            lambda: True if not folder.exists() and volume not in json.dumps(space.get("persistentvolumes")) else None,
            60,
        )
    finally:
        space.kubectl("delete", "storageclass", "node-test-disks")


def test_the_node_promises_more_than_the_machine_has_and_its_cgroup_keeps_to_the_machine(real_sandbox: Sandbox) -> None:
    (node,) = real_sandbox.get("nodes")["items"]
    assert int(node["status"]["capacity"]["cpu"]) == 16
    assert node["status"]["capacity"]["memory"] == "64Gi"
    known, name = cgroups.hierarchies(), cgroups.group_name(real_sandbox.settings.state)
    files = [mount / name / "memory.limit_in_bytes" for mount in known.v1]
    files += [known.v2 / name / "memory.max"] if known.v2 and not known.v1 else []
    (limit,) = [int(file.read_text()) for file in files if file.exists()]
    assert limit == pytest.approx(cgroups.memory_limit(), abs=1 << 20)


def test_a_pod_is_held_to_its_own_limit(space: Sandbox) -> None:
    size = {"cpu": "500m", "memory": "64Mi"}
    greedy = pod(
        space,
        "greedy",
        ["python3", "-c", "print(len(bytearray(256 << 20)))"],
        container={"resources": {"requests": size, "limits": size}},
    )
    create(space, greedy)
    (status,) = finished(space, "greedy")["status"]["containerStatuses"]
    assert status["state"]["terminated"]["reason"] == "OOMKilled"


def on_node(sandbox: Sandbox, *argv: str) -> subprocess.CompletedProcess[str]:
    node = namespace.first_process(sandbox.settings.state)
    done: subprocess.CompletedProcess[str] = namespace.run(node, argv, capture_output=True, text=True, timeout=30)
    return done


@pytest.mark.parametrize("path", ["pods", "metrics", "run/kube-system/coredns/coredns"])
def test_the_kubelet_answers_nobody_without_a_certificate(real_sandbox: Sandbox, path: str) -> None:
    url = f"https://{network.NODE_ADDRESS}:{network.KUBELET_PORT}/{path}"
    script = (
        "import ssl, sys, urllib.request, urllib.error\n"
        "try: urllib.request.urlopen(sys.argv[1], context=ssl._create_unverified_context(), timeout=10)\n"
        "except urllib.error.HTTPError as error: print(error.code)\n"
    )
    assert on_node(real_sandbox, "python3", "-c", script, url).stdout.strip() == "401"


def test_the_node_may_only_touch_what_runs_on_it(real_sandbox: Sandbox) -> None:
    kubeconfig = f"--kubeconfig={real_sandbox.settings.state / 'kubelet.kubeconfig'}"
    server = f"--server={real_sandbox.settings.server}"
    for question, answer in (
        ("get nodes/sandbox-node", "yes"),
        ("list nodes", "no"),
        ("list secrets -A", "no"),
        ("create deployments -A", "no"),
    ):
        options = [kubeconfig, "--context=system:node:sandbox-node", server]
        done = real_sandbox.kubectl("auth", "can-i", *question.split(), *options)
        assert done.stdout.split()[0] == answer, question


def test_a_process_that_ends_is_started_again_by_itself(real_sandbox: Sandbox) -> None:
    """kube-proxy ends itself when the node's address changes; here it is ended by force."""

    def proxies() -> list[int]:
        marked = processes.find(real_sandbox.settings.state)
        return [each.pid for each in marked if each.name == "kube-proxy" and each.argv[0].endswith("/kube-proxy")]

    (before,) = proxies()
    os.kill(before, signal.SIGKILL)
    wait_for("kube-proxy to be back", lambda: True if proxies() not in ([], [before]) else None, 20)
