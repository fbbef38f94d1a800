"""What tests do to the shuffle service's pods and disks, as an administrator."""

import json
import subprocess
from pathlib import Path

from tests.sandbox.conftest import Sandbox
from tools.sandbox.console import wait_for
from tools.sandbox.node import namespace

SPACE = "celeborn"
MASTERS, WORKERS = "celeborn-master", "celeborn-worker"
SECONDS = 420.0
"""Until a rollout is through; a worker's start takes up to 30 s on two busy processors."""
SMALL_DISK_GIB = 8
"""5 GiB are kept free by `celeborn.worker.storage.disk.reserve.size`, the rest is for data."""


class Service:
    """The shuffle service of a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._disk: Path | None = None

    def kubectl(self, *args: str) -> str:
        """Run kubectl in the service's namespace; fails the test if it fails."""
        done = self._sandbox.kubectl(*args, f"--namespace={SPACE}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def scale(self, workers: int) -> None:
        """Ask for so many workers and wait until they, and no others, are there."""
        self.kubectl("scale", f"statefulset/{WORKERS}", f"--replicas={workers}")
        self.settled(WORKERS)

    def restart(self, name: str) -> None:
        """Restart all pods of a StatefulSet, one after the other, and wait for the last."""
        self.kubectl("rollout", "restart", f"statefulset/{name}")
        self.settled(name)

    def kill(self, worker: int) -> None:
        """Take a worker away without a moment's notice; its StatefulSet starts it again on its disk."""
        self.kubectl("delete", f"pod/{WORKERS}-{worker}", "--grace-period=0", "--force", "--wait=false")

    def settled(self, name: str) -> None:
        """Wait until as many pods as wanted are ready and no other is left."""

        def there() -> bool | None:
            wanted = json.loads(self.kubectl("get", f"statefulset/{name}", "-o", "json"))
            count, status = wanted["spec"]["replicas"], wanted["status"]
            as_wanted = status.get("observedGeneration") == wanted["metadata"]["generation"]
            as_wanted = as_wanted and status.get("updateRevision") == status.get("currentRevision")
            return True if as_wanted and status.get("readyReplicas", 0) == count == len(self._pods(name)) else None

        wait_for(f"{name} to settle", there, SECONDS, interval=1)

    def _pods(self, name: str) -> list[str]:
        pods = json.loads(self.kubectl("get", "pods", "-o", "json"))["items"]
        return [each["metadata"]["name"] for each in pods if each["metadata"]["name"].startswith(f"{name}-")]

    def log(self, pod: str) -> str:
        """What a server said, its drain included."""
        return self.kubectl("logs", pod)

    def stored(self) -> int:
        """Bytes of shuffle data on the workers' disks now."""
        files = (self._sandbox.settings.state / "volumes").glob("*/celeborn-worker/shuffle_data/**/*")
        return sum(_size(each) for each in files)

    def set_quota(self, team: str, text: str) -> None:
        """Write a team's quota into the ConfigMap that the masters read when they start."""
        levels = [{"tenantId": team, "level": "TENANT", "config": {"celeborn.quota.tenant.diskBytesWritten": text}}]
        data = json.dumps({"data": {"dynamicConfig.yaml": json.dumps(levels)}})  # JSON is YAML
        self.kubectl("patch", "configmap/celeborn-dynamic", "--type=merge", f"--patch={data}")

    def give_small_disk(self, worker: int) -> None:
        """Put a small file system where a worker's disk is, and start the worker on it."""
        claim = json.loads(self.kubectl("get", f"pvc/disk0-{WORKERS}-{worker}", "-o", "json"))
        self._disk = self._sandbox.settings.state / "volumes" / claim["spec"]["volumeName"]
        image = self._sandbox.settings.state / "small-disk"
        script = f"truncate -s {SMALL_DISK_GIB}G {image} && mkfs.ext4 -q {image} && mount -o loop {image} {self._disk}"
        self._in_node(f"{script} && chgrp 10006 {self._disk} && chmod 2775 {self._disk}")
        self.kubectl("delete", f"pod/{WORKERS}-{worker}", "--grace-period=0", "--force")
        self.settled(WORKERS)

    def fill_disk(self) -> None:
        """Leave not one block of the small disk free; never writes more than it holds, whatever is mounted there."""
        blocks = SMALL_DISK_GIB * 1024 * 16
        rest = f"dd if=/dev/zero of={self._disk}/rest bs=64K count={blocks} 2>/dev/null"
        fill = f"fallocate -l {SMALL_DISK_GIB - 1}G {self._disk}/ballast; {rest}; sync"
        self._in_node(f"if mountpoint -q {self._disk}; then {fill}; else echo 'the small disk is gone' >&2; exit 1; fi")

    def release_disk(self) -> None:
        """Unmount the small disk, if there is one."""
        if self._disk is not None:
            self._in_node(f"umount -l {self._disk}")
            self._disk = None

    def _in_node(self, script: str) -> None:
        node = namespace.first_process(self._sandbox.settings.state)
        done = namespace.run(node, ["/bin/sh", "-c", script], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # gone in between
        return 0
