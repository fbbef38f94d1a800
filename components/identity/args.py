"""Flat arguments of Identity. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import IdentityInputs


class IdentityArgs(TypedDict):
    """One RAM role for one workload, with rights only on its buckets and folders."""

    mode: NotRequired[str]
    """eci: the pod's annotation names the RAM role (simplest; not on ACS; an admission policy keeps teams to their own role); rrsa: the cluster's OIDC provider binds the role to the service account (JindoSDK then needs a credentials sidecar). Neither has been tried with JindoSDK on an account. Allowed: eci, rrsa. Default: eci."""
    role_prefix: NotRequired[str]
    """First part of the RAM roles' names; left out: <project>-<stack>. Allowed: 1 to 40 lower-case letters, digits, dashes. Default: none."""
    existing_roles: NotRequired[dict[str, str]]
    """Workload (a team, history, or history-<team> for a team with a bucket of its own) -> existing RAM role, used unchanged; rrsa needs the ARN. Allowed: a map of text to a RAM role by name or by ARN, acs:ram::<account>:role/<name>. Default: empty."""
    workload: str
    """Who the role is for, such as a team or history. Allowed: 1 to 40 lower-case letters, digits, dashes."""
    namespace: str
    """Namespace of the workload's pods. Allowed: a Kubernetes name."""
    service_accounts: list[str]
    """Service accounts of the workload's pods; with rrsa no other account can assume the role. Allowed: a list, each a Kubernetes name."""
    oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """ARN of the cluster's OIDC provider in RAM; needed for rrsa. Allowed: text. Default: none."""
    oidc_issuer_url: NotRequired[pulumi.Input[str]]
    """Issuer URL of that provider; needed for rrsa. Allowed: text. Default: none."""
    hdfs_bucket: NotRequired[pulumi.Input[str]]
    """HDFS bucket to read and write, as a whole: RAM cannot tell folders of OSS-HDFS apart. For isolation, give each team its own bucket. Allowed: 3 to 63 lower-case letters, digits and dashes, no dash at either end. Default: none."""
    files_bucket: NotRequired[pulumi.Input[str]]
    """Plain bucket that read_folders and write_folders are in. Allowed: 3 to 63 lower-case letters, digits and dashes, no dash at either end. Default: none."""
    read_folders: NotRequired[list[str]]
    """Folders of the plain bucket to read. Allowed: a list, each text. Default: empty."""
    write_folders: NotRequired[list[str]]
    """Folders of the plain bucket to read, write and delete in. Allowed: a list, each text. Default: empty."""
    kms_key: NotRequired[pulumi.Input[str]]
    """Id of the KMS key that encrypts the buckets, if any. Allowed: a KMS key id such as key-bjj1abc or a UUID. Default: none."""
    tags: NotRequired[dict[str, str]]
    """Tags of every cloud object. Allowed: a map of text to text. Default: empty."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    IdentityArguments = IdentityArgs | IdentityInputs
else:
    IdentityArguments = IdentityArgs
