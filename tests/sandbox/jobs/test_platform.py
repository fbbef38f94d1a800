"""What the platform does around jobs: event logs, data of other teams, schedules, quotas, streams."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from replay import Graph
from tests.sandbox.conftest import Sandbox
from tests.sandbox.jobs.runs import History, Jobs
from tests.sandbox.jobs.test_results import result, rows
from tools.sandbox import tables
from tools.sandbox.console import wait_for

pytestmark = pytest.mark.xdist_group("sandbox")
FOREIGN = "oss://sandbox-files/teams/team-b/result"
TEAM_B_RESULT = "oss://sandbox-hdfs.cn-hangzhou.oss-dls.aliyuncs.com/teams/team-b/results/squeezed"
HISTORY_SECONDS = 90
"""How long a finished job may take to show; the server looks for new logs every `history.update_seconds`."""


@pytest.fixture(scope="module")
def started(jobs: Jobs) -> Iterator[Jobs]:
    """A stream, a job that reaches for another team's folder, and one in a namespace with room for two pods."""
    namespace = "--namespace=spark-team-b"
    jobs.start("streaming")
    jobs.start("fails-once", under="foreign-folder", arguments=[FOREIGN], restartPolicy={"type": "Never"})
    jobs.sandbox.kubectl("create", "quota", "driver-and-one-executor", "--hard=pods=2", namespace)
    jobs.start("long-task", under="squeezed", team="team-b", arguments=[TEAM_B_RESULT, "6", "1", "1"])
    yield jobs
    jobs.sandbox.kubectl("delete", "quota", "driver-and-one-executor", namespace)


def finished_applications(sandbox: Sandbox) -> list[str]:
    """Names of the applications that the history server shows as completed, asked through the API server."""
    path = "/api/v1/namespaces/spark-history/services/spark-history-server:http/proxy/api/v1/applications"
    answer = sandbox.kubectl("get", "--raw", path)
    known = json.loads(answer.stdout) if answer.returncode == 0 else []
    return [each["name"] for each in known if each["attempts"][0]["completed"]]


def test_the_history_server_shows_a_finished_job(real_sandbox: Sandbox) -> None:
    def shown() -> bool | None:
        return True if "etl" in finished_applications(real_sandbox) else None

    wait_for("the history server", shown, HISTORY_SECONDS, interval=1)


def test_a_stream_that_is_killed_goes_on_behind_its_checkpoint(started: Jobs, sandbox_graph: Graph) -> None:
    sandbox = started.sandbox
    committed = result(sandbox, sandbox_graph, "").parent / "checkpoints/streaming/commits"
    started.wait("streaming", "its first batch", lambda _: (committed / "0").exists())
    started.delete_pod("streaming-driver", "--grace-period=0", "--force")
    history = started.ended("streaming")
    assert len(history.drivers) == 2
    written = result(sandbox, sandbox_graph, "streaming")
    assert streamed(written) == expected_stream(tables.ensure(sandbox.settings.cache))
    batches = sorted(int(each.name) for each in committed.iterdir() if each.name.isdigit())
    assert batches == list(range(4))


def test_a_team_cannot_write_to_another_teams_folder(started: Jobs) -> None:
    started.ended("foreign-folder", expected="FAILED")
    assert "AccessDenied" in started.log("foreign-folder")


def streamed(folder: Path) -> list[tuple[object, ...]]:
    """Per country: orders, different orders, quantity; only of files that the sink's log names as written."""
    log = folder / "_spark_metadata"
    lines = [
        json.loads(line) for each in log.iterdir() if each.name.isdigit() for line in each.read_text().splitlines()[1:]
    ]
    files = [str(folder / each["path"].rpartition("/")[2]) for each in lines if each["action"] == "add"]
    with duckdb.connect() as database:
        query = "SELECT country, count(*), count(DISTINCT order_id), sum(quantity)::BIGINT FROM read_parquet($files)"
        return database.execute(f"{query} GROUP BY ALL ORDER BY ALL", {"files": files}).fetchall()


def expected_stream(folder: Path) -> list[tuple[object, ...]]:
    """The same from the tables."""
    query = f"""
        SELECT country, count(*), count(*), sum(quantity)::BIGINT
        FROM '{folder}/orders/*.parquet' JOIN '{folder}/customers/*.parquet' USING (customer_id)
        GROUP BY ALL ORDER BY ALL
    """  # noqa: S608 (ours)
    with duckdb.connect() as database:
        return database.execute(query).fetchall()


def test_a_scheduled_job_runs_by_the_clock(jobs: Jobs) -> None:
    sandbox = jobs.sandbox
    done = sandbox.kubectl("create", "-f", "examples/scheduled.yaml", user=sandbox.submitter)
    assert done.returncode == 0, done.stderr

    def completed() -> bool | None:
        runs = sandbox.get("sparkapplications", "-n", "spark-team-a")["items"]
        states = [
            each.get("status", {}).get("applicationState", {}).get("state")
            for each in runs
            if each["metadata"]["name"].startswith("scheduled-")
        ]
        return True if "COMPLETED" in states else None

    try:
        wait_for("a scheduled run", completed, 300, interval=1)
    finally:
        sandbox.kubectl("delete", "-f", "examples/scheduled.yaml", user=sandbox.submitter)


def test_a_job_works_with_the_executors_that_the_quota_leaves(started: Jobs, sandbox_graph: Graph) -> None:
    history = started.ended("squeezed")
    assert most_at_once(history) == 1
    folder = result(started.sandbox, sandbox_graph, "squeezed").parents[2] / "team-b/results/squeezed"
    assert rows(folder) == [(55,)]


def most_at_once(history: History) -> int:
    """Most executors that ran at the same time."""
    moments = [each.running for each in history.executors.values() if each.running is not None]
    return max(
        sum(
            1
            for each in history.executors.values()
            if each.running is not None and each.running <= moment < (each.gone or moment + 1)
        )
        for moment in moments
    )
