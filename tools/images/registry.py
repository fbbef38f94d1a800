"""Registries by way of crane: digests of images, copies between registries, pushes of local archives. No Docker.

crane reads logins where Docker keeps them (~/.docker/config.json) and speaks plain HTTP to loopback addresses only.
"""

import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from components.pods.images import is_inside_vpc, registry_host

_ABSENT = ("MANIFEST_UNKNOWN", "NAME_UNKNOWN", "404 Not Found")
_REFUSED = ("UNAUTHORIZED", "DENIED", "401 Unauthorized", "403 Forbidden")
_SECONDS = 60
"""Longest wait for the answer to one question; copies may take as long as they need."""


class RegistryError(Exception):
    """What a registry, or the network before it, refused: in one sentence."""


def public_name(name: str, through: str | None = None) -> str:
    """An image's name as this machine reaches it: inside a VPC the vendor's registries have other addresses.

    `through`: the host to use instead of the public one, such as a VPN's.
    """
    if not is_inside_vpc(name, None):
        return name
    host = registry_host(name)
    return (through or host.replace("-vpc.", ".", 1)) + name.removeprefix(host)


class Crane:
    """The program crane."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def digest(self, name: str) -> str | None:
        """The digest of an image in its registry; None when it is not there. Raises RegistryError otherwise."""
        argv = [str(self._program), "digest", name]
        try:
            run = subprocess.run(argv, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise RegistryError(f"{registry_host(name)} did not answer within {_SECONDS} s") from None
        if run.returncode == 0:
            return run.stdout.strip()
        if any(sign in run.stderr for sign in _ABSENT):
            return None
        raise self._refused(name, run.stderr)

    def copy(self, source: str, target: str) -> None:
        """Copies an image with all its platforms, so that its digest stays. Raises RegistryError."""
        self._transfer(["copy", source, target], target)

    def push(self, archive: Path, target: str) -> None:
        """Pushes an OCI layout (a folder or a tar file of it) or a tar file of `docker save`. Raises RegistryError."""
        with tempfile.TemporaryDirectory(prefix="spark-on-ack-image-") as scratch:
            layout = _layout(archive, Path(scratch))
            several = layout.is_dir() and len(_manifests(layout)) > 1
            self._transfer(["push", *(["--index"] if several else []), str(layout), target], target)

    def _transfer(self, arguments: list[str], target: str) -> None:
        argv = [str(self._program), *arguments]
        run = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if run.returncode:
            raise self._refused(target, run.stderr)

    def _refused(self, name: str, printed: str) -> RegistryError:
        host, last = registry_host(name), (printed.strip().splitlines() or ["no message"])[-1]
        if any(sign in printed for sign in _REFUSED):
            return RegistryError(f"{host} refused: log in first with `{self._program} auth login {host}` ({last})")
        return RegistryError(f"{name}: {last}")


def _layout(archive: Path, scratch: Path) -> Path:
    """The archive as crane reads it: a tar file of an OCI layout is unpacked, which crane cannot do by itself."""
    if archive.is_dir():
        return archive
    try:
        with tarfile.open(archive) as tar:
            names = {member.name.removeprefix("./") for member in tar}
            if "oci-layout" not in names:
                return archive
            # Python before 3.11.4 (Debian 12: 3.11.2) has no filters
            guard: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            tar.extractall(scratch, members=[m for m in tar if m.isfile() or m.isdir()], **guard)  # noqa: S202 - one's own
    except (OSError, tarfile.TarError) as e:
        raise RegistryError(
            f"{archive}: {e}; allowed: an OCI layout, or a tar file of one or of `docker save`"
        ) from None
    return scratch


def _manifests(layout: Path) -> list[Any]:
    try:
        manifests: list[Any] = json.loads((layout / "index.json").read_text())["manifests"]
    except (OSError, ValueError, KeyError):
        raise RegistryError(f"{layout}: no OCI layout; allowed: a folder with index.json and blobs") from None
    return manifests
