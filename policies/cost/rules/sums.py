"""Rules about sums: what the stack costs idle and at quota, what a team may cost, and how old the prices are."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from components.base.constants import ANNOTATION_BUDGET
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import Undecided, View, of_types
from policies.cost.model.estimate import Estimate, estimate, quota_line
from policies.cost.model.prices import decimal, prices
from policies.resources.objects import is_scoped
from policies.resources.types import NAMESPACE, QUOTA

_BusyHours = Annotated[int, Figure("hours a month the whole quota is reckoned to be used; 730 is always", minimum=1)]


def _unsure(known: Estimate) -> None:
    """Says which amounts a sum lacks, so that a sum that is too small is never taken for one that fits."""
    lacking = [f"{line.name} ({line.note})" for line in known.lines if line.undecided]
    if lacking:
        raise Undecided("the sum", f"lacks {len(lacking)} amount(s): {'; '.join(lacking[:5])}")


@rule(
    "idle-ceiling",
    title="The idle platform costs no more than allowed",
    severity="high",
    reason="What runs without any job is paid 730 hours a month: shuffle service, operator, history server, gateways.",
    way_out="make the services smaller or fewer, or raise max_cny_per_hour",
    whole_stack=True,
)
def idle_ceiling(
    views: Sequence[View],
    context: Context,
    *,
    max_cny_per_hour: Annotated[float, Figure("CNY an hour while no job runs")] = 15.0,
) -> StackViolations:
    """Sums everything that runs always, on demand."""
    known = estimate(views, context)
    if known.idle > decimal(max_cny_per_hour):
        yield f"the idle platform costs {known.idle:.2f} CNY an hour; allowed: {max_cny_per_hour:g}"
    _unsure(known)


@rule(
    "monthly-budget",
    title="A month at quota stays within the budget",
    severity="high",
    reason="Quotas are what stops spending; together they must not allow more than there is money for.",
    way_out="lower the workspaces' quotas, or raise max_cny_per_month",
    whole_stack=True,
)
def monthly_budget(
    views: Sequence[View],
    context: Context,
    *,
    max_cny_per_month: Annotated[float, Figure("CNY a month for the whole stack")] = 500_000.0,
    busy_hours: _BusyHours = 220,
) -> StackViolations:
    """Idle cost for 730 hours, and all quotas used up, on demand, for the busy ones."""
    known = estimate(views, context)
    month = known.idle_month + (known.at_quota - known.idle) * busy_hours
    if month > decimal(max_cny_per_month):
        yield (
            f"{busy_hours} hours at quota and the rest of the month idle cost {month:,.0f} CNY; allowed: "
            f"{max_cny_per_month:,.0f}"
        )
    _unsure(known)


@rule(
    "namespace-ceiling",
    title="No namespace can cost more an hour than allowed",
    severity="high",
    reason="A job that runs away stops only at the quota of its namespace.",
    way_out="lower the workspace's quota, or raise max_cny_per_hour",
    types=(QUOTA,),
)
def namespace_ceiling(
    view: View,
    context: Context,
    *,
    max_cny_per_hour: Annotated[float, Figure("CNY an hour of one namespace at quota, on demand")] = 1_000.0,
) -> Violations:
    """Prices one ResourceQuota by itself."""
    if is_scoped(view):
        return
    line = quota_line(view, prices(context.region))
    if line.cny_per_hour is None:
        if "bound" not in line.note:  # an open quota is what quota-bounds is about
            raise Undecided("the price of the quota", f"is not known: {line.note}")
    elif line.cny_per_hour > decimal(max_cny_per_hour):
        yield f"{line.what} costs {line.cny_per_hour:.2f} CNY an hour; allowed: {max_cny_per_hour:g}"


@rule(
    "quota-bounds",
    title="Quotas bound everything that costs",
    severity="high",
    reason="A quota that leaves memory or pods open bounds nothing: they are billed as well.",
    way_out="add the resources to the quota's hard limits",
    types=(QUOTA,),
)
def quota_bounds(
    view: View,
    context: Context,
    *,
    required: Annotated[
        list[str] | tuple[str, ...],
        Figure("what must be bounded", choices=("pods", "cpu", "memory", "storage", "services.loadbalancers")),
    ] = ("pods", "cpu", "memory", "services.loadbalancers"),
) -> Violations:
    """`cpu` is bounded by limits.cpu, requests.cpu or cpu; the others likewise."""
    if is_scoped(view):
        return
    keys = set(view.props.keys("spec", "hard"))
    forms = ("{}", "limits.{}", "requests.{}", "count/{}")
    missing = [r for r in required if not keys & {f.format(r) for f in forms}]
    if missing:
        yield f"the quota does not bound {', '.join(missing)}"


@rule(
    "team-budget",
    title="A team's quota is one its budget can pay",
    severity="high",
    reason="A quota above the budget is found out at the end of the month.",
    way_out="lower the workspace's quota, or raise its monthly budget",
    types=(NAMESPACE, QUOTA),
    whole_stack=True,
)
def team_budget(views: Sequence[View], context: Context, *, busy_hours: _BusyHours = 220) -> StackViolations:
    """Compares each namespace's quota, on demand for the busy hours, with the budget its annotation names."""
    budgets: dict[str, Decimal] = {}
    for space in of_types(views, NAMESPACE):
        budget = space.props.number("metadata", "annotations", ANNOTATION_BUDGET)
        if budget is not None:
            budgets[space.object_name] = decimal(budget)
    for view in of_types(views, QUOTA):
        if view.namespace not in budgets or is_scoped(view):
            continue
        line = quota_line(view, prices(context.region))
        if line.cny_per_hour is None:
            raise Undecided(f"the price of the quota of {view.namespace}", f"is not known: {line.note}")
        month, limit = line.cny_per_hour * busy_hours, budgets[view.namespace]
        if month > limit:
            yield view, f"{busy_hours} hours at quota cost {month:,.0f} CNY a month; the budget is {limit:,.0f}"


