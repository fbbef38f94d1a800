"""The one process that is the node: it has namespaces of its own, everything runs in them, and its end ends everything.

Mounts, interfaces, nftables tables and addresses go with the namespaces; what stays is the cgroup and the state folder.
"""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.sandbox import processes
from tools.sandbox.console import SandboxError, wait_for
from tools.sandbox.node import cgroups, network, packages
from tools.sandbox.processes import Process
from tools.sandbox.settings import Settings

NAME = "node"
START_SECONDS = 20
STOP_SECONDS = 30
MARK_SECONDS = 3.0
UNSHARE = (
    "unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc",
    "--propagation", "private",
)  # fmt: skip
"""`--kill-child`: whoever ends unshare ends the node."""
INIT = Path(__file__).parent / "init.sh"


def process(settings: Settings) -> Process:
    """The node's process."""
    init = packages.binary(settings.cache, "catatonit")
    argv = (
        *UNSHARE, "/bin/sh", str(INIT), network.NODE_ADDRESS, str(_ready(settings)), str(init), *network.CLOUD_ADDRESSES
    )  # fmt: skip
    env = {"PATH": packages.SEARCH_PATH}
    return Process(NAME, argv, settings.logs / f"{NAME}.log", env=env)


def first_process(state: Path) -> int:
    """Process id, on the machine, of the node's first process; 0 if the node does not run."""
    for each in processes.find(state):
        if each.name == NAME and _inner_id(each.pid) == 1:
            return each.pid
    return 0


def _inner_id(pid: int) -> int:
    """The process id a process has in its own pid namespace, 0 if it has none of its own."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    ids = next((line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")), [])
    return int(ids[-1]) if len(ids) > 1 else 0


def start(settings: Settings) -> int:
    """Start the node unless it runs, with its cgroup; gives the id of its first process.

    Raises:
        SandboxError: the kernel refused something.

    """
    if pid := first_process(settings.state):
        return pid
    processes.stop(settings.state, NAME)
    name = cgroups.group_name(settings.state)
    cgroups.remove(name)  # of a node that was killed
    cgroups.create(name, cgroups.memory_limit())
    ready, wanted = _ready(settings), process(settings)
    ready.unlink(missing_ok=True)
    processes.start(settings.state, wanted)

    began = time.monotonic()

    def running() -> int | None:
        # a process that is being started shows its mark a moment late
        if not processes.find(settings.state) and time.monotonic() - began > MARK_SECONDS:
            raise SandboxError(f"the node did not start ({wanted.log}): {processes.last_words(wanted.log)}")
        return (first_process(settings.state) or None) if ready.exists() else None

    return wait_for("the node", running, START_SECONDS)


def _ready(settings: Settings) -> Path:
    return settings.state / "node.ready"


def stop(state: Path) -> bool:
    """End the node and all in it, and remove its cgroup; whether it ran.

    Raises:
        SandboxError: the kernel did not let go of a process or of the cgroup.

    """
    pid = first_process(state)
    if pid:
        os.kill(pid, signal.SIGKILL)  # the kernel ends all others of the pid namespace first
        wait_for("the node to end", lambda: None if Path(f"/proc/{pid}").exists() else True, STOP_SECONDS)
    cgroups.remove(cgroups.group_name(state))
    return bool(pid)


def run(node: int, argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[Any]:  # noqa: ANN401
    """`subprocess.run` inside the node."""
    return subprocess.run(processes.inside(node, argv), check=False, **options)
