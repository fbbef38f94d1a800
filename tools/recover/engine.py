"""The user's Pulumi CLI: the few commands that a recovery needs."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class EngineError(Exception):
    """The CLI is missing, or refused a command: the command and what the CLI wrote."""


class Engine:
    """The CLI for one stack of one project.

    `program`: the project's folder. `stack`: its name in that project. Raises EngineError without a CLI on PATH.
    """

    def __init__(self, program: Path, stack: str, env: Mapping[str, str] | None = None) -> None:
        self._program, self._stack = program, stack
        self._env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true", **(env or {})}
        self._cli = shutil.which("pulumi", path=self._env.get("PATH"))
        if self._cli is None:
            raise EngineError("pulumi is not on PATH; install the Pulumi CLI (docs/from-nothing-to-prod.md)")

    def text(self, *arguments: str, wrong: bool = False) -> str:
        """What a command writes to its standard output. Raises EngineError when it fails, unless `wrong` is allowed."""
        done = subprocess.run(
            [str(self._cli), *arguments],
            cwd=self._program, env=self._env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode != 0 and not wrong:
            raise EngineError(self._failed(arguments, done.stderr.strip() or done.stdout.strip()))
        return done.stdout

    def shown(self, *arguments: str) -> None:
        """Runs a command whose output the user reads. Raises EngineError when it fails."""
        done = subprocess.run(
            [str(self._cli), *arguments], cwd=self._program, env=self._env, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode != 0:
            raise EngineError(self._failed(arguments, "its output is above"))

    def export(self) -> dict[str, Any]:
        """The stack's state, secrets encrypted."""
        state: dict[str, Any] = json.loads(self.text("stack", "export", "--stack", self._stack))
        return state

    def put(self, state: Mapping[str, Any], scratch: Path) -> None:
        """Writes a state that `export` gave back."""
        path = scratch / "state.json"
        path.write_text(json.dumps(state))
        self.text("stack", "import", "--stack", self._stack, "--file", str(path))

    def unlock(self) -> None:
        """Removes the lock of a dead run; a stack without a lock stays as it is."""
        self.text("cancel", "--yes", self._stack, wrong=True)

    def adopt(self, listed: Mapping[str, Any], stack_file: Path, scratch: Path) -> None:
        """Imports objects into the state. A copy of the stack file is given, because the command would edit it."""
        path, copy = scratch / "import.json", scratch / stack_file.name
        path.write_text(json.dumps(listed))
        shutil.copyfile(stack_file, copy)
        self.shown(
            "import", "--stack", self._stack, "--file", str(path), "--config-file", str(copy), "--yes",
            "--skip-preview", "--protect=false", "--generate-code=false", "--suppress-outputs",
        )  # fmt: skip

    def planned(self) -> dict[str, int]:
        """What an update would do: operation -> number of resources."""
        words = self.text("preview", "--stack", self._stack, "--json", "--non-interactive")
        counts: dict[str, int] = json.loads(words).get("changeSummary") or {}
        return counts

    def update(self) -> None:
        """The update that was interrupted."""
        self.shown("up", "--stack", self._stack, "--yes", "--skip-preview", "--non-interactive", "--suppress-outputs")

    def backend(self) -> str:
        """The address of the backend that holds the state."""
        return str(json.loads(self.text("whoami", "--json")).get("url") or "")

    def _failed(self, arguments: tuple[str, ...], words: str) -> str:
        return f"pulumi {' '.join(arguments[:2])} failed: {words}"
