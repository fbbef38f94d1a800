"""The pipelines' files as data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT, STACKS

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITHUB = [*WORKFLOWS, *sorted((ROOT / ".github" / "actions").glob("*/action.yml"))]
GITLAB = ROOT / ".gitlab-ci.yml"
ENVIRONMENTS = [s for s in STACKS if s != "sandbox"]


def load(path: Path) -> dict[str, Any]:
    """A workflow; YAML 1.1 reads the key `on` as true."""
    data: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {"on" if key is True else key: value for key, value in data.items()}


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    by_name: dict[str, dict[str, Any]] = load(path).get("jobs", {})
    return by_name


def steps(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Job -> step, of a workflow or a composite action."""
    data = load(path)
    for step in data.get("runs", {}).get("steps", []):
        yield path.parent.name, step
    for name, job in data.get("jobs", {}).items():
        for step in job.get("steps", []):
            yield name, step


def gitlab_jobs() -> dict[str, dict[str, Any]]:
    """GitLab's jobs with what they extend merged in."""
    data = load(GITLAB)

    def whole(name: str) -> dict[str, Any]:
        own = data[name]
        parents = own.get("extends", [])
        merged: dict[str, Any] = {}
        for parent in [parents] if isinstance(parents, str) else parents:
            merged |= whole(parent)
        return merged | own

    known = {"stages", "workflow", "default", "variables"}
    return {name: whole(name) for name in data if name not in known and not name.startswith(".")}


def shell_lines() -> Iterator[tuple[str, str]]:
    """Where -> script, of all pipelines."""
    for path in GITHUB:
        for job, step in steps(path):
            if "run" in step:
                yield f"{path.name}:{job}", step["run"]
    for name, whole in gitlab_jobs().items():
        yield f"gitlab:{name}", "\n".join([*whole.get("before_script", []), *whole["script"]])
