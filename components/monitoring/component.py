"""Monitoring: alert rules, scrape targets and dashboards of the whole platform."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from ..base.constants import (
    LABEL_COMPONENT,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    LABEL_ROLE,
    LABEL_SPARK_ROLE,
    PROJECT,
)
from ..pods.parts import restricted_namespace
from .alerts import rule_groups
from .args import MonitoringArguments
from .dashboards import Dashboard, dashboards
from .inputs import MonitoringInputs

API = "monitoring.coreos.com/v1"


class Monitoring(pulumi.ComponentResource):
    """Dashboards for Grafana and, where the cluster has the CRDs, alert rules and scrape targets.

    ```python
    from spark_on_ack import Monitoring
    Monitoring("monitoring", {"job_namespaces": ["spark-payments"]})
    ```

    Covers the shuffle service, the Spark operator and the teams' namespaces, as far as they are given. Without the
    CRDs of `monitoring.coreos.com/v1` (`crds: false`) pods are scraped by their own annotations, and only the
    dashboards are created. Only drivers are scraped: a driver reports for all of its executors, so a job of a
    thousand pods is one target.

    Pod and quota figures need kube-state-metrics in the cluster (part of ACK's managed Prometheus).
    """

    namespace: pulumi.Output[str]
    """Namespace of the rules and dashboards."""
    dashboard_links: pulumi.Output[list[str]]
    """The dashboards: addresses in Grafana, or titles when Grafana's address is not given."""
    alert_names: pulumi.Output[list[str]]
    """Names of the alerts; empty without the CRDs."""

    def __init__(self, name: str, args: MonitoringArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:Monitoring", name, None, opts)
        inputs = MonitoringInputs.of(args, f"Monitoring {name}")
        boards, groups = dashboards(inputs), rule_groups(inputs) if inputs.crds else []
        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": inputs.namespace, "labels": _namespace_labels()},
            opts=pulumi.ResourceOptions(parent=self),
        )
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        if boards:
            k8s.core.v1.ConfigMap(
                f"{name}-dashboards",
                metadata=_metadata(inputs.namespace, "dashboards", {inputs.dashboard_label: "1"}),
                data={f"{d.uid}.json": d.to_json() for d in boards},
                opts=inside,
            )
        if groups:
            _custom(f"{name}-alerts", "PrometheusRule", inputs, "alerts", {"groups": groups}, inside)
        for part, spec in scrape_targets(inputs).items():
            _custom(f"{name}-{part}", "PodMonitor", inputs, part, spec, inside)
        self.namespace = pulumi.Output.from_input(inputs.namespace)
        self.dashboard_links = pulumi.Output.from_input([_link(inputs, d) for d in boards])
        self.alert_names = pulumi.Output.from_input([r["alert"] for g in groups for r in g["rules"]])
        self.register_outputs(
            {
                "namespace": self.namespace,
                "dashboardLinks": self.dashboard_links,
                "alertNames": self.alert_names,
            }
        )


def scrape_targets(inputs: MonitoringInputs) -> dict[str, dict[str, Any]]:
    """Name -> spec of the PodMonitors; none without the CRDs."""
    if not inputs.crds:
        return {}
    targets: dict[str, dict[str, Any]] = {}
    if inputs.operator_namespace:
        # honorLabels: the metric's own `namespace` is the job's, and is the one that counts
        endpoint = {"port": "metrics", "path": "/metrics", "honorLabels": True}
        targets["operator"] = _target([inputs.operator_namespace], {LABEL_COMPONENT: "controller"}, [endpoint])
    if inputs.shuffle_namespace:
        endpoint = {"port": "http", "path": "/metrics/prometheus"}
        targets["shuffle"] = _target([inputs.shuffle_namespace], {LABEL_NAME: "celeborn"}, [endpoint])
    if inputs.job_namespaces:
        paths = ("/metrics/executors/prometheus/", "/metrics/driver/prometheus/")
        endpoints = [{"port": "spark-ui", "path": p} for p in paths]
        targets["drivers"] = _target(list(inputs.job_namespaces), {LABEL_SPARK_ROLE: "driver"}, endpoints)
    return targets


def _target(namespaces: list[str], labels: dict[str, str], endpoints: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchNames": namespaces},
        "selector": {"matchLabels": labels},
        "podMetricsEndpoints": [{**e, "interval": "30s"} for e in endpoints],
    }


def _custom(
    name: str, kind: str, inputs: MonitoringInputs, part: str, spec: dict[str, Any], opts: pulumi.ResourceOptions
) -> None:
    metadata = _metadata(inputs.namespace, part, inputs.labels)
    k8s.apiextensions.CustomResource(name, api_version=API, kind=kind, metadata=metadata, spec=spec, opts=opts)


def _link(inputs: MonitoringInputs, dashboard: Dashboard) -> str:
    return f"{inputs.grafana_url.rstrip('/')}/d/{dashboard.uid}" if inputs.grafana_url else dashboard.title


def _namespace_labels() -> dict[str, str]:
    own = {LABEL_NAME: "spark-monitoring", LABEL_MANAGED_BY: PROJECT, LABEL_ROLE: "monitoring"}
    return {**own, **restricted_namespace()}


def _metadata(namespace: str, part: str, labels: dict[str, str]) -> ObjectMetaArgsDict:
    own = {LABEL_NAME: "spark-monitoring", LABEL_COMPONENT: part, LABEL_MANAGED_BY: PROJECT}
    return {"name": f"spark-{part}", "namespace": namespace, "labels": {**labels, **own}}
