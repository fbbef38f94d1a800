"""The cgroup that holds a sandbox's pods and bounds their memory; its name follows from the state folder.

Machines with cgroup v1 (a hierarchy for each controller) are what this was run on. Version 2 is written after its
documentation and was not run.
"""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from tools.sandbox.console import SandboxError

REMOVE_SECONDS = 10.0
"""How long the kernel may take to let go of a group whose last process has just ended."""
PODS = "kubepods"
"""The kubelet's own group. It is made before the kubelet starts, which would otherwise size its cpuset by the larger
machine it is shown and fail."""


@dataclass(frozen=True)
class Hierarchies:
    """Mount points of the machine's cgroup hierarchies."""

    v1: tuple[Path, ...]
    v2: Path | None


def hierarchies(mounts: str | None = None) -> Hierarchies:
    """Read them from the text of /proc/mounts."""
    text = Path("/proc/mounts").read_text() if mounts is None else mounts
    rows = [line.split() for line in text.splitlines()]
    old = tuple(dict.fromkeys(Path(row[1]) for row in rows if row[2] == "cgroup"))
    new = [Path(row[1]) for row in rows if row[2] == "cgroup2"]
    return Hierarchies(old, new[0] if new else None)


def group_name(state: Path) -> str:
    """Name of the group of the sandbox in `state`."""
    return f"spark-on-ack-{hashlib.sha256(str(state).encode()).hexdigest()[:12]}"


def memory_limit(meminfo: str | None = None) -> int:
    """Bytes that all pods together may use: three quarters of the machine, the rest is the control plane's."""
    text = Path("/proc/meminfo").read_text() if meminfo is None else meminfo
    total = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("MemTotal:"))
    return total * 1024 * 3 // 4


def create(name: str, limit: int) -> None:
    """Make the group in every hierarchy, with `limit` bytes of memory.

    Raises:
        SandboxError: the kernel refused; cgroups are read-only in most containers.

    """
    known = hierarchies()
    try:
        if known.v1:
            for mount in known.v1:
                _create_v1(mount, name, limit)
        elif known.v2:
            _create_v2(known.v2, name, limit)
        else:
            raise SandboxError("no cgroup hierarchy is mounted")
    except OSError as error:
        raise SandboxError(f"cgroup {name} cannot be made: {error.strerror} ({error.filename})") from None


def _create_v1(mount: Path, name: str, limit: int) -> None:
    for folder in (mount / name, mount / name / PODS):
        folder.mkdir(exist_ok=True)
        for file in ("cpuset.cpus", "cpuset.mems"):
            if (mount / file).exists():
                (folder / file).write_text((mount / file).read_text())
    if (mount / "memory.limit_in_bytes").exists():
        (mount / name / "memory.limit_in_bytes").write_text(str(limit))


def _create_v2(mount: Path, name: str, limit: int) -> None:
    (mount / name / PODS).mkdir(parents=True, exist_ok=True)
    available = set((mount / "cgroup.controllers").read_text().split())
    wanted = " ".join(f"+{each}" for each in ("cpu", "cpuset", "io", "memory", "pids") if each in available)
    for folder in (mount, mount / name):
        (folder / "cgroup.subtree_control").write_text(wanted)
    (mount / name / "memory.max").write_text(str(limit))


def remove(name: str) -> None:
    """Remove the group and all below it, in every hierarchy; its processes have ended before.

    Raises:
        SandboxError: the kernel did not let go of it.

    """
    known = hierarchies()
    deadline = time.monotonic() + REMOVE_SECONDS
    for mount in (*known.v1, *([known.v2] if known.v2 else [])):
        while (group := mount / name).exists():
            try:
                for folder in sorted((each for each in group.rglob("*") if each.is_dir()), reverse=True):
                    folder.rmdir()
                group.rmdir()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise SandboxError(f"cgroup {group} cannot be removed: {error.strerror}") from None
                time.sleep(0.1)
