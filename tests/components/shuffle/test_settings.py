"""What a stack file may say about the shuffle service, and what it is told otherwise."""

from typing import Any

import pytest

from components.base.mistakes import InputError
from components.shuffle.inputs import ShuffleServiceInputs, ShuffleSettings

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"masters": {"replicas": 2}}, "masters.replicas: 2 is not allowed; allowed: 1, 3, 5"),
    (
        {"masters": {"vcpu": 3.0}},
        "masters.memory_gib: 3 vCPU/4 GiB is not a size that is sold; allowed: for example 4 vCPU/4 GiB",
    ),
    ({"masters": {"conf": {"celeborn.worker.commitFiles.fsync": "true"}}}, "belongs to the other role"),
    ({"masters": {"conf": {"celeborn.master.ha.node.id": "1"}}}, "follows from the component's other settings"),
    ({"workers": {"replicas": 0}}, "workers.replicas: 0 is not allowed; allowed: a whole number from 1 to 500"),
    ({"workers": {"disks": 9}}, "workers.disks: 9 is not allowed"),
    ({"workers": {"memory_gib": 8, "disks": 5}}, "workers.disks: 5 is not allowed; 8 GiB leave 5120 MiB off-heap"),
    ({"workers": {"disk_gib": 20}}, "workers.disk_gib: 20 is not allowed; allowed: a whole number from 40"),
    ({"workers": {"conf": {"celeborn.port.maxRetires": 0}}}, "did you mean 'celeborn.port.maxRetries'?"),
    ({"workers": {"conf": {"celeborn.worker.push.port": "1"}}}, "follows from the component's other settings"),
    ({"workers": {"conf": {"celeborn.worker.directMemoryRatioToResume": "0.9"}}}, "the watermarks are out of order"),
    ({"workers": {"confg": {}}}, "workers.confg: unknown key; did you mean 'conf'?"),
    ({"image": "apache/celeborn:0.6.3"}, "allowed: an image reference whose tag begins with 0.7.0"),
    ({"image": "apache/celeborn"}, "allowed: an image reference whose tag begins with 0.7.0"),
    ({"disks": {"performance_level": "PL4"}}, "disks.performance_level: 'PL4' is not allowed; allowed: PL0, PL1"),
    ({"disks": {"performance_level": "PL0"}}, "masters.disk_gib: 20 is not allowed; allowed: 40 or more for PL0"),
    ({"quotas_gib": {"Team A": 5}}, "quotas_gib.Team A: allowed: a team's name"),
    ({"quotas_gib": {"team-a": 0}}, "quotas_gib.team-a: 0 is not allowed"),
    ({"user_quotas_gib": {"ann": 5}}, "user_quotas_gib.ann: allowed: team/user"),
    (
        {"pod_annotations": {"k8s.aliyun.com/eci-spot-strategy": "SpotAsPriceGo"}},
        "lets the cloud reclaim shuffle data",
    ),
    ({"existing_endpoints": ["celeborn"]}, "existing_endpoints[0]: 'celeborn' is not allowed; allowed: a master as"),
    ({"worker_timeout_seconds": 5}, "worker_timeout_seconds: 5 is not allowed; allowed: a whole number from 60"),
    ({"namespace": "Celeborn"}, "namespace: 'Celeborn' is not allowed"),
]


@pytest.mark.parametrize(("data", "sentence"), WRONG)
def test_a_wrong_setting_is_refused_with_its_path_and_the_way_out(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        ShuffleSettings.read(data)
    [told] = caught.value.sentences
    assert sentence in told


def test_all_mistakes_of_a_configuration_are_told_at_once() -> None:
    conf = {
        "celeborn.port.maxRetires": "0",
        "celeborn.worker.flusher.buffer.size": "abc",
        "celeborn.ssl.enabled": "true",
    }
    with pytest.raises(InputError) as caught:
        ShuffleSettings.read({"workers": {"conf": conf}, "masters": {"replicas": 4}})
    assert [s.split(": ")[0] for s in caught.value.sentences] == [
        "masters.replicas",
        "workers.conf.celeborn.ssl.enabled",
        "workers.conf.celeborn.port.maxRetires",
        "workers.conf.celeborn.worker.flusher.buffer.size",
    ]


def test_a_flat_caller_is_told_the_flat_name_and_the_key_as_it_is() -> None:
    with pytest.raises(InputError) as caught:
        ShuffleServiceInputs.of({"workers_conf": {"celeborn.port.maxRetires": "0"}}, "ShuffleService s")
    assert caught.value.sentences[0].startswith("workers_conf.celeborn.port.maxRetires: unknown key")


def test_numbers_and_booleans_of_yaml_become_the_text_celeborn_reads() -> None:
    conf = {"celeborn.worker.commitFiles.fsync": True, "celeborn.worker.push.io.threads": 32}
    settings = ShuffleSettings.read({"workers": {"conf": conf}})
    assert list(settings.workers.conf.values()) == ["true", "32"]


@pytest.mark.parametrize(
    ("gib", "heap", "off_heap"), [(4, 1024, 2048), (8, 1024, 5120), (16, 2048, 10240), (32, 4096, 20480)]
)
def test_heap_and_direct_memory_leave_a_quarter_of_the_pod_spare(gib: int, heap: int, off_heap: int) -> None:
    workers = ShuffleSettings.read({"workers": {"memory_gib": gib}}).workers
    assert (workers.heap_mib, workers.off_heap_mib) == (heap, off_heap)
    assert heap + off_heap == gib * 1024 * 3 // 4


def test_a_copy_of_the_image_in_another_registry_is_accepted() -> None:
    image = "registry-vpc.cn-hangzhou.aliyuncs.com/acme/celeborn:0.7.0-acme1@sha256:" + "0" * 64
    assert ShuffleSettings.read({"image": image}).image == image
