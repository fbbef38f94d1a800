"""The registry of Celeborn's keys, and the sentences for what it does not know."""

import pytest

from components.shuffle.keys import check_client_conf, check_keys, registry, wrong_entries

SERVER = [
    # what real servers took without a word, or ended on without naming the key
    ("celeborn.port.maxRetires", "0", "did you mean 'celeborn.port.maxRetries'?"),
    ("celeborn.network.memory.allocator.pooled", "true", "removed in 0.7.0"),
    ("celeborn.worker.heartbeat.timeout", "120s", "renamed; use 'celeborn.master.heartbeat.worker.timeout'"),
    ("celeborn.quota.identity.provider", "x", "renamed; use 'celeborn.identity.provider'"),
    ("celeborn.port.maxRetries", "abc", "'abc' is not allowed; allowed: a whole number"),
    ("celeborn.master.heartbeat.application.timeout", "30 parsecs", "allowed: a whole number with us, ms, s"),
    # keys that only pages know
    ("celeborn.worker.decommission.shutdown.enabled", "true", "not in any release"),
    ("celeborn.worker.heartbeat.interval", "30s", "does not exist"),
    ("celeborn.tags.useTagsQL", "true", "not in the release"),
    ("worker.flush.reuseCopyBuffer.enabled", "true", "unknown key"),
    # values
    ("celeborn.worker.flusher.buffer.size", "256 kilo", "such as 64m"),
    ("celeborn.worker.flusher.buffer.size", "1.5m", "such as 64m"),
    ("celeborn.worker.commitFiles.fsync", "yes", "allowed: true or false"),
    ("celeborn.worker.directMemoryRatioToResume", "7", "allowed: a number from 0 to 1"),
    ("celeborn.master.slot.assign.policy", "RANDOM", "allowed: ROUNDROBIN, LOADAWARE"),
    ("celeborn.worker.http.maxWorkerThreads", "0", "allowed: 1 or more"),
    ("celeborn.master.allowWorkerHostPattern", "celeborn-(", "allowed: a regular expression"),
    # keys that act elsewhere
    ("celeborn.client.push.timeout", "60s", "works only in jobs"),
    ("celeborn.quota.tenant.diskBytesWritten", "1g", "works only as dynamic configuration"),
    ("celeborn.ssl.push.keyStorePassword", "hunter2", "would be stored in plain text"),
    # template keys
    ("celeborn.rpc_servce.io.retryWait", "1s", "did you mean 'celeborn.rpc_service.io.retryWait'?"),
    ("celeborn.master.ha.node.1.hots", "m", "did you mean 'celeborn.master.ha.node.1.host'?"),
    ("celeborn.push.io.numConnectionsPerPeer", "two", "allowed: a whole number"),
]


@pytest.mark.parametrize(("key", "value", "sentence"), SERVER)
def test_a_wrong_server_entry_is_refused_with_the_way_out(key: str, value: str, sentence: str) -> None:
    [told] = check_keys({key: value}, "workers.conf")
    assert told.startswith(f"workers.conf.{key}: ")
    assert sentence in told


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("spark.celeborn.client.push.replicate.enable", "true", "'spark.celeborn.client.push.replicate.enabled'"),
        ("spark.celeborn.worker.fetch.port", "9092", "works only on the servers"),
        ("spark.celeborn.storage.activeTypes", "SSD", "renamed; use 'spark.celeborn.storage.availableTypes'"),
        ("spark.celeborn.data.io.retryWait", "10 s", "such as 30s"),
        ("spark.celeborn.client.requestCommitFiles.maxRetries", "0", "allowed: 1 or more"),
        ("spark.celeborn.client.spark.shuffle.fallback.policy", "SOMETIMES", "allowed: ALWAYS, AUTO, NEVER"),
        ("spark.celeborn.client.spark.shuffle.forceFallback.enabled", "true", "deprecated; use"),
        ("celeborn.client.push.timeout", "60s", "did you mean 'spark.celeborn.client.push.timeout'?"),
    ],
)
def test_a_wrong_client_entry_is_refused_with_the_way_out(key: str, value: str, sentence: str) -> None:
    [told] = check_client_conf({key: value}, "spark.conf")
    assert told.startswith(f"spark.conf.{key}: ")
    assert sentence in told


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("celeborn.metrics.conf.*.sink.csv.period", "1"),
        ("celeborn.ssl.protocol", "TLSv1.3"),
        ("celeborn.ssl.push.enabled", "true"),
        ("celeborn.master.ha.ratis.raft.rpc.type", "GRPC"),
        ("celeborn.worker.flusher.buffer.size", "256KiB"),
        ("celeborn.worker.flusher.buffer.size", "262144"),
        ("celeborn.master.heartbeat.application.timeout", "5min"),
        ("celeborn.worker.rpc.port", "0"),
    ],
)
def test_what_celeborn_reads_is_accepted(key: str, value: str) -> None:
    assert check_keys({key: value}, "conf") == []


def test_other_spark_keys_are_left_alone() -> None:
    assert check_client_conf({"spark.sql.shuffle.partitions": "many"}, "spark.conf") == []


def test_all_mistakes_are_told_at_once_and_no_secret_is_echoed() -> None:
    wrong = wrong_entries({"celeborn.storage.oss.secret.key": "hunter2", "celeborn.a": "1"}, "server")
    assert [key for key, _ in wrong] == ["celeborn.storage.oss.secret.key", "celeborn.a"]
    assert "hunter2" not in str(wrong)


def test_the_registry_holds_every_settable_key_of_the_release() -> None:
    # 534 keys are listed for 0.7.0, one of them lacks the prefix and can therefore not be set
    reg = registry()
    assert len(reg.keys) + len(reg.templates) == 533
    assert {k.side for k in reg.keys.values()} == {"server", "client", "dynamic", "both"}


def test_every_default_of_the_registry_is_allowed_by_it() -> None:
    words = ("(none)", "(empty)", "unlimited", "(see the release)", "?", "<", "=")
    plain = [k for k in registry().keys.values() if not k.default.startswith(words)]
    assert len(plain) > 350
    assert {k.name: k.default for k in plain if k.refusal(k.default.removesuffix("L"))} == {}
