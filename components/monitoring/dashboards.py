"""Grafana dashboards as data: a few panels for each question, built from one panel function."""

import json
from dataclasses import dataclass
from typing import Any

from .alerts import matchers
from .inputs import MonitoringInputs

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24
WIDTH, HEIGHT = 8, 8
RUNNING = 'kube_pod_status_phase{phase="Running"} == 1'


@dataclass(frozen=True)
class Panel:
    """One graph: `expr` in PromQL, `unit` and `legend` in Grafana's words."""

    title: str
    expr: str
    legend: str = "{{namespace}}"
    unit: str = "short"


@dataclass(frozen=True)
class Dashboard:
    """A dashboard; `uid` is part of its address in Grafana and never changes."""

    uid: str
    title: str
    panels: list[Panel]

    def to_json(self) -> str:
        """The dashboard as Grafana reads it."""
        source = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
        content = {
            "uid": self.uid,
            "title": self.title,
            "tags": ["spark-on-ack"],
            "schemaVersion": 39,
            "editable": False,
            "refresh": "30s",
            "time": {"from": "now-3h", "to": "now"},
            "templating": {"list": [source]},
            "panels": [_panel(i, p) for i, p in enumerate(self.panels)],
        }
        return json.dumps(content, indent=1, sort_keys=True)


def dashboards(inputs: MonitoringInputs) -> list[Dashboard]:
    """The dashboards for what is watched."""
    boards = []
    if inputs.shuffle_namespace is not None:
        boards.append(Dashboard("spark-shuffle", "Spark: shuffle service", _shuffle(inputs)))
    if inputs.operator_namespace is not None:
        boards.append(Dashboard("spark-operator", "Spark: submission of jobs", _operator(inputs)))
    if inputs.job_namespaces:
        boards.append(Dashboard("spark-teams", "Spark: executors and cost of the teams", _teams(inputs)))
        boards.append(Dashboard("spark-quotas", "Spark: quotas of the teams", _quotas(inputs)))
    return boards


def job_label(inputs: MonitoringInputs) -> str:
    """The label with the job's namespace on the operator's metrics.

    Prometheus sets `namespace` to the operator's own and moves the metric's label aside, unless a monitor says
    honorLabels, as ours does.
    """
    return "namespace" if inputs.crds else "exported_namespace"


