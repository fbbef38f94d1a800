"""Rules about buckets: private, encrypted in transit and at rest, and safe from deletion by a single command."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import View, of_types
from policies.evaluate.documents import Statement, allowing, statements
from policies.resources.buckets import buckets, template_buckets
from policies.resources.types import (
    BUCKET,
    BUCKET_ACL,
    BUCKET_BLOCK,
    BUCKET_ENCRYPTION,
    BUCKET_POLICY,
    BUCKET_RETENTION,
    BUCKET_TLS,
    BUCKET_VERSIONING,
    ROS_STACK,
)


def _without(views: Sequence[View], settings: Iterator[View]) -> Iterator[tuple[View, str]]:
    """The stack's buckets that none of these settings is for, with their names."""
    having = {v.props.text("bucket") for v in settings}
    return ((view, name) for name, view in buckets(views).items() if name not in having)


@rule(
    "bucket-tls",
    title="Buckets accept TLS only",
    severity="high",
    reason="OSS answers plain HTTP unless told not to; data and signatures could be read in transit.",
    way_out="add a BucketHttpsConfig with enable: true and TLSv1.2 or later",
    types=(BUCKET, ROS_STACK, BUCKET_TLS),
    whole_stack=True,
)
def bucket_tls(views: Sequence[View], context: Context) -> StackViolations:
    """A setting that allows TLS 1.0 or 1.1 does not count."""
    settings = (
        v
        for v in of_types(views, BUCKET_TLS)
        if v.props.flag("enable") and not {"TLSv1.0", "TLSv1.1"} & set(v.props.texts("tlsVersions"))
    )
    for view, name in _without(views, settings):
        yield view, f"the bucket {name} accepts calls without TLS 1.2 or later"


@rule(
    "bucket-policy-tls",
    title="Bucket policies refuse calls without TLS",
    severity="high",
    reason="The policy applies to every caller, whatever their rights and whatever happens to the TLS setting.",
    way_out="add a BucketPolicy that denies when acs:SecureTransport is false",
    types=(BUCKET, ROS_STACK, BUCKET_POLICY),
    whole_stack=True,
)
def bucket_policy_tls(views: Sequence[View], context: Context) -> StackViolations:
    """For HDFS buckets a policy for the HDFS calls is enough."""
    refusing: set[str] = set()
    for policy in of_types(views, BUCKET_POLICY):
        name = policy.props.text("bucket") or ""
        if any(_denies_plain(s, name) for s in statements(policy, "policy")):
            refusing.add(name)
    for name, view in buckets(views).items():
        inline = view.type == BUCKET and any(_denies_plain(s, name) for s in statements(view, "policy"))
        if name not in refusing and not inline:
            yield view, f"no policy of the bucket {name} refuses calls without TLS"


def _denies_plain(statement: Statement, bucket: str) -> bool:
    """True when it denies everybody, under no other condition, the calls on all objects of the bucket."""
    if statement.allows:
        return False
    condition = statement.part.at("Condition")
    only = [(operator, key) for operator in condition.data for key in condition.keys(operator)]
    flags = [flag.lower() for flag in statement.listed("Condition", "Bool", "acs:SecureTransport")]
    objects = f"acs:oss:*:*:{bucket}/*"
    whole = any(statement.covers(call, objects) for call in ("oss:*", "oss:PostDataLakeStorageFileOperation"))
    everybody = any("*" in names for names in statement.principals.values())
    return only == [("Bool", "acs:SecureTransport")] and "false" in flags and whole and everybody


@rule(
    "bucket-private",
    title="Buckets refuse public access",
    severity="critical",
    reason="The block holds even if an ACL or a policy allows public access later.",
    way_out="add a BucketPublicAccessBlock with blockPublicAccess: true",
    types=(BUCKET, ROS_STACK, BUCKET_BLOCK),
    whole_stack=True,
)
def bucket_private(views: Sequence[View], context: Context) -> StackViolations:
    """Every bucket needs a block of its own."""
    settings = (v for v in of_types(views, BUCKET_BLOCK) if v.props.flag("blockPublicAccess"))
    for view, name in _without(views, settings):
        yield view, f"the bucket {name} does not block public access"


