"""Spark on an existing VPC, cluster and buckets."""

import pulumi
from spark_on_ack import (
    AdmissionPolicies,
    Cluster,
    HistoryServer,
    Identity,
    ShuffleService,
    SparkOperator,
    Storage,
    Workspace,
)

REGION, PODS, NAMESPACE, HISTORY = "cn-hangzhou", "virtual-node", "spark-payments", "spark-history"
config = pulumi.Config()
image = config.require("image")
oidc_arn, oidc_url = config.require("oidcProviderArn"), config.require("oidcIssuerUrl")

cluster = Cluster("cluster", {"flavour": "existing", "existing_context": config.require("context")})
inside = pulumi.ResourceOptions(providers=[cluster.provider])
storage = Storage(
    "storage",
    {
        "region": REGION,
        "hdfs_mode": "preexisting",
        "hdfs_bucket": config.require("hdfsBucket"),
        "files_mode": "preexisting",
        "files_bucket": config.require("filesBucket"),
    },
)
shuffle = ShuffleService("shuffle", {"pods": PODS}, inside)
admission = AdmissionPolicies("admission", {}, inside)

role = Identity(
    "payments",
    {
        "workload": "payments",
        "namespace": NAMESPACE,
        "service_accounts": ["spark-driver", "spark-executor"],
        "mode": "rrsa",
        "oidc_provider_arn": oidc_arn,
        "oidc_issuer_url": oidc_url,
        "hdfs_bucket": storage.hdfs_bucket,
        "files_bucket": storage.files_bucket,
        "write_folders": ["teams/payments/"],
    },
)
workspace = Workspace(
    "payments",
    {
        "team": "payments",
        "pods": PODS,
        "region": REGION,
        "spark_image": image,
        "egress_cluster_cidrs": [config.require("vpcCidr")],
        "credentials": "rrsa",
        "role_arn": role.role_arn,
        "oidc_provider_arn": oidc_arn,
        "oss_hdfs": True,
        "event_log_dir": storage.event_log_dir,
        "files_bucket": storage.files_bucket,
        "shuffle_namespace": "celeborn",
        "shuffle_conf": shuffle.spark_conf,
    },
    inside,
)
operator = SparkOperator(
    "operator",
    {"job_namespaces": [NAMESPACE], "pods": PODS},
    pulumi.ResourceOptions(providers=[cluster.provider], depends_on=[workspace]),
)

reader = Identity(
    "history",
    {
        "workload": "history",
        "namespace": HISTORY,
        "service_accounts": ["spark-history"],
        "mode": "rrsa",
        "oidc_provider_arn": oidc_arn,
        "oidc_issuer_url": oidc_url,
        "hdfs_bucket": storage.hdfs_bucket,
    },
)
history = HistoryServer(
    "history",
    {
        "namespace": HISTORY,
        "image": image,
        "event_log_dir": storage.event_log_dir,
        "pods": PODS,
        "credentials": "rrsa",
        "role_arn": reader.role_arn,
        "oidc_provider_arn": oidc_arn,
    },
    inside,
)

pulumi.export("submitCommands", operator.submit_commands)
pulumi.export("submitGroup", workspace.submit_group)
pulumi.export("openHistory", history.open_command)
