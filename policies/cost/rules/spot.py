"""Rules about spot capacity: where it saves money, and where it loses work."""

from components.base.constants import ECI
from components.pods import sizes
from policies.base.rule import Context, Violations, rule
from policies.base.shared import shared
from policies.base.view import View
from policies.resources.jobs import sized_pods
from policies.resources.pod_requests import acs_class, is_spot
from policies.resources.pods import WITH_PODS, pod_sets
from policies.resources.types import CONFIG_MAP

_DRIVER = shared("no-spot-driver")


def _no_spot_driver(view: View, context: Context) -> Violations:
    for pods in pod_sets(view):
        if pods.role == "driver" and is_spot(pods.pod):
            yield f"{_DRIVER.message} ({pods.where})"


NO_SPOT_DRIVER = _DRIVER.rule(_no_spot_driver, WITH_PODS)


@rule(
    "spot-service",
    title="Services never run on spot capacity",
    severity="high",
    reason="When the cloud reclaims a shuffle worker, operator or history server, running jobs lose what they need.",
    way_out="remove k8s.aliyun.com/eci-spot-strategy; spot is for what may be stopped at any moment",
    types=WITH_PODS,
)
def spot_service(view: View, context: Context) -> Violations:
    """Checks everything that is neither a driver nor an executor."""
    for pods in pod_sets(view):
        if pods.role in ("service", "job") and is_spot(pods.pod):
            yield f"{pods.where} runs on spot capacity"


@rule(
    "executors-on-spot",
    title="Executors run on spot capacity",
    severity="medium",
    reason="Spot executors are 30 to 90 % cheaper, and a lost task runs again.",
    way_out="set spark.executor.spot: true, or disable this rule where jobs must not slow down",
    types=(CONFIG_MAP,),
    level="advisory",
)
def executors_on_spot(view: View, context: Context) -> Violations:
    """Checks a workspace's default executor template."""
    for pods in pod_sets(view):
        on_spot = is_spot(pods.pod) or acs_class(pods.pod).endswith(".best-effort")
        if pods.role == "executor" and not on_spot:
            yield f"{pods.where}: executors run on demand"


@rule(
    "spot-fallback",
    title="Spot executors fall back to on-demand capacity",
    severity="medium",
    reason="When spot is sold out, a pod without fallback waits while the driver and the other executors cost money.",
    way_out='set k8s.aliyun.com/eci-spot-fallback: "true"',
    types=WITH_PODS,
)
def spot_fallback(view: View, context: Context) -> Violations:
    """Checks executor templates on spot."""
    for pods in pod_sets(view):
        if pods.role == "executor" and is_spot(pods.pod):
            annotations = pods.pod.at("metadata", "annotations")
            if annotations.text(f"{ECI}eci-spot-fallback") != "true":
                yield f"{pods.where} has no fallback to on-demand capacity"


@rule(
    "spot-size",
    title="Spot pods have a size that spot offers",
    severity="medium",
    reason="Spot has fewer sizes (2 vCPU and more, larger steps of memory), so it rounds up further than on demand.",
    way_out="use one of the sizes named; leave eci-compute-category out on spot",
    types=WITH_PODS,
)
def spot_size(view: View, context: Context) -> Violations:
    """Checks spot pods against the spot table."""
    for sized in sized_pods(view):
        request = sized.request
        if not request.spot:
            continue
        if request.economy:
            yield f"{sized.where}: the economy class cannot be bought as spot"
        if (
            request.vcpu
            and request.gib
            and not request.use_specs
            and not sizes.is_row(request.vcpu, request.gib, "", spot=True)
        ):
            rows = " or ".join(map(str, sizes.nearest_row(request.vcpu, request.gib, "", spot=True))) or "none"
            yield f"{sized.where}: {request.vcpu:g} vCPU/{request.gib:g} GiB is no spot size; sizes: {rows}"
