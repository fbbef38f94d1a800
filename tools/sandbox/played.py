"""Pods that are played: kwok answers for virtual nodes in three zones. Everything listens on 127.0.0.1 only.

For machines that cannot run a node, and for more pods than a machine could run.
"""

from pathlib import Path
from typing import Any

import yaml

from tools.sandbox import spark_operator
from tools.sandbox.cluster import MANIFESTS, ZONES, ControlPlane, Site, manifests, storage_class
from tools.sandbox.processes import Process
from tools.sandbox.programs import data_folder
from tools.sandbox.settings import Settings

NODE_PLAYER = "sandbox-node-player"
STORAGE_PROVISIONER = "kwok.x-k8s.io/volume"


class PlayedPods(ControlPlane):
    """A control plane on loopback, and kwok."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        # a loopback address may not be advertised
        flags = {"bind-address": "127.0.0.1", "endpoint-reconciler-type": "none"}
        self.site = Site(settings.ports, settings.server, flags)

    def up(self, claimed: list[str], foreign: list[str]) -> None:
        """See ControlPlane.up."""
        self.ensure(self.etcd(), self.api_server())
        self.wait_for_api()
        present = {node["metadata"]["name"] for node in self.nodes()}
        nodes = [
            node for node in map(_node, ZONES) if node["metadata"]["name"] not in present
        ]  # room counts at creation
        classes = [storage_class(name, STORAGE_PROVISIONER, "Immediate") for name in foreign]
        self.kubectl.apply([*manifests(MANIFESTS / "base.yaml"), *nodes, *classes])
        self.ensure(self.controller_manager(), self.scheduler(), self._kwok(claimed))
        self.wait_for_nodes(len(ZONES))

    def require_well(self) -> None:
        """See ControlPlane.require_well: the operator is a process here."""
        spark_operator.require_running(self._settings)

    def wanted(self) -> list[Process]:
        """All processes of a sandbox that is complete, for `status`."""
        operator = self.placed(spark_operator.NAME, ())
        return [
            self.etcd(),
            self.api_server(),
            self.controller_manager(),
            self.scheduler(),
            self.placed("kwok", ()),
            operator,
        ]

    def _kwok(self, storage_classes: list[str]) -> Process:
        config = self._settings.state / "kwok.yaml"
        config.write_text(kwok_config(data_folder(self._settings.cache, "kwok-stages"), storage_classes))
        flags = {
            "kubeconfig": self.component_kubeconfig("kwok", NODE_PLAYER),
            "config": config,
            "manage-nodes-with-label-selector": "type=virtual-kubelet",
            "server-address": f"127.0.0.1:{self.site.ports['kwok']}",
        }
        return self.process("kwok", flags)


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
