"""docs/verify.md: the checks of `make verify` with the last evidence of each, from docs/evidence/*.json."""

import json
from typing import Any

from tools.verify import checks
from tools.verify.check import CHECKS, Check
from tools.verify.evidence import FOLDER

assert checks  # noqa: S101 (importing them declares them)
HEAD = """# What is claimed, and what of it was seen

`make verify STACK=dev` asks a deployed platform, with the rights of those who use it: it runs small pods and jobs in
the teams' namespaces, takes them away at the end, and writes what it saw to `docs/evidence/<stack>.json`. `make verify`
alone asks the sandbox; `CHECKS=dns,job` asks those, and what they need. A check passes, fails with what was seen and
the way out, or cannot be asked here, with the reason: that is no pass. The kubeconfig (KUBECONFIG) must be an
administrator's, because the checks act as a team's members, drivers and operator by impersonation.

What it costs on ACK is an upper bound at the list price of 1 vCPU and 2 GiB of ECI; 100 fen are 1 CNY.

| Check | What it proves | Needs | Fen | At most | Last evidence |
|---|---|---|---|---|---|
"""
TAIL = """
This page is generated (`make generate`) from the checks and the evidence; nobody writes verdicts by hand.
"""


def source() -> str:
    """The page."""
    known = {file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}
    return HEAD + "".join(_row(each, known) for each in CHECKS.values()) + TAIL


def _row(check: Check, known: dict[str, Any]) -> str:
    evidence = [f"{stack}: {_told(facts[check.id])}" for stack, facts in known.items() if check.id in facts]
    needs = ", ".join(f"`{each}`" for each in check.needs)
    seen = "; ".join(evidence).replace("|", "\\|") or "none"
    return f"| `{check.id}` | {check.proves} | {needs} | {check.fen:g} | {check.seconds:.0f} s | {seen} |\n"


def _told(facts: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    return f"**{facts['verdict']}** {facts['day']} ({versions}): {facts['seen']}"
