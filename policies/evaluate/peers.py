"""NetworkPolicies: which namespaces, addresses and ports the rules of a policy let through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.base.view import Props, View
from policies.evaluate.ranges import Addresses, addresses, block, union
from policies.evaluate.selectors import UNHEARD_OF, selector_of

EVERYWHERE = addresses("0.0.0.0/0", "::/0")
NAME_LABEL = "kubernetes.io/metadata.name"
"""Label that the API server gives every namespace."""


@dataclass(frozen=True)
class Way:
    """One rule of a policy in one direction: `side` is `from` or `to`."""

    part: Props
    side: str

    @property
    def where(self) -> str:
        """Its path."""
        return self.part.where()

    @property
    def peers(self) -> list[Props]:
        """Whom it names; none stands for everybody."""
        return self.part.each(self.side)

    def everybody(self, home: str) -> bool:
        """True when it admits any namespace that somebody may create, or the internet."""
        stranger = namespace_labels(UNHEARD_OF, {})
        return self.reaches([stranger], home) or self.addresses().is_internet

    def reaches(self, namespaces: Sequence[Mapping[str, str]], home: str) -> bool:
        """True when it lets pods through of one of the namespaces with these labels; `home` is the policy's own."""
        peers = self.peers
        return not peers or any(_reaches(peer, namespaces, home) for peer in peers)

    def addresses(self) -> Addresses:
        """The addresses that it names; all when it names nobody."""
        peers = self.peers
        return union(block(peer, "ipBlock") for peer in peers if peer.has("ipBlock")) if peers else EVERYWHERE

    def has_port(self, port: int) -> bool:
        """True when it lets TCP to that port through; a port by name may be any."""
        ports = self.part.each("ports")
        return not ports or any(_has(entry, port) for entry in ports)


def ways(policy: View, side: str) -> list[Way]:
    """The rules of a policy: `from` of ingress, `to` of egress."""
    key = "ingress" if side == "from" else "egress"
    return [Way(part, side) for part in policy.props.each("spec", key)]


def namespace_labels(name: str, own: Mapping[str, str]) -> dict[str, str]:
    """The labels of a namespace as selectors see them."""
    return {**own, NAME_LABEL: name}


def labels_of(namespace: View) -> dict[str, str]:
    """The labels of a namespace that the stack creates."""
    labels = namespace.props.at("metadata", "labels")
    own = {key: labels.text(key) or "" for key in labels.data}
    return namespace_labels(namespace.props.text("metadata", "name") or namespace.name, own)


def selects_all_pods(policy: View) -> bool:
    """True when the policy holds for every pod of its namespace."""
    return (
        policy.props.has("spec", "podSelector") and not selector_of(policy.props.at("spec", "podSelector")).requirements
    )


def _reaches(peer: Props, namespaces: Sequence[Mapping[str, str]], home: str) -> bool:
    if peer.has("namespaceSelector"):
        selector = selector_of(peer.at("namespaceSelector"))
        return any(selector.selects(labels) for labels in namespaces)
    if peer.has("podSelector"):
        return any(labels.get(NAME_LABEL) == home for labels in namespaces)
    return not peer.has("ipBlock")


def _has(entry: Props, port: int) -> bool:
    if (entry.text("protocol") or "TCP") != "TCP":
        return False
    first = entry.raw("port")
    if first is None or (isinstance(first, str) and not first.isdigit()):
        return True
    low = entry.number("port") or 0
    high = entry.number("endPort")
    return low <= port <= (low if high is None else high)
