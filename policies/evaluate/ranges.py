"""Ranges of addresses as sets: unions, differences, IPv4 inside IPv6, and how much of the internet they reach."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from policies.base.view import Props, Unreadable

Span = tuple[int, int]
"""First and last address, as numbers."""
_V4_IN_V6 = tuple(int(ipaddress.IPv6Address(a)) for a in ("::ffff:0:0", "64:ff9b::"))
"""Where IPv6 holds all of IPv4: mapped addresses (RFC 4291) and the well-known prefix of NAT64 (RFC 6052)."""
_V4_SIZE = 2**32
_MUCH = (2**24, 2**112)
"""More public addresses than this (a /8, in IPv6 a /16) are the internet: nobody names that many destinations."""


@dataclass(frozen=True)
class Addresses:
    """A set of IPv4 and IPv6 addresses, as spans that are sorted and apart."""

    v4: tuple[Span, ...] = ()
    v6: tuple[Span, ...] = ()

    def __or__(self, other: "Addresses") -> "Addresses":
        return Addresses(_joined((*self.v4, *other.v4)), _joined((*self.v6, *other.v6)))

    def __sub__(self, other: "Addresses") -> "Addresses":
        return Addresses(_less(self.v4, other.v4), _less(self.v6, other.v6))

    def __and__(self, other: "Addresses") -> "Addresses":
        return self - (self - other)

    def __contains__(self, address: str) -> bool:
        return bool((self & addresses(address)).size)

    def __le__(self, other: "Addresses") -> bool:
        return not (self - other).size

    @property
    def size(self) -> int:
        """How many addresses it holds."""
        return sum(last - first + 1 for first, last in (*self.v4, *self.v6))

    @property
    def is_internet(self) -> bool:
        """True when it holds so much of the public space that it restricts nothing, in one piece or in many."""
        public = self - NOT_PUBLIC
        return Addresses(public.v4).size > _MUCH[0] or Addresses((), public.v6).size > _MUCH[1]


def addresses(*ranges: str) -> Addresses:
    """The union of ranges (`10.0.0.0/8`, `::/0`, single addresses). Raises ValueError for anything else."""
    whole = Addresses()
    for text in ranges:
        network = ipaddress.ip_network(text.strip(), strict=False)
        span = (int(network.network_address), int(network.broadcast_address))
        whole |= Addresses((span,)) if network.version == 4 else Addresses(_v4_inside(span), (span,))
    return whole


def block(part: Props, *steps: str) -> Addresses:
    """The addresses of an `ipBlock`: its range without its exceptions. Raises Unreadable."""
    own = part.at(*steps)
    try:
        return addresses(own.text("cidr") or "") - union(addresses(e) for e in own.texts("except"))
    except ValueError:
        raise Unreadable(own.where(), "a range of addresses") from None


def union(parts: Iterable[Addresses]) -> Addresses:
    """All of them together."""
    whole = Addresses()
    for part in parts:
        whole |= part
    return whole


def _v4_inside(span: Span) -> tuple[Span, ...]:
    inside = []
    for base in _V4_IN_V6:
        first, last = max(span[0], base), min(span[1], base + _V4_SIZE - 1)
        if first <= last:
            inside.append((first - base, last - base))
    return _joined(inside)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    result: list[Span] = []
    for first, last in sorted(spans):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return tuple(result)


def _less(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    left = list(spans)
    for start, end in holes:
        pieces = [
            piece for first, last in left for piece in ((first, min(last, start - 1)), (max(first, end + 1), last))
        ]
        left = list(dict.fromkeys((first, last) for first, last in pieces if first <= last))
    return _joined(left)


NOT_PUBLIC = Addresses(
    addresses(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
    ).v4,
    addresses("::/3", "4000::/2", "8000::/1").v6,
)  # fmt: skip
"""Addresses that the internet does not route (IANA's registries of special addresses; public IPv6 is 2000::/3)."""
METADATA = addresses("100.100.100.200/32", "169.254.0.0/16", "fe80::/10")
"""Where a machine or pod gets the credentials of its role: ECS and ECI's address, and the one other clouds use."""
