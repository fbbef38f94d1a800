"""Who may reach the shuffle service, and what its pods may do: NetworkPolicy and the workers' one right."""

from typing import Any

from ..base import constants as c
from ..base.egress import anywhere
from .inputs import WORKERS, ShuffleServiceInputs

CLIENT_PORTS = (c.CELEBORN_MASTER_RPC, c.CELEBORN_WORKER_RPC, c.CELEBORN_WORKER_FETCH, c.CELEBORN_WORKER_PUSH)
"""What drivers and executors connect to."""
HTTP_PORTS = (c.CELEBORN_MASTER_HTTP, c.CELEBORN_WORKER_HTTP)
"""Metrics, and an API without authentication that can stop workers: never for jobs."""
SERVER_PORTS = (
    c.CELEBORN_MASTER_RATIS,
    c.CELEBORN_MASTER_INTERNAL,
    c.CELEBORN_WORKER_REPLICATE,
    c.CELEBORN_WORKER_INTERNAL,
)
"""What only the servers themselves use."""


def network_policy(settings: ShuffleServiceInputs) -> dict[str, Any]:
    """Spec of the one NetworkPolicy of the namespace (a cluster supports fewer than 40; no `endPort`, IPv4 only).

    The data ports always listen on all addresses, so this policy and authentication are what keep others out. Egress
    is by port: the cloud chooses the addresses of the API server and of a managed DNS. Only the metadata service, whose
    address is known, is excepted.
    """
    own: dict[str, Any] = {"podSelector": {}}
    inside = tcp(*CLIENT_PORTS, *SERVER_PORTS, *HTTP_PORTS)
    return {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {"from": [namespaces(c.LABEL_ROLE, "workspace")], "ports": tcp(*CLIENT_PORTS)},
            {"from": [namespaces(c.LABEL_NAMESPACE_NAME, settings.metrics_namespace)], "ports": tcp(*HTTP_PORTS)},
            {"from": [own], "ports": inside},
        ],
        "egress": [
            {"to": [own], "ports": inside},
            {"to": anywhere(), "ports": [{"protocol": "UDP", "port": c.DNS}, *tcp(c.DNS)]},
            {"to": anywhere(), "ports": tcp(c.HTTPS, c.KUBE_API)},
        ],
    }


def drain_rules() -> list[dict[str, Any]]:
    """The only right of the service: a worker asks how many workers are wanted, to tell scale-in from restart."""
    return [{"apiGroups": ["apps"], "resources": ["statefulsets/scale"], "resourceNames": [WORKERS], "verbs": ["get"]}]


def namespaces(label: str, value: str) -> dict[str, Any]:
    """A peer: all pods of the namespaces with that label."""
    return {"namespaceSelector": {"matchLabels": {label: value}}}


def tcp(*ports: int) -> list[dict[str, Any]]:
    """Ports of a rule."""
    return [{"protocol": "TCP", "port": port} for port in ports]
