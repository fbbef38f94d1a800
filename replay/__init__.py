"""Offline replay: runs the real program for a stack file under the SDK's mock monitor and returns the recorded graph.

Needs no account, no engine, no plugins and no network.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from replay.graph import Graph, Resource, is_unknown, reveal

__all__ = ["Graph", "ReplayError", "Resource", "is_unknown", "replay", "reveal", "stack_file"]

ROOT = Path(__file__).resolve().parent.parent
"""The project this file belongs to."""


class ReplayError(Exception):
    """The program refused (its own sentences) or failed (its traceback)."""


def stack_file(program: Path, stack: str) -> Path:
    """`stacks/Pulumi.<stack>.yaml` of a project, wherever its `stackConfigDir` says. Raises ReplayError if absent."""
    project = yaml.safe_load((program / "Pulumi.yaml").read_text())
    folder = program / (project.get("stackConfigDir") or ".")
    path = folder / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        have = ", ".join(sorted(p.name.split(".")[1] for p in folder.glob("Pulumi.*.yaml"))) or "none"
        raise ReplayError(f"no stack {stack!r}: {path} does not exist; existing stacks: {have}")
    return path


def replay(
    stack: str,
    *,
    program: Path = ROOT,
    known: bool = True,
    config: Path | None = None,
    python: str = sys.executable,
    tools: Path = ROOT,
    references: Mapping[str, Mapping[str, Any]] | None = None,
) -> Graph:
    """The graph of `program` for `stack`.

    `known`: outputs have values, as after an update; False: as in a first preview. `config`: a stack file instead of
    the stack's own. `python`, `tools`: interpreter and checkout whose replay is used (for another revision).
    `references`: what stack references return, full name of a stack -> its outputs (`Graph.exports`).
    Raises ReplayError with the program's own messages.
    """
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-replay-") as scratch:
        out, error = Path(scratch, "graph.json"), Path(scratch, "error.txt")
        project = yaml.safe_load((program / "Pulumi.yaml").read_text())["name"]
        request = {
            "program": str(program), "project": project, "stack": stack, "known": known,
            "stack_file": str(config or stack_file(program, stack)), "graph": str(out), "error": str(error),
            "references": references or {},
        }  # fmt: skip
        (Path(scratch) / "request.json").write_text(json.dumps(request))
        command = [python, "-m", "replay.child", str(Path(scratch) / "request.json")]
        done = subprocess.run(command, cwd=tools, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if error.exists():
            raise ReplayError(error.read_text())
        if done.returncode != 0 or not out.exists():
            raise ReplayError(f"the program of stack {stack!r} failed:\n{done.stderr.strip() or done.stdout.strip()}")
        return Graph.load(out)
