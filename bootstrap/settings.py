"""The settings in the bootstrap's stack file, read as strictly as the platform's."""

import json
from typing import Annotated, Any, Literal

import pulumi
from pulumi.runtime import config as raw
from pydantic import Field

from bootstrap.names import KINDS, PLATFORM, role_name
from components.base.cloud import KmsKeyId, Region
from components.base.inputs import Inputs
from components.base.mistakes import InputError, Mistakes, check
from components.base.sentences import unknown_key
from components.base.values import matching
from components.network.inputs import NetworkSettings
from components.registry.inputs import RegistrySettings

Bucket = Annotated[
    str,
    *matching(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "a bucket name: 3 to 63 lower-case letters, digits and dashes"),
]
Prefix = Annotated[str, *matching(r"[a-z0-9][a-z0-9-]{2,47}", "3 to 48 lower-case letters, digits and dashes")]
Action = Annotated[str, *matching(r"[a-z]+:[A-Z][A-Za-z]+", "one RAM action such as cs:DescribeAddon, no wildcards")]
Fingerprint = Annotated[str, *matching(r"[0-9A-Fa-f]{40}", "a SHA-1 fingerprint, 40 hexadecimal digits")]
Id = Annotated[str, *matching(r"\d{1,12}", "a number in quotes")]


class State(Inputs):
    """The bucket of the state."""

    bucket: Bucket = Field(description="Name of the bucket, unique among all customers of OSS")
    region: Region = Field(
        "cn-hangzhou", description="Region of the bucket; it can hold the state of stacks in any region"
    )
    old_versions_days: Annotated[int, Field(ge=7, le=3650)] = Field(
        365, description="Days that overwritten or deleted state files are kept, so that a lost state can be restored"
    )
    encryption: Literal["AES256", "KMS"] = Field(
        "AES256", description="Encryption of the objects: with keys of OSS (free) or of KMS. Secrets in "
        "the state are encrypted by Pulumi as well"
    )  # fmt: skip
    kms_key: KmsKeyId | None = Field(None, description="Id of the KMS key for encryption KMS")

    @check
    def _kms_key_has_an_effect(self) -> Mistakes:
        if self.kms_key is not None and self.encryption != "KMS":
            yield (
                "kms_key",
                f"{self.kms_key!r} has no effect with encryption {self.encryption}; allowed: none, or encryption KMS",
            )


class Github(Inputs):
    """A GitHub repository whose workflows may deploy."""

    repository: Annotated[str, *matching(r"[\w.-]+/[\w.-]+", "owner/name")] = Field(description="The repository")
    owner_id: Id | None = Field(
        None,
        description="Numeric id of the owner. GitHub writes it into the tokens of repositories created or renamed "
        "since 2026-07-15, and of those that opted in; set both ids for those, and neither elsewhere",
    )
    repository_id: Id | None = Field(None, description="Numeric id of the repository; see owner_id")
    server: Annotated[
        str, *matching(r"https://[\w.-]+(/[\w./-]*[\w-])?", "an https URL without a slash at its end")
    ] = Field(
        "https://token.actions.githubusercontent.com",
        description="Issuer of the tokens; GitHub Enterprise Server has its own: https://HOST/_services/token",
    )

    @check
    def _ids_come_together(self) -> Mistakes:
        for key, other in (("owner_id", "repository_id"), ("repository_id", "owner_id")):
            if getattr(self, key) is None and getattr(self, other) is not None:
                yield key, f"missing, although {other} is set; allowed: both ids, or neither"

    def subject(self, environment: str) -> str:
        """`sub` of a job that runs in a GitHub environment."""
        owner, name = self.repository.split("/")
        if self.owner_id is not None:
            owner, name = f"{owner}@{self.owner_id}", f"{name}@{self.repository_id}"
        return f"repo:{owner}/{name}:environment:{environment}"


class Gitlab(Inputs):
    """A GitLab project whose pipelines may deploy."""

    project: Annotated[str, *matching(r"[\w.-]+(/[\w.-]+)+", "group/project")] = Field(
        description="Path of the project"
    )
    branch: Annotated[str, *matching(r"[\w./-]+", "a branch name, no wildcards")] = Field(
        "main", description="The protected branch that deploys; GitLab's token names no environment"
    )
    server: Annotated[str, *matching(r"https://[\w.-]+(:\d+)?", "an https URL without a path")] = Field(
        "https://gitlab.com", description="The GitLab server; Alibaba Cloud must reach it"
    )

    def subject(self, branch: str) -> str:
        """`sub` of a job on a branch (`*`: any)."""
        return f"project_path:{self.project}:ref_type:branch:ref:{branch}"


class Environment(Inputs):
    """One stack of the platform that CI may preview and deploy."""

    name: Annotated[str, *matching(r"[a-z][a-z0-9-]{1,19}", "2 to 20 lower-case letters, digits and dashes")] = Field(
        description="Name of the stack, and of its GitHub environment; the other GitHub environment is <name>-preview"
    )
    region: Region = Field("cn-hangzhou", description="Region of the stack; the roles have no rights in any other")
    bucket_prefix: Prefix | None = Field(
        None,
        description="storage.bucket_prefix of the stack: the role may create and change the buckets <bucket_prefix>-*",
    )
    buckets: tuple[Bucket, ...] = Field((), description="Further buckets by name (storage.hdfs.bucket and the like)")
    network: NetworkSettings | None = Field(
        None,
        description="A VPC for the stack, made here so that CI reaches the API server in it from the first deployment: "
        "the stack names it under network.existing. It must be in the region of alicloud:region",
    )
    role_prefix: Prefix | None = Field(
        None, description="identity.role_prefix of the stack; default: spark-on-ack-<name>"
    )
    make_roles: bool = Field(
        True,
        description="The deploy role may create the workloads' RAM roles and policies. Whoever may write one policy "
        "may write any; with false it cannot change RAM at all, and the roles come from identity.existing_roles",
    )
    make_service_role: bool = Field(
        False, description="The deploy role may create OSS-HDFS's service role (storage.service_role)"
    )
    extra_actions: tuple[Action, ...] = Field(
        (),
        description="RAM actions for the deploy role beyond those of bootstrap/actions.yaml; a refusal names them",
    )

    @property
    def roles(self) -> str:
        """First part of the names of the workloads' roles and policies."""
        return self.role_prefix or f"{PLATFORM}-{self.name}"


