import os
import re
from pathlib import Path

import pytest

from components.base.constants import SPARK_OPERATOR_VERSION
from tools.sandbox import programs
from tools.sandbox.console import SandboxError
from tools.sandbox.programs import DATA, GOMODS, ON_REQUEST, PROGRAMS, build_missing, data_folder, missing, program

GO = """#!/bin/sh
case "$1 $*" in
  "env "*) echo go1.99.0 ;;
  "list "*) echo "$MODULE_DIR" ;;
  "clean "*) ;;
  "build "*)
    echo "go: downloading example" >&2; echo some/package >&2
    [ -n "$FAIL" ] && { echo "$FAIL" >&2; exit 1; }
    while [ $# -gt 0 ]; do [ "$1" = -o ] && echo built > "$2"; shift; done ;;
esac
"""


@pytest.fixture
def fake_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `go` that builds at once, and a module folder that holds what DATA asks for."""
    go = tmp_path / "bin/go"
    go.parent.mkdir()
    go.write_text(GO)
    go.chmod(0o755)
    module = tmp_path / "module"
    for _, _, folder in DATA.values():
        (module / folder).mkdir(parents=True)
        (module / folder / "file.yaml").write_text("a: 1")
    monkeypatch.setenv("PATH", f"{go.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("MODULE_DIR", str(module))
    monkeypatch.setattr(programs, "DISK_GB", 0)
    return tmp_path / "cache"


def test_versions_are_read_from_go_mod_and_the_operator_is_the_platforms() -> None:
    assert program("spark-operator").version == f"v{SPARK_OPERATOR_VERSION}"
    assert program("kube-apiserver").version == program("kubectl").version
    assert all(re.fullmatch(r"v\d+\.\d+\.\d+", each.version) for each in PROGRAMS)


def test_clients_are_told_the_real_version_of_the_api_server() -> None:
    flags = program("kube-apiserver").linker_flags
    version = program("kube-apiserver").version
    assert f"k8s.io/component-base/version.gitVersion={version} " in flags
    assert f"gitMinor={version.split('.')[1]} " in flags


def test_all_staging_modules_have_the_version_of_kubernetes() -> None:
    text = (GOMODS / "kubernetes/go.mod").read_text()
    wanted = program("kube-apiserver").version.replace("v1.", "v0.")
    replaced = re.findall(r"(k8s\.io/\S+) => (\S+) (\S+)", text)
    assert len(replaced) > 30
    assert {(left, version) for left, right, version in replaced if left != right or version != wanted} == set()


@pytest.mark.parametrize("gomod", sorted({each.gomod for each in (*PROGRAMS, *ON_REQUEST)}))
def test_every_module_a_program_needs_has_its_checksum(gomod: str) -> None:
    go_mod, go_sum = ((GOMODS / gomod / name).read_text() for name in ("go.mod", "go.sum"))
    replaced = dict(re.findall(r"^\t(\S+) => \S+ (\S+)$", go_mod, re.MULTILINE))
    required = re.findall(r"^\s(\S+) (v\S+)(?: // indirect)?$", go_mod, re.MULTILINE)
    assert required
    for module, version in required:
        assert f"{module} {replaced.get(module, version)}" in go_sum


def test_the_path_in_the_cache_moves_with_go_mod_and_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = program("etcd").path(tmp_path)
    copy = tmp_path / "gomods/etcd"
    copy.mkdir(parents=True)
    for name in ("go.mod", "go.sum"):
        (copy / name).write_bytes((GOMODS / "etcd" / name).read_bytes())
    monkeypatch.setattr(programs, "GOMODS", tmp_path / "gomods")
    assert program("etcd").path(tmp_path) == before
    (copy / "go.sum").write_text((copy / "go.sum").read_text() + "\n")
    assert program("etcd").path(tmp_path) != before


def test_everything_is_built_once_and_then_reused(fake_go: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert missing(fake_go) == list(PROGRAMS)
    build_missing(fake_go)
    assert missing(fake_go) == []
    assert (data_folder(fake_go, "spark-operator-chart") / "file.yaml").exists()
    assert not (fake_go / "go").exists(), "Go's own caches are given back"
    output = capsys.readouterr().out
    assert f"[1/{len(PROGRAMS)}] building etcd" in output
    assert "usually about 25 s" in output
    build_missing(fake_go)
    assert capsys.readouterr().out == ""


def test_a_program_on_request_is_built_only_when_it_is_asked_for(fake_go: Path) -> None:
    build_missing(fake_go)
    assert not program("crane").path(fake_go).exists()
    build_missing(fake_go, ON_REQUEST)
    assert program("crane").path(fake_go).exists()


def test_the_time_of_the_last_build_is_what_is_announced(fake_go: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_missing(fake_go)
    program("helm").path(fake_go).unlink()
    capsys.readouterr()
    build_missing(fake_go)
    assert "[1/1] building helm" in (output := capsys.readouterr().out)
    assert "last time" in output
    assert "the last one" in output


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("dial tcp: lookup host: no such host", "network cannot be reached"),
        ("write /x: no space left on device", "disk is full"),
        ("compile: signal: killed", "ran out of memory"),
        ("x.go:1: syntax error", "building etcd failed: x.go:1: syntax error"),
    ],
)
def test_a_failed_build_is_told_in_a_sentence_and_leaves_nothing_half(
    fake_go: Path, monkeypatch: pytest.MonkeyPatch, printed: str, sentence: str
) -> None:
    monkeypatch.setenv("FAIL", printed)
    with pytest.raises(SandboxError, match=re.escape(sentence)):
        build_missing(fake_go)
    assert list((fake_go / "programs").iterdir()) == []


def test_too_little_disk_is_said_before_anything_is_built(fake_go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "DISK_GB", 10**6)
    with pytest.raises(SandboxError, match=r"takes about 1000000 GB, .* GB free"):
        build_missing(fake_go)
    assert not (fake_go / "programs").exists()
