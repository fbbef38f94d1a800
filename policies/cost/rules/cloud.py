"""Rules about cloud resources that cost money by the hour, by the gigabyte or for ever."""

from typing import Annotated

from policies.base.rule import Context, Figure, Violations, rule
from policies.base.view import Props, View
from policies.resources.buckets import template_buckets
from policies.resources.objects import is_internal
from policies.resources.types import (
    BUCKET,
    CLUSTER,
    EIP,
    KMS_KEY,
    LOG_PROJECT,
    LOG_STORE,
    NAT,
    NETWORK,
    ROS_STACK,
    SECURITY_GROUP,
    SERVICE,
    VSWITCH,
)

_TAGGED = (
    CLUSTER,
    NAT,
    EIP,
    BUCKET,
    ROS_STACK,
    NETWORK,
    VSWITCH,
    SECURITY_GROUP,
    LOG_PROJECT,
    KMS_KEY,
)
"""Cloud types that take tags and appear on a bill, or hold what appears there."""
_HDFS_DATA = ".dlsdata/"


@rule(
    "cloud-tags",
    title="Cloud resources carry the cost tags",
    severity="medium",
    reason="Only tags can split a bill, and only tags show what an interrupted run left behind.",
    way_out="add the keys to tags in the stack file",
    types=_TAGGED,
)
def cloud_tags(
    view: View,
    context: Context,
    *,
    required: Annotated[list[str] | tuple[str, ...], Figure("tag keys every cloud resource needs")] = (
        "environment",
        "pulumi:stack",
    ),
) -> Violations:
    """Compares the keys of `tags`; their values may be anything."""
    missing = [key for key in required if not view.props.has("tags", key)]
    if missing:
        yield f"the cost tags {', '.join(missing)} are missing"


@rule(
    "cluster-nat",
    title="ACK creates no NAT gateway of its own",
    severity="high",
    reason="ACK creates one unless told not to, besides the network's own: a second hourly fee that nobody wanted.",
    way_out="set newNatGateway: false, and network.nat.enabled where pods need the internet",
    types=(CLUSTER,),
)
def cluster_nat(view: View, context: Context) -> Violations:
    """The provider's default is true, so a missing value counts as true."""
    if view.props.flag("newNatGateway") is not False:
        yield "newNatGateway is not false"


@rule(
    "nat-gateway",
    title="No NAT gateway or public address without need",
    severity="medium",
    reason="A gateway is paid for by the hour and by traffic; the region's OSS, ACR and STS are reached without one.",
    way_out="set network.nat.enabled: false, or allow it here when pods need the internet",
    types=(NAT, EIP),
)
def nat_gateway(
    view: View, context: Context, *, allowed: Annotated[bool, Figure("whether the environment may have them")] = False
) -> Violations:
    """Every gateway and address counts."""
    if not allowed:
        yield f"the stack creates a {'NAT gateway' if view.type == NAT else 'public address'}"


@rule(
    "public-api-server",
    title="The API server has no public load balancer",
    severity="high",
    reason="It costs a second load balancer and its traffic, and the whole internet can reach the API server.",
    way_out="set slbInternetEnabled: false and reach the cluster through the VPC",
    types=(CLUSTER,),
)
def public_api_server(
    view: View, context: Context, *, allowed: Annotated[bool, Figure("whether it may be public")] = False
) -> Violations:
    """The provider's default is true, so a missing value counts as true."""
    if not allowed and view.props.flag("slbInternetEnabled") is not False:
        yield "slbInternetEnabled is not false"


@rule(
    "load-balancer",
    title="Services rent no load balancer without need",
    severity="medium",
    reason="Each Service of type LoadBalancer is an SLB instance, paid for by the hour and public by default.",
    way_out="use ClusterIP and port-forward, an internal load balancer, or raise allowed",
    types=(SERVICE,),
)
def load_balancer(
    view: View,
    context: Context,
    *,
    allowed: Annotated[
        str, Figure("load balancers that are allowed", choices=("none", "internal", "any"))
    ] = "internal",
) -> Violations:
    """ACK creates a public load balancer unless the address type is intranet."""
    if view.props.text("spec", "type") != "LoadBalancer" or allowed == "any":
        return
    internal = is_internal(view)
    if allowed == "none" or not internal:
        yield f"{'an internal' if internal else 'a public'} load balancer; allowed: {allowed}"


