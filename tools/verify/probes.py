"""Small pods like those of jobs, made from the workspace's own templates by the accounts that make them for jobs."""

import copy
import json
import textwrap
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from components.base.constants import DRIVER_ACCOUNT, EXECUTOR_ACCOUNT, SPARK_BLOCK_MANAGER, SPARK_DRIVER_RPC, SPARK_UI
from tools.sandbox.console import SandboxError
from tools.verify.deployed import Cluster, Deployed, Json, Team

SCRATCH = "spark-on-ack-verify-plain"
"""A namespace without any policy: what no pod of it reaches says nothing about the teams' policies."""
SIZES = {"driver": ("1", "2Gi"), "executor": ("250m", "512Mi"), "plain": ("250m", "512Mi")}
"""Billed sizes of ECI; a driver's holds the Java process that speaks with object storage."""
START_SECONDS = 120
PORTS = {"driver RPC": SPARK_DRIVER_RPC, "blocks": SPARK_BLOCK_MANAGER, "pages": SPARK_UI, "another": 22022}
CONNECT_SECONDS = 4.0
LISTEN = textwrap.dedent("""
    import socketserver, sys, threading, time
    socketserver.TCPServer.allow_reuse_address = True
    for port in sys.argv[1:]:
        server = socketserver.ThreadingTCPServer(("", int(port)), socketserver.BaseRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    time.sleep(1800)
""")
CONNECT = textwrap.dedent("""
    import concurrent.futures, json, os, socket, sys
    seconds, targets = float(sys.argv[1]), json.loads(sys.argv[2])
    def attempt(target):
        host, port = target
        if host == "DNS":
            with open("/etc/resolv.conf") as file:
                host = next(line.split()[1] for line in file if line.startswith("nameserver"))
        try:
            addresses = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:
            return f"name not found: {error}"
        try:
            socket.create_connection(addresses[0][4], timeout=seconds).close()
        except TimeoutError:
            return "timed out"
        except OSError as error:
            return f"{type(error).__name__}: {error}"
        return "connected"
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        print(json.dumps(list(pool.map(attempt, targets))))
""")
IDENTITY = textwrap.dedent("""
    import base64, json, os, pathlib
    token = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
    account = ""
    if token.exists():
        claims = token.read_text().split(".")[1]
        account = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]
    words = ("ACCESS_KEY", "ACCESSKEY", "SECRET")
    print(json.dumps({"account": account, "keys": [n for n in os.environ if any(w in n.upper() for w in words)]}))
""")
Target = tuple[str, int]
"""Host, address or `DNS` (the pod's own server), and port."""


