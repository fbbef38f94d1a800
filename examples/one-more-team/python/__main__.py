"""A workspace on the platform of another stack."""

import pulumi
import pulumi_kubernetes as k8s
from spark_on_ack import Identity, ShuffleService, SparkOperator, Workspace

TEAM, NAMESPACE = "payments", "spark-payments"
MASTERS = [f"celeborn-master-{i}.celeborn-master.celeborn.svc.cluster.local:9097" for i in range(3)]

config = pulumi.Config()
platform = pulumi.StackReference(config.require("platform"))
kubeconfig = platform.require_output("kubeconfig")
cluster_id = platform.require_output("clusterId")
cluster = k8s.Provider("cluster", kubeconfig=kubeconfig, cluster_identifier=cluster_id)
inside = pulumi.ResourceOptions(providers=[cluster])

# Creates nothing: it only computes what jobs need to use the platform's shuffle service.
shuffle = ShuffleService("shuffle", {"existing_endpoints": MASTERS})

role = Identity(
    TEAM,
    {
        "workload": TEAM,
        "namespace": NAMESPACE,
        "service_accounts": ["spark-driver", "spark-executor"],
        "hdfs_bucket": config.require("bucket"),
    },
)
workspace = Workspace(
    TEAM,
    {
        "team": TEAM,
        "namespace": NAMESPACE,
        "quota_pods": 300,
        "quota_cpu": 1200,
        "quota_memory_gib": 4800,
        "spark_executor_spot": True,
        "credentials": "eci",
        "role_name": role.role_name,
        "oss_hdfs": True,
        "event_log_dir": platform.require_output("storageRoots").apply(lambda roots: roots["eventLogs"]),
        "shuffle_namespace": "celeborn",
        "shuffle_conf": shuffle.spark_conf,
    },
    inside,
)
operator = SparkOperator(
    "operator",
    {"namespace": "spark-operator-payments", "job_namespaces": [NAMESPACE], "install_crds": False},
    pulumi.ResourceOptions(providers=[cluster], depends_on=[workspace]),
)

pulumi.export("submitGroup", workspace.submit_group)
pulumi.export("submitCommands", operator.submit_commands)
