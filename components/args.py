"""Flat arguments of every component. GENERATED from the input models by `make args`: do not edit."""

from typing import NotRequired, TypedDict

import pulumi


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
    existing_oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """RAM OIDC provider of the cluster; needed for identities by service account (RRSA). Allowed: an ARN such as acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1. Default: none."""
    existing_oidc_issuer_url: NotRequired[pulumi.Input[str]]
    """Issuer of the cluster's service account tokens; needed for identities by service account. Allowed: an https:// address. Default: none."""
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
    """Id of the KMS key for encryption KMS; left out: the key OSS keeps in KMS. Allowed: text. Default: none."""
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
    """Id of the KMS key for encryption KMS; left out: the key OSS keeps in KMS. Allowed: text. Default: none."""
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


class IdentityArgs(TypedDict):
    """One RAM role for one workload, with rights on its buckets and folders only."""

    mode: NotRequired[str]
    """eci: the pod's annotation names the RAM role (fewest parts; not on ACS; an admission policy keeps teams to their own role); rrsa: the role is bound to the service account by the cluster's OIDC provider (JindoSDK then needs a credential sidecar). Neither was run with JindoSDK on an account yet. Allowed: eci, rrsa. Default: eci."""
    role_prefix: NotRequired[str]
    """First part of the RAM roles' names; left out: <project>-<stack>. Allowed: 1 to 40 letters, digits, dots, dashes. Default: none."""
    existing_roles: NotRequired[dict[str, str]]
    """Workload (a team, or history) -> RAM role that exists: used as it is, nothing is made for it. Allowed: a map of text to a RAM role name of 1 to 64 characters. Default: empty."""
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
    """HDFS bucket to read and write, as a whole: RAM cannot tell folders of OSS-HDFS apart. For isolation give each team a bucket of its own. Allowed: text. Default: none."""
    files_bucket: NotRequired[pulumi.Input[str]]
    """Plain bucket the folders below are in. Allowed: text. Default: none."""
    read_folders: NotRequired[list[str]]
    """Folders of the plain bucket to read. Allowed: a list, each text. Default: empty."""
    write_folders: NotRequired[list[str]]
    """Folders of the plain bucket to read, write and delete in. Allowed: a list, each text. Default: empty."""
    kms_key: NotRequired[pulumi.Input[str]]
    """Id of the KMS key the buckets are encrypted with, if any. Allowed: text. Default: none."""
    tags: NotRequired[dict[str, str]]
    """Tags of every cloud object. Allowed: a map of text to text. Default: empty."""
