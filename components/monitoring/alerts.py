"""The alert rules: what is watched, when it is too much, and what to do then.

Names and meaning of Celeborn's metrics were seen on a running 0.7.0, the operator's were read in 2.5.2, pod and quota
metrics are kube-state-metrics'. Thresholds are judgement, not measurement.
"""

from dataclasses import dataclass
from typing import Any

from components.models.monitoring import MonitoringInputs


@dataclass(frozen=True)
class Alert:
    """One rule. `minutes`: how long the condition must hold. `action`: what the person on call does first."""

    name: str
    expr: str
    minutes: int
    severity: str
    summary: str
    action: str

    def rule(self) -> dict[str, Any]:
        """The rule as PrometheusRule has it."""
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": f"{self.minutes}m",
            "labels": {"severity": self.severity},
            "annotations": {"summary": self.summary, "action": self.action},
        }


def rule_groups(inputs: MonitoringInputs) -> list[dict[str, Any]]:
    """PrometheusRule's groups for what is watched."""
    groups = {
        "spark-shuffle": [*_masters(inputs), *_workers(inputs)] if inputs.shuffle_namespace else [],
        "spark-operator": _operator(inputs) if inputs.operator_namespace else [],
        "spark-teams": _teams(inputs) if inputs.job_namespaces else [],
    }
    return [{"name": name, "rules": [a.rule() for a in alerts]} for name, alerts in groups.items() if alerts]


def namespaces(inputs: MonitoringInputs) -> str:
    """Label matcher of the teams' namespaces."""
    return f'namespace=~"{"|".join(inputs.job_namespaces)}"'


def _masters(inputs: MonitoringInputs) -> list[Alert]:
    here = f'{{namespace="{inputs.shuffle_namespace}"}}'
    # a pod that is scraped twice (monitor and annotation) is one master all the same
    leader = f"max by (instance) (metrics_IsActiveMaster_Value{here})"
    alerts = [
        Alert(
            "ShuffleNoLeader",
            f"sum({leader}) != 1 or absent({leader})",
            2,
            "critical",
            "The shuffle service has no leading master, or more than one; jobs cannot start to shuffle",
            "See the masters' pods and logs; with two of three masters up they elect a leader within seconds",
        ),
        Alert(
            "ShuffleWorkerLost",
            f"max(metrics_LostWorkerCount_Value{here}) > 0",
            5,
            "warning",
            "The shuffle masters have lost a worker; shuffle data on it is recomputed or read from its replica",
            "See why the worker's pod is away; it takes its data back when it returns with the same disk",
        ),
        Alert(
            "ShuffleWorkerExcluded",
            f"max(metrics_ExcludedWorkerCount_Value{here}) > 0",
            5,
            "warning",
            "A shuffle worker takes no new data",
            "Usually a full or slow disk or a worker in high workload: see its metrics and its log",
        ),
        Alert(
            "ShuffleSlotsRefused",
            f"sum by (statusCode) (increase(metrics_RequestSlotsFailed_Count{here}[10m])) > 0",
            0,
            "critical",
            "Jobs ask for shuffle slots in vain ({{ $labels.statusCode }})",
            "More workers or larger disks; until then jobs fail after their retries",
        ),
        Alert(
            "ShuffleFallback",
            f"sum(increase(metrics_ShuffleFallbackCount_Value{here}[10m])) > 0",
            0,
            "critical",
            "A job shuffles without the shuffle service; its idle executors can no longer be given back",
            "Find the job that sets a fallback policy other than NEVER",
        ),
    ]
    if inputs.shuffle_workers is not None:
        alerts.append(
            Alert(
                "ShuffleWorkersMissing",
                f"max(metrics_AvailableWorkerCount_Value{here}) < {inputs.shuffle_workers}",
                10,
                "warning",
                f"Fewer than {inputs.shuffle_workers} shuffle workers are available",
                "See the workers' StatefulSet: pods Pending, disks full, or a drain that does not end",
            )
        )
    if inputs.shuffle_capacity_gib is not None:
        # Celeborn's total is the size of the file system, not its capacity= setting: free/total means nothing
        floor = inputs.shuffle_capacity_gib * 2**30 * inputs.thresholds.disk_free_percent // 100
        alerts.append(
            Alert(
                "ShuffleDiskFull",
                f"max(metrics_DeviceCelebornFreeBytes_Value{here}) < {floor}",
                10,
                "warning",
                f"Less than {inputs.thresholds.disk_free_percent} % of the shuffle service's disks are free",
                "Enlarge the disks or add workers, or lower the teams' shuffle quotas",
            )
        )
    return alerts


