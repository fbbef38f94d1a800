"""The example jobs say what they cost, and what they say is what `make cost` computes."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.base.constants import SPARK_VERSION
from policies.base.rule import Context
from policies.base.view import view_of
from policies.cost.model.job import job_cost
from policies.cost.model.prices import fen
from tests.conftest import GraphOf
from tools.packs import judged_by

FOLDER = Path(__file__).parents[2] / "examples"
STACK = "sandbox"
JOBS = sorted(file.name for file in FOLDER.glob("*.yaml"))
PRICED = [name for name in JOBS if name not in ("connect.yaml", "over-quota.yaml")]
"""Not priced: a server has no end, and a job that is refused costs nothing."""


def manifest(name: str) -> dict[str, Any]:
    """The object of an example; of a scheduled one, the application that it starts."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())
    if content["kind"] == "ScheduledSparkApplication":
        return content | {"kind": "SparkApplication", "spec": content["spec"]["template"]}
    return content


def sentence(name: str, graph_of: GraphOf) -> str:
    """What the example's comment must say."""
    views = [view_of(resource) for resource in graph_of(STACK, True)]
    cost = job_cost(manifest(name), views, Context(region=judged_by(STACK).region))
    assert cost.most is not None
    least, most = (cost.cny_per_hour(number) for number in (cost.least, cost.most))
    assert least is not None
    assert most is not None
    return (
        f"Size: driver {cost.driver.size}, at most {cost.most} executors of {cost.executor.size}: "
        f"CNY {fen(least)} to {fen(most)} an hour (stack {STACK})."
    )


@pytest.mark.parametrize("name", PRICED)
def test_an_example_says_its_size_and_what_it_costs(name: str, graph_of: GraphOf) -> None:
    comment = " ".join(re.findall(r"^# ?(.*)", (FOLDER / name).read_text(), re.MULTILINE))
    assert sentence(name, graph_of) in comment


@pytest.mark.parametrize("name", JOBS)
def test_an_example_is_the_teams_and_names_itself(name: str) -> None:
    content = manifest(name)
    assert content["metadata"] == {"name": name.removesuffix(".yaml"), "namespace": "spark-team-a"}


@pytest.mark.parametrize("name", PRICED)
def test_an_examples_spark_is_the_platforms_and_its_program_is_there(name: str) -> None:
    spec = manifest(name)["spec"]
    assert spec["sparkVersion"] == SPARK_VERSION
    file = spec["mainApplicationFile"]
    if file.startswith("oss://"):
        assert (FOLDER / "jobs" / file.rpartition("/")[2]).is_file()
    else:
        assert file.startswith("local:///opt/spark/examples/src/main/python/")


def test_every_program_is_run_by_an_example() -> None:
    programs = {file.name for file in (FOLDER / "jobs").glob("*.py")}
    assert programs == {
        spec["mainApplicationFile"].rpartition("/")[2]
        for name in PRICED
        if (spec := manifest(name)["spec"])["mainApplicationFile"].startswith("oss://")
    }
