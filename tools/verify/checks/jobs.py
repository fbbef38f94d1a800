"""Real jobs: what they compute, when their executors come and go, and what they survive."""

import json
import re

from components.history.component import APP
from components.shuffle.inputs import WORKERS
from tools.sandbox.console import SandboxError, wait_for
from tools.verify.check import CannotAskError, FailedError, check
from tools.verify.hadoop import act
from tools.verify.jobs import Watched
from tools.verify.platform import Platform

MAPS, RECORDS = 9, 2_000
"""Map tasks of a second each, and records that each writes (examples/jobs/shuffle.py)."""
LAST_SECONDS = 25
"""Of the last task; long enough that executors without work are given back and one can see it."""
SLACK_SECONDS = 15.0
"""An executor may be gone so much later than its idle time-out: Spark looks, a pod ends, somebody notices."""
RUNNING_SECONDS = 30.0
HISTORY_SECONDS = 90.0
IDLE = re.compile(r"Executors [\d,]+ removed due to idle timeout")
ATTEMPT = re.compile(r"Starting task [\d.]+ in stage (\d+)\.(\d+) ")
SHUFFLES = re.compile(r"shuffle count: (\d+), shuffle fallback counts: Map\((.*?)\)")
"""In the driver's report to the masters, each 10 s: shuffles since the last one, and reasons of fallbacks."""
OPERATOR_LABELS = "app.kubernetes.io/component=controller"


@check(
    "job",
    "a job that a person submits runs, shuffles, and writes the right result",
    needs=["storage-own", "people"],
    fen=4,
    seconds=180,
)
def job(platform: Platform) -> str:
    """Nine map tasks, then one long task that reads all they wrote."""
    arguments = [platform.jobs.result("verify-job"), str(MAPS), "1", "1", str(LAST_SECONDS), "1"]
    watched = platform.jobs.start(
        "verify-job", "shuffle.py", arguments, {"spark.dynamicAllocation.initialExecutors": "2"}
    )
    platform.main_job = watched
    platform.jobs.wait(watched, "the job to end")
    count = MAPS * RECORDS
    _compare(platform, "verify-job", count)
    return f"{count:,} records shuffled by {len(watched.executors)} executors"


def _compare(platform: Platform, name: str, count: int) -> None:
    """The result has a row, whose numbers the driver's log shows: Parquet cannot be read by a probe without pandas."""
    team = platform.teams[0]
    probe = platform.probes.running()[f"driver:{team.name}"]
    ((outcome, answer),) = act(probe, team, [("list", platform.jobs.result(name), "")])
    files = [str(each) for each in answer] if isinstance(answer, list) else []
    if outcome != "done" or "_SUCCESS" not in files or not any(each.endswith(".parquet") for each in files):
        raise FailedError(f"the job left {files or answer} in its result's folder", "see the driver's log")
    wanted = f"round 0: {count} records, total {count * (count - 1) // 2}"
    log = platform.cluster.kubectl("logs", f"{name}-driver", "-n", team.namespace).stdout
    if wanted not in log:
        raise FailedError(f"the driver's log does not say {wanted!r}", "see the driver's log")


@check("scale-out", "executors that a job asks for at its start run within 30 s, without a queue", needs=["job"])
def scale_out(platform: Platform) -> str:
    """From the first pod's creation to the last one's start, of those the job began with."""
    lives = sorted(_main(platform).executors.values(), key=lambda each: each.created)[:2]
    waited = [each.running - lives[0].created for each in lives if each.running is not None]
    if len(waited) < 2 or max(waited) > RUNNING_SECONDS:
        raise FailedError(
            f"of 2 executors {len(waited)} ran, the last after {max(waited, default=0):.0f} s",
            "`kubectl describe pods` says what a pending pod waits for: image, stock in the zone, quota",
        )
    return f"2 of 2 executors Running {max(waited):.0f} s after the first was created"


@check("give-back", "an executor without work is given back while the job still runs", needs=["job"])
def give_back(platform: Platform) -> str:
    """Executors that ended long before the job did; counted in executor-seconds."""
    watched = _main(platform)
    if not platform.has_shuffle_service:
        raise CannotAskError("without a shuffle service executors must stay as long as their shuffle data is needed")
    end = watched.ended or 0.0
    lives = [each for each in watched.executors.values() if each.running is not None]
    held = sum((each.gone or end) - (each.running or end) for each in lives)
    kept = sum(end - (each.running or end) for each in lives)
    early = [each for each in lives if each.gone is not None and end - each.gone > 5]
    if not early or not IDLE.search(watched.log):
        raise FailedError(
            f"none of {len(lives)} executors was given back in {LAST_SECONDS} s without work",
            "see spark.dynamicAllocation.* in the driver's environment, and whether the job overrides it",
        )
    return f"{len(early)} of {len(lives)} given back; {held:.0f} executor-seconds instead of {kept:.0f}"


