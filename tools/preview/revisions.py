"""The assessment of another revision: in its own tree (a git worktree), with its own tools, and its own lock if that
differs.
"""

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
from tools.preview.assessment import Assessment

Say = Callable[[str], None]
LOCK = "requirements.lock"


class RevisionError(Exception):
    """Why another revision cannot be assessed, in one sentence."""


def assess_revision(revision: str, stack: str, say: Say) -> Assessment:
    """The assessment of `stack` at `revision`; empty if the stack does not exist there yet.

    Raises RevisionError when git does not know the revision or its virtualenv cannot be created.
    """
    with checked_out(revision) as tree:
        try:
            stack_file(tree, stack)
        except (ReplayError, OSError):
            return Assessment(stack)
        python = python_of(tree, say)
        say(f"{revision}: running its program and policies")
        return assess_tree(tree, stack, python)


def assess_tree(tree: Path, stack: str, python: str = sys.executable) -> Assessment:
    """The assessment of a tree's stack by its own tools, or by ours where it has none."""
    if not (tree / "tools/preview/assessment.py").is_file():
        return _assess_with_our_tools(tree, stack, python)
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-assessment-") as scratch:
        request, out = Path(scratch, "request.json"), Path(scratch, "assessment.json")
        request.write_text(json.dumps({"stack": stack, "out": str(out)}))
        command = [python, "-m", "tools.preview.assessment", str(request)]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode or not out.exists():
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            return Assessment(stack, problems=[f"the other revision could not be assessed: {last}"])
        return Assessment.from_json(out.read_text())


def _assess_with_our_tools(tree: Path, stack: str, python: str) -> Assessment:
    """For a revision older than this tool: its program is replayed and priced by today's prices; no policy is run."""
    tools = tree if (tree / "replay/child.py").is_file() else ROOT
    try:
        graph = replay(stack, program=tree, python=python, tools=tools)
    except ReplayError as e:
        return Assessment(stack, refused=str(e).replace(f"{tree}/", ""))
    judged = judged_by(stack, stack_file(tree, stack))
    lines = list(estimate_graph(graph, Context(region=judged.region)).lines)
    note = "the other revision is older than this tool: its cost is at today's prices, and its policies were not run"
    return Assessment(stack, judged.environment, judged.region, graph=graph, lines=lines, problems=[note])


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A worktree of the revision in a temporary directory, removed afterwards."""
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise RevisionError(
            f"AGAINST={revision}: git does not know this revision; fetch it first; allowed: a branch, tag or commit"
        )
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-revision-") as scratch:
        tree = Path(scratch, "tree")
        if _git("worktree", "add", "--detach", "--quiet", str(tree), commit) is None:
            raise RevisionError(f"AGAINST={revision}: git cannot check it out in a temporary worktree")
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> str | None:
    """The output of git, or None when it fails. Raises RevisionError without git."""
    if shutil.which("git") is None:
        raise RevisionError("comparing with another revision needs git on PATH")
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def python_of(tree: Path, say: Say) -> str:
    """An interpreter with the packages of the tree's lock: this one, or that of a virtualenv kept in the cache.

    Raises RevisionError when that virtualenv cannot be created.
    """
    lock, ours = tree / LOCK, ROOT / LOCK
    if not lock.is_file() or lock.read_bytes() == ours.read_bytes():
        return sys.executable
    script = tree / "tools/bootstrap.py"
    script = script if script.is_file() else ROOT / "tools/bootstrap.py"
    home = cache() / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    if (home / ".stamp").is_file():
        return str(home / "bin/python")
    say("its requirements.lock differs: creating its virtualenv (once, about a minute)")
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-venv-") as scratch:
        return _virtualenv(Path(scratch), lock, script, home)


def _virtualenv(scratch: Path, lock: Path, script: Path, home: Path) -> str:
    """Creates the virtualenv with the tree's own bootstrap script, whose `.venv` is a link to the cache."""
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
        raise RevisionError(f"the other revision's virtualenv could not be created: {done.stderr.decode().strip()}")
    return str(home / "bin/python")


def cache() -> Path:
    """Where the virtualenvs of other locks are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "spark-on-ack" / "virtualenvs"
