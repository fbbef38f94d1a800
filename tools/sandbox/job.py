"""A SparkApplication from `create` to COMPLETED, as a member of the team's submit group, with the time of each step."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tools.sandbox.console import SandboxError, say, wait_for
from tools.sandbox.kubectl import Kubectl
from tools.sandbox.settings import PROJECT_DIR, Pods

DONE, BAD = "COMPLETED", ("FAILED", "SUBMISSION_FAILED", "INVALIDATING")


@dataclass(frozen=True)
class Example:
    """A job that is run, and how it is waited for."""

    file: Path
    timeout: float
    """Seconds until it is given up when it does not get anywhere."""
    interval: float
    """Seconds between two looks; each costs processor time, which a job that computes needs itself."""


EXAMPLES = {
    Pods.PLAYED: Example(PROJECT_DIR / "examples/spark-pi.yaml", timeout=180, interval=0.1),
    Pods.REAL: Example(PROJECT_DIR / "examples/etl.yaml", timeout=900, interval=1),
}
"""Played pods have nothing to compute with, real ones read, join and write tables."""


@dataclass
class Run:
    """Steps of a job: what happened, after how many seconds."""

    name: str
    namespace: str
    steps: list[tuple[str, float]] = field(default_factory=list)


def submit(
    kubectl: Kubectl,
    user: str,
    example: Example,
    again: bool = False,
    still_fine: Callable[[], None] = lambda: None,
) -> Run | None:
    """Create the application of `example` as `user` and wait until it is COMPLETED.

    One that completed before is left alone unless `again`, and None is given; one under way is waited for.
    `still_fine` is called now and then and raises when waiting has lost its sense.

    Raises:
        SandboxError: it was refused, it failed (with the operator's reason) or it got stuck.

    """
    wanted = yaml.safe_load(example.file.read_text())
    name, namespace = wanted["metadata"]["name"], wanted["metadata"]["namespace"]
    run = Run(name, namespace)
    present = _get(kubectl, run, user)
    state = _state(present)
    if present and (again or state in BAD or (state == DONE and not _same_spec(wanted, present))):
        kubectl.run("delete", "sparkapplication", name, f"--namespace={namespace}", "--wait", user=user)
        present, state = None, ""
    if state == DONE:
        return None
    started = time.monotonic()
    if present is None:
        kubectl.run("create", "-f", str(example.file), user=user)
        run.steps.append((f"accepted by the API server (as {user})", time.monotonic() - started))
    else:
        say(f"  {name} is under way already ({state or 'new'}), waiting for it")
    watcher = _Watcher(kubectl, run, user, started)

    def look() -> bool | None:
        still_fine()
        return watcher.look()

    wait_for(f"job {namespace}/{name}", look, example.timeout, example.interval)
    return run


class _Watcher:
    """Notes every change of the application's state and of its driver pod's phase."""

    def __init__(self, kubectl: Kubectl, run: Run, user: str, started: float) -> None:
        self._kubectl, self._run, self._user, self._started = kubectl, run, user, started
        self._seen: set[str] = set()

    def look(self) -> bool | None:
        """True at COMPLETED, None before. Raises SandboxError when the operator gave it up."""
        application = _get(self._kubectl, self._run, self._user)
        state = _state(application)
        if state in BAD and application:
            reason = application["status"]["applicationState"].get("errorMessage", "no reason given")
            raise SandboxError(f"job {self._run.namespace}/{self._run.name} is {state}: {reason}")
        driver = ((application or {}).get("status") or {}).get("driverInfo", {}).get("podName")
        if driver and state != DONE:
            pod = self._kubectl.get("pod", driver, f"--namespace={self._run.namespace}", user=self._user)
            if pod:
                self._note(f"driver pod {pod['status'].get('phase', 'Pending')}")
        if state:
            self._note(f"operator reports {state}")
        return True if state == DONE else None

    def _note(self, what: str) -> None:
        if what not in self._seen:
            self._seen.add(what)
            self._run.steps.append((what, time.monotonic() - self._started))


def _get(kubectl: Kubectl, run: Run, user: str) -> dict[str, Any] | None:
    return kubectl.get("sparkapplication", run.name, f"--namespace={run.namespace}", user=user)


def _state(application: dict[str, Any] | None) -> str:
    return str(((application or {}).get("status") or {}).get("applicationState", {}).get("state", ""))


def _same_spec(wanted: Any, present: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether `present` says all that `wanted` says; the API server may have added defaults."""
    if isinstance(wanted, dict) and isinstance(present, dict):
        return all(key in present and _same_spec(value, present[key]) for key, value in wanted.items())
    return bool(wanted == present)


def example_namespace() -> str:
    """The namespace that the example jobs name."""
    return str(yaml.safe_load(EXAMPLES[Pods.PLAYED].file.read_text())["metadata"]["namespace"])
