"""Jobs on the sandbox's real pods: submitted as a member of the team, followed by watches, each change with its time.

Several run at once, because most of them wait: a test starts what it needs, disturbs it, and reads what happened.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from tests.sandbox.conftest import Sandbox
from tools.sandbox.console import wait_for
from tools.sandbox.node.watch import Api, Store
from tools.sandbox.settings import PROJECT_DIR

EXAMPLES = PROJECT_DIR / "examples"
TIMEOUT = 600.0
"""Seconds until a job that does not get anywhere fails its test; on two quiet processors they take 40 to 90."""
ENDED = ("COMPLETED", "FAILED")
Manifest = dict[str, Any]


@dataclass
class Executor:
    """What was seen of one executor pod; times are seconds of the same clock for all."""

    created: float
    running: float | None = None
    gone: float | None = None
    """When it ended or was deleted."""

    def alive(self, until: float) -> float:
        """Seconds it was Running."""
        return 0.0 if self.running is None else (self.gone or until) - self.running


@dataclass
class History:
    """What was seen of one application."""

    states: list[tuple[float, str]] = field(default_factory=list)
    """Each state of the operator with the time it was first seen."""
    executors: dict[str, Executor] = field(default_factory=dict)
    """Pod -> what was seen of it."""
    drivers: set[str] = field(default_factory=set)
    """Ids of the driver pods: more than one when it was started again."""
    message: str = ""
    """The operator's last error message."""

    @property
    def state(self) -> str:
        """The last state."""
        return self.states[-1][1] if self.states else ""


class Jobs:
    """The jobs of the example team."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._histories: dict[str, History] = {}
        self._lock = threading.RLock()
        api = Api(sandbox.settings.kubeconfig)
        self._pods = Store(api, "/api/v1/pods", self._note)
        self._apps = Store(api, "/apis/sparkoperator.k8s.io/v1beta2/sparkapplications", self._note)
        for store in (self._pods, self._apps):
            store.start()

    def start(self, name: str, *, under: str = "", team: str = "team-a", **changes: Any) -> None:
        """Submit examples/<name>.yaml as a member of `team`, under another name and with `changes` of its spec."""
        manifest = example(name)
        manifest["metadata"]["name"] = under or name
        text = yaml.safe_dump(manifest).replace("team-a", team)
        manifest = yaml.safe_load(text)
        manifest["spec"] |= changes
        done = self.sandbox.kubectl("create", "-f", "-", user=f"{team}-submitter", stdin=yaml.safe_dump(manifest))
        assert done.returncode == 0, done.stderr

    def seen(self) -> list[str]:
        """Names of all applications of the example team that have ended, the one of `make sandbox` among them."""
        apps = [each for each in self._apps.all() if each["metadata"]["namespace"] == "spark-team-a"]
        return sorted(name for each in apps if self.history(name := each["metadata"]["name"]).state in ENDED)

    def history(self, name: str) -> History:
        """What was seen of the application so far."""
        with self._lock:
            return self._histories.setdefault(name, History())

    def wait(self, name: str, what: str, reached: Callable[[History], bool], timeout: float = TIMEOUT) -> History:
        """Wait until `reached` holds; fails the test with the application's story."""
        deadline = time.monotonic() + timeout
        while not reached(history := self.history(name)):
            if time.monotonic() > deadline:
                pytest.fail(f"{name}: gave up waiting for {what}: {history}")
            time.sleep(0.2)
        return history

    def ended(self, name: str, expected: str = "COMPLETED") -> History:
        """Wait for its end, which must be `expected`."""
        history = self.wait(name, "its end", lambda seen: seen.state in ENDED)
        assert history.state == expected, f"{history.message}\n{self.log(name)[-3000:]}"
        return history

    def working_executor(self, name: str) -> str:
        """An executor pod of it that has a task and runs now; waits for one."""

        def working() -> str | None:
            if self.history(name).state in ENDED:
                pytest.fail(f"{name} ended before one of its executors was seen at work: {self.history(name)}")
            ids = re.findall(r"Starting task .* executor (\d+),", self.log(name))
            with self._lock:
                seen = self.history(name).executors
                alive = [pod for pod, each in seen.items() if each.running is not None and each.gone is None]
            return next((pod for pod in alive if pod.rpartition("-exec-")[2] in ids), None)

        return wait_for(f"an executor of {name} at work", working, TIMEOUT, interval=1)

    def log(self, name: str, namespace: str = "spark-team-a") -> str:
        """Its driver's log."""
        return self.sandbox.kubectl("logs", f"{name}-driver", f"--namespace={namespace}").stdout

    def delete_pod(self, pod: str, *options: str, namespace: str = "spark-team-a") -> None:
        """Take a pod away, as an administrator."""
        done = self.sandbox.kubectl("delete", "pod", pod, f"--namespace={namespace}", "--wait=false", *options)
        assert done.returncode == 0, done.stderr

    def _note(self) -> None:
        """Called by the watches at every change."""
        now = time.monotonic()
        with self._lock:
            for app in self._apps.all():
                self._note_application(app, now)
            self._note_pods(now)

    def _note_application(self, app: Manifest, now: float) -> None:
        history = self.history(app["metadata"]["name"])
        status = (app.get("status") or {}).get("applicationState", {})
        history.message = status.get("errorMessage", history.message)
        if status.get("state") and status["state"] != history.state:
            history.states.append((now, status["state"]))

    def _note_pods(self, now: float) -> None:
        present = set()
        for pod in self._pods.all():
            labels, name = pod["metadata"].get("labels", {}), pod["metadata"]["name"]
            app, role = labels.get("sparkoperator.k8s.io/app-name"), labels.get("spark-role")
            if not app:
                continue
            if role == "driver":
                self.history(app).drivers.add(pod["metadata"]["uid"])
            if role != "executor":
                continue
            present.add(name)
            seen = self.history(app).executors.setdefault(name, Executor(now))
            phase = pod["status"].get("phase")
            if phase == "Running" and seen.running is None:
                seen.running = now
            if phase in ("Succeeded", "Failed") and seen.gone is None:
                seen.gone = now
        for history in self._histories.values():
            for name, each in history.executors.items():
                if name not in present and each.gone is None:
                    each.gone = now


def lost_before_first_task(log: str) -> list[str]:
    """Ids of the executors that a driver gave back before its first task, from its log."""
    before, _, _ = log.partition("Starting task ")
    given_back = re.findall(r"Executors ([\d,]+) removed due to idle timeout", before)
    return [number for each in given_back for number in each.split(",")]


def example(name: str) -> Manifest:
    """The manifest examples/<name>.yaml."""
    manifest: Manifest = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text())
    return manifest
