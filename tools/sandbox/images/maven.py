"""Jars from Maven Central, by Maven itself and checked against their sums."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tools.sandbox.console import SandboxError
from tools.sandbox.downloads import explain

PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"


@dataclass(frozen=True)
class Jar:
    """One artifact."""

    coordinates: str
    """group:name:version"""
    sha256: str

    @property
    def file(self) -> str:
        """Its file name."""
        _, name, version = self.coordinates.split(":")
        return f"{name}-{version}.jar"


def fetch(jars: Iterable[Jar], folder: Path) -> None:
    """Put the jars into `folder`, without what they depend on.

    Raises:
        SandboxError: no Maven, no network, or a jar that differs from its sum.

    """
    jars = list(jars)
    if shutil.which("mvn") is None:
        raise SandboxError("Maven is not installed; `apt-get install maven` makes it so")
    with tempfile.TemporaryDirectory() as project:
        (Path(project) / "pom.xml").write_text(_pom(jars))
        argv = ["mvn", "--batch-mode", "--quiet", "--no-transfer-progress", PLUGIN, f"-DoutputDirectory={folder}"]
        done = subprocess.run(argv, cwd=project, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxError(explain(done.stdout + done.stderr, "fetching jars with Maven"))
    for jar in jars:
        digest = hashlib.sha256((folder / jar.file).read_bytes()).hexdigest()
        if digest != jar.sha256:
            raise SandboxError(f"{jar.coordinates} has sha256 {digest}, expected {jar.sha256}")


def _pom(jars: list[Jar]) -> str:
    """A project whose only purpose is to depend on the jars alone."""
    none = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
    dependencies = ""
    for jar in jars:
        group, name, version = map(escape, jar.coordinates.split(":"))
        names = f"<groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>"
        dependencies += f"<dependency>{names}{none}</dependency>"
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>sandbox</groupId><artifactId>jars</artifactId>"
        f"<version>1</version><dependencies>{dependencies}</dependencies></project>"
    )
