"""The control plane of a bench: the sandbox's programs, one team with a large quota, all of its rules in force."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from components.base.constants import DRIVER_ACCOUNT
from replay import ROOT, replay, stack_file
from tools.sandbox import apply, parts, processes
from tools.sandbox.console import say, wait_for
from tools.sandbox.kubectl import Kubectl
from tools.sandbox.played import PlayedPods
from tools.sandbox.settings import PORT_NAMES, Pods, Settings, from_environment

TEAM = "team-a"
NAMESPACE = f"spark-{TEAM}"
FIRST_PORT, LAST_PORT = 30400, 31800
"""Where free ports are looked for: beside those of `make sandbox` and of the tests."""


@dataclass(frozen=True)
class Platform:
    """A control plane that is up."""

    settings: Settings
    kubectl: Kubectl
    user: Mapping[str, str]
    """Certificate and key of the administrator, as a kubeconfig names them."""

    @property
    def authority(self) -> Path:
        """The certificate of its authority."""
        return self.settings.state / "certificates/ca.crt"

    def token(self, account: str = DRIVER_ACCOUNT) -> str:
        """A token of an account of the team, for an hour."""
        return self.kubectl.run("create", "token", account, "-n", NAMESPACE, "--duration=1h").stdout.strip()

    def metrics(self) -> str:
        """The API server's metrics."""
        return self.kubectl.run("get", "--raw=/metrics").stdout

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time so far of each process."""
        return {each.name: cpu_of(each.pid) for each in processes.find(self.settings.state)}

    def empty(self) -> None:
        """Delete all pods of the team and wait until the quota has counted that."""
        # one request: kubectl would send one for each pod, and wait for each
        self.kubectl.run("delete", f"--raw=/api/v1/namespaces/{NAMESPACE}/pods?gracePeriodSeconds=0", timeout=300)
        wait_for("the quota to be free again", self._quota_is_free, 120, interval=1)

    def wait_for_quota(self) -> None:
        """Wait until the quota has been counted for the first time: until then it refuses."""
        wait_for("the quota to be counted", self._quota_is_free, 120, interval=1)

    def _quota_is_free(self) -> bool | None:
        quotas = (self.kubectl.get("resourcequotas", "-n", NAMESPACE) or {"items": []})["items"]
        used = [each.get("status", {}).get("used", {}) for each in quotas]
        return (
            True if all(each and str(each.get("count/pods", each.get("pods", "0"))) == "0" for each in used) else None
        )


def stack(version: str, executors: int, scaling: Mapping[str, Any], folder: Path) -> Path:
    """A stack file: the sandbox's, with one team whose jobs may have `executors`, and no services."""
    content = yaml.safe_load(stack_file(ROOT, "sandbox").read_text())
    config = content["config"]
    for key in ("shuffle", "history", "monitoring"):
        config[f"spark-on-ack:{key}"] = None
    spark = config["spark-on-ack:spark"]
    spark |= {"version": version, "image": f"spark:{version}"}
    spark["scaling"] = {**spark["scaling"], "max_executors": executors, **scaling}
    quota = {"pods": executors + 200, "cpu": 2 * executors + 400, "memory_gib": 4 * executors + 800, "drivers": 20}
    config["spark-on-ack:workspaces"] = [{"team": TEAM, "quota": quota}]
    file = folder / f"Pulumi.bench-{version}.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return file


@contextmanager
def running(folder: Path) -> Iterator[PlayedPods]:
    """A control plane with played pods in `folder`; gone afterwards."""
    settings = _free_settings(folder)
    plane = PlayedPods(settings)
    plane.write_kubeconfig({})
    parts.build(settings)
    try:
        plane.up([], [])
        yield plane
    finally:
        processes.stop(settings.state)


def applied(plane: PlayedPods, stack_path: Path) -> Platform:
    """Apply what the stack renders; its own jobs' image, quota, policies, rights."""
    settings = plane._settings
    graph = replay("sandbox", config=stack_path)
    say(f"  applying {len(list(graph))} objects of {stack_path.name}")
    apply.apply_graph(settings, plane.kubectl, graph)
    user = yaml.safe_load(settings.kubeconfig.read_text())["users"][0]["user"]
    return Platform(settings, plane.kubectl, user)


def _free_settings(folder: Path) -> Settings:
    for base in range(FIRST_PORT, LAST_PORT, 20):
        if not any(processes.port_open(base + offset) for offset in range(len(PORT_NAMES))):
            env = {**os.environ, "SANDBOX_DIR": str(folder), "SANDBOX_PORT": str(base)}
            return replace(from_environment(env), pods=Pods.PLAYED)
    raise RuntimeError(f"no free range of ports from {FIRST_PORT} to {LAST_PORT}")


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has used so far; 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
