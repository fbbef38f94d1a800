"""The network: a VPC with one vswitch per zone and an enterprise security group, or an existing one."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

import pulumi
import pulumi_alicloud as alicloud

from ..base.immutable import unless_changed
from ..base.tags import cloud_tags
from .args import NetworkArguments
from .inputs import NetworkInputs, NetworkSettings

CLOUD_SERVICES = "100.64.0.0/10"
"""Where the cloud's own services are inside a VPC: OSS, DNS, instance metadata (from memory, not tried)."""
ANYWHERE = "0.0.0.0/0"


class Network(pulumi.ComponentResource):
    """A VPC, one vswitch per zone, and an enterprise security group; NAT with one public address only on request.

    ```python
    from spark_on_ack import Network
    Network("network", {"zones": ["cn-hangzhou-h", "cn-hangzhou-i"]})
    ```

    Pods reach each other, the cloud's own services and the listed ranges; everything else is closed. Rules exist
    before the vswitches, so no pod starts in a network that blocks it. A change of addresses that pods already use is
    refused before anything changes.
    """

    vpc_id: pulumi.Output[str]
    """The VPC."""
    vswitch_ids: pulumi.Output[list[str]]
    """One vswitch per zone, in the order of the zones."""
    security_group_id: pulumi.Output[str]
    """The security group of all pods."""

    def __init__(self, name: str, args: NetworkArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:Network", name, None, opts)
        self._name = name
        self._inputs = inputs = NetworkInputs.of(args, f"Network {name}")
        if inputs.existing.in_use:
            self.vpc_id = pulumi.Output.from_input(inputs.existing.vpc_id or "")
            self.vswitch_ids = pulumi.Output.all(*inputs.existing.vswitch_ids).apply(list)
            self.security_group_id = pulumi.Output.from_input(inputs.existing.security_group_id or "")
        else:
            vpc = alicloud.vpc.Network(
                f"{name}-vpc",
                vpc_name=f"{name}-vpc",
                cidr_block=unless_changed(f"{name}-as-made", figures(inputs), changed, str(inputs.cidr), self),
                resource_group_id=inputs.resource_group_id,
                tags=cloud_tags(f"{name}-vpc", inputs.tags),
                opts=pulumi.ResourceOptions(parent=self),
            )
            group, rules = self._security_group(vpc)
            vswitches = self._vswitches(vpc, rules)
            if inputs.nat.enabled:
                self._nat(vpc, vswitches)
            self.vpc_id, self.security_group_id = vpc.id, group.id
            self.vswitch_ids = pulumi.Output.all(*(v.id for v in vswitches.values())).apply(list)
        self.register_outputs(
            {"vpcId": self.vpc_id, "vswitchIds": self.vswitch_ids, "securityGroupId": self.security_group_id}
        )

    def _security_group(
        self, vpc: alicloud.vpc.Network
    ) -> tuple[alicloud.ecs.SecurityGroup, list[alicloud.ecs.SecurityGroupRule]]:
        """Enterprise group: 65,536 addresses, closed both ways by default, rules by address range only.

        Its members cannot reach each other without a rule, and a rule cannot name a group, so each vswitch's range
        is opened both ways.
        """
        inputs, name = self._inputs, f"{self._name}-pods"
        group = alicloud.ecs.SecurityGroup(
            name,
            security_group_name=name,
            security_group_type="enterprise",
            description="Pods of the Spark platform",
            vpc_id=vpc.id,
            resource_group_id=inputs.resource_group_id,
            tags=cloud_tags(name, inputs.tags),
            opts=pulumi.ResourceOptions(parent=self),
        )
        inside = dict(zip(inputs.zones, inputs.ranges, strict=True))
        outside = {f"to-{r.replace('/', '-')}": r for r in inputs.egress_cidrs}
        outside |= {"to-cloud-services": CLOUD_SERVICES} | ({"to-internet": ANYWHERE} if inputs.nat.enabled else {})
        rules = [self._rule(group, "ingress", f"from-{zone}", r) for zone, r in inside.items()]
        rules += [self._rule(group, "egress", f"to-{zone}", r) for zone, r in inside.items()]
        rules += [self._rule(group, "egress", label, r) for label, r in outside.items()]
        return group, rules

    def _rule(
        self, group: alicloud.ecs.SecurityGroup, direction: str, label: str, cidr: str
    ) -> alicloud.ecs.SecurityGroupRule:
        """All ports of one range: the NetworkPolicies of a pod's namespace decide which ports it may use."""
        return alicloud.ecs.SecurityGroupRule(
            f"{self._name}-{label}",
            type=direction,
            ip_protocol="all",
            port_range="-1/-1",
            nic_type="intranet",
            policy="accept",
            cidr_ip=cidr,
            description=label,
            security_group_id=group.id,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _vswitches(
        self, vpc: alicloud.vpc.Network, rules: list[alicloud.ecs.SecurityGroupRule]
    ) -> dict[str, alicloud.vpc.Switch]:
        """Zone -> vswitch. A replacement would overlap with the range of the old one, so it deletes first."""
        inputs = self._inputs
        return {
            zone: alicloud.vpc.Switch(
                f"{self._name}-{zone}",
                vswitch_name=f"{self._name}-{zone}",
                vpc_id=vpc.id,
                zone_id=zone,
                cidr_block=r,
                tags=cloud_tags(f"{self._name}-{zone}", inputs.tags),
                opts=pulumi.ResourceOptions(parent=self, depends_on=rules, delete_before_replace=True),
            )
            for zone, r in zip(inputs.zones, inputs.ranges, strict=True)
        }

    def _nat(self, vpc: alicloud.vpc.Network, vswitches: dict[str, alicloud.vpc.Switch]) -> None:
        """One gateway and one address for all zones. An address and a vswitch allow only one entry: delete first."""
        inputs, name = self._inputs, f"{self._name}-nat"
        once = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        gateway = alicloud.vpc.NatGateway(
            name,
            nat_gateway_name=name,
            nat_type="Enhanced",
            payment_type="PayAsYouGo",
            internet_charge_type="PayByLcu",
            vpc_id=vpc.id,
            vswitch_id=next(iter(vswitches.values())).id,
            tags=cloud_tags(name, inputs.tags),
            opts=pulumi.ResourceOptions(parent=self),
        )
        address = alicloud.ecs.EipAddress(
            f"{self._name}-eip",
            address_name=f"{self._name}-eip",
            payment_type="PayAsYouGo",
            internet_charge_type="PayByTraffic",
            bandwidth=str(inputs.nat.bandwidth_mbps),
            resource_group_id=inputs.resource_group_id,
            tags=cloud_tags(f"{self._name}-eip", inputs.tags),
            opts=pulumi.ResourceOptions(parent=self),
        )
        bound = alicloud.ecs.EipAssociation(
            f"{self._name}-eip", allocation_id=address.id, instance_id=gateway.id, instance_type="Nat", opts=once
        )
        for zone, vswitch in vswitches.items():
            alicloud.vpc.SnatEntry(
                f"{self._name}-snat-{zone}",
                snat_entry_name=f"{self._name}-{zone}",
                snat_table_id=gateway.snat_table_ids,
                snat_ip=address.ip_address,
                source_vswitch_id=vswitch.id,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[bound], delete_before_replace=True),
            )


def figures(settings: NetworkSettings) -> dict[str, Any]:
    """The addresses that pods of a live network use: of the VPC, and of each zone's vswitch."""
    return {"cidr": settings.cidr, "ranges": dict(zip(settings.zones, settings.ranges, strict=True))}


def changed(created_with: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """One sentence for each address range that a live network cannot give up.

    Only the zones of the first update are remembered; those appended later are not protected here.
    """
    if created_with["cidr"] != now["cidr"]:
        return [
            f"network.cidr: {now['cidr']!r} is not allowed; this stack's VPC was created with "
            f"{created_with['cidr']!r}, and the cluster lives in its addresses. Allowed: {created_with['cidr']!r}; or "
            "a new stack beside this one"
        ]
    # a state keeps no order; the addresses tell it
    first = sorted(created_with["ranges"].items(), key=lambda of_zone: IPv4Network(of_zone[1]))
    keep = f"Allowed: {', '.join(zone for zone, _ in first)} first and unchanged, new zones after them"
    return [
        f"network.zones: {zone!r} would take {new}, but {old} with {taken} was created first, and pods live there. "
        f"{keep}"
        for zone, new in now["ranges"].items()
        for old, taken in first
        if (zone == old and new != taken) or (zone != old and IPv4Network(new).overlaps(IPv4Network(taken)))
    ]
