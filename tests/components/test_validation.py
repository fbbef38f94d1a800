"""Every value of a stack file is validated once where it is read and once where it has met its surroundings, and a
file with mistakes everywhere is told every one of them, from whichever side it comes."""

from collections import Counter
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.base.mistakes import InputError
from components.base.model import CheckedModel
from components.package.server import Package
from components.platform.component import SparkPlatform
from components.platform.inputs import Settings, SparkPlatformInputs
from components.spark.inputs import ScalingSettings
from policies.guard import refuse_violations
from replay.stack_config import config_of
from tests.conftest import ROOT
from tests.support import record

MOST_VALIDATIONS = 3


def settings_of(stack: str) -> dict[str, Any]:
    texts, _ = config_of(ROOT / "stacks" / f"Pulumi.{stack}.yaml", "spark-on-ack")
    return {k.partition(":")[2]: yaml.safe_load(v) for k, v in texts.items() if k.startswith("spark-on-ack:")}


def test_a_value_is_validated_at_most_three_times_in_one_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Counted where it is done: in the validator of the model that holds it, and in the checks that read it."""
    counts: Counter[str] = Counter()
    prepared, ordered = CheckedModel.prepared.__func__, ScalingSettings._ordered  # type: ignore[attr-defined]

    def count_reading(cls: type[CheckedModel], data: Any) -> Any:
        counts[f"read {cls.__name__}"] += 1
        return prepared(cls, data)

    def count_check(self: ScalingSettings) -> Any:
        counts["checked"] += 1
        yield from ordered(self)

    count_check.is_check = True  # type: ignore[attr-defined]
    monkeypatch.setattr(CheckedModel, "prepared", classmethod(count_reading))
    monkeypatch.setattr(ScalingSettings, "_ordered", count_check)
    data = {**settings_of("dev"), "workspaces": [{"team": "team-a"}], "preflight": False}
    data["spark"] = {**data["spark"], "scaling": {"max_executors": 50}}
    file = tmp_path / "counts"

    def program() -> None:
        settings = Settings.read(data)

        def build() -> SparkPlatform:
            return SparkPlatform("platform", SparkPlatformInputs(settings=settings))

        refuse_violations(settings, build)  # builds the whole platform once before
        build()
        file.write_text(f"{counts['read ScalingSettings']} {counts['checked']}")

    record(program)
    read, checked = map(int, file.read_text().split())
    assert 1 <= read <= MOST_VALIDATIONS
    assert 1 <= checked <= MOST_VALIDATIONS


PLANTED: dict[str, Any] = {
    "environment": "Test",
    "region": "narnia",
    "tags": {"team": 3},
    "network": {"zones": ["cn-hangzhou-h"], "cidr": "8.8.0.0/16", "vswitch_mask": 31, "nat": {"bandwidth_mbps": 0}},
    "cluster": {"flavour": "virtual-node", "version": "1.27", "spec": "ack.pro.tiny", "logs": {"retention_days": 0}},
    "storage": {"bucket_prefix": "A", "hdfs": {"versioning": True, "redundancy": "XRS"}},
    "identity": {"mode": "key", "role_prefix": "Bad Prefix"},
    "shuffle": {
        "masters": {"replicas": 2, "disk_gib": 1},
        "workers": {"conf": {"celeborn.worker.monitor.disk.enabld": "true"}, "disks": 9},
    },
    "operator": {"jobs_per_minute": 500, "pod_annotations": {"k8s.aliyun.com/eci-spot-strategy": "SpotAsPriceGo"}},
    "admission": {"levels": {"no-such-rule": "warn"}},
    "spark": {
        "driver": {"vcpu": 2, "memory_gib": 9},
        "scaling": {"min_executors": 5, "max_executors": 3},
        "imge": "x:1",
    },
    "workspaces": [
        {"team": "team-a", "quota": {"pods": 5, "drivers": 5, "volume_claims": 2}, "labels": {"k8s.io/a": "b"}},
        {"team": "Team B", "namespace": "kube-system", "quota": {"cpu": "4"}},
    ],
    "history": {"vcpu": 2, "memory_gib": 9, "admins": ["root"]},
    "monitoring": {"thresholds": {"quota_percent": 120}},
    "preflight": "perhaps",
}
WRONG_PATHS = {
    "environment", "region", "tags.team",
    "network.cidr", "network.vswitch_mask", "network.nat.bandwidth_mbps",
    "cluster.version", "cluster.spec", "cluster.logs.retention_days",
    "storage.bucket_prefix", "storage.hdfs.versioning", "storage.hdfs.redundancy",
    "identity.mode", "identity.role_prefix",
    "shuffle.masters.replicas", "shuffle.masters.disk_gib", "shuffle.workers.disks",
    "shuffle.workers.conf.celeborn.worker.monitor.disk.enabld",
    "operator.jobs_per_minute", "operator.pod_annotations", "admission.levels",
    "spark.driver.memory_gib", "spark.scaling.initial_executors", "spark.imge",
    "workspaces[0].quota.pods", "workspaces[0].quota.storage_gib", "workspaces[0].labels",
    "workspaces[1].team", "workspaces[1].namespace", "workspaces[1].quota.cpu",
    "history.memory_gib", "history.admins", "monitoring.thresholds.quota_percent", "preflight",
}  # fmt: skip


def paths(error: InputError) -> list[str]:
    return [sentence.split(": ")[0] for sentence in error.sentences]


def test_thirty_mistakes_in_fifteen_sections_of_a_stack_file_are_all_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Settings.read(PLANTED, texts=True)
    assert sorted(paths(caught.value)) == sorted(WRONG_PATHS)


def test_the_same_mistakes_are_told_to_a_python_program() -> None:
    with pytest.raises(InputError) as caught:
        record(lambda: SparkPlatform("p", {"settings": PLANTED}))
    told = [line.strip().removeprefix("settings.") for line in caught.value.sentences]
    assert {line.split(": ")[0] for line in told} >= WRONG_PATHS


def test_the_same_mistakes_are_told_through_the_package() -> None:
    package = Package()

    def construct() -> None:
        package.construct("p", "spark-on-ack:index:SparkPlatform", {"settings": PLANTED}, pulumi.ResourceOptions())

    with pytest.raises(InputError) as caught:
        record(construct)
    told = [line.strip().removeprefix("settings.") for line in caught.value.sentences]
    assert {line.split(": ")[0] for line in told} >= WRONG_PATHS


@pytest.mark.parametrize("component", ["Workspace", "HistoryServer", "Network", "Cluster", "Storage", "ShuffleService"])
def test_no_component_takes_a_region_that_is_none(component: str) -> None:
    from components.package.registry import COMPONENTS

    inputs = COMPONENTS[component].inputs
    if "region" in inputs.model_fields:
        with pytest.raises(InputError) as caught:
            inputs.of({"region": "narnia"}, component)
        assert "region: 'narnia' is not allowed" in str(caught.value)


def test_a_mistake_neither_hides_another_nor_causes_a_false_one() -> None:
    wrong = {"environment": "test", "cluster": {"flavour": "existing"}, "workspaces": [{"team": "a", "spark": {
        "executor": {"vcpu": 3}, "scaling": {"max_executors": 0, "min_executors": 7}}}]}  # fmt: skip
    with pytest.raises(InputError) as caught:
        Settings.read(wrong)
    assert sorted(paths(caught.value)) == [
        "workspaces[0].spark.executor.memory_gib",
        "workspaces[0].spark.scaling.max_executors",
    ]
