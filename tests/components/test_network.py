"""Network: what it makes, in which order, and which plans it refuses."""

from typing import Any

import pulumi
import pytest

from components.base.mistakes import InputError
from components.network.component import Network, changed
from components.network.inputs import NetworkInputs, NetworkSettings, NetworkWiring
from replay.graph import Graph
from replay.recorder import Cloud
from tests.alicloud_types import mistakes
from tests.support import record, round_trip

ZONES = ["cn-hangzhou-h", "cn-hangzhou-i", "cn-hangzhou-j"]
EXISTING = {"vpc_id": "vpc-1", "vswitch_ids": ["vsw-1", "vsw-2"], "security_group_id": "sg-1"}


def build(known: bool = True, **args: Any) -> Graph:
    return record(lambda: Network("n", args), known=known)  # type: ignore[arg-type]


def after(graph: Graph, dependent: str, dependency: str) -> bool:
    """Whether `dependent` waits for `dependency`, over any number of steps."""
    by_urn = graph.by_urn()
    todo = [r for r in graph if r.name == dependent]
    while todo:
        depends = [by_urn[u] for u in todo.pop().dependencies]
        if dependency in (r.name for r in depends):
            return True
        todo += depends
    return False


def test_three_zones_have_a_19_each_and_nothing_on_the_internet() -> None:
    graph = build(zones=ZONES)
    assert [s.inputs["cidrBlock"] for s in graph.of_type("Switch")] == ["10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19"]
    assert not graph.of_type("NatGateway")
    assert not graph.of_type("EipAddress")
    assert {r.inputs["cidrIp"] for r in graph.of_type("SecurityGroupRule")} == {
        "10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19", "100.64.0.0/10",
    }  # fmt: skip


def test_the_security_group_is_an_enterprise_one_with_rules_by_range_only() -> None:
    graph = build(zones=ZONES)
    assert graph.one("SecurityGroup", "n-pods").inputs["securityGroupType"] == "enterprise"
    assert not any("sourceSecurityGroupId" in r.inputs for r in graph.of_type("SecurityGroupRule"))
    directions = {(r.inputs["type"], r.inputs["cidrIp"]) for r in graph.of_type("SecurityGroupRule")}
    assert {("ingress", "10.0.0.0/19"), ("egress", "10.0.0.0/19"), ("egress", "100.64.0.0/10")} <= directions
    assert not any(d == "ingress" and not r.startswith("10.0.") for d, r in directions)


def test_nat_is_one_gateway_one_address_and_an_entry_a_zone() -> None:
    graph = build(zones=ZONES, nat_enabled=True, nat_bandwidth_mbps=200)
    assert len(graph.of_type("NatGateway")) == len(graph.of_type("EipAddress")) == 1
    assert graph.one("EipAddress", "n-eip").inputs["bandwidth"] == "200"
    assert {s.inputs["sourceVswitchId"] for s in graph.of_type("SnatEntry")} == {f"vsw-n-{z}" for z in ZONES}
    assert "0.0.0.0/0" in {r.inputs["cidrIp"] for r in graph.of_type("SecurityGroupRule")}


def test_no_parent_is_deleted_before_its_child() -> None:
    graph = build(zones=ZONES, nat_enabled=True)
    assert after(graph, "n-snat-cn-hangzhou-i", "n-cn-hangzhou-i")
    assert after(graph, "n-snat-cn-hangzhou-i", "n-nat")
    assert any(
        r.type.endswith("EipAssociation") for r in graph if r.urn in _dependencies(graph, "n-snat-cn-hangzhou-i")
    )
    assert after(graph, "n-nat", "n-cn-hangzhou-h")
    assert after(graph, "n-cn-hangzhou-h", "n-from-cn-hangzhou-h")
    assert after(graph, "n-from-cn-hangzhou-h", "n-pods")
    assert after(graph, "n-pods", "n-vpc")


def _dependencies(graph: Graph, name: str) -> list[str]:
    return next(r.dependencies for r in graph if r.name == name)


def test_no_replacement_can_collide() -> None:
    graph = build(zones=ZONES, nat_enabled=True)
    once = {r.kind for r in graph if r.options.get("deleteBeforeReplace")}
    assert once == {"Switch", "EipAssociation", "SnatEntry"}


