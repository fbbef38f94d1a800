"""A real driver with the image's own allocator: what it requests, and what it does when it is refused. Counted only."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.bench import driver, metrics, platform
from tools.bench.platform import NAMESPACE, Platform
from tools.sandbox.console import wait_for
from tools.sandbox.images.spark import spark_layer
from tools.sandbox.settings import from_environment

pytestmark = pytest.mark.sandbox

WANTED = 300
QUOTA = 120
RELEASES = ("3.5.9", "4.2.1")
NO_POLL = {"spark.kubernetes.executor.apiPollingInterval": "600s"}
"""Spark's list of all pods, every 30 s, replaces what the watch has told meanwhile: those would be asked for again."""
ASKED = re.compile(r"Going to request (\d+) executors")


@pytest.fixture(scope="module", params=RELEASES)
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Platform]]:
    """A control plane whose team may have WANTED executors; 4.x only where its archive has been fetched before."""
    release = str(request.param)
    if release != RELEASES[0] and not spark_layer(release).path(from_environment().cache).exists():
        pytest.skip(f"Spark {release} is not in the cache; `make bench-scale` or `make test JOBS=1` fetches it")
    folder = tmp_path_factory.mktemp("bench")
    with platform.running(folder) as plane:
        ready = platform.applied(plane, platform.stack(release, WANTED, {}, folder))
        ready.wait_for_quota()
        yield release, ready


def executors(where: Platform) -> int:
    pods = where.kubectl.get("pods", "-n", NAMESPACE, "--selector=spark-role=executor") or {"items": []}
    return len(pods["items"])


def posts(before: list[metrics.Series], where: Platform) -> dict[str, int]:
    """Creates of pods since `before`, by the answer's code."""
    added = metrics.difference(before, metrics.read(where.metrics()))
    codes = metrics.by(added, "apiserver_request_total", "code", **metrics.CREATES)
    return {code: int(count) for code, count in codes.items()}


def log(where: Platform) -> str:
    return (Path(where.settings.state) / "bench-driver/driver.log").read_text()


def test_each_executor_is_created_once_and_all_are_requested_in_two_rounds(bench: tuple[str, Platform]) -> None:
    release, where = bench
    before = metrics.read(where.metrics())
    started = driver.start(where, release, WANTED, 600, NO_POLL, as_shipped=True)
    try:
        driver.wait_for_job(started, timeout=180)
        wait_for("all executors", lambda: executors(where) >= WANTED or None, 240, interval=2)
        time.sleep(5)  # what is too much would come now
        assert executors(where) == WANTED
        answers = posts(before, where)
        assert answers["201"] == WANTED + 1, "the executors, and the driver's pod"
        assert answers.keys() <= {"201", "409"}, "two writers of one quota are a conflict, and the pod is sent again"
        rounds = [int(count) for count in ASKED.findall(log(where))]
        assert sum(rounds) == WANTED
        assert len(rounds) <= 2, "those that the job starts with, and the rest at once"
    finally:
        started.stop()
        where.empty()


def test_a_full_quota_is_not_hammered_and_is_used_once_it_has_room(bench: tuple[str, Platform]) -> None:
    release, where = bench
    name = (where.kubectl.get("resourcequotas", "-n", NAMESPACE) or {})["items"][0]["metadata"]["name"]

    def allow(pods: int) -> None:
        patch = f'{{"spec":{{"hard":{{"count/pods":"{pods}"}}}}}}'
        where.kubectl.run("patch", "resourcequota", name, "-n", NAMESPACE, "--type=merge", f"--patch={patch}")
        # the API server goes by the status, which a controller writes
        wait_for("the quota to be in force", lambda: hard() == str(pods) or None, 60)

    def hard() -> str:
        quota = where.kubectl.get("resourcequota", name, "-n", NAMESPACE) or {}
        return str(quota["status"]["hard"]["count/pods"])

    allow(QUOTA + 1)
    before = metrics.read(where.metrics())
    started = driver.start(where, release, WANTED, 600, NO_POLL, as_shipped=True)
    try:
        driver.wait_for_job(started, timeout=180)
        wait_for("a full quota", lambda: executors(where) >= QUOTA or None, 240, interval=2)
        time.sleep(20)
        refused = posts(before, where).get("403", 0)
        assert QUOTA <= executors(where) <= QUOTA * 1.1, "a few too many were seen, and are not explained yet"
        assert 0 < refused < 120, "at most what was under way, and then ever fewer"
        assert started.process.poll() is None, "a full quota must not end the job"
        allow(WANTED + 20)
        wait_for("the rest of the executors", lambda: executors(where) >= WANTED or None, 240, interval=2)
        time.sleep(5)
        assert executors(where) == WANTED
    finally:
        started.stop()
        allow(WANTED + 200)
        where.empty()
