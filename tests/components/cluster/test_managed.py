"""Clusters made here: serverless, acs, virtual-node."""

import json
from typing import Any

import pulumi
import pytest
import yaml

from components.base.mistakes import InputError
from components.cluster.component import Cluster
from components.cluster.flavours import FLAVOURS
from components.cluster.immutable import changed
from components.cluster.inputs import ClusterInputs
from components.cluster.managed import with_server
from replay.graph import SECRET, Graph, reveal
from replay.recorder import Cloud
from tests.alicloud_types import mistakes
from tests.support import record, round_trip

ACK = "alicloud:cs/managedKubernetes:ManagedKubernetes"
NETWORK = {"vswitch_ids": ["vsw-1", "vsw-2"], "security_group_id": "sg-1"}
MADE_HERE = ["serverless", "acs", "virtual-node"]


def build(flavour: str = "serverless", known: bool = True, **args: Any) -> Graph:
    return record(lambda: Cluster("c", {"flavour": flavour, **NETWORK, **args}), known=known)  # type: ignore[arg-type]


def ack(graph: Graph) -> dict[str, Any]:
    return graph.one(ACK, "c-ack").inputs


@pytest.mark.parametrize(
    ("flavour", "profile"), [("serverless", "Serverless"), ("acs", "Acs"), ("virtual-node", "Default")]
)
@pytest.mark.parametrize("known", [True, False])
def test_the_flavour_is_the_profile_in_previews_too(flavour: str, profile: str, known: bool) -> None:
    graph = build(flavour, known)
    assert ack(graph)["profile"] == profile
    assert mistakes(graph) == []


@pytest.mark.parametrize("flavour", MADE_HERE)
def test_a_first_preview_shows_every_resource(flavour: str) -> None:
    assert [r.urn for r in build(flavour)] == [r.urn for r in build(flavour, known=False)]


def test_a_cluster_is_private_protected_logged_and_keeps_no_key_in_the_state() -> None:
    graph = build()
    inputs, options = ack(graph), graph.one(ACK, "c-ack").options
    assert (inputs["slbInternetEnabled"], inputs["newNatGateway"], inputs["enableRrsa"]) == (False, False, True)
    assert inputs["deletionProtection"] is True
    assert options["protect"] is True
    assert inputs["auditLogConfig"] == {"enabled": True}
    assert inputs["controlPlaneLogComponents"] == ["apiserver", "kcm", "scheduler"]
    assert inputs["skipSetCertificateAuthority"] is True
    assert options["additionalSecretOutputs"] == ["certificateAuthorities"]
    assert options["ignoreChanges"] == ["addons"]


def test_protection_can_be_taken_off() -> None:
    graph = build(deletion_protection=False)
    assert ack(graph)["deletionProtection"] is False
    assert "protect" not in graph.one(ACK, "c-ack").options


def test_logs_outlive_the_cluster_unless_the_stack_says_otherwise() -> None:
    def modes(**args: Any) -> dict[str, str]:
        return {o["resourceType"]: o["deleteMode"] for o in ack(build(**args))["deleteOptions"]}

    assert modes()["SLS_Data"] == modes()["SLS_ControlPlane"] == "retain"
    assert set(modes(logs_keep_when_deleted=False).values()) == {"delete"}


def test_the_kubeconfig_is_a_secret_everywhere_and_names_the_private_endpoint() -> None:
    graph = build()
    kubeconfig = graph.one("pulumi:providers:kubernetes", "c-kubernetes").inputs["kubeconfig"]
    assert kubeconfig[SECRET] is True
    assert yaml.safe_load(reveal(kubeconfig))["clusters"][0]["cluster"]["server"] == "https://10.0.0.10:6443"
    assert graph.one("Cluster", "c").outputs["kubeconfig"][SECRET] is True
    plain = [json.dumps(_without_secrets([r.inputs, r.outputs])) for r in graph]
    assert not any("client-key-data" in p for p in plain)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return None if SECRET in value else {k: _without_secrets(v) for k, v in value.items()}
    return [_without_secrets(v) for v in value] if isinstance(value, list) else value


def test_with_a_public_endpoint_the_kubeconfig_stays_as_the_cloud_gives_it() -> None:
    kubeconfig = build(public_endpoint=True).one("pulumi:providers:kubernetes", "c-kubernetes").inputs["kubeconfig"]
    assert yaml.safe_load(reveal(kubeconfig))["clusters"][0]["cluster"]["server"] == "https://203.0.113.10:6443"


def test_every_cluster_of_a_kubeconfig_gets_the_server() -> None:
    text = yaml.safe_dump({"clusters": [{"name": n, "cluster": {"server": n}} for n in "ab"], "kind": "Config"})
    changed_config = yaml.safe_load(with_server(text, "https://x"))
    assert [c["cluster"]["server"] for c in changed_config["clusters"]] == ["https://x"] * 2
    assert changed_config["kind"] == "Config"


