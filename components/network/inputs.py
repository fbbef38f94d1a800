"""Inputs of the network: a VPC made for the platform, or one that exists."""

from ipaddress import IPv4Network
from typing import Annotated, Self

from pydantic import Field, model_validator

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
    said,
    usable_addresses,
    zone_in,
)
from ..base.inputs import Inputs, Value, not_allowed

MAX_VSWITCHES = 5
"""A cluster takes at most five vswitches."""
MAX_ADDRESSES = 60_000
"""Private addresses of a VPC (its quota). An enterprise security group takes 65,536."""
PLATFORM_ADDRESSES = 100
"""Addresses kept for what is no job: operator, shuffle and history pods, add-ons, load balancers."""

VpcCidr = Annotated[str, *cidr(8, 28)]
VswitchCidr = Annotated[str, *cidr(16, 29)]
AnyCidr = Annotated[str, *cidr(8, 32, private=False)]


class Nat(Inputs):
    """A way to the internet for pods: NAT gateway, one public address, one SNAT entry a vswitch."""

    enabled: bool = Field(
        False,
        description="Make it; costs by the hour and by traffic. Not needed for OSS and images in ACR of the region",
    )
    bandwidth_mbps: int = Field(
        100, ge=1, le=200, description="Upper limit of the public address in Mbit/s (pay by traffic)"
    )


class ExistingNetwork(Inputs):
    """A network that is not made here; all three keys together."""

    vpc_id: Value[VpcId] | None = Field(None, description="The VPC")
    vswitch_ids: tuple[Value[VswitchId], ...] = Field((), description="One to five vswitches, one a zone")
    security_group_id: Value[SecurityGroupId] | None = Field(
        None, description="Enterprise security group with rules that let pods reach each other, OSS and the API server"
    )

    @property
    def given(self) -> bool:
        """True when the network exists already."""
        return bool(said(self))


