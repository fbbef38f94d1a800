"""Pulumi's command lines as CI runs them, once for both CI servers."""

from pathlib import Path
from typing import Final

from bootstrap.names import Kind
from tools.ci.credentials import ROOT, CiError

OPERATIONS: Final[dict[str, Kind]] = {"preview": "preview", "plan": "preview", "up": "deploy", "drift": "preview"}
"""Operation -> the role it needs."""


def policy_packs(stack: str, root: Path = ROOT) -> list[str]:
    """Every policy pack with the stack's levels and figures. Raises CiError for a pack that has none for the stack."""
    options: list[str] = []
    for pack in sorted(p.parent for p in (root / "policies").glob("*/PulumiPolicy.yaml")):
        config = pack / f"{stack}.json"
        if not config.is_file():
            raise CiError(
                f"{config.relative_to(root)} is missing; it sets the levels of the pack's rules for stack {stack}"
            )
        options += ["--policy-pack", str(pack.relative_to(root)), "--policy-pack-config", str(config.relative_to(root))]
    return options


def arguments(operation: str, stack: str, plan: Path, root: Path = ROOT) -> list[str]:
    """The command of an operation.

    `preview` shows, `plan` shows and saves what an update may do, `up` does that and nothing else, `drift` compares the
    cloud with the state and ends with status 7 when they differ. Saved plans are an experimental feature of the engine.
    """
    common = ["--stack", stack, "--non-interactive", "--color", "never", "--suppress-outputs", "--diff"]
    if operation == "drift":
        return ["pulumi", "refresh", "--preview-only", "--expect-no-changes", *common]
    rules = policy_packs(stack, root)
    if operation == "up":
        return ["pulumi", "up", "--yes", "--plan", str(plan), *common, *rules]
    save = ["--save-plan", str(plan)] if operation == "plan" else []
    return ["pulumi", "preview", *save, *common, *rules]
