"""Copies of this tree with one thing changed, and the look that each copy's own tools have at its stack."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

STACK = "dev"
PARTS = ("components", "policies", "replay", "stacks", "tools", "Pulumi.yaml", "__main__.py", "requirements.lock")
Edit = Callable[[Path], None]


def tree(origin: Path, folder: Path, edit: Edit) -> Path:
    """A copy of what a preview needs of a tree, edited."""
    folder.mkdir()
    for part in PARTS:
        source = origin / part
        if source.is_dir():
            shutil.copytree(source, folder / part)  # with compiled files: they spare seconds
        else:
            shutil.copy2(source, folder / part)
    edit(folder)
    return folder


def nothing(_: Path) -> None:
    """Leaves the tree as it is."""


def setting(path: str, value: Any) -> Edit:
    """Sets a key of the stack file: `workspaces.0.quota`; None takes it away."""

    def edit(folder: Path) -> None:
        file = folder / "stacks" / f"Pulumi.{STACK}.yaml"
        data = yaml.safe_load(file.read_text())
        first, *rest = path.split(".")
        here: Any = data["config"]
        keys: list[Any] = [f"spark-on-ack:{first}", *(int(k) if k.isdigit() else k for k in rest)]
        for key in keys[:-1]:
            here = here[key]
        if isinstance(here, list) and keys[-1] == len(here):
            here.append(value)
        else:
            here[keys[-1]] = value
        file.write_text(yaml.safe_dump(data, sort_keys=False))

    return edit


def policy(rule: str, value: Any, pack: str = "cost") -> Edit:
    """Sets a rule's level or figures for the environment."""

    def edit(folder: Path) -> None:
        file = folder / "policies" / pack / f"{STACK}.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {rule: value}))

    return edit


def price(key: str, factor: float) -> Edit:
    """Multiplies a price, in every region that has its own."""

    def edit(folder: Path) -> None:
        file = folder / "policies/cost/prices.yaml"
        prices = yaml.safe_load(file.read_text())
        for price in prices:
            price["value"] = round(price["value"] * factor, 6) if price["key"] == key else price["value"]
        file.write_text(yaml.safe_dump(prices))

    return edit


def code(file: str, pattern: str, text: str) -> Edit:
    """Replaces one place of a file; the place must be there."""

    def edit(folder: Path) -> None:
        path = folder / file
        changed, count = re.subn(pattern, text, path.read_text())
        assert count == 1, f"{file} has {count} places like {pattern}; correct the test"
        path.write_text(changed)

    return edit


def both(*edits: Edit) -> Edit:
    """All of them."""

    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit
