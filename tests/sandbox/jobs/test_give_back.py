"""Executors are there when there is work, and given back when there is none."""

import pytest

from tests.sandbox.jobs.runs import History, Jobs

pytestmark = pytest.mark.xdist_group("sandbox")
LONG_SECONDS = 40
"""Of the last task, as in examples/long-task.yaml."""
IDLE_SECONDS = 10
SLACK_SECONDS = 15
"""How much later than the idle time-out an executor may be gone: Spark looks each 0.1 s, a pod takes some to end."""


@pytest.fixture(scope="module")
def history(jobs: Jobs) -> History:
    """A job whose last task is long, undisturbed."""
    return jobs.ended("give-back")


def test_idle_executors_are_given_back_while_one_still_works(history: History) -> None:
    end = history.states[-1][0]
    lives = list(history.executors.values())
    assert len(lives) >= 2
    assert max(each.alive(end) for each in lives) > LONG_SECONDS  # the one with the long task stays
    idle = LONG_SECONDS - IDLE_SECONDS - SLACK_SECONDS
    assert [each for each in lives if each.gone is not None and end - each.gone > idle]


def test_executors_held_to_the_end_would_have_cost_more(history: History) -> None:
    end = history.states[-1][0]
    held = sum(each.alive(end) for each in history.executors.values())
    kept = sum(end - each.running for each in history.executors.values() if each.running is not None)
    print(f"executor-seconds: {held:.0f} with give-back, {kept:.0f} without")
    assert held < 0.8 * kept