class NetworkSettings(Inputs):
    """The network of the cluster: one address a pod, one vswitch a zone."""

    zones: tuple[Zone, ...] = Field(
        (),
        description="Zones of the vswitches. Only append: the place in the list decides a zone's addresses. Three "
        "zones let any of them carry the load when spot capacity is short in another",
    )
    cidr: VpcCidr = Field("10.0.0.0/16", description="Addresses of the VPC")
    vswitch_mask: int = Field(
        19, ge=16, le=29, description="Mask of each vswitch; /19 has 8,188 addresses for pods, /20 4,092"
    )
    vswitch_cidrs: tuple[VswitchCidr, ...] = Field(
        (), description="Addresses of each vswitch, one a zone; empty: the first ranges of the VPC with vswitch_mask"
    )
    egress_cidrs: tuple[AnyCidr, ...] = Field(
        (), description="Further ranges that pods may reach, such as a peered VPC with databases"
    )
    nat: Nat = Field(Nat(), description="The way to the internet")
    resource_group_id: Value[ResourceGroupId] | None = Field(
        None, description="Resource group of everything made here; none: the account's default group"
    )
    existing: ExistingNetwork = Field(ExistingNetwork(), description="Take this network instead of making one")

    @property
    def ranges(self) -> tuple[str, ...]:
        """The range of each zone's vswitch, in the order of the zones."""
        if self.vswitch_cidrs:
            return self.vswitch_cidrs
        parts = IPv4Network(self.cidr).subnets(new_prefix=self.vswitch_mask)
        return tuple(str(part) for _, part in zip(self.zones, parts, strict=False))

    @property
    def addresses(self) -> int:
        """Addresses for pods in all vswitches made here."""
        return sum(usable_addresses(IPv4Network(r).prefixlen) for r in self.ranges)

    @model_validator(mode="after")
    def _made_or_existing(self) -> Self:
        if not self.existing.given:
            return self._check_made()
        made = [k for k in said(self) if k in ("zones", "cidr", "vswitch_mask", "vswitch_cidrs", "egress_cidrs", "nat")]
        if made:
            raise not_allowed(
                "an existing network is given, and that is not changed here; allowed: leave it out", made[0]
            )
        missing = [k for k in ExistingNetwork.model_fields if k not in said(self.existing)]
        if missing:
            raise not_allowed("missing; allowed: an existing network needs all of its keys", f"existing.{missing[0]}")
        if len(self.existing.vswitch_ids) > MAX_VSWITCHES:
            raise not_allowed(
                f"{len(self.existing.vswitch_ids)} vswitches are too many; allowed: 1 to {MAX_VSWITCHES}",
                "existing.vswitch_ids",
            )
        return self

    def _check_made(self) -> Self:
        if not 1 <= len(self.zones) <= MAX_VSWITCHES:
            given = "missing" if not self.zones else f"{len(self.zones)} zones are too many"
            raise not_allowed(f"{given}; allowed: 1 to {MAX_VSWITCHES} zones, or existing", "zones")
        if len(set(self.zones)) < len(self.zones):
            raise not_allowed("a zone is named twice; allowed: different zones", "zones")
        if self.vswitch_cidrs and len(self.vswitch_cidrs) != len(self.zones):
            raise not_allowed(
                f"{len(self.vswitch_cidrs)} ranges for {len(self.zones)} zones; allowed: one a zone", "vswitch_cidrs"
            )
        if self.vswitch_cidrs and "vswitch_mask" in said(self):
            raise not_allowed("vswitch_cidrs says it already; allowed: one of the two", "vswitch_mask")
        vpc = IPv4Network(self.cidr)
        if not self.vswitch_cidrs and (self.vswitch_mask < vpc.prefixlen or len(self.ranges) < len(self.zones)):
            raise not_allowed(
                f"{len(self.zones)} vswitches of /{self.vswitch_mask} do not fit into {self.cidr}; "
                "allowed: a wider cidr or a greater mask",
                "vswitch_mask",
            )
        outside = [r for r in self.vswitch_cidrs if not IPv4Network(r).subnet_of(vpc)]
        if outside:
            raise not_allowed(
                f"{outside[0]} is not inside the VPC's {self.cidr}; allowed: ranges in it", "vswitch_cidrs"
            )
        pair = first_overlap(dict(zip(self.zones, self.ranges, strict=True)))
        if pair:
            raise not_allowed(
                f"the ranges of {pair[0]} and {pair[1]} overlap; allowed: separate ranges", "vswitch_cidrs"
            )
        return self


class NetworkInputs(NetworkSettings):
    """Inputs of Network: the settings, the region, and how many pods it must carry."""

    region: Region = Field("cn-hangzhou", description="Region of the VPC; the zones must be in it")
    tags: Tags = Field({}, description="Further tags of everything made here")
    pods_needed: int | None = Field(
        None, ge=0, le=1_000_000, description="Pods that may run together (sum of the quotas): each needs one address"
    )

    @model_validator(mode="after")
    def _zones_are_in_the_region(self) -> Self:
        wrong = [z for z in self.zones if not zone_in(z, self.region)]
        if wrong:
            example = self.region + ("" if self.region[-1].isdigit() else "-") + "a"
            raise not_allowed(
                f"{wrong[0]!r} is not a zone of {self.region}; allowed: zones such as {example}",
                f"zones[{self.zones.index(wrong[0])}]",
            )
        return self

    @model_validator(mode="after")
    def _one_address_a_pod(self) -> Self:
        if self.pods_needed is None or self.existing.given:
            return self
        needed = self.pods_needed + PLATFORM_ADDRESSES
        have = min(self.addresses, MAX_ADDRESSES)
        if needed > have:
            raise not_allowed(
                f"{self.pods_needed} pods and {PLATFORM_ADDRESSES} addresses for the platform are more than the {have} "
                f"addresses of {len(self.zones)} vswitches; allowed: wider vswitches, more zones or lower quotas "
                f"(a VPC has at most {MAX_ADDRESSES})",
                "zones" if not self.vswitch_cidrs else "vswitch_cidrs",
            )
        return self
