"""Spark settings: sizes, scaling and further keys, each mistake with its sentence."""

from typing import Any

import pytest

from components.base.mistakes import InputError
from components.spark.inputs import SparkSettings
from components.spark.keys import PROTECTED, entry_mistake, known_keys, misspelt


def mistakes(**settings: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        SparkSettings.read(settings)
    return caught.value.sentences


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"version": "4.3.0"}, "version: '4.3.0' is not allowed; allowed: a release of Spark 3.5, 4.0, 4.1 or 4.2"),
        ({"version": "3.5"}, "version: '3.5' is not allowed"),
        ({"image": "spark"}, "image: 'spark' is not allowed; allowed: an image with its tag or digest"),
        ({"driver": {"memory_gib": 9}}, "driver.memory_gib: 2 vCPU/9 GiB is not a size of serverless pods"),
        ({"driver": {"spot": True}}, "driver.spot: unknown key"),
        ({"executor": {"vcpu": 5}}, "executor.memory_gib: 5 vCPU/16 GiB is not a size"),
        ({"executor": {"memory_gib": 18, "spot": True}}, "allowed: 4 vCPU/16 GiB or 4 vCPU/32 GiB"),
        ({"executor": {"vcpu": 0}}, "executor.vcpu: 0 is not allowed; allowed: a whole number from 1 to 64"),
        ({"executor": {"pyspark_memory_mib": 16000}}, "executor.memory_gib: a pod of 16 GiB leaves"),
        ({"executor": {"overhead_factor": 0.9}}, "executor.overhead_factor: 0.9 is not allowed"),
        ({"scaling": {"initial_executors": 300}}, "scaling.initial_executors: 300 is not between"),
        ({"scaling": {"batch_delay_ms": 100}}, "scaling.batch_delay_ms: 100 is not allowed"),
        ({"scaling": {"idle_timeout_seconds": 600}}, "scaling.idle_timeout_seconds: 600 is not allowed"),
        ({"max_pending_minutes": 5}, "max_pending_minutes: 5 is not allowed; allowed: a whole number from 10 to 1440"),
        ({"conf": {"sql.x": "1"}}, "conf.sql.x: only keys that begin with 'spark.' reach a job"),
        ({"conf": {"spark.driver.port": "1"}}, "conf.spark.driver.port: set by the platform: network policies"),
        (
            {"conf": {"spark.dynamicAllocation.executorIdelTimeout": "1s"}},
            "did you mean 'spark.dynamicAllocation.executorIdleTimeout'?",
        ),
        ({"conf": {"spark.celeborn.client.push.bufer.max.size": "1k"}}, "spark.celeborn.client.push.buffer.max.size"),
        ({"conf": {"spark.celeborn.rpc.askTimeout": "30 parsecs"}}, "conf.spark.celeborn.rpc.askTimeout: "),
        ({"conf": {"spark.x": ["a"]}}, "conf.spark.x: ['a'] is not allowed"),
        ({"executer": {}}, "executer: unknown key; did you mean 'executor'?"),
    ],
)
def test_a_mistake_is_told_with_its_path_and_the_way_out(settings: dict[str, Any], expected: str) -> None:
    told = mistakes(**settings)
    assert len(told) == 1
    assert expected in told[0]


def test_all_mistakes_of_a_configuration_are_told_at_once() -> None:
    wrong = {"spark.master": "local", "b": "1", "spark.celeborn.rpc.askTimeout": "x", "spark.executor.coress": "1"}
    assert len(mistakes(conf=wrong, driver={"memory_gib": 9})) == 5


def test_numbers_and_booleans_are_read_as_text() -> None:
    assert SparkSettings.read({"conf": {"spark.a": 1, "spark.b": True, "spark.c": 0.5}}).conf == {
        "spark.a": "1",
        "spark.b": "true",
        "spark.c": "0.5",
    }


def test_a_teams_settings_replace_only_what_they_name() -> None:
    platform = SparkSettings.read({"executor": {"memory_gib": 32}, "conf": {"spark.a": "1", "spark.b": "1"}})
    team = SparkSettings.read({"executor": {"spot": True}, "conf": {"spark.b": "2"}})
    both = team.over(platform)
    assert (both.executor.memory_gib, both.executor.spot) == (32, True)
    assert both.conf == {"spark.a": "1", "spark.b": "2"}
    assert SparkSettings().over(platform) == platform


def test_sizes_are_checked_again_with_the_region() -> None:
    settings = SparkSettings.read({"executor": {"memory_gib": 18}})
    assert list(settings.size_mistakes("cn-hangzhou")) == []
    [(path, reason)] = settings.size_mistakes("eu-central-1")
    assert path == "executor.memory_gib"
    assert "allowed: 4 vCPU/16 GiB or 4 vCPU/32 GiB" in reason


@pytest.mark.parametrize("entry", PROTECTED, ids=lambda e: e.key)
def test_every_protected_key_is_refused_with_its_reason(entry: Any) -> None:
    mistake = entry_mistake(entry.key + ("x" if entry.key.endswith(".") else ""), "1")
    assert mistake is not None
    assert entry.reason in mistake


@pytest.mark.parametrize("key", known_keys())
def test_known_keys_are_not_taken_for_misspellings(key: str) -> None:
    assert misspelt(key + ("name" if key.endswith(".") else "")) is None


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("spark.dynamicallocation.enabled", "spark.dynamicAllocation.enabled"),
        ("spark.kubernetes.allocation.batchsize", "spark.kubernetes.allocation.batch.size"),
        ("spark.executor.memoryOverHead", "spark.executor.memoryOverhead"),
        ("spark.eventLog.rolling.enable", "spark.eventLog.rolling.enabled"),
        ("spark.sql.anything.new", None),
        ("spark.executor.somethingOfAPlugin", None),
    ],
)
def test_near_misses_are_found_and_foreign_keys_are_left_alone(key: str, meant: str | None) -> None:
    assert misspelt(key) == meant
