import io
import os
import sys
import tarfile
from pathlib import Path

import pytest

from tools.sandbox import downloads
from tools.sandbox.console import SandboxError


def program(folder: Path, name: str, script: str) -> Path:
    file = folder / "bin" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def broken_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A python whose pip cannot reach anything."""
    message = "WARNING: Retrying after NewConnectionError\\nERROR: No matching distribution found for x"
    monkeypatch.setattr(sys, "executable", str(program(tmp_path / "py", "python", f"printf '{message}' >&2; exit 1")))


@pytest.mark.parametrize(("line", "major"), [('openjdk version "17.0.15" 2025', 17), ('java version "1.8.0_402"', 8)])
def test_the_major_version_of_java_is_read(tmp_path: Path, line: str, major: int) -> None:
    assert downloads.java_version(program(tmp_path, "java", f"echo '{line}' >&2")) == major


def test_a_java_that_cannot_run_counts_as_none(tmp_path: Path) -> None:
    assert downloads.java_version(tmp_path / "nothing") == 0


def test_the_machines_java_is_taken_if_it_is_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "jdk", "java", "echo 'openjdk version \"21\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert downloads.java_home(tmp_path) == tmp_path / "jdk"


@pytest.mark.usefixtures("broken_pip")
def test_without_java_and_network_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    program(tmp_path / "old", "java", "echo 'openjdk version \"11.0.2\"' >&2")
    monkeypatch.setenv("PATH", f"{tmp_path}/old/bin:/bin")
    with pytest.raises(SandboxError, match=r"^no Java 17 or newer on this machine.*network cannot be reached"):
        downloads.java_home(tmp_path / "cache")
    assert list((tmp_path / "cache/downloads").iterdir()) == [], "nothing half-made stays"


def test_the_machines_go_is_taken_if_it_is_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = program(tmp_path, "go", "echo go1.26.8")
    monkeypatch.setenv("PATH", f"{go.parent}:{os.environ['PATH']}")
    assert downloads.go_program(tmp_path, (1, 26, 0)) == go


@pytest.mark.usefixtures("broken_pip")
def test_an_old_go_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{program(tmp_path, 'go', 'echo go1.19.8').parent}:/bin")
    with pytest.raises(SandboxError, match="pip install of go failed because the network"):
        downloads.go_program(tmp_path, (1, 26, 0))


def test_only_the_wanted_folders_of_the_archive_are_unpacked(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        for name in ("p-1/deps/bin/spark-submit", "p-1/deps/examples/x", "p-1/setup.py", "p-1/deps/jars/a.jar"):
            info = tarfile.TarInfo(name)
            info.size, info.mode = 1, 0o755
            tar.addfile(info, io.BytesIO(b"x"))
    downloads._unpack(tmp_path / "a.tar.gz", tmp_path / "out", ("bin", "jars"))
    found = sorted(str(file.relative_to(tmp_path / "out")) for file in (tmp_path / "out").rglob("*") if file.is_file())
    assert found == ["bin/spark-submit", "jars/a.jar"]
    assert os.access(tmp_path / "out/bin/spark-submit", os.X_OK)


@pytest.mark.parametrize("name", ["go", "java", "spark"])
def test_every_download_is_pinned_by_version_and_hash(name: str) -> None:
    text = (downloads.PINS / f"{name}.txt").read_text()
    assert "==" in text
    assert "--hash=sha256:" in text
