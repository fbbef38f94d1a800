"""Helpers of the tests: record what a piece of program registers."""

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from components.base.mistakes import InputError
from replay.child import record_function
from replay.graph import Graph


def round_trip(facts: Any) -> Any:
    """Facts as a state may hand them back: every number a float, keys of maps in another order."""
    if isinstance(facts, Mapping):
        return {k: round_trip(facts[k]) for k in sorted(facts, reverse=True)}
    if isinstance(facts, list | tuple):
        return [round_trip(v) for v in facts]
    return float(facts) if isinstance(facts, int) and not isinstance(facts, bool) else facts


def record(
    build: Callable[[], object],
    *,
    known: bool = True,
    config: dict[str, str] | None = None,
    stack: str = "test",
) -> Graph:
    """The graph of what `build` registers; pulumi outputs have values if `known`, else are as in a first preview.

    Runs in a forked process because the SDK keeps its root stack in globals. Raises InputError with the program's
    sentences, or RuntimeError with the traceback of anything else.
    """
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-test-") as scratch:
        out, error, trace = (Path(scratch, n) for n in ("graph", "error", "trace"))
        args = (build, known, config or {}, stack, out, error, trace)
        process = multiprocessing.get_context("fork").Process(target=_child, args=args)
        process.start()
        process.join(240)
        if process.is_alive():
            process.kill()
            raise RuntimeError("the program did not end within 240 s")
        if error.exists():
            raise InputError(error.read_text().splitlines())
        if not out.exists():
            raise RuntimeError(trace.read_text() if trace.exists() else f"the child ended with {process.exitcode}")
        graph = Graph.load(out)
        # the forked process also clears away what earlier tests left: sockets, outputs nobody waited for
        graph.warnings = [w for w in graph.warnings if not w.startswith(("ResourceWarning", "RuntimeWarning"))]
        return graph


def _child(
    build: Callable[[], object],
    known: bool,
    config: dict[str, Any],
    stack: str,
    out: Path,
    error: Path,
    trace: Path,
) -> None:
    import gc
    import traceback

    gc.freeze()  # what the tests before have left is not ours to collect, and not ours to be warned of
    try:
        graph = record_function(build, stack=stack, project="spark-on-ack", config=(config, []), known=known)
        out.write_text(graph.to_json())
    except InputError as e:
        error.write_text("\n".join(e.sentences))
    except BaseException:
        trace.write_text(traceback.format_exc())
    finally:
        os._exit(0)  # threads of the SDK's executor may still wait for what failed
