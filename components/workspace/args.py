"""Flat arguments of Workspace. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import WorkspaceInputs


class WorkspaceArgs(TypedDict):
    """Inputs of Workspace: its settings, and what the rest of the platform provides to its jobs."""

    team: str
    """Name of the team; part of names, labels, cost tags and the submit group. Allowed: 1 to 40 lower-case letters, digits and dashes, beginning with a letter."""
    namespace: NotRequired[str]
    """Namespace of the team's jobs, and of nothing else. Allowed: 1 to 63 lower-case letters, digits and dashes, not default and not kube-…. Default: spark-<team>."""
    quota_pods: NotRequired[pulumi.Input[int]]
    """Running and pending pods, drivers and executors together. Allowed: a whole number from 1 to 100000. Default: 200."""
    quota_drivers: NotRequired[pulumi.Input[int]]
    """Drivers expected at the same time; no job may request executors in their place. Allowed: a whole number from 1 to 100000. Default: 10."""
    quota_finished_pods: NotRequired[pulumi.Input[int]]
    """Finished driver pods kept in addition; they are deleted with their SparkApplication. Allowed: a whole number from 0 to 100000. Default: 500."""
    quota_cpu: NotRequired[pulumi.Input[int]]
    """vCPU requested by all pods together; the default is 200 executors of the default size. Allowed: a whole number from 1 to 100000. Default: 800."""
    quota_memory_gib: NotRequired[pulumi.Input[int]]
    """GiB of memory requested by all pods together; the default is 200 executors of the default size. Allowed: a whole number from 1 to 100000. Default: 3200."""
    quota_applications: NotRequired[pulumi.Input[int]]
    """SparkApplications, running and finished; set timeToLiveSeconds in them to have them removed. Allowed: a whole number from 1 to 100000. Default: 500."""
    quota_services: NotRequired[pulumi.Input[int]]
    """Services; a running job has two, for its driver and its UI. Allowed: a whole number from 0 to 100000. Default: 100."""
    quota_config_maps: NotRequired[pulumi.Input[int]]
    """ConfigMaps; a job has two or three. Allowed: a whole number from 0 to 100000. Default: 500."""
    quota_secrets: NotRequired[pulumi.Input[int]]
    """Secrets. Allowed: a whole number from 0 to 100000. Default: 50."""
    quota_volume_claims: NotRequired[int]
    """PersistentVolumeClaims; 0: none, jobs use the pods' own disks, and drivers cannot create any. Allowed: a whole number from 0 to 10000. Default: 0."""
    quota_storage_gib: NotRequired[pulumi.Input[int]]
    """GiB of all volume claims together. Allowed: a whole number from 0 to 100000. Default: 0."""
    container_max_cpu: NotRequired[int]
    """Most vCPU one container may request; ECI's largest pod has 64. Allowed: a whole number from 1 to 64. Default: 16."""
    container_max_memory_gib: NotRequired[int]
    """Most GiB of memory one container may request. Allowed: a whole number from 1 to 512. Default: 64."""
    container_default_cpu_millis: NotRequired[int]
    """Request of a container that sets none (sidecars), in thousandths of a vCPU. Allowed: a whole number from 50 to 64000. Default: 500."""
    container_default_memory_mib: NotRequired[int]
    """Memory, as request and limit, of a container that sets none, in MiB. Allowed: a whole number from 64 to 524288. Default: 1024."""
    monthly_budget_cny: NotRequired[int]
    """Whole CNY a month; policies warn or refuse when the quota costs more. Allowed: a whole number from 0 to 1000000000. Default: none."""
    submitters_groups: NotRequired[list[str]]
    """Further groups, under the names the cluster's authentication gives them. Allowed: a list, each text. Default: empty."""
    submitters_users: NotRequired[list[str]]
    """Further users: RAM user ids, or system:serviceaccount:<namespace>:<name>. Allowed: a list, each text. Default: empty."""
    images: NotRequired[list[str]]
    """Images that jobs may use; the platform's Spark image is always allowed. The defaults are the official Spark images. Allowed: a list, each an image without tag (registry.example.com/data/spark), or a folder of images ending with / (registry.example.com/data/). Default: spark, apache/spark."""
    egress_cloud_cidrs: NotRequired[list[str]]
    """Ranges of the cloud's own services, port 443: OSS, STS and RAM inside a VPC (not proven here); the metadata service in them is excepted. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: 100.64.0.0/10."""
    egress_cluster_cidrs: NotRequired[list[str]]
    """Ranges of the API server, ports 443 and 6443, for drivers only; narrow it to the VPC's range. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16."""
    egress_dns_cidrs: NotRequired[list[str]]
    """DNS servers besides those in kube-system; empty: any in cluster_cidrs and cloud_cidrs, because the address of a managed CoreDNS cannot be known here. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: empty."""
    egress_destinations: NotRequired[list[str]]
    """Databases and other services, as range:port, for example 10.1.2.0/24:3306. Allowed: a list of range:port. Default: empty."""
    spark_version: NotRequired[str]
    """Spark release of the image; some keys depend on it. Allowed: a release of Spark 3.5, 4.0, 4.1 or 4.2 such as 3.5.9 (the shuffle client is not known to work with 4.3). Default: 3.5.9."""
    spark_image: NotRequired[pulumi.Input[str]]
    """Image of jobs that do not name one (see images/spark); none: every job names its image. Allowed: an image with its tag or digest. Default: none."""
    spark_driver_vcpu: NotRequired[int]
    """vCPU of the driver pod. Allowed: a whole number from 1 to 64. Default: 2."""
    spark_driver_memory_gib: NotRequired[int]
    """Memory of the whole driver pod in GiB; together with vcpu a size of ECI's table. Allowed: a whole number of GiB from 2 to 512. Default: 8."""
    spark_driver_overhead_factor: NotRequired[float]
    """Memory outside the heap as a share of the heap: JindoSDK's buffers, network buffers, Python. Allowed: a number from 0.05 to 0.6. Default: 0.14."""
    spark_executor_vcpu: NotRequired[int]
    """vCPU of an executor pod, and the tasks it runs at a time. Allowed: a whole number from 1 to 64. Default: 4."""
    spark_executor_memory_gib: NotRequired[int]
    """Memory of the whole executor pod in GiB; together with vcpu a size of ECI's table. Allowed: a whole number of GiB from 2 to 512. Default: 16."""
    spark_executor_overhead_factor: NotRequired[float]
    """Memory outside the heap as a share of the heap: JindoSDK's buffers, network buffers, Python. Allowed: a number from 0.05 to 0.6. Default: 0.14."""
    spark_executor_pyspark_memory_mib: NotRequired[int]
    """MiB reserved for Python workers; 0: they share the overhead. Allowed: a whole number from 0 to 262144. Default: 0."""
    spark_executor_offheap_memory_mib: NotRequired[int]
    """MiB of Spark's off-heap memory; 0: off. Allowed: a whole number from 0 to 262144. Default: 0."""
    spark_executor_spot: NotRequired[bool]
    """Run executors on spot capacity, on demand when there is none. Tasks of a lost executor run again. Allowed: true or false. Default: false."""
    spark_executor_spot_protected_hours: NotRequired[int]
    """Hours during which a spot executor is not reclaimed; 0 is cheaper. Allowed: a whole number from 0 to 1. Default: 1."""
    spark_executor_ephemeral_storage_gib: NotRequired[int]
    """Disk of a pod for the image, spills and buffers in GiB; 30 GiB are free, more is billed. Allowed: a whole number from 30 to 500. Default: 30."""
    spark_scaling_min_executors: NotRequired[int]
    """Executors a job keeps even when idle; each costs money. Allowed: a whole number from 0 to 10000. Default: 0."""
    spark_scaling_initial_executors: NotRequired[int]
    """Executors requested at the start. Allowed: a whole number from 0 to 10000. Default: 2."""
    spark_scaling_max_executors: NotRequired[int]
    """Most executors of one job; the workspace's quota may lower it. Allowed: a whole number from 1 to 10000. Default: 200."""
    spark_scaling_idle_timeout_seconds: NotRequired[int]
    """Seconds until an idle executor is given back. 10 s saved 61 % of executor time in a job with one long reduce task, Spark's 60 s only 14 % (measured). Allowed: a whole number from 5 to 60. Default: 10."""
    spark_scaling_hold_initial_executors: NotRequired[bool]
    """Start the idle time of a job's first executors with its first task: a driver that plans longer than the time-out would otherwise lose them before it uses them. Needs the image of images/spark, which has the class. Allowed: true or false. Default: false."""
    spark_scaling_request_at_once: NotRequired[bool]
    """Request all executors that a stage's tasks can use a second after they began to wait, instead of 1, 2, 4, … from second to second: the last of 3,000 are requested 11 s earlier, and a stage of many short tasks gets more executors than it needs. Needs the image of images/spark, which has the class. Allowed: true or false. Default: false."""
    spark_scaling_concurrent_creates: NotRequired[int]
    """Executor pods that a driver creates at the same time; 0: one after the other, by Spark's own allocator. Needs the image of images/spark, which has the class. Allowed: a whole number from 0 to 64. Default: 0."""
    spark_scaling_batch_size: NotRequired[int]
    """Executor pods requested in one round. Spark's 5 to 20 gives 5 to 15 pods a second; 500 every 200 ms gave 43 to 60 (measured). Allowed: a whole number from 1 to 10000. Default: 500."""
    spark_scaling_batch_delay_ms: NotRequired[int]
    """Milliseconds between rounds; Spark requires more than 100. Allowed: a whole number from 101 to 60000. Default: 200."""
    spark_max_pending_minutes: NotRequired[int]
    """Minutes a serverless pod may wait for capacity or its image; the wait is billed. Allowed: a whole number from 10 to 1440. Default: 30."""
    spark_image_cache: NotRequired[bool]
    """Start pods from the automatic image cache of ECI. Allowed: true or false. Default: true."""
    spark_conf: NotRequired[dict[str, str]]
    """Further Spark configuration; protected keys and misspellings are refused. Allowed: a map of text to text. Default: empty."""
    spark_credentials_sidecar_image: NotRequired[pulumi.Input[str]]
    """Image with ack-ram-tool, used when pods get their cloud identity by RRSA: JindoSDK cannot use RRSA tokens itself, a sidecar serves it short-lived credentials on loopback (unproven on ECI). Allowed: an image with its tag or digest. Default: registry.cn-hangzhou.aliyuncs.com/acs/ack-ram-tool:1.3.0."""
    labels: NotRequired[dict[str, str]]
    """Further labels of the namespace. Allowed: text to text; keys as name or domain/name, names and values of at most 63 letters, digits, dashes, dots and underscores. Default: empty."""
    tags: NotRequired[dict[str, str]]
    """Further cost tags of the team's pods, for example cost-center: data. Allowed: text to text; keys of 1 to 128 characters that do not begin with aliyun or acs:, values of at most 128, neither with a comma, a colon or a line break (ECI writes them as key:value,key:value). Default: empty."""
    credentials: NotRequired[str]
    """How pods prove who they are to OSS: the RAM role of the ECI pod (eci), their service account (rrsa), or none without OSS. Allowed: eci, rrsa, none. Default: none."""
    role_name: NotRequired[pulumi.Input[str]]
    """Name of the pods' RAM role; needed for eci. Allowed: text. Default: empty."""
    role_arn: NotRequired[pulumi.Input[str]]
    """ARN of that role; needed for rrsa. Allowed: text. Default: empty."""
    oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """ARN of the cluster's OIDC provider in RAM; needed for rrsa. Allowed: text. Default: empty."""
    pods: NotRequired[str]
    """What runs the pods: eci (ACK Serverless on ECI), virtual-node (ECI behind the virtual nodes of a managed cluster), acs (ACS), plain (any other Kubernetes). Allowed: eci, virtual-node, acs, plain. Default: eci."""
    region: NotRequired[str]
    """Region of cluster and buckets. Allowed: an Alibaba Cloud region id such as cn-hangzhou or ap-southeast-1. Default: cn-hangzhou."""
    shuffle_namespace: NotRequired[str]
    """Namespace of the shuffle service; none: there is none. Allowed: text. Default: none."""
    shuffle_conf: NotRequired[pulumi.Input[dict[str, str]]]
    """Spark configuration of the shuffle service's clients: the output spark_conf of ShuffleService. Allowed: a map of text to text. Default: empty."""
    event_log_dir: NotRequired[pulumi.Input[str]]
    """Where jobs write event logs (oss://…); empty: nowhere. Allowed: text. Default: empty."""
    oss_hdfs: NotRequired[bool]
    """Whether oss:// paths go to OSS-HDFS by default. Allowed: true or false. Default: false."""
    files_bucket: NotRequired[pulumi.Input[str]]
    """Plain bucket jobs read their files from; empty: none. Allowed: text. Default: empty."""
    retired: NotRequired[str]
    """Day from which the workspace may be removed: it takes no new jobs, those that run go on; empty: it stays. Allowed: text. Default: empty."""
    metrics_namespace: NotRequired[str]
    """Namespace of the pods that read the drivers' metrics. Allowed: text. Default: arms-prom."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    WorkspaceArguments = WorkspaceArgs | WorkspaceInputs
else:
    WorkspaceArguments = WorkspaceArgs
