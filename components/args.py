"""Flat arguments of every component. GENERATED from the input models by `make generate`: do not edit."""

from typing import Any, NotRequired, TypedDict

import pulumi


class NetworkArgs(TypedDict):
    """Inputs of Network: the settings, the region, and how many pods it must carry."""

    zones: NotRequired[list[str]]
    """Zones of the vswitches. Only append: the place in the list decides a zone's addresses. Three zones let any of them carry the load when spot capacity is short in another. Allowed: a list, each a zone id such as cn-hangzhou-h or ap-southeast-1a. Default: empty."""
    cidr: NotRequired[str]
    """Addresses of the VPC. Allowed: an IPv4 range such as 10.0.0.0/16, mask /8 to /28 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Default: 10.0.0.0/16."""
    vswitch_mask: NotRequired[int]
    """Mask of each vswitch; /19 has 8,188 addresses for pods, /20 4,092. Allowed: a whole number from 16 to 29. Default: 19."""
    vswitch_cidrs: NotRequired[list[str]]
    """Addresses of each vswitch, one a zone; empty: the first ranges of the VPC with vswitch_mask. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /16 to /29 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Default: empty."""
    egress_cidrs: NotRequired[list[str]]
    """Further ranges that pods may reach, such as a peered VPC with databases. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: empty."""
    nat_enabled: NotRequired[bool]
    """Make it; costs by the hour and by traffic. Not needed for OSS and images in ACR of the region. Allowed: true or false. Default: false."""
    nat_bandwidth_mbps: NotRequired[int]
    """Upper limit of the public address in Mbit/s (pay by traffic). Allowed: a whole number from 1 to 200. Default: 100."""
    resource_group_id: NotRequired[pulumi.Input[str]]
    """Resource group of everything made here; none: the account's default group. Allowed: an id such as rg-acfm1abc. Default: none."""
    existing_vpc_id: NotRequired[pulumi.Input[str]]
    """The VPC. Allowed: an id such as vpc-bp1abc. Default: none."""
    existing_vswitch_ids: NotRequired[list[pulumi.Input[str]]]
    """One to five vswitches, one a zone. Allowed: a list, each an id such as vsw-bp1abc. Default: empty."""
    existing_security_group_id: NotRequired[pulumi.Input[str]]
    """Enterprise security group with rules that let pods reach each other, OSS and the API server. Allowed: an id such as sg-bp1abc. Default: none."""
    region: NotRequired[str]
    """Region of the VPC; the zones must be in it. Allowed: an Alibaba Cloud region id such as cn-hangzhou or ap-southeast-1. Default: cn-hangzhou."""
    tags: NotRequired[dict[str, str]]
    """Further tags of everything made here. Allowed: text to text; keys of 1 to 128 characters that do not begin with aliyun or acs:, values of at most 128, neither with a comma or a colon (ECI writes them as key:value,key:value). Default: empty."""
    pods_needed: NotRequired[int]
    """Pods that may run together (sum of the quotas): each needs one address. Allowed: a whole number from 0 to 1000000. Default: none."""


