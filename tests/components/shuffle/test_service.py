"""What ShuffleService registers: names, order, options, ports, and what a change of a setting touches."""

from typing import Any, cast

import pulumi
import pytest
import yaml

from components import constants as c
from components.args import ShuffleServiceArgs
from components.inputs import InputError
from components.shuffle import service
from components.shuffle.service import ShuffleService
from tests.support import record
from tools.replay.graph import Graph, reveal

MASTER_PORTS = {"rpc": 9097, "ratis": 9872, "http": 9098, "internal": 8097}
WORKER_PORTS = {"rpc": 9091, "fetch": 9092, "push": 9093, "replicate": 9094, "internal": 9095, "http": 9096}


def made(known: bool = True, **args: Any) -> Graph:
    return record(lambda: ShuffleService("shuffle", cast(ShuffleServiceArgs, args)), known=known)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return made()


def stateful(graph: Graph, role: str) -> Any:
    return graph.one("StatefulSet", f"shuffle-{role}").inputs["spec"]


def pod(graph: Graph, role: str) -> Any:
    return stateful(graph, role)["template"]["spec"]


def container(graph: Graph, role: str) -> Any:
    [only] = pod(graph, role)["containers"]
    return only


def names(urns: list[str]) -> set[str]:
    return {u.rsplit("::", 1)[-1] for u in urns}


def checksum(graph: Graph, role: str) -> str:
    return str(stateful(graph, role)["template"]["metadata"]["annotations"]["spark-on-ack.io/checksum-conf"])


def test_a_first_preview_shows_the_same_resources_as_an_update(graph: Graph) -> None:
    unknown = made(known=False)
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


@pytest.mark.parametrize("replicas", [1, 3, 5])
def test_one_master_has_no_disk_and_a_group_has_one_each(replicas: int) -> None:
    graph = made(masters_replicas=replicas)
    assert stateful(graph, "master")["replicas"] == replicas
    assert bool(stateful(graph, "master")["volumeClaimTemplates"]) == (replicas > 1)
    assert ("ratis" in {p["name"] for p in container(graph, "master")["ports"]}) == (replicas > 1)


@pytest.mark.parametrize(
    ("change", "rolled"),
    [
        ({"workers_conf": {"celeborn.worker.commitFiles.fsync": "true"}}, {"worker"}),
        ({"masters_conf": {"celeborn.master.slot.assign.policy": "LOADAWARE"}}, {"master"}),
        ({"worker_timeout_seconds": 300}, {"master", "worker"}),
        ({"quotas_gib": {"team-a": 500}}, set()),
        ({"workers_replicas": 5}, set()),
        ({"replication": False}, set()),
    ],
)
def test_a_change_restarts_only_what_it_concerns(graph: Graph, change: dict[str, Any], rolled: set[str]) -> None:
    changed = made(**change)
    assert {
        r for r in ("master", "worker") if stateful(graph, r)["template"] != stateful(changed, r)["template"]
    } == rolled
    assert {r for r in ("master", "worker") if checksum(graph, r) != checksum(changed, r)} == rolled


def test_quotas_are_mounted_as_a_directory_because_only_that_is_refreshed() -> None:
    graph = made(quotas_gib={"team-a": 500})
    data = graph.one("ConfigMap", "shuffle-dynamic").inputs["data"]
    assert yaml.safe_load(data["dynamicConfig.yaml"])[1]["tenantId"] == "team-a"
    assert {"name": "dynamic", "configMap": {"name": "celeborn-dynamic"}} in pod(graph, "worker")["volumes"]


def test_autoscaled_workers_keep_their_number(graph: Graph) -> None:
    assert "ignoreChanges" not in graph.one("StatefulSet", "shuffle-worker").options
    autoscaled = made(workers_autoscaled=True)
    assert autoscaled.one("StatefulSet", "shuffle-worker").options["ignoreChanges"] == ["spec.replicas"]
    assert "ignoreChanges" not in autoscaled.one("StatefulSet", "shuffle-master").options


