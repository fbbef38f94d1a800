"""Pods are taken away from running jobs, and the jobs end with the right result."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from replay import Graph
from tests.sandbox.jobs.runs import Jobs
from tests.sandbox.jobs.test_results import result, rows

pytestmark = pytest.mark.xdist_group("sandbox")
LOSSES = ("long-task", "driver-lost", "spot")


@pytest.fixture(scope="module")
def victims(jobs: Jobs) -> dict[str, str]:
    """Job -> executor at work in it when it was disturbed: all side by side, because they mostly sleep."""
    for name in LOSSES:
        jobs.start(name)
    with ThreadPoolExecutor(len(LOSSES)) as pool:
        return dict(zip(LOSSES, pool.map(partial(disturb, jobs), LOSSES), strict=True))


def disturb(jobs: Jobs, name: str) -> str:
    """Take away what the job is to lose, as soon as one of its executors works; gives that executor."""
    victim = jobs.working_executor(name)
    match name:
        case "long-task":
            jobs.delete_pod(victim, "--grace-period=0", "--force")
        case "driver-lost":
            jobs.delete_pod("driver-lost-driver", "--grace-period=0", "--force")
        case "spot":
            jobs.delete_pod(victim)  # as the cloud does: asked to go, with a grace period
    return victim


def squares(count: int) -> list[tuple[int]]:
    """The result of examples/jobs/long_task.py."""
    return [(sum(number * number for number in range(count)),)]


def test_an_executor_that_is_killed_is_replaced_and_nothing_is_lost(
    jobs: Jobs, victims: dict[str, str], sandbox_graph: Graph
) -> None:
    history = jobs.ended("long-task")
    assert history.executors[victims["long-task"]].gone is not None
    assert len(history.executors) > 1
    assert rows(result(jobs.sandbox, sandbox_graph, "long-task")) == squares(17)


def test_a_driver_that_is_killed_is_started_again(jobs: Jobs, victims: dict[str, str], sandbox_graph: Graph) -> None:
    assert "driver-lost" in victims
    history = jobs.ended("driver-lost")
    assert len(history.drivers) == 2
    assert rows(result(jobs.sandbox, sandbox_graph, "driver-lost")) == squares(4)


def test_a_spot_executor_that_is_taken_away_is_decommissioned_first(
    jobs: Jobs, victims: dict[str, str], sandbox_graph: Graph
) -> None:
    history = jobs.ended("spot")
    assert len(history.executors) > 1
    number = victims["spot"].rpartition("-exec-")[2]
    assert f"Received executor {number} decommissioned message" in jobs.log("spot")
    assert rows(result(jobs.sandbox, sandbox_graph, "spot")) == squares(17)
