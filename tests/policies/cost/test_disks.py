"""Disks: a shuffle service in a namespace of its own brings a storage class of its own."""

from components.shuffle.component import ShuffleService
from policies.base.check import check
from policies.base.config import read
from policies.base.rule import Context
from policies.cost.rules import RULES
from replay.graph import UNKNOWN, Graph
from tests.policies.cost.mutations import config_for
from tests.support import record


def verdicts(graph: Graph) -> list[str]:
    """What disk-class says."""
    strict = read(config_for("disk-class"), RULES)
    return [v.message for v in check(graph, RULES, strict, Context(region="cn-hangzhou")) if v.rule == "disk-class"]


def service(namespace: str, storage_class: str | None = None) -> Graph:
    disks = {"disks_storage_class": storage_class} if storage_class else {}
    return record(lambda: ShuffleService("second", {"namespace": namespace, "pods": "eci", **disks}))  # type: ignore[arg-type]


def test_a_class_that_the_stack_creates_is_allowed_under_any_name() -> None:
    assert verdicts(service("celeborn")) == verdicts(service("celeborn-next")) == []


def test_a_foreign_class_is_refused_with_the_namespace_of_the_service_in_it() -> None:
    assert len(verdicts(service("celeborn-next", "celeborn-disks"))) == 2


def test_a_foreign_class_does_not_hide_behind_one_that_is_not_known() -> None:
    graph = service("celeborn-next", "alicloud-disk-ssd")
    master = graph.one("StatefulSet", "second-master").inputs["spec"]["volumeClaimTemplates"][0]
    master["spec"]["storageClassName"] = {UNKNOWN: True}
    told = verdicts(graph)
    assert len(told) == 2
    assert sum("could not decide" in message for message in told) == 1