@rule(
    "bucket-encryption",
    title="Buckets encrypt what they store",
    severity="high",
    reason="Objects are stored unencrypted unless the bucket is set to encrypt them.",
    way_out="add a BucketServerSideEncryption with AES256 or KMS",
    types=(BUCKET, ROS_STACK, BUCKET_ENCRYPTION),
    whole_stack=True,
)
def bucket_encryption(views: Sequence[View], context: Context) -> StackViolations:
    """Either algorithm counts."""
    settings = (v for v in of_types(views, BUCKET_ENCRYPTION) if v.props.text("sseAlgorithm"))
    for view, name in _without(views, settings):
        yield view, f"the bucket {name} is not encrypted"


@rule(
    "bucket-acl",
    title="No bucket has a public ACL",
    severity="critical",
    reason="With public-read the whole internet may read the bucket.",
    way_out="set the ACL to private",
    types=(BUCKET, BUCKET_ACL, ROS_STACK),
)
def bucket_acl(view: View, context: Context) -> Violations:
    """Reads buckets, ACLs of their own and ROS templates."""
    in_template = view.type == ROS_STACK
    acls = [b.text("AccessControl") for b in template_buckets(view)] if in_template else [view.props.text("acl")]
    if any(acl not in (None, "", "private") for acl in acls):
        yield "the bucket's ACL is not private"


@rule(
    "bucket-policy-public",
    title="Bucket policies admit only named principals",
    severity="critical",
    reason="An Allow for everybody is public access by another name.",
    way_out="name the roles in Principal, or grant the rights in RAM policies",
    types=(BUCKET, BUCKET_POLICY),
)
def bucket_policy_public(view: View, context: Context) -> Violations:
    """Only statements that allow something count."""
    for statement in allowing(view, "policy"):
        if any("*" in name or "?" in name for names in statement.principals.values() for name in names):
            yield f"{statement.where} admits everybody"


@rule(
    "data-protected",
    title="Nothing that holds data can be deleted by a single command",
    severity="critical",
    reason="One `pulumi destroy` in the wrong terminal is enough.",
    way_out="set protect on the resource and deletionProtection on the ROS stack, and leave forceDestroy out",
    types=(BUCKET, ROS_STACK),
)
def data_protected(view: View, context: Context) -> Violations:
    """Checks the engine's protection, and the cloud's where there is one."""
    if not view.options.get("protect"):
        yield "the resource is not protected"
    if view.props.flag("forceDestroy"):
        yield "forceDestroy deletes a bucket with everything in it"
    from_template = view.type == ROS_STACK and any(template_buckets(view))
    if from_template and view.props.text("deletionProtection") != "Enabled":
        yield "the ROS stack has no deletion protection"


_HISTORY = (BUCKET_VERSIONING, BUCKET_RETENTION)


@rule(
    "hdfs-versions",
    title="HDFS buckets keep no versions",
    severity="high",
    reason="With versions or retention locks OSS-HDFS may stop working, and its deleted data is never cleaned up.",
    way_out="remove versioning and retention from the HDFS bucket",
    types=(ROS_STACK, *_HISTORY),
    whole_stack=True,
)
def hdfs_versions(
    views: Sequence[View],
    context: Context,
    *,
    suffix: Annotated[str, Figure("suffix of HDFS buckets that the stack uses but does not create")] = "-hdfs",
) -> StackViolations:
    """Checks versioning and retention of buckets with OSS-HDFS."""
    hdfs: set[str] = set()
    for stack in of_types(views, ROS_STACK):
        for bucket in template_buckets(stack):
            if bucket.flag("EnableOssHdfsService"):
                hdfs.add(bucket.text("BucketName") or "")
                if bucket.text("VersioningConfiguration", "Status") == "Enabled":
                    yield stack, "the template turns versioning on"
    for view in of_types(views, *_HISTORY):
        name = view.props.text("bucket") or ""
        if name in hdfs or name.endswith(suffix):
            yield view, "an HDFS bucket keeps versions"
