"""Cost lines of cloud resources, and of the load balancers and disks that Kubernetes objects rent."""

import fnmatch
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from components.cluster.flavours import NO_CLUSTER_FEE
from policies.base.quantity import GIB
from policies.base.view import Props, View
from policies.cost.model.lines import Line, hourly, unpriced, usage
from policies.cost.model.prices import Prices
from policies.resources.known import reading_of
from policies.resources.types import (
    BUCKET,
    CLAIM,
    CLUSTER,
    EIP,
    IMAGE_CACHE,
    LOG_STORE,
    NAT,
    REGISTRY,
    ROS_STACK,
    SERVICE,
)

FREE_FILE = Path(__file__).resolve().parent.parent / "free.yaml"


def cluster(view: View, prices: Prices) -> Iterator[Line]:
    """Cluster fee, load balancers of the API server, and the NAT gateway that ACK creates unless told not to."""
    profile, spec = view.props.text("profile") or "Default", view.props.text("clusterSpec") or "ack.standard"
    if profile in NO_CLUSTER_FEE:
        yield hourly(view, f"cluster fee ({profile})", "ack.serverless", prices, note="free in public preview")
    elif spec == "ack.pro.small":
        yield hourly(view, f"cluster fee ({spec})", "ack.pro", prices)
    else:
        yield unpriced(view, f"cluster fee ({profile})", "no price of this control plane is known")
    yield unpriced(view, "internal load balancer of the API server", "no price of SLB is known")
    if view.props.flag("slbInternetEnabled") is not False:
        yield unpriced(view, "public address of the API server", "no price of SLB is known")
    if view.props.flag("newNatGateway") is not False:
        yield from nat(view, prices)


def nat(view: View, prices: Prices) -> Iterator[Line]:
    """A NAT gateway: its instance fee; its capacity units are billed by use and have no price here."""
    yield hourly(view, "NAT gateway", "nat", prices)
    yield unpriced(view, "NAT gateway, capacity units", "no price of capacity units is known")


def eip(view: View, prices: Prices) -> Iterator[Line]:
    """A public address billed by traffic."""
    yield usage(view, "public address, outgoing traffic", "eip.traffic", prices)


def bucket(view: View, prices: Prices) -> Iterator[Line]:
    """A bucket: its bytes, by redundancy and storage class, and its requests."""
    redundancy = (view.props.text("redundancyType") or "LRS").lower()
    infrequent = view.props.text("storageClass") == "IA"
    yield usage(view, "objects", "oss.ia" if infrequent else f"oss.{redundancy}", prices)
    yield usage(view, "requests", "oss.requests", prices)


def ros_stack(view: View, prices: Prices) -> Iterator[Line]:
    """A resource orchestration (ROS) stack, which here holds the HDFS bucket. The stack itself is free."""
    note = "OSS-HDFS metadata is free at present"
    yield usage(view, "objects of the bucket it creates, at least", "oss.lrs", prices, note)
    yield usage(view, "requests", "oss.requests", prices)


def registry(view: View, prices: Prices) -> Iterator[Line]:
    """A registry instance: a subscription by the month, whatever is stored; the images are in a bucket of OSS."""
    edition = view.props.text("instanceType") or ""
    yield hourly(view, f"registry ({edition} edition), by the month", f"acr.{edition.lower()}", prices)
    yield usage(view, "images of the registry", "oss.lrs", prices)


def log_store(view: View, prices: Prices) -> Iterator[Line]:
    """A log store."""
    yield unpriced(view, "log store, bytes written, indexed and kept", "no price of SLS is known")


def service(view: View, prices: Prices) -> Iterator[Line]:
    """A Service of type LoadBalancer rents an SLB instance."""
    if view.props.text("spec", "type") == "LoadBalancer":
        yield unpriced(view, "load balancer", "no price of SLB is known")


def claim(view: View, prices: Prices) -> Iterator[Line]:
    """A PersistentVolumeClaim that belongs to no StatefulSet."""
    yield disk(view, view.props, 1)


def disk(view: View, template: Props, count: float) -> Line:
    """The cloud disks of a claim or a claim template; ESSDs have no price in the file."""
    gib = (template.quantity("spec", "resources", "requests", "storage") or 0.0) / GIB
    return unpriced(view, f"{count:g} disk(s) of {gib:g} GiB", "no price of cloud disks is known")


def image_cache(view: View, prices: Prices) -> Iterator[Line]:
    """A manual image cache is a snapshot."""
    yield usage(view, "snapshot of the image cache", "image-cache", prices)


def other(view: View, prices: Prices) -> Iterator[Line]:
    """Nothing for free types; any other is listed as not priced, and a sum with one that is not known as too small."""
    if not reading_of(view.token):
        yield unpriced(view, view.kind, f"{view.token} is not known here, nor what it costs", undecided=True)
    elif free_reason(view.type) is None:
        yield unpriced(view, view.kind, f"no price of {view.type} is known")


HANDLERS: dict[str, Callable[[View, Prices], Iterator[Line]]] = {
    CLUSTER: cluster,
    NAT: nat,
    EIP: eip,
    BUCKET: bucket,
    ROS_STACK: ros_stack,
    REGISTRY: registry,
    LOG_STORE: log_store,
    SERVICE: service,
    CLAIM: claim,
    IMAGE_CACHE: image_cache,
}


def cloud_lines(view: View, prices: Prices) -> Iterator[Line]:
    """The lines of a resource without pods."""
    return HANDLERS.get(view.type, other)(view, prices)


def free_reason(type_: str) -> str | None:
    """Why a type has no price of its own, None when it is not known to be free."""
    return next((why for pattern, why in _free() if fnmatch.fnmatchcase(type_, pattern)), None)


@functools.cache
def _free() -> tuple[tuple[str, str], ...]:
    data = yaml.safe_load(FREE_FILE.read_text(encoding="utf-8"))
    return tuple((row["type"], row["why"]) for row in data)
