"""What ShuffleService registers: names, order, options, ports, and what a change of a setting touches."""

from typing import Any

import pytest

from components.base import constants as c
from components.base.mistakes import InputError
from components.shuffle import component
from components.shuffle.component import ShuffleService
from components.shuffle.inputs import ShuffleServiceInputs, ShuffleSettings, ShuffleWiring
from replay.graph import Graph
from tests.components.shuffle.graphs import container, names, pod, service_graph, stateful
from tests.support import record

MASTER_PORTS = {"rpc": 9097, "ratis": 9872, "http": 9098, "internal": 8097}
WORKER_PORTS = {"rpc": 9091, "fetch": 9092, "push": 9093, "replicate": 9094, "internal": 9095, "http": 9096}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return service_graph()


def test_a_first_preview_shows_the_same_resources_as_an_update(graph: Graph) -> None:
    unknown = service_graph(known=False)
    assert [r.urn for r in unknown] == [r.urn for r in graph]
    assert len(graph.resources) == 18


def test_every_child_has_its_parent_a_prefixed_name_and_a_plain_object_name(graph: Graph) -> None:
    [component] = graph.of_type("ShuffleService")
    for r in graph:
        if r is not component:
            assert r.parent == component.urn
            assert r.name.startswith("shuffle-")
        if r.kubernetes:
            assert isinstance(r.inputs["metadata"]["name"], str)
            assert r.inputs["metadata"]["labels"][c.LABEL_MANAGED_BY] == c.PROJECT


def test_the_namespace_comes_first_and_workers_follow_the_masters(graph: Graph) -> None:
    for r in graph:
        if r.kubernetes and "namespace" in r.inputs["metadata"]:
            assert r.inputs["metadata"]["namespace"] == "celeborn"
            assert r.dependencies, r.name
    workers = names(graph.one("StatefulSet", "shuffle-worker").dependencies)
    assert {"shuffle-master", "shuffle-worker-conf", "shuffle-worker-service", "shuffle-disks"} <= workers


