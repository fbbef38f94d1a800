"""Configuration of the kubelet and of kube-proxy."""

from pathlib import Path
from typing import Any

import yaml

from tools.sandbox import files
from tools.sandbox.certificates import Authority
from tools.sandbox.cluster import ZONES
from tools.sandbox.node import cgroups, network, runtime
from tools.sandbox.processes import supervised
from tools.sandbox.settings import Settings

CPUS, MEMORY_GIB = 16, 64
"""The machine that the kubelet is shown. Larger, and a job with dynamic allocation would start more executors than two
processors can bring up; smaller, and pods sized for the cloud would not be scheduled."""
LARGER_MACHINE = Path(__file__).parent / "larger-machine.sh"


def kubelet_config(settings: Settings, authority: Authority) -> dict[str, Any]:
    """The kubelet's configuration file; who asks it is known by certificate and judged by the API server."""
    state = settings.state
    certificate, key = authority.issue(
        "kubelet-server", f"system:node:{network.NODE_NAME}", ["system:nodes"], [network.NODE_ADDRESS]
    )
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": network.NODE_ADDRESS,
        "port": network.KUBELET_PORT,
        "healthzPort": network.PORTS["kubelet"],
        "tlsCertFile": str(certificate),
        "tlsPrivateKeyFile": str(key),
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority.certificate_file)},
        },
        "authorization": {"mode": "Webhook"},
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",  # containerd 1.6 cannot announce its own
        "cgroupRoot": f"/{cgroups.group_name(state)}",
        "oomScoreAdj": 0,  # root without CAP_SYS_RESOURCE may not lower it
        "failSwapOn": False,
        "containerRuntimeEndpoint": f"unix://{runtime.SOCKET}",
        "clusterDNS": [network.DNS_SERVICE],
        "clusterDomain": network.DNS_DOMAIN,
        "resolvConf": str(state / "resolv.conf"),
        "podLogsDir": str(state / "pod-logs"),
        "volumePluginDir": str(state / "volume-plugins"),
        "imageGCHighThresholdPercent": 100,  # an image that is removed cannot be pulled again
        "evictionHard": {
            "memory.available": "200Mi",
            "nodefs.available": "1%",
            "imagefs.available": "1%",
            "nodefs.inodesFree": "1%",
        },
        "maxPods": 110,
    }


def kubelet_argv(settings: Settings, authority: Authority, binary: Path, kubeconfig: Path) -> tuple[str, ...]:
    """The kubelet, shown a larger machine, supervised."""
    state = settings.state
    files.write(state / "resolv.conf", "nameserver 127.0.0.1\n", 0o644)  # for pods that do not use the cluster's DNS
    file = files.write(state / "kubelet.yaml", yaml.safe_dump(kubelet_config(settings, authority), sort_keys=False))
    labels = {"topology.kubernetes.io/zone": ZONES[0], "topology.kubernetes.io/region": ZONES[0].rpartition("-")[0]}
    return supervised(
        [
            "unshare", "--mount", "--propagation", "unchanged", "/bin/sh", str(LARGER_MACHINE),
            str(CPUS), str(MEMORY_GIB << 20),
            str(binary), f"--config={file}", f"--kubeconfig={kubeconfig}", f"--hostname-override={network.NODE_NAME}",
            f"--node-ip={network.NODE_ADDRESS}", f"--root-dir={state / 'kubelet'}",
            f"--cert-dir={state / 'kubelet/pki'}",
            f"--node-labels={','.join(f'{name}={value}' for name, value in labels.items())}",
        ]
    )  # fmt: skip


def kube_proxy_argv(settings: Settings, binary: Path, kubeconfig: Path) -> tuple[str, ...]:
    """kube-proxy, supervised: it ends itself when the node's address or the node changes."""
    config = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clusterCIDR": network.POD_RANGE,
        "hostnameOverride": network.NODE_NAME,
        "oomScoreAdj": 0,
        "healthzBindAddress": f"127.0.0.1:{network.PORTS['kube-proxy']}",
        "metricsBindAddress": "127.0.0.1:10249",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        # limits of connection tracking belong to the whole machine
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }
    file = files.write(settings.state / "kube-proxy.yaml", yaml.safe_dump(config, sort_keys=False))
    return supervised([str(binary), f"--config={file}"])
