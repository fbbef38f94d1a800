"""What sources say would have failed on a first deployment: one test for each repaired point."""

import json
from http.client import IncompleteRead
from io import BytesIO
from typing import Any

import pytest

from bootstrap.rights import actions
from components.base.mistakes import InputError
from components.cluster.component import Cluster
from components.cluster.flavours import FLAVOURS
from components.cluster.immutable import changed
from components.cluster.managed import with_server
from components.monitoring.alerts import rule_groups
from components.monitoring.inputs import MonitoringInputs
from components.platform.inputs import Settings
from components.platform.prerequisites import roles_needed
from components.shuffle import pods
from components.shuffle.inputs import ShuffleServiceInputs
from components.storage.buckets import TEMPLATE_HASH
from components.storage.component import Storage
from components.workspace import network
from components.workspace.inputs import WorkspaceInputs
from tests.support import record
from tools.ci import web

NETWORK = {"vswitch_ids": ["vsw-1"], "security_group_id": "sg-1"}


def cluster(**inputs: Any) -> Any:
    args: Any = {**NETWORK, **inputs}
    return record(lambda: Cluster("c", args))


def ros_stack(days: int) -> Any:
    args: Any = {"region": "cn-hangzhou", "bucket_prefix": "acme", "hdfs_abort_uploads_days": days}
    return record(lambda: Storage("s", args)).of_type("alicloud:ros/stack:Stack")[0].inputs


def test_changed_retention_reaches_ros_because_a_parameter_changes_with_the_template() -> None:
    week, month = ros_stack(7), ros_stack(30)
    assert week["templateBody"] != month["templateBody"]
    assert week["parameters"] != month["parameters"]
    assert ros_stack(7)["parameters"] == week["parameters"]
    assert list(json.loads(week["templateBody"])["Parameters"]) == [TEMPLATE_HASH]
    assert [p["parameterKey"] for p in week["parameters"]] == [TEMPLATE_HASH]


@pytest.mark.parametrize("answer", [None, "", "{}", "clusters: []"])
def test_an_empty_kubeconfig_is_a_sentence_with_ways_out(answer: str | None) -> None:
    with pytest.raises(InputError) as caught:
        with_server(answer, "https://10.0.0.1:6443")
    assert "cluster.public_endpoint: false, and ACK gave no kubeconfig" in str(caught.value)
    assert "flavour existing" in str(caught.value)


@pytest.mark.parametrize("flavour", ["acs", "virtual-node"])
def test_dns_and_disks_are_there_from_the_creation_on_where_no_node_could_run_them(flavour: str) -> None:
    graph = cluster(flavour=flavour)
    named = {a["name"] for a in graph.of_type("ManagedKubernetes")[0].inputs["addons"]}
    assert {"managed-coredns", "managed-csiprovisioner"} <= named
    assert {"managed-coredns", "managed-csiprovisioner"} <= set(FLAVOURS[flavour].addons)


def test_an_addon_that_is_switched_off_is_not_named_at_the_creation() -> None:
    graph = cluster(flavour="acs", addons={"managed-coredns": "off"})
    named = [a["name"] for a in graph.of_type("ManagedKubernetes")[0].inputs["addons"]]
    assert named == ["managed-csiprovisioner"]


def test_addons_get_their_configuration() -> None:
    graph = cluster(flavour="acs", addon_config={"poseidon": '{"switch": true}'})
    assert graph.one("KubernetesAddon", "c-poseidon").inputs["config"] == '{"switch": true}'
    with pytest.raises(InputError) as caught:
        cluster(flavour="acs", addon_config={"poseidon": "yes", "posidon": "{}"})
    text = str(caught.value.sentences)
    assert "addon_config.poseidon: 'yes' is not allowed; allowed: a JSON object" in text


def test_the_virtual_nodes_can_be_uninstalled() -> None:
    graph = cluster(flavour="virtual-node")
    assert graph.one("KubernetesAddon", "c-ack-virtual-node").inputs["cleanupCloudResources"] is True
    assert "cleanupCloudResources" not in graph.one("KubernetesAddon", "c-poseidon").inputs


