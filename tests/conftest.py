"""Fixtures all tests share: each stack is replayed once per run and kind of outputs."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from replay import Graph, replay

ROOT = Path(__file__).resolve().parent.parent
STACKS = sorted(p.name.split(".")[1] for p in (ROOT / "stacks").glob("Pulumi.*.yaml"))

GraphOf = Callable[[str, bool], Graph]


@cache
def _replayed(stack: str, known: bool) -> Graph:
    return replay(stack, known=known)


@pytest.fixture(scope="session")
def graph_of() -> GraphOf:
    """`graph_of("dev", known)`: the recorded graph of a stack file; `known` False is a first preview."""
    return _replayed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two workers share the work by file, so that a file's fixtures are made once; one of them has the sandbox."""
    for item in items:
        path = item.path.relative_to(ROOT)
        group = "sandbox" if path.is_relative_to("tests/sandbox") else str(path)
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the argument `stack` runs for every stack file."""
    if "stack" in metafunc.fixturenames and "stack" not in {
        m.args[0] for m in metafunc.definition.iter_markers("parametrize")
    }:
        metafunc.parametrize("stack", STACKS)
