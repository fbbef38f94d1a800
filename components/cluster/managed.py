"""A cluster that is created here. All flavours are one resource; the table of flavours says how it differs."""

import pulumi
import pulumi_alicloud as alicloud
import yaml

from ..base.mistakes import InputError
from ..base.tags import cloud_tags
from .inputs import ClusterInputs

MAX_NAME = 63
"""ACK's limit for the names of clusters."""
CLEANS_UP = ("ack-virtual-node",)
"""Add-ons that cannot be uninstalled without saying what becomes of their cloud resources (provider's page)."""


def create(
    name: str, inputs: ClusterInputs, profile: pulumi.Input[str], parent: pulumi.Resource
) -> alicloud.cs.ManagedKubernetes:
    """The cluster.

    A replacement deletes before it creates: one VPC cannot hold two clusters with the same service addresses.
    Protection keeps that from happening unasked. The name tells which stack a cluster belongs to, where the cloud tells
    no tags.
    """
    opts = pulumi.ResourceOptions(
        parent=parent,
        protect=inputs.deletion_protection or None,
        delete_before_replace=True,
        ignore_changes=["addons"],  # they apply only at creation; later ones are separate resources
        additional_secret_outputs=["certificate_authorities"],
    )
    return alicloud.cs.ManagedKubernetes(name, _arguments(name, inputs, profile), opts)


def _arguments(name: str, inputs: ClusterInputs, profile: pulumi.Input[str]) -> alicloud.cs.ManagedKubernetesArgs:
    logs = inputs.logs
    vswitches = pulumi.Output.from_input(inputs.vswitch_ids or ()).apply(list)
    plugin = inputs.kind.network_plugin
    at_creation = [name for name in inputs.kind.at_creation if name == plugin or name in inputs.installed_addons]
    return alicloud.cs.ManagedKubernetesArgs(
        name=f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}"[:MAX_NAME],
        profile=profile,
        cluster_spec=inputs.spec,
        version=inputs.version,
        vswitch_ids=vswitches,
        pod_vswitch_ids=vswitches if plugin else None,
        addons=[
            alicloud.cs.ManagedKubernetesAddonArgs(name=name, config=inputs.addon_config.get(name))
            for name in at_creation
        ]
        or None,
        security_group_id=inputs.security_group_id,
        service_cidr=inputs.service_cidr,
        new_nat_gateway=False,  # the provider's default is a gateway (and its cost) unknown to the Network component
        slb_internet_enabled=inputs.public_endpoint,  # the provider's default is reachable from the internet
        enable_rrsa=True,
        deletion_protection=inputs.deletion_protection,
        delete_options=_delete_options(inputs),
        control_plane_log_components=list(logs.control_plane),
        control_plane_log_project=logs.project if logs.control_plane else None,
        control_plane_log_ttl=str(logs.retention_days) if logs.control_plane else None,
        audit_log_config=alicloud.cs.ManagedKubernetesAuditLogConfigArgs(
            enabled=logs.audit, sls_project_name=logs.project
        ),
        encryption_provider_key=inputs.encryption_key_id,
        disable_encryption=False if inputs.encryption_key_id else None,
        maintenance_window=_maintenance_window(inputs),
        operation_policy=alicloud.cs.ManagedKubernetesOperationPolicyArgs(cluster_auto_upgrade=_auto_upgrade(inputs)),
        resource_group_id=inputs.resource_group_id,
        skip_set_certificate_authority=True,  # otherwise the client key would be stored in the state
        tags=cloud_tags(name, inputs.tags),
    )


def _delete_options(inputs: ClusterInputs) -> list[alicloud.cs.ManagedKubernetesDeleteOptionArgs]:
    """What is deleted with the cluster: load balancers always, logs only when the stack says so."""
    keep = "retain" if inputs.logs.keep_when_deleted else "delete"
    modes = {"SLB": "delete", "ALB": "delete", "SLS_Data": keep, "SLS_ControlPlane": keep}
    return [
        alicloud.cs.ManagedKubernetesDeleteOptionArgs(resource_type=kind, delete_mode=mode)
        for kind, mode in modes.items()
    ]


