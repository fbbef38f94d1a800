"""The cost model: the worked examples to the fen, and what must hold for any size and count."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.pods import sizes
from policies.base.rule import Context
from policies.base.view import Props, view_of
from policies.cost.model.bills import bill
from policies.cost.model.cloud import free_reason
from policies.cost.model.estimate import Estimate, estimate, estimate_graph
from policies.cost.model.job import NoJobError, job_cost
from policies.cost.model.prices import FILE, HOURS_PER_MONTH, fen, prices, read
from policies.resources.conf import Conf, parse_conf
from policies.resources.jobs import job_of
from policies.resources.pod_requests import PodRequest, request_of
from replay.graph import UNKNOWN, Graph
from tests.policies.graphs import CONF, changed, clean, get, kubernetes, resource, template

HANGZHOU, ELSEWHERE = "cn-hangzhou", "cn-nanjing"
"""A region with finer sizes, and one of the mainland without."""
CONTEXT = Context(region=HANGZHOU)


def cny(vcpu: float, gib: float, region: str = HANGZHOU, **more: Any) -> Decimal:
    amount = bill(PodRequest(vcpu, gib, **more), prices(region)).cny_per_hour
    assert amount is not None
    return amount


@pytest.mark.parametrize(
    ("vcpu", "gib", "region", "one", "thousand"),
    [
        (4, 16, HANGZHOU, "1.0592", 1059),
        (4, 17.6, HANGZHOU, "1.1034", 1103),
        (4, 17.6, ELSEWHERE, "1.4128", 1413),
        (4.25, 16.5, HANGZHOU, "1.4562", 1456),
        (4.25, 16.5, ELSEWHERE, "2.1184", 2118),
        (0, 0, HANGZHOU, "0.4412", 441),
    ],
)
def test_pods_cost_what_the_worked_examples_say(vcpu: float, gib: float, region: str, one: str, thousand: int) -> None:
    assert cny(vcpu, gib, region) == Decimal(one)
    assert round(cny(vcpu, gib, region) * 1000) == thousand


def test_spot_is_rounded_by_its_own_table() -> None:
    assert cny(4.25, 16.5, HANGZHOU, spot=True) == Decimal("2.1184")


def test_a_heap_of_14_and_an_overhead_of_2_land_on_16() -> None:
    job = job_of(
        Conf({"spark.executor.cores": "4", "spark.executor.memory": "14g", "spark.executor.memoryOverhead": "2g"})
    )
    assert (job.executor.vcpu, job.executor.gib) == (4, 16)
    job = job_of(Conf({"spark.executor.cores": "4", "spark.executor.memory": "16g"}))
    assert job.executor.gib == pytest.approx(17.6, abs=0.01)


@pytest.mark.parametrize(
    ("kind", "one"), [("general-purpose.default", "0.72"), ("general-purpose.best-effort", "0.144")]
)
def test_acs_is_billed_as_asked(kind: str, one: str) -> None:
    assert cny(4, 16, acs=kind) == Decimal(one)


def test_acs_is_cheaper_up_to_8_gib_a_vcpu_and_dearer_beyond_the_break_even() -> None:
    for spec in sizes.specs(HANGZHOU):
        acs = cny(spec.vcpu, spec.gib, acs="general-purpose.default")
        if spec.gib <= 8 * spec.vcpu:
            assert acs < cny(spec.vcpu, spec.gib)
    assert cny(1, 14.8, acs="general-purpose.default") > Decimal("0.1764") + Decimal("0.0221") * Decimal("14.8")


def test_the_always_on_floor_of_an_environment() -> None:
    floor = 3 * cny(2, 4) + 4 * cny(8, 32)
    assert fen(floor) == Decimal("9.80")
    assert round(floor * HOURS_PER_MONTH, -1) == 7150


def test_100_gib_of_disk_cost_a_seventh_of_an_executor() -> None:
    more = cny(4, 16, ephemeral_gib=70) - cny(4, 16)
    assert fen(more) == Decimal("0.15")
    assert round(100 * more / cny(4, 16)) == 14


def test_idle_tails_cost_what_the_worked_example_says() -> None:
    assert round(1000 * cny(4, 16) * 60 / 3600, 1) == Decimal("17.7")
    assert round(1000 * cny(4, 16) * 15 / 3600, 1) == Decimal("4.4")


def test_a_nat_gateway_costs_25_dollars_a_month_at_the_lists_own_rate() -> None:
    nat, rate = prices(HANGZHOU).cny("nat"), prices(HANGZHOU).cny("usd")
    assert nat is not None
    assert rate is not None
    assert round(nat / rate * HOURS_PER_MONTH) == 25


def test_a_sidecar_that_is_ignored_costs_nothing() -> None:
    pod = template(resources={"cpu": "4", "memory": "16Gi"})
    side = {"cpu": "250m", "memory": "512Mi"}
    sidecar: dict[str, Any] = {"name": "s", "resources": {"requests": side, "limits": side}}
    pod["spec"]["containers"].append(sidecar)
    assert cny(*_size(pod)) == Decimal("1.4562")
    sidecar["env"] = [{"name": "__ECI_RESOURCE_IGNORE__", "value": "TRUE"}]
    assert cny(*_size(pod)) == Decimal("1.0592")


def _size(pod: dict[str, Any]) -> tuple[float, float]:
    request = request_of(Props(pod))
    return request.vcpu, request.gib


def test_economy_and_ecs_types_and_unknown_regions_have_no_price_and_never_zero() -> None:
    for request, region in (
        (PodRequest(4, 16, economy=True), HANGZHOU),
        (PodRequest(4, 16, use_specs=("ecs.c6.xlarge",)), HANGZHOU),
        (PodRequest(4, 16), "eu-central-1"),
        (PodRequest(4, 16), None),
    ):
        unpriced = bill(request, prices(region))
        assert unpriced.cny_per_hour is None
        assert unpriced.unpriced


def test_with_several_sizes_the_dearest_is_reckoned_with() -> None:
    assert cny(0, 0, use_specs=("4-16Gi", "8-32Gi")) == cny(8, 32)


SIZES = st.floats(0.1, 60, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(SIZES, st.floats(0.1, 250), st.sampled_from([HANGZHOU, ELSEWHERE]), st.booleans())
def test_a_bill_is_positive_and_rounding_twice_changes_nothing(
    vcpu: float, gib: float, region: str, spot: bool
) -> None:
    one = bill(PodRequest(vcpu, gib, spot=spot), prices(region))
    assert one.spec is not None
    again = bill(PodRequest(one.spec.vcpu, one.spec.gib, spot=spot), prices(region))
    assert one.cny_per_hour == again.cny_per_hour
    assert one.cny_per_hour is not None
    assert one.cny_per_hour > 0
    assert sum(one.parts.values()) == one.cny_per_hour


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 250), st.floats(0, 50), st.sampled_from([HANGZHOU, ELSEWHERE]))
def test_more_memory_for_the_same_row_of_vcpu_is_never_cheaper(gib: float, more: float, region: str) -> None:
    assert cny(1, min(gib + more, 255), region) >= cny(1, gib, region) or gib + more > 8


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_sums_grow_with_counts_and_are_the_sum_of_their_parts(few: int, more: int) -> None:
    def with_workers(count: int) -> Estimate:
        return estimate_graph(changed(lambda g: get(g, "celeborn-worker")["spec"].update(replicas=count)), CONTEXT)

    small, large = with_workers(few), with_workers(few + more)
    assert 0 < small.idle <= large.idle
    assert small.idle <= small.at_quota
    assert large.idle - small.idle == more * cny(8, 32)
    views = [view_of(r) for r in clean()]
    parts = sum((estimate([v], CONTEXT).idle for v in views), Decimal(0))
    assert parts == estimate(views, CONTEXT).idle


def test_what_has_no_price_is_listed() -> None:
    graph = clean()
    graph.resources.append(resource("alicloud:kms/key:Key", "key", {}))
    names = {(line.name, line.cny_per_hour) for line in estimate_graph(graph, CONTEXT).of_kind("unpriced")}
    assert ("key", None) in names
    assert ("celeborn/worker", None) in names  # its disks
    assert ("logs", None) in names
    assert free_reason("alicloud:oss/bucketPolicy:BucketPolicy")
    assert free_reason("alicloud:oss/bucket:Bucket") is None


def test_an_unknown_size_makes_the_sum_incomplete_and_says_so() -> None:
    graph = changed(lambda g: get(g, "celeborn-worker")["spec"].update(replicas={UNKNOWN: True}))
    undecided = [line for line in estimate_graph(graph, CONTEXT).lines if line.undecided]
    assert [line.note for line in undecided] == ["spec.replicas is not known yet"]


def test_a_quota_counts_what_runs_in_its_namespace_only_once() -> None:
    graph = clean()
    service = kubernetes("apps/v1:Deployment", "spark-a", "ui", spec={"replicas": 1, "template": template()})
    before = estimate_graph(graph, CONTEXT)
    graph.resources.append(service)
    after = estimate_graph(graph, CONTEXT)
    assert after.at_quota == before.at_quota
    assert after.idle == before.idle + cny(2, 4)


def test_an_autoscaler_counts_at_quota() -> None:
    graph = clean()
    target = {"kind": "StatefulSet", "name": "worker"}
    spec = {"maxReplicas": 10, "scaleTargetRef": target}
    before = estimate_graph(graph, CONTEXT).at_quota
    graph.resources.append(kubernetes("autoscaling/v2:HorizontalPodAutoscaler", "celeborn", "w", spec=spec))
    assert estimate_graph(graph, CONTEXT).at_quota == before + 6 * cny(8, 32)


def test_a_chart_that_the_engine_expanded_is_not_counted_twice() -> None:
    graph = clean()
    chart = next(r for r in graph if r.name == "operator")
    before = estimate_graph(graph, CONTEXT).idle
    child = kubernetes("apps/v1:Deployment", "spark-operator", "controller", spec={"template": template()})
    child.parent = chart.urn
    graph.resources.append(child)
    assert estimate_graph(graph, CONTEXT).idle == before


def test_prices_older_than_a_year_are_flagged() -> None:
    old = [p.key for p in read() if p.stale(date(2026, 11, 22))]
    assert "eci.vcpu" in old
    assert "acs.general-purpose.default.vcpu" not in old


def test_every_price_has_a_source_a_date_and_is_listed_once() -> None:
    keys = [(p.key, p.region) for p in read()]
    assert len(keys) == len(set(keys))
    assert all(p.source and p.unit and p.certainty in ("vendor", "secondary", "remembered", "api") for p in read())


def test_a_price_without_a_number_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(FILE.read_text() + "- {key: x, region: any, value: much}\n")
    with pytest.raises(ValueError, match="is not a price"):
        read(path)


def test_hong_kong_is_priced_as_abroad() -> None:
    assert prices("cn-hongkong").cny("eci.vcpu") is None
    assert prices("cn-hongkong").cny("acs.general-purpose.default.vcpu") == Decimal("0.0886")


def test_configuration_is_read_as_spark_reads_it() -> None:
    conf = parse_conf("# c\nspark.a 1\nspark.b=2 3\n\nspark.c   x y\n")
    assert conf == {"spark.a": "1", "spark.b": "2 3", "spark.c": "x y"}
    assert Conf({"m": "2g"}).mib("m", "1") == 2048
    assert Conf({}).seconds("t", "5min") == 300


APPLICATION: dict[str, Any] = {
    "kind": "SparkApplication",
    "metadata": {"name": "etl", "namespace": "spark-a"},
    "spec": {
        "type": "Scala",
        "driver": {"cores": 1, "memory": "3g", "memoryOverhead": "1g"},
        "executor": {"instances": 3},
    },
}


def views(graph: Graph) -> list[Any]:
    return [view_of(r) for r in graph]


def test_a_job_costs_its_driver_and_executors_with_the_workspaces_defaults() -> None:
    cost = job_cost(APPLICATION, views(clean()), CONTEXT)
    assert (cost.least, cost.most) == (0, 100)
    assert cost.cny_per_hour(100) == cny(1, 4) + 100 * cny(4, 16)
    assert cost.known_workspaces == ()


def test_a_job_elsewhere_is_told_which_workspaces_there_are() -> None:
    cost = job_cost({**APPLICATION, "metadata": {"namespace": "nowhere"}}, views(clean()), CONTEXT)
    assert cost.known_workspaces == ("spark-a",)
    assert cost.most == 3


def test_a_job_off_the_table_is_told_a_cheaper_size() -> None:
    executor = {"cores": 4, "memory": "16g", "instances": 1000, "memoryOverhead": "1638m"}
    spec = {**APPLICATION["spec"], "dynamicAllocation": {"enabled": False}, "executor": executor}
    cost = job_cost({**APPLICATION, "spec": spec}, views(clean()), Context(region=ELSEWHERE))
    assert cost.executor.size == "4 vCPU/32 GiB"
    sizes = {str(choice.size): choice for choice in cost.cheaper}
    assert sizes["4 vCPU/16 GiB"].cny_per_hour < (cost.cny_per_hour(1000) or 0)
    assert "memoryOverhead" in sizes["4 vCPU/16 GiB"].what


def test_python_jobs_get_sparks_larger_overhead() -> None:
    conf = Conf({"spark.executor.memory": "10g"})
    assert job_of(conf, jvm=False).executor.gib == 14
    assert job_of(conf).executor.gib == 11


def test_another_kind_of_object_is_refused() -> None:
    with pytest.raises(NoJobError, match="kind is 'Pod'"):
        job_cost({"kind": "Pod"}, [], CONTEXT)


def test_the_clean_platform_has_the_default_jobs_of_its_configuration() -> None:
    assert CONF["spark.executor.cores"] == "4"
