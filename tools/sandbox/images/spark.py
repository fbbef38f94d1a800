"""The layers of the Spark image: Spark from PyPI's archive, what the platform adds, and object storage's stand-in."""

import subprocess
import sys
import tarfile
import tempfile
from functools import partial
from pathlib import Path

import yaml

from tools.sandbox.console import SandboxError
from tools.sandbox.downloads import PINS, explain
from tools.sandbox.images import celeborn, java, maven
from tools.sandbox.images.contents import FOLDER, Contents
from tools.sandbox.images.layers import Layer, writing

SPARK_HOME = "opt/spark"
PACKED = ("bin", "sbin", "jars", "licenses", "examples/src/main/python")
LEFT_OUT = (
    "jars/connect-repl/",
    "python/pyspark/pandas/tests/",
    "python/pyspark/sql/tests/",
    "python/pyspark/ml/tests/",
)
"""What no job needs: an interactive shell's jars, PySpark's own tests."""
CONNECT_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
ADDED = {
    "sbin/start-connect-server.sh": f'#!/bin/bash\nexec "$SPARK_HOME/bin/spark-submit" --class {CONNECT_SERVER} "$@"\n',
    "sbin/stop-connect-server.sh": f"#!/bin/bash\npkill --full {CONNECT_SERVER}\n",
}
"""What the Spark operator starts and stops a Spark Connect server with: in Spark's images, not in PyPI's archive."""
STAND_IN = Path(__file__).parent / "stand_in"
STORAGE_JARS = Path(__file__).parent / "object_storage.yaml"
STAND_IN_JAR = f"{SPARK_HOME}/jars/sandbox-object-storage.jar"
PLATFORM_JAR = f"{SPARK_HOME}/jars/spark-on-ack.jar"


def pins(version: str) -> Path:
    """The file that pins PySpark's archive of a Spark release."""
    line = "spark" if version.startswith("3.") else "spark-4"
    return PINS / f"{line}.txt"


def spark_layer(version: str) -> Layer:
    """/opt/spark as PyPI's archive has it."""
    inputs = (pins(version).read_text(), *LEFT_OUT, *PACKED, *ADDED.values())
    return Layer(f"spark-{version}", inputs, partial(_make_spark, version), usual=30)


def platform_layer(version: str, listed: Contents, distribution: Path | None, spark: Layer, cache: Path) -> Layer:
    """What images/spark adds: programs, folders, our jar, and the shuffle service's client of a distribution."""
    files = {target: FOLDER / name for name, target in listed.files.items()}
    clients = [jar.file(listed.spark[version]) for jar in listed.jars if jar.origin == "celeborn"]
    sources = FOLDER / listed.java_sources
    texts = [f"{target}\n{each.read_text()}" for target, each in files.items()]
    inputs = (
        spark.key, *texts, *java.texts(sources), repr(listed.compiler), *listed.folders, str(listed.user), *clients,
        celeborn.key(distribution),
    )  # fmt: skip

    def make(output: Path) -> None:
        ours, _ = java.jar(sources, spark, cache)
        with writing(output) as layer:
            for target, each in files.items():
                layer.file(target.lstrip("/"), each, 0o755)
            for name in listed.folders:
                layer.folder(name.lstrip("/"), listed.user)
            layer.data(PLATFORM_JAR, ours)
            if distribution is not None:
                for name in clients:
                    layer.data(f"{SPARK_HOME}/jars/{name}", celeborn.client_jar(distribution, name))

    return Layer(f"platform-{version}", inputs, make, usual=10)


def storage_layer(version: str, spark: Layer, cache: Path) -> Layer | None:
    """Hadoop's S3 client and the stand-in for JindoSDK; None for a release whose jars are not listed."""
    listed = yaml.safe_load(STORAGE_JARS.read_text())
    if version not in listed:
        return None
    jars = [maven.Jar(**each) for each in listed[version]]
    inputs = (spark.key, *map(repr, jars), repr(java.compiler()), *java.texts(STAND_IN))

    def make(output: Path) -> None:
        stand_in, libraries = java.jar(STAND_IN, spark, cache, jars)
        with writing(output) as layer:
            for name, content in libraries.items():
                layer.data(f"{SPARK_HOME}/jars/{name}", content)
            layer.data(STAND_IN_JAR, stand_in)

    return Layer(f"object-storage-{version}", inputs, make, usual=10)


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
            for path, text in ADDED.items():
                layer.data(f"{SPARK_HOME}/{path}", text.encode(), 0o755)


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
