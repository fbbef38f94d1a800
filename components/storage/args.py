"""Flat arguments of Storage. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import StorageInputs


class StorageArgs(TypedDict):
    """Buckets for data, event logs, uploads and job artifacts."""

    bucket_prefix: NotRequired[str]
    """First part of the bucket names. All customers of OSS share one name space, so include the company's name; the buckets are <bucket_prefix>-hdfs and <bucket_prefix>-files. Allowed: 3 to 48 lower-case letters, digits and dashes, no dash first. Default: none."""
    hdfs_bucket: NotRequired[str]
    """Name of the bucket, unique in all of OSS; left out: derived from bucket_prefix. Allowed: 3 to 63 lower-case letters, digits and dashes, no dash at either end. Default: none."""
    hdfs_adopt: NotRequired[bool]
    """With mode preexisting: also set encryption, TLS and public-access rules on the bucket; this replaces its bucket policy. Allowed: true or false. Default: false."""
    hdfs_redundancy: NotRequired[str]
    """Copies in one zone (LRS) or in three (ZRS, more expensive); cannot be changed later. Allowed: LRS, ZRS. Default: LRS."""
    hdfs_encryption: NotRequired[str]
    """Encryption of new objects: keys of OSS (AES256, free) or of KMS (a fee per call). Allowed: AES256, KMS. Default: AES256."""
    hdfs_kms_key: NotRequired[pulumi.Input[str]]
    """Id of the KMS key for encryption KMS; left out: the key that OSS manages in KMS. Allowed: a KMS key id such as key-bjj1abc or a UUID. Default: none."""
    hdfs_abort_uploads_days: NotRequired[int]
    """Days after which an unfinished multipart upload is removed. Allowed: a whole number from 1 to 3650. Default: 7."""
    hdfs_mode: NotRequired[str]
    """ros: created by a ROS stack, the only programmable way to switch OSS-HDFS on (not yet tried on an account); preexisting: created in the console with OSS-HDFS on, and named in bucket. Allowed: ros, preexisting. Default: ros."""
    hdfs_storage_class: NotRequired[str]
    """Storage class; cannot be changed later. Allowed: Standard, IA (OSS-HDFS does not work on the archive classes). Default: Standard."""
    hdfs_expire_days: NotRequired[dict[str, int]]
    """Folder of plain OSS objects in this bucket -> days until they are deleted. Allowed: a map of text to a whole number from 1 to 3650. Default: empty."""
    hdfs_versioning: NotRequired[bool]
    """Bucket versioning, which breaks OSS-HDFS. Allowed: false (OSS-HDFS may become unavailable on a versioned bucket). Default: false."""
    hdfs_worm: NotRequired[bool]
    """Retention policy (WORM), which breaks OSS-HDFS. Allowed: false (under a retention policy OSS-HDFS can never free deleted data). Default: false."""
    files_bucket: NotRequired[str]
    """Name of the bucket, unique in all of OSS; left out: derived from bucket_prefix. Allowed: 3 to 63 lower-case letters, digits and dashes, no dash at either end. Default: none."""
    files_adopt: NotRequired[bool]
    """With mode preexisting: also set encryption, TLS and public-access rules on the bucket; this replaces its bucket policy. Allowed: true or false. Default: false."""
    files_redundancy: NotRequired[str]
    """Copies in one zone (LRS) or in three (ZRS, more expensive); cannot be changed later. Allowed: LRS, ZRS. Default: LRS."""
    files_encryption: NotRequired[str]
    """Encryption of new objects: keys of OSS (AES256, free) or of KMS (a fee per call). Allowed: AES256, KMS. Default: AES256."""
    files_kms_key: NotRequired[pulumi.Input[str]]
    """Id of the KMS key for encryption KMS; left out: the key that OSS manages in KMS. Allowed: a KMS key id such as key-bjj1abc or a UUID. Default: none."""
    files_abort_uploads_days: NotRequired[int]
    """Days after which an unfinished multipart upload is removed. Allowed: a whole number from 1 to 3650. Default: 7."""
    files_mode: NotRequired[str]
    """create: create the bucket; preexisting: use the one named in bucket. Allowed: create, preexisting. Default: create."""
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
    """Teams whose data gets its own HDFS bucket, <hdfs bucket>-<team>: the only isolation of data that RAM can enforce on OSS-HDFS, because all files of a bucket are blocks under .dlsdata/. Allowed: a list, each a team's name as in its workspace. Default: empty."""
    service_role: NotRequired[str]
    """AliyunOSSDlsDefaultRole, through which OSS-HDFS reaches its data. It exists once an account: create only in one stack of an account that never used OSS-HDFS; it is never deleted. Allowed: existing, create. Default: existing."""
    region: str
    """Region of the buckets. Allowed: a region with OSS-HDFS: ap-northeast-1, ap-southeast-1, ap-southeast-5, ap-southeast-7, cn-beijing, cn-guangzhou, cn-hangzhou, cn-hongkong, cn-qingdao, cn-shanghai, cn-shenzhen, cn-wulanchabu, cn-zhangjiakou, eu-central-1, me-central-1, us-east-1, us-west-1."""
    tags: NotRequired[dict[str, str]]
    """Tags of every cloud object. Allowed: a map of text to text. Default: empty."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    StorageArguments = StorageArgs | StorageInputs
else:
    StorageArguments = StorageArgs
