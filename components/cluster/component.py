"""The cluster: ACK Serverless, ACS, managed ACK with virtual nodes, or one that exists."""

import pulumi
import pulumi_kubernetes as k8s

from . import managed
from .access import kubernetes_provider
from .args import ClusterArguments
from .existing import existing_kubeconfig
from .flavours import FLAVOURS
from .immutable import checked_flavour
from .inputs import ClusterInputs
from .profile import eci_profile


class Cluster(pulumi.ComponentResource):
    """A Kubernetes cluster without machines to own, and the Kubernetes provider that connects to it.

    ```python
    from spark_on_ack import Cluster
    Cluster("cluster", {"flavour": "existing", "existing_context": "kind-kind"})
    ```

    All flavours have the same outputs. Changing the flavour, the service addresses or the public endpoint of a live
    stack is refused before anything changes.
    """

    cluster_id: pulumi.Output[str]
    """ACK id; for an existing cluster, the id or name given for it."""
    kubeconfig: pulumi.Output[str]
    """Secret. Content of a kubeconfig, or its path where an existing cluster was given as a file."""
    oidc_provider_arn: pulumi.Output[str]
    """RAM OIDC provider of the cluster's service accounts; empty where unknown."""
    oidc_issuer_url: pulumi.Output[str]
    """Issuer of the cluster's service account tokens; empty where unknown."""

    def __init__(self, name: str, args: ClusterArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        """Raises InputError when an input is wrong, before any resource."""
        super().__init__("spark-on-ack:index:Cluster", name, None, opts)
        inputs = ClusterInputs.of(args, f"Cluster {name}")
        flavour = checked_flavour(name, inputs, self)
        self.provider = self._managed(name, inputs, flavour) if inputs.kind.managed else self._existing(name, inputs)
        self.register_outputs(
            {
                "clusterId": self.cluster_id,
                "kubeconfig": self.kubeconfig,
                "oidcProviderArn": self.oidc_provider_arn,
                "oidcIssuerUrl": self.oidc_issuer_url,
            }
        )

    def _managed(self, name: str, inputs: ClusterInputs, flavour: pulumi.Output[str]) -> k8s.Provider:
        """Cluster, add-ons and pod defaults. Everything in Kubernetes is created after the add-ons and deleted before
        them: volumes and network rules need their add-on to be deleted cleanly.
        """
        cluster = managed.create(
            f"{name}-ack", inputs, flavour.apply(lambda known: FLAVOURS[known].profile or ""), self
        )
        addons = managed.addons(name, inputs, cluster, self)
        self.cluster_id = cluster.id
        self.kubeconfig = managed.kubeconfig(inputs, cluster, self)
        self.oidc_provider_arn, self.oidc_issuer_url = managed.oidc(inputs, cluster, self)
        provider = kubernetes_provider(
            f"{name}-kubernetes",
            self.kubeconfig,
            cluster.id,
            pulumi.ResourceOptions(parent=self, depends_on=addons),
        )
        if inputs.kind.eci_profile and inputs.pod_defaults.enabled:
            eci_profile(name, inputs, provider, self)
        return provider

    def _existing(self, name: str, inputs: ClusterInputs) -> k8s.Provider:
        """Outputs and provider of a cluster that is not made here."""
        existing = inputs.existing
        kubeconfig, self.kubeconfig = existing_kubeconfig(inputs)
        self.cluster_id = pulumi.Output.from_input(existing.identifier)
        self.oidc_provider_arn = pulumi.Output.from_input(existing.oidc_provider_arn or "")
        self.oidc_issuer_url = pulumi.Output.from_input(existing.oidc_issuer_url or "")
        return kubernetes_provider(
            f"{name}-kubernetes",
            kubeconfig,
            existing.identifier,
            pulumi.ResourceOptions(parent=self),
            existing.context,
        )
