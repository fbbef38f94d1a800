"""The bucket that holds Pulumi's state."""

from collections.abc import Mapping

import pulumi
import pulumi_alicloud as alicloud

from bootstrap.settings import State
from components.base.tags import cloud_tags
from components.storage.buckets import guards, kept
from components.storage.inputs import FilesBucket


class StateBucket(pulumi.ComponentResource):
    """A private, encrypted, versioned bucket that only TLS can reach and a plain `pulumi destroy` does not delete.

    Every checkpoint overwrites the state file, so a broken one is restored from its old versions, which are kept for
    `old_versions_days`.
    """

    def __init__(
        self, name: str, settings: State, tags: Mapping[str, str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("spark-on-ack-bootstrap:index:StateBucket", name, None, opts)
        bucket = alicloud.oss.Bucket(
            f"{name}-bucket",
            bucket=settings.bucket,
            storage_class="Standard",
            redundancy_type="ZRS",  # a few megabytes: three zones cost next to nothing, a lost state costs days
            force_destroy=False,
            versioning={"status": "Enabled"},
            lifecycle_rules=[
                {
                    "id": "old-versions",
                    "enabled": True,
                    "prefix": "",
                    "noncurrent_version_expirations": [{"days": settings.old_versions_days}],
                    "abort_multipart_uploads": [{"days": 7}],
                }
            ],
            tags=cloud_tags(f"{name}-bucket", tags),
            # encryption and policy are resources of their own (guards)
            opts=kept(self, ignore_changes=["serverSideEncryptionRule", "policy"]),
        )
        like = FilesBucket(bucket=settings.bucket, encryption=settings.encryption, kms_key=settings.kms_key)
        guards(name, settings.bucket, like, self, [bucket])
        self.register_outputs({"bucket": settings.bucket})
