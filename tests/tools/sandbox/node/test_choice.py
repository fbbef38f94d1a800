from pathlib import Path

import pytest

from tools.sandbox.console import SandboxError
from tools.sandbox.node import choice, packages
from tools.sandbox.settings import Pods, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "state").mkdir()
    return Settings(tmp_path / "state", tmp_path / "cache", 27400)


def asking(settings: Settings, pods: Pods) -> Settings:
    return Settings(settings.state, settings.cache, settings.port, pods=pods)


def test_where_real_pods_cannot_be_had_they_are_played_and_one_sentence_says_why(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(choice, "obstacle", lambda _: "real pods need root")
    assert choice.decide(settings) is Pods.PLAYED
    assert "pods are played by kwok, no container runs: real pods need root" in capsys.readouterr().out


def test_real_pods_that_are_asked_for_are_refused_rather_than_played(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "obstacle", lambda _: "real pods need root")
    with pytest.raises(SandboxError, match="PODS=real: real pods need root"):
        choice.decide(asking(settings, Pods.REAL))
    assert choice.kind_of(settings.state) is None


def test_played_pods_need_nothing_and_get_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: Settings) -> None:
        raise AssertionError("the machine was looked at")

    monkeypatch.setattr(choice, "obstacle", forbidden)
    assert choice.decide(asking(settings, Pods.PLAYED)) is Pods.PLAYED


def test_the_decision_is_kept_and_cannot_be_changed_half_way(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "obstacle", lambda _: None)
    assert choice.decide(settings) is Pods.REAL
    assert choice.kind_of(settings.state) is Pods.REAL
    with pytest.raises(SandboxError, match="this sandbox has real pods; `make sandbox-down` first"):
        choice.decide(asking(settings, Pods.PLAYED))


@pytest.mark.parametrize(
    ("attribute", "value", "sentence"),
    [("sys.platform", "darwin", "need Linux, this is darwin"), ("os.geteuid", lambda: 1000, "need root")],
)
def test_what_stands_in_the_way_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, attribute: str, value: object, sentence: str
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(attribute, value)
    assert sentence in (choice.obstacle(settings) or "")


def test_a_state_folder_that_the_node_would_hide_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    hidden = Settings(Path("/run/sandbox"), settings.cache, settings.port)
    assert "SANDBOX_DIR may not lie there: /run/sandbox" in (choice.obstacle(hidden) or "")


def test_missing_packages_without_apt_get_are_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(SandboxError, match=r"containerd, runc, .* are missing and there is no apt-get"):
        packages.ensure(settings.cache)


def test_a_failed_apt_get_is_told_in_its_own_words_and_what_it_was(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "bin/apt-get"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho 'E: no network' >&2\nexit 100\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent))
    monkeypatch.setattr(packages, "SEARCH_PATH", str(fake.parent))
    with pytest.raises(SandboxError, match="E: no network"):
        packages.ensure(settings.cache)
    assert "installing with apt-get: nftables, iproute2, mmdebstrap" in capsys.readouterr().out