class ClusterArgs(TypedDict):
    """Inputs of Cluster: the settings and the network it stands in."""

    flavour: str
    """serverless: ACK Serverless, pods on ECI (only accounts that already had one before 2025-02-17); acs: pods on ACS, open to every account; virtual-node: managed ACK with virtual nodes; existing: any cluster by its kubeconfig. Cannot be changed later. Allowed: serverless, acs, virtual-node, existing."""
    existing_kubeconfig_file: NotRequired[str]
    """Path of a kubeconfig, relative to the project; `~` is the home. The file stays where it is. Allowed: text. Default: none."""
    existing_context: NotRequired[str]
    """Context in the kubeconfig (alone: in the default kubeconfig). Allowed: text. Default: none."""
    existing_cluster_id: NotRequired[str]
    """ACK id, or any name that stays the same as long as it is the same cluster: when it changes, everything in Kubernetes is made anew. Default: the context, else the file, else `existing`. Allowed: text. Default: none."""
    existing_pods: NotRequired[str]
    """What runs its pods: eci (ACK Serverless), virtual-node, acs, or plain. Allowed: eci, virtual-node, acs, plain. Default: plain."""
    existing_oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """RAM OIDC provider of the cluster; needed for identities by service account (RRSA). Allowed: an ARN such as acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1. Default: none."""
    existing_oidc_issuer_url: NotRequired[pulumi.Input[str]]
    """Issuer of the cluster's service account tokens; needed for identities by service account. Allowed: an https:// address. Default: none."""
    version: NotRequired[str]
    """Kubernetes version, raised one minor at a time. None: the newest when it is made. Allowed: a version such as 1.34 or 1.34.1-aliyun.1. Default: none."""
    upgrade_channel: NotRequired[str]
    """Automatic upgrades inside the maintenance window. Default: patch; off where a version is set. Allowed: off, patch, stable, rapid. Default: none."""
    spec: NotRequired[str]
    """Control plane size. Only Pro has NetworkPolicy, zone spread and control plane logs; xlarge and more sell scheduling rate and exist for virtual-node. Allowed: ack.pro.small, ack.pro.xlarge, ack.pro.2xlarge, ack.pro.4xlarge. Default: ack.pro.small."""
    service_cidr: NotRequired[str]
    """Addresses of Kubernetes services, outside the VPC. Cannot be changed later. Allowed: an IPv4 range such as 10.0.0.0/16, mask /16 to /24 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Default: 172.21.0.0/20."""
    public_endpoint: NotRequired[bool]
    """API server also on the internet. Without it, Pulumi must run where the VPC is reachable. Cannot be changed later. Allowed: true or false. Default: false."""
    deletion_protection: NotRequired[bool]
    """Neither ACK nor Pulumi deletes the cluster before this is off (and an update has run). Allowed: true or false. Default: true."""
    encryption_key_id: NotRequired[pulumi.Input[str]]
    """KMS key that encrypts Kubernetes Secrets at rest. None: not encrypted by a key of yours. Allowed: a KMS key id such as key-bjj1abc or a UUID. Default: none."""
    logs_control_plane: NotRequired[list[str]]
    """Control plane components whose logs are kept. Allowed: a list, each apiserver, kcm, scheduler, ccm, controlplane-events. Default: apiserver, kcm, scheduler."""
    logs_audit: NotRequired[bool]
    """Keep the API server's audit log: who did what in which namespace. Allowed: true or false. Default: true."""
    logs_retention_days: NotRequired[int]
    """Days that control plane logs are kept. Allowed: a whole number from 1 to 3650. Default: 30."""
    logs_project: NotRequired[pulumi.Input[str]]
    """Log project that exists. None: ACK makes `k8s-log-<cluster id>`; project names are unique in the whole cloud, and a name with the cluster's id cannot be taken. Allowed: text. Default: none."""
    logs_keep_when_deleted: NotRequired[bool]
    """Keep the logs when the cluster is deleted. Allowed: true or false. Default: true."""
    maintenance_days: NotRequired[list[str]]
    """Days of the week. Allowed: a list, each Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday. Default: Saturday."""
    maintenance_start: NotRequired[str]
    """Beginning of the window, with the offset from UTC. Allowed: a time such as 02:00+08:00. Default: 02:00+08:00."""
    maintenance_hours: NotRequired[int]
    """Length of the window in hours. Allowed: a whole number from 1 to 24. Default: 3."""
    addons: NotRequired[dict[str, str]]
    """Add-on to version, beside the flavour's own; `off` leaves one of those out. Allowed: a map of text to a version such as v0.7.6, latest (chosen once, at installation) or off. Default: empty."""
    pod_defaults_enabled: NotRequired[bool]
    """Write the profile; it acts on new pods at once. Allowed: true or false. Default: true."""
    pod_defaults_image_cache: NotRequired[bool]
    """Start from a matching image cache where there is one. Allowed: true or false. Default: true."""
    pod_defaults_spot_fallback: NotRequired[bool]
    """A spot pod runs on demand when there is no spot capacity. Allowed: true or false. Default: true."""
    region: NotRequired[str]
    """Region of the cluster. Allowed: an Alibaba Cloud region id such as cn-hangzhou or ap-southeast-1. Default: cn-hangzhou."""
    tags: NotRequired[dict[str, str]]
    """Further tags of the cluster and of its ECI pods. Allowed: text to text; keys of 1 to 128 characters that do not begin with aliyun or acs:, values of at most 128, neither with a comma or a colon (ECI writes them as key:value,key:value). Default: empty."""
    vswitch_ids: NotRequired[pulumi.Input[list[str]]]
    """One to five vswitches, one a zone. Allowed: a list, each an id such as vsw-bp1abc. Default: none."""
    security_group_id: NotRequired[pulumi.Input[str]]
    """Security group of the pods. Allowed: an id such as sg-bp1abc. Default: none."""
    network_cidr: NotRequired[str]
    """Addresses of the VPC, to compare with the service addresses. Allowed: an IPv4 range such as 10.0.0.0/16, mask /8 to /28. Default: none."""
    resource_group_id: NotRequired[pulumi.Input[str]]
    """Resource group of the cluster; none: the account's default group. Allowed: an id such as rg-acfm1abc. Default: none."""
    kubeconfig: NotRequired[pulumi.Input[str]]
    """Content of the existing cluster's kubeconfig; kept as a secret. Allowed: text. Default: none."""


