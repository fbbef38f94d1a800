"""The buckets themselves, their guards, and the role through which OSS-HDFS reaches its data."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import pulumi
import pulumi_alicloud as alicloud

from ..base.cloud import HDFS_DATA
from ..base.ram import tls_only_bucket, tls_only_hdfs_bucket, trust_service
from ..base.tags import cloud_tags
from .inputs import LOGS, Bucket, FilesBucket, HdfsBucket

SERVICE_ROLE: Final = "AliyunOSSDlsDefaultRole"
_SERVICE_POLICY: Final = "AliyunOSSDlsRolePolicy"
TEMPLATE_HASH: Final = "TemplateHash"
"""Parameter of the ROS stack. The provider updates a stack only when its parameters, time-out, role or stack policy
change (`resourceAlicloudRosStackUpdate`, provider 2.0.0-beta3): without it changed figures would never arrive."""


def kept(parent: pulumi.Resource, **more: Any) -> pulumi.ResourceOptions:  # noqa: ANN401 - options of many types
    """Options for what holds or guards data: the engine refuses to delete or replace it; unprotected, it forgets it."""
    return pulumi.ResourceOptions(parent=parent, protect=True, retain_on_delete=True, **more)


def service_role(name: str, parent: pulumi.Resource, tags: Mapping[str, str]) -> list[pulumi.Resource]:
    """The account's OSS-HDFS service role with the vendor's policy.

    Account-wide and needed by every HDFS bucket: without it their data goes into safe mode. It is not known whether
    the vendor's policy can be attached before the first authorisation in the console.
    """
    role = alicloud.ram.Role(
        f"{name}-service-role",
        role_name=SERVICE_ROLE,
        assume_role_policy_document=trust_service("oss.aliyuncs.com"),
        description="OSS-HDFS reaches its data through this role; do not delete",
        tags=cloud_tags(f"{name}-service-role", tags),
        opts=kept(parent),
    )
    attachment = alicloud.ram.RolePolicyAttachment(
        f"{name}-service-policy",
        role_name=SERVICE_ROLE,
        policy_name=_SERVICE_POLICY,
        policy_type="System",
        opts=kept(parent, depends_on=[role]),
    )
    return [role, attachment]


def hdfs_template(bucket: str, settings: HdfsBucket, tags: Mapping[str, str]) -> dict[str, Any]:
    """The ROS template of one HDFS bucket.

    Property names are those of the vendor's ROS library 1.15.0; EnableOssHdfsService was not tried on an account.
    Lifecycle rules are here because the provider has no resource for them apart from its own bucket.
    """
    unfinished = {
        "ID": "unfinished-uploads",
        "Prefix": "",
        "Status": "Enabled",
        # A rule over all objects needs this exception, otherwise it destroys HDFS data.
        "Filter": {"Not": {"Prefix": HDFS_DATA}},
        "AbortMultipartUpload": {"Days": settings.abort_uploads_days},
    }
    expiring = [
        {"ID": f"expire-{prefix}", "Prefix": prefix, "Status": "Enabled", "Expiration": {"Days": days}}
        for prefix, days in settings.expire_days.items()
    ]
    properties = {
        "BucketName": bucket,
        "AccessControl": "private",
        "StorageClass": settings.storage_class,
        "RedundancyType": settings.redundancy,
        "EnableOssHdfsService": True,
        "DeletionForce": False,
        "LifecycleConfiguration": {"Rule": [unfinished, *expiring]},
        "Tags": dict(tags),
    }
    resource = {"Type": "ALIYUN::OSS::Bucket", "DeletionPolicy": "Retain", "Properties": properties}
    description = "Hash of this template: a changed one is sent to ROS only together with a changed parameter"
    return {
        "ROSTemplateFormatVersion": "2015-09-01",
        "Parameters": {TEMPLATE_HASH: {"Type": "String", "Default": "", "Description": description}},
        "Resources": {"Bucket": resource},
    }


def ros_stack_name(bucket: str) -> str:
    """Name of the ROS stack that holds an HDFS bucket."""
    return f"oss-hdfs-{bucket}"


def hdfs_bucket(
    name: str,
    bucket: str,
    settings: HdfsBucket,
    tags: Mapping[str, str],
    parent: pulumi.Resource,
    after: list[pulumi.Resource],
) -> pulumi.Resource:
    """An HDFS bucket through ROS, the only way to switch the service on; it cannot be switched off again."""
    own_tags = cloud_tags(name, tags)
    template = json.dumps(hdfs_template(bucket, settings, own_tags))
    digest = hashlib.sha256(template.encode()).hexdigest()[:16]
    return alicloud.ros.Stack(
        name,
        stack_name=ros_stack_name(bucket),
        template_body=template,
        parameters=[{"parameter_key": TEMPLATE_HASH, "parameter_value": digest}],
        deletion_protection="Enabled",
        retain_all_resources=True,
        timeout_in_minutes=10,
        tags=own_tags,
        opts=kept(parent, depends_on=after),
    )


def lifecycle_rules(settings: FilesBucket) -> list[alicloud.oss.BucketLifecycleRuleArgsDict]:
    """Rules of the plain bucket: clean-up over all of it, then expiry folder by folder (none overlaps another)."""
    everywhere: alicloud.oss.BucketLifecycleRuleArgsDict = {
        "id": "clean-up",
        "enabled": True,
        "prefix": "",
        "abort_multipart_uploads": [{"days": settings.abort_uploads_days}],
        # also without versioning: versions kept before it was switched off must expire some day
        "noncurrent_version_expirations": [{"days": settings.old_versions_days}],
    }
    expiring: list[alicloud.oss.BucketLifecycleRuleArgsDict] = [
        {"id": f"expire-{prefix}", "enabled": True, "prefix": prefix, "expirations": [{"days": days}]}
        for prefix, days in {LOGS: settings.logs_days, **settings.expire_days}.items()
    ]
    return [everywhere, *expiring]


def files_bucket(
    name: str, bucket: str, settings: FilesBucket, tags: Mapping[str, str], parent: pulumi.Resource
) -> pulumi.Resource:
    """The plain bucket. Encryption and policy are resources of their own (`guards`), hence ignored here."""
    return alicloud.oss.Bucket(
        name,
        bucket=bucket,
        storage_class=settings.storage_class,
        redundancy_type=settings.redundancy,
        force_destroy=False,
        versioning={"status": "Enabled" if settings.versioning else "Suspended"},
        lifecycle_rules=lifecycle_rules(settings),
        tags=cloud_tags(name, tags),
        opts=kept(parent, ignore_changes=["serverSideEncryptionRule", "policy"]),
    )


def guards(
    name: str, bucket: str, settings: Bucket, parent: pulumi.Resource, after: list[pulumi.Resource]
) -> list[pulumi.Resource]:
    """Encryption, TLS and no public access for one bucket, created here or adopted; they stay when the bucket stays.

    OSS-HDFS together with default encryption is not documented by the vendor; new blocks are ordinary objects.
    """

    def opts() -> pulumi.ResourceOptions:
        return kept(parent, depends_on=after)

    policy: Callable[[str], str] = tls_only_hdfs_bucket if isinstance(settings, HdfsBucket) else tls_only_bucket
    return [
        alicloud.oss.BucketServerSideEncryption(
            f"{name}-encryption",
            bucket=bucket,
            sse_algorithm=settings.encryption,
            kms_master_key_id=settings.kms_key,
            opts=opts(),
        ),
        alicloud.oss.BucketHttpsConfig(
            f"{name}-tls", bucket=bucket, enable=True, tls_versions=["TLSv1.2", "TLSv1.3"], opts=opts()
        ),
        alicloud.oss.BucketPublicAccessBlock(f"{name}-private", bucket=bucket, block_public_access=True, opts=opts()),
        alicloud.oss.BucketPolicy(f"{name}-policy", bucket=bucket, policy=policy(bucket), opts=opts()),
    ]
