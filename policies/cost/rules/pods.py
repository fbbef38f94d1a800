"""Rules about the size of pods, and about what makes them more expensive than they seem."""

from decimal import Decimal
from typing import Annotated

from components.base.constants import ECI
from components.pods import sizes
from components.pods.sizes import Spec
from policies.base.rule import Context, Figure, Violations, rule
from policies.base.shared import shared
from policies.base.view import Props, View
from policies.cost.model.bills import bill
from policies.cost.model.prices import decimal, prices
from policies.resources.jobs import sized_pods
from policies.resources.pod_requests import PodRequest, acs_class
from policies.resources.pods import WITH_PODS, pod_sets

_WEIGHTS = (Decimal("0.1764"), Decimal("0.0221"))
"""vCPU to GiB as mainland ECI prices them: only the ratio matters here, so it also serves regions without a price."""
_REQUESTS = shared("requests-and-limits")


def _requests_and_limits(view: View, context: Context) -> Violations:
    for pods in pod_sets(view):
        for container in [*pods.own_containers, *pods.pod.each("spec", "initContainers")]:
            if not _states_what_it_needs(container, view.is_patch):
                yield _REQUESTS.of(pods.is_job, container.where(), _REQUESTS_OF_SERVICE)


def _states_what_it_needs(container: Props, unchanged: bool) -> bool:
    for resource in ("cpu", "memory"):
        limit = container.quantity("resources", "limits", resource)
        request = container.quantity("resources", "requests", resource)
        if request is None:  # then Kubernetes takes the limit; a patch that sets neither leaves both as they are
            request = limit
        if request is None and not unchanged:
            return False
        if request is not None and limit is not None and limit > request:
            return False
    return True


_REQUESTS_OF_SERVICE = (_REQUESTS.message, "set resources.requests for cpu and memory, and no higher limits")


REQUESTS_AND_LIMITS = _REQUESTS.rule(_requests_and_limits, WITH_PODS)


@rule(
    "size-off-table",
    title="Pods match a size that is billed",
    severity="medium",
    reason="ECI rounds up to its table: 4 vCPU/17.6 GiB is billed as 4/18 in twelve regions, elsewhere as 4/32.",
    way_out="use one of the sizes named, or fill the billed one",
    types=WITH_PODS,
)
def size_off_table(
    view: View,
    context: Context,
    *,
    max_waste_percent: Annotated[float, Figure("largest wasted share in percent")] = 5.0,
) -> Violations:
    """Compares what a pod requests with what is billed, in money."""
    region = context.region or ""
    for sized in sized_pods(view):
        request = sized.request
        if request.acs or request.use_specs or not (request.vcpu and request.gib):
            continue
        try:
            billed = sizes.round_up(request.vcpu, request.gib, region, request.spot)
        except sizes.TooLargeError as e:
            yield f"{sized.where}: {e}"
            continue
        waste = 100 * (1 - _worth(Spec(request.vcpu, request.gib)) / _worth(billed))
        if waste > decimal(max_waste_percent):
            rows = " or ".join(map(str, sizes.nearest_row(request.vcpu, request.gib, region, request.spot)))
            yield (
                f"{sized.where} requests {Spec(request.vcpu, round(request.gib, 2))} and is billed as {billed}: "
                f"{waste:.0f} % is wasted; sizes without waste: {rows}"
            )


def _worth(spec: Spec) -> Decimal:
    return _WEIGHTS[0] * decimal(spec.vcpu) + _WEIGHTS[1] * decimal(spec.gib)


@rule(
    "sidecar-size",
    title="Sidecars do not push a pod to a larger size",
    severity="medium",
    reason="A sidecar of 0.25 vCPU makes a 4/16 executor a 6/18 or an 8/32: up to twice the price.",
    way_out="give the sidecar the variable __ECI_RESOURCE_IGNORE__=TRUE, or size the main container for both",
    types=WITH_PODS,
)
def sidecar_size(view: View, context: Context) -> Violations:
    """Compares the billed size with and without what runs next to the first container."""
    region = context.region or ""
    for sized in sized_pods(view):
        if sized.request.acs or sized.request.use_specs or sized.request == sized.bare:
            continue
        try:
            whole = sizes.round_up(sized.request.vcpu, sized.request.gib, region, sized.request.spot)
            bare = sizes.round_up(sized.bare.vcpu, sized.bare.gib, region, sized.bare.spot)
        except sizes.TooLargeError:
            continue  # size-off-table reports it
        # a sidecar that is large enough for a size of its own is part of what the pod is for
        small = sized.request.vcpu - sized.bare.vcpu <= 0.5 and sized.request.gib - sized.bare.gib <= 1
        if small and whole != bare and Spec(sized.bare.vcpu, sized.bare.gib) == bare:
            yield f"{sized.where}: sidecars turn a pod of {bare} into one of {whole}"


