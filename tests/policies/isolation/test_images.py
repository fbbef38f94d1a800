"""The rule image-reach: what counts as a way out, and which addresses are inside the VPC of a region."""

import pytest

from components.pods.images import is_inside_vpc, registry_host
from policies.base.check import Verdict, check
from policies.base.config import read
from policies.base.rule import Context
from policies.isolation.rules import RULES
from replay.graph import Graph
from tests.policies.graphs import get, kubernetes, resource
from tests.policies.isolation.mutations import MUTATIONS
from tests.policies.isolation.platform import clean


def judged(graph: Graph, region: str | None = None) -> list[Verdict]:
    rules = [r for r in RULES if r.id == "image-reach"]
    return check(graph, rules, read({}, rules), Context(region=region))


def public() -> Graph:
    graph = clean()
    MUTATIONS["image-reach"](graph)
    return graph


def test_a_public_image_without_a_way_out_is_refused_with_both_ways_out() -> None:
    (verdict,) = judged(public())
    assert verdict.level == "mandatory"
    assert verdict.message == (
        "image-reach: spec.template.spec.containers[0].image is outside the VPC, and the stack has no NAT gateway; "
        "set images.registry to a folder inside the VPC and fill it by `make images`, or network.nat.enabled: true"
    )


def test_a_nat_gateway_is_a_way_out() -> None:
    graph = public()
    graph.resources.append(resource("alicloud:vpc/natGateway:NatGateway", "nat", {}))
    assert judged(graph) == []


def test_what_an_existing_network_reaches_is_not_known() -> None:
    graph = public()
    graph.resources = [r for r in graph.resources if r.kind != "Switch"]
    assert judged(graph) == []


def test_an_application_that_names_a_public_image_is_refused() -> None:
    graph = clean()
    get(graph, "spark-a-job")["spec"]["executor"]["image"] = "docker.io/library/spark:3.5.9"
    assert [v.message.split(" is ")[0] for v in judged(graph)] == ["image-reach: spec.executor.image"]


def digest_verdicts(graph: Graph, **figures: bool) -> list[Verdict]:
    rules = [r for r in RULES if r.id == "image-digest"]
    configured = {"image-digest": {"enforcementLevel": "mandatory", **figures}} if figures else {}
    return check(graph, rules, read(configured, rules), Context())


def test_a_stack_without_any_digest_is_asked_for_them_on_demand_only() -> None:
    assert digest_verdicts(clean()) == []
    assert len(digest_verdicts(clean(), required=True)) >= 4


def test_one_image_by_digest_makes_those_by_tag_a_mistake() -> None:
    graph = clean()
    MUTATIONS["image-digest"](graph)
    told = [v.message for v in digest_verdicts(graph)]
    assert any("spark:3.5.9' by tag; run `make images STACK=… PIN=1`" in message for message in told)
    assert not any("celeborn" in message for message in told)


def test_the_address_of_another_region_does_not_count() -> None:
    assert judged(clean(), "cn-hangzhou") == []
    assert judged(clean(), "cn-beijing")


def test_a_cron_jobs_image_is_seen() -> None:
    graph = clean()
    pod = {"containers": [{"name": "c", "image": "busybox"}]}
    spec = {"jobTemplate": {"spec": {"template": {"spec": pod}}}}
    graph.resources.append(kubernetes("batch/v1:CronJob", "celeborn", "check", spec=spec))
    assert [v.urn for v in judged(graph)] == [graph.resources[-1].urn]


@pytest.mark.parametrize(
    ("image", "inside"),
    [
        ("registry-vpc.cn-hangzhou.aliyuncs.com/acme/spark:1", True),
        ("acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com/data/spark:1", True),
        ("crpi-0a1b2c-vpc.cn-hangzhou.personal.cr.aliyuncs.com/acme/spark:1", True),
        ("registry-cn-hangzhou-vpc.ack.aliyuncs.com/acs/pause:3.9", True),
        ("registry-vpc.cn-beijing.aliyuncs.com/acme/spark:1", False),
        ("registry.cn-hangzhou.aliyuncs.com/acme/spark:1", False),
        ("acme-registry.cn-hangzhou.cr.aliyuncs.com/data/spark:1", False),
        ("registry-vpc.cn-hangzhou.aliyuncs.com.example.com/acme/spark:1", False),
        ("evil.example.com/registry-vpc.cn-hangzhou.aliyuncs.com/spark:1", False),
        ("apache/celeborn:0.7.0", False),
        ("spark:3.5.9", False),
    ],
)
def test_addresses_inside_the_vpc_are_known_by_their_form(image: str, inside: bool) -> None:
    assert is_inside_vpc(image, "cn-hangzhou") is inside


@pytest.mark.parametrize(
    ("image", "host"),
    [
        ("spark", "docker.io"),
        ("apache/celeborn:0.7.0", "docker.io"),
        ("localhost/x:1", "localhost"),
        ("127.0.0.1:5000/x:1", "127.0.0.1:5000"),
        ("ghcr.io/a/b@sha256:0", "ghcr.io"),
    ],
)
def test_a_name_without_a_host_is_docker_hubs(image: str, host: str) -> None:
    assert registry_host(image) == host
