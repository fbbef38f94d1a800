"""The check of alicloud inputs itself, and every stack under it."""

from pathlib import Path
from typing import Any

import pytest

from replay.graph import Resource
from tests.alicloud_types import mistakes, resource_mistakes, table_findings
from tests.conftest import GraphOf


def resource(token: str, **inputs: Any) -> Resource:
    return Resource(urn="u", type=token, name="x", custom=True, inputs=inputs)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (resource("alicloud:vpc/switch:Switch", cidrBlok="10.0.0.0/19"), "Switch x: cidrBlok: unknown property"),
        (resource("alicloud:vpc/natGateway:NatGateway"), "NatGateway x: vpcId: missing"),
        (resource("alicloud:vpc/switch:Switch", tags=["a"]), "Switch x: tags: ['a'] is no map"),
        (resource("alicloud:vpc/switch:Switch", zoneId=3), "Switch x: zoneId: 3 is no str"),
        (
            resource("alicloud:cs/managedKubernetes:ManagedKubernetes", auditLogConfig={"enable": True}),
            "ManagedKubernetes x: auditLogConfig.enable: unknown property",
        ),
        (
            resource("alicloud:cs/managedKubernetes:ManagedKubernetes", deleteOptions=[{"deleteMode": False}]),
            "ManagedKubernetes x: deleteOptions[0].deleteMode: False is no str",
        ),
    ],
)
def test_a_wrong_input_is_found(wrong: Resource, expected: str) -> None:
    assert resource_mistakes(wrong) == [expected]


def test_unknown_and_secret_values_are_no_mistakes() -> None:
    secret = {"$secret": True, "value": "10.0.0.0/19"}
    assert not resource_mistakes(resource("alicloud:vpc/switch:Switch", vpcId={"$unknown": True}, cidrBlock=secret))


def test_a_type_that_the_sdk_does_not_have_is_an_error() -> None:
    with pytest.raises((AttributeError, ModuleNotFoundError)):
        resource_mistakes(resource("alicloud:vpc/nothing:Nothing"))


@pytest.mark.parametrize("known", [True, False])
def test_the_sdk_knows_every_input_of_a_stack(stack: str, known: bool, graph_of: GraphOf) -> None:
    assert mistakes(graph_of(stack, known)) == []


@pytest.mark.parametrize("known", [True, False])
def test_the_table_has_no_findings_for_a_stack(stack: str, known: bool, graph_of: GraphOf, tmp_path: Path) -> None:
    findings = table_findings(graph_of(stack, known), tmp_path)
    if findings is None:
        pytest.skip("the table is not beside this checkout")
    assert findings == []
