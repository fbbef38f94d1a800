"""The pods behind resources: templates of workloads and applications, templates in ConfigMaps, and a chart's values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import yaml

from components.base.constants import LABEL_SPARK_ROLE
from policies.base.view import Props, Unreadable, View
from policies.resources.conf import APPLICATIONS, spec_of
from policies.resources.types import (
    CHART,
    CONFIG_MAP,
    CRON_JOB,
    DAEMON_SET,
    DEPLOYMENT,
    JOB,
    POD,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    STATEFUL_SET,
)

TEMPLATES: dict[str, tuple[str, ...]] = {
    POD: (),
    REPLICATION_CONTROLLER: ("spec", "template"),
    DEPLOYMENT: ("spec", "template"),
    STATEFUL_SET: ("spec", "template"),
    REPLICA_SET: ("spec", "template"),
    DAEMON_SET: ("spec", "template"),
    JOB: ("spec", "template"),
    CRON_JOB: ("spec", "jobTemplate", "spec", "template"),
}
"""Type token -> path of its pod template."""
WORKLOADS = (*TEMPLATES, CHART)
WITH_PODS = (*WORKLOADS, CONFIG_MAP)
"""Every type that describes pods, but for applications: what they ask for depends on their configuration."""
WITH_JOBS = (*WITH_PODS, *APPLICATIONS)
"""Every type that describes a pod or a job."""
PODS_OF_CHART = {"spark-operator": ("controller", "webhook")}
"""Chart -> values that each describe pods: `replicas`, `resources`, `annotations`, `labels`."""
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The compiled reader where there is one: templates of a hundred workspaces are most of the time of an estimate."""

Role = Literal["service", "job", "driver", "executor"]


@dataclass(frozen=True)
class PodSet:
    """Equal pods: where they are described, how many there are, and what they do."""

    view: View
    pod: Props
    """`metadata` and `spec` of one pod."""
    count: float
    role: Role
    where: str
    """Path of the description, for messages."""

    @property
    def filled_by_spark(self) -> bool:
        """True for a Spark template: Spark itself writes the size of its main container."""
        return self.view.type == CONFIG_MAP

    @property
    def is_job(self) -> bool:
        """True for a driver or an executor; messages about other pods speak of no jobs."""
        return self.role in ("driver", "executor")

    @property
    def own_containers(self) -> list[Props]:
        """The containers whose sizes are written here: all of them, or all but the first, which Spark fills."""
        containers = self.pod.each("spec", "containers")
        return containers[1:] if self.filled_by_spark else containers


def pod_sets(view: View) -> list[PodSet]:
    """The pods that a workload, a chart or a ConfigMap stands for; none for other resources."""
    if view.type in TEMPLATES:
        return [_of_template(view)]
    if view.type == CONFIG_MAP:
        return list(_of_config_map(view))
    if view.type == CHART:
        return list(_of_chart(view))
    return []


def job_pods(view: View) -> list[PodSet]:
    """All pods a resource describes, with the driver and executor templates of applications."""
    if view.type not in APPLICATIONS:
        return pod_sets(view)
    spec = spec_of(view.props)
    driver, executor = spec.at("driver", "template"), spec.at("executor", "template")
    return [
        PodSet(view, driver, 1, "driver", driver.where()),
        PodSet(view, executor, 1, "executor", executor.where()),
    ]


def drivers_and_executors(view: View) -> Iterator[PodSet]:
    """Those of a resource's pods that are drivers or executors."""
    return (pods for pods in job_pods(view) if pods.is_job)


def containers(pod: Props) -> list[Props]:
    """All containers of a pod, init containers included."""
    return [*pod.each("spec", "containers"), *pod.each("spec", "initContainers")]


def chart_of(view: View) -> str:
    """The name a chart's reference ends in (`spark-operator-2.5.2.tgz`); empty without one."""
    return (view.props.text("chart") or "").rstrip("/").rsplit("/", 1)[-1]


def _of_template(view: View) -> PodSet:
    steps = TEMPLATES[view.type]
    replicas = view.props.number("spec", "replicas") if len(steps) == 2 else None
    pod = view.props.at(*steps)
    role: Role = _role(pod) or ("job" if view.kind in ("Job", "CronJob") else "service")
    return PodSet(view, pod, 1.0 if replicas is None else replicas, role, ".".join(steps) or "spec")


def _role(pod: Props) -> Role | None:
    label = pod.text("metadata", "labels", LABEL_SPARK_ROLE)
    return "driver" if label == "driver" else "executor" if label == "executor" else None


def _of_config_map(view: View) -> Iterator[PodSet]:
    """Pod templates kept as text: keys that end in .json or .yaml and hold an object of kind Pod."""
    for key in view.props.keys("data"):
        if not key.endswith((".json", ".yaml", ".yml")) or "template" not in key:
            continue
        text = view.props.text("data", key) or ""
        try:
            data = yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader
        except (yaml.YAMLError, ValueError, RecursionError):  # a date that is none is a ValueError
            raise Unreadable(f"data.{key}", "a pod template in JSON or YAML") from None
        role: Role = "executor" if "executor" in key else "driver"
        yield PodSet(view, Props(data, ("data", key)).at(), 1.0, role, f"data.{key}")


def _of_chart(view: View) -> Iterator[PodSet]:
    chart = chart_of(view)
    known = next((parts for name, parts in PODS_OF_CHART.items() if chart.startswith(name)), ())
    for part in known:
        values = view.props.at("values", part)
        if not values.data or values.flag("enable") is False:
            continue
        main = {"name": part, "resources": values.at("resources").data}
        extra = values.raw("sidecars") or []
        metadata = {"annotations": values.at("annotations").data, "labels": values.at("labels").data}
        pod = {"metadata": metadata, "spec": {"containers": [main, *extra]}}
        replicas = values.number("replicas")
        count = 1.0 if replicas is None else replicas
        yield PodSet(view, Props(pod, ("values", part)), count, "service", f"values.{part}")
