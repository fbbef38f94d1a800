"""Imported images are kept whole, shared where they are only read, and forgotten when others are used."""

import os
from pathlib import Path

import pytest

from tools.sandbox.node import image_store


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    root = tmp_path / "state/containerd"
    layer, database = (
        root / "io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs",
        root / "io.containerd.metadata.v1.bolt",
    )
    for folder in (layer, database):
        folder.mkdir(parents=True)
    (layer / "service-types.db").write_text("of an image")
    (database / "meta.db").write_text("records")
    return root


def test_a_new_node_begins_with_what_another_imported(tmp_path: Path, runtime: Path) -> None:
    image_store.keep(tmp_path / "cache", "k", runtime)
    second = tmp_path / "second/containerd"
    assert image_store.restore(tmp_path / "cache", "k", second)
    layer = second / "io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs/service-types.db"
    records = second / "io.containerd.metadata.v1.bolt/meta.db"
    assert layer.stat().st_nlink == 3, "a layer is shared: the runtime's, the kept one, this one"
    assert records.stat().st_nlink == 1, "a database is not"
    records.write_text("changed")
    assert (runtime / "io.containerd.metadata.v1.bolt/meta.db").read_text() == "records"


def test_a_node_that_has_a_runtime_already_is_left_alone(tmp_path: Path, runtime: Path) -> None:
    image_store.keep(tmp_path / "cache", "k", runtime)
    assert not image_store.restore(tmp_path / "cache", "k", runtime)
    assert not image_store.restore(tmp_path / "cache", "unknown", tmp_path / "third")
    assert not (tmp_path / "third").exists()


def test_only_the_sets_that_were_used_last_are_kept(tmp_path: Path, runtime: Path) -> None:
    folder = tmp_path / "cache/images/imported"
    for number in range(image_store.KEPT + 1):
        image_store.keep(tmp_path / "cache", f"k{number}", runtime)
        os.utime(folder / f"k{number}", (number, number))
    image_store.keep(tmp_path / "cache", "last", runtime)
    kept = sorted(each.name for each in folder.iterdir() if each.is_dir())
    assert len(kept) == image_store.KEPT
    assert "last" in kept
    assert "k0" not in kept
