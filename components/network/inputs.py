"""Inputs of the network: a VPC created for the platform, or an existing one."""

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import Field

from ..base.cloud import (
    Region,
    ResourceGroupId,
    SecurityGroupId,
    Tags,
    VpcId,
    VswitchId,
    Zone,
    cidr,
    first_overlap,
    usable_addresses,
    zone_in,
)
from ..base.inputs import Inputs
from ..base.mistakes import Mistakes, check
from ..base.values import Value

MAX_VSWITCHES = 5
"""A cluster accepts at most five vswitches."""
MAX_ADDRESSES = 60_000
"""Private addresses of a VPC (its quota). An enterprise security group takes 65,536."""
PLATFORM_ADDRESSES = 100
"""Addresses reserved for everything except jobs: operator, shuffle and history pods, add-ons, load balancers."""

VSWITCH_MASK = 19

VpcCidr = Annotated[str, *cidr(8, 28)]
VswitchCidr = Annotated[str, *cidr(16, 29)]
AnyCidr = Annotated[str, *cidr(8, 32, private=False)]


class Nat(Inputs):
    """Internet access for pods: NAT gateway, one public address, one SNAT entry per vswitch."""

    enabled: bool = Field(
        False,
        description="Create it; billed by the hour and by traffic. Not needed for OSS and images in ACR of the region",
    )
    bandwidth_mbps: int = Field(
        100, ge=1, le=200, description="Upper limit of the public address in Mbit/s (pay by traffic)"
    )


class ExistingNetwork(Inputs):
    """A network that already exists; all three keys together."""

    vpc_id: Value[VpcId] | None = Field(None, description="The VPC")
    vswitch_ids: tuple[Value[VswitchId], ...] = Field((), description="One to five vswitches, one per zone")
    security_group_id: Value[SecurityGroupId] | None = Field(
        None, description="Enterprise security group whose rules let pods reach each other, OSS and the API server"
    )

    @property
    def in_use(self) -> bool:
        """True when the network exists already."""
        return bool(self.changed_keys())

    @property
    def left_out(self) -> list[str]:
        """The keys that are still needed."""
        return [key for key in type(self).model_fields if key not in self.changed_keys()]


