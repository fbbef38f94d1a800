"""Pods that try connections: those of jobs as operator and driver make them, others, and listeners on the node."""

import json
import subprocess
import sys
import textwrap
from typing import Any

from components.base.constants import DRIVER_ACCOUNT, EXECUTOR_ACCOUNT, SCRAPER_NAMESPACE
from tests.sandbox.conftest import Sandbox
from tests.sandbox.network_intent import INTERNET, NODE_PORTS, OPEN_PORTS, Attempt
from tools.sandbox.node import namespace
from tools.verify.probes import CONNECT

Json = dict[str, Any]
PLAIN_NAMESPACE = "network-plain"
OPERATOR = "system:serviceaccount:spark-operator:spark-operator-controller"
SECONDS = 3.0
"""A connection that is not answered for so long has timed out; within the node answers take less than 10 ms."""
LISTEN = textwrap.dedent("""
    import socketserver, sys, threading, time
    class Quiet(socketserver.BaseRequestHandler):
        pass
    socketserver.TCPServer.allow_reuse_address = True
    for each in sys.argv[1:]:
        address, _, port = each.rpartition(":")
        server = socketserver.ThreadingTCPServer((address or "0.0.0.0", int(port)), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening", flush=True)
    time.sleep(3600)
""")


def pod(name: str, namespace_name: str, image: str, role: str = "", owner: Json | None = None) -> Json:
    """A pod that listens; with a role it is made like the platform's pods of jobs, under the restricted level."""
    size = {"cpu": "250m", "memory": "128Mi"}
    metadata: Json = {"name": name, "namespace": namespace_name, "labels": {"app": name}}
    spec: Json = {
        "terminationGracePeriodSeconds": 0,
        "restartPolicy": "Never",
        "containers": [
            {
                "name": "listener",
                "image": image,
                "command": ["python3", "-c", LISTEN, *map(str, (f":{port}" for port in OPEN_PORTS))],
                "resources": {"requests": size, "limits": size},
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            }
        ],
        "securityContext": {"runAsNonRoot": True, "runAsUser": 185, "seccompProfile": {"type": "RuntimeDefault"}},
    }
    if role:
        metadata["labels"]["spark-role"] = role
        spec["serviceAccountName"] = DRIVER_ACCOUNT if role == "driver" else EXECUTOR_ACCOUNT
        spec["automountServiceAccountToken"] = role == "driver"
    if owner:
        metadata["ownerReferences"] = [
            {"apiVersion": "v1", "kind": "Pod", "name": owner["name"], "uid": owner["uid"], "controller": True}
        ]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


class Field:
    """All pods of the test, running, and their addresses."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._image = sandbox, sandbox.job_image()
        self._spaces: dict[str, str] = {}
        self.addresses: dict[str, str] = {}

    def up(self) -> None:
        """Make the pods, and the listeners on the node."""
        for name in (PLAIN_NAMESPACE, SCRAPER_NAMESPACE):
            self._make({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        self._pod("plain", PLAIN_NAMESPACE)
        self._pod("metrics", SCRAPER_NAMESPACE)
        for team in ("a", "b"):
            space = f"spark-team-{team}"
            self._pod(f"driver-{team}", space, "driver", OPERATOR)
            owner = self._sandbox.get("pod", f"driver-{team}", "-n", space)["metadata"]
            executors = ("executor-a", "executor-a2") if team == "a" else ("executor-b",)
            for name in executors:
                self._pod(name, space, "executor", f"system:serviceaccount:{space}:{DRIVER_ACCOUNT}", owner)
        for name, space in self._spaces.items():
            done = self._sandbox.kubectl("wait", "--for=condition=Ready", f"pod/{name}", "-n", space, "--timeout=90s")
            assert done.returncode == 0, done.stderr
            self.addresses[name] = self._sandbox.get("pod", name, "-n", space)["status"]["podIP"]
        self.addresses["dns"] = self._address_of("kube-system", "k8s-app=kube-dns")
        self.addresses["operator"] = self._address_of("spark-operator", "app.kubernetes.io/component=controller")
        self._listen_on_node()

    def down(self) -> None:
        """Remove everything."""
        for name, space in self._spaces.items():
            self._sandbox.kubectl("delete", "pod", name, "-n", space, "--wait=false")
        self._sandbox.kubectl("delete", "namespace", PLAIN_NAMESPACE, SCRAPER_NAMESPACE, "--wait=false")
        self._on_node("ip", "addr", "del", f"{INTERNET}/32", "dev", "lo")
        self._listener.kill()
        self._listener.wait()

    def outcomes(self, attempts: list[Attempt]) -> dict[Attempt, str]:
        """What became of each attempt, all of one pod's at the same time."""
        answer: dict[Attempt, str] = {}
        for source in dict.fromkeys(each.source for each in attempts):
            mine = [each for each in attempts if each.source == source]
            targets = json.dumps([(self.addresses.get(each.target, each.target), each.port) for each in mine])
            done = self._sandbox.kubectl(
                "exec", source, "-n", self._spaces[source], "--", "python3", "-c", CONNECT, str(SECONDS), targets
            )
            assert done.returncode == 0, done.stderr
            answer |= dict(zip(mine, json.loads(done.stdout), strict=True))
        return answer

    def _pod(self, name: str, space: str, role: str = "", user: str = "admin", owner: Json | None = None) -> None:
        self._spaces[name] = space
        self._make(pod(name, space, self._image, role, owner), user)

    def _make(self, manifest: Json, user: str = "admin") -> None:
        done = self._sandbox.kubectl("create", "-f", "-", user=user, stdin=json.dumps(manifest))
        assert done.returncode == 0, done.stderr

    def _address_of(self, space: str, labels: str) -> str:
        return str(self._sandbox.get("pods", "-n", space, "-l", labels)["items"][0]["status"]["podIP"])

    def _on_node(self, *argv: str) -> None:
        node = namespace.first_process(self._sandbox.settings.state)
        namespace.run(node, argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)

    def _listen_on_node(self) -> None:
        self._on_node("ip", "addr", "add", f"{INTERNET}/32", "dev", "lo")
        node = namespace.first_process(self._sandbox.settings.state)
        argv = ("nsenter", f"--target={node}", "--net", "--", sys.executable, "-u", "-c", LISTEN)
        addresses = [f"{address}:{port}" for address, port in NODE_PORTS]
        self._listener = subprocess.Popen([*argv, *addresses], stdout=subprocess.PIPE, text=True)
        assert self._listener.stdout is not None
        assert self._listener.stdout.readline() == "listening\n"
