"""Cloud identities: one RAM role per workload, with rights only on its own buckets and folders."""

import hashlib
import re
from typing import Final

import pulumi
import pulumi_alicloud as alicloud

from ..base.mistakes import InputError
from ..base.outputs import when_known
from ..base.ram import Statement, document, folder_rights, hdfs_rights, key_rights, trust_accounts, trust_service
from ..base.tags import cloud_tags
from .args import IdentityArguments
from .inputs import IdentityInputs

MAX_ROLE_NAME: Final = 64
"""RAM's limit for role names."""


def role_name_of(prefix: str, workload: str) -> str:
    """`<prefix>-<workload>` in the characters RAM accepts; a longer one than 64 is cut and gets a hash of the whole."""
    name = re.sub(r"[^a-z0-9-]+", "-", f"{prefix}-{workload}".lower())
    if len(name) <= MAX_ROLE_NAME:
        return name
    return f"{name[: MAX_ROLE_NAME - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def rights(hdfs: str | None, files: str | None, read: tuple[str, ...], write: tuple[str, ...], key: str | None) -> str:
    """The policy document of a workload: its HDFS bucket, its folders of the plain bucket, its key."""
    statements: list[Statement] = []
    if hdfs:
        statements += hdfs_rights(hdfs)
    if files:
        statements += folder_rights(files, read, write)
    if key:
        statements += key_rights(key)
    return document(statements)


def _trust_accounts(provider_arn: str, issuer_url: str, namespace: str, accounts: tuple[str, ...]) -> str:
    """The result of `trust_accounts`; InputError while the cluster has no OIDC provider."""
    if not provider_arn or not issuer_url:
        raise InputError(
            ["oidc_provider_arn: empty; the cluster has no OIDC provider; allowed: a cluster with RRSA on"]
        )
    return trust_accounts(provider_arn, issuer_url, namespace, accounts)


class Identity(pulumi.ComponentResource):
    """A RAM role for the pods of one workload, or the role it already has.

    ```python
    from spark_on_ack import Identity
    rights = {"service_accounts": ["spark-driver", "spark-executor"], "hdfs_bucket": "example-spark-hdfs"}
    Identity("payments", {"workload": "payments", "namespace": "spark-payments", **rights})
    ```

    Mode rrsa: only the named service accounts in the namespace of this cluster can assume the role. Mode eci: ECI pods
    that name it in their annotation can. So could any ECS instance or ECI pod that someone with `ram:PassRole` starts;
    therefore the admission policies pin each team to its own role. No AccessKey is created or needed.
    """

    role_name: str
    """Name of the role, known before it exists."""
    role_arn: pulumi.Output[str]
    """ARN of the role; empty for an existing role that was given by name."""

    def __init__(self, name: str, args: IdentityArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        """Raises InputError when an input is wrong, before any resource."""
        super().__init__("spark-on-ack:index:Identity", name, None, opts)
        inputs = IdentityInputs.of(args, f"Identity {name}")
        if inputs.existing_role is not None:
            self.role_name = inputs.existing_role.rpartition("/")[2]
            self.role_arn = pulumi.Output.from_input(inputs.existing_role if ":" in inputs.existing_role else "")
        else:
            prefix = inputs.role_prefix or f"{pulumi.get_project()}-{pulumi.get_stack()}"
            self.role_name = role_name_of(prefix, inputs.workload)
            self.role_arn = self._role(name, inputs)
        self.register_outputs({"roleName": self.role_name, "roleArn": self.role_arn})

    def _role(self, name: str, inputs: IdentityInputs) -> pulumi.Output[str]:
        """The role with its policy; names are unique in the account, so a replacement deletes first."""

        def opts() -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(parent=self, delete_before_replace=True)

        trust = trust_service("ecs.aliyuncs.com")
        if inputs.mode == "rrsa":
            provider, issuer = inputs.oidc_provider_arn, inputs.oidc_issuer_url
            trust = when_known(_trust_accounts, provider, issuer, inputs.namespace, inputs.service_accounts)
        role = alicloud.ram.Role(
            f"{name}-role",
            role_name=self.role_name,
            assume_role_policy_document=trust,
            description=f"Spark workload {inputs.workload} in namespace {inputs.namespace}",
            force=True,  # policies attached by hand must not block its deletion
            tags=cloud_tags(f"{name}-role", inputs.tags),
            opts=opts(),
        )
        folders = (inputs.read_folders, inputs.write_folders)
        policy = alicloud.ram.Policy(
            f"{name}-policy",
            policy_name=self.role_name,
            policy_document=when_known(rights, inputs.hdfs_bucket, inputs.files_bucket, *folders, inputs.kms_key),
            description=f"What Spark workload {inputs.workload} may do",
            # each change creates a version, and RAM keeps five
            rotate_strategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
            force=True,
            tags=cloud_tags(f"{name}-policy", inputs.tags),
            opts=opts(),
        )
        alicloud.ram.RolePolicyAttachment(
            f"{name}-attachment",
            role_name=role.role_name,
            policy_name=policy.policy_name,
            policy_type="Custom",
            opts=opts(),
        )
        return role.arn
