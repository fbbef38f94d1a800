"""The list of prerequisites: figures that follow from the settings."""

import dataclasses
from typing import Any

import pytest

from components.platform import prerequisites as prerequisites_module
from components.platform.inputs import Settings
from components.platform.prerequisites import Prerequisite, prerequisites
from components.pods.kinds import KINDS
from replay import ROOT, stack_file
from tests.conftest import GraphOf
from tools.preflight.__main__ import main, settings_of

NETWORK = {"zones": ["cn-hangzhou-h", "cn-hangzhou-i", "cn-hangzhou-j"]}


def rows(flavour: str = "serverless", pods: int = 2000, cpu: int = 8000, **more: Any) -> dict[str, Prerequisite]:
    settings: dict[str, Any] = {
        "environment": "test",
        "cluster": {"flavour": flavour},
        "workspaces": [{"team": "a", "quota": {"pods": pods, "cpu": cpu}}],
    }
    settings |= (
        {"cluster": {"flavour": flavour, "existing": {"context": "x"}}}
        if flavour == "existing"
        else {"network": NETWORK}
    )
    return {p.name: p for p in prerequisites(Settings.read(settings | more))}


def test_2000_pods_in_30_seconds_need_4000_calls_a_minute() -> None:
    calls = rows()["ECI pod creations per minute"]
    assert calls.need == "4,000 for 2,000 pods in 30 s"
    assert calls.default == "1,000: 2,000 pods take 120 s"
    assert calls.enough is False


def test_500_pods_are_within_the_default() -> None:
    assert rows(pods=500, cpu=2000)["ECI pod creations per minute"].enough is True


def test_acs_has_a_quota_of_vcpu_instead_of_calls() -> None:
    table = rows("acs")
    assert "ECI pod creations per minute" not in table
    assert (table["ACS vCPU"].need, table["ACS vCPU"].default, table["ACS vCPU"].enough) == ("8,000", "100", False)


def test_the_quota_of_a_kind_of_pods_comes_from_the_table_of_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = dataclasses.replace(KINDS["acs"], words="Narnia", vcpu_quota=9000, vcpu_quota_words="Narnia; no more")
    monkeypatch.setattr(prerequisites_module, "KINDS", {**KINDS, "acs": kind})
    row = rows("acs")["Narnia vCPU"]
    assert (row.default, row.enough) == ("9,000", True)
    assert row.where.endswith("> Narnia; no more")


def test_shortfalls_come_first_and_what_is_enough_last() -> None:
    verdicts = [p.enough for p in rows().values()]
    assert verdicts == sorted(verdicts, key=lambda v: (v is not False, v is True))


@pytest.mark.parametrize(("flavour", "role"), [("serverless", True), ("acs", False), ("virtual-node", False)])
def test_the_serverless_role_is_needed_by_its_flavour_only(flavour: str, role: bool) -> None:
    table = rows(flavour)
    assert ("AliyunCSServerlessKubernetesRole" in table["ACK and its service roles"].need) is role
    assert ("ACK Serverless clusters" in table) is role


def test_storage_asks_for_oss_its_hdfs_role_and_ros() -> None:
    table = rows(storage={"bucket_prefix": "acme-spark"})
    assert table["OSS-HDFS service role"].need == "AliyunOSSDlsDefaultRole"
    assert {"OSS", "Resource Orchestration (ROS)"} <= set(table)
    own_role = rows(storage={"bucket_prefix": "acme-spark", "service_role": "create"})
    assert own_role["OSS-HDFS service role"].enough is True


def test_unpinned_addons_a_private_endpoint_and_nat_are_named() -> None:
    table = rows(network={**NETWORK, "nat": {"enabled": True}})
    assert "managed-coredns" in table["add-on versions"].need
    assert "access to the private API server" in table
    assert "NAT gateway and public address" in table
    pinned = {"managed-coredns": "v1", "managed-csiprovisioner": "v1"}
    public = rows(cluster={"flavour": "acs", "public_endpoint": True, "addons": pinned})
    assert "access to the private API server" not in public
    assert "add-on versions" not in public


FOLDER = "registry-vpc.cn-hangzhou.aliyuncs.com/acme"


def test_public_images_without_a_way_out_are_a_shortfall_that_names_them_and_both_ways_out() -> None:
    row = rows()["a way to public images"]
    assert row.enough is False
    assert row.need == "apache/celeborn:0.7.0, ghcr.io/kubeflow/spark-operator/controller:2.5.2"
    assert "images.registry" in row.where
    assert "network.nat.enabled: true" in row.where


def test_a_nat_gateway_or_a_registry_in_the_vpc_is_a_way_to_images() -> None:
    with_nat = rows(network={**NETWORK, "nat": {"enabled": True}})
    assert with_nat["a way to public images"].enough is True
    with_registry = rows(images={"registry": FOLDER})
    assert "a way to public images" not in with_registry
    assert with_registry["images in the registry"].need.endswith(f"celeborn:0.7.0, spark-operator:2.5.2 in {FOLDER}")


def test_the_address_of_a_registry_outside_the_vpc_is_a_shortfall() -> None:
    assert rows(images={"registry": "registry.cn-hangzhou.aliyuncs.com/acme"})["a way to public images"].enough is False
    other_region = {"registry": "registry-vpc.cn-beijing.aliyuncs.com/acme"}
    assert rows(images=other_region)["a way to public images"].enough is False


def test_a_team_with_a_public_image_of_its_own_is_named() -> None:
    team = {"team": "a", "quota": {"pods": 200}, "spark": {"image": "docker.io/acme/spark:1"}}
    row = rows(images={"registry": FOLDER}, workspaces=[team])["a way to public images"]
    assert row.need == "docker.io/acme/spark:1"


def test_images_by_digest_are_enough_and_images_by_tag_are_to_be_checked() -> None:
    digests = dict.fromkeys(("celeborn:0.7.0", "spark-operator:2.5.2", "spark:3.5.9"), f"sha256:{'0' * 64}")
    assert rows(images={"registry": FOLDER})["images by digest"].enough is None
    assert rows(images={"registry": FOLDER, "digests": digests})["images by digest"].enough is True


def test_an_existing_cluster_elsewhere_asks_nothing_of_an_account() -> None:
    assert set(rows("existing")) == {"NetworkPolicies in the cluster"}


def test_twenty_teams_are_too_many_for_the_network_policies_of_one_cluster() -> None:
    teams = [{"team": f"t{i}"} for i in range(20)]
    assert rows(workspaces=teams)["NetworkPolicies in the cluster"].enough is False


def test_a_stack_makes_no_more_network_policies_than_the_list_says(stack: str, graph_of: GraphOf) -> None:
    listed = {p.name: p for p in prerequisites(settings_of(stack_file(ROOT, stack)))}
    policies = len(graph_of(stack, True).of_type("NetworkPolicy"))
    assert policies <= int(listed["NetworkPolicies in the cluster"].need.removeprefix("up to "))


def test_the_command_prints_the_table_of_a_stack(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prod"]) == 0
    printed = capsys.readouterr().out
    assert "Prerequisites of stack prod" in printed
    assert "NetworkPolicies in the cluster" in printed
    assert "\x1b" not in printed


def test_the_command_names_the_stacks_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prodd"]) == 1
    assert "no stack 'prodd'" in capsys.readouterr().err
