"""Inputs of monitoring: what exists in the cluster, the thresholds of alerts, what is watched."""

from pydantic import Field

from ..base.constants import CELEBORN_PAUSE_RECEIVE
from ..base.inputs import Inputs
from ..base.kubernetes import Labels
from ..base.values import NamespaceName
from ..pods.parts import MAX_PENDING_MINUTES


class Thresholds(Inputs):
    """Thresholds of the alerts."""

    submit_seconds: int = Field(
        120, ge=10, le=3600, description="Seconds from a job's creation to its submission (95th percentile)"
    )
    pending_minutes: int = Field(
        MAX_PENDING_MINUTES,
        ge=5,
        le=240,
        description="Minutes pods may be Pending; they are billed from the image pull on",
    )
    idle_minutes: int = Field(10, ge=2, le=240, description="Minutes all executors of a team may be without a task")
    disk_free_percent: int = Field(20, ge=1, le=90, description="Least free share of the shuffle service's disks")
    direct_memory_percent: int = Field(
        80,
        ge=10,
        le=99,
        description="Highest used share of a shuffle worker's direct memory; it pauses pushes from "
        f"{CELEBORN_PAUSE_RECEIVE:.0%} on".replace("%", " %"),
    )
    quota_percent: int = Field(90, ge=10, le=100, description="Highest used share of a team's quota")


class MonitoringSettings(Inputs):
    """Alerts, scrape targets and dashboards."""

    namespace: NamespaceName = Field(
        "spark-monitoring", description="Namespace of rules and dashboards, created for them"
    )
    crds: bool = Field(
        False,
        description="Whether the cluster has the CRDs of monitoring.coreos.com/v1 (managed Prometheus of ACK, or the "
        "Prometheus operator). False: no alert rules, pods are scraped by their annotations, dashboards only",
    )
    labels: Labels = Field(
        {}, description="Labels of rules and monitors where Prometheus selects by them, such as release: prometheus"
    )
    dashboard_label: str = Field(
        "grafana_dashboard", description="Label by which Grafana's sidecar finds dashboards in config maps"
    )
    grafana_url: str | None = Field(None, description="Address of Grafana; only for the links in the outputs")
    thresholds: Thresholds = Field(Thresholds(), description="Thresholds of the alerts")


class MonitoringWiring(Inputs):
    """What is watched."""

    operator_namespace: str | None = Field(None, description="Namespace of the Spark operator")
    shuffle_namespace: str | None = Field(None, description="Namespace of the shuffle service")
    shuffle_workers: int | None = Field(None, ge=1, description="Workers the shuffle service should have")
    shuffle_capacity_gib: int | None = Field(
        None, ge=1, description="Disk capacity of all shuffle workers in GiB; without it there is no alert on free disk"
    )
    job_namespaces: tuple[str, ...] = Field((), description="Namespaces of the teams")
    vcpu_hour_price: float | None = Field(None, ge=0, description="Price of one vCPU per hour, for the cost panels")
    gib_hour_price: float | None = Field(None, ge=0, description="Price of one GiB of memory per hour")
    currency: str = Field("CNY", description="Currency of the prices, shown on the panels")


class MonitoringInputs(MonitoringWiring, MonitoringSettings):
    """Inputs of Monitoring: its settings and what is watched."""
