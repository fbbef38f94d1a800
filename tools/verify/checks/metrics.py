"""Whether what alerts look at is there."""

import re
from functools import cache

from tools.sandbox.console import SandboxError
from tools.verify.check import CannotAskError, FailedError, check
from tools.verify.deployed import Json
from tools.verify.platform import Platform

FUNCTIONS = {
    "abs", "absent", "and", "avg", "bool", "by", "count", "histogram_quantile", "ignoring", "increase", "ln", "max",
    "max_over_time", "min", "min_over_time", "offset", "on", "or", "rate", "sum", "time", "unless", "without",
}  # fmt: skip
"""Words of PromQL that are not names of metrics."""
SCRAPED = ("operator", "shuffle")
"""Roles of namespaces whose pods serve metrics; those of nodes and of kube-state-metrics are the cluster's."""


@check(
    "metrics", "the metrics that alerts look at are served by the operator and the shuffle service", needs=["workloads"]
)
def metrics(platform: Platform) -> str:
    """Names in the alerts' expressions against what the pods' own endpoints serve now."""
    rules = [rule for each in platform.graph.of_type("PrometheusRule") for rule in _rules(each.inputs)]
    if not rules:
        raise CannotAskError("the stack renders no alert rules (monitoring.crds)")
    known = set().union(*(_served(platform, space) for role in SCRAPED for space in platform.namespaces(role)))
    wanted = {name for rule in rules for name in names(rule["expr"]) if name.startswith(("spark_", "metrics_"))}
    missing = sorted(name for name in wanted if name not in known)
    if missing:
        raise FailedError(f"not served: {', '.join(missing)}", "the alerts on them never fire; report this")
    return f"{len(wanted)} metrics of {len(rules)} alerts are served"


def _rules(inputs: Json) -> list[Json]:
    return [rule for group in inputs["spec"]["groups"] for rule in group["rules"]]


def names(expression: str) -> set[str]:
    """Names of metrics in a PromQL expression."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\"[^\"]*\"|(?:by|without|on|ignoring)\s*\([^)]*\)", " ", expression)
    return {word for word in re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", bare) if word not in FUNCTIONS}


@cache
def _served(platform: Platform, space: str) -> set[str]:
    try:
        pods = platform.cluster.get("pods", "-n", space)["items"]
    except SandboxError:
        return set()
    found: set[str] = set()
    for each in pods:
        notes = each["metadata"].get("annotations", {})
        if notes.get("prometheus.io/scrape") != "true":
            continue
        port, path = notes.get("prometheus.io/port", "8080"), notes.get("prometheus.io/path", "/metrics")
        raw = f"/api/v1/namespaces/{space}/pods/{each['metadata']['name']}:{port}/proxy{path}"
        answer = platform.cluster.kubectl("get", "--raw", raw).stdout
        found |= set(re.findall(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)[ {]", answer, re.MULTILINE))
    return found
