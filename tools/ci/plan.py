"""What a saved plan (`pulumi preview --save-plan`) does, and whether it still is what was approved.

An approval is about operations on resources, so that is what the pipeline hands from the plan's job to the update's:
no property is in it, and the artifact of a public repository shows nothing. The update's job makes a plan of its own,
with its own role, refuses it if its operations differ from the approved ones, and is bound by the engine to that plan.
(The plan of the first job would not do: the kubeconfig in it is the preview role's.)
"""

import json
from collections import Counter
from pathlib import Path

from tools.ci.credentials import CiError

Operations = dict[str, list[str]]
"""URN -> operations, of the resources that change."""

_NOTHING = {"same", "read", "refresh"}
_PROVIDERS = "pulumi:providers:"


def operations(path: Path) -> Operations:
    """The operations of a plan, without providers: their credentials are those of whichever role makes the plan.

    Raises CiError for a file that is not a plan.
    """
    try:
        data = json.loads(path.read_text())
        plans = data.get("plan", data)["resourcePlans"]
        steps = {urn: [s for s in plan.get("steps") or [] if s not in _NOTHING] for urn, plan in plans.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise CiError(f"{path.name} is not a plan of `pulumi preview --save-plan`") from None
    return {urn: s for urn, s in sorted(steps.items()) if s and not _type(urn).startswith(_PROVIDERS)}


def approved(path: Path) -> Operations:
    """The operations that were approved. Raises CiError when the file is missing or not one of ours."""
    try:
        recorded: Operations = json.loads(path.read_text())
        return {urn: list(steps) for urn, steps in recorded.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        raise CiError(f"{path.name} is not a list of approved operations") from None


def require_approved(planned: Operations, wanted: Operations) -> None:
    """Raises CiError naming each resource whose operations are not those that were approved."""
    differing = [
        f"  {urn}: approved {_words(wanted.get(urn))}, now {_words(planned.get(urn))}"
        for urn in sorted({*planned, *wanted})
        if planned.get(urn) != wanted.get(urn)
    ]
    if differing:
        raise CiError(
            "the plan is not what was approved: the stack or the cloud has changed since; start the pipeline again\n"
            + "\n".join(differing)
        )


def summary(stack: str, planned: Operations) -> str:
    """Markdown for the job's summary: what the approval is about."""
    if not planned:
        return f"### Plan of `{stack}`\n\nNothing changes.\n"
    counts = Counter(step for steps in planned.values() for step in steps)
    head = [f"### Plan of `{stack}`", "", "| Operation | Resources |", "|---|---|"]
    head += [f"| {op} | {n} |" for op, n in sorted(counts.items())]
    rows = [f"{', '.join(steps)}  {_type(urn)}  {urn.rpartition('::')[2]}" for urn, steps in planned.items()]
    return "\n".join([*head, "", "```text", *rows, "```", ""])


def _type(urn: str) -> str:
    """The resource's own type: the last part of the URN's chain of types."""
    parts = urn.split("::")
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""


def _words(steps: list[str] | None) -> str:
    return ", ".join(steps) if steps else "nothing"
