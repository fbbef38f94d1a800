"""Over gRPC as the engine drives it, each component registers what it registers when imported from Python."""

import inspect
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from pulumi.provider.experimental.util import camel_case

from components.package.registry import COMPONENTS
from components.workspace.component import Workspace
from replay.graph import Graph, Resource
from tests.package.cases import CASES
from tests.package.conftest import Driver, case
from tests.package.values import Wire, local
from tests.support import record


def type_of(component: str) -> Any:
    return COMPONENTS[component].resource


def in_python(component: str, inputs: dict[str, Any], known: bool, **opts: Any) -> Graph:
    def build() -> None:
        type_of(component)("x", {k: local(v) for k, v in inputs.items()}, pulumi.ResourceOptions(**opts))

    return record(build, known=known)


def over_grpc(driver: Driver, component: str, inputs: dict[str, Any], known: bool, **more: Any) -> Any:
    wire_names = {camel_case(k): v for k, v in inputs.items()}
    answer = driver.construct(component, wire_names, known=known, **more)
    assert "error" not in answer, answer["error"]
    return answer


def assert_same_graph(mine: Graph, theirs: Any) -> None:
    assert [r["urn"] for r in theirs["resources"]] == [r.urn for r in mine]
    for ours, other in zip(mine.resources, theirs["resources"], strict=True):
        assert Resource(**other) == ours
    assert theirs["log"] == mine.warnings == []


@pytest.mark.parametrize("known", [True, False], ids=["update", "preview"])
@pytest.mark.parametrize("case", CASES)
def test_a_component_registers_the_same_resources_in_every_language(driver: Driver, case: str, known: bool) -> None:
    component, inputs = CASES[case]
    here = in_python(component, inputs, known)
    there = over_grpc(driver, component, inputs, known)
    assert_same_graph(here, there)
    own = next(r for r in here if not r.parent)
    assert there["urn"] == own.urn
    declared = {camel_case(k) for k in inspect.get_annotations(type_of(component)) if not k.startswith("_")}
    assert set(own.outputs) == set(there["state"]) == declared


@pytest.mark.parametrize("case", [c for c in CASES if "existing from outputs" not in c])
def test_an_older_sdk_that_sends_bare_secrets_and_dependencies_gets_the_same(driver: Driver, case: str) -> None:
    # such an SDK cannot say that one item of a list is an output, hence the case left out
    component, inputs = CASES[case]
    wire: Wire = "secrets"
    assert_same_graph(in_python(component, inputs, True), over_grpc(driver, component, inputs, True, wire=wire))


def test_protect_and_the_kubernetes_provider_reach_the_children(driver: Driver) -> None:
    inputs = {"team": "payments"}
    urn = "urn:pulumi:test::spark-on-ack::pulumi:providers:kubernetes::k"

    def build() -> None:
        provider = k8s.Provider("k", kubeconfig="x")
        Workspace("x", {"team": "payments"}, pulumi.ResourceOptions(providers=[provider], protect=True))

    here = record(build)
    here.resources = [r for r in here if r.name != "k"]
    there = over_grpc(driver, "Workspace", inputs, True, providers={"kubernetes": [urn, "k-id"]}, protect=True)
    assert_same_graph(here, there)
    assert {r["provider"] for r in there["resources"] if r["custom"]} == {f"{urn}::k-id"}
    assert all(r["options"]["protect"] for r in there["resources"])


def test_a_secret_input_comes_back_as_a_secret_output(driver: Driver) -> None:
    _, inputs = CASES["cluster, existing by a secret"]
    state = over_grpc(driver, "Cluster", inputs, True)["state"]
    assert state["kubeconfig"] == {"$secret": True, "value": inputs["kubeconfig"]["$secret"]}
    assert state["clusterId"] == "sandbox"


def test_outputs_tell_what_they_depend_on(driver: Driver) -> None:
    answer = over_grpc(driver, "Network", {"zones": ["cn-hangzhou-h"]}, True)
    (vpc,) = answer["stateDependencies"]["vpcId"]
    assert vpc.endswith("$alicloud:vpc/network:Network::x-vpc")


def test_components_built_at_the_same_time_do_not_mix(driver: Driver) -> None:
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("Workspace", {"team": "a"}), ("ShuffleService", {}), ("Network", {"zones": ["cn-hangzhou-h"]}),
    ]  # fmt: skip
    alone = [len(over_grpc(driver, kind, inputs, True)["resources"]) for kind, inputs in kinds]
    names = [(f"x{i}{n}", *kind) for i in range(3) for n, kind in enumerate(kinds)]
    together = driver.ask([case(kind, inputs, name=name) for name, kind, inputs in names])
    assert [len(answer["seen"]) for answer in together] == alone * 3


def test_every_component_has_a_case() -> None:
    assert {component for component, _ in CASES.values()} == set(COMPONENTS)
