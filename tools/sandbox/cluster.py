"""The control plane: etcd, API server, controller manager, scheduler, and kwok playing virtual nodes in three zones.

Everything listens on 127.0.0.1 only and speaks TLS with certificates of the sandbox's own authority; each part has an
identity of its own and the rights Kubernetes gives it by default.
"""

from pathlib import Path
from typing import Any

import yaml

from tools.sandbox import processes
from tools.sandbox.certificates import Authority
from tools.sandbox.console import say, wait_for
from tools.sandbox.kubectl import ADMIN, Kubectl, client, write_kubeconfig
from tools.sandbox.processes import Process
from tools.sandbox.programs import data_folder, program
from tools.sandbox.settings import Settings

MANIFESTS = Path(__file__).parent / "manifests"
ZONES = ("cn-hangzhou-i", "cn-hangzhou-j", "cn-hangzhou-k")
"""Zones of the played nodes; three, as a production stack has."""
NODE_PLAYER = "sandbox-node-player"
STORAGE_PROVISIONER = "kwok.x-k8s.io/volume"


class ControlPlane:
    """The processes of one sandbox, made of its settings; `up` is idempotent."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.state.chmod(0o700)
        self.authority = Authority(settings.state / "certificates")
        self.kubectl = Kubectl(program("kubectl").path(settings.cache), settings.kubeconfig)

    def write_kubeconfig(self, submitters: dict[str, list[str]]) -> None:
        """Write the kubeconfig: `admin`, and a context for each submitter (name to its groups)."""
        users = {ADMIN: client(self.authority, ADMIN, ADMIN, ["system:masters"])}
        users |= {name: client(self.authority, name, name, groups) for name, groups in submitters.items()}
        write_kubeconfig(self._settings.kubeconfig, self._settings.server, self.authority, users)

    def up(self, claimed: list[str], foreign: list[str]) -> None:
        """Start what does not run, and wait until the API server is ready and the nodes are.

        `claimed`: storage classes whose volumes are played; `foreign`: those of them that have to be made.

        Raises:
            SandboxError: a port is taken or a process does not come up.

        """
        self._ensure([self._etcd(), self._api_server()])
        wait_for("the API server", self._api_ready, 90)
        present = {node["metadata"]["name"] for node in self._nodes()}
        nodes = [
            node for node in map(_node, ZONES) if node["metadata"]["name"] not in present
        ]  # room counts at creation
        self.kubectl.apply([*self._base(), *nodes, *map(_storage_class, foreign)])
        self._ensure([self._controller_manager(), self._scheduler(), self._kwok(claimed)])
        wait_for("the virtual nodes", self._nodes_ready, 60)

    def _ensure(self, wanted: list[Process]) -> None:
        state = self._settings.state
        for each in wanted:
            if not processes.is_up(state, each):
                processes.stop(state, each.name)  # one that hangs, or runs with older arguments
                processes.start(state, each)
                say(f"  started {each.name} on port {each.port}")

    def _api_ready(self) -> bool | None:
        return True if self.kubectl.run("get", "--raw=/readyz", check=False).returncode == 0 else None

    def _nodes(self) -> list[dict[str, Any]]:
        return list((self.kubectl.get("nodes") or {"items": []})["items"])

    def _nodes_ready(self) -> bool | None:
        ready = [
            node["metadata"]["name"]
            for node in self._nodes()
            for condition in node["status"].get("conditions", [])
            if (condition["type"], condition["status"]) == ("Ready", "True")
        ]
        return True if len(ready) >= len(ZONES) else None

    @staticmethod
    def _base() -> list[dict[str, Any]]:
        return list(yaml.safe_load_all((MANIFESTS / "base.yaml").read_text()))

    def _process(self, name: str, flags: dict[str, Any]) -> Process:
        binary = program(name).path(self._settings.cache)
        argv = (str(binary), *(f"--{flag}={value}" for flag, value in flags.items()))
        return Process(name, argv, self._settings.logs / f"{name}.log", self._settings.ports[name])

    def _etcd(self) -> Process:
        ports = self._settings.ports
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
        return self._process("etcd", flags | tls)

    def _api_server(self) -> Process:
        state, ports = self._settings.state, self._settings.ports
        certificate, key = self.authority.issue("kube-apiserver", "kube-apiserver")
        etcd_certificate, etcd_key = self.authority.issue("etcd-client", "kube-apiserver")
        signing_key, checking_key = self.authority.service_account_key()
        flags = {
            "etcd-servers": f"https://127.0.0.1:{ports['etcd']}",
            "etcd-cafile": self.authority.certificate_file,
            "etcd-certfile": etcd_certificate,
            "etcd-keyfile": etcd_key,
            "bind-address": "127.0.0.1",
            "endpoint-reconciler-type": "none",  # a loopback address may not be advertised
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
            "audit-log-path": state / "audit.log",
            "audit-log-maxsize": 200,  # MB
            "audit-log-maxbackup": 1,
            "profiling": "false",
        }
        return self._process("kube-apiserver", flags)

    def _component_kubeconfig(self, name: str, user: str) -> Path:
        file = self._settings.state / f"{name}.kubeconfig"
        write_kubeconfig(file, self._settings.server, self.authority, {user: client(self.authority, name, user)})
        return file

    def _component(self, name: str, flags: dict[str, Any]) -> Process:
        """Controller manager or scheduler: alone, so without leader election."""
        kubeconfig = self._component_kubeconfig(name, f"system:{name}")
        certificate, key = self.authority.issue(name, f"system:{name}")
        common = {
            "kubeconfig": kubeconfig,
            "authentication-kubeconfig": kubeconfig,
            "authorization-kubeconfig": kubeconfig,
            "bind-address": "127.0.0.1",
            "secure-port": self._settings.ports[name],
            "tls-cert-file": certificate,
            "tls-private-key-file": key,
            "leader-elect": "false",
            "kube-api-qps": 300,
            "kube-api-burst": 400,
        }
        return self._process(name, common | flags)

    def _controller_manager(self) -> Process:
        flags = {
            "root-ca-file": self.authority.certificate_file,
            "service-account-private-key-file": self.authority.service_account_key()[0],
            "use-service-account-credentials": "true",
            # A quota that counts a kind defined after it refuses objects of that kind until the next round, 5 min later
            "resource-quota-sync-period": "5s",
        }
        return self._component("kube-controller-manager", flags)

    def _scheduler(self) -> Process:
        return self._component("kube-scheduler", {})

    def _kwok(self, storage_classes: list[str]) -> Process:
        config = self._settings.state / "kwok.yaml"
        config.write_text(kwok_config(data_folder(self._settings.cache, "kwok-stages"), storage_classes))
        flags = {
            "kubeconfig": self._component_kubeconfig("kwok", NODE_PLAYER),
            "config": config,
            "manage-nodes-with-label-selector": "type=virtual-kubelet",
            "server-address": f"127.0.0.1:{self._settings.ports['kwok']}",
        }
        return self._process("kwok", flags)


def kwok_config(stages: Path, storage_classes: list[str]) -> str:
    """kwok's configuration: its own stages for nodes, pods and volumes, and the sandbox's for drivers.

    The volume stages serve one storage class by name; here they serve all that the platform's claims name.
    """
    documents: list[Any] = [
        {
            "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
            "kind": "KwokConfiguration",
            "options": {
                "cidr": "10.128.0.1/16",
                "nodeIP": "10.0.0.1",
                "podPlayStageParallelism": 16,
                "podsOnNodeSyncParallelism": 4,
                "nodePlayStageParallelism": 4,
                "nodeLeaseParallelism": 4,
                "nodeLeaseDurationSeconds": 40,
            },
        }
    ]
    for file in sorted([*stages.glob("node/fast/*.yaml"), *stages.glob("pod/fast/*.yaml")]):
        documents += yaml.safe_load_all(file.read_text())
    for file in sorted(stages.glob("volume/fast/*.yaml")):
        documents += yaml.safe_load_all(file.read_text().replace("== 'kwok-volume'", f"in {storage_classes!r}"))
    documents += yaml.safe_load_all((MANIFESTS / "stages.yaml").read_text())
    wanted = [each for each in documents if each["kind"] in ("KwokConfiguration", "Stage")]
    return yaml.safe_dump_all(wanted, sort_keys=False)


def _node(zone: str) -> dict[str, Any]:
    """A virtual node as ACK makes them: one a zone, labelled, tainted, with room for thousands of pods."""
    name = f"virtual-kubelet-{zone}"
    labels = {
        "type": "virtual-kubelet",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": zone.rpartition("-")[0],
        "topology.kubernetes.io/zone": zone,
    }
    room = {"cpu": "10k", "memory": "40Ti", "ephemeral-storage": "100Ti", "pods": "10k"}
    taint = {"key": "virtual-kubelet.io/provider", "value": "alibabacloud", "effect": "NoSchedule"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": [taint]},
        "status": {"allocatable": room, "capacity": room},
    }


def _storage_class(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": STORAGE_PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": True,
    }