class BootstrapSettings(Inputs):
    """The bootstrap's stack file: `bootstrap/Pulumi.<stack>.yaml`, all keys under `spark-on-ack-bootstrap:settings`."""

    account: Annotated[str, *matching(r"\d{16}", "the 16 digits of the account id, in quotes")] = Field(
        description="The Alibaba Cloud account in which all of this is created"
    )
    state: State = Field(description="The bucket of the state")
    github: Github | None = Field(None, description="The GitHub repository that deploys")
    gitlab: Gitlab | None = Field(None, description="The GitLab project that deploys; one of github and gitlab")
    oidc_provider: Literal["create", "existing"] = Field(
        "create", description="RAM's OIDC provider for the CI server, of which an account can have one per server; "
        "existing: another stack created it"
    )  # fmt: skip
    oidc_provider_name: (
        Annotated[str, *matching(r"[A-Za-z0-9][\w.-]{0,127}", "letters, digits, dots, dashes, underscores")] | None
    ) = Field(None, description="Its name; default: github or gitlab")
    fingerprints: Annotated[tuple[Fingerprint, ...], Field(max_length=5)] = Field(
        (),
        description="SHA-1 fingerprints of the certificate authority that signed the CI server's certificate; RAM "
        "checks the server by them. docs/from-nothing-to-prod.md says how to get them",
    )
    environments: tuple[Environment, ...] = Field(description="The stacks that CI deploys, at least one")
    registry: RegistrySettings | None = Field(
        None,
        description="The container registry of the account, bought here: with a namespace spark-<name> for each "
        "environment, which `make images` fills before the first deployment",
    )
    tags: dict[str, str] = Field({}, description="Tags of every cloud object")

    @check
    def _networks_are_made(self) -> Mistakes:
        for i, one in enumerate(self.environments):
            if one.network is not None and one.network.existing.in_use:
                yield f"environments[{i}].network.existing", "is not made here; allowed: zones, or no network"

    @check
    def _one_server(self) -> Mistakes:
        if (self.github is None) == (self.gitlab is None):
            reason = "missing, and so is gitlab" if self.github is None else "set, and so is gitlab"
            yield "github", f"{reason}; allowed: exactly one of them"

    @check
    def _environments_are_named_apart(self) -> Mistakes:
        names = [e.name for e in self.environments]
        if not names:
            yield "environments", "empty; allowed: at least one"
        for i, name in enumerate(names):
            if name in names[:i]:
                yield f"environments[{i}].name", f"{name!r} is already in the list; allowed: a name that is not"

    @check
    def _roles_of_others_are_out_of_reach(self) -> Mistakes:
        """No environment's rights may reach another's roles, or CI's own."""
        reserved = [role_name(e.name, kind) for e in self.environments for kind in KINDS]
        for i, one in enumerate(self.environments):
            others = [f"{e.roles}-" for e in self.environments if e is not one]
            role = next((r for r in (*reserved, *others) if r.startswith(f"{one.roles}-")), None)
            if role is not None:
                yield (
                    f"environments[{i}].role_prefix",
                    f"rights on the roles {one.roles}-* would reach {role}; allowed: another role_prefix",
                )

    @check
    def _buckets_of_others_are_out_of_reach(self) -> Mistakes:
        """No environment's rights may reach another's buckets, or the state."""
        for i, one in enumerate(self.environments):
            others = [e for e in self.environments if e is not one]
            taken = [self.state.bucket, *(b for o in others for b in (*o.buckets, f"{o.bucket_prefix or ''}-"))]
            bucket = next((b for b in taken if one.bucket_prefix and b.startswith(f"{one.bucket_prefix}-")), None)
            if bucket is not None:
                yield (
                    f"environments[{i}].bucket_prefix",
                    f"rights on the buckets {one.bucket_prefix}-* would reach {bucket}; allowed: another prefix",
                )
            if self.state.bucket in one.buckets:
                yield f"environments[{i}].buckets", f"{self.state.bucket!r} is the state's bucket; allowed: any other"

    @property
    def server(self) -> Github | Gitlab:
        """The CI server."""
        return self.github or self.gitlab  # type: ignore[return-value]  # one of them is set: see _one_server

    @property
    def provider_name(self) -> str:
        """Name of the OIDC provider."""
        return self.oidc_provider_name or ("github" if self.github else "gitlab")


def load() -> BootstrapSettings:
    """The settings of the running stack. Raises InputError with every mistake."""
    project = pulumi.get_project()
    title = f"bootstrap/Pulumi.{pulumi.get_stack()}.yaml:"
    configured: dict[str, Any] = {
        k.partition(":")[2]: v for k, v in raw.CONFIG.get().items() if k.startswith(f"{project}:")
    }
    mistakes = [unknown_key(key, ["settings"]) for key in configured if key != "settings"]
    if "settings" not in configured:
        mistakes.append("settings: missing; allowed: the keys that docs/from-nothing-to-prod.md explains")
    if mistakes:
        raise InputError(mistakes, title)
    return BootstrapSettings.read(json.loads(configured["settings"]), title=title)
