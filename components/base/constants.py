"""Names that several parts must agree on, said once: labels, annotations, ports, accounts, groups, versions."""

from typing import Final

PROJECT: Final = "spark-on-ack"

# --- versions (facts: Spark 3.5 is what Celeborn 0.7.0 was measured with) ---
CELEBORN_VERSION: Final = "0.7.0"
SPARK_OPERATOR_VERSION: Final = "2.5.2"
SPARK_VERSION: Final = "3.5.9"
JINDOSDK_VERSION: Final = "6.10.7"

# --- labels and annotations of our own ---
LABEL_WORKSPACE: Final = "spark-on-ack.io/workspace"
"""On a team's namespace, value = team. The cluster-wide admission policies bind by it."""
LABEL_ROLE: Final = "spark-on-ack.io/role"
"""On a namespace: workspace, shuffle, operator, history. NetworkPolicies select by it."""
ANNOTATION_IMAGES: Final = "spark-on-ack.io/allowed-images"
"""On a team's namespace: image prefixes its pods may use, comma separated. Read by the admission policies."""
ANNOTATION_BUDGET: Final = "spark-on-ack.io/monthly-budget-cny"
"""On a team's namespace: what it may cost a month, whole CNY. The cost policies compare the quota with it."""
ANNOTATION_RAM_ROLES: Final = "spark-on-ack.io/allowed-ram-roles"
"""On a team's namespace: ECI RAM role names its pods may carry, comma separated."""
ANNOTATION_MAX_EXECUTORS: Final = "spark-on-ack.io/max-executors"
"""On a team's namespace: executors its quota leaves beside the drivers. Read by the admission policies."""
ANNOTATION_MAX_CPU: Final = "spark-on-ack.io/max-container-cpu"
ANNOTATION_MAX_MEMORY: Final = "spark-on-ack.io/max-container-memory"
"""On a team's namespace: the largest request of one container, as Kubernetes quantities."""
ANNOTATION_RETIRED: Final = "spark-on-ack.io/retired"
"""On a team's namespace that takes no new jobs: the day from which it may go. Read by the admission policies."""

# --- Kubernetes and ACK ---
LABEL_ZONE: Final = "topology.kubernetes.io/zone"
LABEL_MANAGED_BY: Final = "app.kubernetes.io/managed-by"
LABEL_NAME: Final = "app.kubernetes.io/name"
LABEL_COMPONENT: Final = "app.kubernetes.io/component"
LABEL_NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"
ECI: Final = "k8s.aliyun.com/"
"""Prefix of the ECI pod annotations; they act only at pod creation."""
VIRTUAL_NODE_TAINT: Final = "virtual-kubelet.io/provider"
SCRAPER_NAMESPACE: Final = "arms-prom"
"""Namespace of managed Prometheus's agent on ACK (from memory of ACK's add-on, not proven here): it reads metrics."""
CLOSED_BY_QUOTA: Final = ("services.loadbalancers", "services.nodeports")
"""What a team's quota forbids altogether: the ways into the cluster's network from outside."""
LABEL_SPARK_ROLE: Final = "spark-role"

# --- accounts and groups ---
DRIVER_ACCOUNT: Final = "spark-driver"
EXECUTOR_ACCOUNT: Final = "spark-executor"


def submit_group(team: str) -> str:
    """The group whose members may submit jobs in `team`'s workspace (people by RAM mapping, CI by certificate)."""
    return f"{PROJECT}:{team}:submit"


# --- ports: Celeborn (facts/shuffle 4.1), Spark, operator ---
CELEBORN_MASTER_RPC: Final = 9097
CELEBORN_MASTER_RATIS: Final = 9872
CELEBORN_MASTER_HTTP: Final = 9098
CELEBORN_MASTER_INTERNAL: Final = 8097
CELEBORN_WORKER_RPC: Final = 9091
CELEBORN_WORKER_FETCH: Final = 9092
CELEBORN_WORKER_PUSH: Final = 9093
CELEBORN_WORKER_REPLICATE: Final = 9094
CELEBORN_WORKER_INTERNAL: Final = 9095
CELEBORN_WORKER_HTTP: Final = 9096
CELEBORN_PAUSE_RECEIVE: Final = 0.85
"""Used share of a Celeborn worker's direct memory from which it takes no more pushes (its default)."""
CELEBORN_CLIENT: Final = 7077
"""The driver's Celeborn LifecycleManager: executors connect to it, so it must be fixed for the NetworkPolicy."""
SPARK_DRIVER_RPC: Final = 7078
SPARK_BLOCK_MANAGER: Final = 7079
SPARK_UI: Final = 4040
SPARK_HISTORY_UI: Final = 18080
CREDENTIALS_SIDECAR: Final = 7100
"""Loopback port at which the RRSA sidecar of a pod serves short-lived credentials to JindoSDK."""
OPERATOR_METRICS: Final = 8080
DNS: Final = 53
HTTPS: Final = 443
KUBE_API: Final = 6443