class StorageArgs(TypedDict):
    """Buckets for data, event logs, uploads and job artifacts."""

    bucket_prefix: NotRequired[str]
    """First part of the bucket names, which all customers of OSS share: put the company's name in it; the buckets are <bucket_prefix>-hdfs and <bucket_prefix>-files. Allowed: 3 to 48 lower-case letters, digits and dashes, no dash first. Default: none."""
    hdfs_bucket: NotRequired[str]
    """Name of the bucket, unique in all of OSS; left out: made of bucket_prefix. Allowed: 3 to 63 lower-case letters, digits and dashes, no dash at either end. Default: none."""
    hdfs_adopt: NotRequired[bool]
    """With mode preexisting: put encryption, TLS and public-access rules on the bucket too; this replaces the bucket policy it has. Allowed: true or false. Default: false."""
    hdfs_redundancy: NotRequired[str]
    """Copies in one zone (LRS) or in three (ZRS, dearer); cannot be changed later. Allowed: LRS, ZRS. Default: LRS."""
    hdfs_encryption: NotRequired[str]
    """Encryption of new objects: keys of OSS (AES256, free) or of KMS (a call fee per object). Allowed: AES256, KMS. Default: AES256."""
    hdfs_kms_key: NotRequired[pulumi.Input[str]]
    """Id of the KMS key for encryption KMS; left out: the key OSS keeps in KMS. Allowed: a KMS key id such as key-bjj1abc or a UUID. Default: none."""
    hdfs_abort_uploads_days: NotRequired[int]
    """Days after which an unfinished multipart upload is removed. Allowed: a whole number from 1 to 3650. Default: 7."""
    hdfs_mode: NotRequired[str]
    """ros: made by one ROS stack, the only programmable way to switch OSS-HDFS on (no account has run it yet); preexisting: made in the console with OSS-HDFS on, named in bucket. Allowed: ros, preexisting. Default: ros."""
    hdfs_storage_class: NotRequired[str]
    """Storage class; cannot be changed later. Allowed: Standard, IA (OSS-HDFS does not work on the archive classes). Default: Standard."""
    hdfs_expire_days: NotRequired[dict[str, int]]
    """Folder of plain OSS objects in this bucket -> days until they are deleted. Allowed: a map of text to a whole number from 1 to 3650. Default: empty."""
    hdfs_versioning: NotRequired[bool]
    """Bucket versioning, which OSS-HDFS does not survive. Allowed: false (OSS-HDFS may become unavailable on a versioned bucket). Default: false."""
    hdfs_worm: NotRequired[bool]
    """Retention policy (WORM), which OSS-HDFS does not survive. Allowed: false (under a retention policy OSS-HDFS can never free deleted data). Default: false."""
    files_bucket: NotRequired[str]
    """Name of the bucket, unique in all of OSS; left out: made of bucket_prefix. Allowed: 3 to 63 lower-case letters, digits and dashes, no dash at either end. Default: none."""
    files_adopt: NotRequired[bool]
    """With mode preexisting: put encryption, TLS and public-access rules on the bucket too; this replaces the bucket policy it has. Allowed: true or false. Default: false."""
    files_redundancy: NotRequired[str]
    """Copies in one zone (LRS) or in three (ZRS, dearer); cannot be changed later. Allowed: LRS, ZRS. Default: LRS."""
    files_encryption: NotRequired[str]
    """Encryption of new objects: keys of OSS (AES256, free) or of KMS (a call fee per object). Allowed: AES256, KMS. Default: AES256."""
    files_kms_key: NotRequired[pulumi.Input[str]]
    """Id of the KMS key for encryption KMS; left out: the key OSS keeps in KMS. Allowed: a KMS key id such as key-bjj1abc or a UUID. Default: none."""
    files_abort_uploads_days: NotRequired[int]
    """Days after which an unfinished multipart upload is removed. Allowed: a whole number from 1 to 3650. Default: 7."""
    files_mode: NotRequired[str]
    """Make the bucket, or use the one in bucket. Allowed: create, preexisting. Default: create."""
    files_storage_class: NotRequired[str]
    """Storage class; cannot be changed later. Allowed: Standard, IA (archived objects cannot be read by a job that starts). Default: Standard."""
    files_versioning: NotRequired[bool]
    """Keep replaced and deleted objects for old_versions_days. Allowed: true or false. Default: true."""
    files_old_versions_days: NotRequired[int]
    """Days a replaced or deleted object is kept (versioning). Allowed: a whole number from 1 to 3650. Default: 30."""
    files_logs_days: NotRequired[int]
    """Days until objects under logs/ are deleted. Allowed: a whole number from 1 to 3650. Default: 90."""
    files_expire_days: NotRequired[dict[str, int]]
    """Further folder -> days until its objects are deleted. Allowed: a map of text to a whole number from 1 to 3650. Default: empty."""
    team_buckets: NotRequired[list[str]]
    """Teams whose data gets an HDFS bucket of its own, <hdfs bucket>-<team>: the only isolation of data that RAM can enforce on OSS-HDFS, because all files of a bucket lie as blocks under .dlsdata/. Allowed: a list, each a team's name as in its workspace. Default: empty."""
    service_role: NotRequired[str]
    """AliyunOSSDlsDefaultRole, through which OSS-HDFS reaches its data. It exists once an account: create only in one stack of an account that never used OSS-HDFS; it is never deleted. Allowed: existing, create. Default: existing."""
    region: str
    """Region of the buckets. Allowed: a region with OSS-HDFS: ap-northeast-1, ap-southeast-1, ap-southeast-5, ap-southeast-7, cn-beijing, cn-guangzhou, cn-hangzhou, cn-hongkong, cn-qingdao, cn-shanghai, cn-shenzhen, cn-wulanchabu, cn-zhangjiakou, eu-central-1, me-central-1, us-east-1, us-west-1."""
    tags: NotRequired[dict[str, str]]
    """Tags of every cloud object. Allowed: a map of text to text. Default: empty."""


class StorageCheckArgs(TypedDict):
    """A check of a bucket from inside the cluster: list, create folders, write, read, rename, delete."""

    namespace: str
    """Namespace of the check. Allowed: a Kubernetes name of 1 to 53 characters."""
    service_account: str
    """Service account of its pod, with the rights to be checked. Allowed: a Kubernetes name of 1 to 53 characters."""
    image: pulumi.Input[str]
    """Spark image with JindoSDK, the one jobs use. Allowed: text."""
    root: str
    """Root of the bucket or folder to check; the check leaves nothing there. Allowed: an address such as oss://bucket.region.oss-dls…."""
    folders: NotRequired[list[str]]
    """Folders under the root that the check creates for good, such as the event log folder. Allowed: a list, each a path without spaces, colons and wildcards. Default: empty."""
    hadoop_conf: dict[str, str]
    """Hadoop settings that reach the bucket: the job defaults' spark.hadoop.* without that prefix. Allowed: a map of text to text."""
    pod_template: NotRequired[pulumi.Input[str]]
    """JSON of a pod template to build on, such as a workspace's driver template: its annotations, labels, volumes, tolerations and sidecars give the check the identity and the place that jobs have. Allowed: text. Default: empty."""
    name: NotRequired[str]
    """Name of the CronJob. Allowed: a Kubernetes name of 1 to 53 characters. Default: check-storage."""


class IdentityArgs(TypedDict):
    """One RAM role for one workload, with rights on its buckets and folders only."""

    mode: NotRequired[str]
    """eci: the pod's annotation names the RAM role (fewest parts; not on ACS; an admission policy keeps teams to their own role); rrsa: the role is bound to the service account by the cluster's OIDC provider (JindoSDK then needs a credential sidecar). Neither was run with JindoSDK on an account yet. Allowed: eci, rrsa. Default: eci."""
    role_prefix: NotRequired[str]
    """First part of the RAM roles' names; left out: <project>-<stack>. Allowed: 1 to 40 lower-case letters, digits, dashes. Default: none."""
    existing_roles: NotRequired[dict[str, str]]
    """Workload (a team, or history) -> RAM role that exists: used as it is, nothing is made for it; rrsa needs the ARN. Allowed: a map of text to a RAM role by name or by ARN, acs:ram::<account>:role/<name>. Default: empty."""
    workload: str
    """Who the role is for: a team, history. Allowed: 1 to 40 lower-case letters, digits, dashes."""
    namespace: str
    """Namespace of the workload's pods. Allowed: a Kubernetes name."""
    service_accounts: list[str]
    """Service accounts of the workload's pods; with rrsa no other account can take the role. Allowed: a list, each a Kubernetes name."""
    oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """ARN of the cluster's OIDC provider in RAM; needed for rrsa. Allowed: text. Default: none."""
    oidc_issuer_url: NotRequired[pulumi.Input[str]]
    """Issuer URL of that provider; needed for rrsa. Allowed: text. Default: none."""
    hdfs_bucket: NotRequired[pulumi.Input[str]]
    """HDFS bucket to read and write, as a whole: RAM cannot tell folders of OSS-HDFS apart. For isolation give each team a bucket of its own. Allowed: 3 to 63 lower-case letters, digits and dashes, no dash at either end. Default: none."""
    files_bucket: NotRequired[pulumi.Input[str]]
    """Plain bucket the folders below are in. Allowed: 3 to 63 lower-case letters, digits and dashes, no dash at either end. Default: none."""
    read_folders: NotRequired[list[str]]
    """Folders of the plain bucket to read. Allowed: a list, each text. Default: empty."""
    write_folders: NotRequired[list[str]]
    """Folders of the plain bucket to read, write and delete in. Allowed: a list, each text. Default: empty."""
    kms_key: NotRequired[pulumi.Input[str]]
    """Id of the KMS key the buckets are encrypted with, if any. Allowed: a KMS key id such as key-bjj1abc or a UUID. Default: none."""
    tags: NotRequired[dict[str, str]]
    """Tags of every cloud object. Allowed: a map of text to text. Default: empty."""


