"""The questions at preview: what is asked, refused and warned of."""

from typing import Any

import pulumi
import pytest

from components.base.mistakes import InputError
from components.cluster.flavours import ACK_ROLES
from components.platform.inputs import Settings
from components.platform.preflight import ask, missing_roles, refuse_zones, rolled_back, too_few_addresses
from components.platform.prerequisites import HDFS_ROLE
from replay import cloud
from replay.graph import Graph
from tests.conftest import ROOT
from tests.support import record

ZONES = ["cn-hangzhou-h", "cn-hangzhou-i"]


class Asker(pulumi.ComponentResource):
    """Something to ask on behalf of."""

    def __init__(self, settings: Settings) -> None:
        super().__init__("test:index:Asker", "a")
        ask(settings, self)


def asked(**more: Any) -> Graph:
    data: dict[str, Any] = {"environment": "test", "cluster": {"flavour": "serverless"}, "network": {"zones": ZONES}}
    settings = Settings.read(data | more)
    return record(lambda: Asker(settings), known=False)


def answer(monkeypatch: pytest.MonkeyPatch, token: str, result: dict[str, Any]) -> None:
    monkeypatch.setitem(cloud.CALLS, token, lambda _: result)


def test_an_account_that_has_everything_is_silent() -> None:
    assert asked(storage={"bucket_prefix": "acme-spark"}).warnings == []


def test_a_zone_without_vswitches_stops_the_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "alicloud:index/getZones:getZones", {"ids": ["cn-hangzhou-h", "cn-hangzhou-j"]})
    with pytest.raises(InputError) as caught:
        asked()
    assert caught.value.sentences == [
        "network.zones[1]: 'cn-hangzhou-i' does not offer vswitches; allowed: cn-hangzhou-h, cn-hangzhou-j"
    ]


def test_a_zone_without_eci_stops_the_preview_of_an_eci_cluster_only(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "alicloud:eci/getZones:getZones", {"zones": [{"zoneIds": ["cn-hangzhou-h"]}]})
    with pytest.raises(InputError, match="'cn-hangzhou-i' does not offer ECI; allowed: cn-hangzhou-h"):
        asked()
    assert asked(cluster={"flavour": "acs"}).warnings == []


def test_roles_that_are_missing_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "alicloud:ram/getRoles:getRoles", {"names": list(ACK_ROLES)})
    (warning,) = asked().warnings
    assert "AliyunCSServerlessKubernetesRole missing; authorize at cs.console.aliyun.com" in warning
    assert "preflight: false" in warning


def test_existing_vswitches_with_too_few_free_addresses_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "alicloud:vpc/getSwitches:getSwitches", {"vswitches": [{"availableIpAddressCount": 250}]})
    existing = {"vpc_id": "vpc-1", "vswitch_ids": ["vsw-1"], "security_group_id": "sg-1"}
    warnings = asked(network={"existing": existing}, workspaces=[{"team": "a", "quota": {"pods": 200}}]).warnings
    assert any("250 addresses are free, but all quotas together need 300" in w for w in warnings)


def test_both_places_of_authorization_are_named() -> None:
    assert len(missing_roles([*ACK_ROLES, HDFS_ROLE], [])) == 2
    assert missing_roles([*ACK_ROLES, HDFS_ROLE], [*ACK_ROLES, HDFS_ROLE]) == []


def test_an_empty_answer_refuses_no_zone() -> None:
    refuse_zones(ZONES, [], "does not offer vswitches")


def test_exactly_enough_addresses_are_enough() -> None:
    assert too_few_addresses([100, 200], 200) == []
    assert too_few_addresses([100, 199], 200) != []


def test_a_ros_stack_that_rolled_back_is_a_warning_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = {"stackName": "oss-hdfs-acme-spark-hdfs", "status": "ROLLBACK_COMPLETE"}
    answer(monkeypatch, "alicloud:ros/getStacks:getStacks", {"stacks": [stack]})
    (warning,) = asked(storage={"bucket_prefix": "acme-spark"}).warnings
    assert "oss-hdfs-acme-spark-hdfs is ROLLBACK_COMPLETE: it takes no update" in warning
    assert "docs/adopt.md, section 8" in warning
    guide = (ROOT / "docs/adopt.md").read_text()
    assert "## 8. A ROS stack that rolled back" in guide


def test_a_ros_stack_that_can_still_be_updated_is_silent() -> None:
    assert rolled_back({"a": "CREATE_COMPLETE", "b": "UPDATE_COMPLETE", "c": "CREATE_IN_PROGRESS"}) == []


def test_the_stacks_of_all_hdfs_buckets_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def stacks(args: dict[str, Any]) -> dict[str, Any]:
        names = args["nameRegex"].strip("^()$").split("|")
        return {"stacks": [{"stackName": n, "status": "ROLLBACK_FAILED"} for n in names]}

    monkeypatch.setitem(cloud.CALLS, "alicloud:ros/getStacks:getStacks", stacks)
    storage = {"bucket_prefix": "acme", "team_buckets": ["a"]}
    told += asked(storage=storage, workspaces=[{"team": "a", "quota": {"pods": 200}}]).warnings
    assert sorted(w.split()[4] for w in told) == ["oss-hdfs-acme-hdfs", "oss-hdfs-acme-hdfs-a"]
