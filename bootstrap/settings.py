"""What the bootstrap's stack file says, read as strictly as the platform's."""

import json
from typing import Annotated, Any, Literal, Self

import pulumi
from pulumi.runtime import config as raw
from pydantic import Field, model_validator

from bootstrap.names import KINDS, PLATFORM, role_name
from components.base.cloud import KmsKeyId, Region
from components.base.inputs import Inputs
from components.base.mistakes import InputError, not_allowed
from components.base.sentences import unknown_key
from components.base.values import matching

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
    region: Region = Field("cn-hangzhou", description="Region of the bucket; state of all regions may lie in it")
    old_versions_days: Annotated[int, Field(ge=7, le=3650)] = Field(
        365, description="Days an overwritten or deleted state file is kept: the way back from a lost state"
    )
    encryption: Literal["AES256", "KMS"] = Field(
        "AES256", description="Encryption of the objects: keys of OSS (free) or of KMS. Secrets in the state are "
        "encrypted by Pulumi besides"
    )  # fmt: skip
    kms_key: KmsKeyId | None = Field(None, description="Id of the KMS key for encryption KMS")

    @model_validator(mode="after")
    def _kms(self) -> Self:
        if self.kms_key is not None and self.encryption != "KMS":
            raise not_allowed(f"{self.kms_key!r} has no effect with encryption {self.encryption}", "kms_key")
        return self


class Github(Inputs):
    """A GitHub repository whose workflows may deploy."""

    repository: Annotated[str, *matching(r"[\w.-]+/[\w.-]+", "owner/name")] = Field(description="The repository")
    owner_id: Id | None = Field(
        None,
        description="Numeric id of the owner. GitHub writes it into the tokens of repositories made or renamed since "
        "2026-07-15, and of those that opted in; give both ids there, and none elsewhere",
    )
    repository_id: Id | None = Field(None, description="Numeric id of the repository, as owner_id")
    server: Annotated[
        str, *matching(r"https://[\w.-]+(/[\w./-]*[\w-])?", "an https URL without a slash at its end")
    ] = Field(
        "https://token.actions.githubusercontent.com",
        description="Issuer of the tokens; GitHub Enterprise Server has its own, https://HOST/_services/token",
    )

    @model_validator(mode="after")
    def _ids(self) -> Self:
        for key, other in (("owner_id", "repository_id"), ("repository_id", "owner_id")):
            if getattr(self, key) is None and getattr(self, other) is not None:
                raise not_allowed(f"missing; {other} is given; allowed: both ids, or none", key)
        return self

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
        description="Name of the stack; also of the GitHub environment, beside <name>-preview"
    )
    region: Region = Field("cn-hangzhou", description="Region of the stack: no right reaches another one")
    bucket_prefix: Prefix | None = Field(
        None, description="storage.bucket_prefix of the stack: the buckets <bucket_prefix>-* may be made and changed"
    )
    buckets: tuple[Bucket, ...] = Field((), description="Further buckets by name (storage.hdfs.bucket and the like)")
    role_prefix: Prefix | None = Field(
        None, description="identity.role_prefix of the stack; left out: spark-on-ack-<name>"
    )
    make_roles: bool = Field(
        True,
        description="Deploy may make the workloads' RAM roles and policies. Who may write a policy may write any: with "
        "false nothing of RAM can be changed and the roles come from identity.existing_roles",
    )
    make_service_role: bool = Field(False, description="Deploy may make OSS-HDFS's service role (storage.service_role)")
    extra_actions: tuple[Action, ...] = Field(
        (), description="RAM actions that deploy needs beside those of bootstrap/actions.yaml; a refusal names them"
    )

    @property
    def roles(self) -> str:
        """First part of the names of the workloads' roles and policies."""
        return self.role_prefix or f"{PLATFORM}-{self.name}"