def _workers(inputs: MonitoringInputs) -> list[Alert]:
    here = f'{{namespace="{inputs.shuffle_namespace}"}}'
    errors = ("WriteData", "ReplicateData", "CommitFiles", "OpenStream", "RegisterWithMaster")
    failed = " or ".join(f"increase(metrics_{e}FailCount_Count{here}[10m]) > 0" for e in errors)
    memory = inputs.thresholds.direct_memory_percent / 100
    return [
        Alert(
            "ShuffleErrors",
            failed,
            0,
            "warning",
            "The shuffle worker {{ $labels.instance }} has failed to write, replicate, commit, read or register",
            "See the worker's log; disk errors and lost neighbours show here first",
        ),
        Alert(
            "ShuffleMemoryHigh",
            f"max by (instance) (metrics_DirectMemoryUsageRatio_Value{here}) > {memory:g}",
            5,
            "warning",
            "The direct memory of {{ $labels.instance }} is nearly used; it will hold back the jobs' pushes",
            "More workers or more memory for each; a slow disk shows the same way",
        ),
        Alert(
            "ShufflePushPaused",
            f"max by (instance) (metrics_PausePushDataStatus_Value{here}) == 1",
            5,
            "warning",
            "{{ $labels.instance }} holds back pushes of shuffle data",
            "Executors wait and are paid for: more workers, or fewer jobs at a time",
        ),
        Alert(
            "ShuffleReplicationPaused",
            f"max by (instance) (metrics_PausePushDataAndReplicateStatus_Value{here}) == 1",
            1,
            "critical",
            "{{ $labels.instance }} holds back pushes and replicas",
            "The worker is about to run out of memory: more workers now",
        ),
        Alert(
            "ShuffleHighWorkload",
            f"max by (instance) (metrics_IsHighWorkload_Value{here}) == 1",
            15,
            "warning",
            "{{ $labels.instance }} has been in high workload for a quarter of an hour",
            "More workers",
        ),
        Alert(
            "ShuffleDrainStuck",
            f"metrics_UnreleasedShuffleCount_Value{here} > 0 and metrics_IsDecommissioningWorker_Value{here} == 1",
            60,
            "warning",
            "{{ $labels.instance }} has been draining for an hour and still holds shuffle data",
            "A long job still needs it: wait for the job, or accept that its stages run again",
        ),
    ]


def _operator(inputs: MonitoringInputs) -> list[Alert]:
    here = f'namespace="{inputs.operator_namespace}"'
    bucket = "spark_application_submit_latency_seconds_histogram_bucket"
    seconds = inputs.thresholds.submit_seconds
    return [
        Alert(
            "SparkOperatorDown",
            f"absent(workqueue_depth{{{here}}})",
            5,
            "critical",
            "No Spark operator reports; jobs are not submitted and their states stand still",
            f"kubectl -n {inputs.operator_namespace} get pods; running jobs go on without it",
        ),
        Alert(
            "SparkSubmitSlow",
            f"histogram_quantile(0.95, sum by (le) (rate({bucket}[15m]))) > {seconds}",
            10,
            "warning",
            f"Jobs wait more than {seconds} s for their submission",
            "Raise operator.jobs_per_minute, which gives the operator more workers and CPU",
        ),
        Alert(
            "SparkSubmissionsFail",
            "sum by (namespace) (increase(spark_application_failed_submission_count[15m])) > 0",
            0,
            "warning",
            "Submissions of {{ $labels.namespace }} fail",
            "kubectl -n {{ $labels.namespace }} describe sparkapplications shows the error of each",
        ),
        Alert(
            "SparkOperatorQueueDeep",
            f'max by (name) (workqueue_depth{{{here},name=~"spark-.*"}}) > 100',
            10,
            "warning",
            "More than 100 objects wait in the operator's queue {{ $labels.name }}",
            "Raise operator.jobs_per_minute; very large jobs need a lower operator.tracked_executors",
        ),
    ]


def _teams(inputs: MonitoringInputs) -> list[Alert]:
    here, limits = namespaces(inputs), inputs.thresholds
    used = f'kube_resourcequota{{{here},type="used"}}'
    hard = f'(kube_resourcequota{{{here},type="hard"}} > 0)'
    return [
        Alert(
            "TeamQuotaNearlyUsed",
            f"max by (namespace, resource) ({used} / ignoring(type) {hard}) > {limits.quota_percent / 100:g}",
            15,
            "info",
            "{{ $labels.namespace }} uses nearly all of its quota of {{ $labels.resource }}",
            "Jobs get fewer executors than they ask for; raise the quota or wait",
        ),
        Alert(
            "TeamPodsPending",
            f'sum by (namespace) (kube_pod_status_phase{{{here},phase="Pending"}}) > 0',
            limits.pending_minutes,
            "warning",
            "Pods of {{ $labels.namespace }} do not start",
            "No stock of that size in the zone, no free addresses, or an image that cannot be pulled: see the events",
        ),
        Alert(
            "TeamExecutorsIdle",
            f'sum by (namespace) (metrics_executor_activeTasks{{{here},executor_id!="driver"}}) == 0',
            limits.idle_minutes,
            "warning",
            "{{ $labels.namespace }} pays for executors that have had no task for a while",
            "A job keeps executors from being given back: dynamic allocation off, shuffle tracking, or cached data",
        ),
    ]
