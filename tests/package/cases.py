"""Inputs of every component, with values of all kinds: what the package must build exactly as Python does.

Each figure, flag, text, list and map an input may carry appears here plain, and, where the input takes outputs, as a
secret, as an unknown value and as another resource's output.
"""

from typing import Any

from tests.package.values import output, secret, unknown

SOURCE = "urn:pulumi:test::spark-on-ack::alicloud:vpc/network:Network::source"
ROLE = "urn:pulumi:test::spark-on-ack::alicloud:ram/role:Role::source"
LOGS = "oss://example-spark-hdfs.cn-hangzhou.oss-dls.aliyuncs.com/logs"
IMAGE = "registry.example.com/spark:3.5.9"
OIDC = "acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1"
KUBECONFIG = "apiVersion: v1\nkind: Config\nclusters: []\n"
WORKSPACE = {
    "team": "payments",
    "spark_executor_spot": True,
    "spark_executor_vcpu": 4,
    "spark_driver_overhead_factor": 0.2,
    "monthly_budget_cny": 50000,
    "images": ["registry.example.com/data/"],
    "spark_conf": {"spark.sql.shuffle.partitions": "400"},
    "tags": {"cost-center": "data"},
}

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "network, plain": (
        "Network",
        {"zones": ["cn-hangzhou-h", "cn-hangzhou-i"], "vswitch_mask": 20, "nat_enabled": True, "tags": {"a": "b"}},
    ),
    "network, unknown group": ("Network", {"zones": ["cn-hangzhou-h"], "resource_group_id": unknown()}),
    "network, existing from outputs": (
        "Network",
        {
            "existing_vpc_id": output("vpc-bp1abc", SOURCE),
            "existing_vswitch_ids": [output("vsw-bp1abc", SOURCE), "vsw-bp2abc", unknown()],
            "existing_security_group_id": secret("sg-bp1abc"),
        },
    ),
    "cluster, acs": (
        "Cluster",
        {
            "flavour": "acs",
            "vswitch_ids": output(["vsw-bp1abc", "vsw-bp2abc"], SOURCE),
            "security_group_id": output("sg-bp1abc", SOURCE),
            "encryption_key_id": secret("key-bjj1abc"),
            "logs_retention_days": 7,
            "deletion_protection": False,
            "addons": {"arms-prometheus": "off"},
        },
    ),
    "cluster, vswitches unknown": (
        "Cluster",
        {"flavour": "virtual-node", "vswitch_ids": unknown(), "security_group_id": unknown()},
    ),
    "cluster, existing by a secret": (
        "Cluster",
        {"flavour": "existing", "kubeconfig": secret(KUBECONFIG), "existing_cluster_id": "sandbox"},
    ),
    "storage": (
        "Storage",
        {"region": "cn-hangzhou", "bucket_prefix": "acme-dev", "hdfs_kms_key": secret("key-bjj1abc")}
        | {"hdfs_encryption": "KMS", "hdfs_abort_uploads_days": 3, "team_buckets": ["payments"]},
    ),
    "storage check": (
        "StorageCheck",
        {
            "namespace": "spark",
            "service_account": "spark",
            "image": output(IMAGE, SOURCE),
            "root": "oss://example-spark-hdfs.cn-hangzhou.oss-dls.aliyuncs.com",
            "pod_template": unknown(),
            "hadoop_conf": {"fs.oss.endpoint": "cn-hangzhou.oss-dls.aliyuncs.com"},
        },
    ),
    "registry, bought": (
        "Registry",
        {"instance_name": "acme", "edition": "Standard", "months": 12, "namespace": "spark", "immutable_tags": False}
        | {"repositories": ["spark"], "more_repositories": ["ml"], "public_ranges": ["203.0.113.0/24"]},
    ),
    "registry, existing from outputs": (
        "Registry",
        {
            "instance_name": "acme",
            "existing_instance_id": output("cri-a1b2", SOURCE),
            "namespace": "spark",
            "vpc_id": output("vpc-bp1abc", SOURCE),
            "vswitch_id": unknown(),
            "cluster_id": secret("c1"),
            "pods": "acs",
            "namespaces": ["spark-payments"],
        },
    ),
    "identity": (
        "Identity",
        {
            "workload": "ads",
            "namespace": "spark-ads",
            "service_accounts": ["spark-driver"],
            "mode": "rrsa",
            "oidc_provider_arn": output(OIDC, ROLE),
            "oidc_issuer_url": unknown(),
            "files_bucket": secret("acme-files"),
            "write_folders": ["teams/ads/"],
        },
    ),
    "shuffle service": (
        "ShuffleService",
        {
            "workers_replicas": 4,
            "workers_vcpu": 2.0,
            "workers_memory_gib": 8,
            "quotas_gib": {"payments": 100},
            "image": output("apache/celeborn:0.7.0", SOURCE),
            "zone_spread": False,
            "protect": True,
            "pods": "plain",
        },
    ),
    "admission": ("AdmissionPolicies", {"priority_classes": ["batch"], "levels": {}}),
    "workspace, plain": ("Workspace", WORKSPACE | {"quota_pods": 50, "quota_cpu": 200, "quota_memory_gib": 800}),
    "workspace, numbers as secret, unknown and output": (
        "Workspace",
        WORKSPACE
        | {"quota_pods": secret(50), "quota_cpu": unknown(), "quota_memory_gib": output(800, SOURCE)}
        | {"shuffle_namespace": "celeborn", "shuffle_conf": output({"spark.celeborn.auth.enabled": "true"}, SOURCE)},
    ),
    "workspace with a role": (
        "Workspace",
        {"team": "ads", "credentials": "rrsa", "role_name": output("ads", ROLE), "oss_hdfs": True}
        | {"role_arn": secret("acs:ram::1:role/ads"), "oidc_provider_arn": unknown()}
        | {"event_log_dir": output(LOGS, SOURCE)},
    ),
    "operator": (
        "SparkOperator",
        {"job_namespaces": ["spark-a", "spark-b"], "replicas": 2, "cpu": 1.5, "memory_gib": 3, "ui_service": False},
    ),
    "history server": (
        "HistoryServer",
        {"event_log_dir": output(LOGS, SOURCE), "image": unknown(), "credentials": "eci", "role_name": secret("r")}
        | {"store_gib": 30, "acls": True, "admins": ["root"]},
    ),
    "monitoring": (
        "Monitoring",
        {"crds": True, "job_namespaces": ["spark-a"], "vcpu_hour_price": 0.25, "gib_hour_price": 1}
        | {"thresholds_quota_percent": 80},
    ),
    "platform": (
        "SparkPlatform",
        {
            "kubeconfig": secret(KUBECONFIG),
            "settings": {
                "environment": "dev",
                "cluster": {"flavour": "existing", "existing": {"cluster_id": "sandbox"}},
                "shuffle": {"workers": {"replicas": 2, "vcpu": 2.0}, "quotas_gib": {"payments": 10}},
                "workspaces": [{"team": "payments", "quota": {"pods": 50, "cpu": 200}}],
                "monitoring": {"crds": False},
            },
        },
    ),
}  # fmt: skip
