"""Names of images: the registry in them, and whether a pod without a way to the internet reaches it."""

import re
from typing import Annotated, Final

from ..base.values import matching

DOCKER_HUB: Final = "docker.io"
_INSIDE = (
    r"registry-(?P<ack_region>[a-z0-9-]+)-vpc\.ack\.aliyuncs\.com"
    r"|(?:[a-z0-9-]+-)?vpc\.(?P<region>[a-z0-9-]+)\.(?:(?:personal\.)?cr\.)?aliyuncs\.com"
)
"""Addresses of the vendor's registries inside a VPC: ACR personal edition (registry-vpc.REGION.aliyuncs.com, or
crpi-ID-vpc.REGION.personal.cr.aliyuncs.com), ACR enterprise edition (NAME-registry-vpc.REGION.cr.aliyuncs.com), and
ACK's own images (registry-REGION-vpc.ack.aliyuncs.com)."""

ImageRegistry = Annotated[
    str, *matching(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._/-]+)?", "a registry such as registry.example.com/mirror")
]
ImageFolder = Annotated[
    str,
    *matching(
        r"[a-z0-9.-]+(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+",
        "a folder of a registry, such as registry-vpc.cn-hangzhou.aliyuncs.com/acme",
    ),
]
ImageTag = Annotated[str, *matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "a tag of 1 to 128 letters, digits, _ . -")]
ImageDigest = Annotated[str, *matching(r"sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits")]


def registry_host(image: str) -> str:
    """The host an image is pulled from; a name without one means Docker Hub, as every container runtime reads it."""
    host, slash, _ = image.partition("/")
    return host if slash and ("." in host or ":" in host or host == "localhost") else DOCKER_HUB


def is_inside_vpc(image: str, region: str | None) -> bool:
    """True when a pod reaches the image's registry without the internet: the vendor's, by its address in the VPC.

    Such an address serves its own region only. `region`: that of the pods; None: not known, so any region will do.
    """
    match = re.fullmatch(_INSIDE, registry_host(image))
    if match is None:
        return False
    return region is None or region in (match["region"], match["ack_region"])
