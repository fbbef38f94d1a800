"""The base layer: a small Debian (or Ubuntu) with Java, Python and an init, made by mmdebstrap from the machine's own
package sources."""

import os
import subprocess
from functools import partial
from pathlib import Path

from tools.sandbox.console import SandboxError
from tools.sandbox.images.layers import Layer

SPARK_UID = 185
PACKAGES = ("openjdk-{java}-jre-headless", "python3", "tini", "procps", "curl", "ca-certificates")
"""What Spark and its entrypoint need, and curl for the shuffle service's drain hook."""
SOURCES = ("sources.list.d/debian.sources", "sources.list.d/ubuntu.sources", "sources.list")
EMPTIED = (
    "var/lib/apt/lists/*", "var/cache/apt/*", "var/cache/debconf/*-old", "var/log/*.log", "usr/share/man/*",
    "usr/share/doc/*", "usr/share/locale/*", "usr/share/info/*", "usr/share/lintian",
)  # fmt: skip
"""Emptied afterwards: Java's packages cannot be installed without the folder of manual pages."""
EPOCH = "1767225600"
"""Time of all files that are younger: 2026-01-01."""


def layer(java: int) -> Layer:
    """Debian with Java `java`; the suite is the machine's."""
    packages = [each.format(java=java) for each in PACKAGES]
    suite = release()
    inputs = (suite, *packages, *EMPTIED, *_users(), os.uname().machine)
    return Layer("base", inputs, partial(_make, suite, packages), usual=45)


def _users() -> tuple[str, ...]:
    """Users with a name; pods of the shuffle service run as 10006, which needs none."""
    home = "--no-create-home --home-dir /opt/spark --shell /bin/bash"
    return (f"groupadd --gid {SPARK_UID} spark", f"useradd --uid {SPARK_UID} --gid {SPARK_UID} {home} spark")


def release() -> str:
    """Code name of the machine's release, such as bookworm."""
    file = Path("/etc/os-release")
    release_facts = (
        dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line) if file.exists() else {}
    )
    name = release_facts.get("VERSION_CODENAME", "").strip('"')
    if not name:
        raise SandboxError("images are made from Debian's or Ubuntu's packages; /etc/os-release names no such release")
    return name


def _sources() -> Path:
    for each in SOURCES:
        path = Path("/etc/apt") / each
        if path.exists() and path.read_text().strip():
            return path
    raise SandboxError(f"no package sources in /etc/apt ({', '.join(SOURCES)}): the base image is made from them")


def _make(suite: str, packages: list[str], output: Path) -> None:
    hooks = [f'chroot "$1" {command}' for command in _users()]
    hooks.append("rm -rf " + " ".join(f'"$1"/{path}' for path in EMPTIED))
    argv = [
        "mmdebstrap", "--quiet", "--variant=minbase", "--format=tar", f"--include={','.join(packages)}",
        '--aptopt=APT::Install-Recommends "false"', *(f"--customize-hook={hook}" for hook in hooks),
        suite, str(output), str(_sources()),
    ]  # fmt: skip
    env = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    try:
        done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SandboxError("mmdebstrap is not installed; `apt-get install mmdebstrap` makes it so") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith(("E:", "error"))] or [done.stderr[-300:]]
        raise SandboxError(f"making the base image failed: {lines[0]}")
