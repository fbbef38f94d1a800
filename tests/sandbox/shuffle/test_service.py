"""Jobs do not notice what happens to the shuffle service: no stage is computed again, and every record arrives."""

import re

import pytest

from replay import Graph
from tests.sandbox.jobs.runs import History, Jobs
from tests.sandbox.jobs.test_results import result, rows
from tests.sandbox.shuffle.service import MASTERS, WORKERS, Service
from tools.sandbox import object_storage
from tools.verify.checks.jobs import SHUFFLES

pytestmark = pytest.mark.xdist_group("sandbox")
RESULTS = "oss://sandbox-hdfs.cn-hangzhou.oss-dls.aliyuncs.com/teams/{team}/results/{name}"
RECORDS = 2_000
"""Of each map task, as in examples/jobs/shuffle.py."""
MAPS = 30


def start(jobs: Jobs, name: str, *, team: str = "team-a", maps: int = MAPS, rounds: int = 3) -> None:
    """Start rounds of slow map tasks, a shuffle and nine slow reduce tasks, and wait for its first tasks."""
    arguments = [RESULTS.format(team=team, name=name), str(maps), "2", "9", "2", str(rounds)]
    jobs.start("shuffle", under=name, team=team, arguments=arguments)
    jobs.wait(name, "its map tasks", lambda _: "Starting task 4.0 in stage 0.0" in jobs.log(name, f"spark-{team}"))


def stages(log: str) -> dict[int, set[int]]:
    """Stage -> its attempts, of which tasks were started."""
    attempts: dict[int, set[int]] = {}
    for stage, attempt in re.findall(r"Starting task [\d.]+ in stage (\d+)\.(\d+) ", log):
        attempts.setdefault(int(stage), set()).add(int(attempt))
    return attempts


def ended_whole(jobs: Jobs, graph: Graph, name: str, rounds: int = 3) -> History:
    """The job ended, every record arrived once, and no stage was tried again."""
    history = jobs.ended(name)
    count = MAPS * RECORDS
    total = count * (count - 1) // 2
    assert rows(result(jobs.sandbox, graph, name)) == [(number, count, total) for number in range(rounds)]
    attempts = stages(jobs.log(name))
    assert len(attempts) >= 2 * rounds
    assert {stage: tried for stage, tried in attempts.items() if tried != {0}} == {}
    return history


def test_shuffle_data_lies_on_the_workers(service: Service, jobs: Jobs, sandbox_graph: Graph) -> None:
    start(jobs, "undisturbed", rounds=1)
    jobs.wait("undisturbed", "shuffle data", lambda _: service.stored() > RECORDS * 1024)
    ended_whole(jobs, sandbox_graph, "undisturbed", rounds=1)
    told = SHUFFLES.findall(jobs.log("undisturbed"))
    assert sum(int(number) for number, _ in told) > 0
    assert {reasons for _, reasons in told} == {""}


def test_executors_whose_shuffle_data_is_still_needed_are_given_back(
    service: Service, jobs: Jobs, sandbox_graph: Graph
) -> None:
    """One reduce task of 45 s reads what three executors wrote; two of them have nothing to do."""
    arguments = [RESULTS.format(team="team-a", name="given-back"), "12", "1", "1", "45", "1"]
    jobs.start("shuffle", under="given-back", arguments=arguments)
    history = jobs.ended("given-back")
    end = history.states[-1][0]
    alive = sorted(each.alive(end) for each in history.executors.values())
    held, kept = sum(alive), sum(end - each.running for each in history.executors.values() if each.running)
    print(f"executor-seconds: {held:.0f} held, {kept:.0f} without give-back; each {[round(each) for each in alive]}")
    assert "removed due to idle timeout" in jobs.log("given-back")
    assert held < 0.75 * kept
    assert rows(result(jobs.sandbox, sandbox_graph, "given-back"))[0][1] == 12 * RECORDS


def test_masters_and_workers_are_restarted_under_a_job(service: Service, jobs: Jobs, sandbox_graph: Graph) -> None:
    service.set_quota("team-b", "20m")  # read by the masters when they start; for the last test
    start(jobs, "restarted", rounds=6)
    service.restart(MASTERS)
    service.restart(WORKERS)
    ended_whole(jobs, sandbox_graph, "restarted", rounds=6)


def test_a_worker_is_killed_under_a_job(service: Service, jobs: Jobs, sandbox_graph: Graph) -> None:
    start(jobs, "worker-killed")
    service.kill(1)
    ended_whole(jobs, sandbox_graph, "worker-killed")
    service.settled(WORKERS)


def test_a_workers_disk_runs_full_under_a_job(service: Service, jobs: Jobs, sandbox_graph: Graph) -> None:
    service.give_small_disk(2)
    start(jobs, "disk-full")
    service.fill_disk()
    ended_whole(jobs, sandbox_graph, "disk-full")
    service.release_disk()


def test_a_worker_leaves_only_when_its_data_was_read(service: Service, jobs: Jobs, sandbox_graph: Graph) -> None:
    service.kill(2)  # back on its own disk
    service.settled(WORKERS)
    start(jobs, "scaled-in")
    service.scale(2)
    ended_whole(jobs, sandbox_graph, "scaled-in")


def test_a_job_over_its_teams_shuffle_quota_is_told_so(service: Service, jobs: Jobs, sandbox_graph: Graph) -> None:
    start(jobs, "much-shuffle", team="team-b", maps=60, rounds=20)
    jobs.ended("much-shuffle", expected="FAILED")
    log = jobs.log("much-shuffle", "spark-team-b")
    assert "uota" in log
    assert "exceeds quota" in log
    folder = object_storage.results(jobs.sandbox.settings, sandbox_graph, "much-shuffle")
    assert not folder.exists()
