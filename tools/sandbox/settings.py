"""Where the sandbox keeps its things and which ports it takes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tools.sandbox.console import SandboxError

PROJECT_DIR = Path(__file__).resolve().parents[2]
"""The checkout this module lies in."""

DEFAULT_PORT = 27400
"""First of the ports; below the range Linux gives to outgoing connections (32768 and up)."""

PORT_NAMES = (
    "kube-apiserver",
    "etcd",
    "etcd-peer",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "spark-operator",
    "spark-operator-metrics",
)
"""Port `DEFAULT_PORT + n` belongs to the n-th name."""


class Pods(StrEnum):
    """Whether pods run."""

    REAL = "real"
    """A kubelet runs them as containers on a node of the sandbox's own."""
    PLAYED = "played"
    """kwok says of them what a kubelet would say; nothing runs."""


@dataclass(frozen=True)
class Settings:
    """One sandbox: its state folder, the shared cache and its ports."""

    state: Path
    """Certificates, etcd data, logs; removed by `down`."""
    cache: Path
    """Compiled programs and downloads; shared by all clones, never removed."""
    port: int
    """First of the ports."""
    stack: str = "sandbox"
    """The stack file that is replayed: stacks/Pulumi.<stack>.yaml."""
    pods: Pods | None = None
    """The kind of pods that is asked for; None: real ones where this machine can run them."""

    @property
    def ports(self) -> dict[str, int]:
        """Name to loopback port; with real pods all but the API server's stay free."""
        return {name: self.port + offset for offset, name in enumerate(PORT_NAMES)}

    @property
    def server(self) -> str:
        """Address of the API server."""
        return f"https://127.0.0.1:{self.ports['kube-apiserver']}"

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig a person uses: admin, and one context a team for its submitter."""
        return self.state / "kubeconfig"

    @property
    def logs(self) -> Path:
        """One log a process."""
        return self.state / "logs"


def from_environment(env: Mapping[str, str] | None = None) -> Settings:
    """Read SANDBOX_DIR, SANDBOX_PORT, PODS, XDG_STATE_HOME and XDG_CACHE_HOME.

    Raises:
        SandboxError: SANDBOX_PORT is no usable port, PODS no kind of pods.

    """
    env = os.environ if env is None else env
    home = Path(env.get("HOME") or "/tmp")  # noqa: S108 (a container without HOME)
    state_home = Path(env.get("XDG_STATE_HOME") or home / ".local/state")
    cache_home = Path(env.get("XDG_CACHE_HOME") or home / ".cache")
    state = Path(env.get("SANDBOX_DIR") or state_home / "spark-on-ack/sandbox")
    text = env.get("SANDBOX_PORT") or str(DEFAULT_PORT)
    highest = 65535 - len(PORT_NAMES)
    if not text.isdigit() or not 1024 <= int(text) <= highest:
        raise SandboxError(f"SANDBOX_PORT: {text!r} is not a port from 1024 to {highest}")
    pods = env.get("PODS") or None
    if pods not in (None, *Pods):
        raise SandboxError(f"PODS: {pods!r} is not one of: {', '.join(Pods)}")
    cache = (cache_home / "spark-on-ack").absolute()
    return Settings(state=state.absolute(), cache=cache, port=int(text), pods=Pods(pods) if pods else None)
