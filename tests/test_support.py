"""The recorder itself: what it must see."""

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.base.mistakes import InputError
from replay.graph import SECRET
from tests.support import record


class Box(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("spark-on-ack:index:Box", name)
        opts = pulumi.ResourceOptions(parent=self, protect=True)
        first = k8s.core.v1.Secret("s", metadata={"name": "s"}, string_data={"k": pulumi.Output.secret("v")}, opts=opts)
        k8s.core.v1.ConfigMap(
            "c",
            metadata={"name": "c"},
            data={"uid": first.metadata["name"], "n": "1"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[first]),
        )
        self.register_outputs({"size": 3})


def test_the_recorder_sees_parents_secrets_options_dependencies_and_outputs() -> None:
    graph = record(lambda: Box("b"))
    secret, config = graph.one("Secret", "s"), graph.one("ConfigMap", "c")
    assert secret.urn == "urn:pulumi:test::spark-on-ack::spark-on-ack:index:Box$kubernetes:core/v1:Secret::s"
    assert secret.options["protect"] is True
    assert secret.inputs["stringData"][SECRET] is True
    assert config.dependencies == [secret.urn]
    assert config.property_dependencies == {"data": [secret.urn]}
    assert graph.one("Box", "b").outputs == {"size": 3}


def test_a_first_preview_has_the_same_urns_and_unknown_outputs_of_kubernetes() -> None:
    known, unknown = record(lambda: Box("b")), record(lambda: Box("b"), known=False)
    assert [r.urn for r in known] == [r.urn for r in unknown]
    assert unknown.one("ConfigMap", "c").inputs["data"]["uid"] == {"$unknown": True}


def test_refusals_arrive_as_sentences() -> None:
    def refuse() -> None:
        raise InputError(["a: b"])

    with pytest.raises(InputError) as caught:
        record(refuse)
    assert caught.value.sentences == ["a: b"]
