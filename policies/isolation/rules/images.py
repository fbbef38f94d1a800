"""Rules about images: where pods pull them from, and that what was reviewed is what runs."""

from collections.abc import Sequence
from typing import Annotated

from components.pods.images import is_inside_vpc, registry_host
from policies.base.rule import Context, Figure, StackViolations, rule
from policies.base.view import View, of_types
from policies.resources.images import images_of
from policies.resources.pods import WITH_JOBS
from policies.resources.types import NAT, VSWITCH


@rule(
    "image-reach",
    title="Images are in a registry that pods reach",
    severity="high",
    reason="In a network without a NAT gateway no image comes from a public registry: pods stay Pending.",
    way_out="set images.registry to a folder inside the VPC and fill it by `make images`, or network.nat.enabled: true",
    types=(VSWITCH, NAT, *WITH_JOBS),
    whole_stack=True,
)
def image_reach(
    views: Sequence[View],
    context: Context,
    *,
    registries: Annotated[
        list[str] | tuple[str, ...], Figure("hosts of further registries that pods reach, such as one in a peered VPC")
    ] = (),
) -> StackViolations:
    """Judges stacks that create their network: of another's network nobody knows here what it reaches."""
    if not any(of_types(views, VSWITCH)) or any(of_types(views, NAT)):
        return
    for view in of_types(views, *WITH_JOBS):
        for where, image in images_of(view):
            if not is_inside_vpc(image, context.region) and registry_host(image) not in registries:
                yield view, f"{where} is outside the VPC, and the stack has no NAT gateway"


@rule(
    "image-digest",
    title="A stack that names images by digest names all of them so",
    severity="medium",
    reason="An image by tag among pinned ones can change without any review, in a stack that is believed to be pinned.",
    way_out="run `make images STACK=… PIN=1`, which fills images.digests from the registry",
    types=WITH_JOBS,
    whole_stack=True,
)
def image_digest(
    views: Sequence[View],
    context: Context,
    *,
    required: Annotated[bool, Figure("whether every image needs a digest, even if none has one yet")] = False,
) -> StackViolations:
    """No digest is known before the images are in the registry, so a stack without any is refused only on demand."""
    named = [(view, where, image) for view in of_types(views, *WITH_JOBS) for where, image in images_of(view)]
    if not required and not any("@" in image for _, _, image in named):
        return
    for view, where, image in named:
        if "@" not in image:
            yield view, f"{where} names {image!r} by tag"
