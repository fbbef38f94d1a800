"""The rendered configuration of masters, workers and jobs."""

from typing import Any

import pytest
import yaml

from components.base import constants as c
from components.base.configuration import properties, values
from components.shuffle.client import client_conf, client_configuration
from components.shuffle.configuration import dynamic_config, master_conf, worker_conf
from components.shuffle.inputs import ShuffleSettings
from components.shuffle.keys import check_client_conf, check_keys, wrong_entries

SHAPES: list[dict[str, Any]] = [
    {},
    {"masters": {"replicas": 1}, "workers": {"replicas": 1}},
    {"masters": {"replicas": 5}, "workers": {"disks": 4, "memory_gib": 32, "vcpu": 8}},
    {"authentication": False, "replication": False, "network_policy": False},
    {"tls": {"secret": "celeborn-tls"}, "interrupt_over_quota": True},
]
HOST = "celeborn-master-{}.celeborn-master.celeborn.svc.cluster.local"


def settings(**data: Any) -> ShuffleSettings:
    return ShuffleSettings.read(data)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_rendered_key_and_value_is_in_the_registry(shape: dict[str, Any]) -> None:
    s = settings(**shape)
    assert check_keys(values(master_conf(s)), "masters") == []
    assert check_keys(values(worker_conf(s)), "workers") == []
    assert check_client_conf(client_conf(s), "spark") == []
    for level in yaml.safe_load(dynamic_config(s)):
        assert wrong_entries(level.get("config", {}), "dynamic") == []


@pytest.mark.parametrize("shape", SHAPES)
def test_every_line_says_why_it_is_there(shape: dict[str, Any]) -> None:
    s = settings(**shape)
    for configuration in (master_conf(s), worker_conf(s), client_configuration(s)):
        assert all(entry.reason and "\n" not in entry.reason for entry in configuration.values())


def test_masters_and_workers_agree_on_the_heartbeat() -> None:
    s = settings(worker_timeout_seconds=300)
    key = "celeborn.master.heartbeat.worker.timeout"
    assert master_conf(s)[key].value == worker_conf(s)[key].value == "300s"


@pytest.mark.parametrize("replicas", [3, 5])
def test_a_group_of_masters_names_each_of_them_with_fixed_ports(replicas: int) -> None:
    conf = values(master_conf(settings(masters={"replicas": replicas})))
    assert conf["celeborn.master.ha.enabled"] == "true"
    assert conf["celeborn.master.ha.ratis.raft.rpc.type"] == "grpc"
    hosts = [conf[f"celeborn.master.ha.node.{i}.host"] for i in range(replicas)]
    assert hosts == [HOST.format(i) for i in range(replicas)]
    assert conf["celeborn.master.endpoints"] == ",".join(f"{h}:{c.CELEBORN_MASTER_RPC}" for h in hosts)
    assert f"celeborn.master.ha.node.{replicas}.host" not in conf
    assert "celeborn.master.ha.node.id" not in conf  # the start script adds each pod's own


def test_one_master_runs_without_a_group_under_its_name() -> None:
    conf = values(master_conf(settings(masters={"replicas": 1})))
    assert conf["celeborn.master.ha.enabled"] == "false"
    assert conf["celeborn.master.host"] == HOST.format(0)
    assert not [k for k in conf if ".ha.node." in k or ".ratis." in k]


def test_authentication_brings_the_internal_ports_it_needs() -> None:
    on, off = worker_conf(settings()), worker_conf(settings(authentication=False))
    assert on["celeborn.auth.enabled"].value == on["celeborn.internal.port.enabled"].value == "true"
    assert on["celeborn.master.internal.endpoints"].value.count(f":{c.CELEBORN_MASTER_INTERNAL}") == 3
    assert "celeborn.internal.port.enabled" not in off
    assert "spark.celeborn.auth.enabled" not in client_conf(settings(authentication=False))


def test_disks_are_used_to_ninety_percent_and_the_recovery_path_is_on_one() -> None:
    conf = values(worker_conf(settings(workers={"disks": 2, "disk_gib": 1000})))
    assert conf["celeborn.worker.storage.dirs"] == (
        "/data/disk0:disktype=SSD:capacity=900g,/data/disk1:disktype=SSD:capacity=900g"
    )
    assert conf["celeborn.worker.graceful.shutdown.recoverPath"].startswith("/data/disk0/")


