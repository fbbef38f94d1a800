"""Keeps a rerun from creating a second time what an interrupted run, or one whose reply was lost, has left.

What is certainly this stack's is taken over: the engine imports it in the place where it would have created it, and a
preview says so. What nobody can be sure of stops the program before anything is changed. Without this a rerun creates a
second cluster, VPC or gateway, or stops halfway at the first name that is taken.

Only what the state lacks is asked for, so an update of a stack that is whole asks nothing.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.base.mistakes import InputError
from components.base.state import State, read_state
from policies.leftovers.existing import NOBODY_SAYS, OURS, Existing
from policies.leftovers.lookups import LOOKUPS
from policies.leftovers.search import search
from replay.graph import Graph, Resource


def take_over_leftovers(graph: Graph) -> None:
    """Has the engine import what exists of the recorded graph, is missing in the state, and is this stack's.

    Raises InputError with one sentence for each object that exists and whose owner is in doubt. What cannot be asked
    for is a warning: the cloud may still refuse it.
    """
    state = read_state()
    missing = lacking(graph.resources, state)
    if not missing:
        return
    findings = search(missing, ids_of(state))
    for type_, reason in findings.unanswered.items():
        pulumi.log.warn(f"{type_}: whether an interrupted run left some cannot be asked: {reason}")
    left = left_over(missing, findings.existing, state)
    sentences = doubts(missing, left)
    if sentences:
        raise InputError(sentences, "these exist in the account and not in the state; nothing was changed:")
    if left:
        names = {r.urn: (r.type, r.name) for r in missing}
        _import({names[e.urn]: e.id for e in left})


def lacking(resources: Sequence[Resource], state: State) -> list[Resource]:
    """The resources with a lookup that the state does not hold."""
    held = {h.urn for h in state}
    return [r for r in resources if r.type in LOOKUPS and r.urn not in held]


def ids_of(state: State) -> dict[str, str]:
    """URN -> id of what the state holds; the provider writes the id among the outputs."""
    return {h.urn: str(h.outputs["id"]) for h in state if h.outputs.get("id")}


def left_over(missing: Sequence[Resource], existing: Sequence[Existing], state: State) -> list[Existing]:
    """What exists of the missing resources and is not in the state under an older name."""
    types = {r.urn: r.type for r in missing}
    held = {(h.types[-1], h.outputs.get("id")) for h in state}  # a role and its policy share a name
    return [e for e in existing if e.urn in types and (types[e.urn], e.id) not in held]


def doubts(missing: Sequence[Resource], left: Sequence[Existing]) -> list[str]:
    """One sentence for each resource that several objects, or one of unknown owner, could be."""
    names = {r.urn: f"{r.kind} {r.name}" for r in missing}
    sentences = []
    for urn in dict.fromkeys(e.urn for e in left):
        objects = [e for e in left if e.urn == urn]
        if len(objects) > 1:
            ids = " and ".join(e.id for e in objects)
            sentences.append(
                f"{names[urn]}: {ids} exist, and only one can be this stack's; allowed: delete the one that is not in "
                "use (docs/adopt.md)"
            )
        elif objects[0].owner != OURS:
            sentences.append(_doubt(names[urn], objects[0]))
    return sentences


def _doubt(name: str, existing: Existing) -> str:
    if existing.owner != NOBODY_SAYS:
        return f"{name}: {existing.id} exists and belongs to {existing.owner}; allowed: another name in the stack file"
    return (
        f"{name}: {existing.id} exists, and nothing says whose it is; allowed: make recover STACK={pulumi.get_stack()} "
        "if it is this stack's; or another name in the stack file"
    )


def _import(ids: Mapping[tuple[str, str], str]) -> None:
    """Resources of these types and names are imported by these ids.

    Protected in this run: an object that differs from the program in what cannot be changed is then not replaced, and
    so not deleted. The next update sets the protection that the program asks for.
    """

    def imported(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        id_ = ids.get((args.type_, args.name))
        if id_ is None:
            return None
        pulumi.log.info(f"{args.name}: {id_} exists; an interrupted run left it, and it is taken over")
        args.opts.import_, args.opts.protect = id_, True
        return pulumi.ResourceTransformationResult(args.props, args.opts)

    pulumi.runtime.register_stack_transformation(imported)