def test_every_cloud_object_that_takes_tags_names_stack_and_resource() -> None:
    graph = build(zones=ZONES, nat_enabled=True, tags={"cost-center": "42"})
    for kind in ("Network", "Switch", "SecurityGroup", "NatGateway", "EipAddress"):
        for r in (r for r in graph.of_type(kind) if r.custom):
            assert r.inputs["tags"]["pulumi:resource"] == r.name
            assert r.inputs["tags"]["pulumi:stack"] == "test"
            assert r.inputs["tags"]["cost-center"] == "42"


def test_the_sdk_knows_all_inputs_and_a_first_preview_shows_the_same_resources() -> None:
    args: dict[str, Any] = {
        "zones": ZONES,
        "nat_enabled": True,
        "egress_cidrs": ["192.168.0.0/16"],
        "resource_group_id": "rg-1",
    }
    known, unknown = build(**args), build(known=False, **args)
    assert mistakes(known) == []
    assert [r.urn for r in known] == [r.urn for r in unknown]


def test_an_existing_network_makes_nothing() -> None:
    args: dict[str, Any] = {f"existing_{k}": v for k, v in EXISTING.items()}
    graph = build(**args, pods_needed=50_000)
    assert [r.type for r in graph] == ["spark-on-ack:index:Network"]
    assert graph.one("Network", "n").outputs == {
        "vpcId": "vpc-1", "vswitchIds": ["vsw-1", "vsw-2"], "securityGroupId": "sg-1",
    }  # fmt: skip


def test_an_existing_network_may_be_known_later() -> None:
    output = pulumi.Output.from_input
    graph = record(
        lambda: Network(
            "n",
            {
                "existing_vpc_id": output("vpc-1"),
                "existing_vswitch_ids": [output("vsw-1")],
                "existing_security_group_id": "sg-1",
            },
        )
    )
    assert graph.one("Network", "n").outputs["vswitchIds"] == ["vsw-1"]


def test_settings_pass_through_a_component_unchanged() -> None:
    for settings in (NetworkSettings.read({"zones": ZONES}), NetworkSettings.read({"existing": EXISTING})):
        inputs = NetworkInputs.wired(settings, NetworkWiring(region="cn-hangzhou"))
        assert {k: getattr(inputs, k) for k in NetworkSettings.model_fields} == {
            k: getattr(settings, k) for k in NetworkSettings.model_fields
        }


