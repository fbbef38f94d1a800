"""What an edit does to running work, by class."""

from typing import Any

import pytest

from replay.graph import Resource
from tests.conftest import STACKS, GraphOf
from tests.tools.preview.test_difference import BUCKET, CONFIG_MAP, changes, resource
from tools.preview.effects import WORDS, Effect, effect_of, gravest, table
from tools.preview.words import consequences

STATEFUL_SET, QUOTA = "kubernetes:apps/v1:StatefulSet", "kubernetes:core/v1:ResourceQuota"
NAMESPACE, SWITCH = "kubernetes:core/v1:Namespace", "alicloud:vpc/switch:Switch"


def effect(type_: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Effect:
    """The effect of one resource's change; None: it is not there."""

    def graph(inputs: dict[str, Any] | None) -> list[Resource]:
        return [] if inputs is None else [resource(type_, "a", inputs)]

    (change,) = changes(graph(before), graph(after))
    return effect_of(change)


def test_every_type_that_the_stacks_create_has_an_effect_of_a_known_class(graph_of: GraphOf) -> None:
    types = {r.type for s in STACKS for r in graph_of(s, True) if r.custom}
    assert types - set(table()) == set()
    for token, rows in table().items():
        assert "" in rows, token
        assert {row["class"] for row in rows.values()} <= set(WORDS)
        assert all({"class"} <= set(row) <= {"class", "what"} for row in rows.values()), token


@pytest.mark.parametrize(
    ("type_", "before", "after", "name"),
    [
        (STATEFUL_SET, None, {"spec": {}}, "nothing"),
        (STATEFUL_SET, {"spec": {"replicas": 2}}, {"spec": {"replicas": 4}}, "nothing"),
        (STATEFUL_SET, {"spec": {"template": {"a": "1"}}}, {"spec": {"template": {"a": "2"}}}, "rolling"),
        (STATEFUL_SET, {"spec": {"replicas": 2, "template": {"a": "1"}}}, {"spec": {"template": {}}}, "rolling"),
        (STATEFUL_SET, {"spec": {"serviceName": "a"}}, {"spec": {"serviceName": "b"}}, "lost"),
        (STATEFUL_SET, {"metadata": {"labels": {"a": "1"}}}, {"metadata": {"labels": {"a": "2"}}}, "nothing"),
        (QUOTA, {"spec": {"hard": {"pods": "1"}}}, {"spec": {"hard": {"pods": "2"}}}, "new jobs"),
        (NAMESPACE, {"metadata": {"annotations": {"a": "1"}}}, {"metadata": {"annotations": {"a": "2"}}}, "new jobs"),
        (NAMESPACE, {"metadata": {"name": "a"}}, None, "lost"),
        (SWITCH, {"zoneId": "a"}, None, "lost"),
        (BUCKET, {"bucket": "a"}, {"bucket": "b"}, "lost"),
        (CONFIG_MAP, {"data": {"a": "1"}}, {"data": {"a": "2"}}, "nothing"),
        ("kubernetes:example.com/v1:Unheard", {"spec": {"a": "1"}}, {"spec": {"a": "2"}}, "downtime"),
    ],
)  # fmt: skip
def test_an_edit_has_the_class_of_its_gravest_property(type_: str, before: Any, after: Any, name: str) -> None:
    assert effect(type_, before, after).name == name


def test_a_config_map_is_told_by_its_name() -> None:
    def named(name: str, value: str) -> list[Resource]:
        return [resource(CONFIG_MAP, "x", {"metadata": {"name": name, "namespace": "n"}, "data": {"k": value}})]

    (change,) = changes(named("spark-defaults", "1"), named("spark-defaults", "2"))
    assert consequences(change) == ["new jobs and new pods only: defaults are read at submission"]
    (change,) = changes(named("celeborn-dynamic", "1"), named("celeborn-dynamic", "2"))
    assert effect_of(change).name == "at once"


def test_what_stays_in_the_cloud_is_not_lost_and_what_is_refused_does_not_count() -> None:
    kept = changes([resource(BUCKET, "a", options={"retainOnDelete": True})], [])
    assert gravest(kept).name == "nothing"
    protected = changes([resource(BUCKET, "a", options={"protect": True})], [])
    assert effect_of(protected[0]).name == "lost"
    assert gravest(protected).name == "nothing"


def test_the_namespace_of_the_operator_holds_no_jobs() -> None:
    def namespace(name: str) -> dict[str, Any]:
        return {"apiVersion": "v1", "metadata": {"name": name}}

    assert effect(NAMESPACE, namespace("spark-operator"), namespace("another")).name == "downtime"
    assert effect(NAMESPACE, namespace("spark-history"), None).name == "downtime"
    assert effect(NAMESPACE, namespace("spark-ads"), namespace("another")).name == "lost"
