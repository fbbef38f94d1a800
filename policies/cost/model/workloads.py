"""The pods behind resources: templates of workloads, pod templates in ConfigMaps, and a chart's values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import yaml

from components.base.constants import LABEL_SPARK_ROLE
from policies.base.view import Props, Unreadable, View

TEMPLATES: dict[str, tuple[str, ...]] = {
    "kubernetes:core/v1:Pod": (),
    "kubernetes:core/v1:ReplicationController": ("spec", "template"),
    "kubernetes:apps/v1:Deployment": ("spec", "template"),
    "kubernetes:apps/v1:StatefulSet": ("spec", "template"),
    "kubernetes:apps/v1:ReplicaSet": ("spec", "template"),
    "kubernetes:apps/v1:DaemonSet": ("spec", "template"),
    "kubernetes:batch/v1:Job": ("spec", "template"),
    "kubernetes:batch/v1:CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Type token -> where its pod template is."""
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
CHART = "kubernetes:helm.sh/v4:Chart"
WORKLOADS = (*TEMPLATES, CHART)
WITH_PODS = (*WORKLOADS, CONFIG_MAP)
"""Every type in which pods are described."""
PODS_OF_CHART = {"spark-operator": ("controller", "webhook")}
"""Chart -> values that each describe pods: `replicas`, `resources`, `annotations`, `labels`."""
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The compiled reader where there is one: templates of a hundred workspaces are most of the time of an estimate."""

Role = Literal["service", "job", "driver", "executor"]


@dataclass(frozen=True)
class PodSet:
    """Equal pods: where they are described, how many, what for."""

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
    def own_containers(self) -> list[Props]:
        """The containers whose sizes are said here: all, or without the one Spark fills (its first)."""
        containers = self.pod.each("spec", "containers")
        return containers[1:] if self.filled_by_spark else containers


def pod_sets(view: View) -> list[PodSet]:
    """The pods a resource stands for; none for other resources."""
    if view.type in TEMPLATES:
        return [_of_template(view)]
    if view.type == CONFIG_MAP:
        return list(_of_config_map(view))
    if view.type == CHART:
        return list(_of_chart(view))
    return []


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
        except yaml.YAMLError:
            raise Unreadable(f"data.{key}", "a pod template in JSON or YAML") from None
        role: Role = "executor" if "executor" in key else "driver"
        yield PodSet(view, Props(data, ("data", key)).at(), 1.0, role, f"data.{key}")


def _of_chart(view: View) -> Iterator[PodSet]:
    chart = (view.props.text("chart") or "").rstrip("/").rsplit("/", 1)[-1]
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
