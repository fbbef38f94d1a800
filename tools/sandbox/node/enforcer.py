"""`python -m tools.sandbox.node.enforcer KUBECONFIG SOCKET POD_RANGE PORT`: keeps the table of ruleset.py up to date.

A pod's address comes first from the network plugin, which waits for the answer before the pod may start: so there is
no moment in which a pod runs without its rules. After a restart of this process it comes from the pod's status.
An implementation of others was looked for: kube-network-policies, kube-router and their kind are not in the Go module
registry, Calico, Cilium and Antrea bring a data path of their own.
"""

import json
import socketserver
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.sandbox.node.network_policy import Cluster, Json, Pod, pod
from tools.sandbox.node.ruleset import TABLE, ruleset
from tools.sandbox.node.watch import Api, Store

PATHS = {
    "pods": "/api/v1/pods",
    "namespaces": "/api/v1/namespaces",
    "policies": "/apis/networking.k8s.io/v1/networkpolicies",
}
SECONDS = 8.0
"""How long a new pod waits for its object and its rules."""
PAUSE = 0.05
"""Seconds between two tables: a burst of changes becomes one."""


@dataclass(frozen=True)
class Lease:
    """An address that the network plugin gave to a pod."""

    uid: str
    container: str


def live_pods(manifests: list[Json], leases: dict[str, Lease]) -> tuple[Pod, ...]:
    """Pods with the address each has: by lease, else by status where no other pod has leased that address since."""
    objects = {each["metadata"]["uid"]: each for each in manifests}
    answer = [pod(objects[lease.uid], address) for address, lease in leases.items() if lease.uid in objects]
    for each in manifests:
        status = each.get("status") or {}
        if each["spec"].get("hostNetwork") or status.get("phase") in ("Succeeded", "Failed"):
            continue
        addresses = [entry["ip"] for entry in status.get("podIPs") or []]
        answer += [pod(each, address) for address in addresses if ":" not in address and address not in leases]
    return tuple(sorted({each.address: each for each in answer}.values(), key=lambda each: each.address))


class Enforcer:
    """Follows the API server and the network plugin, and replaces the table after every change."""

    def __init__(self, api: Api, pod_range: str) -> None:
        self._pod_range = pod_range
        self._turn = threading.Condition()
        self._wanted, self._applied, self._text = 0, 0, ""
        self._leases: dict[str, Lease] = {}
        self._stores = {name: Store(api, path, self._touch) for name, path in PATHS.items()}

    def _touch(self) -> None:
        with self._turn:
            self._wanted += 1
            self._turn.notify_all()

    def run(self) -> None:
        """Work until the process ends."""
        if subprocess.run(["nft", "list", "table", "inet", TABLE], capture_output=True, check=False).returncode:
            self._replace(ruleset(Cluster((), {}, ()), self._pod_range))  # closed until the first list is in
        for store in self._stores.values():
            store.start()
        for store in self._stores.values():
            store.synced.wait()
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._wanted > self._applied)
                number = self._wanted
            if self._replace(ruleset(self._cluster(), self._pod_range)):
                with self._turn:
                    self._applied = number
                    self._turn.notify_all()
            time.sleep(PAUSE)

    def _cluster(self) -> Cluster:
        with self._turn:
            leases = dict(self._leases)
        labels = {
            each["metadata"]["name"]: each["metadata"].get("labels") or {} for each in self._stores["namespaces"].all()
        }
        return Cluster(live_pods(self._stores["pods"].all(), leases), labels, tuple(self._stores["policies"].all()))

    def _replace(self, text: str) -> bool:
        if text == self._text:
            return True
        done = subprocess.run(["nft", "-f", "-"], input=text, text=True, capture_output=True, check=False)
        if done.returncode:
            print(f"nft refused the table: {done.stderr.strip()[:400]}", file=sys.stderr, flush=True)
            return False
        self._text = text
        return True

    def add(self, lease: Lease, addresses: list[str]) -> str:
        """Note a new pod's addresses and wait until its rules are in force; "ok", or what went wrong."""
        deadline = time.monotonic() + SECONDS
        while not any(each["metadata"]["uid"] == lease.uid for each in self._stores["pods"].all()):
            if time.monotonic() > deadline:
                return f"a pod with the uid {lease.uid!r} is not known after {SECONDS:.0f} s"
            time.sleep(0.02)
        with self._turn:
            self._leases |= dict.fromkeys(addresses, lease)
            self._wanted += 1
            number = self._wanted
            self._turn.notify_all()
            in_force = self._turn.wait_for(lambda: self._applied >= number, max(0.0, deadline - time.monotonic()))
        return "ok" if in_force else f"no rules in force after {SECONDS:.0f} s"

    def remove(self, container: str) -> str:
        """Forget the addresses of a pod that ended."""
        with self._turn:
            self._leases = {address: lease for address, lease in self._leases.items() if lease.container != container}
        self._touch()
        return "ok"


def serve_plugin(enforcer: Enforcer, path: Path) -> None:
    """Answer the network plugin in the background."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            message: dict[str, Any] = json.loads(self.rfile.readline())
            if message["command"] == "ADD":
                lease = Lease(message["uid"], message["container"])
                answer = enforcer.add(lease, message["addresses"])
            else:
                answer = enforcer.remove(message["container"])
            self.wfile.write(answer.encode() + b"\n")

    path.unlink(missing_ok=True)
    server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    server.daemon_threads = True
    path.chmod(0o600)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def serve_health(port: int) -> None:
    """Show by an open port that this process is well."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", port), socketserver.BaseRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    config_file, socket_path, range_of_pods, health_port = sys.argv[1:]
    socketserver.TCPServer.allow_reuse_address = True
    work = Enforcer(Api(Path(config_file)), range_of_pods)
    serve_plugin(work, Path(socket_path))
    serve_health(int(health_port))
    work.run()
