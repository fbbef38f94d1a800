"""All resources of a stack -> cost lines, and their sums: idle, at quota, and a month of either."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from components.pods.sizes import TooLargeError
from policies.base.quantity import GIB
from policies.base.rule import Context
from policies.base.view import Undecided, Unreadable, View, of_types, view_of
from policies.cost.model.bills import Bill, bill
from policies.cost.model.cloud import cloud_lines, disk
from policies.cost.model.lines import Line, name_of, pod_keys, unpriced
from policies.cost.model.prices import HOURS_PER_MONTH, Prices, decimal, prices
from policies.evaluate.autoscaling import Largest, Target, largest
from policies.resources.jobs import SparkJob, default_job
from policies.resources.objects import is_scoped
from policies.resources.pod_requests import PodRequest, request_of
from policies.resources.pods import WORKLOADS, PodSet, pod_sets
from policies.resources.types import CHART, CLUSTER, CONFIG_MAP, QUOTA, STATEFUL_SET
from replay.graph import Graph


@dataclass(frozen=True)
class Estimate:
    """Cost lines of a stack. Amounts are CNY on demand; spot can only lower them."""

    lines: tuple[Line, ...]

    @property
    def idle(self) -> Decimal:
        """CNY per hour while no job runs."""
        return self._sum("always")

    @property
    def at_quota(self) -> Decimal:
        """CNY per hour when every team uses its whole quota."""
        return self._sum("always", "quota")

    @property
    def idle_month(self) -> Decimal:
        """CNY per month of 730 hours while no job runs."""
        return self.idle * HOURS_PER_MONTH

    @property
    def quota_month(self) -> Decimal:
        """CNY per month of 730 hours if every team used its whole quota all the time."""
        return self.at_quota * HOURS_PER_MONTH

    def of_kind(self, kind: str) -> list[Line]:
        """The lines of one kind: always, quota, usage, unpriced."""
        return [line for line in self.lines if line.kind == kind]

    def _sum(self, *kinds: str) -> Decimal:
        return _total(line for line in self.lines if line.kind in kinds)


def _total(lines: Iterator[Line]) -> Decimal:
    return sum((line.cny_per_hour for line in lines if line.cny_per_hour is not None), Decimal(0))


def estimate_graph(graph: Graph, context: Context) -> Estimate:
    """The estimate of a recorded graph."""
    return estimate([view_of(r) for r in graph], context)


def estimate(views: Sequence[View], context: Context) -> Estimate:
    """The cost lines of all resources; one that cannot be read, or is not known yet, gives an unpriced line."""
    price_list = prices(context.region)
    charts_with_children = {v.parent for v in views}
    maximum = largest(views)
    lines: list[Line] = []
    for view in views:
        if view.type == CHART and view.urn in charts_with_children:
            continue  # the engine expands charts: their objects are resources of their own then
        try:
            lines += _lines(view, price_list, maximum)
        except (Undecided, Unreadable, TooLargeError) as e:
            lines.append(unpriced(view, view.kind, str(e), undecided=view.type in WORKLOADS))
    always = _by_namespace(lines)
    lines += _quotas(views, price_list, always)
    return Estimate(tuple(lines))


def _lines(view: View, price_list: Prices, maximum: Mapping[Target, Largest]) -> Iterator[Line]:
    if view.type in WORKLOADS:
        _not_empty(view)
        for pods in pod_sets(view):
            grown = maximum.get((view.namespace, view.kind, view.object_name), Largest())
            yield from _pod_lines(pods, price_list, grown)
    if view.type == STATEFUL_SET:
        replicas = view.props.number("spec", "replicas")
        for template in view.props.each("spec", "volumeClaimTemplates"):
            yield disk(view, template, 1 if replicas is None else replicas)
    if view.type not in WORKLOADS:
        yield from cloud_lines(view, price_list)


def _not_empty(view: View) -> None:
    """In a first preview the engine hands over Kubernetes objects without properties."""
    if not view.props.data:
        raise Undecided(f"{view.kind} {view.name}")


def _pod_lines(pods: PodSet, price_list: Prices, grown: Largest) -> Iterator[Line]:
    view, one = pods.view, bill(request_of(pods.pod), price_list)
    what = f"{pods.count:g} pod(s) of {one.size}"
    if view.kind == "DaemonSet":
        yield unpriced(view, "one pod on each node", "the number of nodes is not known, and ECI runs no DaemonSets")
    elif one.cny_per_hour is None:
        yield unpriced(view, what, one.unpriced, undecided=True)
    elif pods.role != "service":
        each = f"{one.cny_per_hour:.4f} CNY per hour while it runs"
        yield Line("usage", name_of(view), what, view.urn, view.namespace, keys=pod_keys(one), note=each)
    else:
        yield _paid(pods, one, "always", pods.count, what)
        yield from _grown(pods, one, price_list, grown)


def _grown(pods: PodSet, one: Bill, price_list: Prices, grown: Largest) -> Iterator[Line]:
    """What autoscalers may add to the pods that always run: further pods, and larger ones."""
    view, request = pods.view, one.request
    if grown.unread or grown.vcpu is None or grown.memory is None:
        why = grown.unread or "its VerticalPodAutoscaler has no maxAllowed, so nothing bounds its size"
        yield unpriced(view, "what an autoscaler adds", why, undecided=True)
        return
    size = replace(request, vcpu=max(request.vcpu, grown.vcpu), gib=max(request.gib, grown.memory / GIB))
    most = max(grown.replicas, pods.count)
    if size == request and most > pods.count:
        more = most - pods.count
        yield _paid(pods, one, "quota", more, f"up to {more:g} more pod(s) of {one.size}")
    elif size != request:
        full = bill(size, price_list)
        if full.cny_per_hour is None:
            yield unpriced(view, f"up to {most:g} pod(s) of {full.size}", full.unpriced, undecided=True)
            return
        amount = full.cny_per_hour * decimal(most) - (one.cny_per_hour or Decimal(0)) * decimal(pods.count)
        what = f"up to {most:g} pod(s) of {full.size}, less what always runs"
        yield Line("quota", name_of(view), what, view.urn, view.namespace, amount, pod_keys(full))


def _paid(pods: PodSet, one: Bill, kind: str, count: float, what: str) -> Line:
    amount = (one.cny_per_hour or Decimal(0)) * decimal(count)
    note = "spot may be cheaper; counted on demand" if one.request.spot else ""
    view = pods.view
    namespace = view.namespace or view.props.text("namespace") or ""
    return Line(
        "quota" if kind == "quota" else "always", name_of(view), what, view.urn, namespace, amount, pod_keys(one), note
    )


def _by_namespace(lines: Sequence[Line]) -> dict[str, Decimal]:
    names = {line.namespace for line in lines}
    return {n: _total(x for x in lines if x.namespace == n and x.kind == "always") for n in names}


def _quotas(views: Sequence[View], price_list: Prices, always: Mapping[str, Decimal]) -> Iterator[Line]:
    """One line for each namespace with a quota: what all of it costs on demand, less what always runs there."""
    default = "general-purpose.default" if _on_acs(views) else ""
    # a best-effort executor may turn out to be a default one: like spot, the discount is not guaranteed
    kinds = {
        v.namespace: job.executor.acs.replace(".best-effort", ".default")
        for v in of_types(views, CONFIG_MAP)
        if (job := _job(v))
    }
    for view in of_types(views, QUOTA):
        try:
            _not_empty(view)
            if is_scoped(view):
                continue
            yield quota_line(
                view, price_list, kinds.get(view.namespace, default), always.get(view.namespace, Decimal(0))
            )
        except (Undecided, Unreadable) as e:
            yield unpriced(view, "quota", str(e), undecided=True)


def _on_acs(views: Sequence[View]) -> bool:
    """True when the stack's own cluster is an ACS one: jobs whose template is not known run on ACS then."""
    try:
        return any(cluster.props.text("profile") == "Acs" for cluster in of_types(views, CLUSTER))
    except (Undecided, Unreadable):
        return False


