"""What a workspace's pods may reach and who may reach them: two NetworkPolicies.

ACK's Poseidon supports fewer than 40 policies in a cluster, and neither `endPort` nor IPv6; so each team has two, with
ports that the Spark configuration fixes. The first selects every pod in both directions and is the default deny.
"""

from typing import Any, Final

from ..base import constants as c
from ..base.egress import METADATA_SERVICE, blocks
from ..shuffle.access import CLIENT_PORTS, namespaces, tcp
from .inputs import WorkspaceInputs

JOB_PORTS: Final = (c.SPARK_DRIVER_RPC, c.SPARK_BLOCK_MANAGER, c.CELEBORN_CLIENT)
"""What drivers and executors of one job open to each other."""
HTTP: Final = 80
"""Where the metadata service hands a pod with an ECI RAM role its short-lived credentials; no other port is open."""


def all_pods(inputs: WorkspaceInputs) -> dict[str, Any]:
    """Policy of every pod: only its own job, DNS, the shuffle service, the cloud's services and listed destinations."""
    own: dict[str, Any] = {"podSelector": {}}
    egress = [
        {"to": [own], "ports": tcp(*JOB_PORTS)},
        _dns(inputs),
    ]
    if inputs.shuffle_namespace:
        shuffle = namespaces(c.LABEL_NAMESPACE_NAME, inputs.shuffle_namespace)
        egress.append({"to": [shuffle], "ports": tcp(*CLIENT_PORTS)})
    if inputs.egress.cloud_cidrs:
        egress.append({"to": blocks(*inputs.egress.cloud_cidrs), "ports": tcp(c.HTTPS)})
    if inputs.credentials == "eci":
        egress.append({"to": blocks(METADATA_SERVICE), "ports": tcp(HTTP)})
    for destination in inputs.egress.destinations:
        block, _, port = destination.rpartition(":")
        egress.append({"to": blocks(block), "ports": tcp(int(port))})
    return {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [own], "ports": tcp(*JOB_PORTS)}],
        "egress": egress,
    }


def _dns(inputs: WorkspaceInputs) -> dict[str, Any]:
    """Any DNS server of the cluster, its VPC or the cloud, by port: a managed CoreDNS is no pod of kube-system, and its
    address cannot be known here. Never one on the internet.
    """
    egress = inputs.egress
    servers = blocks(*(egress.dns_cidrs or (*egress.cluster_cidrs, *egress.cloud_cidrs)))
    ports = [{"protocol": "UDP", "port": c.DNS}, *tcp(c.DNS)]
    return {"to": [namespaces(c.LABEL_NAMESPACE_NAME, "kube-system"), *servers], "ports": ports}


def drivers(inputs: WorkspaceInputs) -> dict[str, Any]:
    """For drivers and Spark Connect servers as well: access to the API server, and scraping of their metrics."""
    roles = {"key": c.LABEL_SPARK_ROLE, "operator": "In", "values": ["driver", "connect-server"]}
    return {
        "podSelector": {"matchExpressions": [roles]},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [namespaces(c.LABEL_NAMESPACE_NAME, inputs.metrics_namespace)], "ports": tcp(c.SPARK_UI)}],
        "egress": [{"to": blocks(*inputs.egress.cluster_cidrs), "ports": tcp(c.HTTPS, c.KUBE_API)}],
    }
