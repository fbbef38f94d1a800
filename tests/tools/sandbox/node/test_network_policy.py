"""Meaning of NetworkPolicies, after the statements and examples of Kubernetes' documentation of them."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tools.sandbox.node.network_policy import Cluster, Json, Pod, connection_allowed, pod, policy_types, selects

DB, FRONTEND, OTHER, PROJECT, STRANGER = "10.88.0.2", "10.88.0.3", "10.88.0.4", "10.88.1.2", "10.88.2.2"
NAMESPACES: Mapping[str, Mapping[str, str]] = {
    "default": {"kubernetes.io/metadata.name": "default"},
    "myproject": {"kubernetes.io/metadata.name": "myproject", "project": "myproject", "tier": "one"},
    "stranger": {"kubernetes.io/metadata.name": "stranger", "tier": "two"},
}
DOCUMENTED = """
podSelector: {matchLabels: {role: db}}
policyTypes: [Ingress, Egress]
ingress:
  - from:
      - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
      - namespaceSelector: {matchLabels: {project: myproject}}
      - podSelector: {matchLabels: {role: frontend}}
    ports:
      - {protocol: TCP, port: 6379}
egress:
  - to:
      - ipBlock: {cidr: 10.0.0.0/24}
    ports:
      - {protocol: TCP, port: 5978}
"""
"""The example of the documentation's page on network policies."""


def a_pod(namespace: str, address: str, named: Mapping[tuple[str, str], int] | None = None, **labels: str) -> Pod:
    return Pod(namespace, f"pod-{address}", labels, address, named or {})


PODS = (
    a_pod("default", DB, {("TCP", "redis"): 6379, ("UDP", "metrics"): 6379}, role="db"),
    a_pod("default", FRONTEND, {("TCP", "redis"): 7000}, role="frontend"),
    a_pod("default", OTHER, role="other"),
    a_pod("myproject", PROJECT, {("TCP", "redis"): 8000}, role="frontend", app="web"),
    a_pod("stranger", STRANGER, role="frontend"),
)


def cluster(*specs: str | Json, namespace: str = "default") -> Cluster:
    loaded = [yaml.safe_load(spec) if isinstance(spec, str) else spec for spec in specs]
    policies = tuple({"metadata": {"namespace": namespace}, "spec": spec} for spec in loaded)
    return Cluster(PODS, NAMESPACES, policies)


def passes(world: Cluster, source: str, destination: str, port: int = 6379, protocol: str = "TCP") -> bool:
    return connection_allowed(source, destination, protocol, port, world)


def test_without_policies_everything_passes() -> None:
    assert passes(cluster(), STRANGER, DB)
    assert passes(cluster(), DB, "198.51.100.1", 443)


@pytest.mark.parametrize(
    ("source", "port", "expected"),
    [
        (FRONTEND, 6379, True),
        (OTHER, 6379, False),
        (PROJECT, 6379, True),
        (STRANGER, 6379, False),
        (FRONTEND, 6380, False),
        ("172.17.0.9", 6379, True),
        ("172.17.1.9", 6379, False),
        ("172.17.2.9", 6379, True),
        ("172.18.0.1", 6379, False),
    ],
)
def test_the_documented_example_for_connections_to_the_database(source: str, port: int, expected: bool) -> None:
    assert passes(cluster(DOCUMENTED), source, DB, port) is expected


@pytest.mark.parametrize(
    ("destination", "port", "expected"),
    [("10.0.0.7", 5978, True), ("10.0.0.7", 5979, False), ("10.0.1.7", 5978, False), (FRONTEND, 5978, False)],
)
def test_the_documented_example_for_connections_from_the_database(destination: str, port: int, expected: bool) -> None:
    assert passes(cluster(DOCUMENTED), DB, destination, port) is expected


def test_pods_that_no_policy_selects_stay_open() -> None:
    assert passes(cluster(DOCUMENTED), STRANGER, OTHER)
    assert passes(cluster(DOCUMENTED), OTHER, STRANGER)


def test_a_policy_acts_in_its_own_namespace_only() -> None:
    assert passes(cluster("podSelector: {}", namespace="myproject"), STRANGER, DB)
    assert not passes(cluster("podSelector: {}", namespace="default"), STRANGER, DB)


