"""What NetworkPolicies mean: for a pod and a direction, the traffic that is allowed. Nothing but functions of objects.

After the specification of networking.k8s.io/v1: a pod that no policy selects for a direction is open in it; one that is
selected is closed except for what any of these policies allows. Addresses are IPv4, as the node's are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Any

Json = dict[str, Any]
HIGHEST_PORT = 65535


class Direction(StrEnum):
    """Seen from the pod; the value is the policy type."""

    INGRESS = "Ingress"
    EGRESS = "Egress"


@dataclass(frozen=True)
class Pod:
    """What of a pod matters here."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    address: str
    named_ports: Mapping[tuple[str, str], int]
    """(protocol, name) of a container's port to its number."""


@dataclass(frozen=True)
class Ports:
    """A range of ports of one protocol, both ends included."""

    protocol: str
    first: int = 0
    last: int = HIGHEST_PORT


@dataclass(frozen=True)
class Allowed:
    """Traffic with one of these others, on one of these ports (the destination's)."""

    includes: tuple[str, ...] | None
    """Addresses or blocks of the others; None: whoever."""
    excludes: tuple[str, ...] = ()
    """Blocks taken out of `includes`."""
    ports: tuple[Ports, ...] | None = None
    """None: all ports and protocols."""

    def covers(self, other: str, protocol: str, port: int) -> bool:
        """Whether a connection with that other is allowed by this."""
        if self.ports is not None and not any(
            each.protocol == protocol and each.first <= port <= each.last for each in self.ports
        ):
            return False
        if self.includes is None:
            return True
        address = IPv4Address(other)
        inside = any(address in IPv4Network(block) for block in self.includes)
        return inside and not any(address in IPv4Network(block) for block in self.excludes)


@dataclass(frozen=True)
class Cluster:
    """All that decides: pods with an address, labels of each namespace, policies."""

    pods: tuple[Pod, ...]
    namespaces: Mapping[str, Mapping[str, str]]
    policies: tuple[Json, ...]


def pod(manifest: Json, address: str) -> Pod:
    """A pod from its object and its address."""
    containers = [*manifest["spec"].get("initContainers", []), *manifest["spec"]["containers"]]
    ports = [each for container in containers for each in container.get("ports") or [] if each.get("name")]
    named = {(each.get("protocol", "TCP"), each["name"]): each["containerPort"] for each in ports}
    metadata = manifest["metadata"]
    return Pod(metadata["namespace"], metadata["name"], metadata.get("labels") or {}, address, named)


def selects(selector: Json, labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches; an empty one matches everything."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_matches(each, labels) for each in selector.get("matchExpressions") or [])


def _matches(expression: Json, labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values") or []
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values  # a missing label counts as not in
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case operator:
            raise ValueError(f"matchExpressions: operator {operator!r} is not In, NotIn, Exists or DoesNotExist")


def policy_types(spec: Json) -> list[str]:
    """The directions a policy acts in; when it does not say: ingress, and egress if it has egress rules."""
    types: list[str] = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    return types


def allowed(who: Pod, direction: Direction, cluster: Cluster) -> list[Allowed] | None:
    """What the pod may do in a direction; None: no policy selects it, so everything."""
    specs = [
        each["spec"]
        for each in cluster.policies
        if each["metadata"]["namespace"] == who.namespace
        and direction in policy_types(each["spec"])
        and selects(each["spec"].get("podSelector") or {}, who.labels)
    ]
    if not specs:
        return None
    rules = [rule for spec in specs for rule in spec.get(direction.lower()) or []]
    answer = [Allowed((who.address,))]  # a pod cannot shut itself out
    for rule in rules:
        answer += _rule(rule, who, direction, cluster)
    return list(dict.fromkeys(answer))


def _rule(rule: Json, who: Pod, direction: Direction, cluster: Cluster) -> Iterator[Allowed]:
    peers = rule.get("from" if direction is Direction.INGRESS else "to") or []
    wanted = rule.get("ports") or []
    numbered = [each for each in wanted if not isinstance(each.get("port"), str)]
    named = [each for each in wanted if isinstance(each.get("port"), str)]
    ports: tuple[Ports, ...] = tuple(map(_range, numbered))
    if direction is Direction.INGRESS:  # names are those of the pod itself
        ports += _resolved(named, who)
        named = []
    if ports or not wanted:
        for includes, excludes in _others(peers, who.namespace, cluster):
            yield Allowed(includes, excludes, ports if wanted else None)
    if named:  # names are those of each pod that is called
        for other in cluster.pods:
            if (resolved := _resolved(named, other)) and _is_peer(other, peers, who.namespace, cluster):
                yield Allowed((other.address,), (), resolved)


def _range(port: Json) -> Ports:
    protocol = port.get("protocol", "TCP")
    if "port" not in port:
        return Ports(protocol)
    first = int(port["port"])
    return Ports(protocol, first, int(port.get("endPort", first)))


def _resolved(named: list[Json], owner: Pod) -> tuple[Ports, ...]:
    keys = [(each.get("protocol", "TCP"), each["port"]) for each in named]
    return tuple(
        Ports(key[0], owner.named_ports[key], owner.named_ports[key]) for key in keys if key in owner.named_ports
    )


def _others(
    peers: list[Json], namespace: str, cluster: Cluster
) -> Iterator[tuple[tuple[str, ...] | None, tuple[str, ...]]]:
    """Addresses of a rule's peers with their exceptions: blocks one by one, all selected pods together."""
    if not peers:
        yield None, ()
        return
    for peer in peers:
        if (block := peer.get("ipBlock")) and ":" not in block["cidr"]:
            yield (block["cidr"],), tuple(block.get("except") or ())
    selectors = [peer for peer in peers if "ipBlock" not in peer]
    pods = [each.address for each in cluster.pods if selectors and _is_peer(each, selectors, namespace, cluster)]
    if pods:
        yield tuple(sorted(pods)), ()


def _is_peer(other: Pod, peers: list[Json], namespace: str, cluster: Cluster) -> bool:
    """Whether one of the peers selects the pod; no peers at all select every one, a block selects none by name."""
    return not peers or any(_selected(other, peer, namespace, cluster) for peer in peers if "ipBlock" not in peer)


def _selected(other: Pod, peer: Json, namespace: str, cluster: Cluster) -> bool:
    if (spaces := peer.get("namespaceSelector")) is None:
        if other.namespace != namespace:
            return False
    elif not selects(spaces, cluster.namespaces.get(other.namespace, {})):
        return False
    return selects(peer.get("podSelector") or {}, other.labels)


def connection_allowed(source: str, destination: str, protocol: str, port: int, cluster: Cluster) -> bool:
    """Whether a new connection passes: the source's egress and the destination's ingress, as far as they are pods."""
    pods = {each.address: each for each in cluster.pods}
    ends = [(source, Direction.EGRESS, destination), (destination, Direction.INGRESS, source)]
    for own, direction, other in ends:
        rules = allowed(pods[own], direction, cluster) if own in pods else None
        if rules is not None and not any(each.covers(other, protocol, port) for each in rules):
            return False
    return True