class ShuffleServiceArgs(TypedDict):
    """Inputs of ShuffleService: its settings, what runs its pods, who reads its metrics."""

    namespace: NotRequired[str]
    """Namespace of the service, and of nothing else. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: celeborn."""
    existing_endpoints: NotRequired[list[str]]
    """Masters (host:port) of a service that exists; nothing is made then, jobs only use it. Allowed: a list, each a master as host:port. Default: empty."""
    image: NotRequired[pulumi.Input[str]]
    """The servers' image; without internet access a copy, e.g. in an ACR instance of the region. Allowed: an image reference whose tag begins with 0.7.0, the release the keys are checked against. Default: apache/celeborn:0.7.0."""
    pull_secrets: NotRequired[list[str]]
    """Names of pull secrets in the service's namespace. Allowed: a list, each text. Default: empty."""
    masters_replicas: NotRequired[int]
    """Masters; 3 survive the loss of one, 5 of two, 1 is for trials. Fixed for the service's life. Allowed: 1, 3, 5. Default: 3."""
    masters_vcpu: NotRequired[float]
    """vCPU of a master. Allowed: a number from 0.25 to 64. Default: 2."""
    masters_memory_gib: NotRequired[float]
    """Memory of a master in GiB; 60 % becomes heap. Allowed: a number from 1 to 512. Default: 4."""
    masters_disk_gib: NotRequired[int]
    """Disk of a master's Raft log in GiB; 20 is the least ESSD. Allowed: a whole number from 20 to 2048. Default: 20."""
    masters_conf: NotRequired[dict[str, str]]
    """Further celeborn.* keys of the masters, checked against the release. Allowed: a map of text to text. Default: empty."""
    workers_replicas: NotRequired[int]
    """Workers; 2 or more for replication, 4 or more in production. Allowed: a whole number from 1 to 500. Default: 3."""
    workers_autoscaled: NotRequired[bool]
    """True if something else (KEDA, HPA) sets the number of workers: updates then leave it alone. Allowed: true or false. Default: false."""
    workers_vcpu: NotRequired[float]
    """vCPU of a worker; Celeborn's page: 2 vCPU for 5 GiB. Allowed: a number from 0.25 to 64. Default: 4."""
    workers_memory_gib: NotRequired[float]
    """Memory of a worker in GiB: 1/8 heap, 5/8 off-heap, 1/4 spare. Allowed: a number from 2 to 512. Default: 16."""
    workers_disks: NotRequired[int]
    """Disks of a worker; each needs 1.2 GiB of off-heap memory. Allowed: a whole number from 1 to 8. Default: 1."""
    workers_disk_gib: NotRequired[int]
    """Size of each disk in GiB; 90 % is used. Fixed for the service's life. Allowed: a whole number from 40 to 32768. Default: 200."""
    workers_drain_hours: NotRequired[int]
    """Longest time a worker that is scaled in may wait for its shuffles to be read. Allowed: a whole number from 1 to 48. Default: 6."""
    workers_conf: NotRequired[dict[str, str]]
    """Further celeborn.* keys of the workers, checked against the release. Allowed: a map of text to text. Default: empty."""
    disks_storage_class: NotRequired[str]
    """An existing StorageClass (binding WaitForFirstConsumer); without one an ESSD class is made. Allowed: text. Default: none."""
    disks_performance_level: NotRequired[str]
    """Level of the ESSDs that are made; PL0 needs 40 GiB, PL2 461, PL3 1261 at least. Allowed: PL0, PL1, PL2, PL3. Default: PL1."""
    disks_encrypted: NotRequired[bool]
    """Encrypt the ESSDs that are made (with the account's default key). Allowed: true or false. Default: true."""
    replication: NotRequired[bool]
    """Two copies of shuffle data, so that a lost worker costs no recomputation (2 workers or more). Allowed: true or false. Default: true."""
    quotas_gib: NotRequired[dict[str, int]]
    """Most GiB of shuffle data a team may hold, by team; others are unlimited. Acts within 4 minutes. Allowed: a map of text to a whole number. Default: empty."""
    user_quotas_gib: NotRequired[dict[str, int]]
    """Most GiB of shuffle data a user of a team may hold, by team/user. Allowed: a map of text to a whole number. Default: empty."""
    interrupt_over_quota: NotRequired[bool]
    """Cancel running jobs over their quota too; else only new shuffles fail. Allowed: true or false. Default: false."""
    authentication: NotRequired[bool]
    """Jobs prove that a shuffle is theirs (SASL); off only for trials. Allowed: true or false. Default: true."""
    tls_secret: NotRequired[str]
    """An existing Secret in the service's namespace with keystore.jks, truststore.jks and keystore-password; switches TLS on. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: none."""
    tls_trust_store: NotRequired[str]
    """Path of the trust store in the pods of jobs (certificates only). Allowed: text. Default: /etc/celeborn-tls/truststore.jks."""
    worker_timeout_seconds: NotRequired[int]
    """Silence after which a worker counts as lost; a pod's restart must fit into it. Allowed: a whole number from 60 to 900. Default: 240."""
    zone_spread: NotRequired[bool]
    """Spread over zones; needs a Pro cluster, else set it to false. Allowed: true or false. Default: true."""
    network_policy: NotRequired[bool]
    """Admit only workspaces, the service itself and monitoring. Allowed: true or false. Default: true."""
    cluster_domain: NotRequired[str]
    """DNS domain of the cluster. Allowed: text. Default: cluster.local."""
    protect: NotRequired[bool]
    """Refuse to delete or replace what holds data, until set to false. Allowed: true or false. Default: false."""
    pod_annotations: NotRequired[dict[str, str]]
    """Further annotations of all pods (ECI: k8s.aliyun.com/…). Allowed: a map of text to text. Default: empty."""
    pod_labels: NotRequired[dict[str, str]]
    """Further labels of all pods (ACS: alibabacloud.com/…). Allowed: a map of text to text. Default: empty."""
    node_selector: NotRequired[dict[str, str]]
    """Node labels the pods ask for. Allowed: a map of text to text. Default: empty."""
    pods: NotRequired[str]
    """What runs the pods: ACK Serverless on ECI, ECI behind virtual nodes, ACS, or any other Kubernetes. Allowed: eci, virtual-node, acs, plain. Default: eci."""
    tags: NotRequired[dict[str, str]]
    """Tags of the disks, and of the pods on ECI (cost allocation). Allowed: a map of text to text. Default: empty."""
    metrics_namespace: NotRequired[str]
    """Namespace whose pods may read metrics; default: the agent of managed Prometheus. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: arms-prom."""


