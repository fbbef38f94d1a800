"""Rules about buckets: private, encrypted on both sides, and not to be lost by a command."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import Props, View, of_types
from policies.isolation.documents import allowing, listed, statements
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


def _without(views: Sequence[View], served: Iterator[View]) -> Iterator[tuple[View, str]]:
    """The stack's buckets for which none of the serving resources speaks."""
    having = {v.props.text("bucket") for v in served}
    return ((view, name) for name, view in buckets(views).items() if name not in having)


@rule(
    "bucket-tls",
    title="Buckets speak TLS only",
    severity="high",
    reason="OSS answers plain HTTP unless told not to; data and signatures would be readable on their way.",
    way_out="add a BucketHttpsConfig with enable: true and TLSv1.2 or later",
    types=(BUCKET, ROS_STACK, BUCKET_TLS),
    whole_stack=True,
)
def bucket_tls(views: Sequence[View], context: Context) -> StackViolations:
    """Old versions of TLS do not count."""
    serving = (
        v
        for v in of_types(views, BUCKET_TLS)
        if v.props.flag("enable") and not {"TLSv1.0", "TLSv1.1"} & set(v.props.texts("tlsVersions"))
    )
    for view, name in _without(views, serving):
        yield view, f"the bucket {name} does not insist on TLS"


@rule(
    "bucket-policy-tls",
    title="Bucket policies refuse calls without TLS",
    severity="high",
    reason="The policy holds for every caller, whatever their rights and whatever becomes of the TLS setting.",
    way_out="add a BucketPolicy that denies when acs:SecureTransport is false",
    types=(BUCKET, ROS_STACK, BUCKET_POLICY),
    whole_stack=True,
)
def bucket_policy_tls(views: Sequence[View], context: Context) -> StackViolations:
    """For HDFS buckets a policy over the HDFS calls is enough."""
    serving = (v for v in of_types(views, BUCKET_POLICY) if any(map(_denies_plain, statements(v, "policy"))))
    for view, name in _without(views, serving):
        yield view, f"no policy of the bucket {name} refuses calls without TLS"


def _denies_plain(statement: Props) -> bool:
    flags = listed(statement, "Condition", "Bool", "acs:SecureTransport")
    return statement.text("Effect") == "Deny" and "false" in flags and "*" in listed(statement, "Principal")


@rule(
    "bucket-private",
    title="Buckets refuse public access",
    severity="critical",
    reason="The block holds whatever an ACL or a policy says later.",
    way_out="add a BucketPublicAccessBlock with blockPublicAccess: true",
    types=(BUCKET, ROS_STACK, BUCKET_BLOCK),
    whole_stack=True,
)
def bucket_private(views: Sequence[View], context: Context) -> StackViolations:
    """Every bucket needs a block of its own."""
    serving = (v for v in of_types(views, BUCKET_BLOCK) if v.props.flag("blockPublicAccess"))
    for view, name in _without(views, serving):
        yield view, f"the bucket {name} does not block public access"


@rule(
    "bucket-encryption",
    title="Buckets encrypt what they keep",
    severity="high",
    reason="Objects are kept in clear unless the bucket says otherwise.",
    way_out="add a BucketServerSideEncryption with AES256 or KMS",
    types=(BUCKET, ROS_STACK, BUCKET_ENCRYPTION),
    whole_stack=True,
)
def bucket_encryption(views: Sequence[View], context: Context) -> StackViolations:
    """Either algorithm counts."""
    serving = (v for v in of_types(views, BUCKET_ENCRYPTION) if v.props.text("sseAlgorithm"))
    for view, name in _without(views, serving):
        yield view, f"the bucket {name} is not encrypted"


@rule(
    "bucket-acl",
    title="No bucket has a public ACL",
    severity="critical",
    reason="public-read is the whole internet.",
    way_out="set the ACL to private",
    types=(BUCKET, BUCKET_ACL, ROS_STACK),
)
def bucket_acl(view: View, context: Context) -> Violations:
    """Reads buckets, ACLs of their own and ROS templates."""
    given = [b.text("AccessControl") for b in template_buckets(view)] if view.type == ROS_STACK else []
    given += [view.props.text("acl")] if view.type != ROS_STACK else []
    if any(acl not in (None, "", "private") for acl in given):
        yield "the bucket's ACL is not private"


@rule(
    "bucket-policy-public",
    title="Bucket policies let in nobody unnamed",
    severity="critical",
    reason="An Allow for everybody is public access by another name.",
    way_out="name the roles in Principal, or leave rights to RAM policies",
    types=(BUCKET_POLICY,),
)
def bucket_policy_public(view: View, context: Context) -> Violations:
    """Only statements that allow count."""
    for statement in allowing(view, "policy"):
        if any("*" in p for p in listed(statement, "Principal")):
            yield f"{statement.where()} lets everybody in"


@rule(
    "data-protected",
    title="Nothing that holds data can be deleted by a command",
    severity="critical",
    reason="One `pulumi destroy` in the wrong window is enough.",
    way_out="set protect on the resource, deletionProtection on the ROS stack, and leave forceDestroy out",
    types=(BUCKET, ROS_STACK),
)
def data_protected(view: View, context: Context) -> Violations:
    """The engine's own protection, and the cloud's where there is one."""
    if not view.options.get("protect"):
        yield "the resource is not protected"
    if view.props.flag("forceDestroy"):
        yield "forceDestroy deletes a bucket with everything in it"
    made_by_ros = view.type == ROS_STACK and any(template_buckets(view))
    if made_by_ros and view.props.text("deletionProtection") != "Enabled":
        yield "the ROS stack has no deletion protection"


_HISTORY = (BUCKET_VERSIONING, BUCKET_RETENTION)


@rule(
    "hdfs-versions",
    title="HDFS buckets keep no versions",
    severity="high",
    reason="OSS-HDFS may stop working with versions or retention locks, and its data is then never cleaned.",
    way_out="remove versioning and retention from the HDFS bucket",
    types=(ROS_STACK, *_HISTORY),
    whole_stack=True,
)
def hdfs_versions(
    views: Sequence[View],
    context: Context,
    *,
    suffix: Annotated[str, Figure("how names of HDFS buckets end where the stack only adopts them")] = "-hdfs",
) -> StackViolations:
    """Looks for versioning and retention of the buckets with OSS-HDFS."""
    hdfs: set[str] = set()
    for stack in of_types(views, ROS_STACK):
        for bucket in template_buckets(stack):
            if bucket.flag("EnableOssHdfsService"):
                hdfs.add(bucket.text("BucketName") or "")
                if bucket.text("VersioningConfiguration", "Status") == "Enabled":
                    yield stack, "the template switches versions on"
    for view in of_types(views, *_HISTORY):
        name = view.props.text("bucket") or ""
        if name in hdfs or name.endswith(suffix):
            yield view, "an HDFS bucket keeps versions"
