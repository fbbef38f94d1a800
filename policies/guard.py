"""The program guards itself: mandatory rules also hold for a plain `pulumi up` without policy packs.

Before its first registration the program is replayed in this process under the recorder, and every rule of both packs
judges the recorded graph, at the levels of the stack's environment. A violation of a mandatory rule stops the program,
and all violations are told at once.

This was chosen by measurement. A resource transform sees one resource at a time, and by the time it raises others may
already exist. A replay in a process of its own imports both provider SDKs once more: 3.0 s of CPU for prod, against
0.6 s here (and 0.5 s for the rules). The SDK's settings are context variables, so a thread with a copy of the context
is separate from the real run. Nothing is written to disk, and the replay sees a placeholder instead of the
configuration's secrets.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import SETTINGS, set_root_resource

from components.base.mistakes import InputError
from components.platform.inputs import Settings
from policies.base.check import Verdict, check, mandatory
from policies.base.config import config_file, context_of, load
from policies.base.rule import Rule
from policies.cost.rules import RULES as COST_RULES
from policies.isolation.rules import RULES as ISOLATION_RULES
from replay.child import record_function
from replay.graph import Graph

PACKS: dict[str, tuple[Rule, ...]] = {"cost": COST_RULES, "isolation": ISOLATION_RULES}
"""Folder of a pack beside this file -> its rules."""
PLACEHOLDER = "placeholder-of-a-secret"
_HERE = Path(__file__).resolve().parent


class MandatoryViolations(InputError):
    """The mandatory rules that a stack breaks, one sentence for each violation. Printed without a traceback."""


def refuse_violations(settings: Settings, build: Callable[[], object]) -> Graph | None:
    """Stops the program when what `build` registers breaks a mandatory rule of the environment.

    `build` must register what the program will, with placeholders for secrets. Returns what that is, and None in a
    replay (preview, tests), where it does nothing: there the packs themselves give all verdicts.

    Raises MandatoryViolations, or InputError for a wrong policy JSON.
    """
    if isinstance(SETTINGS.monitor, MockMonitor):
        return None
    graph = recorded(build)
    verdicts = judge(graph, settings.environment, settings.region)
    forbidden = mandatory(verdicts)
    if forbidden:
        title = f"{len(forbidden)} violation(s) of mandatory rules of {settings.environment}; nothing was changed:"
        raise MandatoryViolations([f"{_name(v)}: {v.message}" for v in forbidden], title)
    for verdict in verdicts:
        pulumi.log.warn(f"{_name(verdict)}: {verdict.message}")
    return graph


def recorded(build: Callable[[], object]) -> Graph:
    """The graph of what `build` registers, recorded separately from the running program's own state."""
    project, stack = pulumi.get_project(), pulumi.get_stack()

    def in_own_context() -> Graph:
        set_root_resource(None)  # type: ignore[arg-type] # so that the recorder creates a root of its own
        SETTINGS.outputs = set()  # the copied context still holds the program's own set
        return record_function(build, stack, project, config=({}, []), known=True)

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="guard") as thread:
        return thread.submit(copy_context().run, in_own_context).result()


def judge(graph: Graph, environment: str, region: str) -> list[Verdict]:
    """What the mandatory rules of an environment say about a graph: violations, what they could not decide, and
    which exceptions the environment's allow-list makes.

    An environment without JSON of its own has prod's levels. Raises InputError when a JSON names an unknown rule.
    """
    verdicts: list[Verdict] = []
    context = context_of(environment, region, _HERE)
    configs = {folder: load(config_file(_HERE / folder, environment), rules) for folder, rules in PACKS.items()}
    for folder, rules in PACKS.items():
        config = configs[folder]
        strict = [r for r in rules if config.levels[r.id] == "mandatory" or r.id == "allow-list"]
        verdicts += check(graph, strict, config, context, configs["isolation"].undecided)
    return verdicts


def _name(verdict: Verdict) -> str:
    return verdict.urn.rsplit("::", 1)[-1] or "the whole stack"
