"""What a SparkApplication costs an hour while it runs, and at which sizes it would cost less."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from components.pods import sizes
from components.pods.sizes import Spec
from policies.base.rule import Context
from policies.base.view import Props, View, of_types
from policies.cost.model.bills import Bill, bill
from policies.cost.model.prices import Prices, prices
from policies.resources.conf import Conf, conf_of, conf_of_application, spec_of
from policies.resources.jobs import job_of
from policies.resources.pods import pod_sets
from policies.resources.types import CONFIG_MAP

KINDS = ("SparkApplication", "ScheduledSparkApplication")
MOST_CHOICES = 4


@dataclass(frozen=True)
class Choice:
    """Another way to run the executors: what to set, the billed size, CNY per hour of the job with all executors."""

    what: str
    size: Spec
    cny_per_hour: Decimal


@dataclass(frozen=True)
class JobCost:
    """A job's pods and their price, on demand."""

    name: str
    driver: Bill
    executor: Bill
    least: int
    most: int | None
    cheaper: tuple[Choice, ...]
    """Other ways to run it, the cheapest last."""
    known_workspaces: tuple[str, ...]
    """Namespaces that have defaults in the stack; empty when the job's own namespace has them."""
    spot: tuple[Decimal, Decimal] | None
    """CNY per hour of the job with all executors on spot, by the vendor's range of discounts; None where not known."""

    def cny_per_hour(self, executors: int) -> Decimal | None:
        """The cost of the driver and this many executors; None when a price is missing."""
        return _sum(self.driver, self.executor, executors)


class NoJobError(ValueError):
    """The file holds no SparkApplication."""


def job_cost(manifest: dict[str, Any], views: Sequence[View], context: Context) -> JobCost:
    """Prices a SparkApplication with what its workspace adds: the defaults and templates of its namespace.

    `views`: the stack's resources. Raises NoJobError, Unreadable (a wrong value) or TooLargeError.
    """
    if manifest.get("kind") not in KINDS:
        raise NoJobError(f"kind is {manifest.get('kind')!r}; allowed: {', '.join(KINDS)}")
    props = Props(manifest)
    spec, namespace = spec_of(props), props.text("metadata", "namespace") or ""
    conf, templates = _defaults(views, namespace)
    own = conf_of_application(spec)
    if not spec.has("dynamicAllocation"):
        own.pop("spark.dynamicAllocation.shuffleTracking.enabled", None)
    whole = Conf({**conf, **own})
    for role in ("driver", "executor"):
        limit = f"spark.kubernetes.{role}.limit.cores"
        if limit not in own and own.keys() & {f"spark.{role}.cores", f"spark.kubernetes.{role}.request.cores"}:
            whole.pop(limit, None)  # as the submit hook: the limit follows the application's own cores
        templates[role] = _merged(templates.get(role), spec.at(role))
    jvm = (spec.text("type") or "Scala") in ("Scala", "Java")
    job = job_of(whole, templates["driver"], templates["executor"], jvm)
    price_list = prices(context.region)
    driver, executor = bill(job.driver, price_list), bill(job.executor, price_list)
    name = props.text("metadata", "name") or "job"
    unbounded_or_acs = job.most is None or executor.request.acs
    choices = () if unbounded_or_acs else tuple(_choices(driver, executor, job.most or 0, price_list))
    others = () if conf else tuple(v.namespace for v in of_types(views, CONFIG_MAP) if conf_of(v) is not None)
    spot = _spot(driver, executor, job.most, price_list)
    return JobCost(name, driver, executor, job.least, job.most, choices, others, spot)


def _defaults(views: Sequence[View], namespace: str) -> tuple[Conf, dict[str, Props]]:
    for view in of_types(views, CONFIG_MAP):
        conf = conf_of(view) if view.namespace == namespace else None
        if conf is not None:
            return conf, {p.role: p.pod for p in pod_sets(view)}
    return Conf(), {}


def _merged(default: Props | None, role: Props) -> Props:
    """The workspace's template with the application's annotations and labels over it."""
    base = default or Props({})
    template = role.at("template")
    metadata: dict[str, Any] = {}
    for key in ("annotations", "labels"):
        own = [p.at(*at).data for p, at in ((template, ("metadata", key)), (role, (key,)))]
        metadata[key] = {**base.at("metadata", key).data, **own[0], **own[1]}
    return Props({**base.data, "metadata": metadata}, base.path)


def _sum(driver: Bill, executor: Bill, count: int) -> Decimal | None:
    if driver.cny_per_hour is None or executor.cny_per_hour is None:
        return None
    return driver.cny_per_hour + executor.cny_per_hour * count


def _choices(driver: Bill, executor: Bill, most: int, price_list: Prices) -> list[Choice]:
    now = _sum(driver, executor, most)
    if now is None:
        return []
    region, request = price_list.region or "", executor.request
    smaller: list[Choice] = []
    for row in sizes.specs(region, request.spot):
        inside = executor.spec is not None and row.vcpu == executor.spec.vcpu and row.gib < executor.spec.gib
        if not inside or row.gib < 2:
            continue
        memory = sizes.fit(row.gib)
        settings = f"spark.executor.memory={memory.heap_mib}m, spark.executor.memoryOverhead={memory.overhead_mib}m"
        smaller += _choice(settings, driver, bill(replace(request, vcpu=row.vcpu, gib=row.gib), price_list), most)
    acs = replace(request, acs="general-purpose.default", spot=False, use_specs=())
    on_acs = _choice("the same pods on ACS (flavour acs, general-purpose)", driver, bill(acs, price_list), most)
    nearest = sorted(smaller, key=lambda c: c.cny_per_hour, reverse=True)[:MOST_CHOICES]
    return [c for c in [*nearest, *on_acs] if c.cny_per_hour < now]


def _choice(what: str, driver: Bill, executor: Bill, most: int) -> list[Choice]:
    amount = _sum(driver, executor, most)
    return [] if amount is None or executor.spec is None else [Choice(what, executor.spec, amount)]


def _spot(driver: Bill, executor: Bill, most: int | None, price_list: Prices) -> tuple[Decimal, Decimal] | None:
    low, high = price_list.cny("spot.share.low"), price_list.cny("spot.share.high")
    if most is None or driver.cny_per_hour is None or executor.cny_per_hour is None or executor.request.acs:
        return None
    if low is None or high is None:
        return None
    all_executors = executor.cny_per_hour * most
    return driver.cny_per_hour + all_executors * low, driver.cny_per_hour + all_executors * high