@pytest.mark.parametrize("flavour", MADE_HERE)
def test_addons_are_pinned_resources_that_exist_before_anything_in_the_cluster(flavour: str) -> None:
    graph = build(flavour)
    addons = {r.inputs["name"]: r for r in graph.of_type("KubernetesAddon")}
    assert set(addons) == set(FLAVOURS[flavour].addons)
    assert addons["poseidon"].inputs["version"] == "v0.7.6"
    assert all(r.options["deleteBeforeReplace"] for r in addons.values())
    provider = graph.one("pulumi:providers:kubernetes", "c-kubernetes")
    assert {r.urn for r in addons.values()} <= set(provider.dependencies)


def test_a_stack_adds_pins_and_leaves_out_addons() -> None:
    graph = build(addons={"metrics-server": "latest", "poseidon": "v0.8.0", "managed-coredns": "off"})
    versions = {r.inputs["name"]: r.inputs.get("version") for r in graph.of_type("KubernetesAddon")}
    assert versions == {"managed-csiprovisioner": None, "metrics-server": None, "poseidon": "v0.8.0"}


def test_only_a_managed_cluster_is_told_its_network_plugin() -> None:
    assert ack(build("virtual-node"))["addons"][0] == {"name": "terway-eniip"}
    assert "addons" not in ack(build("serverless"))


def test_eci_pods_of_the_platform_get_cache_fallback_and_cost_tags() -> None:
    graph = build(tags={"cost-center": "42"})
    patch = graph.one("kubernetes:core/v1:ConfigMapPatch", "c-eci-profile")
    assert (patch.inputs["metadata"]["name"], patch.inputs["metadata"]["namespace"]) == ("eci-profile", "kube-system")
    assert patch.inputs["data"]["vSwitchIds"] == "vsw-1,vsw-2"
    (selector,) = json.loads(patch.inputs["data"]["selectors"])
    assert selector["namespaceSelector"]["matchLabels"] == {"app.kubernetes.io/managed-by": "spark-on-ack"}
    assert selector["effect"]["annotations"] == {
        "k8s.aliyun.com/eci-auto-imc": "true",
        "k8s.aliyun.com/eci-spot-fallback": "true",
        "k8s.aliyun.com/eci-custom-tags": "cost-center:42",
    }
    assert patch.options["retainOnDelete"] is True
    assert "c-kubernetes" in patch.provider


def test_a_cluster_without_eci_or_with_the_defaults_off_has_no_profile() -> None:
    assert not build("acs").of_type("ConfigMapPatch")
    assert not build(pod_defaults_enabled=False).of_type("ConfigMapPatch")


def test_the_oidc_facts_follow_from_the_cluster_id() -> None:
    outputs = build(region="cn-beijing").one("Cluster", "c").outputs
    assert outputs["oidcProviderArn"] == "acs:ram::1234567890123456:oidc-provider/ack-rrsa-ccack"
    assert outputs["oidcIssuerUrl"] == "https://oidc-ack-cn-beijing.oss-cn-beijing.aliyuncs.com/ccack"


def test_a_version_stops_automatic_upgrades() -> None:
    assert ack(build())["operationPolicy"]["clusterAutoUpgrade"] == {"enabled": True, "channel": "patch"}
    assert ack(build(version="1.34"))["operationPolicy"]["clusterAutoUpgrade"] == {"enabled": False}


def test_secrets_are_encrypted_by_a_key_when_one_is_given() -> None:
    inputs = ack(build(encryption_key_id="key-bjj1abcdef"))
    assert (inputs["encryptionProviderKey"], inputs["disableEncryption"]) == ("key-bjj1abcdef", False)


def test_the_maintenance_window_has_the_apis_form() -> None:
    assert ack(build(maintenance_days=["Saturday", "Sunday"], maintenance_hours=4))["maintenanceWindow"] == {
        "enable": True, "maintenanceTime": "2026-01-03T02:00:00.000+08:00",
        "duration": "4h", "weeklyPeriod": "Saturday,Sunday",
    }  # fmt: skip


def live_stack(monkeypatch: pytest.MonkeyPatch, **created_with: Any) -> None:
    """The state of a live stack: its Stash keeps what the cluster was created with."""
    answer = Cloud.new_resource

    def with_memory(self: Cloud, args: Any) -> Any:
        id_, state = answer(self, args)
        return id_, (state | {"output": round_trip(created_with)}) if args.typ == "pulumi:index:Stash" else state

    monkeypatch.setattr(Cloud, "new_resource", with_memory)