def test_a_clusters_resource_group_cannot_change() -> None:
    created = {"flavour": "acs", "resource_group_id": "rg-1"}
    assert changed(created, created) == []
    [sentence] = changed(created, {"flavour": "acs", "resource_group_id": "rg-2"})
    assert sentence.startswith("cluster.resource_group_id: 'rg-2' is not allowed")


def test_jobs_reach_a_dns_server_wherever_the_cloud_runs_it() -> None:
    team = {"team": "a"}
    [rule] = [r for r in network.all_pods(WorkspaceInputs.of(team, "w"))["egress"] if r["ports"][0]["port"] == 53]
    blocks = {peer["ipBlock"]["cidr"] for peer in rule["to"] if "ipBlock" in peer}
    assert {"10.0.0.0/8", "100.64.0.0/10"} <= blocks  # the VPC's addresses and the cloud's own, never the internet
    assert "0.0.0.0/0" not in blocks
    narrow = WorkspaceInputs.of({**team, "egress_dns_cidrs": ["10.1.2.3/32"]}, "w")
    [rule] = [r for r in network.all_pods(narrow)["egress"] if r["ports"][0]["port"] == 53]
    assert {"ipBlock": {"cidr": "10.1.2.3/32"}} in rule["to"]


@pytest.mark.parametrize(
    ("flavour", "role"),
    [
        ("acs", "AliyunCSManagedCsiProvisionerRole"),
        ("virtual-node", "AliyunCSManagedCsiPluginRole"),
        ("virtual-node", "AliyunCSManagedVKRole"),
    ],
)
def test_preflight_asks_for_the_roles_of_the_flavours_addons(flavour: str, role: str) -> None:
    settings = Settings.read(
        {"environment": "test", "cluster": {"flavour": flavour}, "network": {"zones": ["cn-hangzhou-h"]}}
    )
    assert role in roles_needed(settings)


@pytest.mark.parametrize(
    "action", ["cs:DescribeTaskInfo", "cs:DescribeAddon", "eci:DescribeRegions", "ecs:DescribeZones"]
)
def test_reads_that_ram_authorizes_for_everything_only_are_asked_for_everything(action: str) -> None:
    scopes = {
        scope
        for entry in actions().values()
        for scope, rights in entry["rights"].items()
        if action in [*rights.get("read", []), *rights.get("write", [])]
    }
    assert scopes == {"any"}


def test_both_names_of_the_addon_read_are_granted() -> None:
    read = actions()["alicloud:cs/kubernetesAddon:KubernetesAddon"]["rights"]["region"]["read"]
    assert {"cs:GetClusterAddonInstance", "cs:DescribeClusterAddonInstance"} <= set(read)


def test_a_hung_shuffle_worker_is_restarted_within_minutes() -> None:
    inputs = ShuffleServiceInputs.of({}, "s")
    template = pods.pod_template(inputs, pods.worker_role(inputs))["spec"]
    probe = template["containers"][0]["livenessProbe"]
    noticed = probe["periodSeconds"] * probe["failureThreshold"]
    assert noticed + probe["terminationGracePeriodSeconds"] <= 300 < template["terminationGracePeriodSeconds"]


def rules() -> dict[str, dict[str, Any]]:
    inputs = MonitoringInputs.of({"crds": True, "operator_namespace": "o", "job_namespaces": ["a"]}, "m")
    return {r["alert"]: r for group in rule_groups(inputs) for r in group["rules"]}


def test_a_busy_healthy_team_raises_no_alert_because_some_pod_is_always_pending() -> None:
    expr = rules()["TeamPodsPending"]["expr"]
    assert expr.startswith("count by (namespace)")
    assert "offset 30m == 1" in expr


def test_a_counter_that_is_scraped_twice_is_counted_once() -> None:
    assert "sum" not in rules()["SparkSubmissionsFail"]["expr"]


class Answer(BytesIO):
    """An HTTP answer whose body is `text`, or that is cut off where there is none."""

    def read(self, *size: Any) -> bytes:
        text = super().read(*size)
        if not text:
            raise IncompleteRead(b"{")
        return text


@pytest.mark.parametrize("text", [b"<html>", b""])
def test_an_answer_that_is_no_json_or_cut_off_is_a_sentence(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: Answer(text))
    with pytest.raises(web.WebError, match=r"GET https://example\.com"):
        web.call("GET", "https://example.com", wait=0)
