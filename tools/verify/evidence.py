"""The last evidence of each check: `docs/evidence/<stack>.json`, written by the tool, and the table made from it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.verify.check import CHECKS, Outcome

FOLDER = Path(__file__).resolve().parents[2] / "docs/evidence"


def record(stack: str, day: str, versions: dict[str, str], outcomes: Iterable[Outcome]) -> Path:
    """Write what was seen; checks that were not asked this time keep what is recorded of them."""
    file = FOLDER / f"{stack}.json"
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    for each in outcomes:
        known[each.check.id] = {"verdict": each.verdict.value, "seen": each.seen, "day": day, "versions": versions}
    FOLDER.mkdir(parents=True, exist_ok=True)
    ordered = {name: known[name] for name in CHECKS if name in known}
    file.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")
    return file
