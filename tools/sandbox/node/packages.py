"""What the node needs of Debian: some packages only unpacked into the cache, some installed where they are missing.

Container runtime, runc, CNI plugins and init are unpacked, not installed: nothing of them is registered or started on
the machine. Only what needs its libraries and data in place is installed, never removing anything. Versions and
checksums are the distribution's: apt checks its signatures.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.sandbox.console import SandboxError, say
from tools.sandbox.locks import locked

UNPACKED = {
    "containerd": "usr/bin/containerd",
    "runc": "usr/sbin/runc",
    "containernetworking-plugins": "usr/lib/cni/ptp",
    "catatonit": "usr/bin/catatonit",
}
"""Package to a file that shows it is there."""
INSTALLED = {"nftables": "nft", "iproute2": "ip", "mmdebstrap": "mmdebstrap", "maven": "mvn"}
"""Package to the program that is looked for first. The node uses nft and ip; images are made with the other two."""
APT_TIMEOUT = 300
SEARCH_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
"""PATH and the folders of root's programs, which an ordinary PATH lacks."""


def root(cache: Path) -> Path:
    """Folder with the unpacked packages, as they would lie below /."""
    return cache / "packages" / "unpacked"


def binary(cache: Path, package: str) -> Path:
    """The program of an unpacked package (UNPACKED names it)."""
    return root(cache) / UNPACKED[package]


def lacking(cache: Path) -> tuple[list[str], list[str]]:
    """Packages to unpack and packages to install, as far as they are not there yet."""
    unpack = [name for name in UNPACKED if not binary(cache, name).exists()]
    install = [name for name, program in INSTALLED.items() if shutil.which(program, path=SEARCH_PATH) is None]
    return unpack, install


def ensure(cache: Path) -> None:
    """Get what is missing, and say what.

    Raises:
        SandboxError: apt-get is missing or failed, in its own words.

    """
    unpack, install = lacking(cache)
    if not unpack and not install:
        return
    if shutil.which("apt-get") is None:
        raise SandboxError(
            f"the packages {', '.join(unpack + install)} are missing and there is no apt-get to get them"
        )
    with locked(cache / "packages.lock", waiting="another run is getting the same packages"):
        unpack, install = lacking(cache)
        if install:
            say(f"  installing with apt-get: {', '.join(install)} (nothing is removed or upgraded)")
            _with_lists("install", "--yes", "--no-install-recommends", "--no-remove", "--no-upgrade", *install)
        if unpack:
            say(f"  unpacking into {root(cache)}, not installed: {', '.join(unpack)}")
            _unpack(cache, unpack)


def _unpack(cache: Path, names: list[str]) -> None:
    folder = root(cache)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="part-", dir=folder.parent) as part:
        _with_lists("download", *names, folder=Path(part))
        for archive in sorted(Path(part).glob("*.deb")):
            _run(["dpkg-deb", "--extract", str(archive), str(folder)], Path(part))


def _with_lists(*arguments: str, folder: Path = Path("/")) -> None:
    """Run apt-get; where it fails, fetch the package lists (a fresh container has none) and try once more."""
    command = ["apt-get", "--quiet=2", "-o", "APT::Sandbox::User=root", "-o", "Dpkg::Use-Pty=0", *arguments]
    try:
        _run(command, folder)
    except SandboxError:
        _run(["apt-get", "--quiet=2", "update"], folder)
        _run(command, folder)


def _run(command: list[str], folder: Path) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            timeout=APT_TIMEOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise SandboxError(f"`{' '.join(command)}` took more than {APT_TIMEOUT} s") from None
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        reason = lines[-1] if lines else "no message"
        raise SandboxError(f"`{' '.join(command)}` failed: {reason}")
