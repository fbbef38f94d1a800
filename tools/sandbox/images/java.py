"""Java sources to a jar: by Eclipse's compiler from Maven Central, because a Java runtime is enough for it."""

import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tools.sandbox.console import SandboxError
from tools.sandbox.downloads import java_home
from tools.sandbox.images import maven
from tools.sandbox.images.contents import contents
from tools.sandbox.images.layers import Layer

FROM_SPARK = (
    "spark-core_", "spark-common-utils", "spark-kubernetes_", "scala-library-", "hadoop-client-api-",
    "kubernetes-client-api-", "kubernetes-model-c", "jackson-", "slf4j-api-",
)  # fmt: skip
"""Beginnings of the names of Spark's jars that the sources are compiled against."""


def compiler() -> maven.Jar:
    """The compiler, as images/spark/contents.yaml pins it."""
    pinned = contents().compiler
    return maven.Jar(pinned.coordinates, pinned.sha256)


def texts(sources: Path) -> list[str]:
    """Contents of the sources, for a layer's inputs."""
    return [each.read_text() for each in sorted(sources.rglob("*.java"))]


def jar(
    sources: Path, spark: Layer, cache: Path, libraries: Iterable[maven.Jar] = ()
) -> tuple[bytes, dict[str, bytes]]:
    """The jar of `sources`, compiled against Spark's jars and `libraries`; and the libraries by their file names.

    Raises:
        SandboxError: no Java, no Maven, or the compiler's words.

    """
    libraries = list(libraries)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        folder = Path(name)
        maven.fetch([compiler(), *libraries], folder)
        files = [folder / each.file for each in libraries]
        classes = folder / "classes"
        argv = [
            str(java_home(cache) / "bin/java"), "-jar", str(folder / compiler().file), "-17", "-proc:none", "-nowarn",
            "-cp", ":".join(map(str, (*files, *_spark_jars(spark.path(cache), folder)))),
            "-d", str(classes), str(sources),
        ]  # fmt: skip
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SandboxError(f"compiling {sources} failed: {(done.stdout + done.stderr)[-400:]}")
        return _packed(classes, folder / "classes.jar"), {each.name: each.read_bytes() for each in files}


def _spark_jars(layer: Path, folder: Path) -> list[Path]:
    """Spark's own jars to compile against, copied out of its layer into `folder`."""
    copies = []
    with tarfile.open(layer) as tar:
        for member in tar:
            content = tar.extractfile(member) if Path(member.name).name.startswith(FROM_SPARK) else None
            if content is not None:
                copy = folder / Path(member.name).name
                copy.write_bytes(content.read())
                copies.append(copy)
    return copies


def _packed(classes: Path, file: Path) -> bytes:
    """Classes as a jar, the same bytes every time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for each in sorted(classes.rglob("*.class")):
            packed.writestr(zipfile.ZipInfo(str(each.relative_to(classes))), each.read_bytes())
    return file.read_bytes()
