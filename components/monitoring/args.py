"""Flat arguments of Monitoring. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from .inputs import MonitoringInputs


class MonitoringArgs(TypedDict):
    """Inputs of Monitoring: its settings and what is watched."""

    namespace: NotRequired[str]
    """Namespace of rules and dashboards, created for them. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: spark-monitoring."""
    crds: NotRequired[bool]
    """Whether the cluster has the CRDs of monitoring.coreos.com/v1 (managed Prometheus of ACK, or the Prometheus operator). False: no alert rules, pods are scraped by their annotations, dashboards only. Allowed: true or false. Default: false."""
    labels: NotRequired[dict[str, str]]
    """Labels of rules and monitors where Prometheus selects by them, such as release: prometheus. Allowed: text to text; keys as name or domain/name, names and values of at most 63 letters, digits, dashes, dots and underscores. Default: empty."""
    dashboard_label: NotRequired[str]
    """Label by which Grafana's sidecar finds dashboards in config maps. Allowed: text. Default: grafana_dashboard."""
    grafana_url: NotRequired[str]
    """Address of Grafana; only for the links in the outputs. Allowed: text. Default: none."""
    thresholds_submit_seconds: NotRequired[int]
    """Seconds from a job's creation to its submission (95th percentile). Allowed: a whole number from 10 to 3600. Default: 120."""
    thresholds_pending_minutes: NotRequired[int]
    """Minutes pods may be Pending; they are billed from the image pull on. Allowed: a whole number from 5 to 240. Default: 30."""
    thresholds_idle_minutes: NotRequired[int]
    """Minutes all executors of a team may be without a task. Allowed: a whole number from 2 to 240. Default: 10."""
    thresholds_disk_free_percent: NotRequired[int]
    """Least free share of the shuffle service's disks. Allowed: a whole number from 1 to 90. Default: 20."""
    thresholds_direct_memory_percent: NotRequired[int]
    """Highest used share of a shuffle worker's direct memory; it pauses pushes from 85 % on. Allowed: a whole number from 10 to 99. Default: 80."""
    thresholds_quota_percent: NotRequired[int]
    """Highest used share of a team's quota. Allowed: a whole number from 10 to 100. Default: 90."""
    operator_namespace: NotRequired[str]
    """Namespace of the Spark operator. Allowed: text. Default: none."""
    shuffle_namespace: NotRequired[str]
    """Namespace of the shuffle service. Allowed: text. Default: none."""
    shuffle_workers: NotRequired[int]
    """Workers the shuffle service should have. Allowed: a whole number, 1 or more. Default: none."""
    shuffle_capacity_gib: NotRequired[int]
    """Disk capacity of all shuffle workers in GiB; without it there is no alert on free disk. Allowed: a whole number, 1 or more. Default: none."""
    job_namespaces: NotRequired[list[str]]
    """Namespaces of the teams. Allowed: a list, each text. Default: empty."""
    vcpu_hour_price: NotRequired[float]
    """Price of one vCPU per hour, for the cost panels. Allowed: a number, 0 or more. Default: none."""
    gib_hour_price: NotRequired[float]
    """Price of one GiB of memory per hour. Allowed: a number, 0 or more. Default: none."""
    currency: NotRequired[str]
    """Currency of the prices, shown on the panels. Allowed: text. Default: CNY."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    MonitoringArguments = MonitoringArgs | MonitoringInputs
else:
    MonitoringArguments = MonitoringArgs
