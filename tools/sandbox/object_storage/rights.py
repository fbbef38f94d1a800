"""The rights of the graph's RAM roles, as policies of the buckets that the gateway keeps.

What a role may do is read from the RAM policies that the program makes, so the sandbox enforces exactly the documents
that an account would get. Two things differ. The HDFS interface's calls stand for reading and writing all objects of a
bucket: on OSS-HDFS the service checks the one call and does the rest itself. And Hadoop's S3 client asks for the names
of the folders above a file, which are no objects: it may be told that there is nothing.
"""

import json
from collections.abc import Iterable
from typing import Any

from replay import Graph

Statement = dict[str, Any]
RESOURCE = "acs:oss:*:*:"
CONDITION_PREFIX = {"oss:Prefix": "s3:prefix"}
HDFS_CALLS = "oss:PostDataLakeStorageFileOperation"
READ = ("s3:GetObject",)
WRITE = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
LIST = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
ACTIONS = {
    "oss:ListObjects": ("s3:ListBucket",),
    "oss:GetBucketInfo": ("s3:GetBucketLocation",),
    "oss:ListObjectVersions": ("s3:ListBucketVersions",),
    "oss:GetObject": READ,
    "oss:GetObjectVersion": ("s3:GetObjectVersion",),
    "oss:PutObject": ("s3:PutObject",),
    "oss:DeleteObject": ("s3:DeleteObject",),
    "oss:DeleteObjectVersion": ("s3:DeleteObjectVersion",),
    "oss:AbortMultipartUpload": ("s3:AbortMultipartUpload",),
    "oss:ListParts": ("s3:ListMultipartUploadParts",),
    HDFS_CALLS: (*READ, *WRITE, *LIST),
}
"""Action of OSS -> what the gateway calls it. An action that is not here stops the sandbox."""
OF_BUCKETS = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")
"""Actions on a bucket itself; the others are on objects."""


def buckets(graph: Graph) -> dict[str, str] | None:
    """Bucket of the settings -> bucket of the gateway; None without storage.

    The gateway knows an HDFS bucket by the host of its root, as jobs name it, and a plain bucket by its name.
    """
    storages = graph.of_type("spark-on-ack:index:Storage")
    if not storages:
        return None
    outputs = storages[0].outputs
    roots = [outputs["hdfsRoot"], *outputs["teamRoots"].values()]
    hosts = [root.removeprefix("oss://") for root in roots]
    return {host.partition(".")[0]: host for host in hosts} | {outputs["filesBucket"]: outputs["filesBucket"]}


def roles(graph: Graph) -> dict[str, Statement]:
    """RAM role -> its policy document."""
    policies = {
        each.inputs["policyName"]: json.loads(each.inputs["policyDocument"]) for each in graph.of_type("Policy")
    }
    attached = graph.of_type("RolePolicyAttachment")
    return {each.inputs["roleName"]: policies[each.inputs["policyName"]] for each in attached}


def bucket_policies(documents: dict[str, Statement], names: dict[str, str]) -> dict[str, Statement]:
    """Bucket of the gateway -> its policy, from each role's RAM policy; roles are the gateway's users.

    Raises:
        ValueError: an action or a bucket that is not known here.

    """
    statements: dict[str, list[Statement]] = {name: [] for name in names.values()}
    for role, document in documents.items():
        for statement in document["Statement"]:
            for bucket, translated in _translated(role, statement, names):
                statements[bucket] += translated
    return {bucket: {"Version": "2012-10-17", "Statement": each} for bucket, each in statements.items() if each}


def _translated(role: str, statement: Statement, names: dict[str, str]) -> Iterable[tuple[str, list[Statement]]]:
    if statement["Effect"] == "Deny":  # calls without TLS: the gateway speaks plain HTTP and cannot tell
        return
    resources: dict[str, list[str]] = {}
    for resource in statement["Resource"]:
        bucket, _, key = resource.removeprefix(RESOURCE).partition("/")
        if key.startswith(".dlsdata"):  # blocks of OSS-HDFS; files lie under their own names here
            continue
        resources.setdefault(_known(bucket, names), []).append(key)
    condition = {
        operator: {CONDITION_PREFIX[key]: values for key, values in test.items()}
        for operator, test in statement.get("Condition", {}).items()
    }
    actions = [action for each in statement["Action"] if resources for action in _actions(each)]
    for bucket, keys in resources.items():
        yield bucket, list(_statements(role, bucket, actions, keys, condition))


def _statements(
    role: str, bucket: str, actions: list[str], keys: list[str], condition: Statement
) -> Iterable[Statement]:
    base = {"Effect": "Allow", "Principal": {"AWS": [role]}}
    on_bucket = sorted({each for each in actions if each in OF_BUCKETS})
    on_objects = sorted({each for each in actions if each not in OF_BUCKETS})
    arn = f"arn:aws:s3:::{bucket}"
    if on_bucket:
        more = {"Condition": condition} if condition else {}
        yield {**base, "Action": on_bucket, "Resource": [arn], **more}
    objects = [f"{arn}/{key}" for key in keys if key]
    if on_objects and objects:
        yield {**base, "Action": on_objects, "Resource": objects}
        above = sorted({folder for key in keys for folder in _folders_above(key)})
        if above:
            yield {**base, "Action": ["s3:GetObject"], "Resource": [f"{arn}/{folder}" for folder in above]}


def _folders_above(key: str) -> list[str]:
    """`teams` and `teams/a` of `teams/a/*`: names that the S3 client asks for."""
    parts = key.rstrip("*").rstrip("/").split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts)) if parts[n]]


def _known(bucket: str, names: dict[str, str]) -> str:
    if bucket not in names:
        raise ValueError(f"a RAM policy names bucket {bucket!r}; the stack's buckets are: {', '.join(names)}")
    return names[bucket]


def _actions(action: str) -> tuple[str, ...]:
    if action not in ACTIONS:
        raise ValueError(f"a RAM policy allows {action!r}, which the sandbox's object storage does not know")
    return ACTIONS[action]
