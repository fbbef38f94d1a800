"""Images to an OCI archive: one file with several images in it, layers they share only once."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tools.sandbox.images.layers import Blob, Layer, blob

TYPE = "application/vnd.oci.image"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
DEFAULT_REGISTRY = "docker.io"
"""Where container runtimes look for names without a registry."""


@dataclass(frozen=True)
class Image:
    """A name and what it stands for."""

    name: str
    """Full name, as the container runtime looks it up."""
    layers: tuple[Layer, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    """The `config` of the OCI image specification: Entrypoint, User, Env, WorkingDir."""


def reference(name: str) -> str:
    """The full name that a container runtime looks up for `name`: spark:3.5.9 is library/spark:3.5.9 of Docker Hub."""
    first, _, rest = name.partition("/")
    if rest and ("." in first or ":" in first or first == "localhost"):
        return name
    return f"{DEFAULT_REGISTRY}/{name}" if rest else f"{DEFAULT_REGISTRY}/library/{name}"


def architecture() -> str:
    """This machine's, as images call it."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def write(images: Iterable[Image], cache: Path, stream: IO[bytes]) -> None:
    """Write one OCI archive with all `images`, whose layers are in the cache, to `stream` (a file or a pipe)."""
    blobs: dict[str, Blob | bytes] = {}
    manifests = []
    for image in images:
        layers = [blob(layer, cache) for layer in image.layers]
        blobs |= {each.digest: each for each in layers}
        config = _json(_config(image, layers))
        manifest = _json(_manifest(config, layers))
        blobs |= {_digest(config): config, _digest(manifest): manifest}
        manifests.append(_descriptor(f"{TYPE}.manifest.v1+json", manifest) | _labels(image.name))
    index = {"schemaVersion": 2, "mediaType": f"{TYPE}.index.v1+json", "manifests": manifests}
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        _add(tar, "index.json", _json(index))
        for digest, content in blobs.items():
            _add(tar, "blobs/sha256/" + digest.removeprefix("sha256:"), content)


def _config(image: Image, layers: list[Blob]) -> dict[str, Any]:
    return {
        "architecture": architecture(),
        "os": "linux",
        "config": dict(image.config),
        "rootfs": {"type": "layers", "diff_ids": [each.digest for each in layers]},
    }


def _manifest(config: bytes, layers: list[Blob]) -> dict[str, Any]:
    kind = f"{TYPE}.layer.v1.tar"
    return {
        "schemaVersion": 2,
        "mediaType": f"{TYPE}.manifest.v1+json",
        "config": _descriptor(f"{TYPE}.config.v1+json", config),
        "layers": [{"mediaType": kind, "digest": each.digest, "size": each.size} for each in layers],
    }


def _descriptor(kind: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": _digest(content), "size": len(content)}


def _labels(name: str) -> dict[str, Any]:
    annotations = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name}
    return {"platform": {"architecture": architecture(), "os": "linux"}, "annotations": annotations}


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _add(tar: tarfile.TarFile, path: str, content: Blob | bytes) -> None:
    entry = tarfile.TarInfo(path)
    if isinstance(content, bytes):
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    else:
        entry.size = content.size
        with content.path.open("rb") as layer:
            tar.addfile(entry, layer)
