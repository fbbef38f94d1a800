"""What jobs compute on real pods is what another engine computes from the same tables."""

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from replay import Graph
from tests.sandbox.conftest import Sandbox
from tests.sandbox.jobs.runs import Jobs, lost_before_first_task
from tools.sandbox import object_storage, tables

pytestmark = pytest.mark.xdist_group("sandbox")


def result(sandbox: Sandbox, graph: Graph, job: str) -> Path:
    return object_storage.results(sandbox.settings, graph, job)


def rows(folder: Path) -> list[tuple[object, ...]]:
    """What a job wrote, in order."""
    with duckdb.connect() as database:
        return database.execute(f"SELECT * FROM '{folder}/*.parquet' ORDER BY ALL").fetchall()  # noqa: S608 (ours)


def test_the_etl_reads_five_million_rows_and_finds_what_another_engine_finds(
    real_sandbox: Sandbox, sandbox_graph: Graph
) -> None:
    assert tables.ORDERS >= 5_000_000
    counts = tables.compare(tables.ensure(real_sandbox.settings.cache), result(real_sandbox, sandbox_graph, "etl"))
    assert counts["sales"] > 1000
    assert counts["best_categories"] > 100


def check_digit(number: int) -> int:
    """Luhn's digit, in another way than the job's: by a table of doubled digits."""
    digits = [int(each) for each in f"{number}0"]
    doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    return -sum(d if n % 2 == 0 else doubled[d] for n, d in enumerate(reversed(digits))) % 10


def test_a_python_function_runs_on_every_row(jobs: Jobs, sandbox_graph: Graph) -> None:
    jobs.ended("python-udf")
    expected = Counter(check_digit(number) for number in range(500_000))
    assert rows(result(jobs.sandbox, sandbox_graph, "python-udf")) == sorted(expected.items())


def test_a_job_that_fails_is_tried_again_as_its_restart_policy_says(jobs: Jobs, sandbox_graph: Graph) -> None:
    history = jobs.ended("fails-once")
    assert "PENDING_RERUN" in [state for _, state in history.states]
    assert len(history.drivers) == 2
    assert len(rows(result(jobs.sandbox, sandbox_graph, "fails-once/result"))) == 1000


def test_a_job_that_takes_more_memory_than_its_pod_has_fails_with_a_reason(jobs: Jobs) -> None:
    jobs.ended("out-of-memory", expected="FAILED")
    log = jobs.log("out-of-memory")
    assert "Job aborted due to stage failure" in log
    assert "OOMKilled" in log or "exit code 137" in log or "Python worker exited unexpectedly" in log


def test_a_job_over_the_teams_quota_is_refused_with_what_is_possible(real_sandbox: Sandbox) -> None:
    done = real_sandbox.kubectl("create", "-f", "examples/over-quota.yaml", user=real_sandbox.submitter)
    assert done.returncode != 0
    assert "more executors than the workspace's quota leaves besides the drivers (at most " in done.stderr


def test_no_job_gave_an_executor_back_before_its_first_task(jobs: Jobs) -> None:
    logs = {name: jobs.log(name) for name in jobs.seen()}
    worked = [name for name, log in logs.items() if "Registered executor" in log]
    print(f"{len(worked)} jobs with executors: {', '.join(worked)}")
    assert len(worked) >= 3
    assert {name: lost for name, log in logs.items() if (lost := lost_before_first_task(log))} == {}


def test_a_given_back_executor_is_seen_in_a_log() -> None:
    task = "INFO TaskSetManager: Starting task 0.0 in stage 0.0 (TID 0) (10.88.0.7, executor 1, partition 0)\n"
    idle = "INFO ExecutorAllocationManager: Executors 1,2 removed due to idle timeout.\n"
    assert lost_before_first_task(idle + task) == ["1", "2"]
    assert lost_before_first_task(task + idle) == []
