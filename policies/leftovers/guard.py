"""Refuses to create what already exists: an interrupted run, or one whose reply was lost, has left it.

Without this a rerun creates a second cluster, VPC or gateway, or stops halfway at the first name that is taken. Only
what the state lacks is asked for, so an update of a whole stack asks nothing.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.base.mistakes import InputError
from components.base.state import State, read_state
from policies.leftovers.existing import NOBODY_SAYS, OURS, Existing
from policies.leftovers.lookups import LOOKUPS
from policies.leftovers.search import search
from replay.graph import Graph, Resource


def refuse_leftovers(graph: Graph) -> None:
    """Stops the program when an object of the recorded graph exists in the cloud and is not in the state.

    Raises InputError with one sentence for each. What cannot be asked for is a warning: the cloud may still refuse it.
    """
    state = read_state()
    missing = lacking(graph.resources, state)
    if not missing:
        return
    findings = search(missing, ids_of(state))
    for type_, reason in findings.unanswered.items():
        pulumi.log.warn(f"{type_}: whether an interrupted run left some cannot be asked: {reason}")
    sentences = refusals(missing, findings.existing, state)
    if sentences:
        raise InputError(sentences, "these exist in the account and not in the state; nothing was changed:")


def lacking(resources: Sequence[Resource], state: State) -> list[Resource]:
    """The resources with a lookup that the state does not hold, neither under their own URN nor under an old one."""
    held = {h.urn for h in state}
    return [r for r in resources if r.type in LOOKUPS and r.urn not in held]


def ids_of(state: State) -> dict[str, str]:
    """URN -> id of what the state holds; the provider writes the id among the outputs."""
    return {h.urn: str(h.outputs["id"]) for h in state if h.outputs.get("id")}


def refusals(missing: Sequence[Resource], existing: Sequence[Existing], state: State) -> list[str]:
    """One sentence for each object that exists, is missing in the state, and is no renamed resource of it."""
    names = {r.urn: f"{r.kind} {r.name}" for r in missing}
    held = set(ids_of(state).values())
    return [_sentence(names[e.urn], e) for e in existing if e.urn in names and e.id not in held]


def _sentence(name: str, existing: Existing) -> str:
    stack = pulumi.get_stack()
    ways: Mapping[str, str] = {
        OURS: f"an interrupted run left it; allowed: make recover STACK={stack}, which takes it over",
        NOBODY_SAYS: f"nothing says whose it is; allowed: make recover STACK={stack} if it is this stack's; or another "
        "name in the stack file",
    }
    way = ways.get(existing.owner, f"it belongs to {existing.owner}; allowed: another name in the stack file")
    return f"{name}: {existing.id} exists, and {way}"
