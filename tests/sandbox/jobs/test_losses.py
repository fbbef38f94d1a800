"""Pods are taken away from running jobs, and the jobs end with the right result."""

import pytest

from replay import Graph
from tests.sandbox.jobs.runs import Jobs
from tests.sandbox.jobs.test_results import result, rows

pytestmark = pytest.mark.xdist_group("sandbox")
LOSSES = ("long-task", "driver-lost", "spot")


@pytest.fixture(scope="module")
def started(jobs: Jobs) -> Jobs:
    """The jobs of LOSSES, side by side: they sleep most of the time."""
    for name in LOSSES:
        jobs.start(name)
    return jobs


def squares(count: int) -> list[tuple[int]]:
    """The result of examples/jobs/long_task.py."""
    return [(sum(number * number for number in range(count)),)]


def test_an_executor_that_is_killed_is_replaced_and_nothing_is_lost(started: Jobs, sandbox_graph: Graph) -> None:
    victim = started.working_executor("long-task")
    started.delete_pod(victim, "--grace-period=0", "--force")
    history = started.ended("long-task")
    assert history.executors[victim].gone is not None
    assert len(history.executors) > 1
    assert rows(result(started.sandbox, sandbox_graph, "long-task")) == squares(17)


def test_a_driver_that_is_killed_is_started_again(started: Jobs, sandbox_graph: Graph) -> None:
    started.working_executor("driver-lost")
    started.delete_pod("driver-lost-driver", "--grace-period=0", "--force")
    history = started.ended("driver-lost")
    assert len(history.drivers) == 2
    assert rows(result(started.sandbox, sandbox_graph, "driver-lost")) == squares(4)


def test_a_spot_executor_that_is_taken_away_is_decommissioned_first(started: Jobs, sandbox_graph: Graph) -> None:
    victim = started.working_executor("spot")
    started.delete_pod(victim)  # as the cloud does: asked to go, with a grace period
    history = started.ended("spot")
    assert len(history.executors) > 1
    assert f"Received executor {victim.rpartition('-exec-')[2]} decommissioned message" in started.log("spot")
    assert rows(result(started.sandbox, sandbox_graph, "spot")) == squares(17)