def test_protection_covers_what_holds_data() -> None:
    protected = {r.name for r in made(protect=True) if r.options.get("protect")}
    assert protected == {"shuffle-master", "shuffle-worker"}


def test_several_disks_are_claimed_mounted_and_used() -> None:
    graph = made(workers_disks=3, workers_disk_gib=500)
    claims = stateful(graph, "worker")["volumeClaimTemplates"]
    assert [t["metadata"]["name"] for t in claims] == ["disk0", "disk1", "disk2"]
    assert {t["spec"]["resources"]["requests"]["storage"] for t in claims} == {"500Gi"}
    mounts = {m["name"]: m["mountPath"] for m in container(graph, "worker")["volumeMounts"]}
    assert mounts["disk2"] == "/data/disk2"


def test_disks_are_encrypted_essds_bound_in_the_pods_zone(graph: Graph) -> None:
    tagged = made(tags={"environment": "dev", "team": "platform"}).one("StorageClass", "shuffle-disks")
    assert tagged.inputs["volumeBindingMode"] == "WaitForFirstConsumer"
    assert tagged.inputs["parameters"]["diskTags"] == "environment:dev,team:platform"
    assert tagged.inputs["parameters"]["encrypted"] == "true"
    existing = made(disks_storage_class="standard")
    assert not existing.of_type("StorageClass")
    assert stateful(existing, "worker")["volumeClaimTemplates"][0]["spec"]["storageClassName"] == "standard"


def test_pods_follow_the_cluster_flavour_and_carry_cost_tags_on_eci() -> None:
    def metadata(**args: Any) -> Any:
        return stateful(made(tags={"environment": "dev"}, **args), "worker")["template"]["metadata"]

    assert metadata()["annotations"][f"{c.ECI}eci-custom-tags"] == "environment:dev"
    assert metadata(pods="virtual-node")["labels"]["alibabacloud.com/eci"] == "true"
    assert f"{c.ECI}eci-custom-tags" not in metadata(pods="plain")["annotations"]


def test_tls_mounts_the_secret_by_name_and_keeps_the_password_in_memory() -> None:
    spec = pod(made(tls_secret="celeborn-tls"), "worker")
    volumes = {v["name"]: v for v in spec["volumes"]}
    assert volumes["tls"]["secret"]["secretName"] == "celeborn-tls"
    assert volumes["run"]["emptyDir"]["medium"] == "Memory"


def test_an_image_may_be_known_later_or_be_secret() -> None:
    image = "registry.example.com/celeborn:0.7.0"
    graph = record(lambda: ShuffleService("shuffle", {"image": pulumi.Output.secret(image)}))
    assert reveal(container(graph, "worker"))["image"] == image


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
    assert outputs["sparkConf"]["spark.celeborn.master.endpoints"] == ",".join(outputs["endpoints"])


def test_what_a_live_service_cannot_change_is_refused_with_the_way_out() -> None:
    made_with = {"masters.replicas": 3, "workers.disk_gib": 200}
    assert service.same(made_with, dict(made_with)) == made_with
    with pytest.raises(InputError) as caught:
        service.same(made_with, {"masters.replicas": 5, "workers.disk_gib": 500, "new.figure": 1})
    assert [s.split(":")[0] for s in caught.value.sentences] == ["shuffle.masters.replicas", "shuffle.workers.disk_gib"]
    assert "a service in a namespace of its own" in caught.value.sentences[0]


def test_wrong_inputs_stop_the_component_before_its_first_resource() -> None:
    with pytest.raises(InputError) as caught:
        made(workers_conf={"celeborn.port.maxRetires": "0"}, workers_disk_gb=3)
    assert "workers_disk_gb: unknown key; did you mean 'workers_disk_gib'?" in caught.value.sentences[0]
    assert "did you mean 'celeborn.port.maxRetries'?" in caught.value.sentences[1]
