"""Processes that outlive `make sandbox`, and how exactly these are found again.

Each gets a mark in its environment: the state folder of its sandbox and its name. Looking the marks up in /proc is the
only record: it cannot go stale when `up` is killed half-way, and a process id that the kernel has given to somebody
else in the meantime never carries the mark. Children (the operator's spark-submit) inherit it and are ended as well.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.sandbox.console import SandboxError, wait_for

DIR_MARK = "SPARK_ON_ACK_SANDBOX"
NAME_MARK = "SPARK_ON_ACK_SANDBOX_PROCESS"
STOP_SECONDS = 5.0
"""How long a process may take to end before it is killed; what it would still save is thrown away anyway."""

FREE_SECONDS = 5.0
"""How long the port of a process that was killed may take to be free."""


@dataclass(frozen=True)
class Process:
    """A program to keep running."""

    name: str
    argv: tuple[str, ...]
    log: Path
    port: int = 0
    """Port it listens on as long as it is well: on loopback, or anywhere inside the node; 0: it has none."""
    env: Mapping[str, str] = field(default_factory=dict)
    node: int = 0
    """Process id of the node in whose namespaces it runs; 0: it runs on the machine itself."""

    @property
    def well(self) -> bool:
        """Whether its port is open."""
        return not self.port or (listens_inside(self.node, self.port) if self.node else port_open(self.port))


@dataclass(frozen=True)
class Running:
    """A process found by its mark."""

    name: str
    pid: int
    argv: tuple[str, ...]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def find(state: Path) -> list[Running]:
    """All live processes of the sandbox in `state`, children included."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        env = dict(item.partition(b"=")[::2] for item in _read(entry / "environ").split(b"\0"))
        if env.get(DIR_MARK.encode()) != str(state).encode():
            continue
        if b") Z " in _read(entry / "stat"):  # ended, not yet collected by its parent
            continue
        argv = tuple(part.decode(errors="replace") for part in _read(entry / "cmdline").split(b"\0")[:-1])
        found.append(Running(env.get(NAME_MARK.encode(), b"?").decode(), int(entry.name), argv))
    return found


def is_up(state: Path, process: Process) -> bool:
    """Whether `process` runs with exactly these arguments and has its port open."""
    return any(each.name == process.name and each.argv == process.argv for each in find(state)) and process.well


def start(state: Path, process: Process, timeout: float = 60) -> None:
    """Start `process` in the background and wait until its port is open.

    Raises:
        SandboxError: it ended at once (with the end of its log), its port is taken, or it never opened it.

    """
    if process.port and not process.node:
        _require_free_soon(process.port, process.name)
    process.log.parent.mkdir(parents=True, exist_ok=True)
    env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(state), **process.env}
    marks = {DIR_MARK: str(state), NAME_MARK: process.name}
    argv = process.argv
    if process.node:  # the marks are for the program, not for nsenter, which only waits for it
        argv = inside(process.node, ["env", *(f"{name}={value}" for name, value in marks.items()), *argv])
    else:
        env |= marks
    with process.log.open("ab") as log:
        child = subprocess.Popen(
            argv, env=env, cwd=state, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )

    def ready() -> bool | None:
        if child.poll() is not None:
            raise SandboxError(f"{process.name} ended at once ({process.log}): {last_words(process.log)}")
        return process.well or None

    try:
        wait_for(f"{process.name} to listen", ready, timeout)
    except SandboxError as error:
        if child.poll() is None:
            raise SandboxError(f"{error}; last words in {process.log}: {last_words(process.log)}") from None
        raise


def supervised(argv: Sequence[str]) -> tuple[str, ...]:
    """A command that runs `argv` and starts it again, a second later, whenever it ends."""
    script = 'while :; do "$@"; echo "$1 ended with status $?, starting it again" >&2; sleep 1; done'
    return ("/bin/sh", "-c", script, "supervised", *argv)


def inside(node: int, argv: Sequence[str]) -> tuple[str, ...]:
    """A command that runs `argv` in the namespaces of the process `node`."""
    return ("nsenter", f"--target={node}", "--mount", "--net", "--pid", "--uts", "--ipc", "--", *argv)


def last_words(log: Path) -> str:
    """The last line of a log that says something."""
    lines = [line.strip() for line in _read(log).decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:400] if lines else "it left no message"


def stop(state: Path, name: str | None = None) -> int:
    """End the sandbox's processes (or only `name`), first politely; returns how many there were.

    Raises:
        SandboxError: a process survived even SIGKILL.

    """

    def targets() -> list[Running]:
        return [each for each in find(state) if name is None or each.name == name]

    first = targets()
    _send(first, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while (left := targets()) and time.monotonic() < deadline:
        time.sleep(0.1)
    _send(left, signal.SIGKILL)
    if left:
        wait_for("killed processes to go", lambda: None if targets() else True, 10)
    return len(first)


def _send(processes: list[Running], number: signal.Signals) -> None:
    for each in processes:
        try:
            os.kill(each.pid, number)
        except ProcessLookupError:
            continue


def port_open(port: int) -> bool:
    """Whether something listens on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def listens_inside(node: int, port: int) -> bool:
    """Whether something listens on `port` in the network namespace of the process `node`, at whatever address."""
    return bool(_listeners(Path("/proc") / str(node) / "net", port))


def _listeners(net: Path, port: int) -> set[str]:
    """Inodes of the sockets that listen on `port`, from the tables in a /proc/*/net."""
    rows = [line.split() for table in ("tcp", "tcp6") for line in _read(net / table).decode().splitlines()[1:]]
    listening = [row for row in rows if row[3] == "0A"]
    return {row[9] for row in listening if int(row[1].rpartition(":")[2], 16) == port}


def require_free(port: int, purpose: str) -> None:
    """Check that `port` can be bound on loopback.

    Raises:
        SandboxError: it is taken; names the holder where the kernel lets us see it.

    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SandboxError(
                f"port {port}, needed for {purpose}, is in use by {holder_of(port)}; "
                "end that process or choose other ports, for example SANDBOX_PORT=28400"
            ) from None


def _require_free_soon(port: int, purpose: str) -> None:
    """As `require_free`, but patient: the kernel may hold the port of a killed process a moment longer."""
    deadline = time.monotonic() + FREE_SECONDS
    while True:
        try:
            return require_free(port, purpose)
        except SandboxError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def holder_of(port: int) -> str:
    """Name and id of the process that listens on `port`, as far as /proc shows it to this user."""
    inodes = {f"socket:[{inode}]" for inode in _listeners(Path("/proc/net"), port)}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(os.readlink(link) in inodes for link in (entry / "fd").iterdir()):
                return f"{_read(entry / 'comm').decode().strip()} (process {entry.name})"
        except OSError:  # another user's, or just gone
            continue
    return "a process of another user"
