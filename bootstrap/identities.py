"""Who CI is in the cloud: an OIDC provider and, for each environment, a role that reads and a role that changes."""

import pulumi
import pulumi_alicloud as alicloud

from bootstrap.names import AUDIENCE, KINDS, SESSION_SECONDS, Kind, provider_arn, role_arn, role_name
from bootstrap.rights import policies, subjects, trust
from bootstrap.settings import BootstrapSettings, Environment
from components.base.tags import cloud_tags


class CiIdentities(pulumi.ComponentResource):
    """The OIDC provider of the CI server and two RAM roles per environment, without any AccessKey.

    Role `preview` can read the stack's cloud objects and its state; role `deploy` can change them, within the region,
    the buckets and the role names of its environment. Tokens of other repositories, branches or environments are
    refused by whole-string comparison of `iss`, `aud` and `sub` (GitLab's preview: any branch of the project).
    """

    role_arns: dict[str, str]
    """`<environment>-<kind>` -> ARN of the role; known before it exists."""

    def __init__(self, name: str, settings: BootstrapSettings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack-bootstrap:index:CiIdentities", name, None, opts)
        self._settings = settings
        provider = self._issuer(name) if settings.oidc_provider == "create" else []
        self.role_arns = {}
        for environment in settings.environments:
            for kind in KINDS:
                self._role(f"{name}-{environment.name}-{kind}", environment, kind, provider)
                self.role_arns[f"{environment.name}-{kind}"] = role_arn(settings.account, environment.name, kind)
        self.register_outputs({"roleArns": self.role_arns})

    def _issuer(self, name: str) -> list[pulumi.Resource]:
        """An account has one provider per issuer; its URL cannot change, so a replacement deletes first."""
        settings = self._settings
        return [
            alicloud.ims.OidcProvider(
                f"{name}-oidc",
                oidc_provider_name=settings.provider_name,
                issuer_url=settings.server.server,
                client_ids=[AUDIENCE],
                fingerprints=list(settings.fingerprints) or None,
                description="CI of the Spark platform",
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )
        ]

    def _role(self, name: str, environment: Environment, kind: Kind, after: list[pulumi.Resource]) -> None:
        """A role with its policies. Roles come after the provider, because RAM checks that a trusted one exists."""
        settings = self._settings

        def opts(*after: pulumi.Resource) -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(parent=self, delete_before_replace=True, depends_on=list(after))

        provider = provider_arn(settings.account, settings.provider_name)
        role = alicloud.ram.Role(
            f"{name}-role",
            role_name=role_name(environment.name, kind),
            assume_role_policy_document=trust(provider, settings.server.server, subjects(settings, environment, kind)),
            description=f"CI: {kind} of the Spark platform's stack {environment.name}",
            max_session_duration=SESSION_SECONDS,
            force=True,
            tags=cloud_tags(f"{name}-role", settings.tags),
            opts=opts(*after),
        )
        for part, document in policies(settings, environment, kind).items():
            policy = alicloud.ram.Policy(
                f"{name}-{part}",
                policy_name=f"{role_name(environment.name, kind)}-{part}",
                policy_document=document,
                description=f"What CI may do ({part}): {kind} of stack {environment.name}",
                rotate_strategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
                force=True,
                tags=cloud_tags(f"{name}-{part}", settings.tags),
                opts=opts(),
            )
            alicloud.ram.RolePolicyAttachment(
                f"{name}-{part}",
                role_name=role.role_name,
                policy_name=policy.policy_name,
                policy_type="Custom",
                opts=opts(),
            )