@rule(
    "quota-ramp-up",
    title="Quotas hold no more pods than ECI starts in time",
    severity="low",
    reason="ECI starts 1,000 pods a minute; those that run wait, paid, for those that do not yet.",
    way_out="have the ECI quota raised and tell creates_per_minute, or lower the pods of the quotas",
    types=(QUOTA,),
    whole_stack=True,
    level="advisory",
)
def quota_ramp_up(
    views: Sequence[View],
    context: Context,
    *,
    creates_per_minute: Annotated[int, Figure("ECI's CreateContainerGroup calls a minute", minimum=1)] = 1000,
    max_minutes: Annotated[float, Figure("minutes until all pods of all quotas run", minimum=1)] = 5.0,
) -> StackViolations:
    """Sums the pods of all quotas."""
    pods = 0.0
    for view in of_types(views, QUOTA):
        hard = view.props.at("spec", "hard")
        if not is_scoped(view):
            pods += hard.quantity("pods") or hard.quantity("count/pods") or 0.0
    minutes = pods / creates_per_minute
    if minutes > max_minutes:
        yield f"{pods:g} pods take {minutes:.1f} minutes to start; allowed: {max_minutes:g}"


@rule(
    "price-age",
    title="Prices are not older than a year",
    severity="low",
    reason="Budgets are only as good as the prices they rest on.",
    way_out="run `make prices`, or read the list again and correct prices.yaml",
    whole_stack=True,
    level="advisory",
)
def price_age(
    views: Sequence[View],
    context: Context,
    *,
    max_days: Annotated[int, Figure("days since a price was read", minimum=1)] = 365,
) -> StackViolations:
    """Looks at the prices that the stack's estimate really uses."""
    used = {key for line in estimate(views, context).lines for key in line.keys}
    known = prices(context.region)
    entries = [e for key in sorted(used) if (e := known.find(key)) is not None]
    old = [f"{e.key} ({e.date:%Y-%m-%d})" for e in entries if e.stale(context.today, max_days)]
    if old:
        yield f"older than {max_days} days: {', '.join(old)}"
