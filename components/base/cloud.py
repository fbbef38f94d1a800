"""Types that the inputs of several cloud components share: regions, zones, address ranges, ids."""

import re
from ipaddress import IPv4Network
from itertools import combinations
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from .kubernetes import one_line
from .mistakes import not_allowed
from .sentences import Allowed
from .values import matching

Region = Annotated[
    str,
    *matching(r"[a-z]{2,3}-[a-z]+(-[a-z0-9]+)?", "an Alibaba Cloud region id such as cn-hangzhou or ap-southeast-1"),
]
Zone = Annotated[str, *matching(r"[a-z]{2,3}-[a-z0-9-]+", "a zone id such as cn-hangzhou-h or ap-southeast-1a")]
VpcId = Annotated[str, *matching(r"vpc-[a-z0-9-]+", "an id such as vpc-bp1abc")]
VswitchId = Annotated[str, *matching(r"vsw-[a-z0-9-]+", "an id such as vsw-bp1abc")]
SecurityGroupId = Annotated[str, *matching(r"sg-[a-z0-9-]+", "an id such as sg-bp1abc")]
ResourceGroupId = Annotated[str, *matching(r"rg-[a-z0-9-]+", "an id such as rg-acfm1abc")]
KmsKeyId = Annotated[str, *matching(r"(key-)?[a-z0-9-]{8,}", "a KMS key id such as key-bjj1abc or a UUID")]

TAG_WORDS = (
    "text to text; keys of 1 to 128 characters that do not begin with aliyun or acs:, values of at most 128, "
    "neither with a comma, a colon or a line break (ECI writes them as key:value,key:value)"
)


def _tags(tags: dict[str, str]) -> dict[str, str]:
    for key, value in tags.items():
        reserved = key.startswith(("aliyun", "acs:")) or bool(set(",:") & set(key + value))
        if reserved or not 1 <= len(key) <= 128 or len(value) > 128 or not one_line(key + value):
            raise not_allowed(f"{key}: {value!r} is not allowed; allowed: {TAG_WORDS}")
    return tags


def _own_tags(tags: dict[str, str]) -> dict[str, str]:
    for key in tags:
        if key.strip().lower() in PLATFORM_TAGS:
            raise not_allowed(f"{key}: set by the platform, which tells teams apart by it; allowed: other keys")
    return _tags(tags)


Tags = Annotated[dict[str, str], AfterValidator(_tags), Allowed(TAG_WORDS)]
PLATFORM_TAGS = ("environment", "team")
OwnTags = Annotated[dict[str, str], AfterValidator(_own_tags), Allowed(TAG_WORDS)]
"""Tags that a stack or a team adds to the platform's."""

RESERVED_ADDRESSES = 4
"""Addresses of a vswitch that the cloud keeps for itself."""
PRIVATE_RANGES = tuple(IPv4Network(r) for r in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def zone_in(zone: str, region: str) -> bool:
    """Zone ids are the region's id and a letter, with a dash where the region does not end in a digit.

    The list of zones itself is asked from the cloud at preview: zones come and go, and a list here would be stale.
    """
    return re.fullmatch(re.escape(region) + ("" if region[-1].isdigit() else "-") + "[a-z]", zone) is not None


def cidr(widest: int, narrowest: int, *, private: bool = True) -> Any:  # noqa: ANN401 - an annotation's metadata
    """Metadata of `Annotated[str, *cidr(...)]`: an IPv4 range with a mask from /widest to /narrowest."""
    where = " inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16" if private else ""
    words = f"an IPv4 range such as 10.0.0.0/{max(widest, 16)}, mask /{widest} to /{narrowest}{where}"

    def check(value: str) -> str:
        try:
            network = IPv4Network(value, strict=False)
        except ValueError:
            raise not_allowed(f"allowed: {words}") from None
        if str(network) != value:
            raise not_allowed(f"it is not the start of its range; allowed: {network}")
        inside = not private or any(network.subnet_of(p) for p in PRIVATE_RANGES)
        if not widest <= network.prefixlen <= narrowest or not inside:
            raise not_allowed(f"allowed: {words}")
        return value

    return AfterValidator(check), Allowed(words)


def usable_addresses(mask: int) -> int:
    """Addresses of a vswitch with that mask that pods can have."""
    return int(2 ** (32 - mask)) - RESERVED_ADDRESSES


def first_overlap(ranges: dict[str, str]) -> tuple[str, str] | None:
    """The names of the first two ranges that overlap, in the order given."""
    for (a, x), (b, y) in combinations(ranges.items(), 2):
        if IPv4Network(x).overlaps(IPv4Network(y)):
            return a, b
    return None


BucketName = Annotated[
    str,
    *matching(
        r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "3 to 63 lower-case letters, digits and dashes, no dash at either end"
    ),
]
HDFS_DATA: Final = ".dlsdata/"
"""Where OSS-HDFS keeps its blocks inside a bucket. Nothing but the service itself may write or delete there."""
