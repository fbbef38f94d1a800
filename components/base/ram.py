"""Documents of RAM roles, RAM policies and bucket policies, as pure functions.

The action lists follow the vendor's pages on OSS-HDFS and on Spark with OSS, narrowed from `*` to one bucket. That the
narrowed form is enough for JindoSDK was inferred, not tried. No statement has the resource `*`.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from .cloud import HDFS_DATA

Statement: TypeAlias = dict[str, Any]

_HDFS_CALLS: Final = ("oss:PostDataLakeStorageFileOperation", "oss:PostDataLakeStorageAdminOperation")
_NO_TLS: Final = {"Bool": {"acs:SecureTransport": ["false"]}}


def document(statements: Iterable[Statement]) -> str:
    """The JSON text of a policy document (RAM knows version 1 only)."""
    return json.dumps({"Version": "1", "Statement": list(statements)})


def trust_service(service: str) -> str:
    """Who may take the role: an Alibaba Cloud service (`ecs.aliyuncs.com` also stands for ECI pods)."""
    return document([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [service]}}])


def trust_accounts(provider_arn: str, issuer_url: str, namespace: str, accounts: Sequence[str]) -> str:
    """Who may take the role: these service accounts of this namespace of this cluster, nobody else.

    Audience, issuer and subject are compared as whole strings, so no other cluster or namespace can match.
    """
    claims = {
        "oidc:aud": ["sts.aliyuncs.com"],
        "oidc:iss": [issuer_url],
        "oidc:sub": [f"system:serviceaccount:{namespace}:{account}" for account in accounts],
    }
    return document(
        [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Federated": [provider_arn]},
                "Condition": {"StringEquals": claims},
            }
        ]
    )


def bucket_resources(bucket: str) -> list[str]:
    """A bucket and everything in it, as resources of a statement."""
    return [f"acs:oss:*:*:{bucket}", f"acs:oss:*:*:{bucket}/*"]


def hdfs_rights(bucket: str) -> list[Statement]:
    """Read and write one bucket through OSS-HDFS.

    The whole bucket: a file's blocks lie under `.dlsdata/` by number, so RAM cannot tell a team's folder from
    another's, nor reading from writing. The admin operations of the service are left out; jobs do not need them.
    """
    data = f"acs:oss:*:*:{bucket}/{HDFS_DATA.rstrip('/')}"
    return [
        {
            "Effect": "Allow",
            "Action": ["oss:ListObjects", "oss:GetBucketInfo", _HDFS_CALLS[0]],
            "Resource": bucket_resources(bucket),
        },
        {"Effect": "Allow", "Action": ["oss:*"], "Resource": [data, f"{data}*"]},
        deny_without_tls(bucket),
    ]


def folder_rights(bucket: str, read: Sequence[str], write: Sequence[str]) -> list[Statement]:
    """Read some folders of a plain bucket, and read, write and delete in others; nothing else can even be listed.

    Spark on plain OSS also asks for object versions, versioning or not.
    """
    visible = list(dict.fromkeys([*read, *write]))
    if not visible:
        return []
    objects = [f"acs:oss:*:*:{bucket}/{folder}*" for folder in visible]
    statements: list[Statement] = [
        {"Effect": "Allow", "Action": ["oss:GetBucketInfo"], "Resource": [f"acs:oss:*:*:{bucket}"]},
        {
            "Effect": "Allow",
            "Action": ["oss:ListObjects", "oss:ListObjectVersions"],
            "Resource": [f"acs:oss:*:*:{bucket}"],
            "Condition": {"StringLike": {"oss:Prefix": [f"{folder}*" for folder in visible]}},
        },
        {"Effect": "Allow", "Action": ["oss:GetObject", "oss:GetObjectVersion"], "Resource": objects},
    ]
    if write:
        changes = ["PutObject", "DeleteObject", "DeleteObjectVersion", "AbortMultipartUpload", "ListParts"]
        statements.append(
            {
                "Effect": "Allow",
                "Action": [f"oss:{change}" for change in changes],
                "Resource": [f"acs:oss:*:*:{bucket}/{folder}*" for folder in dict.fromkeys(write)],
            }
        )
    return [*statements, deny_without_tls(bucket)]


def key_rights(key: str) -> list[Statement]:
    """Encrypt and decrypt with one KMS key, as objects of a bucket with KMS encryption need it."""
    actions = ["kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"]
    return [{"Effect": "Allow", "Action": actions, "Resource": [f"acs:kms:*:*:key/{key}"]}]


def deny_without_tls(bucket: str) -> Statement:
    """Refuses the role every call to the bucket that is not encrypted on its way."""
    return {"Effect": "Deny", "Action": ["oss:*"], "Resource": bucket_resources(bucket), "Condition": _NO_TLS}


def tls_only_bucket(bucket: str) -> str:
    """Bucket policy of a plain bucket: nobody, whatever their rights, reaches it without TLS."""
    return document([{**deny_without_tls(bucket), "Principal": ["*"]}])


def tls_only_hdfs_bucket(bucket: str) -> str:
    """Bucket policy of an HDFS bucket: nobody uses the HDFS interface without TLS.

    It names the HDFS calls only, because a blanket Deny can also hit the service's own backend, whose way to
    `.dlsdata/` is not documented; the roles made here carry a Deny for all of their own calls (`hdfs_rights`).
    """
    return document([{**deny_without_tls(bucket), "Action": list(_HDFS_CALLS), "Principal": ["*"]}])
