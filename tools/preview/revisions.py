"""A look at another revision: its own tree (a git worktree), its own tools, and its own lock where that differs."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from policies.base.rule import Context
from policies.cost.model.estimate import estimate_graph
from replay import ROOT, ReplayError, replay, stack_file
from tools.packs import judged_by
from tools.preview.look import Look

Say = Callable[[str], None]
LOCK = "requirements.lock"


class RevisionError(Exception):
    """Why another revision cannot be looked at, in one sentence."""


def look_at(revision: str, stack: str, say: Say) -> Look:
    """The look at `stack` as `revision` has it. A stack that is not there yet gives an empty look.

    Raises RevisionError when git does not know the revision or its virtualenv cannot be made.
    """
    with checked_out(revision) as tree:
        try:
            stack_file(tree, stack)
        except (ReplayError, OSError):
            return Look(stack)
        python = python_of(tree, say)
        say(f"{revision}: running its program and its policies")
        return look_in(tree, stack, python)


def look_in(tree: Path, stack: str, python: str = sys.executable) -> Look:
    """The look that a tree's own tools have at its stack; ours, where it has none."""
    if not (tree / "tools/preview/look.py").is_file():
        return _our_look(tree, stack, python)
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-look-") as scratch:
        request, out = Path(scratch, "request.json"), Path(scratch, "look.json")
        request.write_text(json.dumps({"stack": stack, "out": str(out)}))
        command = [python, "-m", "tools.preview.look", str(request)]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode or not out.exists():
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            return Look(stack, problems=[f"the other revision could not be looked at: {last}"])
        return Look.from_json(out.read_text())


def _our_look(tree: Path, stack: str, python: str) -> Look:
    """A revision older than this tool: its program, replayed; counted by today's prices, judged by no policy."""
    tools = tree if (tree / "replay/child.py").is_file() else ROOT
    try:
        graph = replay(stack, program=tree, python=python, tools=tools)
    except ReplayError as e:
        return Look(stack, refused=str(e).replace(f"{tree}/", ""))
    judged = judged_by(stack, stack_file(tree, stack))
    lines = list(estimate_graph(graph, Context(region=judged.region)).lines)
    note = "the other revision is older than this tool: its cost is by today's prices, its policies were not run"
    return Look(stack, judged.environment, judged.region, graph=graph, lines=lines, problems=[note])


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A worktree of the revision in a temporary directory; it is gone afterwards."""
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise RevisionError(
            f"AGAINST={revision}: git knows no such revision here; fetch it first, or take a branch, tag or commit"
        )
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-revision-") as scratch:
        tree = Path(scratch, "tree")
        if _git("worktree", "add", "--detach", "--quiet", str(tree), commit) is None:
            raise RevisionError(f"AGAINST={revision}: git cannot check it out beside this tree")
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> str | None:
    """What git says; None when it refuses or is not there."""
    if shutil.which("git") is None:
        raise RevisionError("comparing with another revision needs git on PATH")
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def python_of(tree: Path, say: Say) -> str:
    """The interpreter whose packages fit the tree's lock: this one, or one of a virtualenv kept in the cache.

    Raises RevisionError when that virtualenv cannot be made.
    """
    lock, ours = tree / LOCK, ROOT / LOCK
    if not lock.is_file() or lock.read_bytes() == ours.read_bytes():
        return sys.executable
    script = tree / "tools/bootstrap.py"
    script = script if script.is_file() else ROOT / "tools/bootstrap.py"
    home = cache() / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    if (home / ".stamp").is_file():
        return str(home / "bin/python")
    say("its requirements.lock differs: making its virtualenv (once, about a minute)")
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-venv-") as scratch:
        return _made(Path(scratch), lock, script, home)


def _made(scratch: Path, lock: Path, script: Path, home: Path) -> str:
    """The tree's own bootstrap script makes the virtualenv; its `.venv` is the cache's folder."""
    home.mkdir(parents=True, exist_ok=True)
    (scratch / "tools").mkdir()
    shutil.copy(script, scratch / "tools/bootstrap.py")
    shutil.copy(lock, scratch / LOCK)
    (scratch / ".venv").symlink_to(home, target_is_directory=True)
    done = subprocess.run(
        [sys.executable, str(scratch / "tools/bootstrap.py")], stdout=sys.stderr, stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        shutil.rmtree(home, ignore_errors=True)
        raise RevisionError(f"the other revision's virtualenv could not be made: {done.stderr.decode().strip()}")
    return str(home / "bin/python")


def cache() -> Path:
    """Where virtualenvs of other locks are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "spark-on-ack" / "virtualenvs"
