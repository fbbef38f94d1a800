"""Container images for the sandbox, made on this machine without Docker and without a registry.

`wanted` says which images a set of names means, `ensure` makes their layers, `write_archive` packs them for the
container runtime. Layers are kept in the cache under a hash of their inputs.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from tools.sandbox.console import SandboxError
from tools.sandbox.images import archive, base, celeborn, layers, spark
from tools.sandbox.images.archive import Image, reference
from tools.sandbox.images.celeborn import from_environment as celeborn_from_environment
from tools.sandbox.images.contents import contents
from tools.sandbox.images.layers import Layer, writing
from tools.sandbox.locks import locked
from tools.sandbox.node import packages
from tools.sandbox.programs import program
from tools.sandbox.settings import from_environment

__all__ = ["Image", "celeborn_from_environment", "ensure", "key", "reference", "wanted", "write_archive"]

PAUSE = "localhost/pause:1"
COREDNS = "localhost/coredns:1"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OPERATOR_ENTRYPOINT = b'#!/bin/sh\nexec tini -s -- /usr/bin/spark-operator "$@"\n'


def wanted(references: Iterable[str], distribution: Path | None = None, cache: Path | None = None) -> list[Image]:
    """The images that `references` name, and those that the node itself needs.

    Args:
        references: Names as pods say them; a name that nothing here makes is an error.
        distribution: Celeborn distribution, for its server and for the client in Spark's image.
        cache: Where programs and layers lie; the user's by default.

    Raises:
        SandboxError: an image that cannot be made here.

    """
    cache = cache or from_environment().cache
    images = [_pause(cache), _coredns(cache)]
    images += [_image(name, distribution, cache) for name in sorted(set(references)) if name not in (PAUSE, COREDNS)]
    return images


def ensure(cache: Path, images: Iterable[Image]) -> None:
    """Make the layers that are not in the cache yet.

    Raises:
        SandboxError: what stands in the way, in one sentence.

    """
    todo = list(dict.fromkeys(layer for image in images for layer in image.layers))
    with locked(cache / "images.lock", waiting="another run is making the same images"):
        for layer in todo:
            layers.build(layer, cache)
        layers.forget_unused(cache)


def key(images: Iterable[Image]) -> str:
    """Identifies the images' contents."""
    facts = [f"{each.name} {sorted(each.config.items())} {[layer.key for layer in each.layers]}" for each in images]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def write_archive(cache: Path, images: Iterable[Image], stream: IO[bytes]) -> None:
    """One OCI archive with all `images`, as `ctr images import -` reads it."""
    archive.write(images, cache, stream)


def _image(name: str, distribution: Path | None, cache: Path) -> Image:
    repository, _, tag = name.rpartition(":")
    match repository.split("/"):
        case [*_, "spark"]:
            return _spark(name, tag, distribution, cache)
        case [*_, "spark-operator", "controller"]:
            return _operator(name, cache)
        case [*_, "celeborn"] if distribution is not None:
            return _celeborn(name, distribution)
    raise SandboxError(
        f"the stack asks for image {name}, which the sandbox cannot make; it makes spark:<release>, the Spark "
        f"operator's, and celeborn's from {celeborn.VARIABLE}"
    )


def _base() -> Layer:
    return base.layer(contents().java)


def _env(**more: str) -> list[str]:
    java = f"/usr/lib/jvm/java-{contents().java}-openjdk-{archive.architecture()}"
    return [PATH, "LANG=C.UTF-8", f"JAVA_HOME={java}", *(f"{name}={value}" for name, value in more.items())]


def _spark(name: str, tag: str, distribution: Path | None, cache: Path) -> Image:
    listed = contents()
    version = next((each for each in listed.spark if tag == each or tag.startswith(f"{each}-")), None)
    if version is None:
        raise SandboxError(f"image {name}: the sandbox makes Spark {' and '.join(listed.spark)}")
    home = spark.spark_layer(version)
    storage = spark.storage_layer(version, home, cache)
    parts = (
        _base(),
        home,
        spark.platform_layer(version, listed, distribution, home, cache),
        *([storage] if storage else []),
    )
    config = {
        "Entrypoint": [listed.entrypoint],
        "User": str(listed.user),
        "WorkingDir": "/opt/spark/work-dir",
        "Env": _env(SPARK_HOME="/opt/spark"),
    }
    return Image(reference(name), parts, config)


def _operator(name: str, cache: Path) -> Image:
    binary = program("spark-operator").path(cache)

    def make(output: Path) -> None:
        with writing(output) as layer:
            layer.file("usr/bin/spark-operator", binary, 0o755)
            layer.data("usr/bin/entrypoint.sh", OPERATOR_ENTRYPOINT, 0o755)

    listed = contents()
    own = Layer("spark-operator", (binary.parent.name, OPERATOR_ENTRYPOINT.decode()), make)
    config = {
        "Entrypoint": ["/usr/bin/entrypoint.sh"],
        "User": f"{listed.user}:{listed.user}",
        "Env": _env(SPARK_HOME="/opt/spark"),
    }
    return Image(reference(name), (_base(), spark.spark_layer(next(iter(listed.spark))), own), config)


def _celeborn(name: str, distribution: Path) -> Image:
    config = {"User": f"{celeborn.UID}:{celeborn.UID}", "Env": _env(CELEBORN_HOME="/opt/celeborn")}
    return Image(reference(name), (_base(), celeborn.server_layer(distribution)), config)


def _coredns(cache: Path) -> Image:
    binary = program("coredns").path(cache)
    return _one_file(COREDNS, binary, binary.parent.name, {"Entrypoint": ["/coredns"], "User": "65534:65534"})


def _pause(cache: Path) -> Image:
    init = packages.binary(cache, "catatonit")
    return _one_file(PAUSE, init, base.release(), {"Entrypoint": ["/catatonit", "-P"], "User": "65535:65535"})


def _one_file(name: str, file: Path, identity: str, config: dict[str, Any]) -> Image:
    """An image of one static program, which is its entrypoint."""
    short = name.partition("/")[2].partition(":")[0]
    target = config["Entrypoint"][0].lstrip("/")

    def make(output: Path) -> None:
        if not file.exists():
            raise SandboxError(f"image {name} is made from {file}, which is not there")
        with writing(output) as layer:
            layer.file(target, file, 0o755)

    return Image(name, (Layer(short, (identity,), make),), config)
