"""Workloads are priced at the largest size that their autoscalers allow."""

from decimal import Decimal
from typing import Any

import pytest

from policies.base.rule import Context
from policies.cost.model.estimate import Estimate, estimate_graph
from replay.graph import Resource
from tests.policies.graphs import clean, kubernetes

CONTEXT = Context(region="cn-hangzhou")
TARGET = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "worker"}


def scaled(*scalers: Resource) -> Estimate:
    graph = clean()
    graph.resources += scalers
    return estimate_graph(graph, CONTEXT)


def grown(estimate: Estimate) -> Decimal:
    """CNY per hour that autoscalers may add."""
    return estimate.at_quota - scaled().at_quota


def horizontal(version: str) -> Resource:
    spec = {"scaleTargetRef": TARGET, "maxReplicas": 8}
    return kubernetes(f"autoscaling/{version}:HorizontalPodAutoscaler", "celeborn", "scaler", spec=spec)


def vertical(**policy: Any) -> Resource:
    spec = {"targetRef": TARGET, "resourcePolicy": {"containerPolicies": [policy]}}
    return kubernetes("autoscaling.k8s.io/v1:VerticalPodAutoscaler", "celeborn", "sizer", spec=spec)


@pytest.mark.parametrize("version", ["v1", "v2", "v2beta1", "v2beta2"])
def test_every_version_of_the_horizontal_autoscaler_adds_its_most_pods(version: str) -> None:
    assert grown(scaled(horizontal(version))) > 0
    assert grown(scaled(horizontal(version))) == grown(scaled(horizontal("v2")))


def test_a_scaled_object_adds_up_to_its_maximum_or_a_hundred() -> None:
    kind, spec = "keda.sh/v1alpha1:ScaledObject", {"scaleTargetRef": TARGET}
    eight = kubernetes(kind, "celeborn", "s", spec=spec | {"maxReplicaCount": 8})
    default = kubernetes(kind, "celeborn", "s", spec=spec)
    assert grown(scaled(eight)) == grown(scaled(horizontal("v2")))
    assert grown(scaled(default)) == grown(scaled(eight)) * 24  # 96 more pods instead of 4


def test_larger_pods_are_priced_at_their_largest() -> None:
    assert grown(scaled(vertical(containerName="*", maxAllowed={"cpu": "16", "memory": "64Gi"}))) > 0
    assert grown(scaled(vertical(containerName="*", maxAllowed={"cpu": "1", "memory": "1Gi"}))) == 0


def test_an_autoscaler_without_a_bound_leaves_the_sum_undecided() -> None:
    lines = scaled(vertical(containerName="*")).lines
    assert [x.note for x in lines if x.undecided and "worker" in x.name] == [
        "its VerticalPodAutoscaler has no maxAllowed, so nothing bounds its size"
    ]
