"""What cannot change in a live cluster, and how a stack is kept from trying."""

from collections.abc import Mapping
from typing import Any

import pulumi

from ..base.immutable import unless_changed
from ..base.outputs import is_known
from .inputs import ClusterInputs, ClusterSettings

REASONS = {
    "flavour": "a cluster cannot be converted",
    "service_cidr": "service addresses are fixed when a cluster is created",
    "public_endpoint": "ACK accepts it only at creation and ignores it later",
    "resource_group_id": "ACK cannot move a cluster to another resource group",
}


def changed(created_with: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """One sentence for each key that differs from what the cluster was created with."""
    return [
        f"cluster.{key}: {now[key]!r} is not allowed; this stack's cluster was created with {created_with[key]!r}, and "
        f"{reason}: it and everything in it would have to be deleted and created again. Allowed: "
        f"{created_with[key]!r}; or a new stack beside this one; or `pulumi destroy` first"
        for key, reason in REASONS.items()
        if key in created_with and key in now and created_with[key] != now[key]
    ]


def figures(settings: ClusterSettings) -> dict[str, Any]:
    """What cannot change while the cluster exists: key -> value, as far as it is known while the program runs."""
    known = {key: getattr(settings, key) for key in REASONS if key in type(settings).model_fields}
    return {key: value for key, value in known.items() if is_known(value)}


def checked_flavour(name: str, inputs: ClusterInputs, parent: pulumi.Resource) -> pulumi.Output[str]:
    """The flavour, or InputError at preview when the stack's cluster was created differently.

    The cluster's profile follows from this output, so no cluster is touched before the comparison.
    """
    return unless_changed(f"{name}-as-made", figures(inputs), changed, str(inputs.flavour), parent)
