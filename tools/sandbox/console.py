"""What the sandbox says: one voice, colour only on a terminal, a sign of life in every longer step."""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table

T = TypeVar("T")

QUIET_INTERVAL = 15.0
"""Seconds between two progress lines where the output is not a terminal (CI logs)."""


class SandboxError(Exception):
    """A failure told in one sentence: what is wrong and the way out."""


console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def say(text: str) -> None:
    """Print one line (rich markup allowed), never broken: it may be a command to copy."""
    console.print(text, soft_wrap=True)


def complain(error: SandboxError) -> None:
    """Print an error; its text may contain what looks like markup."""
    console.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print `rows` under `columns`; the last column takes the room that is left."""
    grid = Table(title=title, title_justify="left", title_style="bold", header_style="bold", expand=False)
    for name in columns:
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*map(escape, row))
    console.print(grid)


def duration(seconds: float) -> str:
    """`5 min 40 s`, `4.2 s`: as a person would say it."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


class Progress:
    """A line that is rewritten on a terminal and repeated now and then in a log."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._printed = time.monotonic()

    def update(self, text: str) -> None:
        """Show `text`, at most four times a second on a terminal, every `QUIET_INTERVAL` seconds elsewhere."""
        now = time.monotonic()
        if now - self._printed < (0.25 if self._terminal else QUIET_INTERVAL):
            return
        self._printed = now
        if self._terminal:
            console.file.write(f"\r\x1b[K  {text[: console.width - 4]}")
            console.file.flush()
        else:
            console.print(f"  {text}", markup=False, soft_wrap=True)

    def clear(self) -> None:
        """Take the rewritten line away before something that stays is printed."""
        if self._terminal:
            console.file.write("\r\x1b[K")
            console.file.flush()


def wait_for(what: str, check: Callable[[], T | None], timeout: float, interval: float = 0.2) -> T:
    """Call `check` until it gives something that is not None.

    Raises:
        SandboxError: after `timeout` seconds, naming `what`.

    """
    started, progress = time.monotonic(), Progress()
    while (answer := check()) is None:
        passed = time.monotonic() - started
        if passed > timeout:
            progress.clear()
            raise SandboxError(f"gave up waiting for {what} after {duration(timeout)}")
        progress.update(f"waiting for {what}: {duration(passed)} of at most {duration(timeout)}")
        time.sleep(interval)
    progress.clear()
    return answer