@pytest.mark.parametrize(
    ("zone", "region"),
    [("cn-beijing-l", "cn-beijing"), ("ap-southeast-1a", "ap-southeast-1"), ("eu-central-1b", "eu-central-1")],
)
def test_zones_of_all_forms_are_taken(zone: str, region: str) -> None:
    assert NetworkInputs.read({"zones": [zone], "region": region}).zones == (zone,)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "zones: missing; allowed: 1 to 5 zones, or existing"),
        ({"zones": ["cn-shanghai-b"]}, "zones[0]: 'cn-shanghai-b' is not a zone of cn-hangzhou; allowed"),
        ({"zones": ["cn-hangzhou"]}, "zones[0]: 'cn-hangzhou' is not a zone of cn-hangzhou"),
        ({"zones": ["Hangzhou H"]}, "zones[0]: 'Hangzhou H' is not allowed; allowed: a zone id such as"),
        ({"zones": [f"cn-hangzhou-{z}" for z in "abcdef"]}, "zones: 6 zones are too many; allowed: 1 to 5"),
        ({"zones": ["cn-hangzhou-h"] * 2}, "zones: a zone is listed twice"),
        ({"zones": ZONES, "cidr": "10.0.0.1/16"}, "it is not the start of its range; allowed: 10.0.0.0/16"),
        ({"zones": ZONES, "cidr": "8.8.0.0/16"}, "cidr: '8.8.0.0/16' is not allowed; allowed: an IPv4 range such as"),
        ({"zones": ZONES, "cidr": "10.0.0.0/30"}, "mask /8 to /28"),
        ({"zones": ZONES, "cidr": "ten"}, "cidr: 'ten' is not allowed"),
        ({"zones": ZONES, "cidr": "10.0.0.0/18"}, "vswitch_mask: 3 vswitches of /19 do not fit into 10.0.0.0/18"),
        ({"zones": ZONES, "vswitch_mask": 30}, "vswitch_mask: 30 is not allowed; allowed: a whole number"),
        ({"zones": ZONES[:2], "vswitch_cidrs": ["10.0.0.0/19"]}, "vswitch_cidrs: 1 ranges for 2 zones"),
        (
            {"zones": ZONES[:2], "vswitch_cidrs": ["10.0.0.0/19", "10.0.16.0/20"]},
            "vswitch_cidrs: the ranges of cn-hangzhou-h and cn-hangzhou-i overlap",
        ),
        ({"zones": ZONES[:1], "vswitch_cidrs": ["10.1.0.0/19"]}, "10.1.0.0/19 is not inside the VPC's 10.0.0.0/16"),
        ({"zones": ZONES[:1], "vswitch_cidrs": ["10.0.0.0/19"], "vswitch_mask": 20}, "no effect with vswitch_cidrs"),
        (
            {"zones": ZONES[:1], "pods_needed": 8_100},
            "zones: 8100 pods and 100 addresses for the platform are more than the 8188 addresses of 1 vswitches",
        ),
        ({"zones": ZONES[:1], "cidr": "10.0.0.0/8", "vswitch_mask": 16, "pods_needed": 65_000}, "at most 60000"),
        ({"zones": ZONES, "nat": {"enabled": True, "bandwidth_mbps": 500}}, "nat.bandwidth_mbps: 500 is not allowed"),
        ({"zones": ZONES, "existing": EXISTING}, "zones: has no effect with an existing network"),
        ({"existing": {"vpc_id": "vpc-1"}}, "existing.vswitch_ids: missing"),
        ({"existing": EXISTING | {"vpc_id": "vsw-1"}}, "existing.vpc_id: 'vsw-1' is not allowed"),
        ({"existing": EXISTING | {"vswitch_ids": ["vsw-1"] * 6}}, "existing.vswitch_ids: 6 vswitches are too many"),
        ({"zones": ZONES, "egress_cidrs": ["db.example"]}, "egress_cidrs[0]: 'db.example' is not allowed"),
        ({"zones": ZONES, "tags": {"team": "a,b"}}, "team: 'a,b' is not allowed; allowed: text to text"),
        ({"zones": ZONES, "tags": {"aliyun-x": "a"}}, "that do not begin with aliyun"),
        ({"zones": ZONES, "vswitch_maks": 20}, "did you mean 'vswitch_mask'?"),
    ],
)  # fmt: skip
def test_impossible_plans_are_refused(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        NetworkInputs.read(data)
    assert sentence in str(caught.value)


CREATED_WITH = {"cidr": "10.0.0.0/16", "ranges": {ZONES[0]: "10.0.0.0/19", ZONES[1]: "10.0.32.0/19"}}


def live(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state of a stack whose network was created with CREATED_WITH."""
    answer = Cloud.new_resource

    def remembered(self: Cloud, args: Any) -> Any:
        id_, state = answer(self, args)
        return id_, (state | {"output": round_trip(CREATED_WITH)}) if args.typ == "pulumi:index:Stash" else state

    monkeypatch.setattr(Cloud, "new_resource", remembered)


@pytest.mark.parametrize("known", [True, False])
def test_other_addresses_for_a_live_network_are_refused_before_the_vpc_is_touched(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    live(monkeypatch)
    with pytest.raises(
        InputError, match=r"network\.cidr: '10\.1\.0\.0/16' is not allowed; .* created with '10\.0\.0\.0/16'"
    ):
        build(known, zones=ZONES[:2], cidr="10.1.0.0/16")


def test_a_live_network_takes_further_zones_at_the_end_only(monkeypatch: pytest.MonkeyPatch) -> None:
    live(monkeypatch)
    assert len(build(zones=ZONES).of_type("Switch")) == 3
    with pytest.raises(InputError, match=r"'cn-hangzhou-i' would take \S+, but cn-hangzhou-h with \S+ was"):
        build(zones=[ZONES[1], ZONES[2]])


def test_every_zone_that_would_move_or_take_anothers_place_is_named() -> None:
    turned = {"cidr": "10.0.0.0/16", "ranges": {ZONES[1]: "10.0.0.0/19", ZONES[0]: "10.0.32.0/19"}}
    assert len(changed(CREATED_WITH, turned)) == 4
    assert changed(CREATED_WITH, CREATED_WITH) == []


def test_the_refusal_lists_the_zones_in_the_order_of_their_addresses_however_the_state_keeps_them() -> None:
    now = {"cidr": "10.0.0.0/16", "ranges": {ZONES[2]: "10.0.0.0/19"}}
    (sentence,) = changed(round_trip(CREATED_WITH), now)
    assert sentence.endswith(f"Allowed: {ZONES[0]}, {ZONES[1]} first and unchanged, new zones after them")
