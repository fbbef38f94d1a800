"""Rules about rights in the cloud: each role reaches its own data, and only its own pods can assume it."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import Props, View, of_types
from policies.isolation.documents import allowing, listed
from policies.resources.types import RAM_ATTACHMENT, RAM_POLICY, RAM_ROLE

POLICY_KEY, TRUST_KEY = "policyDocument", "assumeRolePolicyDocument"
_OSS = "acs:oss:"
_HDFS_ACTIONS = {"oss:ListObjects", "oss:GetBucketInfo", "oss:PostDataLakeStorageFileOperation"}
"""Rights that OSS-HDFS needs on a whole bucket: its blocks are named by numbers, so folders cannot be told apart."""
_WRITES = re.compile(r"oss:(\*|Put|Delete|Abort|Copy|Append|Restore)")
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
    """Checks allowed statements for `*` as an action or as the whole resource."""
    for statement in allowing(view, POLICY_KEY):
        if {"*", "*:*"} & set(listed(statement, "Action")) or "*" in listed(statement, "Resource"):
            yield f"{statement.where()} allows everything, or something on everything"


@rule(
    "ram-identity-actions",
    title="Workloads cannot grant rights",
    severity="critical",
    reason="Whoever may write RAM policies, create AccessKeys or pass roles has every right of the account.",
    way_out="remove the actions of ram, sts, ims and resourcemanager",
    types=(RAM_POLICY,),
)
def ram_identity_actions(view: View, context: Context) -> Violations:
    """Checks for actions of the services that manage identities."""
    for statement in allowing(view, POLICY_KEY):
        if any(
            a.split(":")[0].lower() in ("ram", "sts", "ims", "resourcemanager") for a in listed(statement, "Action")
        ):
            yield f"{statement.where()} allows actions on identities"


@rule(
    "ram-folder-scope",
    title="RAM policies reach the team's folders only",
    severity="critical",
    reason="In a bucket that teams share, only the folder keeps them apart.",
    way_out="name bucket and folder (acs:oss:*:*:bucket/teams/name/*)",
    types=(RAM_POLICY,),
)
def ram_folder_scope(view: View, context: Context) -> Violations:
    """A bucket's name has no stars; all objects of a bucket are allowed only for the calls that OSS-HDFS needs."""
    for statement in allowing(view, POLICY_KEY):
        hdfs = set(listed(statement, "Action")) <= _HDFS_ACTIONS
        for resource in listed(statement, "Resource"):
            bucket, _, path = resource.split(":")[-1].partition("/")
            if resource.startswith(_OSS) and ("*" in bucket or (path.startswith("*") and not hdfs)):
                yield f"{statement.where('Resource')} reaches beyond a folder"


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
    """Compares the folders of plain buckets that policies may write; to RAM, OSS-HDFS buckets have no folders."""
    holders: dict[str, View] = {}
    for view in of_types(views, RAM_POLICY):
        for folder in sorted(set(_written(view))):
            for other, holder in holders.items():
                if holder is not view and (folder.startswith(other) or other.startswith(folder)):
                    yield view, f"{holder.name} may write the same folder"
            holders[folder] = view


def _written(view: View) -> Iterator[str]:
    for statement in allowing(view, POLICY_KEY):
        if any(_WRITES.match(action) for action in listed(statement, "Action")):
            for resource in listed(statement, "Resource"):
                path = resource.split(":")[-1]
                if resource.startswith(_OSS) and "/.dlsdata" not in path:
                    yield path.rstrip("*")


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
    """Checks services, RAM principals and identity providers."""
    for statement in allowing(view, TRUST_KEY):
        principal = statement.at("Principal")
        if any(s not in services for s in listed(principal, "Service")):
            yield f"{statement.where('Principal')} trusts a service that needs no role here"
        if any(p not in accounts for p in listed(principal, "RAM")):
            yield f"{statement.where('Principal')} trusts an account or user"
        if principal.has("Federated") and not _exact(statement):
            yield f"{statement.where('Condition')} does not name one account of one namespace"


def _exact(statement: Props) -> bool:
    """True when all claims of a token are compared exactly and each subject is a single account."""
    claims = statement.at("Condition", "StringEquals")
    subjects = listed(claims, "oidc:sub")
    return all(listed(claims, c) for c in _CLAIMS) and all(_SUBJECT.fullmatch(s) for s in subjects)