class AdmissionPoliciesArgs(TypedDict):
    """Inputs of AdmissionPolicies: its settings, and the account of the Spark operator."""

    levels: NotRequired[dict[str, str]]
    """Rule -> deny, warn, audit or off; deny unless said. Rules that keep teams and credentials apart are always deny. Allowed: a map of text to text. Default: empty."""
    pod_creators: NotRequired[list[str]]
    """Further users that may create pods in workspaces, by full name; all other rules hold for them. Allowed: a list, each a Kubernetes user name such as system:serviceaccount:tools:notebooks. Default: empty."""
    priority_classes: NotRequired[list[str]]
    """Priority classes jobs may use. Allowed: a list, each 1 to 63 lower-case letters, digits, dots and dashes. Default: empty."""
    operator_namespace: NotRequired[str]
    """Namespace of the Spark operator. Allowed: 1 to 63 lower-case letters, digits, dots and dashes. Default: spark-operator."""
    operator_account: NotRequired[str]
    """Service account of the operator's controller; it creates the drivers. Allowed: 1 to 63 lower-case letters, digits, dots and dashes. Default: spark-operator-controller."""


class WorkspaceArgs(TypedDict):
    """Inputs of Workspace: its settings, and what the rest of the platform gives its jobs."""

    team: str
    """Name of the team; part of names, labels, cost tags and of the submit group. Allowed: 1 to 40 lower-case letters, digits and dashes, beginning with a letter."""
    namespace: NotRequired[str]
    """Namespace of the team's jobs, and of nothing else. Allowed: 1 to 63 lower-case letters, digits and dashes, not default and not kube-…. Default: spark-<team>."""
    quota_pods: NotRequired[pulumi.Input[int]]
    """Pods that run or wait, drivers and executors together. Allowed: a whole number from 1 to 100000. Default: 200."""
    quota_drivers: NotRequired[pulumi.Input[int]]
    """Drivers expected at the same time; no job may ask for executors in their place. Allowed: a whole number from 1 to 100000. Default: 10."""
    quota_finished_pods: NotRequired[pulumi.Input[int]]
    """Finished driver pods that may lie about besides; they go with their SparkApplication. Allowed: a whole number from 0 to 100000. Default: 500."""
    quota_cpu: NotRequired[pulumi.Input[int]]
    """vCPU requested by all pods; 200 pods of 4 by default. Allowed: a whole number from 1 to 100000. Default: 800."""
    quota_memory_gib: NotRequired[pulumi.Input[int]]
    """GiB of memory requested by all pods; 4 a vCPU by default. Allowed: a whole number from 1 to 100000. Default: 3200."""
    quota_applications: NotRequired[pulumi.Input[int]]
    """SparkApplications, running and finished; set timeToLiveSeconds to have them removed. Allowed: a whole number from 1 to 100000. Default: 500."""
    quota_services: NotRequired[pulumi.Input[int]]
    """Services; a running job has two, its driver's and its UI's. Allowed: a whole number from 0 to 100000. Default: 100."""
    quota_config_maps: NotRequired[pulumi.Input[int]]
    """Config maps; a job has two or three. Allowed: a whole number from 0 to 100000. Default: 500."""
    quota_secrets: NotRequired[pulumi.Input[int]]
    """Secrets. Allowed: a whole number from 0 to 100000. Default: 50."""
    quota_volume_claims: NotRequired[int]
    """Volume claims; 0: none, jobs use the pods' own disks, and drivers cannot make any. Allowed: a whole number from 0 to 10000. Default: 0."""
    quota_storage_gib: NotRequired[pulumi.Input[int]]
    """GiB of all volume claims. Allowed: a whole number from 0 to 100000. Default: 0."""
    container_max_cpu: NotRequired[int]
    """Most vCPU one container may request; ECI ends at 64. Allowed: a whole number from 1 to 64. Default: 16."""
    container_max_memory_gib: NotRequired[int]
    """Most GiB of memory one container may request. Allowed: a whole number from 1 to 512. Default: 64."""
    container_default_cpu_millis: NotRequired[int]
    """Request of a container that names none, in thousandths of a vCPU (sidecars). Allowed: a whole number from 50 to 64000. Default: 500."""
    container_default_memory_mib: NotRequired[int]
    """Memory, as request and limit, of a container that names none, in MiB. Allowed: a whole number from 64 to 524288. Default: 1024."""
    monthly_budget_cny: NotRequired[int]
    """Whole CNY a month; policies warn or refuse when the quota costs more. Allowed: a whole number from 0 to 1000000000. Default: none."""
    submitters_groups: NotRequired[list[str]]
    """Further groups, as the cluster's authentication names them. Allowed: a list, each text. Default: empty."""
    submitters_users: NotRequired[list[str]]
    """Further users: RAM user ids, or system:serviceaccount:<namespace>:<name>. Allowed: a list, each text. Default: empty."""
    images: NotRequired[list[str]]
    """Images jobs may use; the platform's Spark image is always allowed. The default are the official Spark images. Allowed: a list, each an image without tag (registry.example.com/data/spark), or a folder of images ending with / (registry.example.com/data/). Default: spark, apache/spark."""
    egress_cloud_cidrs: NotRequired[list[str]]
    """Ranges of the cloud's own services, port 443: OSS, STS and RAM inside a VPC (not proven here). Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: 100.64.0.0/10."""
    egress_cluster_cidrs: NotRequired[list[str]]
    """Ranges of the API server, ports 443 and 6443, for drivers only; narrow it to the VPC's range. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16."""
    egress_dns_cidrs: NotRequired[list[str]]
    """DNS servers besides the cluster's own; the default are those of a VPC (from memory). Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: 100.100.2.136/32, 100.100.2.138/32."""
    egress_destinations: NotRequired[list[str]]
    """Databases and the like, as range:port, for example 10.1.2.0/24:3306. Allowed: a list of range:port. Default: empty."""
    spark_version: NotRequired[str]
    """Spark release of the image; decides version-specific keys. Allowed: a release of Spark 3.5, 4.0, 4.1 or 4.2 such as 3.5.9 (the shuffle client is not known to work with 4.3). Default: 3.5.9."""
    spark_image: NotRequired[pulumi.Input[str]]
    """Image of jobs that name none (see images/spark); none: every job names its image. Allowed: an image with its tag or digest. Default: none."""
    spark_driver_vcpu: NotRequired[int]
    """vCPU of the driver pod. Allowed: a whole number from 1 to 64. Default: 2."""
    spark_driver_memory_gib: NotRequired[int]
    """Memory of the whole driver pod in GiB; with vcpu a size of ECI's table. Allowed: a whole number of GiB from 2 to 512. Default: 8."""
    spark_driver_overhead_factor: NotRequired[float]
    """Memory outside the heap as a share of the heap: JindoSDK's buffers, network buffers, Python. Allowed: a number from 0.05 to 0.6. Default: 0.14."""
    spark_executor_vcpu: NotRequired[int]
    """vCPU, and tasks at a time, of an executor pod. Allowed: a whole number from 1 to 64. Default: 4."""
    spark_executor_memory_gib: NotRequired[int]
    """Memory of the whole executor pod in GiB; with vcpu a size of ECI's table. Allowed: a whole number of GiB from 2 to 512. Default: 16."""
    spark_executor_overhead_factor: NotRequired[float]
    """Memory outside the heap as a share of the heap: JindoSDK's buffers, network buffers, Python. Allowed: a number from 0.05 to 0.6. Default: 0.14."""
    spark_executor_pyspark_memory_mib: NotRequired[int]
    """MiB set apart for Python workers; 0: they share the overhead. Allowed: a whole number from 0 to 262144. Default: 0."""
    spark_executor_offheap_memory_mib: NotRequired[int]
    """MiB of off-heap memory of Spark; 0: off. Allowed: a whole number from 0 to 262144. Default: 0."""
    spark_executor_spot: NotRequired[bool]
    """Executors on spot capacity, on demand when there is none. Tasks of a lost executor run again. Allowed: true or false. Default: false."""
    spark_executor_spot_protected_hours: NotRequired[int]
    """Hours a spot executor is safe from being taken away; 0 is cheaper. Allowed: a whole number from 0 to 1. Default: 1."""
    spark_executor_ephemeral_storage_gib: NotRequired[int]
    """Disk of a pod for the image, spills and buffers in GiB; 30 are free, more is paid. Allowed: a whole number from 30 to 500. Default: 30."""
    spark_scaling_min_executors: NotRequired[int]
    """Executors a job keeps even when idle; each costs money. Allowed: a whole number from 0 to 10000. Default: 0."""
    spark_scaling_initial_executors: NotRequired[int]
    """Executors asked for at the start. Allowed: a whole number from 0 to 10000. Default: 2."""
    spark_scaling_max_executors: NotRequired[int]
    """Most executors of one job; the workspace's quota lowers it further. Allowed: a whole number from 1 to 10000. Default: 200."""
    spark_scaling_idle_timeout_seconds: NotRequired[int]
    """Seconds until an idle executor is given back. 10 s saved 61 % of executor time in a job with one long reduce task, Spark's 60 s only 14 % (measured). Allowed: a whole number from 5 to 60. Default: 10."""
    spark_scaling_batch_size: NotRequired[int]
    """Executor pods asked for in one round; Spark's 5 to 20 gives 5 to 15 pods a second. Allowed: a whole number from 1 to 10000. Default: 500."""
    spark_scaling_batch_delay_ms: NotRequired[int]
    """Milliseconds between rounds; Spark wants more than 100. Allowed: a whole number from 101 to 60000. Default: 200."""
    spark_max_pending_minutes: NotRequired[int]
    """Minutes a serverless pod may wait for capacity or its image; the wait is billed. Allowed: a whole number from 10 to 1440. Default: 30."""
    spark_image_cache: NotRequired[bool]
    """Start pods from the automatic image cache of ECI. Allowed: true or false. Default: true."""
    spark_conf: NotRequired[dict[str, str]]
    """Further Spark configuration; protected keys and misspellings are refused. Allowed: a map of text to text. Default: empty."""
    spark_credentials_sidecar_image: NotRequired[pulumi.Input[str]]
    """Image with ack-ram-tool, used when pods get their cloud identity by RRSA: JindoSDK cannot use RRSA tokens itself, a sidecar serves it short-lived credentials on loopback (unproven on ECI). Allowed: an image with its tag or digest. Default: registry.cn-hangzhou.aliyuncs.com/acs/ack-ram-tool:1.3.0."""
    labels: NotRequired[dict[str, str]]
    """Further labels of the namespace. Allowed: a map of text to text. Default: empty."""
    tags: NotRequired[dict[str, str]]
    """Further cost tags of the team's pods, for example cost-center: data. Allowed: a map of text to text. Default: empty."""
    region: NotRequired[str]
    """Region of cluster and buckets. Allowed: text. Default: cn-hangzhou."""
    pods: NotRequired[str]
    """What runs the pods: ACK Serverless, virtual nodes of a managed cluster, ACS, or any other. Allowed: eci, virtual-node, acs, plain. Default: eci."""
    credentials: NotRequired[str]
    """How pods prove who they are to OSS; none without OSS. Allowed: eci, rrsa, none. Default: none."""
    role_name: NotRequired[pulumi.Input[str]]
    """RAM role of the team's pods; empty without OSS. Allowed: text. Default: empty."""
    role_arn: NotRequired[pulumi.Input[str]]
    """ARN of that role; needed for rrsa. Allowed: text. Default: empty."""
    oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """ARN of the cluster's OIDC provider in RAM; needed for rrsa. Allowed: text. Default: empty."""
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
    metrics_namespace: NotRequired[str]
    """Namespace of the pods that read the drivers' metrics. Allowed: text. Default: arms-prom."""


