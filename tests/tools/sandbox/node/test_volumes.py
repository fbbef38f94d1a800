from pathlib import Path
from typing import Any

import pytest

from tools.sandbox.node import volumes

NODE = "sandbox-node"
LATE = {"metadata": {"name": "late"}, "volumeBindingMode": "WaitForFirstConsumer", "reclaimPolicy": "Delete"}
EARLY = {"metadata": {"name": "early"}, "volumeBindingMode": "Immediate", "reclaimPolicy": "Retain"}
CLASSES = {"late": LATE, "early": EARLY}


def claim(storage_class: str = "late", phase: str = "Pending", **annotations: str) -> dict[str, Any]:
    notes = {volumes.PROVISIONER: "csi.example.com", **annotations}
    return {
        "metadata": {"name": "data-0", "namespace": "n", "uid": "1234-abcd", "annotations": notes},
        "spec": {
            "storageClassName": storage_class,
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "20Gi"}},
        },
        "status": {"phase": phase},
    }


def selected(node: str) -> dict[str, str]:
    return {volumes.SELECTED_NODE: node}


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (claim(**selected(NODE)), True),
        (claim(), False),
        (claim(**selected("another")), False),
        (claim("early"), True),
        (claim("unknown"), False),
        (claim(phase="Bound", **selected(NODE)), False),
    ],
)
def test_a_claim_is_served_when_its_class_binds_at_once_or_the_scheduler_chose_this_node(
    manifest: dict[str, Any], expected: bool
) -> None:
    assert volumes.waits(manifest, CLASSES, NODE) is expected


def test_a_claim_without_provisioner_is_somebody_elses() -> None:
    manifest = claim("early")
    manifest["metadata"]["annotations"] = {}
    assert not volumes.waits(manifest, CLASSES, NODE)


def test_the_volume_is_the_claims_own_on_this_node() -> None:
    made = volumes.volume(claim(), LATE, Path("/state/volumes"), NODE)
    assert made["metadata"]["name"] == "pvc-1234-abcd"
    assert made["spec"]["claimRef"]["uid"] == "1234-abcd"
    assert made["spec"]["local"] == {"path": "/state/volumes/pvc-1234-abcd"}
    assert made["spec"]["capacity"] == {"storage": "20Gi"}
    assert made["spec"]["persistentVolumeReclaimPolicy"] == "Delete"


@pytest.mark.parametrize(
    ("phase", "storage_class", "expected"),
    [("Released", LATE, True), ("Failed", LATE, True), ("Bound", LATE, False), ("Released", EARLY, False)],
)
def test_a_released_volume_is_removed_unless_its_class_retains_it(
    phase: str, storage_class: dict[str, Any], expected: bool
) -> None:
    made = volumes.volume(claim(), storage_class, Path("/v"), NODE) | {"status": {"phase": phase}}
    assert volumes.to_remove(made) is expected
    made["metadata"]["annotations"] = {}
    assert not volumes.to_remove(made), "somebody else's"
