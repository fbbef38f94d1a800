"""Rules about Spark configuration: what keeps executors running, and paid for."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from components.pods.sizes import TooLargeError
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.shared import shared
from policies.base.view import Undecided, View, of_types
from policies.cost.model.bills import bill
from policies.cost.model.prices import decimal, prices
from policies.resources.conf import WITH_CONF, Conf, conf_of
from policies.resources.jobs import default_job
from policies.resources.objects import is_scoped, namespace_of
from policies.resources.types import CONFIG_MAP, QUOTA

_DYNAMIC = "spark.dynamicAllocation."
_TRACKING = shared("shuffle-tracking")
_MOST = shared("max-executors")


def _scaling(view: View) -> Conf | None:
    """The configuration of a resource that scales its executors, else None."""
    conf = conf_of(view)
    return conf if conf is not None and conf.flag(f"{_DYNAMIC}enabled", False) else None


def _shuffle_tracking(view: View, context: Context) -> Violations:
    conf = _scaling(view)
    if conf is not None and conf.flag(f"{_DYNAMIC}shuffleTracking.enabled", True):
        yield _TRACKING.message


SHUFFLE_TRACKING = _TRACKING.rule(_shuffle_tracking, WITH_CONF)


@rule(
    "idle-timeout",
    title="Idle executors are given back soon",
    severity="medium",
    reason="1,000 idle executors of 4/16 cost 17.7 CNY in Spark's default of 60 s, at the end of every stage.",
    way_out="set spark.dynamicAllocation.executorIdleTimeout",
    types=WITH_CONF,
)
def idle_timeout(
    view: View,
    context: Context,
    *,
    max_seconds: Annotated[float, Figure("seconds an idle executor may be kept", minimum=1)] = 30.0,
) -> Violations:
    """Reads the timeout where executors are scaled; an application that sets none gets the workspace's."""
    conf = _scaling(view)
    key = f"{_DYNAMIC}executorIdleTimeout"
    if conf is None or (view.type != CONFIG_MAP and key not in conf):
        return
    seconds = conf.seconds(key, "60s")
    if seconds > max_seconds:
        default = "" if key in conf else " (Spark's default)"
        yield f"idle executors are kept for {seconds:g} s{default}; allowed: {max_seconds:g}"


@rule(
    "idle-executors",
    title="Jobs keep few executors while they wait",
    severity="medium",
    reason="The smallest number of executors is paid for as long as the job lives, even while its driver only waits.",
    way_out="lower spark.dynamicAllocation.minExecutors",
    types=WITH_CONF,
)
def idle_executors(
    view: View, context: Context, *, max_executors: Annotated[int, Figure("executors that a job may always keep")] = 2
) -> Violations:
    """Reads minExecutors where executors are scaled."""
    conf = _scaling(view)
    if conf is not None:
        least = conf.count(f"{_DYNAMIC}minExecutors", 0)
        if least > max_executors:
            yield f"a job keeps at least {least} executors; allowed: {max_executors}"


@rule(
    "job-price",
    title="A job with the defaults costs no more than allowed",
    severity="high",
    reason="The defaults are what a job gets whose author sets nothing: all executors, at their full price.",
    way_out="lower max_executors or the executor's size in the spark settings",
    types=(CONFIG_MAP,),
)
def job_price(
    view: View,
    context: Context,
    *,
    max_cny_per_hour: Annotated[float, Figure("CNY an hour of a job with all its executors, on demand")] = 500.0,
) -> Violations:
    """Prices a workspace's default job on demand, because spot may fall back to that."""
    job = default_job(view)
    if job is None:
        return
    if job.most is None:
        yield "the number of executors has no bound, so the price of a job has none either"
        return
    price_list = prices(context.region)
    try:
        driver, executor = bill(job.driver, price_list), bill(job.executor, price_list)
    except TooLargeError as e:
        raise Undecided("the price of a job", f"is not known: {e}") from None
    if driver.cny_per_hour is None or executor.cny_per_hour is None:
        raise Undecided("the price of a job", f"is not known: {executor.unpriced or driver.unpriced}")
    amount = driver.cny_per_hour + executor.cny_per_hour * job.most
    if amount > decimal(max_cny_per_hour):
        what = f"{job.most} executors of {executor.size}"
        yield f"a job with {what} costs {amount:.2f} CNY an hour; allowed: {max_cny_per_hour:g}"


def _max_executors(views: Sequence[View], context: Context) -> StackViolations:
    pods: dict[str, float] = {}
    for quota in of_types(views, QUOTA):
        hard = quota.props.at("spec", "hard")
        bounds = [n for k in ("pods", "count/pods") if (n := hard.quantity(k)) is not None]
        if bounds and not is_scoped(quota):
            pods[namespace_of(quota)] = min(bounds)
    for view in of_types(views, CONFIG_MAP):
        job = default_job(view)
        if job is None or (home := namespace_of(view)) not in pods:
            continue
        if job.most is None or job.most >= pods[home]:
            most = "without bound" if job.most is None else f"{job.most}"
            yield view, f"{_MOST.message} (executors: {most}, pods of the quota: {pods[home]:g})"


MAX_EXECUTORS = _MOST.rule(_max_executors, (CONFIG_MAP, QUOTA), whole_stack=True)


@rule(
    "executor-share",
    title="Executors are large enough for their own overhead",
    severity="low",
    reason="Each executor pays for a JVM, its overhead and an image pull; below 2 vCPU that is most of the pod.",
    way_out="use fewer and larger executors",
    types=(CONFIG_MAP,),
    level="advisory",
)
def executor_share(
    view: View, context: Context, *, min_vcpu: Annotated[float, Figure("smallest executor in vCPU")] = 2.0
) -> Violations:
    """Reads the size of a workspace's default executor."""
    job = default_job(view)
    if job is not None and Decimal(str(job.executor.vcpu)) < decimal(min_vcpu):
        yield f"executors have {job.executor.vcpu:g} vCPU; advised: {min_vcpu:g} or more"
