"""`make bench-scale`: how many executors one driver gets in 30 s, by configuration, number and release of Spark."""

import datetime
import os
import random
import statistics
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from tools.bench import driver, metrics, raw
from tools.bench.platform import NAMESPACE, Platform
from tools.sandbox.console import say

SECONDS = 30
"""What is looked at, from a job's start."""
RAW_PODS = 300
RAW_CONNECTIONS = (8, 16, 32)
ADMISSION = "apiserver_admission_controller_admission_duration_seconds"
DEFAULTS, OURS = "Spark's defaults", "ours"
CONFIGURATIONS = {DEFAULTS: False, OURS: True}
"""Configuration -> whether the workspace's own keys for scaling are in force."""


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    release: str
    configuration: str
    wanted: int


@dataclass
class Run:
    """What one run of a case showed. Times are seconds from the job's start; pods from before it are at 0."""

    case: Case
    created: list[float]
    running: list[float]
    context_seconds: float
    """What the driver's own start took before."""
    post_ms: float
    policies_ms: float
    quota_ms: float
    """Means by the API server: a create, and in it the policies and the quota."""
    policies_within_5_ms: float
    refused: int
    requests: dict[str, int]
    cpu: dict[str, float]
    """Seconds of each process, the driver's included."""
    load: float
    """Load of the machine over the last minute, at the end."""

    def within(self, seconds: float = SECONDS) -> int:
        """Pods created by then."""
        return sum(at <= seconds for at in self.created)

    @property
    def running_within(self) -> int:
        """Pods Running within the time looked at."""
        return sum(at <= SECONDS for at in self.running)

    @property
    def all_after(self) -> float | None:
        """When the last was created; None: not all were."""
        return max(self.created) if len(self.created) >= self.case.wanted else None

    @property
    def per_second(self) -> float:
        """Rate from the first pod to the last that counts."""
        counted = [at for at in self.created if at <= SECONDS]
        return (len(counted) - 1) / max(1.0, counted[-1] - counted[0]) if len(counted) > 1 else 0.0


@dataclass
class Raw:
    """The rates of a plain client with the same pods, rules and quota; connections -> pods a second."""

    release: str
    rates: dict[int, float] = field(default_factory=dict)

    @property
    def best(self) -> float:
        """The best of them."""
        return max(self.rates.values(), default=0.0)


def cases(releases: Iterable[str], sizes: Iterable[int], repeat: int) -> list[list[Case]]:
    """The cases of each repetition, each in an order of its own."""
    table = [Case(r, c, n) for r in releases for c in CONFIGURATIONS for n in sizes]
    return [random.sample(table, len(table)) for _ in range(repeat)]


def run(platform: Platform, case: Case) -> tuple[Run, dict[str, Any] | None]:
    """One run; also gives one of the pods it created."""
    before, cpu = metrics.read(platform.metrics()), platform.cpu_seconds()
    shipped = CONFIGURATIONS[case.configuration]
    started = driver.start(platform, case.release, case.wanted, 600, {}, as_shipped=shipped)
    try:
        driver.wait_for_job(started)
        deadline = time.time() + SECONDS + 1
        while time.time() < deadline and _counted(platform) <= case.wanted:
            time.sleep(1)
        time.sleep(2)
        added = metrics.difference(before, metrics.read(platform.metrics()))
        spent = {name: round(total - cpu.get(name, 0.0), 1) for name, total in platform.cpu_seconds().items()}
        spent["driver"] = round(started.cpu_seconds(), 1)
        selector = "--selector=spark-role=executor"
        pods = (platform.kubectl.get("pods", "-n", NAMESPACE, selector) or {"items": []})["items"]
    finally:
        started.stop()
        platform.empty()
    return _result(case, started.marks, pods, added, spent), pods[0] if pods else None


def _counted(platform: Platform) -> int:
    """Pods that the quota counts, the driver's included."""
    quotas = (platform.kubectl.get("resourcequotas", "-n", NAMESPACE) or {"items": []})["items"]
    return max((int(each.get("status", {}).get("used", {}).get("count/pods", 0)) for each in quotas), default=0)


def _result(
    case: Case, marks: dict[str, float], pods: list[dict[str, Any]], added: list[metrics.Series], cpu: dict[str, float]
) -> Run:
    made = sorted(_time(each["metadata"]["creationTimestamp"]) for each in pods)
    start = marks["job"]
    ready = [
        _time(condition["lastTransitionTime"]) - start
        for each in pods
        for condition in each["status"].get("conditions", [])
        if (condition["type"], condition["status"]) == ("Ready", "True")
    ]
    posts = metrics.by(added, "apiserver_request_total", "code", **metrics.CREATES)
    policies = {"name": "ValidatingAdmissionPolicy", "operation": "CREATE", "type": "validate"}
    return Run(
        case=case,
        created=[max(0.0, at - start) for at in made],
        running=sorted(ready),
        context_seconds=round(marks["job"] - marks["context"], 1),
        post_ms=metrics.mean_ms(added, "apiserver_request_duration_seconds", **metrics.CREATES),
        policies_ms=metrics.mean_ms(added, ADMISSION, **policies),
        quota_ms=metrics.mean_ms(added, ADMISSION, name="ResourceQuota", operation="CREATE"),
        policies_within_5_ms=metrics.within(added, ADMISSION, "0.005", **policies),
        refused=int(sum(count for code, count in posts.items() if not code.startswith("2"))),
        requests={verb: int(n) for verb, n in sorted(metrics.by(added, "apiserver_request_total", "verb").items())},
        cpu=cpu,
        load=os.getloadavg()[0],
    )


def raw_rates(platform: Platform, release: str, pod: dict[str, Any]) -> Raw:
    """Create the same pod many times by a plain client, over ever more connections."""
    result = Raw(release)
    for connections in random.sample(RAW_CONNECTIONS, len(RAW_CONNECTIONS)):
        driver.make_pod(platform, "bench-driver", f"spark:{release}")
        owner = (platform.kubectl.get("pod", "bench-driver", "-n", NAMESPACE) or {})["metadata"]
        copies = [raw.copy(pod, f"raw-{connections}-{number}", owner) for number in range(RAW_PODS)]
        rate = raw.create(platform, copies, connections, platform.token())
        result.rates[connections] = round(rate.per_second, 1)
        if rate.refused:
            say(f"  {rate.refused} refused: {rate.first_refusal[:200]}")
        platform.empty()
    return result


def summary(runs: list[Run]) -> dict[Case, list[Run]]:
    """The runs of each case, cases in the table's order."""
    grouped: dict[Case, list[Run]] = {}
    for each in sorted(runs, key=lambda r: (r.case.release, r.case.wanted, r.case.configuration != DEFAULTS)):
        grouped.setdefault(each.case, []).append(each)
    return grouped


def spread(values: Iterable[float]) -> str:
    """`median (least to most)`, or one figure."""
    known = sorted(values)
    if not known:
        return "-"
    middle = f"{statistics.median(known):,.0f}"
    return middle if len(known) == 1 else f"{middle} ({known[0]:,.0f} to {known[-1]:,.0f})"


def as_json(runs: list[Run], rates: list[Raw]) -> dict[str, Any]:
    """All figures."""
    return {"runs": [asdict(each) for each in runs], "raw": [asdict(each) for each in rates]}


def _time(text: str) -> float:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
