"""Pulumi's command lines as CI runs them, once for both CI servers."""

from pathlib import Path
from typing import Final

from bootstrap.names import Kind
from tools.ci.credentials import ROOT, CiError

OPERATIONS: Final[dict[str, Kind]] = {"preview": "preview", "plan": "preview", "up": "deploy", "drift": "preview"}
"""Operation -> the role it needs."""
FALLBACK: Final = "prod"
"""Whose levels a stack without its own gets, as in previews (policies/base/config.py): the strictest."""


def policy_packs(stack: str, root: Path = ROOT) -> list[str]:
    """Every policy pack with the levels and figures of the stack, or of prod if the stack has none of its own.

    Raises CiError for a pack that has neither.
    """
    options: list[str] = []
    for pack in sorted(p.parent for p in (root / "policies").glob("*/PulumiPolicy.yaml")):
        config = next((c for name in (stack, FALLBACK) if (c := pack / f"{name}.json").is_file()), None)
        if config is None:
            missing = (pack / f"{stack}.json").relative_to(root)
            raise CiError(
                f"{missing} is missing, and so is {FALLBACK}.json; allowed: levels of the pack's rules in either"
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
