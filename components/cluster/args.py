"""Flat arguments of Cluster. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import ClusterInputs


class ClusterArgs(TypedDict):
    """Inputs of Cluster: the settings, and its network."""

    flavour: str
    """serverless: ACK Serverless, pods on ECI (only for accounts that had one before 2025-02-17); acs: pods on ACS, open to every account; virtual-node: managed ACK with virtual nodes; existing: any cluster that a kubeconfig gives access to. Cannot be changed later. Allowed: serverless, acs, virtual-node, existing."""
    existing_kubeconfig_file: NotRequired[str]
    """Path of a kubeconfig, relative to the project; `~` is the home directory. It is not copied. Allowed: text. Default: none."""
    existing_context: NotRequired[str]
    """Context in the kubeconfig (alone: in the default kubeconfig). Allowed: text. Default: none."""
    existing_cluster_id: NotRequired[str]
    """ACK id, or any name that does not change while it is the same cluster: when it changes, everything in Kubernetes is created again. Default: the context, else the file, else `existing`. Allowed: text. Default: none."""
    existing_pods: NotRequired[str]
    """What runs its pods: eci (ACK Serverless on ECI), virtual-node (ECI behind the virtual nodes of a managed cluster), acs (ACS), plain (any other Kubernetes). Allowed: eci, virtual-node, acs, plain. Default: plain."""
    existing_oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """RAM OIDC provider of the cluster; needed for identities by service account (RRSA). Allowed: an ARN such as acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1. Default: none."""
    existing_oidc_issuer_url: NotRequired[pulumi.Input[str]]
    """Issuer of the cluster's service account tokens; needed for identities by service account. Allowed: an https:// address. Default: none."""
    version: NotRequired[str]
    """Kubernetes version, raised one minor at a time. None: the newest at creation. Allowed: a version such as 1.34 or 1.34.1-aliyun.1. Default: none."""
    upgrade_channel: NotRequired[str]
    """Automatic upgrades in the maintenance window. Default: patch; off where a version is set. Allowed: off, patch, stable, rapid. Default: none."""
    spec: NotRequired[str]
    """Control plane size. Only Pro has NetworkPolicy, zone spread and control plane logs; xlarge and above schedule pods faster and exist only for virtual-node. Allowed: ack.pro.small, ack.pro.xlarge, ack.pro.2xlarge, ack.pro.4xlarge. Default: ack.pro.small."""
    service_cidr: NotRequired[str]
    """Addresses of Kubernetes services, outside the VPC. Cannot be changed later. Allowed: an IPv4 range such as 10.0.0.0/16, mask /16 to /24 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Default: 172.21.0.0/20."""
    public_endpoint: NotRequired[bool]
    """API server also on the internet. Without it, Pulumi must run where the VPC is reachable. Cannot be changed later. Allowed: true or false. Default: false."""
    deletion_protection: NotRequired[bool]
    """Neither ACK nor Pulumi deletes the cluster before this is off (and an update has run). Allowed: true or false. Default: true."""
    encryption_key_id: NotRequired[pulumi.Input[str]]
    """KMS key that encrypts Kubernetes Secrets at rest. None: not encrypted by a key of yours. Allowed: a KMS key id such as key-bjj1abc or a UUID. Default: none."""
    logs_control_plane: NotRequired[list[str]]
    """Control plane components whose logs are kept. Allowed: a list, each apiserver, kcm, scheduler, ccm, controlplane-events. Default: apiserver, kcm, scheduler."""
    logs_audit: NotRequired[bool]
    """Keep the API server's audit log: who did what in which namespace. Allowed: true or false. Default: true."""
    logs_retention_days: NotRequired[int]
    """Days that control plane logs are kept. Allowed: a whole number from 1 to 3650. Default: 30."""
    logs_project: NotRequired[pulumi.Input[str]]
    """An existing log project. None: ACK creates `k8s-log-<cluster id>`; project names are unique in the whole cloud, and one with the cluster's id cannot be taken already. Allowed: text. Default: none."""
    logs_keep_when_deleted: NotRequired[bool]
    """Keep the logs when the cluster is deleted. Allowed: true or false. Default: true."""
    maintenance_days: NotRequired[list[str]]
    """Days of the week. Allowed: a list, each Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday. Default: Saturday."""
    maintenance_start: NotRequired[str]
    """Start of the window, with the offset from UTC. Allowed: a time such as 02:00+08:00. Default: 02:00+08:00."""
    maintenance_hours: NotRequired[int]
    """Length of the window in hours. Allowed: a whole number from 1 to 24. Default: 3."""
    addons: NotRequired[dict[str, str]]
    """Add-on to version, beside the flavour's own; `off` leaves one of those out. Allowed: a map of text to a version such as v0.7.6, latest (chosen once, at installation) or off. Default: empty."""
    addon_config: NotRequired[dict[str, str]]
    """Add-on -> its configuration, as JSON (keys: `aliyun cs DescribeClusterAddonMetadata`). One is Poseidon's switch `Enable NetworkPolicy for ECI instances`, whose key is not known here. Allowed: a map of text to a JSON object. Default: empty."""
    pod_defaults_enabled: NotRequired[bool]
    """Write the profile; it applies to new pods at once. Allowed: true or false. Default: true."""
    pod_defaults_image_cache: NotRequired[bool]
    """Start from a matching image cache where there is one. Allowed: true or false. Default: true."""
    pod_defaults_spot_fallback: NotRequired[bool]
    """Run a spot pod on demand when there is no spot capacity. Allowed: true or false. Default: true."""
    region: NotRequired[str]
    """Region of the cluster. Allowed: an Alibaba Cloud region id such as cn-hangzhou or ap-southeast-1. Default: cn-hangzhou."""
    tags: NotRequired[dict[str, str]]
    """Further tags of the cluster and of its ECI pods. Allowed: text to text; keys of 1 to 128 characters that do not begin with aliyun or acs:, values of at most 128, neither with a comma, a colon or a line break (ECI writes them as key:value,key:value). Default: empty."""
    vswitch_ids: NotRequired[pulumi.Input[list[str]]]
    """One to five vswitches, one per zone. Allowed: a list, each an id such as vsw-bp1abc. Default: none."""
    security_group_id: NotRequired[pulumi.Input[str]]
    """Security group of the pods. Allowed: an id such as sg-bp1abc. Default: none."""
    network_cidr: NotRequired[str]
    """Addresses of the VPC, to compare with the service addresses. Allowed: an IPv4 range such as 10.0.0.0/16, mask /8 to /28. Default: none."""
    resource_group_id: NotRequired[pulumi.Input[str]]
    """Resource group of the cluster; none: the account's default group. Allowed: an id such as rg-acfm1abc. Default: none."""
    kubeconfig: NotRequired[pulumi.Input[str]]
    """Content of the existing cluster's kubeconfig; kept as a secret. Allowed: text. Default: none."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    ClusterArguments = ClusterArgs | ClusterInputs
else:
    ClusterArguments = ClusterArgs
