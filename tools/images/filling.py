"""Fills the folder of a registry with a stack's images: copies what is missing, builds Spark's where it can."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.images.listing import ListedImage
from tools.images.registry import Crane, RegistryError, public_name

SPARK_IMAGE = Path(__file__).resolve().parents[2] / "images/spark"
REPOSITORY = "CELEBORN_REPOSITORY"
"""Environment variable, and build argument, with the Maven repository that carries Celeborn's client."""
BUILDERS: Mapping[str, tuple[list[str], list[str]]] = {
    "docker": (["info"], ["save", "--output", "{file}", "{tag}"]),
    "podman": (["info"], ["save", "--format", "docker-archive", "--output", "{file}", "{tag}"]),
    "buildah": (["version"], ["push", "{tag}", "docker-archive:{file}"]),
}
"""Builder -> what shows that it works here, and what writes a built image into a file."""


@dataclass(frozen=True)
class Outcome:
    """What became of one image."""

    name: str
    words: str
    digest: str = ""
    """Its digest in the registry; empty when it is not there."""


def fill(
    image: ListedImage, crane: Crane, archive: Path | None, through: str | None, say: Callable[[str], None]
) -> Outcome:
    """Puts one image into its registry unless it is there. Raises RegistryError."""
    target = public_name(image.tagged, through)
    present = crane.digest(target)
    if present and image.digest not in ("", present):
        raise RegistryError(f"{target} is {present}, but the stack names {image.digest}; correct images.digests")
    if present:
        return Outcome(image.name, "is there", present)
    if archive is None and image.image is not None and image.image.upstream:
        say(f"copying {image.image.upstream} to {target}")
        crane.copy(image.image.upstream, target)
        words = "copied"
    elif archive is not None:
        say(f"pushing {archive} to {target}")
        crane.push(archive, target)
        words = "pushed"
    elif image.image is not None:
        build(target, crane, say)
        words = "built and pushed"
    else:
        return Outcome(image.name, "missing: it is named in the stack file, so its owner pushes it")
    digest = crane.digest(target)
    if digest is None:
        raise RegistryError(f"{target} was pushed, but the registry does not have it")
    if image.digest not in ("", digest):
        raise RegistryError(f"{target} is {digest}, but the stack names {image.digest}; correct images.digests")
    return Outcome(image.name, words, digest)


def build(target: str, crane: Crane, say: Callable[[str], None]) -> None:
    """Builds images/spark with the first builder that works here, and pushes it. Raises RegistryError without one."""
    builder = next((b for b in BUILDERS if _works(b)), None)
    repository = os.environ.get(REPOSITORY)
    if builder is None:
        raise RegistryError(
            f"{target} is missing, and none of {', '.join(BUILDERS)} works here; build images/spark elsewhere and "
            "give its archive: ARCHIVE=spark=FILE"
        )
    if not repository:
        raise RegistryError(f"{target} is missing; to build it set {REPOSITORY} (images/spark/README.md)")
    say(f"building {target} with {builder}")
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-image-") as scratch:
        file = Path(scratch, "image.tar")
        save = [word.format(file=file, tag=target) for word in BUILDERS[builder][1]]
        for argv in (["build", "--tag", target, "--build-arg", f"{REPOSITORY}={repository}", str(SPARK_IMAGE)], save):
            if subprocess.run([builder, *argv], check=False).returncode:
                raise RegistryError(f"`{builder} {argv[0]}` of {target} failed; its output is above")
        crane.push(file, target)


def _works(builder: str) -> bool:
    """A program without its daemon is no builder."""
    if shutil.which(builder) is None:
        return False
    try:
        run = subprocess.run([builder, *BUILDERS[builder][0]], capture_output=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0
