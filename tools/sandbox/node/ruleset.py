"""NetworkPolicies as one nftables table, replaced as a whole.

It acts where packets pass the node (forward) and where they end on it (input: the API server, the kubelet), after
service addresses have been translated. What starts on the node itself is not looked at: the kubelet's probes always
reach their pods. An address of the pods' range that belongs to no known pod can neither send nor be reached.
"""

from collections.abc import Iterable

from tools.sandbox.node.network_policy import HIGHEST_PORT, Allowed, Cluster, Direction, Pod, Ports, allowed

TABLE = "spark-on-ack-policies"
PREFIX = {Direction.EGRESS: "out", Direction.INGRESS: "in"}
OTHER = {Direction.EGRESS: "daddr", Direction.INGRESS: "saddr"}
"""Which address of a packet is the other end's."""
OWN = {Direction.EGRESS: "saddr", Direction.INGRESS: "daddr"}


def ruleset(cluster: Cluster, pod_range: str) -> str:
    """The table for all pods of the cluster, as text for `nft -f -`."""
    chains, verdicts = [], dict[Direction, list[str]]()
    for direction in (Direction.EGRESS, Direction.INGRESS):
        verdicts[direction] = []
        for each in cluster.pods:
            rules = allowed(each, direction, cluster)
            if rules is not None:
                chains.append(_chain(_name(direction, each), _lines(rules, direction)))
                verdicts[direction].append(f"{each.address} : jump {_name(direction, each)}")
    own = {
        direction: [f"ip {OWN[direction]} vmap {{ {', '.join(each)} }}"] if each else []
        for direction, each in verdicts.items()
    }
    known = ", ".join(sorted(each.address for each in cluster.pods))
    unknown = [f"ip {end} {pod_range}" + (f" ip {end} != {{ {known} }}" if known else "") for end in ("saddr", "daddr")]
    start = ["ct state established,related accept", *(f"{each} counter drop" for each in unknown)]
    out, into = own[Direction.EGRESS], own[Direction.INGRESS]
    return "\n".join(
        [
            f"table inet {TABLE}",
            f"delete table inet {TABLE}",
            f"table inet {TABLE} {{",
            *chains,
            _chain("forward", ["type filter hook forward priority filter - 5; policy accept;", *start, *out, *into]),
            _chain("input", ["type filter hook input priority filter - 5; policy accept;", *start, *out]),
            "}\n",
        ]
    )


def _name(direction: Direction, pod: Pod) -> str:
    return f"{PREFIX[direction]}-{pod.address.replace('.', '-')}"


def _chain(name: str, lines: Iterable[str]) -> str:
    return "\n".join([f"  chain {name} {{", *(f"    {line}" for line in lines), "  }"])


def _lines(rules: list[Allowed], direction: Direction) -> list[str]:
    lines = []
    for rule in rules:
        others = [] if rule.includes is None else [f"ip {OTHER[direction]} {{ {', '.join(rule.includes)} }}"]
        if rule.excludes:
            others.append(f"ip {OTHER[direction]} != {{ {', '.join(rule.excludes)} }}")
        for port in [""] if rule.ports is None else map(_port, rule.ports):
            lines.append(" ".join([*others, *([port] if port else []), "return"]))
    return [*dict.fromkeys(lines), "counter drop"]


def _port(ports: Ports) -> str:
    protocol = ports.protocol.lower()
    if (ports.first, ports.last) == (0, HIGHEST_PORT):
        return f"meta l4proto {protocol}"
    span = str(ports.first) if ports.first == ports.last else f"{ports.first}-{ports.last}"
    return f"{protocol} dport {span}"
