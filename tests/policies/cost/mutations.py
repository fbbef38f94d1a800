"""For every cost rule a change of the clean platform that breaks just this rule."""

import copy
from typing import Any

from replay.graph import Graph, Resource
from tests.policies.graphs import (
    ECI,
    PENDING,
    SPOT,
    TAGS,
    Change,
    get,
    job_data,
    kubernetes,
    resource,
    ros_rules,
    ros_template,
    template,
)

WORKER, MASTER, CLUSTER = "celeborn-worker", "celeborn-master", "cluster"
DEFAULTS, QUOTA = "spark-a-spark-defaults", "spark-a-quota"


def pod(graph: Graph, name: str = WORKER) -> dict[str, Any]:
    template_of_pod: dict[str, Any] = get(graph, name)["spec"]["template"]
    return template_of_pod


def size(graph: Graph, name: str, cpu: str, memory: str) -> None:
    resources = {"cpu": cpu, "memory": memory}
    pod(graph, name)["spec"]["containers"][0]["resources"] = {"requests": resources, "limits": resources}


def note(key: str, value: str, name: str = WORKER) -> Change:
    return lambda g: pod(g, name)["metadata"]["annotations"].update({ECI + key: value})


def conf(**changes: str) -> Change:
    full = {f"spark.{k.replace('__', '.')}": v for k, v in changes.items()}
    return lambda g: get(g, DEFAULTS).update(data=job_data(full))


def jobs(**templates: Any) -> Change:
    return lambda g: get(g, DEFAULTS).update(data=job_data(**templates))


def put_in(name: str, **values: Any) -> Change:
    return lambda g: get(g, name).update(values)


def spec_of(name: str, **values: Any) -> Change:
    return lambda g: get(g, name)["spec"].update(values)


def add(resource: Resource) -> Change:
    return lambda g: g.resources.append(copy.deepcopy(resource))  # tests change what they are given


def claim(key: str, value: Any) -> Change:
    return lambda g: get(g, WORKER)["spec"]["volumeClaimTemplates"][0]["spec"].update({key: value})


def sidecar(graph: Graph) -> None:
    resources = {"cpu": "250m", "memory": "512Mi"}
    extra = {"name": "agent", "resources": {"requests": resources, "limits": resources}}
    # 2/4 and 0.25/0.5 make 4/6 in Hangzhou, which the waste rule would notice as well (FIGURES quiets it)
    pod(graph, MASTER)["spec"]["containers"].append(extra)


def template_bucket(**changes: Any) -> Change:
    bucket = {"EnableOssHdfsService": True, "RedundancyType": "LRS", "LifecycleConfiguration": {"Rule": ros_rules()}}
    return put_in("hdfs", templateBody=ros_template(bucket | changes))


def hard(**changes: Any) -> Change:
    names = {k.replace("__", "."): v for k, v in changes.items()}
    return lambda g: get(g, QUOTA)["spec"]["hard"].update(names)


def expensive(graph: Graph) -> None:
    size(graph, WORKER, "64", "128Gi")
    get(graph, WORKER)["spec"]["replicas"] = 1


def unbounded(graph: Graph) -> None:
    del get(graph, QUOTA)["spec"]["hard"]["services.loadbalancers"]