class NetworkSettings(Inputs):
    """The network of the cluster: one address per pod, one vswitch per zone."""

    zones: tuple[Zone, ...] = Field(
        (),
        description="Zones of the vswitches. Only append: the position in the list decides a zone's addresses. With "
        "three zones, the others carry the load when one is short of capacity",
    )
    cidr: VpcCidr = Field("10.0.0.0/16", description="Addresses of the VPC")
    vswitch_mask: int = Field(
        VSWITCH_MASK,
        ge=16,
        le=29,
        description=f"Mask of each vswitch; /{VSWITCH_MASK} has {usable_addresses(VSWITCH_MASK):,} addresses for pods, "
        f"/{VSWITCH_MASK + 1} {usable_addresses(VSWITCH_MASK + 1):,}",
    )
    vswitch_cidrs: tuple[VswitchCidr, ...] = Field(
        (), description="Addresses of each vswitch, one per zone; empty: the first ranges of the VPC with vswitch_mask"
    )
    egress_cidrs: tuple[AnyCidr, ...] = Field(
        (), description="Further ranges that pods may reach, such as a peered VPC with databases"
    )
    nat: Nat = Field(Nat(), description="Internet access")
    resource_group_id: Value[ResourceGroupId] | None = Field(
        None, description="Resource group of everything created here; none: the account's default group"
    )
    existing: ExistingNetwork = Field(ExistingNetwork(), description="Use this network instead of creating one")

    @property
    def ranges(self) -> tuple[str, ...]:
        """The range of each zone's vswitch, in the order of the zones."""
        if self.vswitch_cidrs:
            return self.vswitch_cidrs
        parts = IPv4Network(self.cidr).subnets(new_prefix=self.vswitch_mask)
        return tuple(str(part) for _, part in zip(self.zones, parts, strict=False))

    @property
    def addresses(self) -> int:
        """Addresses for pods in all vswitches created here."""
        return sum(usable_addresses(IPv4Network(r).prefixlen) for r in self.ranges)

    @check
    def _existing_network_is_whole(self) -> Mistakes:
        if not self.existing.in_use:
            return
        for key in self.existing.left_out:
            yield f"existing.{key}", "missing; allowed: all keys of an existing network together"
        if len(self.existing.vswitch_ids) > MAX_VSWITCHES:
            yield (
                "existing.vswitch_ids",
                f"{len(self.existing.vswitch_ids)} vswitches are too many; allowed: 1 to {MAX_VSWITCHES}",
            )

    @check
    def _existing_network_is_not_changed(self) -> Mistakes:
        if self.existing.in_use:
            created_here = ("zones", "cidr", "vswitch_mask", "vswitch_cidrs", "egress_cidrs", "nat")
            for key in self.changed_keys():
                if key in created_here:
                    yield key, "has no effect with an existing network, which is not changed; allowed: leave it out"

    @check
    def _zones_are_one_to_five(self) -> Mistakes:
        if self.existing.in_use:
            return
        if not 1 <= len(self.zones) <= MAX_VSWITCHES:
            problem = "missing" if not self.zones else f"{len(self.zones)} zones are too many"
            yield "zones", f"{problem}; allowed: 1 to {MAX_VSWITCHES} zones, or existing"
        if len(set(self.zones)) < len(self.zones):
            yield "zones", "a zone is listed twice; allowed: different zones"

    @check
    def _one_range_a_zone(self) -> Mistakes:
        if self.vswitch_cidrs and self.zones and len(self.vswitch_cidrs) != len(self.zones):
            yield (
                "vswitch_cidrs",
                f"{len(self.vswitch_cidrs)} ranges for {len(self.zones)} zones; allowed: one per zone",
            )
        if self.vswitch_cidrs and "vswitch_mask" in self.changed_keys():
            yield "vswitch_mask", "has no effect with vswitch_cidrs; allowed: one of the two"

    @check
    def _vswitches_fit_into_the_vpc(self) -> Mistakes:
        if self.vswitch_cidrs:
            vpc = IPv4Network(self.cidr)
            for r in self.vswitch_cidrs:
                if not IPv4Network(r).subnet_of(vpc):
                    yield "vswitch_cidrs", f"{r} is not inside the VPC's {self.cidr}; allowed: ranges in it"
        elif self.vswitch_mask < IPv4Network(self.cidr).prefixlen or len(self.ranges) < len(self.zones):
            yield (
                "vswitch_mask",
                f"{len(self.zones)} vswitches of /{self.vswitch_mask} do not fit into {self.cidr}; "
                "allowed: a wider cidr or a greater mask",
            )

    @check
    def _ranges_are_separate(self) -> Mistakes:
        pair = first_overlap(dict(zip(self.zones, self.ranges, strict=False)))
        if pair:
            yield "vswitch_cidrs", f"the ranges of {pair[0]} and {pair[1]} overlap; allowed: separate ranges"


class NetworkWiring(Inputs):
    """Where the network is, and how many pods it must have addresses for."""

    region: Region = Field("cn-hangzhou", description="Region of the VPC; the zones must be in it")
    tags: Tags = Field({}, description="Further tags of everything created here")
    pods_needed: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="Pods that may run at the same time (sum of the quotas): each needs an address",
    )


class NetworkInputs(NetworkWiring, NetworkSettings):
    """Inputs of Network: the settings, the region, and how many pods it must have addresses for."""

    @check
    def _zones_are_in_the_region(self) -> Mistakes:
        example = self.region + ("" if self.region[-1].isdigit() else "-") + "a"
        for i, zone in enumerate(self.zones):
            if not zone_in(zone, self.region):
                yield f"zones[{i}]", f"{zone!r} is not a zone of {self.region}; allowed: zones such as {example}"

    @check
    def _one_address_a_pod(self) -> Mistakes:
        if self.pods_needed is None or self.existing.in_use or not self.zones:
            return
        needed = self.pods_needed + PLATFORM_ADDRESSES
        available = min(self.addresses, MAX_ADDRESSES)
        if needed > available:
            yield (
                "zones" if not self.vswitch_cidrs else "vswitch_cidrs",
                f"{self.pods_needed} pods and {PLATFORM_ADDRESSES} addresses for the platform are more than the "
                f"{available} addresses of {len(self.zones)} vswitches; allowed: wider vswitches, more zones or lower "
                f"quotas (a VPC has at most {MAX_ADDRESSES})",
            )
