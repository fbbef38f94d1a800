"""Spark jobs: the drivers and executors that configuration, applications and pod templates together describe."""

from dataclasses import dataclass
from typing import Any

from components.pods.sizes import MIB_PER_GIB, NON_JVM_OVERHEAD_FACTOR, OVERHEAD_FACTOR, memory_request
from policies.base.quantity import GIB
from policies.base.view import Props, View
from policies.resources.conf import MOST_EXECUTORS, Conf, conf_of
from policies.resources.pod_requests import PodRequest, is_ignored, request_of, sized, total
from policies.resources.pods import Role, pod_sets


@dataclass(frozen=True)
class SparkJob:
    """A job's pods: one driver, and executors between a smallest and a largest count (None: no upper bound)."""

    driver: PodRequest
    executor: PodRequest
    least: int
    most: int | None


def job_of(
    conf: Conf, driver_template: Props | None = None, executor_template: Props | None = None, jvm: bool = True
) -> SparkJob:
    """The pods of a job with this configuration and these pod templates."""
    driver = _ask(conf, "driver", driver_template or Props({}), jvm)
    executor = _ask(conf, "executor", executor_template or Props({}), jvm)
    if not conf.flag("spark.dynamicAllocation.enabled", False):
        count = conf.count("spark.executor.instances", 2)
        return SparkJob(driver, executor, count, count)
    least = conf.count("spark.dynamicAllocation.minExecutors", 0)
    most = conf.get("spark.dynamicAllocation.maxExecutors", "").strip()
    unbounded = most in ("", "infinity", str(MOST_EXECUTORS))
    return SparkJob(
        driver, executor, least, None if unbounded else conf.count("spark.dynamicAllocation.maxExecutors", 0)
    )


@dataclass(frozen=True)
class SizedPod:
    """A pod whose size is known, and the size it would have without its sidecars."""

    where: str
    role: Role
    pod: Props
    request: PodRequest
    bare: PodRequest


def sized_pods(view: View) -> list[SizedPod]:
    """Every pod a resource describes, with its size: workloads, chart values, and the jobs of spark-defaults."""
    conf = conf_of(view)
    result: list[SizedPod] = []
    for pods in pod_sets(view):
        if not pods.filled_by_spark:
            bare = Props({**pods.pod.data, "spec": _first_container(pods.pod)}, pods.pod.path)
            result.append(SizedPod(pods.where, pods.role, pods.pod, request_of(pods.pod), request_of(bare)))
        elif conf is not None and pods.role in ("driver", "executor"):
            bare = Props({**pods.pod.data, "spec": {}}, pods.pod.path)
            whole, alone = _ask(conf, pods.role, pods.pod, True), _ask(conf, pods.role, bare, True)
            result.append(SizedPod(pods.where, pods.role, pods.pod, whole, alone))
    return result


def _first_container(pod: Props) -> dict[str, Any]:
    containers = [c.data for c in pod.each("spec", "containers")]
    return {"containers": containers[:1]}


def default_job(view: View) -> SparkJob | None:
    """The job that spark-defaults describe: what an author gets who sets nothing. None without spark-defaults."""
    conf = conf_of(view)
    if conf is None:
        return None
    templates = {p.role: p.pod for p in pod_sets(view)}
    return job_of(conf, templates.get("driver"), templates.get("executor"))


def _ask(conf: Conf, role: str, template: Props, jvm: bool) -> PodRequest:
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
        conf.mib("spark.memory.offHeap.size", "0", "b")
        if executor and conf.flag("spark.memory.offHeap.enabled", False)
        else 0,
    )
    sidecars = [c for c in template.each("spec", "containers")[1:] if not is_ignored(c)]
    return sized(template, vcpu + total(sidecars, "cpu", template), mib / MIB_PER_GIB + _gib(sidecars, template))


def _gib(containers: list[Props], template: Props) -> float:
    return total(containers, "memory", template) / GIB