@rule(
    "log-retention",
    title="Logs are kept no longer than allowed",
    severity="medium",
    reason="Log storage is paid for by the gigabyte and day; what must be kept for years belongs in OSS.",
    way_out="lower the retention",
    types=(LOG_STORE, CLUSTER),
)
def log_retention(
    view: View, context: Context, *, max_days: Annotated[int, Figure("days that logs may be kept", minimum=1)] = 90
) -> Violations:
    """Reads log stores (default 30 days) and the cluster's control plane logs."""
    path = "retentionPeriod" if view.type == LOG_STORE else "controlPlaneLogTtl"
    days = view.props.number(path)
    if days is not None and days > max_days:
        yield f"{path}: {days:g} days; allowed: {max_days}"


@rule(
    "cluster-tier",
    title="The control plane has an allowed size",
    severity="medium",
    reason="Provisioned control planes (ack.pro.xlarge and up) are paid for by the hour, used or not.",
    way_out="set an allowed clusterSpec",
    types=(CLUSTER,),
)
def cluster_tier(
    view: View,
    context: Context,
    *,
    allowed: Annotated[
        list[str] | tuple[str, ...],
        Figure(
            "allowed cluster specs",
            choices=("ack.standard", "ack.pro.small", "ack.pro.xlarge", "ack.pro.2xlarge", "ack.pro.4xlarge"),
        ),
    ] = ("ack.standard", "ack.pro.small"),
) -> Violations:
    """An empty spec is the basic one."""
    if (view.props.text("clusterSpec") or "ack.standard") not in allowed:
        yield f"clusterSpec is not one of {', '.join(allowed)}"


@rule(
    "bucket-redundancy",
    title="Buckets have no more redundancy than allowed",
    severity="low",
    reason="Three zones cost a quarter more than one, for every byte.",
    way_out="set redundancy: LRS, or allow ZRS here",
    types=(BUCKET, ROS_STACK),
)
def bucket_redundancy(
    view: View,
    context: Context,
    *,
    allowed: Annotated[list[str] | tuple[str, ...], Figure("allowed redundancy", choices=("LRS", "ZRS"))] = ("LRS",),
) -> Violations:
    """Reads buckets, and the buckets of ROS templates; OSS's default is LRS."""
    buckets = [view.props] if view.type == BUCKET else list(template_buckets(view))
    key = "redundancyType" if view.type == BUCKET else "RedundancyType"
    if any((bucket.text(key) or "LRS") not in allowed for bucket in buckets):
        yield f"{key} is not one of {', '.join(allowed)}"


@rule(
    "unfinished-uploads",
    title="Unfinished uploads are removed",
    severity="low",
    reason="Parts of an upload that never ended do not show in listings and are paid for as long as they exist.",
    way_out="add a lifecycle rule over the whole bucket with abortMultipartUploads",
    types=(BUCKET, ROS_STACK),
)
def unfinished_uploads(
    view: View, context: Context, *, max_days: Annotated[int, Figure("days until they are removed", minimum=1)] = 30
) -> Violations:
    """Looks for an enabled rule over the whole bucket."""
    if view.type == BUCKET:
        if not any(_aborts(r, max_days) for r in view.props.each("lifecycleRules")):
            yield f"no lifecycle rule over the whole bucket removes unfinished uploads within {max_days} days"
        return
    for bucket in template_buckets(view):
        rules = bucket.each("LifecycleConfiguration", "Rule")
        days = [d for r in rules if (d := r.number("AbortMultipartUpload", "Days")) is not None]
        if not any(d <= max_days for d in days):
            yield f"no lifecycle rule of the template removes unfinished uploads within {max_days} days"


def _aborts(lifecycle: Props, max_days: int) -> bool:
    if lifecycle.flag("enabled") is not True or lifecycle.text("prefix"):
        return False
    days = [u.number("days") for u in lifecycle.each("abortMultipartUploads")]
    return any(d is not None and d <= max_days for d in days)


@rule(
    "hdfs-lifecycle",
    title="No lifecycle rule touches the data of OSS-HDFS",
    severity="critical",
    reason="OSS-HDFS keeps its blocks under .dlsdata/: an expiry there deletes the teams' data.",
    way_out="limit the rule to folders outside .dlsdata/",
    types=(ROS_STACK,),
)
def hdfs_lifecycle(view: View, context: Context) -> Violations:
    """Looks at rules that expire or move objects in the templates of HDFS buckets."""
    for bucket in template_buckets(view):
        if bucket.flag("EnableOssHdfsService") is not True:
            continue
        for lifecycle in bucket.each("LifecycleConfiguration", "Rule"):
            prefix = lifecycle.text("Prefix") or ""
            acts = any(lifecycle.has(key) for key in ("Expiration", "Transition", "NoncurrentVersionExpiration"))
            if acts and (_HDFS_DATA.startswith(prefix) or prefix.startswith(_HDFS_DATA)):
                yield f"the lifecycle rule {lifecycle.where()} reaches .dlsdata/"
