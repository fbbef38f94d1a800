"""The layers of the Spark image: Spark from PyPI's archive, what the platform adds, and object storage's stand-in."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import yaml

from tools.sandbox.console import SandboxError
from tools.sandbox.downloads import PINS, explain, java_home
from tools.sandbox.images import celeborn, maven
from tools.sandbox.images.contents import FOLDER, Contents
from tools.sandbox.images.layers import Layer, LayerWriter, writing

SPARK_HOME = "opt/spark"
PACKED = ("bin", "sbin", "jars", "licenses", "examples/src/main/python")
LEFT_OUT = ("jars/connect-repl/", "python/pyspark/pandas/tests/", "python/pyspark/sql/tests/", "python/pyspark/ml/tests/")
"""What no job needs: an interactive shell's jars, PySpark's own tests."""
STAND_IN = Path(__file__).parent / "stand_in"
STORAGE_JARS = Path(__file__).parent / "object_storage.yaml"
STAND_IN_JAR = f"{SPARK_HOME}/jars/sandbox-object-storage.jar"


def pins(version: str) -> Path:
    """The file that pins PySpark's archive of a Spark release."""
    line = "spark" if version.startswith("3.") else "spark-4"
    return PINS / f"{line}.txt"


def spark_layer(version: str) -> Layer:
    """/opt/spark as PyPI's archive has it."""
    inputs = (pins(version).read_text(), *LEFT_OUT, *PACKED)
    return Layer(f"spark-{version}", inputs, partial(_make_spark, version), usual=30)


def platform_layer(version: str, listed: Contents, distribution: Path | None) -> Layer:
    """What images/spark adds: programs, folders, and the shuffle service's client where there is a distribution."""
    files = {target: FOLDER / name for name, target in listed.files.items()}
    clients = [jar.file(listed.spark[version]) for jar in listed.jars if jar.origin == "celeborn"]
    texts = [f"{target}\n{each.read_text()}" for target, each in files.items()]
    inputs = (*texts, *listed.folders, str(listed.user), *clients, celeborn.key(distribution))

    def make(output: Path) -> None:
        with writing(output) as layer:
            for target, each in files.items():
                layer.file(target.lstrip("/"), each, 0o755)
            for name in listed.folders:
                layer.folder(name.lstrip("/"), listed.user)
            if distribution is not None:
                for name in clients:
                    layer.data(f"{SPARK_HOME}/jars/{name}", celeborn.client_jar(distribution, name))

    return Layer(f"platform-{version}", inputs, make)


def storage_layer(version: str, spark: Layer, cache: Path) -> Layer | None:
    """Hadoop's S3 client and the stand-in for JindoSDK; None for a release whose jars are not listed."""
    listed = yaml.safe_load(STORAGE_JARS.read_text())
    if version not in listed["spark"]:
        return None
    jars = [maven.Jar(**each) for each in listed["spark"][version]]
    compiler = maven.Jar(**listed["compiler"])
    sources = sorted(STAND_IN.rglob("*.java"))
    inputs = (spark.key, *map(repr, (*jars, compiler)), *(each.read_text() for each in sources))
    return Layer(f"object-storage-{version}", inputs, partial(_make_storage, jars, compiler, spark, cache), usual=20)


def _make_spark(version: str, output: Path) -> None:
    with tempfile.TemporaryDirectory(dir=output.parent) as folder:
        archive = _download(version, Path(folder))
        with tarfile.open(archive) as tar, writing(output) as layer:
            for member in tar:
                target = _target(member.name.partition("/")[2])
                content = tar.extractfile(member) if member.isfile() and target else None
                if content is not None and target:
                    mode = 0o755 if target.startswith(("bin/", "sbin/")) else 0o644
                    layer.stream(f"{SPARK_HOME}/{target}", content, member.size, mode)


def _target(inner: str) -> str | None:
    """Path below /opt/spark of a file of the archive, None for what is left out."""
    top, _, rest = inner.partition("/")
    if top == "deps":
        target = rest.replace("examples/", "examples/src/main/python/", 1) if rest.startswith("examples/") else rest
        wanted = target.startswith(tuple(f"{each}/" for each in PACKED))
    elif top in ("pyspark", "lib"):
        target, wanted = f"python/{inner}", not rest.startswith("tests/")
    else:
        return None
    return target if wanted and not target.startswith(LEFT_OUT) else None


def _download(version: str, folder: Path) -> Path:
    # a source archive: it is taken as it is, nothing of it is built or run
    argv = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-input",
        "--no-build-isolation", "--dest", str(folder), "--requirement", str(pins(version)),
    ]  # fmt: skip
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxError(explain(done.stderr, f"downloading Spark {version}"))
    (archive,) = folder.glob(f"pyspark-{version}.tar.gz")
    return archive


def _make_storage(jars: list[maven.Jar], compiler: maven.Jar, spark: Layer, cache: Path, output: Path) -> None:
    with tempfile.TemporaryDirectory(dir=output.parent) as name:
        folder = Path(name)
        maven.fetch([*jars, compiler], folder)
        libraries = [folder / jar.file for jar in jars]
        with tarfile.open(spark.path(cache)) as tar:
            for member in tar:
                if Path(member.name).name.startswith("hadoop-client-api-"):
                    content = tar.extractfile(member)
                    assert content is not None  # noqa: S101 (a file)
                    with (folder / "hadoop-client-api.jar").open("wb") as copy:
                        shutil.copyfileobj(content, copy)
                    break
        classes = folder / "classes"
        java = java_home(cache) / "bin/java"
        _compile(java, folder / compiler.file, [folder / "hadoop-client-api.jar", *libraries], classes)
        with writing(output) as layer:
            for each in libraries:
                layer.file(f"{SPARK_HOME}/jars/{each.name}", each)
            layer.data(STAND_IN_JAR, _jar(classes, folder / "stand-in.jar"))


def _compile(java: Path, compiler: Path, libraries: Iterable[Path], classes: Path) -> None:
    path = ":".join(map(str, libraries))
    argv = [java, "-jar", compiler, "-17", "-proc:none", "-nowarn", "-cp", path, "-d", classes, STAND_IN]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxError(f"compiling {STAND_IN.name} failed: {(done.stdout + done.stderr)[-400:]}")


def _jar(classes: Path, file: Path) -> bytes:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as jar:
        for each in sorted(classes.rglob("*.class")):
            jar.writestr(zipfile.ZipInfo(str(each.relative_to(classes))), each.read_bytes())
    return file.read_bytes()


__all__ = ["LayerWriter", "platform_layer", "spark_layer", "storage_layer"]
