"""The Kubernetes provider of a cluster."""

import pulumi
import pulumi_kubernetes as k8s


def kubernetes_provider(
    name: str,
    kubeconfig: pulumi.Input[str] | None,
    identifier: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    context: str | None = None,
) -> k8s.Provider:
    """The provider that all Kubernetes objects of the platform use.

    * `identifier` alone decides whether it is another cluster: a changed kubeconfig is an update, not a replacement
      of everything in the cluster.
    * Objects that already exist are taken over: a run that was killed can be repeated.
    * ConfigMaps and Secrets change in place: their names are fixed, so a replacement would delete them under running
      jobs. What must restart on a change carries a checksum in its pod template.
    * The client keeps the provider's own limits of 50 requests/s (burst 120): in a large update the engine's state
      file takes the time, not the API server. An unreachable cluster is an error, never a reason to forget it.
    """
    return k8s.Provider(
        name,
        kubeconfig=kubeconfig,
        context=context,
        cluster_identifier=identifier,
        enable_server_side_apply=True,
        upsert_existing_objects=True,
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        opts=opts,
    )
