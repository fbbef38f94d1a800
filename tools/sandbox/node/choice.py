"""Real or played pods: decided once, before the first process starts, and kept for as long as the sandbox lives."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.sandbox.console import SandboxError, say
from tools.sandbox.node import cgroups, packages
from tools.sandbox.node.namespace import UNSHARE
from tools.sandbox.settings import Pods, Settings

PROBE = """set -e
mount --make-rshared /
mount -t tmpfs tmpfs /run
ip link add probe0 type veth peer name probe1
nft add table inet probe
echo 1 > /proc/sys/net/ipv4/ip_forward
mount -t overlay overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" "$1/all"
"""
"""What the node does first, tried in namespaces that are gone at once; overlay on the disk that will hold the images,
for it cannot lie on overlay."""
TIMEOUT = 60
HIDDEN = ("/run", "/var/run", "/var/log")
"""Folders in whose place the node has its own."""


def kind_of(state: Path) -> Pods | None:
    """The kind of pods of the sandbox in `state`; None: there is none yet."""
    file = _record(state)
    return Pods(file.read_text()) if file.exists() else None


def _record(state: Path) -> Path:
    return state / "pods"


def decide(settings: Settings) -> Pods:
    """The kind of pods for this run, said and recorded in the state folder.

    Raises:
        SandboxError: another kind runs already, or real pods are asked for and cannot be had.

    """
    chosen = wanted(settings)
    if chosen is Pods.REAL:
        say("  pods are [bold]real[/]: they run as containers on a node of the sandbox's own")
    _record(settings.state).write_text(chosen)
    return chosen


def wanted(settings: Settings) -> Pods:
    """The kind of pods that is asked for, or runs already, or that this machine can run.

    Raises:
        SandboxError: another kind runs already, or real pods are asked for and cannot be had.

    """
    present, asked = kind_of(settings.state), settings.pods
    if present and asked and present is not asked:
        raise SandboxError(f"PODS={asked}: this sandbox has {present} pods; `make sandbox-down` first")
    kind = asked or present
    if kind is Pods.PLAYED:
        return kind
    reason = obstacle(settings)
    if reason is None:
        return Pods.REAL
    if kind is Pods.REAL:
        raise SandboxError(f"PODS={kind}: {reason}")
    say(f"  pods are [bold]played[/] by kwok, no container runs: {reason}")
    return Pods.PLAYED


def obstacle(settings: Settings) -> str | None:
    """Why real pods cannot be had on this machine, in one sentence; None if they can. Gets missing packages."""
    if sys.platform != "linux":
        return f"real pods need Linux, this is {sys.platform}"
    if os.geteuid() != 0:
        return "real pods need root (sudo make sandbox)"
    if any(settings.state.is_relative_to(folder) for folder in HIDDEN):
        return f"the node has {', '.join(HIDDEN)} of its own, so SANDBOX_DIR may not lie there: {settings.state}"
    if lacking := [name for name in ("unshare", "nsenter") if shutil.which(name) is None]:
        return f"{' and '.join(lacking)} of util-linux is missing"
    try:
        packages.ensure(settings.cache)
        _try_kernel(settings)
    except SandboxError as error:
        return str(error)
    return None


def _try_kernel(settings: Settings) -> None:
    """Do once what the node will do. Raises SandboxError with the kernel's answer."""
    name = f"{cgroups.group_name(settings.state)}-probe"
    try:
        cgroups.create(name, cgroups.memory_limit())
    finally:
        cgroups.remove(name)
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="probe-", dir=settings.state) as folder:
        for each in ("lower", "upper", "work", "all"):
            (Path(folder) / each).mkdir()
        _attempt(folder)


def _attempt(folder: str) -> None:
    command = [*UNSHARE, "/bin/sh", "-c", PROBE, "probe", folder]
    env = {**os.environ, "PATH": packages.SEARCH_PATH}
    try:
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired:
        raise SandboxError(f"the kernel did not answer within {TIMEOUT} s when namespaces were tried") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise SandboxError(f"this machine does not allow what a node needs: {lines[-1] if lines else 'no message'}")
