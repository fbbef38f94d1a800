"""The files of a backend that is a folder: locks, and earlier versions of a state that a kill has torn.

Object storage writes an object as a whole or not at all, so only a folder can hold half a state.
"""

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Lock:
    """Who holds the stack: the file, and the process and host that its content names."""

    path: Path
    pid: int
    host: str

    @property
    def alive(self) -> bool:
        """True when the process that made it runs on this machine. One of another machine cannot be asked."""
        return self.host == os.uname().nodename and Path(f"/proc/{self.pid}").exists()


@dataclass(frozen=True)
class Folder:
    """A backend `file://…`: its root, and the project and stack whose files are meant."""

    root: Path
    project: str
    stack: str

    @classmethod
    def of(cls, address: str, project: str, stack: str) -> "Folder | None":
        """The folder behind a backend's address; None for every other backend."""
        if not address.startswith("file://"):
            return None
        return cls(Path(address.removeprefix("file://")).expanduser() / ".pulumi", project, stack)

    @property
    def state(self) -> Path:
        """The state of the stack."""
        return self.root / "stacks" / self.project / f"{self.stack}.json"

    @property
    def torn(self) -> bool:
        """True when the state is there and is no JSON."""
        return self.state.is_file() and _checkpoint(self.state) is None

    def locks(self) -> list[Lock]:
        """The locks on the stack."""
        return [
            Lock(path, int(told.get("pid") or 0), str(told.get("hostname") or ""))
            for path in sorted((self.root / "locks").glob(f"*/{self.project}/{self.stack}/*.json"))
            if isinstance(told := _json(path), dict)
        ]

    def newest_version(self) -> tuple[Path, dict[str, Any]] | None:
        """The youngest readable copy of the state and its content as `pulumi stack export` writes it."""
        kept = [self.state.with_name(f"{self.state.name}.bak")]
        kept += (self.root / "history" / self.project / self.stack).glob("*.checkpoint.json")
        kept += (self.root / "backups" / self.project / self.stack).glob("*.json")
        for path in sorted((p for p in kept if p.is_file()), key=lambda p: p.stat().st_mtime_ns, reverse=True):
            checkpoint = _checkpoint(path)
            if checkpoint is not None:
                latest = checkpoint["checkpoint"].get("latest") or {}
                return path, {"version": checkpoint.get("version", 3), "deployment": latest}
        return None

    def restore(self, version: Path) -> Path:
        """Puts a copy in the state's place; returns where the torn file is kept."""
        kept = self.state.with_name(f"{self.state.name}.torn-{int(time.time())}")
        shutil.copyfile(self.state, kept)
        shutil.copyfile(version, self.state)
        return kept


def _json(path: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _checkpoint(path: Path) -> dict[str, Any] | None:
    content = _json(path)
    return content if isinstance(content, dict) and isinstance(content.get("checkpoint"), dict) else None
