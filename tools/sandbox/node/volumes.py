"""`python -m tools.sandbox.node.volumes KUBECONFIG FOLDER NODE PORT`: volumes for claims, in place of the CSI driver.

A claim that waits for its provisioner gets a volume of type `local` on a folder of its own (a local volume is given the
pod's group, a hostPath is not). A released volume is removed with its folder.
"""

import re
import shutil
import sys
import threading
from pathlib import Path
from urllib.error import HTTPError

from tools.sandbox.node.enforcer import serve_health
from tools.sandbox.node.watch import Api, Json, Store

VOLUMES, CLAIMS = "/api/v1/persistentvolumes", "/api/v1/persistentvolumeclaims"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
PROVISIONER = "volume.kubernetes.io/storage-provisioner"
"""Annotation that the volume controller puts on a claim that waits."""
SELECTED_NODE = "volume.kubernetes.io/selected-node"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
IDENTITY = "spark-on-ack.io/sandbox-volumes"
RETRY_SECONDS = 5.0


def waits(claim: Json, classes: dict[str, Json], node: str) -> bool:
    """Whether the claim waits for its provisioner: at once, or once the scheduler has chosen this node."""
    notes = claim["metadata"].get("annotations") or {}
    if (
        claim["status"].get("phase") != "Pending"
        or PROVISIONER not in notes
        or "deletionTimestamp" in claim["metadata"]
    ):
        return False
    storage_class = classes.get(claim["spec"].get("storageClassName", ""))
    if storage_class is None:
        return False
    if storage_class.get("volumeBindingMode") == "WaitForFirstConsumer":
        return bool(notes.get(SELECTED_NODE) == node)
    return True


def volume(claim: Json, storage_class: Json, folder: Path, node: str) -> Json:
    """The volume of a claim."""
    metadata, spec = claim["metadata"], claim["spec"]
    name = f"pvc-{metadata['uid']}"
    term = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}
    reference = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"} | {
        key: metadata[key] for key in ("namespace", "name", "uid")
    }
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: IDENTITY}},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "storageClassName": spec["storageClassName"],
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "local": {"path": str(folder / name)},
            "claimRef": reference,
            "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
        },
    }


def to_remove(each: Json) -> bool:
    """Whether a volume is one of ours, released, and to be deleted then."""
    ours = (each["metadata"].get("annotations") or {}).get(PROVISIONED_BY) == IDENTITY
    released = each.get("status", {}).get("phase") in ("Released", "Failed")
    return bool(ours and released and each["spec"]["persistentVolumeReclaimPolicy"] == "Delete")


class Provisioner:
    """Follows claims and volumes and does what they wait for."""

    def __init__(self, api: Api, folder: Path, node: str) -> None:
        self._api, self._folder, self._node = api, folder, node
        self._changed = threading.Event()
        self._claims, self._volumes, self._classes = (
            Store(api, path, self._changed.set) for path in (CLAIMS, VOLUMES, CLASSES)
        )

    def run(self) -> None:
        """Work until the process ends."""
        for store in (self._claims, self._volumes, self._classes):
            store.start()
        for store in (self._claims, self._volumes, self._classes):
            store.synced.wait()
        while True:
            self._changed.clear()
            complete = self._round()
            self._changed.wait(None if complete else RETRY_SECONDS)

    def _round(self) -> bool:
        """Do what is to be done now; whether all of it succeeded."""
        classes = {each["metadata"]["name"]: each for each in self._classes.all()}
        complete = True
        for claim in self._claims.all():
            if waits(claim, classes, self._node):
                wanted = volume(claim, classes[claim["spec"]["storageClassName"]], self._folder, self._node)
                Path(wanted["spec"]["local"]["path"]).mkdir(parents=True, exist_ok=True)
                complete &= self._ask("POST", VOLUMES, wanted)
        for each in filter(to_remove, self._volumes.all()):
            name = each["metadata"]["name"]
            if re.fullmatch(r"pvc-[0-9a-f-]+", name):
                shutil.rmtree(self._folder / name, ignore_errors=True)
            complete &= self._ask("DELETE", f"{VOLUMES}/{name}", None)
        return complete

    def _ask(self, method: str, path: str, body: Json | None) -> bool:
        try:
            self._api.request(method, path, body)
        except HTTPError as error:
            if error.code not in (404, 409):  # done already
                print(f"{method} {path}: {error}", file=sys.stderr, flush=True)
                return False
        except OSError as error:
            print(f"{method} {path}: {error}", file=sys.stderr, flush=True)
            return False
        return True


if __name__ == "__main__":
    config_file, root, own_node, health_port = sys.argv[1:]
    serve_health(int(health_port))
    Provisioner(Api(Path(config_file)), Path(root), own_node).run()
