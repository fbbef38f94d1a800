"""Copying against a real registry on loopback: by crane, without Docker."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from components.platform.images import PlatformImage
from replay import ROOT, Graph, replay
from tests.tools.images.conftest import Archive
from tools.images import __main__ as command
from tools.images import filling
from tools.images.filling import fill
from tools.images.listing import ListedImage
from tools.images.registry import Crane, RegistryError, public_name

NAMES = ("spark", "celeborn", "spark-operator")


def silent(_: str) -> None:
    """Progress is not looked at here."""


def wanted(registry: str, upstream: str | None, digest: str = "") -> ListedImage:
    name = f"{registry}/acme/celeborn:0.7.0" + (f"@{digest}" if digest else "")
    return ListedImage(name, "yes", PlatformImage("celeborn", upstream))


def test_a_missing_image_is_copied_from_its_publisher_with_its_digest(
    registry: str, crane: Crane, archive: Archive
) -> None:
    upstream = f"{registry}/upstream/celeborn:0.7.0"
    crane.push(archive("celeborn"), upstream)
    assert crane.digest(f"{registry}/acme/celeborn:0.7.0") is None
    outcome = fill(wanted(registry, upstream), crane, None, None, silent)
    assert outcome.words == "copied"
    assert outcome.digest == crane.digest(upstream) == crane.digest(f"{registry}/acme/celeborn:0.7.0")
    assert fill(wanted(registry, upstream), crane, None, None, silent).words == "is there"


def test_a_registry_with_another_image_under_the_tag_is_refused(registry: str, crane: Crane, archive: Archive) -> None:
    crane.push(archive("celeborn"), f"{registry}/acme/celeborn:0.7.0")
    with pytest.raises(RegistryError, match=r"but the stack names sha256:0{64}"):
        fill(wanted(registry, None, f"sha256:{'0' * 64}"), crane, None, None, silent)


def test_a_publisher_that_does_not_have_the_image_is_told(registry: str, crane: Crane) -> None:
    with pytest.raises(RegistryError, match=r"acme/celeborn:0\.7\.0: "):
        fill(wanted(registry, f"{registry}/upstream/absent:1"), crane, None, None, silent)


def test_what_is_no_archive_is_refused_with_what_is_allowed(registry: str, crane: Crane, tmp_path: Path) -> None:
    wrong = tmp_path / "x.tar"
    wrong.write_text("not a tar file")
    with pytest.raises(RegistryError, match="allowed: an OCI layout"):
        crane.push(wrong, f"{registry}/acme/x:1")


def test_a_registry_that_cannot_be_reached_is_not_an_absent_image(crane: Crane) -> None:
    with pytest.raises(RegistryError):
        crane.digest("127.0.0.1:1/acme/x:1")


def test_without_a_builder_the_spark_image_is_asked_for_as_an_archive(
    registry: str, crane: Crane, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RegistryError, match=r"none of docker, podman, buildah works here; .* ARCHIVE=spark=FILE"):
        fill(wanted(registry, None), crane, None, None, silent)


def test_a_builder_at_hand_builds_and_its_archive_is_pushed(
    registry: str, crane: Crane, archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The builder is played: it writes an archive where it is told to; what it is told is what is checked."""
    script = f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\ncase "$1" in save) cp {archive("spark")} "$3" ;; esac\n'
    (tmp_path / "docker").write_text(script)
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(RegistryError, match="set CELEBORN_REPOSITORY"):
        fill(wanted(registry, None), crane, None, None, silent)
    monkeypatch.setenv(filling.REPOSITORY, "https://maven.example.com")
    assert fill(wanted(registry, None), crane, None, None, silent).words == "built and pushed"
    asked = (tmp_path / "asked").read_text()
    assert f"build --tag {registry}/acme/celeborn:0.7.0 --build-arg CELEBORN_REPOSITORY=https://maven" in asked


@pytest.fixture
def local_prod(registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stack file of prod with the loopback registry in it."""
    file = tmp_path / "Pulumi.prod.yaml"
    text = (ROOT / "stacks/Pulumi.prod.yaml").read_text()
    file.write_text(
        re.sub(r"  spark-on-ack:registry:\n(    .*\n)+", "", text).replace(
            "    spark_tag: 3.5.9-1\n", f"    registry: {registry}/acme\n    spark_tag: 3.5.9-1\n"
        )
    )

    def of_file(stack: str) -> Graph:
        return replay(stack, config=file)

    monkeypatch.setattr(command, "stack_file", lambda root, stack: file)
    monkeypatch.setattr(command, "replay", of_file)
    return file


def listing(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    command.main(["prod", "--format", "json"])
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_copy_and_pin_leave_prod_by_digest(
    local_prod: Path, registry: str, crane: Crane, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    before = local_prod.read_text()
    options = [f"--archive={name}={archive(name)}" for name in NAMES]
    assert command.main(["prod", "--copy", "--pin", *options]) == 0
    assert capsys.readouterr().out.count(": pushed sha256:") == len(NAMES)
    rows = listing(capsys)
    assert [row["digest"] for row in rows] == [crane.digest(row["image"]) for row in rows]
    assert len({row["digest"] for row in rows}) == len(NAMES)
    after = local_prod.read_text()
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(added) == 1 + len(NAMES)
    assert [line for line in after.splitlines() if line not in added] == before.splitlines()
    assert command.main(["prod", "--copy", "--pin"]) == 0
    assert local_prod.read_text() == after
    assert "is there" in capsys.readouterr().out


def test_nothing_is_pinned_while_an_image_is_missing(
    local_prod: Path, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    before = local_prod.read_text()
    assert command.main(["prod", "--pin"]) == 1
    assert "is not in its registry, so it has no digest; copy it first" in capsys.readouterr().err
    assert local_prod.read_text() == before


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("registry-vpc.cn-hangzhou.aliyuncs.com/a/b:1", "registry.cn-hangzhou.aliyuncs.com/a/b:1"),
        ("acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com/a/b:1", "acme-registry.cn-hangzhou.cr.aliyuncs.com/a/b:1"),
        ("crpi-x-vpc.cn-hangzhou.personal.cr.aliyuncs.com/a:1", "crpi-x.cn-hangzhou.personal.cr.aliyuncs.com/a:1"),
        ("harbor.example.com/a/b:1", "harbor.example.com/a/b:1"),
    ],
)
def test_from_outside_the_vpc_the_registry_is_reached_by_its_public_name(inside: str, outside: str) -> None:
    assert public_name(inside) == outside


def test_another_way_to_the_registry_replaces_the_public_name() -> None:
    assert public_name("registry-vpc.cn-hangzhou.aliyuncs.com/a:1", "127.0.0.1:5000") == "127.0.0.1:5000/a:1"