def test_no_password_stands_in_the_configuration() -> None:
    s = settings(tls={"secret": "celeborn-tls"})
    text = properties(master_conf(s)) + properties(worker_conf(s)) + str(client_conf(s))
    assert "assword=" not in text
    assert "Password" not in text


def test_what_a_stack_file_adds_wins_over_the_defaults() -> None:
    s = settings(workers={"conf": {"celeborn.worker.decommission.checkInterval": "30s"}})
    assert worker_conf(s)["celeborn.worker.decommission.checkInterval"].value == "30s"


def test_quotas_are_read_back_at_the_level_the_quota_manager_looks_at() -> None:
    text = dynamic_config(settings(quotas_gib={"a": 500}, user_quotas_gib={"a/ann": 50, "b/bob": 5}))
    assert yaml.safe_load(text) == [
        {"level": "SYSTEM", "config": {"celeborn.quota.interruptShuffle.enabled": "false"}},
        {
            "tenantId": "a",
            "level": "TENANT",
            "config": {"celeborn.quota.tenant.diskBytesWritten": "500g"},
            "users": [{"name": "ann", "config": {"celeborn.quota.user.diskBytesWritten": "50g"}}],
        },
        {
            "tenantId": "b",
            "level": "TENANT",
            "users": [{"name": "bob", "config": {"celeborn.quota.user.diskBytesWritten": "5g"}}],
        },
    ]


def test_the_client_configuration_is_the_one_that_was_measured() -> None:
    endpoints = ",".join(f"{HOST.format(i)}:9097" for i in range(3))
    assert client_conf(settings()) == {
        "spark.shuffle.manager": "org.apache.spark.shuffle.celeborn.SparkShuffleManager",
        "spark.shuffle.sort.io.plugin.class": "org.apache.spark.shuffle.celeborn.CelebornShuffleDataIO",
        "spark.shuffle.service.enabled": "false",
        "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
        "spark.sql.adaptive.localShuffleReader.enabled": "false",
        "spark.celeborn.client.spark.shuffle.fallback.policy": "NEVER",
        "spark.celeborn.master.endpoints": endpoints,
        "spark.celeborn.storage.availableTypes": "SSD",
        "spark.celeborn.client.push.replicate.enabled": "true",
        "spark.celeborn.client.shuffle.manager.port": "7077",
        "spark.celeborn.client.requestCommitFiles.maxRetries": "2",
        "spark.celeborn.client.requestCommitFiles.retryWait": "2s",
        "spark.celeborn.rpc.io.retryWait": "1s",
        "spark.celeborn.client.fetch.maxRetriesForEachReplica": "5",
        "spark.celeborn.data.io.retryWait": "10s",
        "spark.celeborn.masterClient.maxRetries": "3",
        "spark.celeborn.rpc.askTimeout": "20s",
        "spark.celeborn.network.connect.timeout": "3s",
        "spark.celeborn.auth.enabled": "true",
    }


@pytest.mark.parametrize(
    ("shape", "replicates"),
    [
        ({"workers": {"replicas": 1}}, "false"),
        ({"workers": {"replicas": 2}}, "true"),
        ({"workers": {"replicas": 1, "autoscaled": True}}, "true"),
        ({"workers": {"replicas": 1}, "existing_endpoints": ["celeborn.example:9097"]}, "true"),
        ({"replication": False}, "false"),
    ],
)
def test_jobs_replicate_only_where_a_second_worker_can_be(shape: dict[str, Any], replicates: str) -> None:
    assert client_conf(settings(**shape))["spark.celeborn.client.push.replicate.enabled"] == replicates


def test_a_service_that_exists_is_used_by_its_own_endpoints() -> None:
    conf = client_conf(settings(existing_endpoints=["m0.example:9097", "m1.example:9097"]))
    assert conf["spark.celeborn.master.endpoints"] == "m0.example:9097,m1.example:9097"
