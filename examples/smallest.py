"""The smallest useful call of every component: shown on the reference pages, and run by the tests.

Kubernetes components go to the cluster of the current kubeconfig, unless `pulumi.ResourceOptions(providers=[…])` names
another.
"""

from spark_on_ack import (
    AdmissionPolicies,
    Cluster,
    HistoryServer,
    Identity,
    Monitoring,
    Network,
    Registry,
    ShuffleService,
    SparkOperator,
    SparkPlatform,
    Storage,
    StorageCheck,
    Workspace,
)


def network() -> Network:
    """A network in three zones."""
    return Network("network", {"zones": ["cn-hangzhou-h", "cn-hangzhou-i", "cn-hangzhou-j"]})


def cluster() -> Cluster:
    """A cluster in existing vswitches."""
    return Cluster(
        "cluster",
        {"flavour": "acs", "vswitch_ids": ["vsw-bp1example"], "security_group_id": "sg-bp1example"},
    )


def storage() -> Storage:
    """The HDFS bucket and the plain bucket."""
    return Storage("storage", {"region": "cn-hangzhou", "bucket_prefix": "example-spark"})


def storage_check() -> StorageCheck:
    """The check of one bucket."""
    root, image = "oss://example-spark-hdfs.cn-hangzhou.oss-dls.aliyuncs.com", "registry.example.com/spark:3.5.9"
    return StorageCheck(
        "check",
        {"namespace": "spark", "service_account": "spark", "root": root, "image": image, "hadoop_conf": {}},
    )


def registry() -> Registry:
    """An existing instance, with an endpoint in one VPC."""
    instance = {"instance_name": "example", "existing_instance_id": "cri-example1", "namespace": "spark"}
    return Registry("registry", {**instance, "vpc_id": "vpc-bp1example", "vswitch_id": "vsw-bp1example"})


def identity() -> Identity:
    """A role for the jobs of one team."""
    jobs, bucket = ["spark-driver", "spark-executor"], "example-spark-hdfs"
    return Identity(
        "payments",
        {"workload": "payments", "namespace": "spark-payments", "service_accounts": jobs, "hdfs_bucket": bucket},
    )


def shuffle_service() -> ShuffleService:
    """Three masters and three workers, the default."""
    return ShuffleService("shuffle", {})


def admission_policies() -> AdmissionPolicies:
    """All admission rules."""
    return AdmissionPolicies("admission", {})


def workspace() -> Workspace:
    """The workspace of one team."""
    return Workspace("payments", {"team": "payments"})


def spark_operator() -> SparkOperator:
    """An operator for one team's jobs."""
    return SparkOperator("operator", {"job_namespaces": ["spark-payments"]})


def history_server() -> HistoryServer:
    """A history server for one directory of event logs."""
    logs, image = "oss://example-spark-hdfs.cn-hangzhou.oss-dls.aliyuncs.com/logs", "registry.example.com/spark:3.5.9"
    return HistoryServer(
        "history",
        {"event_log_dir": logs, "image": image, "credentials": "eci", "role_name": "history"},
    )


def monitoring() -> Monitoring:
    """Dashboards for one team's jobs."""
    return Monitoring("monitoring", {"job_namespaces": ["spark-payments"]})


def spark_platform() -> SparkPlatform:
    """The platform in an existing cluster, for one team."""
    existing = {"flavour": "existing", "existing": {"kubeconfig_file": "~/.kube/config"}}
    settings = {"environment": "dev", "cluster": existing, "workspaces": [{"team": "payments"}]}
    return SparkPlatform("platform", {"settings": settings})
