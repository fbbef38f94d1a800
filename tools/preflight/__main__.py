"""`python -m tools.preflight STACK`: what a stack needs of the account, as a table. Makes no call to the cloud."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from components.base.constants import PROJECT
from components.base.mistakes import InputError
from components.platform.inputs import Settings
from components.platform.prerequisites import Prerequisite, prerequisites
from replay import ROOT, ReplayError, stack_file
from replay.stack_config import StackFileError, values_of
from tools.columns import Column, Tone

COLOURS: dict[Tone, str] = {"good": "green", "bad": "red", "warn": "yellow", "plain": "default"}


def verdict_of(prerequisite: Prerequisite) -> str:
    """Whether the default is enough, in a word or two."""
    return {True: "enough", False: "raise it", None: "check"}[prerequisite.enough]


def tone_of(prerequisite: Prerequisite) -> Tone:
    """How urgent it is."""
    tones: dict[bool | None, Tone] = {True: "good", False: "bad", None: "warn"}
    return tones[prerequisite.enough]


PREREQUISITES: tuple[Column[Prerequisite], ...] = (
    Column("", verdict_of, tone=tone_of),
    Column("What", lambda p: p.name),
    Column("This stack needs", lambda p: p.need),
    Column("Default", lambda p: p.default),
    Column("Where to raise it", lambda p: p.where),
)


def settings_of(path: Path) -> Settings:
    """The settings in a stack file. Raises InputError with every mistake, StackFileError for a file that is no YAML."""
    config = values_of(path, PROJECT)
    own = {k.removeprefix(f"{PROJECT}:"): v for k, v in config.items() if k.startswith(f"{PROJECT}:")}
    own = {k: v for k, v in own.items() if not (isinstance(v, dict) and set(v) == {"secure"})}
    return Settings.read(own, title=f"{path.name}:", texts=True)


def table(stack: str, rows: list[Prerequisite]) -> Table:
    """The prerequisites as a table, shortfalls first."""
    result = Table(title=f"Prerequisites of stack {stack}", show_lines=True)
    for column in PREREQUISITES:
        result.add_column(column.heading, overflow="fold")
    for p in rows:
        colours = [COLOURS[column.tone(p)] for column in PREREQUISITES]
        result.add_row(*(f"[{colour}]{escape(c.cell(p))}[/]" for c, colour in zip(PREREQUISITES, colours, strict=True)))
    return result


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; returns 1 with every mistake of the stack file when it cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tools.preflight", description=__doc__)
    parser.add_argument("stack", help="name of a stack file: dev for stacks/Pulumi.dev.yaml")
    stack = parser.parse_args(arguments).stack
    try:
        rows = prerequisites(settings_of(stack_file(ROOT, stack)))
    except (InputError, ReplayError, StackFileError) as e:
        print(e, file=sys.stderr)
        return 1
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table(stack, rows))
    raised = sum(p.enough is False for p in rows)
    console.print(f"{raised} to raise, {sum(p.enough is None for p in rows)} to check in the account.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
