"""Flat arguments of Network. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import NetworkInputs


class NetworkArgs(TypedDict):
    """Inputs of Network: the settings, the region, and how many pods it must have addresses for."""

    zones: NotRequired[list[str]]
    """Zones of the vswitches. Only append: the position in the list decides a zone's addresses. With three zones, the others carry the load when one is short of capacity. Allowed: a list, each a zone id such as cn-hangzhou-h or ap-southeast-1a. Default: empty."""
    cidr: NotRequired[str]
    """Addresses of the VPC. Allowed: an IPv4 range such as 10.0.0.0/16, mask /8 to /28 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Default: 10.0.0.0/16."""
    vswitch_mask: NotRequired[int]
    """Mask of each vswitch; /19 has 8,188 addresses for pods, /20 4,092. Allowed: a whole number from 16 to 29. Default: 19."""
    vswitch_cidrs: NotRequired[list[str]]
    """Addresses of each vswitch, one per zone; empty: the first ranges of the VPC with vswitch_mask. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /16 to /29 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Default: empty."""
    egress_cidrs: NotRequired[list[str]]
    """Further ranges that pods may reach, such as a peered VPC with databases. Allowed: a list, each an IPv4 range such as 10.0.0.0/16, mask /8 to /32. Default: empty."""
    nat_enabled: NotRequired[bool]
    """Create it; billed by the hour and by traffic. Not needed for OSS and images in ACR of the region. Allowed: true or false. Default: false."""
    nat_bandwidth_mbps: NotRequired[int]
    """Upper limit of the public address in Mbit/s (pay by traffic). Allowed: a whole number from 1 to 200. Default: 100."""
    resource_group_id: NotRequired[pulumi.Input[str]]
    """Resource group of everything created here; none: the account's default group. Allowed: an id such as rg-acfm1abc. Default: none."""
    existing_vpc_id: NotRequired[pulumi.Input[str]]
    """The VPC. Allowed: an id such as vpc-bp1abc. Default: none."""
    existing_vswitch_ids: NotRequired[list[pulumi.Input[str]]]
    """One to five vswitches, one per zone. Allowed: a list, each an id such as vsw-bp1abc. Default: empty."""
    existing_security_group_id: NotRequired[pulumi.Input[str]]
    """Enterprise security group whose rules let pods reach each other, OSS and the API server. Allowed: an id such as sg-bp1abc. Default: none."""
    region: NotRequired[str]
    """Region of the VPC; the zones must be in it. Allowed: an Alibaba Cloud region id such as cn-hangzhou or ap-southeast-1. Default: cn-hangzhou."""
    tags: NotRequired[dict[str, str]]
    """Further tags of everything created here. Allowed: text to text; keys of 1 to 128 characters that do not begin with aliyun or acs:, values of at most 128, neither with a comma, a colon or a line break (ECI writes them as key:value,key:value). Default: empty."""
    pods_needed: NotRequired[int]
    """Pods that may run at the same time (sum of the quotas): each needs an address. Allowed: a whole number from 0 to 1000000. Default: none."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    NetworkArguments = NetworkArgs | NetworkInputs
else:
    NetworkArguments = NetworkArgs