class SparkOperatorArgs(TypedDict):
    """Inputs of SparkOperator: its settings, and the namespaces whose jobs it runs."""

    namespace: NotRequired[str]
    """Namespace of the operator, and of nothing else. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: spark-operator."""
    chart: NotRequired[str]
    """Where the chart comes from; it is read at preview. Allowed: a chart repository (https://…), an OCI chart (oci://…/spark-operator), or the path of a directory or .tgz. Default: https://kubeflow.github.io/spark-operator."""
    install_crds: NotRequired[bool]
    """Whether the chart brings the CRDs; false for a second operator in the same cluster. Allowed: true or false. Default: true."""
    image_registry: NotRequired[str]
    """Registry; without internet access a mirror, e.g. an ACR instance in the same region. Allowed: a registry such as registry.example.com/mirror. Default: ghcr.io."""
    image_repository: NotRequired[str]
    """Repository in the registry. Allowed: text. Default: kubeflow/spark-operator/controller."""
    image_pull_secrets: NotRequired[list[str]]
    """Names of pull secrets in the operator's namespace; ACR of the same account needs none. Allowed: a list, each text. Default: empty."""
    replicas: NotRequired[int]
    """Controllers; one is active, the others stand by. Allowed: a whole number from 1 to 3. Default: 1."""
    jobs_per_minute: NotRequired[int]
    """Jobs submitted in a busy minute. Workers, size and API rates are computed from it. One operator did at most 155 a minute in the published benchmark; beyond that run one for each group of teams. Allowed: a whole number from 1 to 150. Default: 10."""
    workers: NotRequired[int]
    """Submissions at the same time, one JVM each; computed unless given. Allowed: a whole number from 1 to 40. Default: none."""
    cpu: NotRequired[float]
    """vCPU of a controller; computed unless given. Allowed: a number from 0.25 to 64. Default: none."""
    memory_gib: NotRequired[float]
    """Memory of a controller in GiB; computed unless given. Allowed: a number from 0.5 to 512. Default: none."""
    api_qps: NotRequired[int]
    """Calls a second to the API server; computed unless given (chart: 20). Allowed: a whole number from 20 to 1000. Default: none."""
    workqueue_qps: NotRequired[int]
    """Objects a second that enter the queue (chart's default). Allowed: a whole number from 1 to 1000. Default: 50."""
    workqueue_burst: NotRequired[int]
    """Objects that may enter at once (chart's default). Allowed: a whole number from 1 to 10000. Default: 500."""
    workqueue_max_delay_seconds: NotRequired[int]
    """Longest wait of an object in the queue; the chart's 6 h would leave a job unnoticed that long. Allowed: a whole number from 10 to 21600. Default: 600."""
    tracked_executors: NotRequired[int]
    """Executors of a job whose state is written into its status. Every change is a write of the whole list, so the chart's 1000 slows down large elastic jobs; by executor id, so later ones are not shown. Allowed: a whole number from 1 to 10000. Default: 100."""
    driver_grace_seconds: NotRequired[int]
    """How long a submitted driver may be invisible before the job counts as failed. Allowed: a whole number from 10 to 600. Default: 30."""
    ui_service: NotRequired[bool]
    """A Service for each running job's UI (counts against the team's quota). Allowed: true or false. Default: true."""
    log_level: NotRequired[str]
    """Log level of the controller. Allowed: debug, info, error. Default: info."""
    pod_annotations: NotRequired[dict[str, str]]
    """Further annotations of the controller pods (ECI: k8s.aliyun.com/…). Allowed: a map of text to text. Default: empty."""
    pod_labels: NotRequired[dict[str, str]]
    """Further labels of the controller pods (ACS: alibabacloud.com/…). Allowed: a map of text to text. Default: empty."""
    node_selector: NotRequired[dict[str, str]]
    """Node labels the controller pods ask for. Allowed: a map of text to text. Default: empty."""
    job_namespaces: list[str]
    """Namespaces whose SparkApplications are run, by name. They must exist before the operator. Allowed: a list, each text."""
    pods: NotRequired[str]
    """What runs the controller's pods: ACK Serverless on ECI, ECI behind virtual nodes, ACS, or any other Kubernetes. Allowed: eci, virtual-node, acs, plain. Default: eci."""
    tags: NotRequired[dict[str, str]]
    """Tags of the controller's pods on ECI (cost allocation). Allowed: a map of text to text. Default: empty."""
    metrics_namespace: NotRequired[str]
    """Namespace whose pods may read the metrics; default: the agent of managed Prometheus. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: arms-prom."""