class BootstrapSettings(Inputs):
    """The bootstrap's stack file: `bootstrap/Pulumi.<stack>.yaml`, all keys under `spark-on-ack-bootstrap:settings`."""

    account: Annotated[str, *matching(r"\d{16}", "the 16 digits of the account id, in quotes")] = Field(
        description="The Alibaba Cloud account that all of this is made in"
    )
    state: State = Field(description="The bucket of the state")
    github: Github | None = Field(None, description="The GitHub repository that deploys")
    gitlab: Gitlab | None = Field(None, description="The GitLab project that deploys; one of github and gitlab")
    oidc_provider: Literal["create", "existing"] = Field(
        "create", description="RAM's OIDC provider for the CI server: an account has one per server; existing: another "
        "stack made it"
    )  # fmt: skip
    oidc_provider_name: (
        Annotated[str, *matching(r"[A-Za-z0-9][\w.-]{0,127}", "letters, digits, dots, dashes, underscores")] | None
    ) = Field(None, description="Its name; left out: github or gitlab")
    fingerprints: Annotated[tuple[Fingerprint, ...], Field(max_length=5)] = Field(
        (),
        description="Fingerprints of the CA of the CI server's certificate, which RAM checks it by; the vendor's page "
        "has them collected beforehand. docs/from-nothing-to-prod.md says how",
    )
    environments: tuple[Environment, ...] = Field(description="The stacks CI deploys, at least one")
    tags: dict[str, str] = Field({}, description="Tags of every cloud object")

    @model_validator(mode="after")
    def _one_server(self) -> Self:
        if (self.github is None) == (self.gitlab is None):
            raise not_allowed("one of github and gitlab must be given; allowed: exactly one", "github")
        if not self.environments:
            raise not_allowed("is empty; allowed: at least one", "environments")
        return self

    @model_validator(mode="after")
    def _apart(self) -> Self:
        """No environment's rights may reach into another's, nor to the state or to CI's own roles."""
        names = [e.name for e in self.environments]
        reserved = [role_name(n, kind) for n in names for kind in KINDS]
        for i, one in enumerate(self.environments):
            at = f"environments[{i}]"
            others = [e for e in self.environments if e is not one]
            if one.name in names[:i]:
                raise not_allowed(f"{one.name!r} is there twice", f"{at}.name")
            for role in (*reserved, *(f"{o.roles}-" for o in others)):
                if role.startswith(f"{one.roles}-"):
                    raise not_allowed(
                        f"rights on the roles {one.roles}-* would reach {role}; allowed: another role_prefix",
                        f"{at}.role_prefix",
                    )
            taken = [self.state.bucket, *(b for o in others for b in (*o.buckets, f"{o.bucket_prefix or ''}-"))]
            for bucket in taken:
                if one.bucket_prefix and bucket.startswith(f"{one.bucket_prefix}-"):
                    raise not_allowed(
                        f"rights on the buckets {one.bucket_prefix}-* would reach {bucket}; allowed: another prefix",
                        f"{at}.bucket_prefix",
                    )
            if self.state.bucket in one.buckets:
                raise not_allowed(f"{self.state.bucket!r} is the state's bucket; allowed: others", f"{at}.buckets")
        return self

    @property
    def server(self) -> Github | Gitlab:
        """The CI server."""
        return self.github or self.gitlab  # type: ignore[return-value]  # one of them is given, see _one_server

    @property
    def provider_name(self) -> str:
        """Name of the OIDC provider."""
        return self.oidc_provider_name or ("github" if self.github else "gitlab")


def load() -> BootstrapSettings:
    """The settings of the running stack. Raises InputError with every mistake."""
    project = pulumi.get_project()
    title = f"bootstrap/Pulumi.{pulumi.get_stack()}.yaml:"
    given: dict[str, Any] = {k.partition(":")[2]: v for k, v in raw.CONFIG.get().items() if k.startswith(f"{project}:")}
    mistakes = [unknown_key(key, ["settings"]) for key in given if key != "settings"]
    if "settings" not in given:
        mistakes.append("settings: missing; allowed: the keys of docs/from-nothing-to-prod.md")
    if mistakes:
        raise InputError(mistakes, title)
    return BootstrapSettings.read(json.loads(given["settings"]), title=title)
