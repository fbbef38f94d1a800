"""Flat arguments of ShuffleService. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import ShuffleServiceInputs


class ShuffleServiceArgs(TypedDict):
    """Inputs of ShuffleService: its settings, what runs its pods, who reads its metrics."""

    namespace: NotRequired[str]
    """Namespace of the service, used by nothing else. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: celeborn."""
    existing_endpoints: NotRequired[list[str]]
    """Masters (host:port) of an existing service; then nothing is created, and jobs use that one. Allowed: a list, each a master as host:port. Default: empty."""
    image: NotRequired[pulumi.Input[str]]
    """The servers' image; without internet access a copy, for example in an ACR instance of the region. Allowed: an image reference whose tag begins with 0.7.0, the release the keys are checked against. Default: apache/celeborn:0.7.0."""
    pull_secrets: NotRequired[list[str]]
    """Names of pull secrets in the service's namespace. Allowed: a list, each text. Default: empty."""
    masters_replicas: NotRequired[int]
    """Masters; 3 survive the loss of one, 5 of two, 1 is for trials. Cannot be changed later. Allowed: 1, 3, 5. Default: 3."""
    masters_vcpu: NotRequired[float]
    """vCPU of a master. Allowed: a number from 0.25 to 64. Default: 2."""
    masters_memory_gib: NotRequired[float]
    """Memory of a master in GiB; 60 % of it is heap. Allowed: a number from 1 to 512. Default: 4."""
    masters_disk_gib: NotRequired[int]
    """Disk for a master's Raft log in GiB; the default is the smallest ESSD. Cannot be changed later. Allowed: a whole number from 20 to 2048. Default: 20."""
    masters_conf: NotRequired[dict[str, str]]
    """Further celeborn.* keys of the masters, checked against the release. Allowed: a map of text to text. Default: empty."""
    workers_replicas: NotRequired[int]
    """Workers; 2 or more for replication, 4 or more in production. Allowed: a whole number from 1 to 500. Default: 3."""
    workers_autoscaled: NotRequired[bool]
    """True if KEDA or an HPA sets the number of workers: updates then leave it unchanged. Allowed: true or false. Default: false."""
    workers_vcpu: NotRequired[float]
    """vCPU of a worker; Celeborn's page: 2 vCPU for 5 GiB. Allowed: a number from 0.25 to 64. Default: 4."""
    workers_memory_gib: NotRequired[float]
    """Memory of a worker in GiB: 1/8 heap, 5/8 off-heap, 1/4 spare. Allowed: a number from 2 to 512. Default: 16."""
    workers_disks: NotRequired[int]
    """Disks of a worker; each needs 1229 MiB of off-heap memory. Cannot be changed later. Allowed: a whole number from 1 to 8. Default: 1."""
    workers_disk_gib: NotRequired[int]
    """Size of each disk in GiB, of which 90 % are used. Cannot be changed later. Allowed: a whole number from 40 to 32768. Default: 200."""
    workers_drain_hours: NotRequired[int]
    """Longest time that a worker being scaled in waits for its shuffles to be read. Allowed: a whole number from 1 to 48. Default: 6."""
    workers_conf: NotRequired[dict[str, str]]
    """Further celeborn.* keys of the workers, checked against the release. Allowed: a map of text to text. Default: empty."""
    disks_storage_class: NotRequired[str]
    """An existing StorageClass (binding WaitForFirstConsumer); without one an ESSD class is created. Cannot be changed later. Allowed: text. Default: none."""
    disks_performance_level: NotRequired[str]
    """Performance level of the ESSDs created here; smallest sizes: PL0 40 GiB, PL1 20 GiB, PL2 461 GiB, PL3 1261 GiB. Allowed: PL0, PL1, PL2, PL3. Default: PL1."""
    disks_encrypted: NotRequired[bool]
    """Encrypt the ESSDs created here (with the account's default key). Allowed: true or false. Default: true."""
    replication: NotRequired[bool]
    """Two copies of shuffle data, so that a lost worker costs no recomputation (needs 2 workers). Allowed: true or false. Default: true."""
    quotas_gib: NotRequired[dict[str, int]]
    """Most GiB of shuffle data a team may hold, by team; others are unlimited. Takes effect within 4 minutes. Allowed: a map of text to a whole number. Default: empty."""
    user_quotas_gib: NotRequired[dict[str, int]]
    """Most GiB of shuffle data a user of a team may hold, by team/user. Allowed: a map of text to a whole number. Default: empty."""
    interrupt_over_quota: NotRequired[bool]
    """Cancel running jobs that exceed their quota as well; otherwise only new shuffles fail. Allowed: true or false. Default: false."""
    authentication: NotRequired[bool]
    """Jobs prove that a shuffle is theirs (SASL); off only for trials. Allowed: true or false. Default: true."""
    tls_secret: NotRequired[str]
    """An existing Secret in the service's namespace with keystore.jks, truststore.jks and keystore-password; switches TLS on. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: none."""
    tls_trust_store: NotRequired[str]
    """Path of the trust store in the pods of jobs (certificates only). Allowed: text. Default: /etc/celeborn-tls/truststore.jks."""
    worker_timeout_seconds: NotRequired[int]
    """Seconds without a heartbeat after which a worker counts as lost; must exceed a pod's restart. Allowed: a whole number from 60 to 900. Default: 240."""
    zone_spread: NotRequired[bool]
    """Spread over zones; needs a Pro cluster, otherwise set it to false. Allowed: true or false. Default: true."""
    network_policy: NotRequired[bool]
    """Admit only workspaces, the service itself and monitoring. Allowed: true or false. Default: true."""
    cluster_domain: NotRequired[str]
    """DNS domain of the cluster. Allowed: text. Default: cluster.local."""
    protect: NotRequired[bool]
    """Refuse to delete or replace what holds data while this is true. Allowed: true or false. Default: false."""
    pod_annotations: NotRequired[dict[str, str]]
    """Further annotations of all pods (ECI: k8s.aliyun.com/…). Allowed: text to text; keys as domain/name. Default: empty."""
    pod_labels: NotRequired[dict[str, str]]
    """Further labels of all pods (ACS: alibabacloud.com/…). Allowed: text to text; keys as name or domain/name, names and values of at most 63 letters, digits, dashes, dots and underscores. Default: empty."""
    node_selector: NotRequired[dict[str, str]]
    """Node labels the pods require. Allowed: text to text; keys as name or domain/name, names and values of at most 63 letters, digits, dashes, dots and underscores. Default: empty."""
    pods: NotRequired[str]
    """What runs the pods: eci (ACK Serverless on ECI), virtual-node (ECI behind the virtual nodes of a managed cluster), acs (ACS), plain (any other Kubernetes). Allowed: eci, virtual-node, acs, plain. Default: eci."""
    tags: NotRequired[dict[str, str]]
    """Tags of the disks, and of the pods on ECI (cost allocation). Allowed: a map of text to text. Default: empty."""
    metrics_namespace: NotRequired[str]
    """Namespace whose pods may read metrics; the default is that of managed Prometheus's agent. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: arms-prom."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    ShuffleServiceArguments = ShuffleServiceArgs | ShuffleServiceInputs
else:
    ShuffleServiceArguments = ShuffleServiceArgs