@check("shuffle", "shuffle data goes through the service, never through executors", needs=["job"])
def shuffle(platform: Platform) -> str:
    """What the driver registered with the service, and no fallback."""
    if not platform.has_shuffle_service:
        raise CannotAskError("the stack has no shuffle service")
    told = SHUFFLES.findall(_main(platform).log)
    fallen = sorted({reasons for _, reasons in told if reasons})
    if fallen:
        raise FailedError(f"shuffles fell back to executors: {', '.join(fallen)}", "see the WARN in the driver's log")
    count = sum(int(number) for number, _ in told)
    if not count:
        raise FailedError("the driver registered no shuffle with the service", "see spark.shuffle.manager of the job")
    return f"{count} shuffles registered with the service, no fallback"


@check("event-log", "a finished job is shown by the history server", needs=["job"], seconds=HISTORY_SECONDS)
def event_log(platform: Platform) -> str:
    """Through the API server's proxy, as a person would by port-forward."""
    watched = _main(platform)
    servers = platform.namespaces("history")
    if not servers:
        raise CannotAskError("the stack has no history server")
    own = [space for space in servers if space == f"{servers[0]}-{watched.team.name}"]  # beside a bucket of its own
    (space,) = own or servers[:1]
    application = re.search(r"(spark-[0-9a-f]{32})", watched.log)
    if application is None:
        raise FailedError("the driver's log names no application id", "see the driver's log")
    path = f"/api/v1/namespaces/{space}/services/{APP}:http/proxy/api/v1/applications/"

    def shown() -> bool | None:
        answer = platform.cluster.kubectl("get", "--raw", path + application[1])
        attempts = json.loads(answer.stdout).get("attempts", [{}]) if answer.returncode == 0 else [{}]
        return True if attempts[-1].get("completed") else None

    try:
        wait_for(f"the history server to show {application[1]}", shown, HISTORY_SECONDS, interval=1)
    except SandboxError as error:
        raise FailedError(str(error), "see the history server's log and the event log's folder") from None
    return f"{application[1]} is complete there"


@check(
    "operator-restart", "an operator that is killed under a job loses and doubles nothing",
    needs=["storage-own", "people"], fen=4, seconds=180,
)  # fmt: skip
def operator_restart(platform: Platform) -> str:
    """Its pod is taken away while executors work; the job ends once."""
    arguments = [platform.jobs.result("verify-operator"), "12", "3", "3"]
    watched = platform.jobs.start("verify-operator", "long_task.py", arguments)
    wait_for("executors of verify-operator", lambda: watched.alive() or watched.ended, 180, interval=0.5)
    options = ["--grace-period=0", "--force", "--wait=false"]
    done = platform.cluster.kubectl(
        "delete", "pod", "-l", OPERATOR_LABELS, "-n", *platform.namespaces("operator"), *options
    )
    if done.returncode:
        raise SandboxError(f"the operator's pod could not be deleted: {done.stderr.strip()}")
    platform.jobs.wait(watched, "the job to end")
    if len(watched.drivers) != 1:
        raise FailedError(f"{len(watched.drivers)} drivers were started", "report this: a job was run twice")
    return "killed while executors worked; one driver, COMPLETED"


@check(
    "worker-lost", "a shuffle worker that is lost under a job costs no stage again",
    needs=["storage-own", "people"], fen=4, seconds=180,
)  # fmt: skip
def worker_lost(platform: Platform) -> str:
    """Its pod is taken away while map tasks write."""
    if not platform.has_shuffle_service:
        raise CannotAskError("the stack has no shuffle service")
    arguments = [platform.jobs.result("verify-worker"), "18", "2", "6", "2", "2"]
    watched = platform.jobs.start("verify-worker", "shuffle.py", arguments)
    wait_for("executors of verify-worker", lambda: watched.alive() or watched.ended, 180, interval=0.5)
    (space,) = platform.namespaces("shuffle")
    options = ["--grace-period=0", "--force", "--wait=false"]
    platform.cluster.kubectl("delete", "pod", f"{WORKERS}-0", "-n", space, *options)
    platform.jobs.wait(watched, "the job to end")
    again = sorted({stage for stage, attempt in ATTEMPT.findall(watched.log) if attempt != "0"}, key=int)
    if again:
        raise FailedError(
            f"stages {', '.join(again)} were computed again",
            "see replication: it needs two workers besides the lost one",
        )
    return "a worker was killed; every stage was computed once"


def _main(platform: Platform) -> Watched:
    assert platform.main_job is not None  # noqa: S101 (those who ask need `job`)
    return platform.main_job
