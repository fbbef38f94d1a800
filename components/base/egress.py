"""Destinations of NetworkPolicies: address ranges without the metadata service, from which a pod takes credentials.

Its address lies in the range of the cloud's own services (100.64.0.0/10), so every range that holds it excepts it.
"""

from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final

METADATA_ADDRESS: Final = "100.100.100.200"
"""Where a pod on ECI, or on a machine, asks for short-lived credentials of its role, over HTTP on port 80."""
METADATA_SERVICE: Final = f"{METADATA_ADDRESS}/32"


def blocks(*cidrs: str) -> list[dict[str, Any]]:
    """Peers of a rule: these ranges, the metadata service's address excepted.

    The address alone (METADATA_SERVICE) stays as it is: a policy that names it means it.
    """
    return [{"ipBlock": _block(cidr)} for cidr in cidrs]


def anywhere() -> list[dict[str, Any]]:
    """Peers of a rule: every pod and every address but the metadata service's.

    Pods are named besides the range, because some networks match ranges only for addresses outside the cluster.
    """
    return [{"namespaceSelector": {}}, *blocks("0.0.0.0/0")]


def _block(cidr: str) -> dict[str, Any]:
    holds = cidr != METADATA_SERVICE and IPv4Address(METADATA_ADDRESS) in IPv4Network(cidr)
    return {"cidr": cidr, "except": [METADATA_SERVICE]} if holds else {"cidr": cidr}