class HistoryServerArgs(TypedDict):
    """The settings, and where logs are and how the pod may read them."""

    namespace: NotRequired[str]
    """Namespace of the history server, made for it. Allowed: 1 to 63 lower-case letters, digits, dashes. Default: spark-history."""
    image: NotRequired[pulumi.Input[str]]
    """Spark image with JindoSDK (images/spark); left out: the image of the Spark defaults. Allowed: an image with its tag or digest. Default: none."""
    vcpu: NotRequired[int]
    """vCPU of the pod; replaying logs is what takes them. Allowed: a whole number from 1 to 16. Default: 2."""
    memory_gib: NotRequired[int]
    """Memory of the pod in GiB; with vcpu a size of ECI's table. Allowed: a whole number of GiB from 2 to 64. Default: 8."""
    retention_days: NotRequired[int]
    """Days until the event log of a finished job is deleted. Allowed: a whole number from 1 to 3650. Default: 30."""
    max_logs: NotRequired[int]
    """Event logs kept; the oldest go first. Allowed: a whole number from 100 to 10000000. Default: 100000."""
    files_kept: NotRequired[int]
    """Pieces of a long job's rolling log that stay as they are; older ones are summarised. Allowed: a whole number from 2 to 1000. Default: 10."""
    update_seconds: NotRequired[int]
    """Seconds between looks at the directory; each lists it. Allowed: a whole number from 5 to 3600. Default: 10."""
    store_gib: NotRequired[int]
    """Disk in GiB for replayed jobs, so that a restart or a second look is quick. Allowed: a whole number from 1 to 500. Default: 20."""
    acls: NotRequired[bool]
    """Show a job only to its user, view_acls and admins. Needs a proxy in front that authenticates people and filters set for it in conf; without one everybody is anonymous. Allowed: true or false. Default: false."""
    admins: NotRequired[list[str]]
    """Users who see every job when acls is on. Allowed: a list, each text. Default: empty."""
    admin_groups: NotRequired[list[str]]
    """Groups who see every job when acls is on. Allowed: a list, each text. Default: empty."""
    event_log_dir: pulumi.Input[str]
    """Directory the jobs write their event logs to; must exist. Allowed: a directory such as oss://bucket.region.oss-dls.aliyuncs.com/logs."""
    region: NotRequired[str]
    """Region of the bucket. Allowed: text. Default: cn-hangzhou."""
    pods: NotRequired[str]
    """What runs the pod: ECI of ACK Serverless, ECI behind virtual nodes, ACS, any other cluster. Allowed: eci, virtual-node, acs, plain. Default: eci."""
    credentials: NotRequired[str]
    """How the pod proves who it is to OSS: RAM role of the ECI pod, RRSA, or no OSS. Allowed: eci, rrsa, none. Default: none."""
    role_name: NotRequired[pulumi.Input[str]]
    """Name of the RAM role; needed for credentials eci. Allowed: text. Default: none."""
    role_arn: NotRequired[pulumi.Input[str]]
    """ARN of the RAM role; needed for credentials rrsa. Allowed: text. Default: none."""
    oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """ARN of the cluster's OIDC provider; needed for credentials rrsa. Allowed: text. Default: none."""
    credentials_sidecar_image: NotRequired[pulumi.Input[str]]
    """Image with ack-ram-tool, used with credentials rrsa. Allowed: an image with its tag or digest. Default: registry.cn-hangzhou.aliyuncs.com/acs/ack-ram-tool:1.3.0."""
    tags: NotRequired[dict[str, str]]
    """Tags of the pod for cost allocation. Allowed: a map of text to text. Default: empty."""


