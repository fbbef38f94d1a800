"""The container runtime: containerd's and CNI's configuration, and images brought in without a registry.

Written for containerd 1.6, which Debian 12 has; 1.7 reads the same file. Kubernetes 1.38 will want 2.x.
"""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from typing import IO, Any

from tools.sandbox import files
from tools.sandbox.console import SandboxError
from tools.sandbox.node import network, packages
from tools.sandbox.processes import inside
from tools.sandbox.settings import Settings

SOCKET = "/run/containerd/containerd.sock"
PAUSE_IMAGE = "localhost/pause:1"
POLICY_SOCKET = "/run/network-policies.sock"
"""Where the network plugin tells the enforcer of a new pod's address."""
PLUGIN = Path(__file__).parent / "cni_plugin.py"


def root(settings: Settings) -> Path:
    """Where containerd keeps images and containers."""
    return settings.state / "containerd"


def containerd_config(settings: Settings) -> str:
    """containerd's TOML."""
    state = settings.state
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    return f"""version = 2
root = "{root(settings)}"
state = "/run/containerd"
[grpc]
  address = "{SOCKET}"
[metrics]
  address = "127.0.0.1:{network.PORTS["containerd"]}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{state}/containerd-opt"
[{cri}]
  sandbox_image = "{PAUSE_IMAGE}"
  # root without CAP_SYS_RESOURCE may not lower a score
  restrict_oom_score_adj = true
  disable_apparmor = true
  # DNS listens on 53 as an ordinary user
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  tolerate_missing_hugetlb_controller = true
  disable_hugetlb_controller = true
  [{cri}.containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [{cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [{cri}.containerd.runtimes.runc.options]
        BinaryName = "{packages.binary(settings.cache, "runc")}"
  [{cri}.cni]
    bin_dir = "{state}/cni/bin"
    conf_dir = "{state}/cni/conf"
"""


def cni_config() -> dict[str, Any]:
    """One veth pair a pod without a bridge, so that every packet passes the node's forward hook, where policies act.

    The last plugin lets a pod start only when the enforcer has its rules in force. Leases lie in the node's /run: they
    go with the pods when the node ends.
    """
    addresses = {
        "type": "host-local",
        "dataDir": "/run/cni",
        "ranges": [[{"subnet": network.POD_RANGE}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    return {
        "cniVersion": "0.4.0",
        "name": "sandbox",
        "plugins": [
            {"type": "ptp", "ipMasq": False, "mtu": 1500, "ipam": addresses},
            {"type": "network-policies", "socket": POLICY_SOCKET},
        ],
    }


def write_configuration(settings: Settings, python: str) -> Path:
    """Write all files; gives containerd's."""
    cni = settings.state / "cni"
    for folder in ("bin", "conf"):
        (cni / folder).mkdir(parents=True, exist_ok=True)
    for plugin in packages.binary(settings.cache, "containernetworking-plugins").parent.iterdir():
        link = cni / "bin" / plugin.name
        if not link.exists():
            link.unlink(missing_ok=True)  # one that leads nowhere
            link.symlink_to(plugin)
    files.write(cni / "bin/network-policies", f'#!/bin/sh\nexec {python} -I -S {PLUGIN} "$@"\n', 0o755)
    files.write(cni / "conf/10-sandbox.conflist", json.dumps(cni_config(), indent=1))
    return files.write(settings.state / "containerd.toml", containerd_config(settings))


class Import:
    """Images on their way into the runtime, beside other work."""

    def __init__(self, settings: Settings, node: int, write: Callable[[IO[bytes]], None]) -> None:
        """Begin; `write` writes one OCI archive with these images."""
        ctr = packages.binary(settings.cache, "containerd").with_name("ctr")
        self._argv = inside(node, [str(ctr), f"--address={SOCKET}", "--namespace=k8s.io", "images", "import", "-"])
        self._write, self._error = write, ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with Popen(self._argv, stdin=PIPE, stdout=PIPE, stderr=STDOUT) as process:
            assert process.stdin is not None  # noqa: S101 (a pipe was asked for)
            try:
                self._write(process.stdin)
                process.stdin.close()
            except (OSError, SandboxError) as error:
                self._error = str(error)
                process.kill()
            printed = process.stdout.read().decode(errors="replace") if process.stdout else ""
        if process.returncode:
            lines = printed.strip().splitlines()
            self._error = lines[-1] if lines else self._error or "no message"

    def done(self) -> bool | None:
        """True when all images are there, None before.

        Raises:
            SandboxError: the import failed.

        """
        if self._thread.is_alive():
            return None
        if self._error:
            raise SandboxError(f"importing the images failed: {self._error}")
        return True
