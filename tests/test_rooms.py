"""The rooms of the house: which folder may import which, counted, so that it stays so."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

LAYERS = (
    ("base",),
    ("pods",),
    ("network", "cluster", "storage", "storage_check", "registry", "identity", "shuffle", "admission", "monitoring"),
    ("spark",),
    ("workspace", "history", "spark_operator"),
    ("platform",),
    ("package",),
)
"""Rooms of components/, lowest first: a room imports rooms below it, or of its own layer as long as no circle is."""
MOST_ARROWS = 60
TOP = ("components", "replay", "policies", "stacks", "bootstrap", "tools")
"""Top-level folders and what each may import of the others."""
ALLOWED = {
    "components": set(),
    "replay": set(),
    "policies": {"components", "replay"},
    "stacks": {"components"},
    "bootstrap": {"components"},
    "tools": {"components", "replay", "policies", "bootstrap"},
}


def modules(folder: str) -> Iterator[Path]:
    return (p for p in sorted((ROOT / folder).rglob("*.py")) if "venv" not in p.parts)


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """Absolute module paths that a file imports, as seen from the checkout; relative ones resolved."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = (*start, *(node.module.split(".") if node.module else ()))
            yield from ((*base, alias.name) for alias in node.names)


def room_of(parts: tuple[str, ...]) -> str | None:
    """The room of a module of components/: its folder; the files beside the folders are the face."""
    if parts[:1] != ("components",):
        return None
    return parts[1] if len(parts) > 1 and (ROOT / "components" / parts[1]).is_dir() else "face"


def arrows() -> set[tuple[str, str]]:
    """(room, room it imports) for the rooms of components/."""
    pairs = set()
    for path in modules("components"):
        here = room_of(path.relative_to(ROOT).with_suffix("").parts)
        for target in imported(path):
            there = room_of(target)
            if here and there and here != there:
                pairs.add((here, there))
    return pairs


def level(room: str) -> int:
    return next((i for i, rooms in enumerate(LAYERS) if room in rooms), len(LAYERS))


def test_every_folder_of_components_has_its_layer() -> None:
    rooms = {p.name for p in (ROOT / "components").iterdir() if (p / "__init__.py").exists()}
    assert rooms == {room for layer in LAYERS for room in layer}


def test_no_arrow_runs_upwards() -> None:
    assert sorted((a, b) for a, b in arrows() if level(a) < level(b)) == []


def test_there_is_no_circle_between_rooms() -> None:
    graph: dict[str, set[str]] = {}
    for a, b in arrows():
        graph.setdefault(a, set()).add(b)
    TopologicalSorter(graph).prepare()


def test_there_are_few_arrows() -> None:
    assert len(arrows()) <= MOST_ARROWS


@pytest.mark.parametrize("folder", ["components", "policies", "replay", "tools", "bootstrap"])
def test_no_files_import_each_other_in_a_circle(folder: str) -> None:
    names = {p.relative_to(ROOT).with_suffix("").parts: p for p in modules(folder)}
    names |= {parts[:-1]: p for parts, p in names.items() if parts[-1] == "__init__"}
    graph: dict[Path, set[Path]] = {}
    for path in set(names.values()):
        targets = {names.get(t) or names.get(t[:-1]) for t in imported(path)} - {None, path}
        graph[path] = {t for t in targets if t is not None}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as e:
        pytest.fail(" -> ".join(str(p.relative_to(ROOT)) for p in e.args[1]))


@pytest.mark.parametrize("folder", TOP)
def test_top_level_folders_import_one_way(folder: str) -> None:
    used = {target[0] for path in modules(folder) for target in imported(path)} & set(TOP) - {folder}
    assert used - ALLOWED[folder] == set()


def test_the_package_never_names_itself_so_that_it_works_under_either_name() -> None:
    named = {p for p in modules("components") for t in imported(p) if t[0] == "spark_on_ack"}
    text = [
        p for p in modules("components") if "from components" in p.read_text() or "import components" in p.read_text()
    ]
    assert (named, text) == (set(), [])


def test_every_component_has_the_same_shape() -> None:
    from components.package.registry import COMPONENTS

    for component in COMPONENTS.values():
        folder = ROOT / "components" / component.room
        assert {"inputs.py", "args.py", "component.py"} <= {p.name for p in folder.iterdir()}
        assert component.inputs.__name__ == f"{component.name}Inputs"
        assert issubclass(component.resource, object)


def test_the_wheel_holds_every_folder() -> None:
    import tomllib

    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = [p.parent.relative_to(ROOT / "components").parts for p in (ROOT / "components").rglob("__init__.py")]
    assert sorted(listed) == sorted(".".join(("spark_on_ack", *parts)) for parts in folders if "venv" not in parts)


def test_one_component_loads_no_provider_sdk_that_it_does_not_use() -> None:
    program = (
        "import sys; from spark_on_ack import Workspace; "
        "print([m for m in sys.modules if m.startswith('pulumi_alicloud')], "
        "[m for m in sys.modules if m.startswith('spark_on_ack.') and m.endswith('.component')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['spark_on_ack.workspace.component']"
