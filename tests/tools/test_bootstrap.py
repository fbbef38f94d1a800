import hashlib
import re
from pathlib import Path

import pytest

from tools import bootstrap


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A project folder; the list tells what was done in it."""
    done: list[str] = []

    def create() -> None:
        done.append("create")
        (tmp_path / ".venv/bin").mkdir(parents=True)
        (tmp_path / ".venv/bin/python").touch()
        (tmp_path / ".venv/lib/python3.11/site-packages").mkdir(parents=True)

    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv/.stamp")
    monkeypatch.setattr(bootstrap, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(bootstrap, "create_venv", create)
    monkeypatch.setattr(bootstrap, "install", lambda: done.append("install"))
    bootstrap.LOCK.write_text("a==1")
    return done


def test_a_virtualenv_is_made_once(project: list[str]) -> None:
    assert bootstrap.main() == 0
    assert bootstrap.main() == 0
    assert project == ["create", "install"]
    assert bootstrap.STAMP.read_text().strip() == hashlib.sha256(b"a==1").hexdigest()


@pytest.mark.usefixtures("project")
def test_the_components_are_importable_under_their_public_name() -> None:
    bootstrap.ensure()
    bootstrap.ensure()
    link = bootstrap.VENV / "lib/python3.11/site-packages/spark_on_ack"
    assert link.readlink() == bootstrap.ROOT / "components"


def test_a_half_made_virtualenv_is_made_anew(project: list[str]) -> None:
    bootstrap.VENV.mkdir()
    (bootstrap.VENV / "leftover").touch()
    bootstrap.ensure()
    assert project == ["create", "install"]
    assert not (bootstrap.VENV / "leftover").exists()


def test_a_new_lock_updates_the_virtualenv_in_place(project: list[str]) -> None:
    bootstrap.ensure()
    bootstrap.LOCK.write_text("a==2")
    bootstrap.ensure()
    assert project == ["create", "install", "install"]


def test_an_interrupted_installation_leaves_no_stamp(project: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise bootstrap.BootstrapError("no network")

    monkeypatch.setattr(bootstrap, "install", broken)
    assert bootstrap.main() == 1
    assert not bootstrap.STAMP.exists()


@pytest.mark.usefixtures("project")
def test_an_old_python_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "FLOOR", (99, 1))
    assert bootstrap.main() == 1
    assert re.match(r"error: python3 is 3\.\d+, at least 99\.1 is needed", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("WARNING: Retrying ... NewConnectionError: x\nERROR: No matching distribution", "no network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "does not match its hash"),
        ("ERROR: something else\n", "pip failed: ERROR: something else"),
    ],
)
def test_pips_failures_become_one_sentence(output: str, sentence: str) -> None:
    assert sentence in bootstrap.explain(output)
