"""A Spark job's pods: driver and executors as configuration, SparkApplication and pod templates say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.pods.sizes import MIB_PER_GIB, NON_JVM_OVERHEAD_FACTOR, OVERHEAD_FACTOR, memory_request
from policies.base.quantity import GIB, quantity
from policies.base.view import Props, Unreadable, View
from policies.cost.model.pods import PodAsk, ask_of, is_ignored, sized, total
from policies.cost.model.workloads import CONFIG_MAP, Role, pod_sets

APPLICATION = "kubernetes:sparkoperator.k8s.io/v1beta2:SparkApplication"
SCHEDULED = "kubernetes:sparkoperator.k8s.io/v1beta2:ScheduledSparkApplication"
WITH_CONF = (CONFIG_MAP, APPLICATION, SCHEDULED)
"""Types that may hold Spark configuration."""
DEFAULTS_KEY = "spark-defaults.conf"

_MIB = {"": 1.0, "b": 2**-20, "k": 2**-10, "m": 1.0, "g": 2.0**10, "t": 2.0**20, "p": 2.0**30}
_SECONDS = {"": 1.0, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
# SparkApplication field -> Spark key, as the operator's submission writes them ({role}: driver, executor)
_ROLE_FIELDS = {
    "cores": "spark.{role}.cores",
    "coreRequest": "spark.kubernetes.{role}.request.cores",
    "coreLimit": "spark.kubernetes.{role}.limit.cores",
    "memory": "spark.{role}.memory",
    "memoryOverhead": "spark.{role}.memoryOverhead",
    "instances": "spark.{role}.instances",
}
_DYNAMIC_FIELDS = {
    "enabled": "spark.dynamicAllocation.enabled",
    "initialExecutors": "spark.dynamicAllocation.initialExecutors",
    "minExecutors": "spark.dynamicAllocation.minExecutors",
    "maxExecutors": "spark.dynamicAllocation.maxExecutors",
    "shuffleTrackingEnabled": "spark.dynamicAllocation.shuffleTracking.enabled",
}


class Conf(dict[str, str]):
    """Spark configuration with the types of its values; wrong ones raise `Unreadable` with the key."""

    def mib(self, key: str, default: str) -> int:
        """A size in MiB; Spark's plain numbers are MiB."""
        return round(self._scaled(key, default, _MIB, "a size such as 512m or 14g"))

    def seconds(self, key: str, default: str) -> float:
        """A duration in seconds."""
        return self._scaled(key, default, _SECONDS, "a duration such as 10s or 5min")

    def number(self, key: str, default: float) -> float:
        """A number; CPU quantities (`500m`) are read as cores."""
        try:
            return quantity(self.get(key, str(default)).strip())
        except ValueError:
            raise Unreadable(key, "a number") from None

    def flag(self, key: str, default: bool) -> bool:
        """A truth value."""
        text = self.get(key, str(default)).strip().lower()
        if text not in ("true", "false"):
            raise Unreadable(key, "true or false")
        return text == "true"

    def _scaled(self, key: str, default: str, units: Mapping[str, float], words: str) -> float:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]*?)b?", self.get(key, default).strip().lower())
        if not found or found[2] not in units:
            raise Unreadable(key, words)
        return float(found[1]) * units[found[2]]


@dataclass(frozen=True)
class SparkJob:
    """A job's pods: one driver, and executors between a smallest and a largest count (None: no upper bound)."""

    driver: PodAsk
    executor: PodAsk
    least: int
    most: int | None


def parse_conf(text: str) -> Conf:
    """spark-defaults.conf: `key value` or `key=value` a line, # comments."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (re.split(r"\s*[=\s]\s*", line, maxsplit=1) for line in lines if line and not line.startswith("#"))
    return Conf((p[0], p[1] if len(p) > 1 else "") for p in pairs)


def conf_of(view: View) -> Conf | None:
    """The Spark configuration in a resource: a spark-defaults ConfigMap or an application; None without one."""
    if view.type == CONFIG_MAP:
        text = view.props.text("data", DEFAULTS_KEY) if view.props.has("data") else None
        return None if text is None else parse_conf(text)
    if view.type in (APPLICATION, SCHEDULED):
        return conf_of_application(spec_of(view.props))
    return None


def spec_of(manifest: Props) -> Props:
    """The SparkApplication's spec, also inside a ScheduledSparkApplication."""
    return manifest.at("spec", "template") if manifest.has("spec", "schedule") else manifest.at("spec")