def _job(view: View) -> SparkJob | None:
    try:
        return default_job(view)
    except (Undecided, Unreadable):
        return None


def quota_line(view: View, price_list: Prices, acs: str = "", running: Decimal = Decimal(0)) -> Line:
    """What a ResourceQuota allows, on demand, as if every pod fitted its billed size exactly."""
    vcpu, memory = quota_amount(view, "cpu"), quota_amount(view, "memory")
    if vcpu is None or memory is None:
        missing = "vCPU" if vcpu is None else "memory"
        return unpriced(view, "quota", f"it does not bound {missing}, so nothing bounds the cost", undecided=True)
    what = f"quota of {vcpu:g} vCPU and {memory / GIB:g} GiB"
    pair = price_list.pair(f"acs.{acs}" if acs else "eci")
    if pair is None:
        return unpriced(view, what, "no price of its pods is known in this region", undecided=True)
    amount = max(pair[0] * decimal(vcpu) + pair[1] * decimal(memory / GIB) - running, Decimal(0))
    one = Bill(PodRequest(vcpu, memory / GIB, acs=acs), None)
    return Line("quota", name_of(view), what, view.urn, view.namespace, amount, pod_keys(one))


def quota_amount(view: View, resource: str) -> float | None:
    """The bound of a ResourceQuota on `cpu` or `memory`: on limits, which are what is billed, or else on requests."""
    hard = view.props.at("spec", "hard")
    for key in (f"limits.{resource}", f"requests.{resource}", resource):
        if hard.has(key):
            return hard.quantity(key)
    return None
