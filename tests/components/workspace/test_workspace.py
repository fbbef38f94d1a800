"""Workspace as it is registered: objects, rights, limits, networks."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.base.constants import (
    ANNOTATION_BUDGET,
    ANNOTATION_IMAGES,
    ANNOTATION_MAX_EXECUTORS,
    ANNOTATION_RAM_ROLES,
    ANNOTATION_RETIRED,
    DNS,
    LABEL_ROLE,
    LABEL_WORKSPACE,
    SPARK_BLOCK_MANAGER,
    SPARK_DRIVER_RPC,
    submit_group,
)
from components.base.mistakes import InputError
from components.workspace.component import Workspace
from components.workspace.limits import untagged
from replay.graph import Graph, is_unknown
from tests.support import record

TEAM: dict[str, Any] = {"team": "team-a", "shuffle_namespace": "celeborn", "pods": "eci"}


def workspace_graph(args: Mapping[str, Any] | None = None, *, known: bool = True) -> Graph:
    arguments = TEAM | dict(args or {})
    return record(lambda: Workspace("team-a", arguments), known=known)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return workspace_graph()


def rules(graph: Graph, role: str) -> dict[str, set[str]]:
    """Resource -> verbs of a role."""
    verbs: dict[str, set[str]] = {}
    for rule in graph.one("Role", f"team-a-{role}-role").inputs["rules"]:
        for resource in rule["resources"]:
            verbs.setdefault(resource, set()).update(rule["verbs"])
    return verbs


def policy(graph: Graph, name: str) -> Any:
    return graph.one("NetworkPolicy", f"team-a-network-{name}").inputs["spec"]


def test_a_workspace_costs_at_most_fifteen_objects(graph: Graph) -> None:
    assert len([r for r in graph if r.kubernetes]) <= 15


def test_every_object_is_in_the_namespace_and_comes_after_it(graph: Graph) -> None:
    namespace = graph.one("Namespace", "team-a-namespace")
    parent = graph.one("Workspace", "team-a").urn
    for each in graph:
        if not each.kubernetes or each is namespace:
            continue
        assert each.inputs["metadata"]["namespace"] == "spark-team-a"
        assert each.parent == parent
        after = {d for urn in each.dependencies for d in (urn, *graph.by_urn()[urn].dependencies)}
        assert namespace.urn in after


def test_the_namespace_enforces_restricted_and_carries_the_teams_facts() -> None:
    metadata = workspace_graph(
        {
            "spark_image": "registry.example.com:5000/data/spark:3.5.9",
            "credentials": "eci",
            "role_name": "sandbox-team-a",
            "quota_pods": 40,
            "quota_drivers": 4,
            "monthly_budget_cny": 9000,
            "labels": {"example.com/owner": "data"},
        }
    ).one("Namespace", "team-a-namespace")
    labels, notes = metadata.inputs["metadata"]["labels"], metadata.inputs["metadata"]["annotations"]
    assert {labels[f"pod-security.kubernetes.io/{m}"] for m in ("enforce", "warn", "audit")} == {"restricted"}
    assert (labels[LABEL_WORKSPACE], labels[LABEL_ROLE], labels["example.com/owner"]) == ("team-a", "workspace", "data")
    assert notes[ANNOTATION_IMAGES] == "spark,apache/spark,registry.example.com:5000/data/spark"
    assert notes[ANNOTATION_RAM_ROLES] == "sandbox-team-a"
    assert notes[ANNOTATION_MAX_EXECUTORS] == "36"
    assert notes[ANNOTATION_BUDGET] == "9000"


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("spark:3.5.9", "spark"),
        ("spark", "spark"),
        ("registry.example.com:5000/a/spark", "registry.example.com:5000/a/spark"),
        ("registry.example.com:5000/a/spark:1@sha256:00", "registry.example.com:5000/a/spark"),
    ],
)
def test_an_image_is_allowed_by_its_name_whatever_its_tag(image: str, name: str) -> None:
    assert untagged(image) == name


def test_executors_have_no_token_and_no_rights(graph: Graph) -> None:
    executor = graph.one("ServiceAccount", "team-a-executor").inputs
    assert executor["automountServiceAccountToken"] is False
    bound = [s["name"] for r in graph.of_type("RoleBinding") for s in r.inputs["subjects"]]
    assert executor["metadata"]["name"] not in bound


def test_rights_hold_in_the_namespace_only_and_name_what_they_are(graph: Graph) -> None:
    assert not graph.of_type("ClusterRole")
    assert not graph.of_type("ClusterRoleBinding")
    for role in graph.of_type("Role"):
        assert "*" not in json.dumps(role.inputs["rules"])
        assert "secrets" not in json.dumps(role.inputs["rules"])


def test_submitters_see_pods_but_cannot_make_or_enter_them(graph: Graph) -> None:
    allowed = rules(graph, "submit")
    assert allowed["pods"] == {"get", "list", "watch"}
    assert {"pods/exec", "pods/attach", "pods/ephemeralcontainers", "serviceaccounts/token"}.isdisjoint(allowed)
    assert "create" in allowed["sparkapplications"]
    assert all("status" not in resource for resource in allowed)


def test_drivers_make_volume_claims_only_where_the_quota_has_some(graph: Graph) -> None:
    assert "create" not in rules(graph, "driver")["persistentvolumeclaims"]
    with_claims = workspace_graph({"quota_volume_claims": 5, "quota_storage_gib": 100})
    assert "create" in rules(with_claims, "driver")["persistentvolumeclaims"]
    assert "create" not in rules(graph, "driver")["services"]


def test_the_submit_role_is_bound_to_the_teams_group_and_who_else_is_named() -> None:
    graph = workspace_graph({"submitters_groups": ["data-ci"], "submitters_users": ["230001"]})
    subjects = graph.one("RoleBinding", "team-a-submit-binding").inputs["subjects"]
    assert [(s["kind"], s["name"]) for s in subjects] == [
        ("Group", submit_group("team-a")),
        ("Group", "data-ci"),
        ("User", "230001"),
    ]


def test_the_quota_counts_running_and_finished_pods_and_forbids_public_services(graph: Graph) -> None:
    hard = graph.one("ResourceQuota", "team-a-quota").inputs["spec"]["hard"]
    assert (hard["pods"], hard["count/pods"]) == ("200", "700")
    assert (hard["requests.cpu"], hard["requests.memory"]) == ("800", "3200Gi")
    assert hard["services.loadbalancers"] == hard["services.nodeports"] == hard["persistentvolumeclaims"] == "0"
    assert all(isinstance(v, str) for v in hard.values())


def test_the_limit_range_sets_requests_but_no_cpu_limit_that_would_be_billed(graph: Graph) -> None:
    (entry,) = graph.one("LimitRange", "team-a-limits").inputs["spec"]["limits"]
    assert entry["defaultRequest"] == {"cpu": "500m", "memory": "1024Mi"}
    assert entry["default"] == {"memory": "1024Mi"}
    assert "max" not in entry


def test_two_network_policies_deny_all_that_they_do_not_name(graph: Graph) -> None:
    assert len(graph.of_type("NetworkPolicy")) == 2
    everything = policy(graph, "default-deny")
    assert everything["podSelector"] == {}
    assert everything["policyTypes"] == ["Ingress", "Egress"]
    for each in graph.of_type("NetworkPolicy"):
        for rule in each.inputs["spec"]["egress"]:
            assert rule["to"], "an empty peer list would mean everywhere"
        assert "endPort" not in json.dumps(each.inputs)


def test_executors_reach_their_driver_and_the_shuffle_service_but_not_the_api_server(graph: Graph) -> None:
    spec = policy(graph, "default-deny")
    ports = {p["port"] for p in spec["ingress"][0]["ports"]}
    assert {SPARK_DRIVER_RPC, SPARK_BLOCK_MANAGER} <= ports
    assert spec["ingress"][0]["from"] == [{"podSelector": {}}]
    targets = json.dumps(spec["egress"])
    assert "celeborn" in targets
    assert "10.0.0.0/8" not in json.dumps([rule for rule in spec["egress"] if rule["ports"][0]["port"] != DNS])
    assert "10.0.0.0/8" in json.dumps(policy(graph, "driver")["egress"])


def test_the_metadata_service_is_open_only_where_pods_get_their_credentials_there(graph: Graph) -> None:
    named = {"ipBlock": {"cidr": "100.100.100.200/32"}}
    excepted = {"ipBlock": {"cidr": "100.64.0.0/10", "except": ["100.100.100.200/32"]}}
    with_role = policy(workspace_graph({"credentials": "eci", "role_name": "r"}), "default-deny")["egress"]
    assert named not in [peer for rule in policy(graph, "default-deny")["egress"] for peer in rule["to"]]
    assert [rule["ports"] for rule in with_role if named in rule["to"]] == [[{"protocol": "TCP", "port": 80}]]
    assert excepted in [peer for rule in with_role for peer in rule["to"]]


@pytest.mark.parametrize(
    "egress",
    [
        {"egress_cloud_cidrs": ["100.100.100.200/32"]},
        {"egress_dns_cidrs": ["100.100.100.200/32"]},
        {"egress_destinations": ["100.100.100.200:443"]},
    ],
)
def test_the_metadata_service_cannot_be_named_as_a_destination(egress: Any) -> None:
    with pytest.raises(InputError) as caught:
        workspace_graph(egress)
    assert "is the metadata service, which hands out credentials" in str(caught.value.sentences)


def test_without_a_shuffle_service_no_network_names_one() -> None:
    assert "celeborn" not in json.dumps(policy(record(lambda: Workspace("team-a", {"team": "team-a"})), "default-deny"))


def test_a_database_is_opened_by_range_and_port() -> None:
    spec = policy(workspace_graph({"egress_destinations": ["10.1.2.0/24:3306"]}), "default-deny")
    last = spec["egress"][-1]
    assert last == {"to": [{"ipBlock": {"cidr": "10.1.2.0/24"}}], "ports": [{"protocol": "TCP", "port": 3306}]}


def test_jobs_are_submitted_with_the_teams_configuration_and_templates(graph: Graph) -> None:
    data = graph.one("ConfigMap", "team-a-defaults").inputs["data"]
    assert set(data) == {"spark-defaults.conf", "driver-template.json", "executor-template.json"}
    assert "spark.kubernetes.authenticate.driver.serviceAccountName" in data["spark-defaults.conf"]
    assert json.loads(data["executor-template.json"])["spec"]["automountServiceAccountToken"] is False
    assert graph.one("ConfigMap", "team-a-defaults").inputs["metadata"]["name"] == "spark-defaults"


def test_with_plain_inputs_a_first_preview_knows_everything() -> None:
    known, unknown = workspace_graph(), workspace_graph(known=False)
    assert [(r.urn, r.inputs) for r in known] == [(r.urn, r.inputs) for r in unknown]


def test_figures_and_roles_that_are_known_later_hide_nothing_else() -> None:
    def build() -> None:
        role = pulumi.Output.from_input("x").apply(lambda _: "made-later")
        args: Any = TEAM | {"credentials": "eci", "role_name": role, "quota_pods": pulumi.Output.from_input(90)}
        Workspace("team-a", args)

    graph = record(build)
    metadata = graph.one("Namespace", "team-a-namespace").inputs["metadata"]
    assert metadata["name"] == "spark-team-a"
    assert metadata["annotations"][ANNOTATION_RAM_ROLES] == "made-later"
    assert metadata["annotations"][ANNOTATION_MAX_EXECUTORS] == "80"
    assert graph.one("ResourceQuota", "team-a-quota").inputs["spec"]["hard"]["count/pods"] == "590"
    assert not any(is_unknown(r.inputs) for r in graph)


def test_a_retired_workspace_takes_no_application_and_keeps_everything_else(graph: Graph) -> None:
    retired = workspace_graph({"retired": "2026-12-31"})
    assert set(retired.by_urn()) == set(graph.by_urn())
    changed = {r.name for r in retired if r.inputs != graph.by_urn()[r.urn].inputs}
    assert changed == {"team-a-namespace", "team-a-quota"}
    assert (
        retired.one("Namespace", "team-a-namespace").inputs["metadata"]["annotations"][ANNOTATION_RETIRED]
        == "2026-12-31"
    )
    before, after = (g.one("ResourceQuota", "team-a-quota").inputs["spec"]["hard"] for g in (graph, retired))
    assert after == before | {"count/sparkapplications.sparkoperator.k8s.io": "0"}
