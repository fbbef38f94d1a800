"""Image layers as plain tar files in the cache: named by a hash of their inputs, written the same way every time."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tools.sandbox.console import duration, say

UNUSED_DAYS = 14
"""Layers that no image asked for during so many days are deleted: an update of an input leaves the old one behind."""


@dataclass(frozen=True)
class Layer:
    """One layer and how it is made."""

    name: str
    inputs: tuple[str, ...]
    """All that its content depends on: pins, file contents, lists. Equal inputs mean an equal layer."""
    make: Callable[[Path], None] = field(compare=False)
    """Writes the tar file to the path it is given."""
    usual: int = field(default=1, compare=False)
    """Seconds it takes on two cores (measured); above three, the sandbox says what it is doing."""

    @property
    def key(self) -> str:
        """The first digits of the hash of the inputs."""
        return hashlib.sha256("\0".join((self.name, *self.inputs)).encode()).hexdigest()[:16]

    def path(self, cache: Path) -> Path:
        """The layer's tar file."""
        return folder(cache) / f"{self.name}-{self.key}.tar"


@dataclass(frozen=True)
class Blob:
    """A built layer as an image refers to it."""

    path: Path
    digest: str
    """`sha256:` and the hash of the tar file."""
    size: int


def folder(cache: Path) -> Path:
    """Where layers lie in the cache."""
    return cache / "images"


def build(layer: Layer, cache: Path) -> None:
    """Make a layer that is not in the cache yet.

    Raises:
        SandboxError: what its maker raises, in one sentence.

    """
    final = layer.path(cache)
    if final.exists():
        os.utime(final)
        return
    final.parent.mkdir(parents=True, exist_ok=True)
    if layer.usual > 3:
        say(f"  making image layer [bold]{layer.name}[/] (usually {duration(layer.usual)} on 2 cores)")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="part-", dir=final.parent) as part:
        output = Path(part) / "layer.tar"
        layer.make(output)
        _digest_file(final).write_text(json.dumps({"digest": _digest(output), "size": output.stat().st_size}))
        output.rename(final)
    say(f"  image layer {layer.name}: {final.stat().st_size / 1e6:.0f} MB in {duration(time.monotonic() - started)}")


def blob(layer: Layer, cache: Path) -> Blob:
    """Digest and size of a built layer."""
    path = layer.path(cache)
    known = json.loads(_digest_file(path).read_text())
    return Blob(path, known["digest"], known["size"])


def forget_unused(cache: Path) -> None:
    """Delete layers that nobody asked for in UNUSED_DAYS."""
    oldest = time.time() - UNUSED_DAYS * 86400
    for path in folder(cache).glob("*.tar"):
        if path.stat().st_mtime < oldest:
            path.unlink()
            _digest_file(path).unlink(missing_ok=True)


def _digest_file(path: Path) -> Path:
    return path.with_suffix(".json")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


class LayerWriter:
    """Adds files to a layer with fixed owner and time, so that equal inputs give equal bytes.

    Folders are added only where their owner matters: a layer's entry of a folder replaces owner and mode of the one
    below it.
    """

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def data(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """A file with this content at `path` (without a leading slash)."""
        self.stream(path, io.BytesIO(content), len(content), mode)

    def file(self, path: str, source: Path, mode: int = 0o644) -> None:
        """A copy of the file `source`."""
        with source.open("rb") as stream:
            self.stream(path, stream, source.stat().st_size, mode)

    def stream(self, path: str, stream: IO[bytes], size: int, mode: int = 0o644) -> None:
        """A file of `size` bytes read from `stream`."""
        entry = self._entry(path, mode)
        entry.size = size
        self._tar.addfile(entry, stream)

    def link(self, path: str, target: str) -> None:
        """A symbolic link."""
        entry = self._entry(path, 0o777)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self._tar.addfile(entry)

    def folder(self, path: str, owner: int, mode: int = 0o775) -> None:
        """An empty folder that belongs to user and group `owner`."""
        entry = self._entry(path, mode)
        entry.type, entry.uid, entry.gid = tarfile.DIRTYPE, owner, owner
        self._tar.addfile(entry)

    @staticmethod
    def _entry(path: str, mode: int) -> tarfile.TarInfo:
        entry = tarfile.TarInfo(path)
        entry.mode = mode
        return entry


@contextmanager
def writing(output: Path) -> Iterator[LayerWriter]:
    """A writer for the layer `output`."""
    with tarfile.open(output, "w", format=tarfile.PAX_FORMAT) as tar:
        yield LayerWriter(tar)