def test_one_list_item_with_both_selectors_means_both_and_two_items_mean_either() -> None:
    both = """
podSelector: {}
ingress: [{from: [{namespaceSelector: {matchLabels: {project: myproject}}, podSelector: {matchLabels: {role: db}}}]}]
"""
    either = """
podSelector: {}
ingress: [{from: [{namespaceSelector: {matchLabels: {project: myproject}}}, {podSelector: {matchLabels: {role: db}}}]}]
"""
    assert not passes(cluster(both), PROJECT, OTHER)
    assert not passes(cluster(both), DB, OTHER)
    assert passes(cluster(either), PROJECT, OTHER)
    assert passes(cluster(either), DB, OTHER)


def test_default_deny_of_each_direction() -> None:
    ingress = "{podSelector: {}, policyTypes: [Ingress]}"
    assert not passes(cluster(ingress), FRONTEND, DB)
    assert passes(cluster(ingress), DB, STRANGER)
    egress = "{podSelector: {}, policyTypes: [Egress]}"
    assert not passes(cluster(egress), DB, STRANGER)
    assert passes(cluster(egress), STRANGER, DB)
    assert not passes(cluster("{podSelector: {}, policyTypes: [Ingress, Egress]}"), FRONTEND, DB)


def test_an_empty_rule_allows_everything_in_its_direction_whatever_denies_beside_it() -> None:
    deny, allow = (
        "{podSelector: {}, policyTypes: [Ingress]}",
        "{podSelector: {}, policyTypes: [Ingress], ingress: [{}]}",
    )
    assert passes(cluster(deny, allow), STRANGER, DB, 1, "SCTP")
    assert passes(cluster("{podSelector: {}, policyTypes: [Egress], egress: [{}]}"), DB, "203.0.113.1", 9, "UDP")


def test_policies_add_up() -> None:
    one = "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {role: frontend}}}]}]}"
    two = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {tier: two}}}]}]}"
    assert passes(cluster(one, two), FRONTEND, DB)
    assert passes(cluster(one, two), STRANGER, DB)
    assert not passes(cluster(one, two), OTHER, DB)


def test_both_ends_must_agree() -> None:
    leave = "{podSelector: {matchLabels: {role: frontend}}, policyTypes: [Egress], egress: [{ports: [{port: 6379}]}]}"
    enter = "{podSelector: {matchLabels: {role: db}}, ingress: [{from: [{podSelector: {matchLabels: {role: other}}}]}]}"
    assert passes(cluster(leave), FRONTEND, DB)
    assert not passes(cluster(leave, enter), FRONTEND, DB)
    assert passes(cluster(leave, enter), OTHER, DB)


def test_an_empty_namespace_selector_means_all_namespaces_an_empty_pod_selector_the_own_one() -> None:
    everywhere = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"
    here = "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"
    assert passes(cluster(everywhere), STRANGER, DB)
    assert not passes(cluster(everywhere), "172.17.0.1", DB), "an address that is no pod's"
    assert passes(cluster(here), OTHER, DB)
    assert not passes(cluster(here), STRANGER, DB)


@pytest.mark.parametrize(
    ("port", "protocol", "expected"),
    [
        (32000, "TCP", True),
        (32768, "TCP", True),
        (31999, "TCP", False),
        (32769, "TCP", False),
        (32000, "UDP", False),
    ],
)
def test_end_port_means_a_range(port: int, protocol: str, expected: bool) -> None:
    ranged = """
podSelector: {}
policyTypes: [Egress]
egress: [{to: [{ipBlock: {cidr: 10.0.0.0/24}}], ports: [{protocol: TCP, port: 32000, endPort: 32768}]}]
"""
    assert passes(cluster(ranged), DB, "10.0.0.5", port, protocol) is expected


def test_protocols_are_apart_and_tcp_is_meant_when_none_is_named() -> None:
    world = cluster("{podSelector: {}, ingress: [{ports: [{port: 53}, {protocol: UDP, port: 54}, {protocol: SCTP}]}]}")
    assert passes(world, FRONTEND, DB, 53)
    assert not passes(world, FRONTEND, DB, 53, "UDP")
    assert passes(world, FRONTEND, DB, 54, "UDP")
    assert not passes(world, FRONTEND, DB, 54)
    assert passes(world, FRONTEND, DB, 9, "SCTP"), "a protocol without a port means all of its ports"


