"""Imported images, kept in the cache: a node that needs the same ones begins with them instead of unpacking them again.

What is kept is the container runtime's whole folder, copied while no runtime works in it. Files are shared by hard
links where the cache and the state folder lie on one file system: layers are only ever read. The runtime's databases,
which it writes, are copied.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.sandbox.console import SandboxError
from tools.sandbox.locks import locked

KEPT = 3
"""Sets of images that are kept: the last ones used."""
DATABASES = "io.containerd.*/*.db"


def restore(cache: Path, key: str, root: Path) -> bool:
    """Begin the runtime's folder `root` with the images of `key`; whether they were there and `root` was not.

    Raises:
        SandboxError: the copy failed, for example for want of disk.

    """
    kept = _folder(cache) / key
    if root.exists() or not kept.exists():
        return False
    os.utime(kept)
    _copy(kept, root)
    return True


def keep(cache: Path, key: str, root: Path) -> None:
    """Keep the images of `key` that the runtime's folder `root` holds; the runtime must not run.

    Raises:
        SandboxError: the copy failed, for example for want of disk.

    """
    folder = _folder(cache)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock", waiting="another run is keeping images"):
        if not (folder / key).exists():
            _copy(root, folder / key)
        sets = sorted((each for each in folder.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime)
        for unused in sets[:-KEPT]:
            shutil.rmtree(unused)


def _folder(cache: Path) -> Path:
    return cache / "images/imported"


def _copy(source: Path, target: Path) -> None:
    """All or nothing: `target` is there when the copy is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="copy-", dir=target.parent) as scratch:
        partial = Path(scratch) / target.name
        shared = os.stat(source).st_dev == os.stat(scratch).st_dev
        done = subprocess.run(
            ["cp", "--archive", *(["--link"] if shared else []), str(source), str(partial)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SandboxError(f"copying the imported images from {source} failed: {done.stderr.strip()}")
        for database in partial.glob(DATABASES):
            original = source / database.relative_to(partial)
            database.unlink()
            shutil.copy2(original, database)
        partial.rename(target)
