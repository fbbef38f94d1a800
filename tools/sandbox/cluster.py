"""The control plane: etcd, API server, controller manager, scheduler. What pods run on is added by its two kinds.

Everything speaks TLS with certificates of the sandbox's own authority; each part has an identity of its own and the
rights Kubernetes gives it by default.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tools.sandbox import processes
from tools.sandbox.certificates import Authority
from tools.sandbox.console import say, wait_for
from tools.sandbox.kubectl import ADMIN, Kubectl, client, write_kubeconfig
from tools.sandbox.processes import Process
from tools.sandbox.programs import program
from tools.sandbox.settings import Settings

MANIFESTS = Path(__file__).parent / "manifests"
ZONES = ("cn-hangzhou-i", "cn-hangzhou-j", "cn-hangzhou-k")
"""Zones of the played nodes, three as a production stack has; a real node is in the first."""


@dataclass(frozen=True)
class Site:
    """Where the control plane's processes run and how they are reached there."""

    ports: Mapping[str, int]
    """Port of each process by its name."""
    server: str
    """Address of the API server for those who are in the same place."""
    api_server_flags: Mapping[str, Any]
    """Flags of the API server that this place needs."""
    addresses: tuple[str, ...] = ()
    """Further addresses in the API server's certificate."""
    node: int = 0
    """Process id of the node; 0: the machine itself."""
    env: Mapping[str, str] = field(default_factory=dict)


