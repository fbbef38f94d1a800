"""The Spark defaults: what they promise, for every release and every kind of place."""

import dataclasses

import pytest

from components.base import constants
from components.base.configuration import read_properties
from components.pods.sizes import is_row
from components.shuffle.client import client_conf
from components.shuffle.inputs import ShuffleSettings
from components.shuffle.keys import check_client_conf
from components.spark.configuration import docs_table, max_executors, render, spark_conf
from components.spark.context import JobContext
from components.spark.inputs import SparkSettings
from components.spark.keys import misspelt

CONTEXT = JobContext(
    team="payments",
    namespace="spark-payments",
    region="cn-hangzhou",
    credentials="eci",
    role_name="payments-spark",
    shuffle_conf=client_conf(ShuffleSettings()),
    event_log_dir="oss://logs.cn-hangzhou.oss-dls.aliyuncs.com/spark-history",
    oss_hdfs=True,
    files_bucket="files",
    quota_pods=100,
)
SETTINGS = SparkSettings()


def conf(settings: SparkSettings = SETTINGS, context: JobContext = CONTEXT) -> dict[str, str]:
    return {k: e.value for k, e in spark_conf(settings, context).items()}


def read(**settings: object) -> SparkSettings:
    return SparkSettings.read(settings)


def test_idle_executors_are_given_back_within_ten_seconds() -> None:
    c = conf()
    assert c["spark.dynamicAllocation.enabled"] == "true"
    assert c["spark.dynamicAllocation.executorIdleTimeout"] == "10s"
    assert c["spark.dynamicAllocation.shuffleTracking.enabled"] == "false"
    assert c["spark.shuffle.sort.io.plugin.class"] == "org.apache.spark.shuffle.celeborn.CelebornShuffleDataIO"
    assert c["spark.celeborn.client.spark.shuffle.fallback.policy"] == "NEVER"


def test_without_a_shuffle_service_spark_tracks_shuffle_data_itself() -> None:
    c = conf(context=dataclasses.replace(CONTEXT, shuffle_conf={}))
    assert c["spark.dynamicAllocation.shuffleTracking.enabled"] == "true"
    assert not [k for k in c if "celeborn" in k or k == "spark.shuffle.sort.io.plugin.class"]


def test_sizes_fill_the_row_that_is_billed() -> None:
    c = conf(read(executor={"vcpu": 8, "memory_gib": 32, "pyspark_memory_mib": 2048, "offheap_memory_mib": 1024}))
    keys = ("spark.executor.memory", "spark.executor.memoryOverhead", "spark.executor.pyspark.memory")
    parts = [int(c[k].removesuffix("m")) for k in (*keys, "spark.memory.offHeap.size")]
    assert sum(parts) == 32 * 1024
    assert is_row(int(c["spark.executor.cores"]), sum(parts) / 1024, "eu-central-1")
    assert int(c["spark.driver.memory"][:-1]) + int(c["spark.driver.memoryOverhead"][:-1]) == 8 * 1024
    assert c["spark.kubernetes.executor.limit.cores"] == c["spark.executor.cores"]


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ({"quota_pods": 100, "drivers": 3}, 97),
        ({"quota_pods": 1000}, 200),  # the settings' own maximum
        ({"quota_pods": None}, 200),
        ({"quota_pods": 100, "quota_cpu": 42}, 10),  # (42 - 2) / 4
        ({"quota_pods": 100, "quota_memory_gib": 88}, 5),  # (88 - 8) / 16
        ({"quota_pods": 1}, 1),
    ],
)
def test_executors_stay_within_the_quota_beside_the_drivers(quota: dict[str, int | None], expected: int) -> None:
    context = dataclasses.replace(CONTEXT, **quota)  # type: ignore[arg-type]
    assert max_executors(SETTINGS, context) == expected
    c = conf(context=context)
    assert int(c["spark.dynamicAllocation.maxExecutors"]) == expected
    assert int(c["spark.dynamicAllocation.initialExecutors"]) <= expected


def test_ports_are_the_ones_the_network_policies_open() -> None:
    c = conf()
    assert c["spark.driver.port"] == str(constants.SPARK_DRIVER_RPC)
    assert c["spark.blockManager.port"] == c["spark.driver.blockManager.port"] == str(constants.SPARK_BLOCK_MANAGER)
    assert c["spark.ui.port"] == str(constants.SPARK_UI)
    assert c["spark.celeborn.client.shuffle.manager.port"] == str(constants.CELEBORN_CLIENT)
    assert c["spark.port.maxRetries"] == "0"