@rule(
    "instance-type",
    title="Pods are requested by vCPU and memory",
    severity="low",
    reason="An ECS type or family is billed at that type's own price, which no budget here knows.",
    way_out="name sizes such as 4-16Gi in eci-use-specs, or leave it out",
    types=WITH_PODS,
)
def instance_type(view: View, context: Context) -> Violations:
    """Reads the annotations for ECS types and families."""
    for pods in pod_sets(view):
        annotations = pods.pod.at("metadata", "annotations")
        if "ecs." in (annotations.text(f"{ECI}eci-use-specs") or ""):
            yield f"{annotations.where(f'{ECI}eci-use-specs')} names an ECS instance type"
        if annotations.has(f"{ECI}eci-instance-family"):
            yield f"{annotations.where(f'{ECI}eci-instance-family')} names a family of ECS instances"


@rule(
    "pod-price",
    title="No single pod costs more than allowed",
    severity="medium",
    reason="A typo in a size (64 for 6.4) is multiplied by the number of pods.",
    way_out="use more and smaller pods, or raise max_cny_per_hour",
    types=WITH_PODS,
)
def pod_price(
    view: View,
    context: Context,
    *,
    max_cny_per_hour: Annotated[float, Figure("CNY an hour for one pod, on demand")] = 10.0,
) -> Violations:
    """Prices each pod on demand; pods without a known price are left to the sums, which say so."""
    price_list = prices(context.region)
    for sized in sized_pods(view):
        amount = _amount(sized.request, context)
        if amount is not None and amount > decimal(max_cny_per_hour):
            size = bill(sized.request, price_list).size
            yield f"{sized.where} costs {amount:.2f} CNY an hour ({size}); allowed: {max_cny_per_hour:g}"


def _amount(request: PodRequest, context: Context) -> Decimal | None:
    try:
        return bill(request, prices(context.region)).cny_per_hour
    except sizes.TooLargeError:
        return None  # size-off-table reports it


@rule(
    "pending-limit",
    title="Waiting pods give up in time",
    severity="medium",
    reason="A pod that waits for capacity or an image is billed from the image pull on, by default for up to 4 hours.",
    way_out="set the annotation k8s.aliyun.com/eci-max-pending-minute",
    types=WITH_PODS,
)
def pending_limit(
    view: View, context: Context, *, max_minutes: Annotated[int, Figure("longest wait in minutes", minimum=10)] = 60
) -> Violations:
    """Checks the templates of drivers and executors: the pods that come by the thousand."""
    for pods in pod_sets(view):
        if pods.role not in ("driver", "executor") or acs_class(pods.pod):
            continue
        annotations = pods.pod.at("metadata", "annotations")
        minutes = annotations.number(f"{ECI}eci-max-pending-minute")
        if minutes is None or minutes > max_minutes:
            limit = "240 (the default)" if minutes is None else f"{minutes:g}"
            yield f"{pods.where}: pods may wait for {limit} minutes; allowed: {max_minutes}"


@rule(
    "ephemeral-storage",
    title="Pods rent no more extra disk than allowed",
    severity="medium",
    reason="30 GiB are free; 70 more cost as much as a seventh of a 4/16 executor, on every executor.",
    way_out="lower k8s.aliyun.com/eci-extra-ephemeral-storage; large data belongs on a volume or in a service",
    types=WITH_PODS,
)
def ephemeral_storage(
    view: View, context: Context, *, max_gib: Annotated[float, Figure("extra disk of a pod in GiB")] = 100.0
) -> Violations:
    """Reads the annotation of every pod template."""
    for sized in sized_pods(view):
        if sized.request.ephemeral_gib > max_gib:
            yield f"{sized.where} rents {sized.request.ephemeral_gib:g} GiB of extra disk; allowed: {max_gib:g}"


@rule(
    "pod-address",
    title="No pod has a public address of its own",
    severity="high",
    reason="Each is an EIP, billed for the pod and by traffic, and bypasses the network's rules.",
    way_out="remove k8s.aliyun.com/eci-with-eip; one NAT gateway serves all pods",
    types=WITH_PODS,
)
def pod_address(view: View, context: Context) -> Violations:
    """Reads the annotations that rent an address."""
    for pods in pod_sets(view):
        annotations = pods.pod.at("metadata", "annotations")
        if annotations.text(f"{ECI}eci-with-eip") == "true" or annotations.has(f"{ECI}eci-eip-instanceid"):
            yield f"{pods.where} requests a public address"


@rule(
    "pod-tags",
    title="Pods carry the cost tags",
    severity="medium",
    reason="The bill tells pods apart only by their tags; without them nobody knows which team to charge.",
    way_out="set the annotation k8s.aliyun.com/eci-custom-tags on the pods",
    types=WITH_PODS,
)
def pod_tags(
    view: View,
    context: Context,
    *,
    required: Annotated[list[str] | tuple[str, ...], Figure("tag keys every pod needs")] = ("environment",),
) -> Violations:
    """Reads the `key:value,key:value` of the annotation. Check jobs are left out, because they run for seconds, and so
    are ACS pods, for which no such annotation is known."""
    for pods in pod_sets(view):
        if pods.role == "job" or acs_class(pods.pod):
            continue
        tags = pods.pod.text("metadata", "annotations", f"{ECI}eci-custom-tags")
        if tags is None and view.is_patch:
            continue  # unchanged
        tags = tags or ""
        keys = {tag.partition(":")[0].strip() for tag in tags.split(",")}
        missing = [key for key in required if key not in keys]
        if missing:
            yield f"{pods.where} lacks the cost tags {', '.join(missing)}"
