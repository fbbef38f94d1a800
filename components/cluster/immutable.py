"""What a live cluster cannot change, and how a stack is kept from trying."""

from collections.abc import Mapping
from typing import Any

import pulumi

from ..base.immutable import unless_changed
from .inputs import ClusterInputs

REASONS = {
    "flavour": "a cluster cannot be converted",
    "service_cidr": "service addresses are fixed when a cluster is made",
    "public_endpoint": "ACK takes it at creation only and ignores it later",
}


def changed(made_as: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """One sentence for each key that is not as it was when the cluster was made."""
    return [
        f"cluster.{key}: {now[key]!r} is not allowed; this stack's cluster was made with {made_as[key]!r}, and "
        f"{reason}: it and everything in it would have to be deleted and made anew. Allowed: {made_as[key]!r}; or a "
        "new stack beside this one; or `pulumi destroy` first"
        for key, reason in REASONS.items()
        if key in made_as and made_as[key] != now[key]
    ]


def flavour_as_made(name: str, inputs: ClusterInputs, parent: pulumi.Resource) -> pulumi.Output[str]:
    """The flavour, or InputError at preview when the stack's cluster was made otherwise.

    The cluster's profile is made from this output, so no cluster is touched before the comparison.
    """
    now = {key: getattr(inputs, key) for key in REASONS}
    return unless_changed(name, now, changed, str(inputs.flavour), parent)