def test_accounts_and_tenant_are_the_teams_own() -> None:
    c = conf()
    assert c["spark.kubernetes.namespace"] == "spark-payments"
    assert c["spark.kubernetes.authenticate.driver.serviceAccountName"] == constants.DRIVER_ACCOUNT
    assert c["spark.kubernetes.authenticate.executor.serviceAccountName"] == constants.EXECUTOR_ACCOUNT
    assert c["spark.celeborn.identity.user-specific.tenant"] == "payments"


@pytest.mark.parametrize(
    ("credentials", "provider"),
    [("eci", "EcsStsCredentialsProvider"), ("rrsa", "CustomCredentialsProvider"), ("none", None)],
)
def test_oss_credentials_come_from_the_pods_identity(credentials: str, provider: str | None) -> None:
    c = conf(context=dataclasses.replace(CONTEXT, credentials=credentials))  # type: ignore[arg-type]
    provider_class = c.get("spark.hadoop.fs.oss.credentials.provider")
    assert (provider_class or "").rpartition(".")[2] == (provider or "")
    assert ("spark.hadoop.aliyun.oss.provider.url" in c) == (credentials == "rrsa")
    assert not [k for k in c if "accessKey" in k]


def test_oss_is_reached_by_tls_inside_the_region() -> None:
    c = conf()
    assert c["spark.hadoop.fs.oss.endpoint"] == "cn-hangzhou.oss-dls.aliyuncs.com"
    assert c["spark.hadoop.fs.oss.bucket.files.endpoint"] == "oss-cn-hangzhou-internal.aliyuncs.com"
    assert c["spark.hadoop.fs.oss.https.enable"] == "true"
    assert int(c["spark.hadoop.fs.oss.memory.pool.size.max.mb"]) <= 1024


def test_without_object_storage_nothing_of_jindosdk_is_named() -> None:
    c = conf(context=JobContext(team="a", namespace="spark-a", region="cn-hangzhou", pods="plain"))
    assert not [k for k in c if "oss" in k or "JINDO" in k or "eventLog" in k]


@pytest.mark.parametrize(("version", "counts"), [("3.5.9", False), ("4.0.5", False), ("4.1.4", False), ("4.2.1", True)])
def test_from_4_2_a_full_quota_does_not_end_a_job(version: str, counts: bool) -> None:
    c = conf(read(version=version))
    assert ("spark.executor.maxNumFailures" in c) == counts
    assert ("spark.kubernetes.driver.pod.excludedFeatureSteps" in c) == counts


def test_spot_executors_get_no_new_tasks_when_they_are_taken_away() -> None:
    c = conf(read(executor={"spot": True}))
    assert c["spark.decommission.enabled"] == "true"
    assert c["spark.storage.decommission.shuffleBlocks.enabled"] == "false"
    assert "spark.decommission.enabled" not in conf()


@pytest.mark.parametrize("version", ["3.5.9", "4.2.1"])
def test_no_key_the_function_writes_is_misspelt(version: str) -> None:
    settings = read(version=version, executor={"spot": True, "offheap_memory_mib": 1024, "pyspark_memory_mib": 1024})
    for context in (CONTEXT, dataclasses.replace(CONTEXT, credentials="rrsa")):
        c = conf(settings, context)
        assert [k for k in c if misspelt(k)] == []
        assert check_client_conf(c, "conf") == []


def test_further_configuration_replaces_a_default_and_says_so() -> None:
    configuration = spark_conf(
        read(conf={"spark.eventLog.compress": False, "spark.sql.shuffle.partitions": 400}), CONTEXT
    )
    assert configuration["spark.eventLog.compress"] == ("false", "set in the settings")
    assert configuration["spark.sql.shuffle.partitions"].value == "400"


def test_every_entry_has_a_reason() -> None:
    assert [k for k, e in spark_conf(read(executor={"spot": True}), CONTEXT).items() if len(e.reason) < 5] == []


def test_rendered_defaults_are_read_back_as_they_are() -> None:
    settings = read(conf={"spark.x": "x=y", "spark.win": "C:\\tmp", "spark.kubernetes.driver.label.x": "#1"})
    assert read_properties(render(spark_conf(settings, CONTEXT))) == conf(settings)


def test_documentation_table_has_one_row_a_key() -> None:
    rows = docs_table(SETTINGS, CONTEXT).splitlines()
    assert len(rows) - 2 == len(spark_conf(SETTINGS, CONTEXT))
    assert all(r.count("|") == 4 for r in rows)
