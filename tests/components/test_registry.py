"""Registry: bought or existing, its endpoint in the VPC, tags that do not move, pulls without a password."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.base.mistakes import InputError
from components.platform.images import PLATFORM_IMAGES
from components.platform.inputs import Settings
from components.platform.prerequisites import prerequisites, roles_needed
from components.pods.images import is_inside_vpc
from components.pods.kinds import KINDS
from components.registry.component import Registry
from policies.base.view import view_of
from policies.cost.model.cloud import cloud_lines
from policies.cost.model.prices import prices
from replay.graph import Graph
from tests.alicloud_types import mistakes, table_findings
from tests.conftest import GraphOf
from tests.support import record

EXISTING = {
    "instance_name": "acme",
    "existing_instance_id": "cri-1",
    "namespace": "spark",
    "repositories": ["celeborn"],
}
VPC = {"vpc_id": "vpc-1", "vswitch_id": "vsw-1"}
PLATFORM = {"environment": "test", "cluster": {"flavour": "acs"}, "network": {"zones": ["cn-hangzhou-h"]}}


def registry(**inputs: Any) -> Graph:
    args: Any = EXISTING | inputs
    return record(lambda: Registry("r", args))


def bought(**inputs: Any) -> Graph:
    args: Any = {k: v for k, v in EXISTING.items() if k != "existing_instance_id"} | inputs
    return record(lambda: Registry("r", args))


def test_an_existing_instance_is_not_bought_again_and_a_bought_one_renews_itself_and_is_kept() -> None:
    assert registry().of_type("RegistryEnterpriseInstance") == []
    [instance] = bought(edition="Advanced", months=12).of_type("RegistryEnterpriseInstance")
    assert instance.inputs["paymentType"] == "Subscription"
    assert (instance.inputs["period"], instance.inputs["renewalStatus"]) == (12, "AutoRenewal")
    assert instance.options["protect"] is True
    assert instance.options["retainOnDelete"] is True


def test_tags_do_not_move_and_no_repository_appears_by_a_push() -> None:
    graph = registry(more_repositories=["ml"], more_namespaces=["spark-prod"])
    repositories = [r.inputs for r in graph.of_type("RegistryEnterpriseRepo")]
    assert sorted((r["namespace"], r["name"]) for r in repositories) == [
        (namespace, name) for namespace in ("spark", "spark-prod") for name in ("celeborn", "ml")
    ]
    assert all(r["tagImmutability"] is True and r["repoType"] == "PRIVATE" for r in repositories)
    assert not any(n.inputs["autoCreate"] for n in graph.of_type("RegistryEnterpriseNamespace"))


def test_content_that_exists_is_left_alone() -> None:
    graph = registry(content="existing", **VPC)
    assert [r.kind for r in graph if r.custom and r.type.startswith("alicloud")] == ["VpcEndpointLinkedVpc"]


def test_the_endpoint_in_the_vpc_has_a_private_name_and_the_internet_needs_a_list() -> None:
    [endpoint] = registry(**VPC).of_type("VpcEndpointLinkedVpc")
    assert endpoint.inputs["enableCreateDnsRecordInPvzt"] is True
    assert registry().of_type("InternetEndpoint") == []
    [public] = registry(public_ranges=["203.0.113.4/32"]).of_type("InternetEndpoint")
    assert [e["entry"] for e in public.inputs["entries"]] == ["203.0.113.4/32"]


@pytest.mark.parametrize("pods", KINDS)
def test_pods_that_cannot_pull_by_themselves_get_an_addon(pods: str) -> None:
    graph = registry(cluster_id="c1", pods=pods, namespaces=["spark-a", "celeborn"])
    addons = graph.of_type("KubernetesAddon")
    assert bool(addons) == (pods == "acs")
    for addon in addons:
        config = json.loads(addon.inputs["config"])
        assert config["AcrInstanceInfo"] == [{"instanceId": "cri-1", "regionId": "cn-hangzhou"}]
        assert (config["watchNamespace"], config["serviceAccount"]) == ("spark-a,celeborn", "*")


def test_the_provider_knows_every_input(tmp_path: Path) -> None:
    for graph in (registry(**VPC), bought(public_ranges=["203.0.113.4/32"])):
        assert mistakes(graph) == []
        assert table_findings(graph, tmp_path) in ([], None)


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"edition": "Standard"}, "edition: has no effect with existing_instance_id"),
        ({"content": "existing", "immutable_tags": False}, "immutable_tags: has no effect with content existing"),
        ({"vpc_id": "vpc-1"}, "vswitch_id: missing; vpc_id needs it"),
        ({"existing_instance_id": "acme"}, "existing_instance_id: 'acme' is not allowed; allowed: an id such as cri-"),
        ({"more_repositories": ["ml", "ml"]}, "more_repositories: ('ml', 'ml') is not allowed; 'ml' is listed twice"),
        ({"namespace": None}, "namespace: missing"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(inputs: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        registry(**inputs)
    assert any(told.startswith(sentence) for told in caught.value.sentences), caught.value.sentences


def test_the_images_of_a_platform_follow_from_its_registry() -> None:
    own = {"instance_name": "acme", "existing_instance_id": "cri-1"}
    folder = Settings.read(PLATFORM | {"registry": own}).platform_images.registry
    assert folder == "acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com/spark-test"
    assert is_inside_vpc(f"{folder}/spark:1", "cn-hangzhou")
    with pytest.raises(InputError) as caught:
        Settings.read(PLATFORM | {"registry": own, "images": {"registry": folder}})
    assert caught.value.sentences == ["images.registry: follows from the section registry; allowed: one of the two"]


def test_every_stack_in_the_cloud_reaches_its_registry_from_its_vpc(graph_of: GraphOf) -> None:
    for stack in ("dev", "staging", "prod"):
        graph = graph_of(stack, True)
        [endpoint] = graph.of_type("VpcEndpointLinkedVpc")
        assert endpoint.inputs["vpcId"] == "vpc-network-vpc"
        assert len(graph.of_type("managed-aliyun-acr-credential-helper")) == 0


def test_preflight_asks_for_the_role_of_the_pulls_where_an_addon_does_them() -> None:
    own = {"instance_name": "acme", "existing_instance_id": "cri-1"}
    with_acs = Settings.read(PLATFORM | {"registry": own})
    assert "AliyunCSManagedAcrRole" in roles_needed(with_acs)
    on_eci = Settings.read(PLATFORM | {"registry": own, "cluster": {"flavour": "virtual-node"}})
    assert "AliyunCSManagedAcrRole" not in roles_needed(on_eci)
    where = {p.name: p.where for p in prerequisites(on_eci)}["images in the registry"]
    assert where == "`make images STACK=… COPY=1`"


def test_a_bought_instance_has_its_price_and_an_edition_without_one_says_so() -> None:
    def line(edition: str) -> Any:
        [instance] = bought(edition=edition).of_type("RegistryEnterpriseInstance")
        return next(iter(cloud_lines(view_of(instance), prices("cn-hangzhou"))))

    assert line("Basic").cny_per_hour is not None
    assert line("Basic").kind == "always"
    assert line("Standard").kind == "unpriced"


def test_the_platform_names_all_its_repositories() -> None:
    assert set(PLATFORM_IMAGES) == {"spark", "celeborn", "spark-operator", "ack-ram-tool"}