def _panel(index: int, panel: Panel) -> dict[str, Any]:
    per_row = COLUMNS // WIDTH
    return {
        "id": index + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": DATASOURCE,
        "gridPos": {"x": index % per_row * WIDTH, "y": index // per_row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": DATASOURCE, "expr": panel.expr, "legendFormat": panel.legend}],
    }


def _shuffle(inputs: MonitoringInputs) -> list[Panel]:
    here = f"{{{matchers(inputs)['shuffle']}}}"
    instance = "{{instance}}"
    return [
        Panel("Leading masters", f"sum(max by (instance) (metrics_IsActiveMaster_Value{here}))", "leaders"),
        Panel("Workers available", f"max(metrics_AvailableWorkerCount_Value{here})", "available"),
        Panel(
            "Workers lost, excluded, draining",
            " + ".join(f"max(metrics_{k}WorkerCount_Value{here})" for k in ("Lost", "Excluded", "Decommission")),
            "not usable",
        ),
        Panel("Applications", f"max(metrics_RunningApplicationCount_Value{here})", "running"),
        Panel("Slots in use", f"sum by (instance) (metrics_ActiveSlotsCount_Value{here})", instance),
        Panel("Free disk", f"max(metrics_DeviceCelebornFreeBytes_Value{here})", "free", "bytes"),
        Panel(
            "Direct memory", f"max by (instance) (metrics_DirectMemoryUsageRatio_Value{here})", instance, "percentunit"
        ),
        Panel("Pushes held back", f"max by (instance) (metrics_PausePushDataStatus_Value{here})", instance),
        Panel(
            "Failed writes and replicas",
            f"sum by (instance) (rate(metrics_WriteDataFailCount_Count{here}[5m]))"
            f" + sum by (instance) (rate(metrics_ReplicateDataFailCount_Count{here}[5m]))",
            instance,
            "ops",
        ),
    ]


def _operator(inputs: MonitoringInputs) -> list[Panel]:
    team, here = job_label(inputs), matchers(inputs)["operator"]
    legend = f"{{{{{team}}}}}"

    def quantile(metric: str) -> str:
        return f"histogram_quantile(0.95, sum by (le, {team}) (rate({metric}_histogram_bucket[15m])))"

    def per_minute(metric: str) -> str:
        return f"60 * sum by ({team}) (rate({metric}[5m]))"

    return [
        Panel("Wait for submission (95 %)", quantile("spark_application_submit_latency_seconds"), legend, "s"),
        Panel("Wait for start (95 %)", quantile("spark_application_start_latency_seconds"), legend, "s"),
        Panel("Submissions per minute", per_minute("spark_application_submit_count"), legend),
        Panel("Jobs running", f"sum by ({team}) (spark_application_running_count)", legend),
        Panel("Failed submissions per minute", per_minute("spark_application_failed_submission_count"), legend),
        Panel("Failed jobs per minute", per_minute("spark_application_failure_count"), legend),
        Panel("Successful jobs per minute", per_minute("spark_application_success_count"), legend),
        Panel("Objects in the queue", f"max by (name) (workqueue_depth{{{here}}})", "{{name}}"),
        Panel("Retries", f"sum by (name) (rate(workqueue_retries_total{{{here}}}[5m]))", "{{name}}", "ops"),
    ]


def _teams(inputs: MonitoringInputs) -> list[Panel]:
    here, team = matchers(inputs)["teams"], job_label(inputs)
    vcpu, gib = (_requested(here, r) for r in ("cpu", "memory"))
    tasks = f'metrics_executor_activeTasks{{{here},executor_id!="driver"}}'
    panels = [
        Panel("Executors running", f"sum by ({team}) (spark_executor_running_count)", f"{{{{{team}}}}}"),
        Panel("Executors without a task", f"count by (namespace) ({tasks} == 0)"),
        Panel("Tasks running", f"sum by (namespace) ({tasks})"),
        Panel("vCPU of running pods", vcpu),
        Panel("Memory of running pods", gib, unit="bytes"),
        Panel("Pods pending", f'sum by (namespace) (kube_pod_status_phase{{{here},phase="Pending"}})'),
    ]
    if inputs.vcpu_hour_price is not None and inputs.gib_hour_price is not None:
        cost = f"({vcpu}) * {inputs.vcpu_hour_price:g} + ({gib}) / 2^30 * {inputs.gib_hour_price:g}"
        idle = f"({cost}) * count by (namespace) ({tasks} == 0) / count by (namespace) ({tasks})"
        unit = f"currency{inputs.currency}"
        panels += [
            Panel("Cost per hour, on-demand list price, before rounding", cost, unit=unit),
            Panel("Share of it for executors without a task", idle, unit=unit),
        ]
    return panels


def _requested(here: str, resource: str) -> str:
    requests = f'kube_pod_container_resource_requests{{{here},resource="{resource}"}}'
    return f"sum by (namespace) ({requests} * on (namespace, pod) group_left () ({RUNNING}))"


def _quotas(inputs: MonitoringInputs) -> list[Panel]:
    here = matchers(inputs)["teams"]

    def used(resource: str) -> Panel:
        quota = f'kube_resourcequota{{{here},resource="{resource}",type='
        share = f'max by (namespace) ({quota}"used"}}) / max by (namespace) ({quota}"hard"}} > 0)'
        return Panel(f"{resource} used", share, unit="percentunit")

    counted = ("count/pods", "requests.cpu", "requests.memory", "count/services", "count/configmaps")
    return [used(resource) for resource in counted]
