"""The intent about the network, decided from the rendered NetworkPolicies as Kubernetes specifies them: no sandbox."""

import pytest

from replay import Graph
from tests.conftest import GraphOf
from tests.sandbox.network_intent import (
    ALLOWED,
    FORBIDDEN,
    METADATA,
    PLATFORM_ALLOWED,
    PLATFORM_FORBIDDEN,
    Attempt,
)
from tools.sandbox.node.network_policy import Cluster, Pod, connection_allowed

SPACES = {
    "driver-a": "spark-team-a",
    "executor-a": "spark-team-a",
    "executor-a2": "spark-team-a",
    "driver-b": "spark-team-b",
    "executor-b": "spark-team-b",
    "operator": "spark-operator",
    "shuffle": "celeborn",
    "metrics": "arms-prom",
    "plain": "network-plain",
    "dns": "kube-system",
}
ADDRESSES = {name: f"10.88.0.{number}" for number, name in enumerate(SPACES, 10)}


def world(graph: Graph) -> Cluster:
    """A stack's policies and namespaces, with the pods of the intent table."""
    labels = {
        n.inputs["metadata"]["name"]: n.inputs["metadata"].get("labels", {})
        for n in graph.of_type("kubernetes:core/v1:Namespace")
    }
    names = {space: {"kubernetes.io/metadata.name": space, **labels.get(space, {})} for space in SPACES.values()}
    pods = tuple(
        Pod(space, name, {"spark-role": name.partition("-")[0]} if "-" in name else {}, ADDRESSES[name], {})
        for name, space in SPACES.items()
    )
    policies = tuple(p.inputs for p in graph.of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy"))
    return Cluster(pods, names, policies)


def passes(attempt: Attempt, cluster: Cluster) -> bool:
    source, target = ADDRESSES[attempt.source], ADDRESSES.get(attempt.target, attempt.target)
    protocol = "UDP" if (attempt.target, attempt.port) == ("dns", 53) else "TCP"
    return connection_allowed(source, target, protocol, attempt.port, cluster)


def test_the_rendered_policies_are_the_intent(graph_of: GraphOf) -> None:
    cluster = world(graph_of("sandbox", True))
    assert [a for a in (*ALLOWED, *PLATFORM_ALLOWED) if not passes(a, cluster)] == []
    assert [a for a in (*FORBIDDEN, *PLATFORM_FORBIDDEN) if passes(a, cluster)] == []


@pytest.mark.parametrize("port", [53, 80, 443, 6443, 8080])
def test_no_pod_of_a_stack_reaches_the_metadata_service_but_for_its_roles_credentials(
    graph_of: GraphOf, stack: str, port: int
) -> None:
    graph = graph_of(stack, True)
    roles = any("eci-ram-role-name" in str(c.inputs.get("data")) for c in graph.of_type("ConfigMap"))
    policies = [p.inputs for p in graph.of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy")]
    spaces = sorted({p["metadata"]["namespace"] for p in policies})
    for space in spaces:
        pods = tuple(Pod(space, role, {"spark-role": role}, "10.88.0.9", {}) for role in ("driver", "executor"))
        for pod in pods:
            cluster = Cluster((pod,), {space: {}}, tuple(policies))
            for protocol in ("TCP", "UDP"):
                wanted = port == 80 and protocol == "TCP" and roles and space not in ("celeborn", "spark-operator")
                assert connection_allowed("10.88.0.9", METADATA, protocol, port, cluster) == wanted, (space, protocol)
