"""Makes each edit under replay, against a stack that is live, and says what it does."""

import multiprocessing
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pulumi
import yaml

from components.base.constants import PROJECT
from components.base.state import READ, STASH
from replay import ROOT, Graph, cloud, reveal, stack_file
from replay.child import run
from tools.edits.cases import EDITS, Edit, NotHereError
from tools.preview.difference import Change, compare
from tools.preview.effects import Effect, effect_of, gravest

PREFIX = f"{PROJECT}:"


class Outcome(NamedTuple):
    """What an edit does to one stack: the class of effects.yaml, `refused`, or `-` where there is nothing to edit.

    `what`: what that means, or the first sentence of the refusal. `changes`: added, changed, replaced and removed.
    """

    edit: Edit
    name: str
    what: str = ""
    changes: str = ""


def outcomes(stack: str, edits: tuple[Edit, ...] = EDITS) -> list[Outcome]:
    """The outcome of each edit of a stack, about a second of CPU each. Raises ReplayError for a broken stack file."""
    import components.platform.component  # noqa: F401 - loaded once, before the replays fork

    file = stack_file(ROOT, stack)
    written: dict[str, Any] = yaml.safe_load(file.read_text())
    before = _replayed(stack, written, None)
    if not isinstance(before, Graph):
        raise TypeError(f"stack {stack} itself is refused: {before[0]}")
    state = state_of(before)
    return [_outcome(stack, written, edit, before, state) for edit in edits]


def state_of(graph: Graph) -> dict[str, dict[str, Any]]:
    """The state of a stack that was updated to this graph, as the engine tells it: numbers are floats."""
    state = {}
    for r in graph:
        inputs = _floats(reveal(r.inputs))
        state[r.urn] = {"type": r.type, "outputs": {"output": inputs.get("input")} if r.type == STASH else inputs}
    return state


def _outcome(stack: str, written: Mapping[str, Any], edit: Edit, before: Graph, state: Mapping[str, Any]) -> Outcome:
    try:
        after = _replayed(stack, edited(written, edit), state)
    except NotHereError:
        return Outcome(edit, "-")
    if not isinstance(after, Graph):
        return Outcome(edit, "refused", after[0].replace(datetime.now(UTC).date().isoformat(), "TODAY"))
    changes = compare(before, after)
    counted = " ".join(f"{sign}{n}" for sign, n in _counted(changes) if n)
    stopped = next((c for c in changes if c.refused), None)
    if stopped is not None:
        return Outcome(edit, "refused", f"{stopped.resource.kind} {stopped.resource.name}: {stopped.refused}", counted)
    effect = gravest(changes)
    return Outcome(edit, effect.name, _what(changes, effect), counted)


def edited(written: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """A stack file after an edit. Raises NotHereError."""
    config = deepcopy(dict(written["config"]))
    sections = {k.removeprefix(PREFIX): v for k, v in config.items() if k.startswith(PREFIX)}
    edit.change(sections)
    rest = {k: v for k, v in config.items() if not k.startswith(PREFIX)}
    return {**written, "config": rest | {f"{PREFIX}{k}": v for k, v in sections.items()}}


def _what(changes: list[Change], effect: Effect) -> str:
    """What the changes of the gravest class are and do, each kind of resource once."""
    told: dict[str, set[str]] = {}
    for change in changes:
        own = effect_of(change)
        if own.name == effect.name and own.what and not change.refused:
            told.setdefault(own.what, set()).add(change.resource.kind)
    return "; ".join(f"{', '.join(sorted(kinds))}: {what}" for what, kinds in sorted(told.items()))


def _counted(changes: list[Change]) -> list[tuple[str, int]]:
    signs = {"added": "+", "changed": "~", "replaced": "±", "removed": "-"}
    custom = [c.kind for c in changes if c.resource.custom]
    return [(sign, custom.count(kind)) for kind, sign in signs.items()]  # type: ignore[arg-type]


def _floats(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {k: _floats(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_floats(v) for v in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _replayed(stack: str, written: Mapping[str, Any], state: Mapping[str, Any] | None) -> Graph | list[str]:
    """The graph of the program with that stack file and state, or the sentences with which it refuses.

    A process of its own, since the SDK keeps its root stack in globals; forked, so that nothing is imported again.
    """
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(stack, written, state, there))
    process.start()
    there.close()
    try:
        told: str | list[str] = here.recv()
    except EOFError as e:
        raise RuntimeError(f"the replay of {stack} ended without an answer") from e
    process.join()
    return told if isinstance(told, list) else Graph.from_json(told)


def _child(stack: str, written: Mapping[str, Any], state: Mapping[str, Any] | None, answer: Any) -> None:  # noqa: ANN401
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-edit-") as scratch:
        file = Path(scratch) / f"Pulumi.{stack}.yaml"
        file.write_text(yaml.safe_dump(dict(written)))
        cloud.CALLS[READ] = lambda _: {"outputs": state or {}}
        request = {
            "program": str(ROOT), "project": PROJECT, "stack": stack, "known": True, "stack_file": str(file),
            "references": {},
        }  # fmt: skip
        try:
            answer.send(run(request).to_json())
        except pulumi.RunError as e:
            sentences = getattr(e, "sentences", None) or [line for line in str(e).splitlines() if line.strip()]
            answer.send(list(sentences))