def conf_of_application(spec: Props) -> Conf:
    """A SparkApplication's fields as Spark keys; like the operator's, they win over its sparkConf."""
    conf = Conf((k, _word(spec.raw("sparkConf", k))) for k in spec.keys("sparkConf"))
    for role in ("driver", "executor"):
        for name, key in _ROLE_FIELDS.items():
            if spec.has(role, name):
                conf[key.format(role=role)] = _word(spec.raw(role, name))
    if spec.has("memoryOverheadFactor"):
        conf["spark.kubernetes.memoryOverheadFactor"] = _word(spec.raw("memoryOverheadFactor"))
    if spec.has("dynamicAllocation"):
        # the operator's block turns shuffle tracking on unless it says otherwise
        conf["spark.dynamicAllocation.shuffleTracking.enabled"] = "true"
        for name, key in _DYNAMIC_FIELDS.items():
            if spec.has("dynamicAllocation", name):
                conf[key] = _word(spec.raw("dynamicAllocation", name))
    return conf


def _word(value: Any) -> str:  # noqa: ANN401 - a YAML scalar
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def job_of(
    conf: Conf, driver_template: Props | None = None, executor_template: Props | None = None, jvm: bool = True
) -> SparkJob:
    """The pods of a job with this configuration and these pod templates."""
    driver = _ask(conf, "driver", driver_template or Props({}), jvm)
    executor = _ask(conf, "executor", executor_template or Props({}), jvm)
    if not conf.flag("spark.dynamicAllocation.enabled", False):
        count = int(conf.number("spark.executor.instances", 2))
        return SparkJob(driver, executor, count, count)
    least = int(conf.number("spark.dynamicAllocation.minExecutors", 0))
    most = conf.get("spark.dynamicAllocation.maxExecutors")
    bound = None if most in (None, "infinity") else int(conf.number("spark.dynamicAllocation.maxExecutors", 0))
    return SparkJob(driver, executor, least, bound)


@dataclass(frozen=True)
class SizedPod:
    """A pod whose size is known, and the size it would have without its sidecars."""

    where: str
    role: Role
    pod: Props
    ask: PodAsk
    bare: PodAsk


def sized_pods(view: View) -> list[SizedPod]:
    """Every pod a resource describes with its size: workloads, chart values, and the jobs of spark-defaults."""
    conf = conf_of(view)
    found: list[SizedPod] = []
    for pods in pod_sets(view):
        if not pods.filled_by_spark:
            bare = Props({**pods.pod.data, "spec": _first_container(pods.pod)}, pods.pod.path)
            found.append(SizedPod(pods.where, pods.role, pods.pod, ask_of(pods.pod), ask_of(bare)))
        elif conf is not None and pods.role in ("driver", "executor"):
            bare = Props({**pods.pod.data, "spec": {}}, pods.pod.path)
            whole, alone = _ask(conf, pods.role, pods.pod, True), _ask(conf, pods.role, bare, True)
            found.append(SizedPod(pods.where, pods.role, pods.pod, whole, alone))
    return found


def _first_container(pod: Props) -> dict[str, Any]:
    containers = [c.data for c in pod.each("spec", "containers")]
    return {"containers": containers[:1]}


def default_job(view: View) -> SparkJob | None:
    """The job a spark-defaults ConfigMap describes for those who say nothing."""
    conf = conf_of(view)
    if conf is None:
        return None
    templates = {p.role: p.pod for p in pod_sets(view)}
    return job_of(conf, templates.get("driver"), templates.get("executor"))


def _ask(conf: Conf, role: str, template: Props, jvm: bool) -> PodAsk:
    cores = conf.number(f"spark.{role}.cores", 1)
    request = conf.number(f"spark.kubernetes.{role}.request.cores", cores)
    vcpu = conf.number(f"spark.kubernetes.{role}.limit.cores", request)
    factor = OVERHEAD_FACTOR if jvm else NON_JVM_OVERHEAD_FACTOR
    factor = conf.number("spark.kubernetes.memoryOverheadFactor", factor)
    factor = conf.number(f"spark.{role}.memoryOverheadFactor", factor)
    overhead = f"spark.{role}.memoryOverhead"
    executor = role == "executor"
    mib = memory_request(
        conf.mib(f"spark.{role}.memory", "1g"),
        factor,
        conf.mib(overhead, "0") if overhead in conf else None,
        conf.mib("spark.executor.pyspark.memory", "0") if executor and not jvm else 0,
        conf.mib("spark.memory.offHeap.size", "0")
        if executor and conf.flag("spark.memory.offHeap.enabled", False)
        else 0,
    )
    sidecars = [c for c in template.each("spec", "containers")[1:] if not is_ignored(c)]
    return sized(template, vcpu + total(sidecars, "cpu", template), mib / MIB_PER_GIB + _gib(sidecars, template))


def _gib(containers: list[Props], template: Props) -> float:
    return total(containers, "memory", template) / GIB
