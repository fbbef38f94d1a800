"""Pods that run: the control plane, a container runtime, kubelet, kube-proxy and their helpers inside one node."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from tools.sandbox import processes
from tools.sandbox.cluster import ControlPlane, Site, manifests, storage_class
from tools.sandbox.console import SandboxError, wait_for
from tools.sandbox.node import image_store, kubelet, namespace, network, packages, runtime
from tools.sandbox.processes import Process, supervised
from tools.sandbox.programs import program
from tools.sandbox.settings import PROJECT_DIR, Settings

MANIFESTS = Path(__file__).parent / "manifests"
STORAGE_PROVISIONER = "spark-on-ack.io/sandbox-volumes"
KUBELET_CLIENT = "sandbox-kubelet-client"
"""The API server as the kubelet knows it."""
FORWARDER = "forwarder"
Archive = Callable[[IO[bytes]], None]
"""Writes an OCI archive."""
IMPORT_SECONDS = 240
IMPORTED = "images-imported"
"""File in the state folder: what was imported."""


class RealPods(ControlPlane):
    """A control plane inside the node, and the node itself."""

    def __init__(self, settings: Settings, archive: Archive | None = None, images_key: str = "") -> None:
        """`archive`: all images; `images_key` says which these are."""
        super().__init__(settings)
        self._archive, self._images_key = archive, images_key
        self.site = self._site(namespace.first_process(settings.state))

    def _site(self, node: int) -> Site:
        authority = self.authority
        certificate, key = authority.issue(KUBELET_CLIENT, KUBELET_CLIENT)
        flags = {
            "bind-address": "0.0.0.0",  # noqa: S104 (all addresses of the node, none of them outside of it)
            "advertise-address": network.NODE_ADDRESS,
            "kubelet-preferred-address-types": "InternalIP",
            "kubelet-client-certificate": certificate,
            "kubelet-client-key": key,
            "kubelet-certificate-authority": authority.certificate_file,
            "enable-admission-plugins": "NodeRestriction",
            "allow-privileged": "false",
        }
        unpacked = packages.root(self._settings.cache)
        path = f"{unpacked / 'usr/bin'}:{unpacked / 'usr/sbin'}:{packages.SEARCH_PATH}"
        env = {"PATH": path, "PYTHONPATH": str(PROJECT_DIR)}
        server = f"https://127.0.0.1:{network.PORTS['kube-apiserver']}"
        return Site(network.PORTS, server, flags, (network.API_SERVICE, network.NODE_ADDRESS), node, env)

    def up(self, claimed: list[str], foreign: list[str]) -> None:
        """See ControlPlane.up."""
        self.site = self._site(namespace.start(self._settings))
        imported = self._start_images()
        self.ensure(self.etcd(), self.api_server(), self._forwarder())
        self.wait_for_api()
        classes = [storage_class(name, STORAGE_PROVISIONER, "WaitForFirstConsumer") for name in foreign]
        self.kubectl.apply([*manifests(MANIFESTS / "base.yaml"), *dns(), *classes])
        self.ensure(self.controller_manager(), self.scheduler(), self._network_policies())
        self._finish_images(imported)  # a pod that misses one waits 10 s and more
        self.ensure(self._kubelet())
        self.wait_for_nodes(1)
        self.ensure(self._kube_proxy(), self._volumes())  # kube-proxy reads the node's addresses when it starts

    def require_well(self) -> None:
        """See ControlPlane.require_well."""
        if not namespace.first_process(self._settings.state):
            raise SandboxError("the node has ended; `make sandbox` starts it again")

    def wanted(self) -> list[Process]:
        """All processes of a sandbox that is complete, for `status`."""
        started = [self.etcd(), self.api_server(), self.controller_manager(), self.scheduler(), self._containerd()]
        added = [self._network_policies(), self._kubelet(), self._kube_proxy(), self._volumes(), self._forwarder()]
        return [namespace.process(self._settings), *started, *added]

    def _start_images(self) -> runtime.Import | None:
        """Start the runtime with the images that an earlier node kept, or with an import on its way."""
        settings, record = self._settings, self._settings.state / IMPORTED
        if self._archive and image_store.restore(settings.cache, self._images_key, runtime.root(settings)):
            record.write_text(self._images_key)
        self.ensure(self._containerd())
        if not self._archive or (record.exists() and record.read_text() == self._images_key):
            return None
        return runtime.Import(settings, self.site.node, self._archive)

    def _finish_images(self, imported: runtime.Import | None) -> None:
        """Wait for the import; what a new node imported is kept for the next ones while nothing uses it yet."""
        if imported is None:
            return
        settings, record = self._settings, self._settings.state / IMPORTED
        wait_for("the images to be imported", imported.done, IMPORT_SECONDS)
        if not record.exists():
            processes.stop(settings.state, "containerd")
            image_store.keep(settings.cache, self._images_key, runtime.root(settings))
            self.ensure(self._containerd())
        record.write_text(self._images_key)

    def _forwarder(self) -> Process:
        port, target = self._settings.ports["kube-apiserver"], network.PORTS["kube-apiserver"]
        program_file = Path(__file__).with_name("forwarder.py")
        argv = (sys.executable, "-I", "-S", str(program_file), str(port), str(self.site.node), str(target))
        return Process(FORWARDER, argv, self._settings.logs / f"{FORWARDER}.log", port)

    def _containerd(self) -> Process:
        config = runtime.write_configuration(self._settings, sys.executable)
        binary = packages.binary(self._settings.cache, "containerd")
        return self.placed("containerd", supervised([str(binary), f"--config={config}"]))

    def _kubelet(self) -> Process:
        kubeconfig = self.component_kubeconfig("kubelet", f"system:node:{network.NODE_NAME}", ["system:nodes"])
        binary = program("kubelet").path(self._settings.cache)
        return self.placed("kubelet", kubelet.kubelet_argv(self._settings, self.authority, binary, kubeconfig))

    def _kube_proxy(self) -> Process:
        kubeconfig = self.component_kubeconfig("kube-proxy", "system:kube-proxy")
        binary = program("kube-proxy").path(self._settings.cache)
        return self.placed("kube-proxy", kubelet.kube_proxy_argv(self._settings, binary, kubeconfig))

    def _helper(self, name: str, module: str, *arguments: Any) -> Process:  # noqa: ANN401 (whatever has a text)
        """One of the node's own Python helpers, with a certificate of its own."""
        kubeconfig = self.component_kubeconfig(name, f"sandbox-{name}")
        command = [sys.executable, "-m", f"tools.sandbox.node.{module}", str(kubeconfig), *map(str, arguments)]
        return self.placed(name, supervised([*command, str(network.PORTS[name])]))

    def _network_policies(self) -> Process:
        return self._helper("network-policies", "enforcer", runtime.POLICY_SOCKET, network.POD_RANGE)

    def _volumes(self) -> Process:
        return self._helper("volumes", "volumes", self._settings.state / "volumes", network.NODE_NAME)


def dns() -> list[dict[str, Any]]:
    """The objects of the cluster's DNS."""
    hosts = "\n".join(f"        {address} {name}" for name, address in network.CLOUD_NAMES.items())
    corefile = f""".:53 {{
    errors
    health
    ready
    cache 5
    hosts {{
{hosts}
        fallthrough
    }}
    kubernetes {network.DNS_DOMAIN} in-addr.arpa {{
        pods insecure
    }}
}}
"""
    metadata = {"name": "coredns", "namespace": "kube-system"}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kube-dns", "namespace": "kube-system"},
        "spec": {
            "clusterIP": network.DNS_SERVICE,
            "selector": {"k8s-app": "kube-dns"},
            "ports": [{"name": f"dns-{each.lower()}", "port": 53, "protocol": each} for each in ("UDP", "TCP")],
        },
    }
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"Corefile": corefile}}
    return [*manifests(MANIFESTS / "dns.yaml"), config, service]
