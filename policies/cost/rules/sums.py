"""Rules about sums: what the stack costs idle and at quota, what a team may cost, and how old the prices are."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from components.base.constants import ANNOTATION_BUDGET
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import LATER, Undecided, View, of_types
from policies.cost.model.estimate import Estimate, estimate, quota_line
from policies.cost.model.prices import decimal, prices
from policies.resources.objects import is_scoped, namespace_of
from policies.resources.types import NAMESPACE, QUOTA

_BusyHours = Annotated[int, Figure("hours a month in which the whole quota is in use; 730 is always", minimum=1)]


def _require_complete(total: Estimate) -> None:
    """Raises Undecided with the amounts a sum lacks, so that a sum that is too small never passes in silence."""
    lacking = [line for line in total.lines if line.undecided]
    if lacking:
        named = "; ".join(f"{line.name} ({line.note})" for line in lacking[:5])
        later = any(line.note.endswith(LATER) for line in lacking)
        raise Undecided("the sum", f"lacks {len(lacking)} amount(s): {named}", later)


@rule(
    "idle-ceiling",
    title="The idle platform costs no more than allowed",
    severity="high",
    reason="Shuffle service, operator, history server and gateways are paid for all month, even without any job.",
    way_out="make the services smaller or fewer, or raise max_cny_per_hour",
    whole_stack=True,
)
def idle_ceiling(
    views: Sequence[View],
    context: Context,
    *,
    max_cny_per_hour: Annotated[float, Figure("CNY an hour while no job runs")] = 15.0,
) -> StackViolations:
    """Sums everything that always runs, on demand."""
    total = estimate(views, context)
    if total.idle > decimal(max_cny_per_hour):
        yield f"the idle platform costs {total.idle:.2f} CNY an hour; allowed: {max_cny_per_hour:g}"
    _require_complete(total)


@rule(
    "monthly-budget",
    title="A month at quota stays within the budget",
    severity="high",
    reason="Quotas are what limits spending; together they must not allow more than there is money for.",
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
    """Sums the idle cost of 730 hours, and all quotas used up, on demand, in the busy hours."""
    total = estimate(views, context)
    month = total.idle_month + (total.at_quota - total.idle) * busy_hours
    if month > decimal(max_cny_per_month):
        yield (
            f"{busy_hours} hours at quota and the rest of the month idle cost {month:,.0f} CNY; allowed: "
            f"{max_cny_per_month:,.0f}"
        )
    _require_complete(total)


@rule(
    "namespace-ceiling",
    title="No namespace can cost more an hour than allowed",
    severity="high",
    reason="A runaway job stops only at the quota of its namespace.",
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
        if "bound" not in line.note:  # quota-bounds reports an open quota
            raise Undecided("the price of the quota", f"is not known: {line.note}")
    elif line.cny_per_hour > decimal(max_cny_per_hour):
        yield f"{line.what} costs {line.cny_per_hour:.2f} CNY an hour; allowed: {max_cny_per_hour:g}"


@rule(
    "quota-bounds",
    title="Quotas bound everything that costs money",
    severity="high",
    reason="A quota that leaves memory or pods open does not bound the bill.",
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
    title="A team's budget can pay for its quota",
    severity="high",
    reason="A quota above the budget would be noticed only at the end of the month.",
    way_out="lower the workspace's quota, or raise its monthly budget",
    types=(NAMESPACE, QUOTA),
    whole_stack=True,
)
def team_budget(views: Sequence[View], context: Context, *, busy_hours: _BusyHours = 220) -> StackViolations:
    """Compares each namespace's quota, on demand in the busy hours, with the budget in its annotation."""
    budgets: dict[str, Decimal] = {}
    for namespace in of_types(views, NAMESPACE):
        budget = namespace.props.number("metadata", "annotations", ANNOTATION_BUDGET)
        if budget is not None:
            budgets[namespace.props.text("metadata", "name") or namespace.name] = decimal(budget)
    for view in of_types(views, QUOTA) if budgets else ():
        home = namespace_of(view)
        if home not in budgets or is_scoped(view):
            continue
        line = quota_line(view, prices(context.region))
        if line.cny_per_hour is None:
            raise Undecided(f"the price of the quota of {home}", f"is not known: {line.note}")
        month, limit = line.cny_per_hour * busy_hours, budgets[home]
        if month > limit:
            yield view, f"{busy_hours} hours at quota cost {month:,.0f} CNY a month; the budget is {limit:,.0f}"


@rule(
    "quota-ramp-up",
    title="Quotas hold no more pods than ECI starts in time",
    severity="low",
    reason="ECI starts 1,000 pods a minute; pods that already run are paid for while they wait for the others.",
    way_out="have the ECI quota raised and set creates_per_minute to it, or lower the quotas' pods",
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
    title="Prices are at most a year old",
    severity="low",
    reason="Budgets are only as good as the prices they rest on.",
    way_out="run `make prices`, or read the price list again and correct prices.yaml",
    whole_stack=True,
    level="advisory",
)
def price_age(
    views: Sequence[View],
    context: Context,
    *,
    max_days: Annotated[int, Figure("days since a price was read", minimum=1)] = 365,
) -> StackViolations:
    """Checks the prices that the stack's estimate uses."""
    used = {key for line in estimate(views, context).lines for key in line.keys}
    price_list = prices(context.region)
    used_prices = [price for key in sorted(used) if (price := price_list.find(key)) is not None]
    old = [f"{p.key} ({p.date:%Y-%m-%d})" for p in used_prices if p.stale(context.today, max_days)]
    if old:
        yield f"older than {max_days} days: {', '.join(old)}"