def test_a_named_port_of_ingress_is_the_selected_pods_own() -> None:
    world = cluster("{podSelector: {}, ingress: [{ports: [{port: redis}]}]}")
    assert passes(world, OTHER, DB, 6379)
    assert not passes(world, OTHER, DB, 7000)
    assert passes(world, OTHER, FRONTEND, 7000)
    assert not passes(world, DB, OTHER, 6379), "it has no port of that name"
    assert not passes(cluster("{podSelector: {}, ingress: [{ports: [{port: metrics}]}]}"), OTHER, DB), "a name of UDP"


def test_a_named_port_of_egress_is_that_of_each_pod_that_is_called() -> None:
    world = cluster(
        "{podSelector: {matchLabels: {role: other}}, policyTypes: [Egress], egress: [{ports: [{port: redis}]}]}"
    )
    assert passes(world, OTHER, DB, 6379)
    assert passes(world, OTHER, PROJECT, 8000)
    assert not passes(world, OTHER, PROJECT, 6379)
    assert not passes(world, OTHER, STRANGER, 6379)
    assert not passes(world, OTHER, "10.0.0.1", 6379)


def test_a_named_port_of_egress_counts_only_for_the_rules_peers() -> None:
    world = cluster("""
podSelector: {matchLabels: {role: other}}
policyTypes: [Egress]
egress: [{to: [{namespaceSelector: {matchLabels: {project: myproject}}}], ports: [{port: redis}, {port: 9999}]}]
""")
    assert passes(world, OTHER, PROJECT, 8000)
    assert passes(world, OTHER, PROJECT, 9999)
    assert not passes(world, OTHER, DB, 6379)


def test_a_rule_whose_ports_resolve_to_nothing_allows_nothing() -> None:
    assert not passes(cluster("{podSelector: {}, ingress: [{ports: [{port: unknown}]}]}"), FRONTEND, DB)


def test_a_pod_always_reaches_itself() -> None:
    assert passes(cluster("{podSelector: {}, policyTypes: [Ingress, Egress]}"), DB, DB)


def test_peers_that_select_no_pod_allow_nobody() -> None:
    assert not passes(
        cluster("{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]}"), OTHER, DB
    )


def test_several_exceptions_of_one_block() -> None:
    world = cluster("""
podSelector: {}
policyTypes: [Egress]
egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 100.64.0.0/10]}}]}]
""")
    assert passes(world, DB, "198.51.100.1", 80)
    assert not passes(world, DB, "10.1.2.3", 80)
    assert not passes(world, DB, "100.100.100.200", 80)
    assert not passes(world, DB, FRONTEND), "a pod in an excepted block"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, ["Ingress"]),
        ({"ingress": []}, ["Ingress"]),
        ({"egress": [{}]}, ["Ingress", "Egress"]),
        ({"egress": []}, ["Ingress"]),
        ({"policyTypes": ["Egress"]}, ["Egress"]),
        ({"policyTypes": ["Egress"], "ingress": [{}]}, ["Egress"]),
    ],
)
def test_directions_when_the_policy_does_not_say_them(spec: Json, expected: list[str]) -> None:
    assert policy_types(spec) == expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "web", "tier": "x"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "api"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["web"]}]}, True),
        ({"matchExpressions": [{"key": "none", "operator": "In", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]}, True),
        ({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "none", "operator": "Exists"}]}, False),
    ],
)
def test_label_selectors(selector: Json, expected: bool) -> None:
    assert selects(selector, {"app": "web", "env": "prod"}) is expected


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(ValueError, match="'Gt' is not In, NotIn, Exists or DoesNotExist"):
        selects({"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}, {})


def test_a_pod_is_read_from_its_object() -> None:
    manifest: dict[str, Any] = {
        "metadata": {"name": "p", "namespace": "n"},
        "spec": {
            "initContainers": [{"ports": [{"name": "side", "containerPort": 1, "protocol": "UDP"}]}],
            "containers": [{"ports": [{"name": "web", "containerPort": 80}, {"containerPort": 81}]}, {}],
        },
    }
    assert pod(manifest, DB) == Pod("n", "p", {}, DB, {("UDP", "side"): 1, ("TCP", "web"): 80})
