"""Pulumi's command lines as CI runs them, once for both CI servers."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bootstrap.names import Kind
from tools.ci.credentials import ROOT, CiError, stack_text

OPERATIONS: Final[dict[str, Kind]] = {"preview": "preview", "plan": "preview", "up": "deploy", "drift": "preview"}
"""Operation -> the role it needs."""
FALLBACK: Final = "prod"
"""Whose levels a stack without its own gets, as in previews (policies/base/config.py): the strictest."""


REACHES: Final = "SPARK_ON_ACK_REACHES_VPC"
"""Variable that vouches for a hosted runner with a way of its own into the VPC, such as a VPN that a step opens."""


def hosted(env: Mapping[str, str]) -> str:
    """Whose hosted runner the job is on; empty on a runner of one's own."""
    if env.get("GITHUB_ACTIONS") and env.get("RUNNER_ENVIRONMENT") == "github-hosted":
        return "GitHub"
    runner = f"{env.get('CI_RUNNER_TAGS', '')} {env.get('CI_RUNNER_DESCRIPTION', '')}"
    return "GitLab" if env.get("GITLAB_CI") and "saas-" in runner else ""


def refuse_hosted_runner(stack: str, env: Mapping[str, str], root: Path = ROOT) -> None:
    """Raises CiError on a hosted runner when the stack's API server is private: it would make the cluster and then fail
    at everything in it, and ACK cannot add a public address later.
    """
    text = "\n".join(line.partition(" #")[0] for line in stack_text(stack, root).splitlines())
    public = re.search(r"\bpublic_endpoint:\s*[\"']?(true|yes|on)\b", text, re.IGNORECASE)
    existing = re.search(r"\bflavour:\s*[\"']?existing\b", text)
    where = hosted(env)
    if where and not public and not existing and env.get(REACHES, "").lower() != "true":
        raise CiError(
            f"stack {stack} has a private API server, which {where}'s hosted runners do not reach (cluster."
            "public_endpoint: false); allowed: the variables SPARK_ON_ACK_VSWITCH and SPARK_ON_ACK_SECURITY_GROUP, so "
            "that the command runs inside the VPC; SPARK_ON_ACK_RUNNER, a runner of your own there; or "
            f"{REACHES}=true, where the job has a way into it"
        )


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
