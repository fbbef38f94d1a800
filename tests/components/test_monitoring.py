"""Monitoring: existing metrics only, rules that parse, dashboards Grafana can read."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.base.constants import CELEBORN_PAUSE_RECEIVE
from components.base.mistakes import InputError
from components.monitoring.alerts import rule_groups
from components.monitoring.component import Monitoring, scrape_targets
from components.monitoring.dashboards import dashboards
from components.monitoring.inputs import MonitoringInputs, Thresholds
from replay.graph import Graph
from tests.support import record

EVERYTHING: dict[str, Any] = {
    "crds": True,
    "operator_namespace": "spark-operator",
    "shuffle_namespace": "spark-shuffle",
    "shuffle_workers": 4,
    "shuffle_capacity_gib": 1000,
    "job_namespaces": ["spark-a", "spark-b"],
    "vcpu_hour_price": 0.1764,
    "gib_hour_price": 0.0221,
}
METRICS: set[str] = {
    metric
    for metrics in yaml.safe_load(Path(__file__).with_name("monitoring_metrics.yaml").read_text()).values()
    for metric in metrics
}
WORDS = {
    *("sum", "max", "count", "by", "on", "ignoring", "group_left", "or", "and", "rate", "increase", "absent"),
    *("histogram_quantile", "offset"),
}


def inputs(**changes: Any) -> MonitoringInputs:
    return MonitoringInputs.of({**EVERYTHING, **changes}, "Monitoring test")


def build(**changes: Any) -> Graph:
    args = {**EVERYTHING, **changes}
    return record(lambda: Monitoring("m", args))  # type: ignore[arg-type]


def rules(**changes: Any) -> dict[str, dict[str, Any]]:
    return {r["alert"]: r for g in rule_groups(inputs(**changes)) for r in g["rules"]}


def expressions() -> list[str]:
    panels = [p.expr for d in dashboards(inputs()) for p in d.panels]
    return [r["expr"] for r in rules().values()] + panels


def metrics_of(expr: str) -> set[str]:
    bare = re.sub(r"\{[^{}]*\}|\[[^\]]*\]", " ", expr)
    bare = re.sub(r"\b(by|on|ignoring|group_left)\s*\([^()]*\)", " ", bare)
    return set(re.findall(r"(?<![\w.])[a-zA-Z_]\w*", bare)) - WORDS


@pytest.mark.parametrize("expr", expressions())
def test_every_metric_of_an_alert_or_panel_exists(expr: str) -> None:
    used = metrics_of(expr)
    assert used
    assert used <= METRICS


@pytest.mark.parametrize("expr", expressions())
def test_brackets_and_quotes_of_every_expression_close(expr: str) -> None:
    assert expr.count('"') % 2 == 0
    for left, right in ("()", "{}", "[]"):
        assert expr.count(left) == expr.count(right)


def test_every_placeholder_is_filled() -> None:
    assert "${" not in json.dumps(rule_groups(inputs()))
    assert "{{ $labels.instance }}" in json.dumps(rule_groups(inputs()))


def test_the_metric_reader_of_these_tests_finds_a_misspelt_name() -> None:
    assert metrics_of('sum by (x) (rate(metrics_NoSuch_Count{a="b"}[5m])) > 0.8') == {"metrics_NoSuch_Count"}


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    for rule in rules().values():
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert len(rule["annotations"]["summary"]) > 20
        assert len(rule["annotations"]["action"]) > 10


def test_thresholds_reach_the_expressions() -> None:
    by_name = rules(thresholds_submit_seconds=77, thresholds_quota_percent=55, thresholds_disk_free_percent=10)
    assert by_name["SparkSubmitSlow"]["expr"].endswith("> 77")
    assert by_name["TeamQuotaNearlyUsed"]["expr"].endswith("> 0.55")
    assert by_name["ShuffleDiskFull"]["expr"].endswith(f"< {100 * 2**30}")
    assert rules(thresholds_pending_minutes=45)["TeamPodsPending"]["expr"].count("offset 45m") == 1


def test_a_first_failure_is_seen_though_its_count_begins_at_one() -> None:
    expr = rules()["SparkSubmissionsFail"]["expr"]
    now = "max by (namespace) (spark_application_failed_submission_count)"
    before = "max by (namespace) (spark_application_failed_submission_count offset 10m)"
    assert expr == f"{now} - ({before} or {now} * 0) > 0"


def test_only_what_is_there_is_watched() -> None:
    absent = dict.fromkeys(("shuffle_namespace", "operator_namespace"))
    assert {g["name"] for g in rule_groups(inputs(**absent))} == {"spark-teams"}
    assert {d.uid for d in dashboards(inputs(**absent, job_namespaces=[]))} == set()
    assert set(scrape_targets(inputs(**absent))) == {"drivers"}
    assert not {"ShuffleWorkersMissing", "ShuffleDiskFull"} & set(
        rules(shuffle_workers=None, shuffle_capacity_gib=None)
    )


def test_without_the_crds_there_are_dashboards_only() -> None:
    graph = build(crds=False)
    assert sorted(r.kind for r in graph) == ["ConfigMap", "Monitoring", "Namespace"]
    assert graph.one("Monitoring", "m").outputs["alertNames"] == []


def test_with_the_crds_there_are_rules_and_three_scrape_targets() -> None:
    graph = build()
    assert sorted(r.name for r in graph.of_type("PodMonitor")) == ["m-drivers", "m-operator", "m-shuffle"]
    rule = graph.one("PrometheusRule", "m-alerts")
    assert rule.inputs["apiVersion"] == "monitoring.coreos.com/v1"
    assert graph.one("Namespace", "m-namespace").urn in rule.dependencies
    assert len(graph.one("Monitoring", "m").outputs["alertNames"]) == len(rules())


def test_the_jobs_namespace_is_not_lost_to_the_operators_own() -> None:
    (endpoint,) = scrape_targets(inputs())["operator"]["podMetricsEndpoints"]
    assert endpoint["honorLabels"] is True
    by_annotation = next(d for d in dashboards(inputs(crds=False)) if d.uid == "spark-operator")
    assert "by (exported_namespace)" in by_annotation.to_json()


def test_dashboards_are_json_that_grafana_can_read_and_fit_a_config_map() -> None:
    data = build().one("ConfigMap", "m-dashboards").inputs["data"]
    assert len(json.dumps(data)) < 1_000_000
    for file, text in data.items():
        content = json.loads(text)
        assert file == f"{content['uid']}.json"
        ids = [p["id"] for p in content["panels"]]
        places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in content["panels"]]
        assert len(set(ids)) == len(ids)
        assert len(set(places)) == len(places)
        assert all(p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in content["panels"])


def test_the_config_map_carries_the_label_grafana_looks_for() -> None:
    labels = build(dashboard_label="my-dashboards").one("ConfigMap", "m-dashboards").inputs["metadata"]["labels"]
    assert labels["my-dashboards"] == "1"


def test_costs_are_shown_only_with_prices() -> None:
    with_prices = {p.title for d in dashboards(inputs()) for p in d.panels}
    without = {p.title for d in dashboards(inputs(vcpu_hour_price=None)) for p in d.panels}
    assert {t for t in with_prices - without if "Cost" in t}


def test_links_are_addresses_when_grafana_is_known_and_titles_otherwise() -> None:
    titles = build().one("Monitoring", "m").outputs["dashboardLinks"]
    links = build(grafana_url="https://grafana.example.com/").one("Monitoring", "m").outputs["dashboardLinks"]
    assert titles[0] == "Spark: shuffle service"
    assert links[0] == "https://grafana.example.com/d/spark-shuffle"


def test_a_first_preview_shows_the_same_resources() -> None:
    args: Any = EVERYTHING
    known, unknown = (record(lambda: Monitoring("m", args), known=k) for k in (True, False))
    assert [r.urn for r in known] == [r.urn for r in unknown]


def test_a_misspelt_threshold_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(InputError) as caught:
        inputs(thresholds_submit_second=5, thresholds_quota_percent=101)
    assert "did you mean 'thresholds_submit_seconds'?" in caught.value.sentences[0]
    assert "a whole number from 10 to 100" in caught.value.sentences[1]


def test_the_share_at_which_workers_pause_is_said_once() -> None:
    described = str(Thresholds.model_fields["direct_memory_percent"].description)
    assert f"from {CELEBORN_PAUSE_RECEIVE:.0%}".replace("%", " %") in described
    assert Thresholds().direct_memory_percent < CELEBORN_PAUSE_RECEIVE * 100
