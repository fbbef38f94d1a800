"""Flat arguments of every component. GENERATED from the input models by `make args`: do not edit."""

from typing import NotRequired, TypedDict

import pulumi


class ClusterArgs(TypedDict):
    """Inputs of Cluster: the settings and the network it stands in."""

    flavour: str
    """serverless: ACK Serverless, pods on ECI (only accounts that already had one before 2025-02-17); acs: pods on ACS, open to every account; virtual-node: managed ACK with virtual nodes; existing: any cluster by its kubeconfig. Cannot be changed later. Allowed: serverless, acs, virtual-node, existing."""
    existing_kubeconfig_file: NotRequired[str]
    """Path of a kubeconfig, relative to the project; `~` is the home. The file stays where it is. Allowed: text. Default: none."""
    existing_context: NotRequired[str]
    """Context in the kubeconfig (alone: in the default kubeconfig). Allowed: text. Default: none."""
    existing_cluster_id: NotRequired[str]
    """ACK id, or any name that stays the same as long as it is the same cluster: when it changes, everything in Kubernetes is made anew. Default: the context, else the file, else `existing`. Allowed: text. Default: none."""
    existing_oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """RAM OIDC provider of the cluster; needed for identities by service account (RRSA). Allowed: an ARN such as acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1. Default: none."""
    existing_oidc_issuer_url: NotRequired[pulumi.Input[str]]
    """Issuer of the cluster's service account tokens; needed for identities by service account. Allowed: an https:// address. Default: none."""
    kubeconfig: NotRequired[pulumi.Input[str]]
    """Content of the existing cluster's kubeconfig; kept as a secret. Allowed: text. Default: none."""
