"""The cluster: ACK Serverless, ACS, managed ACK with virtual nodes, or one that exists."""

import pulumi
import pulumi_kubernetes as k8s

from components.args import ClusterArgs
from components.cluster.access import kubernetes_provider
from components.cluster.existing import existing_kubeconfig
from components.inputs import InputError
from components.models.cluster import ClusterInputs


def _same_flavour(made_as: str, flavour: str) -> str:
    """`flavour`, or InputError when the stack's cluster was made as another one."""
    if made_as != flavour:
        raise InputError(
            [
                f"cluster.flavour: {flavour!r} is not allowed; this stack's cluster was made as {made_as!r}, and a "
                "cluster cannot be converted: it and everything in it would be deleted and made anew. Allowed: "
                f"{made_as!r}; or a new stack beside this one; or `pulumi destroy` first"
            ]
        )
    return flavour


class Cluster(pulumi.ComponentResource):
    """A Kubernetes cluster without machines of one's own, and the Kubernetes provider that reaches it.

    All flavours have the same outputs. Changing the flavour of a live stack is refused before anything changes.
    """

    cluster_id: pulumi.Output[str]
    """ACK id; of an existing cluster the id or name given for it."""
    kubeconfig: pulumi.Output[str]
    """Secret. Content of a kubeconfig; where the existing cluster was given as a file, its path."""
    oidc_provider_arn: pulumi.Output[str]
    """RAM OIDC provider of the cluster's service accounts; empty where unknown."""
    oidc_issuer_url: pulumi.Output[str]
    """Issuer of the cluster's service account tokens; empty where unknown."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:Cluster", name, None, opts)
        inputs = ClusterInputs.of(args, f"Cluster {name}")
        # The state remembers the first flavour: its `output` keeps the first input until it is replaced.
        self._made_as = pulumi.Stash(
            f"{name}-flavour", input=inputs.flavour, opts=pulumi.ResourceOptions(parent=self)
        ).output.apply(lambda made_as: _same_flavour(str(made_as), inputs.flavour))
        self.provider = self._existing(name, inputs)
        self.register_outputs(
            {
                "clusterId": self.cluster_id,
                "kubeconfig": self.kubeconfig,
                "oidcProviderArn": self.oidc_provider_arn,
                "oidcIssuerUrl": self.oidc_issuer_url,
            }
        )

    def _existing(self, name: str, inputs: ClusterInputs) -> k8s.Provider:
        """Outputs and provider of a cluster that is not made here."""
        existing = inputs.existing
        given, self.kubeconfig = existing_kubeconfig(inputs)
        self.cluster_id = pulumi.Output.from_input(existing.identifier)
        self.oidc_provider_arn = pulumi.Output.from_input(existing.oidc_provider_arn or "")
        self.oidc_issuer_url = pulumi.Output.from_input(existing.oidc_issuer_url or "")
        return kubernetes_provider(
            f"{name}-kubernetes",
            given,
            existing.identifier,
            pulumi.ResourceOptions(parent=self),
            existing.context,
        )