class ControlPlane(ABC):
    """The processes of one sandbox, made of its settings; `up` is idempotent."""

    site: Site

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.state.chmod(0o700)
        self.authority = Authority(settings.state / "certificates")
        self.kubectl = Kubectl(program("kubectl").path(settings.cache), settings.kubeconfig)

    @abstractmethod
    def up(self, claimed: list[str], foreign: list[str]) -> None:
        """Start what does not run, and wait until the API server and the nodes are ready.

        `claimed`: storage classes that claims name; `foreign`: those of them that the stack does not make.

        Raises:
            SandboxError: a port is taken or a process does not come up.

        """

    @abstractmethod
    def require_well(self) -> None:
        """Raise SandboxError if what jobs need has ended."""

    def write_kubeconfig(self, submitters: dict[str, list[str]]) -> None:
        """Write the kubeconfig: `admin`, and a context for each submitter (name to its groups)."""
        users = {ADMIN: client(self.authority, ADMIN, ADMIN, ["system:masters"])}
        users |= {name: client(self.authority, name, name, groups) for name, groups in submitters.items()}
        write_kubeconfig(self._settings.kubeconfig, self._settings.server, self.authority, users)

    def ensure(self, *wanted: Process) -> None:
        """Start those of `wanted` that do not run well with exactly these arguments."""
        state = self._settings.state
        for each in wanted:
            if not processes.is_up(state, each):
                processes.stop(state, each.name)  # one that hangs, or runs with older arguments
                processes.start(state, each)
                say(f"  started {each.name}" + (f" on port {each.port}" if each.port and not each.node else ""))

    def wait_for_api(self) -> None:
        """Wait until the API server is ready."""
        wait_for("the API server", self._api_ready, 90)

    def _api_ready(self) -> bool | None:
        return True if self.kubectl.run("get", "--raw=/readyz", check=False).returncode == 0 else None

    def nodes(self) -> list[dict[str, Any]]:
        """The nodes that are registered."""
        return list((self.kubectl.get("nodes") or {"items": []})["items"])

    def wait_for_nodes(self, count: int) -> None:
        """Wait until `count` nodes are ready."""

        def enough() -> bool | None:
            ready = [
                node["metadata"]["name"]
                for node in self.nodes()
                for condition in node["status"].get("conditions", [])
                if (condition["type"], condition["status"]) == ("Ready", "True")
            ]
            return True if len(ready) >= count else None

        wait_for("the nodes to be ready", enough, 90)

    def process(self, name: str, flags: Mapping[str, Any]) -> Process:
        """One of the built programs with its flags, in this place."""
        binary = program(name).path(self._settings.cache)
        argv = (str(binary), *(f"--{flag}={value}" for flag, value in flags.items()))
        return self.placed(name, argv)

    def placed(self, name: str, argv: tuple[str, ...]) -> Process:
        """A process in this place, with its port and log."""
        log, port = self._settings.logs / f"{name}.log", self.site.ports.get(name, 0)
        return Process(name, argv, log, port, self.site.env, self.site.node)

    def etcd(self) -> Process:
        """The store, for the API server only."""
        ports = self.site.ports
        url, peer = f"https://127.0.0.1:{ports['etcd']}", f"https://127.0.0.1:{ports['etcd-peer']}"
        certificate, key = self.authority.issue("etcd", "etcd")
        tls = {
            f"{prefix}{name}": value
            for prefix in ("", "peer-")
            for name, value in {
                "cert-file": certificate,
                "key-file": key,
                "trusted-ca-file": self.authority.certificate_file,
                "client-cert-auth": "true",
            }.items()
        }
        flags = {
            "name": "sandbox",
            "data-dir": self._settings.state / "etcd",
            "listen-client-urls": url,
            "advertise-client-urls": url,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"sandbox={peer}",
            "unsafe-no-fsync": "true",  # survives the death of a process, not of the machine: enough for a sandbox
            "quota-backend-bytes": 4 << 30,
            "log-level": "warn",
        }
        return self.process("etcd", flags | tls)

    def api_server(self) -> Process:
        """The API server."""
        ports = self.site.ports
        certificate, key = self.authority.issue("kube-apiserver", "kube-apiserver", addresses=self.site.addresses)
        etcd_certificate, etcd_key = self.authority.issue("etcd-client", "kube-apiserver")
        signing_key, checking_key = self.authority.service_account_key()
        flags = {
            "etcd-servers": f"https://127.0.0.1:{ports['etcd']}",
            "etcd-cafile": self.authority.certificate_file,
            "etcd-certfile": etcd_certificate,
            "etcd-keyfile": etcd_key,
            "secure-port": ports["kube-apiserver"],
            "tls-cert-file": certificate,
            "tls-private-key-file": key,
            "client-ca-file": self.authority.certificate_file,
            "anonymous-auth": "false",
            "authorization-mode": "Node,RBAC",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-signing-key-file": signing_key,
            "service-account-key-file": checking_key,
            "service-cluster-ip-range": "10.96.0.0/16",
            "audit-policy-file": MANIFESTS / "audit-policy.yaml",
            "audit-log-path": self._settings.state / "audit.log",
            "audit-log-maxsize": 200,  # MB
            "audit-log-maxbackup": 1,
            "profiling": "false",
        }
        return self.process("kube-apiserver", flags | dict(self.site.api_server_flags))

    def component_kubeconfig(self, name: str, user: str, groups: list[str] | None = None) -> Path:
        """Kubeconfig of one of the sandbox's own processes, with a client certificate."""
        file = self._settings.state / f"{name}.kubeconfig"
        write_kubeconfig(file, self.site.server, self.authority, {user: client(self.authority, name, user, groups)})
        return file

    def _component(self, name: str, flags: dict[str, Any]) -> Process:
        """Controller manager or scheduler: alone, so without leader election."""
        kubeconfig = self.component_kubeconfig(name, f"system:{name}")
        certificate, key = self.authority.issue(name, f"system:{name}")
        common = {
            "kubeconfig": kubeconfig,
            "authentication-kubeconfig": kubeconfig,
            "authorization-kubeconfig": kubeconfig,
            "bind-address": "127.0.0.1",
            "secure-port": self.site.ports[name],
            "tls-cert-file": certificate,
            "tls-private-key-file": key,
            "leader-elect": "false",
            "kube-api-qps": 300,
            "kube-api-burst": 400,
        }
        return self.process(name, common | flags)

    def controller_manager(self) -> Process:
        """The controller manager."""
        flags = {
            "root-ca-file": self.authority.certificate_file,
            "service-account-private-key-file": self.authority.service_account_key()[0],
            "use-service-account-credentials": "true",
            # A quota that counts a kind defined after it refuses objects of that kind until the next round, 5 min later
            "resource-quota-sync-period": "5s",
        }
        return self._component("kube-controller-manager", flags)

    def scheduler(self) -> Process:
        """The scheduler."""
        return self._component("kube-scheduler", {})


def manifests(file: Path) -> list[dict[str, Any]]:
    """The objects of a YAML file."""
    return [each for each in yaml.safe_load_all(file.read_text()) if each]


def storage_class(name: str, provisioner: str, binding: str) -> dict[str, Any]:
    """A storage class that claims name and the stack does not make: on ACK the cluster brings it."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": provisioner,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": binding,
        "allowVolumeExpansion": True,
    }
