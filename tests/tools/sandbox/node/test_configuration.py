"""Configuration of the node's programs: what may not be left to a default."""

import json
import tomllib
from pathlib import Path

import pytest

from tools.sandbox.certificates import Authority
from tools.sandbox.node import cgroups, kubelet, network, real, runtime
from tools.sandbox.processes import inside, supervised
from tools.sandbox.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "state").mkdir()
    return Settings(tmp_path / "state", tmp_path / "cache", 27400)


def test_the_kubelet_knows_its_callers_by_certificate_and_asks_the_api_server_what_they_may(settings: Settings) -> None:
    config = kubelet.kubelet_config(settings, Authority(settings.state / "certificates"))
    assert config["authentication"]["anonymous"] == {"enabled": False}
    assert config["authentication"]["x509"]["clientCAFile"].endswith("ca.crt")
    assert config["authorization"] == {"mode": "Webhook"}
    assert config["cgroupRoot"] == f"/{cgroups.group_name(settings.state)}"


def test_everything_containerd_writes_lies_in_the_state_folder_or_in_the_nodes_run(settings: Settings) -> None:
    config = tomllib.loads(runtime.containerd_config(settings))
    cri = config["plugins"]["io.containerd.grpc.v1.cri"]
    folders = [config["root"], config["plugins"]["io.containerd.internal.v1.opt"]["path"], *cri["cni"].values()]
    assert {Path(each).is_relative_to(settings.state) for each in folders} == {True}
    assert config["state"].startswith("/run/")
    assert cri["restrict_oom_score_adj"] is True


def test_the_last_network_plugin_is_the_one_that_waits_for_the_rules(settings: Settings) -> None:
    plugins = settings.cache / "packages/unpacked/usr/lib/cni"
    plugins.mkdir(parents=True)
    (plugins / "ptp").touch()
    runtime.write_configuration(settings, "/usr/bin/python3")
    listed = json.loads((settings.state / "cni/conf/10-sandbox.conflist").read_text())["plugins"]
    assert [each["type"] for each in listed] == ["ptp", "network-policies"]
    assert listed[0]["ipMasq"] is False
    assert (settings.state / "cni/bin/ptp").resolve() == plugins / "ptp"
    assert (settings.state / "cni/bin/network-policies").stat().st_mode & 0o111


def test_the_clusters_dns_answers_at_the_address_pods_are_given_and_knows_the_clouds_names() -> None:
    objects = {(each["kind"], each["metadata"]["name"]): each for each in real.dns()}
    assert objects["Service", "kube-dns"]["spec"]["clusterIP"] == network.DNS_SERVICE
    corefile = objects["ConfigMap", "coredns"]["data"]["Corefile"]
    assert all(f"{address} {name}\n" in corefile for name, address in network.CLOUD_NAMES.items())
    assert "forward" not in corefile, "nothing is asked outside of the node"
    assert objects["Deployment", "coredns"]["metadata"]["namespace"] == "kube-system"


def test_a_supervised_command_is_one_that_starts_again() -> None:
    assert supervised(["a", "b"])[-2:] == ("a", "b")
    assert inside(7, ["a"])[:2] == ("nsenter", "--target=7")
