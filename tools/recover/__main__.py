"""`python -m tools.recover STACK`: puts a stack in order after an interrupted run and continues it; deletes nothing."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from components.base.constants import PROJECT
from replay import ROOT, ReplayError, replay, stack_file
from replay.graph import Graph
from tools.recover import plan
from tools.recover.asking import ask
from tools.recover.engine import Engine, EngineError
from tools.recover.files import Folder
from tools.recover.plan import Row
from tools.recover.state import StackState

COLOURS: dict[plan.Verdict, str] = {"import": "green", "undecided": "red", "twice": "red"}
HARMLESS = {"same", "create", "update", "read", "refresh", "import", "discard"}
"""Operations of an update after which everything that existed exists still."""


class Recovery:
    """One recovery of one stack, step by step. Raises EngineError when the CLI refuses a step."""

    def __init__(self, stack: str, scratch: Path, console: Console) -> None:
        self.stack, self.scratch, self.console = stack, scratch, console
        self.stack_file = stack_file(ROOT, stack)
        self.engine = Engine(ROOT, stack)
        self.folder = Folder.of(self.engine.backend(), PROJECT, stack)
        self.version: Path | None = None

    def say(self, words: str, colour: str = "default") -> None:
        """A line for the user."""
        self.console.print(f"[{colour}]{escape(words)}[/]", soft_wrap=True)

    def read(self) -> StackState:
        """The state; of a torn one, the youngest version that can be read. Raises EngineError if there is none."""
        if self.folder is None or not self.folder.torn:
            return StackState(self.engine.export())
        kept = self.folder.newest_version()
        if kept is None:
            raise EngineError(f"{self.folder.state} is torn, and its folder keeps no version of it that can be read")
        self.version, written = kept
        self.say(f"{self.folder.state} is torn: {self.version} takes its place", "yellow")
        return StackState(written)

    def search(self, state: StackState) -> tuple[Graph, list[Row]]:
        """The program's graph, and what is to be done with each object that the state lacks."""
        self.say("Reading what the program wants …")
        graph = replay(self.stack)
        resources = plan.wanted(graph, state)
        if not resources:
            return graph, []
        self.say(f"Looking for {len(resources)} objects in the cloud …")
        return graph, plan.rows(resources, state, ask(resources, state.ids, self.stack_file, self.scratch))

    def show(self, state: StackState, rows: list[Row]) -> None:
        """The table, and what else is left over."""
        told = [r for r in rows if r.verdict != "create"]
        table = Table(title=f"In the cloud, and not in the state of {self.stack}")
        for heading in ("", "Resource", "Type", "Id", "Why"):
            table.add_column(heading, overflow="fold")
        for row in sorted(told, key=lambda r: list(plan.WORDS).index(r.verdict)):
            cells = (plan.WORDS[row.verdict], row.resource.name, row.resource.kind, row.id, row.why)
            table.add_row(*(f"[{COLOURS[row.verdict]}]{escape(cell)}[/]" for cell in cells))
        if told:
            self.console.print(table)
        else:
            self.say("Nothing exists in the cloud that the state lacks.")
        if len(rows) > len(told):
            self.say(f"{len(rows) - len(told)} more objects of the program do not exist yet: the update creates them.")
        for urn, kind in state.unfinished.items():
            self.say(f"unfinished: {kind} {urn.split('::', 2)[-1]}")
        for lock in self.folder.locks() if self.folder else ():
            self.say(f"locked by process {lock.pid} of {lock.host}")

    def repair(self, graph: Graph, state: StackState, imported: list[Row]) -> None:
        """Lock, torn file, imports, unfinished operations: everything up to the update."""
        if self.version is not None and self.folder is not None:
            self.say(f"The torn file is kept as {self.folder.restore(self.version)}")
        self.engine.unlock()
        if imported:
            self.engine.adopt(plan.import_file(imported, graph, state), self.stack_file, self.scratch)
        if state.unfinished:
            self.engine.put(StackState(self.engine.export()).finished(), self.scratch)

    def update(self) -> bool:
        """The update that was interrupted, and the proof that nothing is left. False where the user must decide."""
        self.say("Comparing the program with the state …")
        harm = {op: n for op, n in self.engine.planned().items() if op not in HARMLESS and n}
        if harm:
            counted = ", ".join(f"{op} {n}" for op, n in sorted(harm.items()))
            self.say(
                f"The update would also: {counted}. That is for you to confirm: pulumi up -s {self.stack}", "yellow"
            )
            return False
        self.engine.update()
        changes = {op: n for op, n in self.engine.planned().items() if op != "same" and n}
        self.say(f"Recovered: a preview shows {changes or 'no changes'}.", "green" if not changes else "yellow")
        return not changes


def main(arguments: list[str] | None = None) -> int:
    """0: recovered, or nothing was wrong. 1: something is for the user to decide, or a command failed. 2: no yes."""
    parser = argparse.ArgumentParser(prog="python -m tools.recover", description=__doc__)
    parser.add_argument("stack", help="name of a stack file: dev for stacks/Pulumi.dev.yaml")
    parser.add_argument("--yes", action="store_true", help="do not ask (for CI)")
    parser.add_argument("--no-update", action="store_true", help="stop before the update that was interrupted")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    try:
        with tempfile.TemporaryDirectory(prefix="spark-on-ack-recover-") as scratch:
            return recover(Recovery(options.stack, Path(scratch), console), options.yes, not options.no_update)
    except (EngineError, ReplayError) as e:
        print(e, file=sys.stderr)
        return 1


def recover(run: Recovery, yes: bool, update: bool) -> int:
    """The whole recovery; the status for the shell."""
    alive = [lock for lock in run.folder.locks() if lock.alive] if run.folder else []
    if alive:
        run.say(f"Process {alive[0].pid} is still working on {run.stack}: wait for it, or end it first.", "red")
        return 1
    state = run.read()
    graph, rows = run.search(state)
    run.show(state, rows)
    imported = [r for r in rows if r.verdict == "import"]
    doubtful = [r for r in rows if r.verdict in ("undecided", "twice")]
    update = update and not doubtful and "deleting" not in state.unfinished.values()
    steps = [f"import {len(imported)}", f"forget {len(state.unfinished)} unfinished operations"]
    steps += ["continue the update (stops if it would delete or replace anything)"] if update else []
    if not yes and not _agreed(run, steps):
        return 2
    run.repair(graph, state, imported)
    if doubtful:
        run.say("Decide about the red lines first (docs/adopt.md), then run this again.", "red")
        return 1
    if "deleting" in state.unfinished.values():
        run.say(f"A deletion was interrupted. Continue it: pulumi destroy -s {run.stack}, or up to keep the stack.")
        return 0
    return 0 if not update or run.update() else 1


def _agreed(run: Recovery, steps: list[str]) -> bool:
    """The one question. Without a terminal there is no answer, and nothing is done."""
    run.say(f"Next: remove the lock, {', '.join(steps)}.")
    if not sys.stdin.isatty():
        run.say("Nothing was changed. YES=1 says yes where nobody can be asked.")
        return False
    return run.console.input("Is the interrupted run dead, and shall this be done? (yes/no) ").strip() == "yes"


if __name__ == "__main__":
    sys.exit(main())
