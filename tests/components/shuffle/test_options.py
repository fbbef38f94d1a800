"""What each setting of the shuffle service changes, and what it leaves alone."""

from typing import Any

import pulumi
import pytest
import yaml

from components.base import constants as c
from components.shuffle.component import ShuffleService
from replay.graph import Graph, reveal
from tests.components.shuffle.graphs import checksum, container, pod, service_graph, stateful
from tests.support import record


@pytest.fixture(scope="module")
def graph() -> Graph:
    return service_graph()


@pytest.mark.parametrize("replicas", [1, 3, 5])
def test_one_master_has_no_disk_and_a_group_has_one_each(replicas: int) -> None:
    graph = service_graph(masters_replicas=replicas)
    assert stateful(graph, "master")["replicas"] == replicas
    assert bool(stateful(graph, "master").get("volumeClaimTemplates", [])) == (replicas > 1)
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
    changed = service_graph(**change)
    assert {
        r for r in ("master", "worker") if stateful(graph, r)["template"] != stateful(changed, r)["template"]
    } == rolled
    assert {r for r in ("master", "worker") if checksum(graph, r) != checksum(changed, r)} == rolled


def test_quotas_are_mounted_as_a_directory_because_only_that_is_refreshed() -> None:
    graph = service_graph(quotas_gib={"team-a": 500})
    data = graph.one("ConfigMap", "shuffle-dynamic").inputs["data"]
    assert yaml.safe_load(data["dynamicConfig.yaml"])[1]["tenantId"] == "team-a"
    assert {"name": "dynamic", "configMap": {"name": "celeborn-dynamic"}} in pod(graph, "worker")["volumes"]


def test_autoscaled_workers_keep_their_number(graph: Graph) -> None:
    assert "ignoreChanges" not in graph.one("StatefulSet", "shuffle-worker").options
    autoscaled = service_graph(workers_autoscaled=True)
    assert autoscaled.one("StatefulSet", "shuffle-worker").options["ignoreChanges"] == ["spec.replicas"]
    assert "ignoreChanges" not in autoscaled.one("StatefulSet", "shuffle-master").options


def test_protection_covers_what_holds_data() -> None:
    protected = {r.name for r in service_graph(protect=True) if r.options.get("protect")}
    assert protected == {"shuffle-master", "shuffle-worker"}


def test_several_disks_are_claimed_mounted_and_used() -> None:
    graph = service_graph(workers_disks=3, workers_disk_gib=500)
    claims = stateful(graph, "worker")["volumeClaimTemplates"]
    assert [t["metadata"]["name"] for t in claims] == ["disk0", "disk1", "disk2"]
    assert {t["spec"]["resources"]["requests"]["storage"] for t in claims} == {"500Gi"}
    mounts = {m["name"]: m["mountPath"] for m in container(graph, "worker")["volumeMounts"]}
    assert mounts["disk2"] == "/data/disk2"


def test_disks_are_encrypted_essds_bound_in_the_pods_zone(graph: Graph) -> None:
    tagged = service_graph(tags={"environment": "dev", "team": "platform"}).one("StorageClass", "shuffle-disks")
    assert tagged.inputs["volumeBindingMode"] == "WaitForFirstConsumer"
    assert tagged.inputs["parameters"]["diskTags"] == "environment:dev,team:platform"
    assert tagged.inputs["parameters"]["encrypted"] == "true"
    existing = service_graph(disks_storage_class="standard")
    assert not existing.of_type("StorageClass")
    assert stateful(existing, "worker")["volumeClaimTemplates"][0]["spec"]["storageClassName"] == "standard"


def test_pods_follow_the_cluster_flavour_and_carry_cost_tags_on_eci() -> None:
    def metadata(**args: Any) -> Any:
        return stateful(service_graph(tags={"environment": "dev"}, **args), "worker")["template"]["metadata"]

    assert metadata()["annotations"][f"{c.ECI}eci-custom-tags"] == "environment:dev"
    assert metadata(pods="virtual-node")["labels"]["alibabacloud.com/eci"] == "true"
    assert f"{c.ECI}eci-custom-tags" not in metadata(pods="plain")["annotations"]


def test_tls_mounts_the_secret_by_name_and_keeps_the_password_in_memory() -> None:
    spec = pod(service_graph(tls_secret="celeborn-tls"), "worker")
    volumes = {v["name"]: v for v in spec["volumes"]}
    assert volumes["tls"]["secret"]["secretName"] == "celeborn-tls"
    assert volumes["run"]["emptyDir"]["medium"] == "Memory"


def test_an_image_may_be_known_later_or_be_secret() -> None:
    image = "registry.example.com/celeborn:0.7.0"
    graph = record(lambda: ShuffleService("shuffle", {"image": pulumi.Output.secret(image)}))
    assert reveal(container(graph, "worker"))["image"] == image