class MonitoringArgs(TypedDict):
    """Inputs of Monitoring: its settings and what is watched."""

    namespace: NotRequired[str]
    """Namespace of rules and dashboards, made for them. Allowed: 1 to 50 lower-case letters, digits and dashes. Default: spark-monitoring."""
    crds: NotRequired[bool]
    """Whether the cluster has the CRDs of monitoring.coreos.com/v1 (managed Prometheus of ACK, or the Prometheus operator). False: no alert rules, pods are scraped by their annotations, dashboards only. Allowed: true or false. Default: false."""
    labels: NotRequired[dict[str, str]]
    """Labels of rules and monitors where Prometheus selects by them, such as release: prometheus. Allowed: a map of text to text. Default: empty."""
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
    """Free share of the shuffle service's disks. Allowed: a whole number from 1 to 90. Default: 20."""
    thresholds_direct_memory_percent: NotRequired[int]
    """Used share of a shuffle worker's direct memory; it pauses pushes from 85 on. Allowed: a whole number from 10 to 99. Default: 80."""
    thresholds_quota_percent: NotRequired[int]
    """Used share of a team's quota. Allowed: a whole number from 10 to 100. Default: 90."""
    operator_namespace: NotRequired[str]
    """Namespace of the Spark operator. Allowed: text. Default: none."""
    shuffle_namespace: NotRequired[str]
    """Namespace of the shuffle service. Allowed: text. Default: none."""
    shuffle_workers: NotRequired[int]
    """Workers the shuffle service should have. Allowed: a whole number, 1 or more. Default: none."""
    shuffle_capacity_gib: NotRequired[int]
    """Disk capacity of all shuffle workers in GiB; without it no alert on free disk. Allowed: a whole number, 1 or more. Default: none."""
    job_namespaces: NotRequired[list[str]]
    """Namespaces of the teams. Allowed: a list, each text. Default: empty."""
    vcpu_hour_price: NotRequired[float]
    """Price of one vCPU for an hour, for the cost panels. Allowed: a number, 0 or more. Default: none."""
    gib_hour_price: NotRequired[float]
    """Price of one GiB of memory for an hour. Allowed: a number, 0 or more. Default: none."""
    currency: NotRequired[str]
    """Currency of the prices, shown on the panels. Allowed: text. Default: CNY."""


class SparkPlatformArgs(TypedDict):
    """The whole platform in one component: the same settings as a stack file, as one object."""

    settings: dict[str, Any]
    """What a stack file holds, with the same keys: environment, cluster, workspaces and so on. Allowed: a map of text to Any."""
    kubeconfig: NotRequired[pulumi.Input[str]]
    """Content of an existing cluster's kubeconfig; kept as a secret. Allowed: text. Default: none."""
