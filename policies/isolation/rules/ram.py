"""Rules about rights in the cloud: each role reaches its own data, and only its own pods can assume it."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from components.base.cloud import HDFS_DATA
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import View, of_types
from policies.evaluate.documents import RIGHTS, TRUST, Statement, allowing
from policies.evaluate.patterns import is_literal, matches, overlap
from policies.resources.types import RAM_ATTACHMENT, RAM_POLICY, RAM_ROLE

_SERVICE = "oss"
_OSS = f"acs:{_SERVICE}:"
_HDFS_DATA = HDFS_DATA.rstrip("/")
_HDFS_ACTIONS = {"oss:listobjects", "oss:getbucketinfo", "oss:postdatalakestoragefileoperation"}
"""Rights that OSS-HDFS needs on a whole bucket: its blocks are named by numbers, so folders cannot be told apart."""
_WRITES = tuple(
    f"oss:{call}"
    for call in (
        "PutObject", "DeleteObject", "DeleteObjectVersion", "DeleteMultipleObjects", "AppendObject", "CopyObject",
        "RestoreObject", "AbortMultipartUpload", "InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload",
        "PutObjectAcl", "PutObjectTagging", "PutSymlink", "PostObject", "SealAppendObject", "RenameObject",
    )
)  # fmt: skip
"""Calls of OSS that change an object (its reference of API operations)."""
_GRANTING = (
    "oss:PutBucketAcl", "oss:PutBucketPolicy", "oss:DeleteBucketPolicy", "oss:PutBucketPublicAccessBlock",
    "oss:DeleteBucketPublicAccessBlock", "oss:PutBucketReplication", "oss:PutAccessPointPolicy",
)  # fmt: skip
"""Calls of OSS that decide who may reach a bucket."""
_IDENTITIES = ("ram", "sts", "ims", "resourcemanager")
_NOBODYS_ACTIONS = ("zzz:Zzz", "oss-zzz:Zzz")
_NOBODYS = (
    "acs:oss:zz-zzz:1:zzz-nobodys-bucket", "acs:oss:zz-zzz:1:zzz-nobodys-bucket/zzz/zz", "acs:zzz:zz-zzz:1:zzz/zz",
    "acs:ram::1:role/zzz", "acs:log:zz-zzz:1:project/zzz/logstore/zz",
)  # fmt: skip
"""Actions, and resources, that no policy means: a pattern that covers one of them covers everything."""
_SUBJECT = re.compile(r"system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+")
_CLAIMS = ("oidc:aud", "oidc:iss", "oidc:sub")
_Names = list[str] | tuple[str, ...]


@rule(
    "ram-wildcard",
    title="RAM policies name actions and resources",
    severity="critical",
    reason="A star reaches every team's data, and that of other projects in the same account.",
    way_out="name the actions, and the bucket and folder they apply to",
    types=(RAM_POLICY,),
)
def ram_wildcard(view: View, context: Context) -> Violations:
    """Checks what the patterns of allowed statements cover, wherever their stars are; an exception list covers all
    the rest."""
    for statement in allowing(view, *RIGHTS):
        unlimited = statement.part.has("NotAction") or statement.part.has("NotResource")
        actions = any(matches(a, probe) for a in statement.actions for probe in _NOBODYS_ACTIONS)
        resources = any(matches(r, probe) for r in statement.resources for probe in _NOBODYS)
        if unlimited or actions or resources:
            yield f"{statement.where} allows everything, or something on everything"


@rule(
    "ram-identity-actions",
    title="Workloads cannot grant rights",
    severity="critical",
    reason="Whoever may write RAM policies, create AccessKeys or pass roles has every right of the account.",
    way_out="remove the actions of ram, sts, ims and resourcemanager",
    types=(RAM_POLICY,),
)
def ram_identity_actions(view: View, context: Context) -> Violations:
    """Checks for actions of the services that manage identities, and for those that decide who may reach a bucket."""
    for statement in allowing(view, *RIGHTS):
        buckets = any(_may_be_a_bucket(resource) for resource in statement.resources)
        if any(statement.may(f"{service}:*") for service in _IDENTITIES) or (
            buckets and any(statement.may(call) for call in _GRANTING)
        ):
            yield f"{statement.where} allows actions on identities, or on who may reach a bucket"


def _may_be_a_bucket(resource: str) -> bool:
    return overlap(resource, f"{_OSS}*") and "/" not in resource


@rule(
    "ram-folder-scope",
    title="RAM policies reach the team's folders only",
    severity="critical",
    reason="In a bucket that teams share, only the folder keeps them apart.",
    way_out="name bucket and folder (acs:oss:*:*:bucket/teams/name/*)",
    types=(RAM_POLICY,),
)
def ram_folder_scope(view: View, context: Context) -> Violations:
    """A bucket's name has no stars, and the first one comes after a folder; all objects of a bucket are allowed only
    for the calls that OSS-HDFS needs."""
    for statement in allowing(view, *RIGHTS):
        hdfs = {a.lower() for a in statement.actions} <= _HDFS_ACTIONS
        if statement.may(f"{_SERVICE}:*") and any(_is_wide(resource, hdfs) for resource in statement.resources):
            yield f"{statement.where}.Resource reaches beyond a folder"


def _is_wide(resource: str, hdfs: bool) -> bool:
    """True for a resource of OSS that reaches more than one folder, or, with the calls of OSS-HDFS, than one bucket."""
    if not overlap(resource, f"{_OSS}*"):
        return False
    parts = resource.split(":", 4)
    bucket, _, path = parts[-1].partition("/")
    if len(parts) < 5 or not is_literal(bucket):
        return True
    folder = re.split(r"[*?]", path)[0].endswith("/") or path.startswith(_HDFS_DATA)
    return not (is_literal(path) or folder or hdfs)


@rule(
    "ram-folder-sharing",
    title="No two roles write the same folder",
    severity="high",
    reason="One team could change or delete what the other is working on.",
    way_out="give each workload a folder of its own; others may read it",
    types=(RAM_POLICY,),
    whole_stack=True,
)
def ram_folder_sharing(views: Sequence[View], context: Context) -> StackViolations:
    """Compares what policies may write in plain buckets; to RAM, OSS-HDFS buckets have no folders."""
    holders: dict[str, View] = {}
    for view in of_types(views, RAM_POLICY):
        for objects in sorted(set(_written(view))):
            same = [h.name for other, h in holders.items() if h is not view and overlap(objects, other)]
            for name in dict.fromkeys(same):
                yield view, f"{name} may write the same folder"
            holders[objects] = view


def _written(view: View) -> Iterator[str]:
    """Patterns of the objects that a policy may change, without what OSS-HDFS keeps in a bucket of its own."""
    for statement in allowing(view, *RIGHTS):
        if any(statement.may(call) for call in _WRITES):
            for resource in statement.resources:
                objects = resource.split(":", 4)[-1]
                bucket, _, path = objects.partition("/")
                data = path.startswith(_HDFS_DATA) and is_literal(bucket)
                if overlap(resource, f"{_OSS}*") and (path or not is_literal(bucket)) and not data:
                    yield objects


@rule(
    "ram-system-policy",
    title="No broad policy of the vendor is attached",
    severity="critical",
    reason="The vendor's policies (AliyunOSSFullAccess and the like) apply to every bucket of the account.",
    way_out="attach a policy of the stack's own (the component Identity creates one)",
    types=(RAM_ATTACHMENT,),
)
def ram_system_policy(
    view: View,
    context: Context,
    *,
    allowed: Annotated[_Names, Figure("policies of the vendor that may be attached")] = ("AliyunOSSDlsRolePolicy",),
) -> Violations:
    """OSS-HDFS's own service role is the exception."""
    if view.props.text("policyType") == "System" and view.props.text("policyName") not in allowed:
        yield "a policy of the vendor is attached"


