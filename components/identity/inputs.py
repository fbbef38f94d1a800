"""Inputs of Identity: which pods get which rights on which buckets, and by which mechanism."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..base.cloud import BucketName, KmsKeyId
from ..base.inputs import Inputs
from ..base.mistakes import Mistakes, check, not_allowed
from ..base.values import Value, matching

ExistingRole = Annotated[
    str,
    *matching(
        r"(acs:ram::\d+:role/)?[A-Za-z0-9][A-Za-z0-9.-]{0,63}",
        "a RAM role by name or by ARN, acs:ram::<account>:role/<name>",
    ),
]
Workload = Annotated[str, *matching(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", "1 to 40 lower-case letters, digits, dashes")]
KubeName = Annotated[str, *matching(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", "a Kubernetes name")]


def _folders(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    for prefix in prefixes:
        if not prefix.endswith("/") or prefix.startswith("/") or "*" in prefix or "?" in prefix:
            raise not_allowed(f"{prefix!r} is not a folder; allowed: prefixes such as 'teams/payments/', no wildcards")
    return prefixes


Folders = Annotated[tuple[str, ...], AfterValidator(_folders)]


class IdentitySettings(Inputs):
    """How pods get their rights in the cloud."""

    mode: Literal["eci", "rrsa"] = Field(
        "eci",
        description="eci: the pod's annotation names the RAM role (simplest; not on ACS; an admission policy keeps "
        "teams to their own role); rrsa: the cluster's OIDC provider binds the role to the service account (JindoSDK "
        "then needs a credentials sidecar). Neither has been tried with JindoSDK on an account",
    )
    role_prefix: (
        Annotated[str, *matching(r"[a-z0-9][a-z0-9-]{0,39}", "1 to 40 lower-case letters, digits, dashes")] | None
    ) = Field(None, description="First part of the RAM roles' names; left out: <project>-<stack>")
    existing_roles: dict[str, ExistingRole] = Field(
        {},
        description="Workload (a team, history, or history-<team> for a team with a bucket of its own) -> existing RAM "
        "role, used unchanged; rrsa needs the ARN",
    )


class IdentityWiring(Inputs):
    """Whose role it is, and what it may reach."""

    workload: Workload = Field(description="Who the role is for, such as a team or history")
    namespace: KubeName = Field(description="Namespace of the workload's pods")
    service_accounts: Annotated[tuple[KubeName, ...], Field(min_length=1)] = Field(
        description="Service accounts of the workload's pods; with rrsa no other account can assume the role"
    )
    oidc_provider_arn: Value[str] | None = Field(
        None, description="ARN of the cluster's OIDC provider in RAM; needed for rrsa"
    )
    oidc_issuer_url: Value[str] | None = Field(None, description="Issuer URL of that provider; needed for rrsa")
    hdfs_bucket: Value[BucketName] | None = Field(
        None,
        description="HDFS bucket to read and write, as a whole: RAM cannot tell folders of OSS-HDFS apart. "
        "For isolation, give each team its own bucket",
    )
    files_bucket: Value[BucketName] | None = Field(
        None, description="Plain bucket that read_folders and write_folders are in"
    )
    read_folders: Folders = Field((), description="Folders of the plain bucket to read")
    write_folders: Folders = Field((), description="Folders of the plain bucket to read, write and delete in")
    kms_key: Value[KmsKeyId] | None = Field(None, description="Id of the KMS key that encrypts the buckets, if any")
    tags: dict[str, str] = Field({}, description="Tags of every cloud object")


class IdentityInputs(IdentityWiring, IdentitySettings):
    """One RAM role for one workload, with rights only on its buckets and folders."""

    @check
    def _existing_role_is_by_arn_where_needed(self) -> Mistakes:
        if self.existing_role is not None and self.mode == "rrsa" and ":" not in self.existing_role:
            yield (
                "existing_roles",
                f"{self.workload}: {self.existing_role!r} is a name; mode rrsa needs the ARN; allowed: "
                "acs:ram::<account>:role/<name>",
            )

    @check
    def _provider_is_known(self) -> Mistakes:
        if self.existing_role is None and self.mode == "rrsa":
            for key in ("oidc_provider_arn", "oidc_issuer_url"):
                if getattr(self, key) in (None, ""):
                    yield key, "missing; mode rrsa needs it; allowed: the cluster's output of that name"

    @check
    def _role_has_rights(self) -> Mistakes:
        folders = self.read_folders or self.write_folders
        if self.existing_role is not None:
            return
        if self.files_bucket is None and folders:
            yield "files_bucket", "missing; folders need it; allowed: the bucket the folders are in"
        if self.hdfs_bucket is None and not folders:
            yield "hdfs_bucket", "missing; the role would have no rights; allowed: a bucket, or folders"

    @property
    def existing_role(self) -> str | None:
        """The role this workload already has (name or ARN), if any."""
        return self.existing_roles.get(self.workload)
