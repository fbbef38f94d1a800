"""A real Spark driver in client mode, as the team's driver account, with the workspace's configuration."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.base.configuration import Entry, properties
from components.base.constants import DRIVER_ACCOUNT
from tools.bench.platform import NAMESPACE, Platform, cpu_of
from tools.sandbox.console import SandboxError
from tools.sandbox.downloads import java_home
from tools.sandbox.images import java, layers
from tools.sandbox.images.contents import FOLDER, contents
from tools.sandbox.images.layers import Layer
from tools.sandbox.images.spark import spark_layer

MAIN = "sparkonack.bench.Backlog"
SOURCES = Path(__file__).parent / "java"
OURS = ("spark.kubernetes.allocation.", "spark.dynamicAllocation.", "spark.plugins", "spark.sparkonack.")
"""Beginnings of the keys in which this platform differs from Spark's defaults as far as creation is concerned."""
NOT_HERE = ("spark.hadoop.", "spark.metrics.", "spark.eventLog.", "spark.driver.port", "spark.driver.blockManager.port")
"""Beginnings of the keys that need what a bench has not: object storage, ports of one driver a pod."""
OPERATOR = "system:serviceaccount:spark-operator:spark-operator-controller"


@dataclass
class Driver:
    """A driver that runs."""

    name: str
    process: subprocess.Popen[str]
    marks: dict[str, float] = field(default_factory=dict)
    """`context` and `job`: when each began, in seconds since 1970."""

    def listen(self) -> None:
        """Read its marks as they are printed."""
        for line in self.process.stdout or ():
            word, _, at = line.strip().partition(" ")
            if word in ("context", "job") and at.isdigit():
                self.marks[word] = int(at) / 1000

    def cpu_seconds(self) -> float:
        """CPU time it has used."""
        return cpu_of(self.process.pid)

    def stop(self) -> None:
        """End it, whatever it is doing."""
        self.process.kill()
        self.process.wait()


def spark_jars(version: str, cache: Path) -> Path:
    """The jars of a Spark release, with the platform's own and the bench's job compiled against them.

    Raises:
        SandboxError: an archive or a compiler cannot be had.

    """
    layer = spark_layer(version)
    layers.build(layer, cache)
    ours = FOLDER / contents().java_sources
    texts = "\0".join((layer.key, *java.texts(ours), *java.texts(SOURCES)))
    folder = cache / "bench" / f"spark-{version}-{hashlib.sha256(texts.encode()).hexdigest()[:12]}"
    if not folder.exists():
        _unpack(layer, ours, cache, folder)
    return folder