MUTATIONS: dict[str, Change] = {
    "requests-and-limits": lambda g: pod(g)["spec"].update(initContainers=[{"name": "prepare"}]),
    "size-off-table": lambda g: size(g, MASTER, "2", "4500Mi"),
    "sidecar-size": sidecar,
    "instance-type": note("eci-instance-family", "ecs.c6"),
    "pod-price": expensive,
    "pending-limit": jobs(
        executor=template("executor", None, **PENDING | SPOT | {f"{ECI}eci-max-pending-minute": "240"})
    ),
    "ephemeral-storage": note("eci-extra-ephemeral-storage", "200Gi"),
    "pod-address": note("eci-with-eip", "true"),
    "pod-tags": note("eci-custom-tags", "team:a"),
    "no-spot-driver": jobs(driver=template("driver", None, **PENDING, **SPOT)),
    "spot-service": note("eci-spot-strategy", "SpotAsPriceGo"),
    "executors-on-spot": jobs(executor=template("executor", None, **PENDING)),
    "spot-fallback": jobs(
        executor=template("executor", None, **PENDING, **{f"{ECI}eci-spot-strategy": "SpotAsPriceGo"})
    ),
    "spot-size": conf(executor__cores="2", executor__memory="7g", executor__memoryOverhead="992m"),
    "disk-size": claim("resources", {"requests": {"storage": "5Ti"}}),
    "disk-class": claim("storageClassName", "alicloud-disk-ssd"),
    "disk-performance": put_in("-essd", parameters={"performanceLevel": "PL1,PL3"}),
    "disk-left-behind": spec_of(WORKER, persistentVolumeClaimRetentionPolicy={"whenScaled": "Retain"}),
    "shuffle-tracking": conf(dynamicAllocation__shuffleTracking__enabled="true"),
    "idle-timeout": conf(dynamicAllocation__executorIdleTimeout="5min"),
    "idle-executors": conf(dynamicAllocation__minExecutors="20"),
    "job-price": conf(
        executor__cores="16",
        executor__memory="56g",
        executor__memoryOverhead="8g",
        dynamicAllocation__maxExecutors="180",
    ),
    "max-executors": conf(dynamicAllocation__maxExecutors="210"),
    "executor-share": conf(executor__cores="1", executor__memory="3g", executor__memoryOverhead="1g"),
    "cloud-tags": put_in("vpc", tags={"owner": "me"}),
    "cluster-nat": put_in(CLUSTER, newNatGateway=True),
    "nat-gateway": add(resource("alicloud:vpc/natGateway:NatGateway", "nat", {"tags": TAGS})),
    "public-api-server": put_in(CLUSTER, slbInternetEnabled=True),
    "load-balancer": add(kubernetes("core/v1:Service", "history", "ui", spec={"type": "LoadBalancer"})),
    "log-retention": put_in("logs", retentionPeriod=3650),
    "cluster-tier": put_in(CLUSTER, clusterSpec="ack.pro.4xlarge"),
    "bucket-redundancy": put_in("files", redundancyType="ZRS"),
    "unfinished-uploads": put_in("files", lifecycleRules=[]),
    "hdfs-lifecycle": template_bucket(
        LifecycleConfiguration={"Rule": [*ros_rules(), {"Prefix": "", "Expiration": {"Days": 3}}]}
    ),
    "idle-ceiling": spec_of(WORKER, replicas=12),
    "monthly-budget": hard(limits__cpu="16000", limits__memory="32000Gi"),
    "namespace-ceiling": hard(limits__cpu="5000", limits__memory="10000Gi"),
    "quota-bounds": unbounded,
    "team-budget": lambda g: get(g, "-spark-a")["metadata"].update(
        annotations={"spark-on-ack.io/monthly-budget-cny": "20000"}
    ),
    "quota-ramp-up": hard(pods="9000"),
    "price-age": lambda g: None,
}
"""Rule id -> the change. What a rule needs beside a change is in FIGURES."""

QUIET: dict[str, dict[str, Any]] = {"price-age": {"max_days": 100_000}}
"""Figures under which the clean platform is clean on any day."""

FIGURES: dict[str, dict[str, Any]] = {
    "price-age": {"price-age": {"max_days": 1}},
    "sidecar-size": {"size-off-table": {"max_waste_percent": 90}},
    "spot-size": {"size-off-table": {"max_waste_percent": 90}},
    "executor-share": {"size-off-table": {"max_waste_percent": 90}, "spot-size": "disabled"},
    "size-off-table": {},
    "pod-price": {"idle-ceiling": {"max_cny_per_hour": 50}},
    "monthly-budget": {"namespace-ceiling": {"max_cny_per_hour": 10_000}},
    "namespace-ceiling": {"monthly-budget": {"max_cny_per_month": 10_000_000}},
}
"""Rule id -> further configuration, so that its change breaks no other rule."""


def config_for(rule: str) -> dict[str, Any]:
    """The JSON under which the change of `rule` breaks just that rule."""
    return {"all": "mandatory"} | QUIET | FIGURES.get(rule, {})