def _auto_upgrade(inputs: ClusterInputs) -> alicloud.cs.ManagedKubernetesOperationPolicyClusterAutoUpgradeArgs:
    on = inputs.channel != "off"
    return alicloud.cs.ManagedKubernetesOperationPolicyClusterAutoUpgradeArgs(
        enabled=on, channel=inputs.channel if on else None
    )


def _maintenance_window(inputs: ClusterInputs) -> alicloud.cs.ManagedKubernetesMaintenanceWindowArgs:
    """The window in the API's form: a first date (any past one), then the days of the week."""
    window = inputs.maintenance
    clock, offset = window.start[:5], window.start[5:]
    return alicloud.cs.ManagedKubernetesMaintenanceWindowArgs(
        enable=True,
        maintenance_time=f"2026-01-03T{clock}:00.000{offset}",
        duration=f"{window.hours}h",
        weekly_period=",".join(window.days),
    )


def addons(
    name: str, inputs: ClusterInputs, cluster: alicloud.cs.ManagedKubernetes, parent: pulumi.Resource
) -> list[alicloud.cs.KubernetesAddon]:
    """One resource per add-on, at its pinned version; names are unique in a cluster, so a replacement deletes first."""
    return [
        alicloud.cs.KubernetesAddon(
            f"{name}-{addon}",
            cluster_id=cluster.id,
            name=addon,
            version=None if version == "latest" else version,
            config=inputs.addon_config.get(addon),
            cleanup_cloud_resources=True if addon in CLEANS_UP else None,
            opts=pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
        )
        for addon, version in inputs.installed_addons.items()
    ]


def kubeconfig(
    inputs: ClusterInputs, cluster: alicloud.cs.ManagedKubernetes, parent: pulumi.Resource
) -> pulumi.Output[str]:
    """A secret kubeconfig for the endpoint that is open.

    The cloud writes the public endpoint into it; without one it is replaced by the private endpoint.
    """
    public = alicloud.cs.get_cluster_credential_output(
        cluster_id=cluster.id, opts=pulumi.InvokeOutputOptions(parent=parent)
    ).kube_config
    if inputs.public_endpoint:
        return pulumi.Output.secret(public)
    server = cluster.connections.apply(lambda c: c[0].api_server_intranet)
    return pulumi.Output.secret(pulumi.Output.all(public, server).apply(lambda known: with_server(*known)))


def with_server(text: str | None, server: str) -> str:
    """The kubeconfig with every cluster's server replaced.

    The provider always asks for the public credentials (`PrivateIpAddress=false`); what ACK answers for a cluster
    without a public endpoint was not tried on an account. Raises InputError when the answer is empty.
    """
    config = yaml.safe_load(text or "")
    if not isinstance(config, dict) or not config.get("clusters"):
        raise InputError(
            [
                "cluster.public_endpoint: false, and ACK gave no kubeconfig for a cluster without a public endpoint; "
                "allowed: true with an access list on its load balancer, or flavour existing with the kubeconfig of "
                "the console's tab for the internal network"
            ]
        )
    for entry in config["clusters"]:
        entry["cluster"]["server"] = server
    return yaml.safe_dump(config, sort_keys=False)


def oidc(
    inputs: ClusterInputs, cluster: alicloud.cs.ManagedKubernetes, parent: pulumi.Resource
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """ARN and issuer of the cluster's OIDC provider.

    Both follow from account, region and cluster id. They are not read from the cluster, which may not have them yet
    right after its creation; a role with an empty trust policy would then be created.
    """
    account = alicloud.get_account_output(opts=pulumi.InvokeOutputOptions(parent=parent)).id
    region = inputs.region
    arn = pulumi.Output.format("acs:ram::{0}:oidc-provider/ack-rrsa-{1}", account, cluster.id)
    return arn, pulumi.Output.format(f"https://oidc-ack-{region}.oss-{region}.aliyuncs.com/{{0}}", cluster.id)