@rule(
    "ram-trust",
    title="Roles name exactly who may assume them",
    severity="critical",
    reason="A trust policy without namespace and account lets every pod of every cluster assume the role.",
    way_out="compare oidc:aud, oidc:iss and oidc:sub (system:serviceaccount:<namespace>:<account>) with StringEquals",
    types=(RAM_ROLE,),
)
def ram_trust(
    view: View,
    context: Context,
    *,
    services: Annotated[_Names, Figure("cloud services that may assume roles; ECI pods do so as ecs")] = (
        "ecs.aliyuncs.com",
        "oss.aliyuncs.com",
    ),
    accounts: Annotated[_Names, Figure("other RAM principals that may assume roles")] = (),
) -> Violations:
    """Checks whom a document names and under which conditions, and the provider's own inputs for the same."""
    if any(s not in services for s in view.props.texts("services")):
        yield "services trusts a service that needs no role here"
    if any(u not in accounts for u in view.props.texts("ramUsers")):
        yield "ramUsers trusts an account or user"
    for statement in allowing(view, *TRUST):
        at, named = f"{statement.where}.Principal", statement.principals
        if any(s not in services for s in named.get("Service", ())):
            yield f"{at} trusts a service that needs no role here"
        if any(p not in accounts for p in named.get("RAM", ())) or set(named) - {"Service", "RAM", "Federated"}:
            yield f"{at} trusts an account or user"
        if named.get("Federated") and not _exact(statement):
            yield f"{statement.where}.Condition does not name one account of one namespace"


def _exact(statement: Statement) -> bool:
    """True when all claims of a token are compared exactly and each subject is a single account."""
    subjects = statement.listed("Condition", "StringEquals", "oidc:sub")
    compared = all(statement.listed("Condition", "StringEquals", claim) for claim in _CLAIMS)
    return compared and all(_SUBJECT.fullmatch(s) for s in subjects)