def test_the_namespace_is_restricted_and_known_by_its_role(graph: Graph) -> None:
    labels = graph.one("Namespace", "shuffle-namespace").inputs["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels[c.LABEL_ROLE] == "shuffle"


@pytest.mark.parametrize("role", ["master", "worker"])
def test_pods_fulfil_pod_security_restricted_and_keep_their_root_read_only(graph: Graph, role: str) -> None:
    spec, main = pod(graph, role), container(graph, role)["securityContext"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == spec["securityContext"]["fsGroup"] == 10006
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert main["allowPrivilegeEscalation"] is False
    assert main["capabilities"] == {"drop": ["ALL"]}
    assert main["readOnlyRootFilesystem"] is True
    assert {next(iter(v.keys() - {"name"})) for v in spec["volumes"]} <= {"configMap", "emptyDir", "secret"}
    mounted = {m["mountPath"]: m["name"] for m in container(graph, role)["volumeMounts"]}
    for variable in container(graph, role)["env"]:
        if variable["name"] in ("CELEBORN_CONF_DIR", "CELEBORN_LOG_DIR", "CELEBORN_PID_DIR", "RUN_DIR"):
            assert variable["value"].startswith("/run/celeborn")
    assert mounted["/run/celeborn"] == "run"
    assert not [m for m in container(graph, role)["volumeMounts"] if "subPath" in m]


@pytest.mark.parametrize(("role", "ports"), [("master", MASTER_PORTS), ("worker", WORKER_PORTS)])
def test_ports_are_the_same_in_pod_service_and_configuration(graph: Graph, role: str, ports: dict[str, int]) -> None:
    assert {p["name"]: p["containerPort"] for p in container(graph, role)["ports"]} == ports
    headless = graph.one("Service", f"shuffle-{role}-service").inputs["spec"]
    assert {p["name"]: p["port"] for p in headless["ports"]} == ports
    assert headless["clusterIP"] == "None"
    assert headless["publishNotReadyAddresses"] is True
    text = graph.one("ConfigMap", f"shuffle-{role}-conf").inputs["data"]["celeborn-defaults.conf"]
    for port in ports.values():
        assert f"={port}\n" in text or f":{port}" in text


def test_jobs_reach_the_client_ports_only_and_nobody_else_gets_in(graph: Graph) -> None:
    [policy] = graph.of_type("NetworkPolicy")
    spec = policy.inputs["spec"]
    assert spec["podSelector"] == {}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    rules = {str(r["from"]): {p["port"] for p in r["ports"]} for r in spec["ingress"]}
    workspace = {"namespaceSelector": {"matchLabels": {c.LABEL_ROLE: "workspace"}}}
    monitoring = {"namespaceSelector": {"matchLabels": {c.LABEL_NAMESPACE_NAME: c.SCRAPER_NAMESPACE}}}
    everything = {*MASTER_PORTS.values(), *WORKER_PORTS.values()}
    assert rules == {
        str([workspace]): {9097, 9091, 9092, 9093},
        str([monitoring]): {9098, 9096},
        str([{"podSelector": {}}]): everything,
    }
    assert not [p for r in (*spec["ingress"], *spec["egress"]) for p in r["ports"] if "endPort" in p]


def test_masters_keep_their_group_alive(graph: Graph) -> None:
    spec = stateful(graph, "master")
    assert spec["replicas"] == 3
    assert spec["podManagementPolicy"] == "Parallel"
    assert spec["minReadySeconds"] == 60
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert [t["metadata"]["name"] for t in spec["volumeClaimTemplates"]] == ["ratis"]
    assert pod(graph, "master")["terminationGracePeriodSeconds"] >= 60
    assert pod(graph, "master")["automountServiceAccountToken"] is False
    assert graph.one("PodDisruptionBudget", "shuffle-master-budget").inputs["spec"]["maxUnavailable"] == 1


def test_workers_drain_longer_than_celeborn_waits_and_leave_no_disk_behind(graph: Graph) -> None:
    spec = stateful(graph, "worker")
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Delete", "whenScaled": "Delete"}
    assert pod(graph, "worker")["terminationGracePeriodSeconds"] == 6 * 3600 + 600
    assert container(graph, "worker")["lifecycle"]["preStop"]["exec"]["command"][-1] == "/etc/celeborn/drain.sh"
    assert graph.one("PodDisruptionBudget", "shuffle-worker-budget").inputs["spec"]["maxUnavailable"] == 1


def test_the_only_right_is_to_read_the_wanted_number_of_workers(graph: Graph) -> None:
    [role] = graph.of_type("Role")
    assert role.inputs["rules"] == [
        {
            "apiGroups": ["apps"],
            "resources": ["statefulsets/scale"],
            "resourceNames": ["celeborn-worker"],
            "verbs": ["get"],
        }
    ]
    [binding] = graph.of_type("RoleBinding")
    assert binding.inputs["subjects"] == [
        {"kind": "ServiceAccount", "name": "celeborn-worker", "namespace": "celeborn"}
    ]
    assert not graph.of_type("ClusterRole")


@pytest.mark.parametrize("role", ["master", "worker"])
def test_requests_equal_limits_and_probes_ask_what_a_follower_answers_too(graph: Graph, role: str) -> None:
    resources = container(graph, role)["resources"]
    assert resources["requests"] == resources["limits"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container(graph, role)[probe]["httpGet"]["path"] == "/ping"


def test_the_worker_fits_into_its_pod(graph: Graph) -> None:
    env = {v["name"]: v.get("value", "") for v in container(graph, "worker")["env"]}
    jvm = int(env["CELEBORN_WORKER_MEMORY"][:-1]) + int(env["CELEBORN_WORKER_OFFHEAP_MEMORY"][:-1])
    assert jvm * 1.15 <= int(container(graph, "worker")["resources"]["limits"]["memory"].removesuffix("Mi"))


def test_pods_register_under_a_name_that_outlives_them(graph: Graph) -> None:
    env = container(graph, "worker")["env"]
    position = {v["name"]: i for i, v in enumerate(env)}
    host = env[position["CELEBORN_LOCAL_HOSTNAME"]]["value"]
    assert host == "$(POD_NAME).celeborn-worker.celeborn.svc.cluster.local"
    assert position["POD_NAME"] < position["CELEBORN_LOCAL_HOSTNAME"]  # only earlier variables are filled in


def test_a_service_that_exists_is_only_described() -> None:
    seen: list[ShuffleService] = []
    args: Any = {"existing_endpoints": ["celeborn.example:9097"]}

    def build() -> None:
        seen.append(ShuffleService("shuffle", args))
        assert seen[0].client_conf["spark.celeborn.master.endpoints"] == "celeborn.example:9097"

    graph = record(build)
    assert [r.kind for r in graph] == ["ShuffleService"]
    assert graph.resources[0].outputs["endpoints"] == ["celeborn.example:9097"]


def test_outputs_say_how_to_use_the_service_without_a_secret(graph: Graph) -> None:
    outputs = graph.one("ShuffleService", "shuffle").outputs
    assert outputs["namespace"] == "celeborn"
    assert len(outputs["endpoints"]) == 3
    assert set(outputs["commands"]) == {"leader", "workers", "quotas", "web page"}
    assert all(command.startswith("kubectl -n celeborn ") for command in outputs["commands"].values())
    assert outputs["sparkConf"]["spark.celeborn.master.endpoints"] == ",".join(outputs["endpoints"])


def test_one_master_is_not_asked_who_leads() -> None:
    assert "leader" not in component.commands(ShuffleSettings.read({"masters": {"replicas": 1}}))


def test_settings_are_wired_unchanged() -> None:
    data = {"workers": {"disks": 2, "conf": {"celeborn.worker.commitFiles.fsync": "true"}}, "quotas_gib": {"a": 1}}
    settings = ShuffleSettings.read(data)
    inputs = ShuffleServiceInputs.wired(settings, ShuffleWiring(pods="plain", tags={"a": "b"}))
    assert inputs.model_dump(include=set(ShuffleSettings.model_fields)) == settings.model_dump()
    assert inputs.pods == "plain"


def test_what_a_live_service_cannot_change_is_refused_with_the_way_out() -> None:
    created_with = component.immutable_figures(ShuffleSettings())
    assert component.changed(created_with, dict(created_with)) == []
    moved = component.immutable_figures(ShuffleSettings.read({"namespace": "other"}))
    assert [s.split(":")[0] for s in component.changed(created_with, moved)] == ["shuffle.namespace"]
    sentences = component.changed(created_with, {"masters.replicas": 5, "workers.disk_gib": 500, "new.figure": 1})
    assert [s.split(":")[0] for s in sentences] == ["shuffle.masters.replicas", "shuffle.workers.disk_gib"]
    assert "a service in a namespace of its own" in sentences[0]


def test_wrong_inputs_stop_the_component_before_its_first_resource() -> None:
    with pytest.raises(InputError) as caught:
        service_graph(workers_conf={"celeborn.port.maxRetires": "0"}, workers_disk_gb=3)
    assert "workers_disk_gb: unknown key; did you mean 'workers_disk_gib'?" in caught.value.sentences[0]
    assert "did you mean 'celeborn.port.maxRetries'?" in caught.value.sentences[1]
