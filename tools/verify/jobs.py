"""Jobs that checks run: a program in the team's own storage, submitted by a person, its pods watched."""

import subprocess
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from components.base.constants import DRIVER_ACCOUNT
from tools.sandbox.console import SandboxError, wait_for
from tools.verify.deployed import Deployed, Json, Team
from tools.verify.hadoop import FOLDER, act
from tools.verify.probes import Probes

PROGRAMS = Path(__file__).resolve().parents[2] / "examples/jobs"
SECONDS = 420.0
"""Until a job that does not get anywhere is given up; on ACK it takes about 90 s, on two busy processors twice that."""
ENDED = ("COMPLETED", "FAILED", "SUBMISSION_FAILED")


@dataclass
class Life:
    """When a pod was first seen, began to run, and ended or was seen no more; in seconds since 1970, as pods say it."""

    created: float
    running: float | None = None
    gone: float | None = None


@dataclass
class Watched:
    """A job and what was seen of it."""

    team: Team
    name: str
    state: str = ""
    message: str = ""
    ended: float | None = None
    drivers: set[str] = field(default_factory=set)
    executors: dict[str, Life] = field(default_factory=dict)
    log: str = ""
    """Its driver's log, read at the end."""

    def alive(self) -> list[str]:
        """Executors that run now."""
        return [name for name, each in self.executors.items() if each.running is not None and each.gone is None]


class Jobs:
    """The jobs of one run."""

    def __init__(self, platform: Deployed, probes: Probes) -> None:
        self._platform, self._probes, self._cluster = platform, probes, platform.cluster
        self._known: dict[str, Watched] = {}
        self._stop = threading.Event()

    def start(self, name: str, program: str, arguments: list[str], conf: dict[str, str] | None = None) -> Watched:
        """Put the program into the first team's storage, submit it, follow it.

        Raises:
            SandboxError: the program could not be written, or the job was refused.

        """
        platform, team = self._platform, self._platform.teams[0]
        target = f"{team.root}/{FOLDER}/programs/{name}.py"
        probe = self._probes.running()[f"driver:{team.name}"]
        (written,) = act(probe, team, [("write", target, (PROGRAMS / program).read_text())])
        if written[0] != "done":
            raise SandboxError(f"{target} could not be written: {written[1]}")
        self._delete(team, name)
        done = self._cluster.create(self._application(team, name, target, arguments, conf or {}), team.person)
        if done.returncode:
            raise SandboxError(f"job {name} was refused: {done.stderr.strip()}")
        job = Watched(team, name)
        with platform.lock:
            first = not self._known
            self._known[name] = job
        if first:
            threading.Thread(target=self._follow, args=(team.namespace,), daemon=True).start()
        return job

    def result(self, name: str) -> str:
        """Where a job of the first team writes."""
        return f"{self._platform.teams[0].root}/{FOLDER}/results/{name}"

    def wait(self, job: Watched, what: str, seconds: float = SECONDS) -> Watched:
        """Wait until it has ended.

        Raises:
            SandboxError: it did not, or not COMPLETED; with the operator's reason.

        """
        wait_for(f"{what} ({job.name})", lambda: True if job.ended is not None else None, seconds, interval=0.5)
        job.log = self._cluster.kubectl("logs", f"{job.name}-driver", "-n", job.team.namespace).stdout
        if job.state != "COMPLETED":
            last = (job.log.strip().splitlines() or ["no log"])[-1]
            raise SandboxError(f"job {job.team.namespace}/{job.name} is {job.state}: {job.message or last}")
        return job

    def remove(self) -> None:
        """Take jobs and what they wrote away."""
        self._stop.set()
        for job in self._known.values():
            self._delete(job.team, job.name)
        if self._known:
            team = self._platform.teams[0]
            probe = self._probes.running()[f"driver:{team.name}"]
            act(probe, team, [("delete", f"{team.root}/{FOLDER}", "")])

    def _delete(self, team: Team, name: str) -> None:
        self._cluster.kubectl(
            "delete", "sparkapplication", name, "-n", team.namespace, "--ignore-not-found", user=team.person
        )

    def _application(self, team: Team, name: str, program: str, arguments: list[str], conf: dict[str, str]) -> Json:
        return {
            "apiVersion": "sparkoperator.k8s.io/v1beta2",
            "kind": "SparkApplication",
            "metadata": {"name": name, "namespace": team.namespace},
            "spec": {
                "type": "Python",
                "mode": "cluster",
                "sparkVersion": team.image.rpartition(":")[2].partition("-")[0].partition("@")[0],
                "mainApplicationFile": program,
                "arguments": arguments,
                "sparkConf": conf,
                "driver": {"serviceAccount": DRIVER_ACCOUNT},
                "executor": {},
            },
        }

    def _follow(self, space: str) -> None:
        """Look at all jobs at once: each look costs processor time that a sandbox's jobs need themselves."""
        while not self._stop.wait(1.0):
            try:
                objects = self._cluster.get("pods,sparkapplications", "-n", space)["items"]
            except (SandboxError, subprocess.TimeoutExpired):  # an API server that does not answer for a moment
                continue
            for job in list(self._known.values()):
                if job.ended is None:
                    _note_pods(job, [each for each in objects if _application_of(each) == job.name])
                    _note_state(job, objects)


def _application_of(manifest: Json) -> str:
    """The application whose pod it is; empty for what is no job's pod."""
    return str(manifest["metadata"].get("labels", {}).get("sparkoperator.k8s.io/app-name", ""))


def _note_pods(job: Watched, pods: list[Json]) -> None:
    now, present = time.time(), set()
    for each in pods:
        metadata = each["metadata"]
        if metadata["labels"].get("spark-role") == "driver":
            job.drivers.add(metadata["uid"])
            continue
        present.add(metadata["name"])
        life = job.executors.setdefault(metadata["name"], Life(_seconds(metadata["creationTimestamp"]) or now))
        states = [status.get("state", {}) for status in each["status"].get("containerStatuses", [])]
        for state in states:
            for phase in ("running", "terminated"):
                life.running = _seconds(state.get(phase, {}).get("startedAt")) or life.running
            life.gone = _seconds(state.get("terminated", {}).get("finishedAt")) or life.gone
    for name, life in job.executors.items():
        if name not in present and life.gone is None:
            life.gone = now


def _note_state(job: Watched, objects: list[Json]) -> None:
    for each in objects:
        if each["kind"] == "SparkApplication" and each["metadata"]["name"] == job.name:
            state = each.get("status", {}).get("applicationState", {})
            job.state, job.message = state.get("state", job.state), state.get("errorMessage", job.message)
    if job.state in ENDED:
        job.ended = time.time()


def _seconds(moment: str | None) -> float | None:
    """A moment of Kubernetes (2026-01-31T12:00:00Z), to the second."""
    return datetime.fromisoformat(moment).timestamp() if moment else None
