"""A real small registry on loopback (crane's own), and images made here as OCI archives."""

import hashlib
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.images.registry import Crane
from tools.sandbox.programs import ON_REQUEST, build_missing, program
from tools.sandbox.settings import from_environment

Archive = Callable[[str], Path]


@pytest.fixture(scope="session")
def crane_program() -> Path:
    """crane, built on first use as `make images COPY=1` builds it."""
    cache = from_environment().cache
    build_missing(cache, ON_REQUEST)
    return program("crane").path(cache)


@pytest.fixture
def crane(crane_program: Path) -> Crane:
    return Crane(crane_program)


@pytest.fixture
def registry(crane_program: Path) -> Iterator[str]:
    """Address of an empty registry."""
    argv = [str(crane_program), "registry", "serve", "--address", "127.0.0.1:0"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        port = None
        for line in process.stderr:
            if found := re.search(r"serving on port (\d+)|:(\d+)$", line.strip()):
                port = found[1] or found[2]
                break
        assert port, "the registry did not say its port"
        yield f"127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """`archive("celeborn")`: a tar file of an OCI layout with one small image."""

    def make(name: str) -> Path:
        path = tmp_path / f"{name}.tar"
        path.write_bytes(oci_archive(name))
        return path

    return make


def oci_archive(name: str) -> bytes:
    blobs: dict[str, bytes] = {}

    def blob(data: bytes, media: str) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return {"mediaType": f"application/vnd.oci.image.{media}", "digest": f"sha256:{digest}", "size": len(data)}

    layer = tar_of({f"opt/{name}": name.encode()})
    diff = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [diff]}}
    described = blob(json.dumps(config).encode(), "config.v1+json"), blob(layer, "layer.v1.tar")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": described[0], "layers": [described[1]]}  # fmt: skip
    index = {"schemaVersion": 2, "manifests": [blob(json.dumps(manifest).encode(), "manifest.v1+json")]}
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": json.dumps(index).encode()}
    return tar_of(files | {f"blobs/sha256/{digest}": data for digest, data in blobs.items()})


def tar_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()