@dataclass(frozen=True)
class Probe:
    """A probe that runs."""

    cluster: Cluster
    name: str
    namespace: str
    address: str

    def python(self, code: str, *arguments: str, stdin: str | None = None, timeout: float = 120) -> Any:  # noqa: ANN401
        """Run Python in it; gives the JSON that it prints last.

        Raises:
            SandboxError: it failed, with its last words.

        """
        argv = ["exec", *(["-i"] if stdin is not None else []), self.name, "-n", self.namespace, "--"]
        done = self.cluster.kubectl(*argv, "python3", "-c", code, *arguments, stdin=stdin, timeout=timeout)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no message"]
            raise SandboxError(f"a probe in {self.namespace}/{self.name} failed: {lines[-1]}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def connect(self, targets: Sequence[Target]) -> dict[Target, str]:
        """What became of a TCP connection to each target: `connected`, `timed out` or another reason."""
        answers = self.python(CONNECT, str(CONNECT_SECONDS), json.dumps(targets))
        return dict(zip(targets, answers, strict=True))


class Probes:
    """A driver's and an executor's probe of each of the first two teams, and one outside of all teams."""

    def __init__(self, platform: Deployed) -> None:
        self._platform, self._cluster = platform, platform.cluster
        self._running: dict[str, Probe] = {}
        self._made: list[tuple[str, str]] = []

    def running(self) -> dict[str, Probe]:
        """`driver:<team>`, `executor:<team>` and `plain`: made on the first call.

        Raises:
            SandboxError: one was refused, or did not start in time.

        """
        with self._platform.lock:
            if not self._running:
                self._running = self._start()
        return self._running

    def _start(self) -> dict[str, Probe]:
        teams = self._platform.teams[:2]
        self._require(self._cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SCRATCH}}))
        self._create(plain(teams[0].image))
        for team in teams:
            self._create(pod(team, "driver"), self._platform.operator)
            owner = self._cluster.get("pod", "verify-driver", "-n", team.namespace)["metadata"]
            account = f"system:serviceaccount:{team.namespace}:{DRIVER_ACCOUNT}"
            self._create(pod(team, "executor", owner), account)
        keys = ["plain", *(f"{role}:{team.name}" for team in teams for role in ("driver", "executor"))]
        with ThreadPoolExecutor(len(keys)) as pool:
            return dict(zip(keys, pool.map(self._ready, self._made), strict=True))

    def _create(self, manifest: Json, user: str = "") -> None:
        self._require(self._cluster.create(manifest, user))
        self._made.append((manifest["metadata"]["name"], manifest["metadata"]["namespace"]))

    def _require(self, done: Any) -> None:  # noqa: ANN401
        if done.returncode and "AlreadyExists" not in done.stderr:
            raise SandboxError(f"a probe was refused: {done.stderr.strip()}")

    def _ready(self, made: tuple[str, str]) -> Probe:
        name, space = made
        done = self._cluster.kubectl(
            "wait", "--for=condition=Ready", f"pod/{name}", "-n", space, f"--timeout={START_SECONDS}s",
            timeout=START_SECONDS + 10,
        )  # fmt: skip
        status = self._cluster.get("pod", name, "-n", space)["status"]
        if done.returncode:
            raise SandboxError(f"pod {space}/{name} did not start within {START_SECONDS} s: {reason(status)}")
        return Probe(self._cluster, name, space, status["podIP"])

    def remove(self) -> None:
        """Take them away; also those of a run that was killed."""
        for team in self._platform.teams[:2]:
            names = ["verify-executor", "verify-driver"]
            self._cluster.kubectl("delete", "pod", *names, "-n", team.namespace, "--ignore-not-found", "--wait=false")
        self._cluster.kubectl("delete", "namespace", SCRATCH, "--ignore-not-found", "--wait=false")


def reason(status: Json) -> str:
    """Why a pod does not run, as its status says."""
    for container in status.get("containerStatuses", []):
        waiting = container.get("state", {}).get("waiting")
        if waiting:
            return f"{waiting.get('reason', '')} {waiting.get('message', '')}".strip()
    conditions: Iterable[Json] = status.get("conditions", [])
    return next((each["message"] for each in conditions if each.get("message")), f"phase {status.get('phase')}")


def pod(team: Team, role: str, owner: Json | None = None) -> Json:
    """A probe of that role, from the team's template."""
    manifest = copy.deepcopy(team.templates[role])
    metadata, spec = manifest["metadata"], manifest["spec"]
    metadata |= {"name": f"verify-{role}", "namespace": team.namespace}
    metadata["labels"]["spark-role"] = role
    metadata.get("annotations", {}).pop("prometheus.io/scrape", None)
    account = DRIVER_ACCOUNT if role == "driver" else EXECUTOR_ACCOUNT
    spec |= {"serviceAccountName": account, "automountServiceAccountToken": role == "driver", "restartPolicy": "Never"}
    _listen(spec["containers"][0], team.image, role)
    spec["terminationGracePeriodSeconds"] = 0
    if owner:
        link = {"apiVersion": "v1", "kind": "Pod", "name": owner["name"], "uid": owner["uid"], "controller": True}
        metadata["ownerReferences"] = [link]
    return manifest


def plain(image: str) -> Json:
    """The probe outside of all teams; fulfils Pod Security `restricted` all the same."""
    container: Json = {
        "name": "probe",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    _listen(container, image, "plain")
    security = {"runAsNonRoot": True, "runAsUser": 185, "seccompProfile": {"type": "RuntimeDefault"}}
    toleration = {"key": "virtual-kubelet.io/provider", "operator": "Exists", "effect": "NoSchedule"}
    spec = {
        "containers": [container],
        "securityContext": security,
        "tolerations": [toleration],
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": False,
    }
    metadata = {"name": "verify-plain", "namespace": SCRATCH}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _listen(container: Json, image: str, role: str) -> None:
    cpu, memory = SIZES[role]
    size = {"cpu": cpu, "memory": memory}
    container |= {"image": image, "command": ["python3", "-c", LISTEN, *map(str, PORTS.values())]}
    container["resources"] = {"requests": size, "limits": size}
