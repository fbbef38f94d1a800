"""Inputs of the cluster: four flavours behind one set of keys."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from components.inputs import Inputs, Value, matching, not_allowed
from components.models.cloud import said

Flavour = Literal["serverless", "acs", "virtual-node", "existing"]
ControlPlaneLog = Literal["apiserver", "kcm", "scheduler", "ccm", "controlplane-events"]
Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
ClusterName = Annotated[
    str, *matching(r"[a-z][a-z0-9-]{0,61}[a-z0-9]", "2 to 63 lower-case letters, digits and dashes, a letter first")
]
OidcProviderArn = Annotated[
    str,
    *matching(r"acs:ram::\d+:oidc-provider/\S+", "an ARN such as acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1"),
]
HttpsUrl = Annotated[str, *matching(r"https://\S+", "an https:// address")]


class ExistingCluster(Inputs):
    """How to reach a cluster that is not made here, and what its pods' cloud identities need."""

    kubeconfig_file: str | None = Field(
        None, description="Path of a kubeconfig, relative to the project; `~` is the home. The file stays where it is"
    )
    context: str | None = Field(None, description="Context in the kubeconfig (alone: in the default kubeconfig)")
    cluster_id: str | None = Field(
        None,
        description="ACK id, or any name that stays the same as long as it is the same cluster: when it changes, "
        "everything in Kubernetes is made anew. Default: the context, else the file, else `existing`",
    )
    oidc_provider_arn: Value[OidcProviderArn] | None = Field(
        None, description="RAM OIDC provider of the cluster; needed for identities by service account (RRSA)"
    )
    oidc_issuer_url: Value[HttpsUrl] | None = Field(
        None, description="Issuer of the cluster's service account tokens; needed for identities by service account"
    )

    @property
    def identifier(self) -> str:
        """What stays the same as long as it is the same cluster."""
        return self.cluster_id or self.context or self.kubeconfig_file or "existing"


class ClusterSettings(Inputs):
    """The Kubernetes cluster."""

    flavour: Flavour = Field(
        description="serverless: ACK Serverless, pods on ECI (only accounts that already had one before 2025-02-17); "
        "acs: pods on ACS, open to every account; virtual-node: managed ACK with virtual nodes; existing: any cluster "
        "by its kubeconfig. Cannot be changed later"
    )
    existing: ExistingCluster = Field(ExistingCluster(), description="Access to the cluster of flavour existing")

    @model_validator(mode="after")
    def _only_the_flavours_own_keys(self) -> Self:
        if self.flavour != "existing" and said(self.existing):
            key = said(self.existing)[0]
            raise not_allowed(
                f"only for flavour existing, but the flavour is {self.flavour}; allowed: leave it out",
                f"existing.{key}",
            )
        return self


class ClusterInputs(ClusterSettings):
    """Inputs of Cluster: the settings and the network it stands in."""

    kubeconfig: Value[str] | None = Field(
        None, description="Content of the existing cluster's kubeconfig; kept as a secret"
    )

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.flavour == "existing":
            ways = (self.kubeconfig, self.existing.kubeconfig_file, self.existing.context)
            if all(way is None for way in ways):
                raise not_allowed(
                    "missing; flavour existing needs a way to the cluster; allowed: the secret kubeconfig, "
                    "or existing.kubeconfig_file, or existing.context",
                    "kubeconfig",
                )
        return self
