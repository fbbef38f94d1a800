"""The images of a stack, read from its recorded graph: what names them, who reaches them, where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from components.platform.images import PLATFORM_IMAGES, PlatformImage
from components.pods.images import is_inside_vpc
from policies.base.view import Undecided, View, of_types, view_of
from policies.resources.images import images_of
from policies.resources.types import NAT, VSWITCH
from replay.graph import Graph

Reach = Literal["yes", "through NAT", "no", "not known"]


@dataclass
class ListedImage:
    """One image of a stack."""

    name: str
    """As the stack names it, with tag and digest."""
    reach: Reach
    """Whether pods reach its registry; not known in a network that the stack does not create."""
    image: PlatformImage | None
    """Which image of the platform it is; None for an image that a stack file names by itself."""
    users: list[str] = field(default_factory=list)
    """The resources that name it, as Kind/name."""

    @property
    def tagged(self) -> str:
        """The name without the digest."""
        return self.name.partition("@")[0]

    @property
    def digest(self) -> str:
        """The digest that the stack names; empty when it names a tag only."""
        return self.name.partition("@")[2]

    @property
    def source(self) -> str:
        """Where it comes from upstream, in words."""
        if self.image is None:
            return "named in the stack file"
        return self.image.upstream or "built from images/spark"


def listed(graph: Graph, registry: str | None, region: str) -> list[ListedImage]:
    """The images of a stack in alphabetical order. `registry`: the folder of the setting images.registry."""
    views = [view_of(resource) for resource in graph]
    images: dict[str, ListedImage] = {}
    for view in views:
        for name in _names(view):
            known = images.setdefault(name, ListedImage(name, _reach(name, views, region), _platform(name, registry)))
            user = f"{view.kind}/{view.name}"
            if user not in known.users:
                known.users.append(user)
    return sorted(images.values(), key=lambda i: i.name)


def _names(view: View) -> list[str]:
    try:
        return [name for _, name in images_of(view)]
    except Undecided:
        return []  # an image that another stack or resource names is not known offline


def _platform(name: str, registry: str | None) -> PlatformImage | None:
    """The platform's image that is called so: in the folder of the setting, or at its publisher."""
    tagged = name.partition("@")[0]
    for image in PLATFORM_IMAGES.values():
        if registry and tagged.startswith(f"{registry}/{image.name}:"):
            return image
        if image.upstream in (tagged, f"docker.io/{tagged}"):
            return image
    return None


def _reach(name: str, views: Sequence[View], region: str) -> Reach:
    if is_inside_vpc(name, region):
        return "yes"
    if any(of_types(views, NAT)):
        return "through NAT"
    return "no" if any(of_types(views, VSWITCH)) else "not known"