@pytest.mark.parametrize("known", [True, False])
def test_another_flavour_for_a_live_stack_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    live_stack(monkeypatch, flavour="serverless")
    with pytest.raises(InputError) as caught:
        build("acs", known)
    assert caught.value.sentences == [
        "cluster.flavour: 'acs' is not allowed; this stack's cluster was created with 'serverless', and a cluster "
        "cannot be converted: it and everything in it would have to be deleted and created again. Allowed: "
        "'serverless'; or a new stack beside this one; or `pulumi destroy` first"
    ]


def test_a_live_stack_cannot_leave_its_cluster_for_an_existing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    live_stack(monkeypatch, flavour="serverless")
    with pytest.raises(InputError, match=r"cluster\.flavour: 'existing' is not allowed"):
        record(lambda: Cluster("c", {"flavour": "existing", "existing_context": "x"}))


def test_a_live_stack_that_is_as_it_was_made_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    live_stack(monkeypatch, flavour="serverless", service_cidr="172.21.0.0/20", public_endpoint=False)
    assert ack(build())["profile"] == "Serverless"


def test_all_changes_that_a_live_cluster_cannot_take_are_named_at_once() -> None:
    created_with = {"flavour": "acs", "service_cidr": "172.21.0.0/20", "public_endpoint": False}
    sentences = changed(created_with, created_with | {"service_cidr": "172.22.0.0/20", "public_endpoint": True})
    assert [s.partition(":")[0] for s in sentences] == ["cluster.service_cidr", "cluster.public_endpoint"]


def test_the_network_may_be_known_later() -> None:
    graph = record(
        lambda: Cluster(
            "c",
            {
                "flavour": "acs",
                "vswitch_ids": pulumi.Output.from_input(["vsw-1"]),
                "security_group_id": pulumi.Output.from_input("sg-1"),
            },
        )
    )
    assert ack(graph)["vswitchIds"] == ["vsw-1"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "flavour: missing; allowed: serverless, acs, virtual-node, existing"),
        ({"flavour": "serverles"}, "did you mean 'serverless'?"),
        ({"flavour": "acs"}, "vswitch_ids: missing; flavour acs needs a network"),
        ({"flavour": "acs", "node_pools": []}, "node_pools: unknown key"),
        ({"flavour": "acs", "spec": "ack.pro.xlarge"}, "spec: 'ack.pro.xlarge' is not offered for flavour acs"),
        ({"flavour": "acs", "spec": "ack.standard"}, "spec: 'ack.standard' is not allowed; allowed: ack.pro.small"),
        ({"flavour": "acs", "version": "1.29"}, "version: '1.29' lacks a stable ValidatingAdmissionPolicy"),
        ({"flavour": "acs", "version": "latest"}, "version: 'latest' is not allowed; allowed: a version such as 1.34"),
        ({"flavour": "acs", "version": "1.34", "upgrade_channel": "rapid"}, "'rapid' would upgrade past version 1.34"),
        ({"flavour": "acs", "service_cidr": "100.64.0.0/16"}, "service_cidr: '100.64.0.0/16' is not allowed"),
        ({"flavour": "acs", "service_cidr": "172.21.0.0/28"}, "mask /16 to /24"),
        (
            {"flavour": "acs", "service_cidr": "10.0.0.0/20", "network_cidr": "10.0.0.0/16", **NETWORK},
            "service_cidr: 10.0.0.0/20 overlaps with the VPC's 10.0.0.0/16",
        ),
        ({"flavour": "acs", "existing": {"context": "x"}}, "existing.context: only for flavour existing"),
        ({"flavour": "acs", "kubeconfig": "k", **NETWORK}, "kubeconfig: only for flavour existing"),
        (
            {"flavour": "existing", "existing": {"context": "x"}, "public_endpoint": True},
            "public_endpoint: an existing cluster is not changed here",
        ),
        ({"flavour": "acs", "addons": {"poseidon": "newest"}}, "addons.poseidon: 'newest' is not allowed"),
        ({"flavour": "acs", "maintenance": {"start": "25:00+08:00"}}, "start: '25:00+08:00' is not allowed"),
        ({"flavour": "acs", "maintenance": {"days": ["Caturday"]}}, "did you mean 'Saturday'?"),
        ({"flavour": "acs", "logs": {"retention_days": 0}}, "logs.retention_days: 0 is not allowed"),
        ({"flavour": "acs", "logs": {"control_plane": ["etcd"]}}, "logs.control_plane[0]: 'etcd' is not allowed"),
        ({"flavour": "acs", "vswitch_ids": ["subnet-1"], "security_group_id": "sg-1"}, "an id such as vsw-bp1abc"),
        ({"flavour": "acs", "encryption_key_id": "K"}, "encryption_key_id: 'K' is not allowed"),
    ],
)  # fmt: skip
def test_wrong_settings_are_refused(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        ClusterInputs.read(data)
    assert sentence in str(caught.value)
