"""The drift report: what each environment's check found, as the text of one issue."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.ci.credentials import CiError
from tools.ci.text import LIMIT, folded, harmless, marker

TITLE: Final = "Drift: the cloud differs from the program"
MARK: Final = marker("drift")
CLEAN: Final = 0
DRIFTED: Final = 7
"""Exit status of pulumi 3.226.1 and later when `--expect-no-changes` finds a change; any other is a failed check."""
_WORDS: Final = {CLEAN: "in sync", DRIFTED: "**drifted**"}


@dataclass(frozen=True)
class Check:
    """One environment's check: the exit status of `pulumi refresh --preview-only --expect-no-changes`, its output."""

    stack: str
    status: int
    output: str


def read_checks(folder: Path, expected: list[str]) -> list[Check]:
    """The checks of `<stack>.status` and `<stack>.txt` in a folder; a stack without them failed before its check."""
    checks = []
    for stack in expected:
        status, output = folder / f"{stack}.status", folder / f"{stack}.txt"
        if not status.is_file():
            checks.append(Check(stack, -1, "the job ended before the check"))
            continue
        if not status.read_text().strip().isdigit():
            raise CiError(f"{status.name}: {status.read_text().strip()!r} is not an exit status")
        text = output.read_text(errors="replace") if output.is_file() else ""
        checks.append(Check(stack, int(status.read_text()), text))
    return checks


def report(checks: list[Check], job: str) -> tuple[str, bool]:
    """The issue's text, and whether everything is in sync (then an open issue is closed)."""
    done = all(c.status == CLEAN for c in checks)
    lines = [MARK, "", "| Environment | State |", "|---|---|"]
    lines += [f"| {c.stack} | {_WORDS.get(c.status, f'check failed (status {c.status})')} |" for c in checks]
    lines += ["", f"From [this run]({job}); updated by every run, closed when everything is in sync.", ""]
    if not done:
        lines += [
            "A change made outside the program is either wanted (put it into the stack file, then `pulumi refresh`) or "
            "not (`pulumi up` reverts it). A failed check says nothing about drift.",
            "",
        ]
    findings = [c for c in checks if c.status != CLEAN]
    room = (LIMIT - 2_000) // max(1, len(findings)) - 200
    lines += [folded(f"{c.stack}: output", harmless(c.output), room) for c in findings]
    return "\n".join(lines), done
