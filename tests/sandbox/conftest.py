"""A sandbox of the tests' own: other folder, other ports than `make sandbox`, the same compiled programs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from replay import Graph
from tools.sandbox import apply, job, processes, stack
from tools.sandbox.apply import Batch
from tools.sandbox.kubectl import ADMIN, Kubectl
from tools.sandbox.node import choice
from tools.sandbox.programs import program
from tools.sandbox.settings import PORT_NAMES, PROJECT_DIR, Pods, Settings, from_environment

STACK = "sandbox"
TEAM = "team-a"


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    settings: Settings
    output: str
    """What `up` printed."""
    admin: str = ADMIN
    submitter: str = f"{TEAM}-submitter"

    def kubectl(self, *args: str, user: str = ADMIN, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run kubectl; never raises on refusal: look at `returncode` and `stderr`.

        `user`: `sandbox.admin`, `sandbox.submitter`, or a service account as `system:serviceaccount:<ns>:<name>`
        (played by impersonation, which the API server treats like the account itself).
        """
        if not user.startswith("system:serviceaccount:"):
            return self._program.run(*args, user=user, stdin=stdin, check=False)
        namespace = user.split(":")[2]
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
        return self._program.run(
            *args, f"--as={user}", *(f"--as-group={group}" for group in groups), stdin=stdin, check=False
        )

    def get(self, *args: str) -> dict[str, Any]:
        """`kubectl get ... -o json` as admin."""
        answer: dict[str, Any] = json.loads(self._program.run("get", *args, "-o", "json").stdout)
        return answer

    def apply(self, batch: Batch, dry_run: bool) -> None:
        """Apply as the sandbox does. Raises SandboxError with the API server's refusal."""
        self._program.apply(batch.manifests, batch.namespace, dry_run)

    @property
    def pods(self) -> Pods:
        """Whether its pods are real."""
        kind = choice.kind_of(self.settings.state)
        assert kind is not None
        return kind

    def job_image(self) -> str:
        """The image of the example team's jobs."""
        defaults = self.get("configmap", "spark-defaults", "-n", job.example_namespace())["data"]["spark-defaults.conf"]
        (image,) = apply.JOB_IMAGE.findall(defaults)
        return str(image)

    def audit(self) -> list[dict[str, Any]]:
        """All events of the API server's audit log."""
        lines = (self.settings.state / "audit.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.endswith("}")]

    @property
    def _program(self) -> Kubectl:
        return Kubectl(program("kubectl").path(self.settings.cache), self.settings.kubeconfig)


def command(settings: Settings, *args: str) -> subprocess.CompletedProcess[str]:
    """`python -m tools.sandbox ...` for the sandbox of `settings`, as `make` runs it: no stdin."""
    env = {**os.environ, "SANDBOX_DIR": str(settings.state), "SANDBOX_PORT": str(settings.port)}
    argv = [sys.executable, "-m", "tools.sandbox", *args]
    return subprocess.run(
        argv, cwd=PROJECT_DIR, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def free_settings(folder: Path, skip: int = 0) -> Settings:
    """Settings for a sandbox in `folder` on ports that nobody holds; runs side by side get different ones."""
    first = 29400 + (os.getpid() * 2 + skip) % 100 * 20
    for base in (*range(first, 31400, 20), *range(29400, first, 20)):
        if not any(processes.port_open(base + offset) for offset in range(len(PORT_NAMES))):
            return from_environment({**os.environ, "SANDBOX_DIR": str(folder), "SANDBOX_PORT": str(base)})
    raise RuntimeError("no free range of ports from 29400 to 31400")


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The platform of stack `sandbox`, up, with the example job COMPLETED; taken down at the end."""
    settings = free_settings(tmp_path_factory.mktemp("sandbox"))
    try:
        up = command(settings, "up")
        if up.returncode:
            pytest.fail(f"make sandbox failed:\n{up.stdout}\n{up.stderr}", pytrace=False)
        yield Sandbox(settings, up.stdout)
    finally:
        command(settings, "down")


@pytest.fixture(scope="session")
def real_sandbox(sandbox: Sandbox) -> Sandbox:
    """The sandbox, for tests of what only pods that run can show."""
    if sandbox.pods is not Pods.REAL:
        pytest.skip("pods are played on this machine")
    return sandbox


@pytest.fixture(scope="session")
def played_sandbox(sandbox: Sandbox) -> Sandbox:
    """The sandbox, for tests of how pods are played."""
    if sandbox.pods is not Pods.PLAYED:
        pytest.skip("pods are real on this machine; PODS=played runs these tests")
    return sandbox


@pytest.fixture(scope="session")
def sandbox_graph(sandbox: Sandbox) -> Graph:
    """The replayed graph that the sandbox was made from."""
    return stack.graph(replace(sandbox.settings, stack=STACK, pods=sandbox.pods))