def _unpack(layer: Layer, ours: Path, cache: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    for old in folder.parent.glob(f"{folder.name.rpartition('-')[0]}-*"):
        shutil.rmtree(old)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        part = Path(scratch) / "jars"
        part.mkdir()
        with tarfile.open(layer.path(cache)) as tar:
            for member in tar:
                content = tar.extractfile(member) if "/jars/" in member.name and member.isfile() else None
                if content is not None:
                    with (part / Path(member.name).name).open("wb") as file:
                        shutil.copyfileobj(content, file)
        for name, sources in (("spark-on-ack", ours), ("bench", SOURCES)):
            (part / f"{name}.jar").write_bytes(java.jar(sources, layer, cache)[0])
        part.rename(folder)


def rendered(platform: Platform) -> tuple[dict[str, str], str]:
    """The workspace's configuration and its executor template, as the API server has them."""
    data = (platform.kubectl.get("configmap", "spark-defaults", "-n", NAMESPACE) or {})["data"]
    pairs = (line.partition("=") for line in data["spark-defaults.conf"].splitlines() if not line.startswith("#"))
    return {key: value for key, _, value in pairs if key}, data["executor-template.json"]


def start(
    platform: Platform, version: str, executors: int, seconds: int, more: Mapping[str, str], *, as_shipped: bool,
    name: str = "bench-driver",
) -> Driver:  # fmt: skip
    """Start a driver that wants so many executors and stays so many seconds.

    Args:
        platform: Where.
        version: Spark's release.
        executors: Tasks that wait, one for each executor.
        seconds: How long it stays.
        more: Configuration that comes last.
        as_shipped: With the workspace's defaults; otherwise with Spark's where creation is concerned.
        name: Of its pod, which another identity of the platform makes.

    """
    folder = platform.settings.state / name
    folder.mkdir(exist_ok=True)
    conf, template = rendered(platform)
    (folder / "executor.json").write_text(template)
    (folder / "token").touch(mode=0o600)
    (folder / "token").write_text(platform.token())
    conf = {k: v for k, v in conf.items() if not k.startswith(NOT_HERE)}
    if not as_shipped:
        most = conf["spark.dynamicAllocation.maxExecutors"]
        conf = {k: v for k, v in conf.items() if not k.startswith(OURS)}
        conf |= {"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": most}
    conf |= _local(platform, folder, name) | dict(more)
    text = properties({key: Entry(value, "bench") for key, value in conf.items()})
    (folder / "spark.conf").write_text(text)
    make_pod(platform, name, conf["spark.kubernetes.container.image"])
    process = _process(platform, version, folder, [str(executors), str(seconds)])
    driver = Driver(name, process)
    threading.Thread(target=driver.listen, daemon=True).start()
    return driver


def _local(platform: Platform, folder: Path, name: str) -> dict[str, str]:
    """Configuration of a driver on this machine: how it reaches the API server and as whom."""
    port = platform.settings.ports["kube-apiserver"]
    return {
        "spark.master": f"k8s://https://127.0.0.1:{port}",
        "spark.submit.deployMode": "client",
        "spark.app.name": name,
        "spark.kubernetes.driver.pod.name": name,
        "spark.kubernetes.authenticate.caCertFile": str(platform.authority),
        "spark.kubernetes.authenticate.oauthTokenFile": str(folder / "token"),
        "spark.kubernetes.executor.podTemplateFile": str(folder / "executor.json"),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.driver.memoryOverhead": "384m",
        "spark.ui.enabled": "false",
        "spark.port.maxRetries": "100",
        "spark.scheduler.minRegisteredResourcesRatio": "0",  # played executors never register
    }


def make_pod(platform: Platform, name: str, image: str) -> None:
    """The driver's pod, made as the operator would: executors need an owner that exists."""
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    size = {"cpu": "1", "memory": "2Gi"}
    container = {"name": "spark-kubernetes-driver", "image": image, "securityContext": security}
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"spark-role": "driver"}},
        "spec": {
            "serviceAccountName": DRIVER_ACCOUNT,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 185, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container | {"resources": {"requests": size, "limits": size}}],
        },
    }
    platform.kubectl.run("create", "-f", "-", f"--as={OPERATOR}", "--as-group=system:masters", stdin=json.dumps(pod))


def _process(platform: Platform, version: str, folder: Path, arguments: list[str]) -> subprocess.Popen[str]:
    cache = platform.settings.cache
    jars = spark_jars(version, cache)
    opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
    argv = [
        str(java_home(cache) / "bin/java"), "-Xmx1g", *opened, "-cp", f"{jars}/*",
        "org.apache.spark.deploy.SparkSubmit",
        "--properties-file", str(folder / "spark.conf"), "--class", MAIN, str(jars / "bench.jar"), *arguments,
    ]  # fmt: skip
    env = {"PATH": os.defpath, "HOME": str(folder), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_SCALA_VERSION": "2.12"}
    log = (folder / "driver.log").open("w")
    return subprocess.Popen(
        argv, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
    )


OPENED = (
    "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util",
    "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch", "sun.nio.cs", "sun.security.action",
    "sun.util.calendar",
)  # fmt: skip
"""Packages that Spark's own launcher opens for Java 17."""


def wait_for_job(driver: Driver, timeout: float = 90) -> None:
    """Wait until the driver's job has begun.

    Raises:
        SandboxError: it ended before, with the end of its log.

    """
    began = time.monotonic()
    while "job" not in driver.marks:
        if driver.process.poll() is not None or time.monotonic() - began > timeout:
            raise SandboxError(f"{driver.name} did not start a job; see driver.log in its folder")
        time.sleep(0.05)
