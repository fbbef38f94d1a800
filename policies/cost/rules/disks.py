"""Rules about disks."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from policies.base.quantity import GIB
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import Props, Undecided, View, of_types
from policies.resources.types import CLAIM, STATEFUL_SET, STORAGE_CLASS

_WITH_CLAIMS = (CLAIM, STATEFUL_SET)
LEVELS = ("PL0", "PL1", "PL2", "PL3")
"""Performance levels of an ESSD, cheapest first."""


def _claims(view: View) -> Iterator[Props]:
    if view.type == CLAIM:
        yield view.props
    else:
        yield from view.props.each("spec", "volumeClaimTemplates")


@rule(
    "disk-size",
    title="Disks are no larger than allowed",
    severity="medium",
    reason="A cloud disk is paid for by its size, full or empty, until it is deleted, and it cannot shrink.",
    way_out="request less, or raise max_gib",
    types=_WITH_CLAIMS,
)
def disk_size(
    view: View, context: Context, *, max_gib: Annotated[float, Figure("largest disk in GiB", minimum=20)] = 500.0
) -> Violations:
    """Reads volume claims and claim templates."""
    for claim in _claims(view):
        gib = (claim.quantity("spec", "resources", "requests", "storage") or 0.0) / GIB
        if gib > max_gib:
            yield f"{claim.where('spec.resources.requests.storage')} is {gib:g} GiB; allowed: {max_gib:g}"


@rule(
    "disk-class",
    title="Disks have an allowed class",
    severity="medium",
    reason="The prices of cloud disk classes differ by a factor of ten.",
    way_out="use an allowed class or one of the stack's own, or add this one to allowed",
    types=(*_WITH_CLAIMS, STORAGE_CLASS),
    whole_stack=True,
)
def disk_class(
    views: Sequence[View],
    context: Context,
    *,
    allowed: Annotated[
        list[str] | tuple[str, ...], Figure("storage classes that claims may name, beside the stack's own")
    ] = (
        "alicloud-disk-essd",
        "alicloud-disk-essd-entry",
        "alicloud-disk-topology-alltype",
    ),
) -> StackViolations:
    """Reads the class of claims; its name is not quoted, so that no message can hold a secret. The stack's own classes
    are judged by disk-performance.
    """
    own = {view.object_name for view in of_types(views, STORAGE_CLASS)}
    undecided: Undecided | None = None
    for view in of_types(views, *_WITH_CLAIMS):
        try:
            for claim in _claims(view):
                if (claim.text("spec", "storageClassName") or "") not in {*allowed, *own}:
                    yield view, f"{claim.where('spec', 'storageClassName')} is not one of {', '.join(allowed)}"
        except Undecided as e:
            undecided = e  # and go on: a violation of another disk must not hide behind it
    if undecided is not None:
        raise undecided


@rule(
    "disk-performance",
    title="Storage classes have no higher performance level than allowed",
    severity="medium",
    reason="Each level of an ESSD about doubles its price; shuffle data on many disks needs none above PL1.",
    way_out="lower parameters.performanceLevel, or raise highest",
    types=(STORAGE_CLASS,),
)
def disk_performance(
    view: View,
    context: Context,
    *,
    highest: Annotated[str, Figure("highest performance level", choices=LEVELS)] = "PL1",
) -> Violations:
    """Reads the levels a storage class may use, a comma-separated list."""
    text = view.props.text("parameters", "performanceLevel") or ""
    levels = [part.strip() for part in text.split(",") if part.strip()]
    higher = [level for level in levels if level in LEVELS and LEVELS.index(level) > LEVELS.index(highest)]
    if higher:
        yield f"parameters.performanceLevel allows {', '.join(higher)}; allowed: up to {highest}"


@rule(
    "disk-left-behind",
    title="Disks of pods that were scaled in are deleted",
    severity="medium",
    reason="A StatefulSet keeps the disks of removed pods, and they are paid for until somebody deletes them.",
    way_out="set persistentVolumeClaimRetentionPolicy.whenScaled: Delete, after a drain that leaves nothing on them",
    types=(STATEFUL_SET,),
)
def disk_left_behind(
    view: View,
    context: Context,
    *,
    max_gib: Annotated[float, Figure("largest disk in GiB that may stay, such as a Raft log")] = 50.0,
) -> Violations:
    """Checks StatefulSets with claim templates."""
    gib = [(c.quantity("spec", "resources", "requests", "storage") or 0.0) / GIB for c in _claims(view)]
    policy = view.props.text("spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
    if policy != "Delete" and any(g > max_gib for g in gib):
        yield f"{max(gib):g} GiB for each pod stay, and are paid for, after scaling in"
