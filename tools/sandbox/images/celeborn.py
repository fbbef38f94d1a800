"""The shuffle service's image and client jar, from a Celeborn distribution: a folder or an archive of one."""

import functools
import hashlib
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from tools.sandbox.console import SandboxError
from tools.sandbox.images.layers import Layer, writing

VARIABLE = "CELEBORN_DIST"
UID = 10006
"""User and group of Celeborn's images."""
HOME = "opt/celeborn"
MARK = "sbin/start-master.sh"
"""A file that every distribution has."""
SERVER_PARTS = ("RELEASE", "bin", "conf", "jars", "master-jars", "worker-jars", "sbin", "db-scripts")
"""What a server needs of it; the clients of other engines stay out."""


def from_environment(env: Mapping[str, str]) -> Path | None:
    """The distribution that CELEBORN_DIST names, None where it names none.

    Raises:
        SandboxError: there is no distribution at that path.

    """
    text = env.get(VARIABLE, "").strip()
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if path.is_dir() and (path / MARK).exists():
        return path
    if path.is_file() and tarfile.is_tarfile(path) and any(each.path == MARK for each in _contents_of(path)):
        return path
    raise SandboxError(f"{VARIABLE}: {path} is no Celeborn distribution; name its folder or archive, with {MARK} in it")


@functools.cache
def key(distribution: Path | None) -> str:
    """Identifies the distribution's content; empty without one."""
    if distribution is None:
        return ""
    if distribution.is_file():
        with distribution.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    files = sorted(each for each in distribution.rglob("*") if each.is_file())
    facts = (f"{each.relative_to(distribution)} {each.stat().st_size} {each.stat().st_mtime_ns}" for each in files)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def client_jar(distribution: Path, name: str) -> bytes:
    """The content of the Spark client's jar called `name`.

    Raises:
        SandboxError: the distribution has no such jar.

    """
    for each in _contents_of(distribution):
        if each.path.startswith("spark") and each.path.endswith(f"/{name}") and each.content is not None:
            with each.content() as stream:
                return stream.read()
    raise SandboxError(f"{VARIABLE}: {distribution} has no {name}; it must be built for that Spark release")


def server_layer(distribution: Path) -> Layer:
    """The distribution at /opt/celeborn, owned by the service's user."""
    return Layer("celeborn", (key(distribution), *SERVER_PARTS), partial(_make, distribution), usual=3)


def _make(distribution: Path, output: Path) -> None:
    with writing(output) as layer:
        layer.folder(HOME, UID, 0o755)
        for each in _contents_of(distribution):
            if PurePosixPath(each.path).parts[0] not in SERVER_PARTS:
                continue
            if each.content is None:
                layer.link(f"{HOME}/{each.path}", each.link)
                continue
            with each.content() as stream:
                mode = 0o755 if each.path.startswith(("bin/", "sbin/")) else 0o644
                layer.stream(f"{HOME}/{each.path}", stream, each.size, mode)


@dataclass(frozen=True)
class _File:
    """A file of the distribution, or a link: the servers' folders of jars link to one they share."""

    path: str
    size: int = 0
    content: Callable[[], IO[bytes]] | None = None
    """Opens the file; None for a link."""
    link: str = ""


def _contents_of(distribution: Path) -> Iterator[_File]:
    """Every file and link; an archive's first folder is left out of the path."""
    if distribution.is_dir():
        for each in sorted(distribution.rglob("*")):
            path = str(each.relative_to(distribution))
            if each.is_symlink():
                yield _File(path, link=str(each.readlink()))
            elif each.is_file():
                yield _File(path, each.stat().st_size, partial(_opened, each))
        return
    with tarfile.open(distribution) as tar:
        for member in tar:
            path = member.name.removeprefix("./").partition("/")[2]
            if member.issym():
                yield _File(path, link=member.linkname)
            elif member.isfile():
                yield _File(path, member.size, partial(_extracted, tar, member))


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def _extracted(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    assert content is not None  # noqa: S101 (a file)
    return content
