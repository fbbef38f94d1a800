"""kubectl with the sandbox's kubeconfig, and the kubeconfig files themselves."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.sandbox import files
from tools.sandbox.certificates import Authority
from tools.sandbox.console import SandboxError

FIELD_MANAGER = "spark-on-ack"
"""Owner of the applied fields in server-side apply."""
ADMIN = "admin"
"""Context of the person who sets the sandbox up; nothing that runs in it has these rights."""


@dataclass(frozen=True)
class Kubectl:
    """The built kubectl, speaking to one API server."""

    program: Path
    kubeconfig: Path

    def run(
        self, *args: str, user: str = ADMIN, stdin: str | None = None, check: bool = True, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as `user` (a context of the kubeconfig).

        Raises:
            SandboxError: it failed and `check` is set; the message is kubectl's.

        """
        argv = [str(self.program), f"--kubeconfig={self.kubeconfig}", f"--context={user}", *args]
        env = {"HOME": str(self.kubeconfig.parent), "PATH": str(self.program.parent)}
        feed: dict[str, Any] = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        run = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=timeout, **feed)
        if check and run.returncode:
            raise SandboxError(f"kubectl {' '.join(args[:4])} failed: {run.stderr.strip() or run.stdout.strip()}")
        return run

    def get(self, *args: str, user: str = ADMIN) -> dict[str, Any] | None:
        """`kubectl get ... -o json`, None if there is no such object."""
        run = self.run("get", *args, "--ignore-not-found", "-o", "json", user=user)
        answer: dict[str, Any] | None = json.loads(run.stdout) if run.stdout.strip() else None
        return answer

    def apply(self, manifests: list[dict[str, Any]], namespace: str = "default", dry_run: bool = False) -> None:
        """Server-side apply; objects without a namespace go to `namespace` if their kind has namespaces at all.

        Raises:
            SandboxError: the API server refused something.

        """
        options = ["--server-side", "--force-conflicts", f"--field-manager={FIELD_MANAGER}", "--validate=strict"]
        if dry_run:
            options.append("--dry-run=server")
        placed = [each for each in manifests if "namespace" in each["metadata"]]
        unplaced = [each for each in manifests if "namespace" not in each["metadata"]]
        for batch, where in ((unplaced, [f"--namespace={namespace}"]), (placed, [])):
            if batch:
                text = yaml.safe_dump_all(batch)
                self.run("apply", *options, *where, "-f", "-", stdin=text, timeout=300)


def write_kubeconfig(file: Path, server: str, authority: Authority, users: dict[str, dict[str, str]]) -> None:
    """A kubeconfig with one context for each entry of `users` (name to its credential fields); the first is current.

    Left alone if it already says the same, so that its users notice no change.
    """
    cluster = {"server": server, "certificate-authority": str(authority.certificate_file)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": name, "user": credential} for name, credential in users.items()],
        "contexts": [{"name": name, "context": {"cluster": "sandbox", "user": name}} for name in users],
        "current-context": next(iter(users)),
    }
    files.write(file, yaml.safe_dump(config, sort_keys=False))


def client(authority: Authority, file_name: str, user: str, groups: list[str] | None = None) -> dict[str, str]:
    """Credential fields of a kubeconfig user with a certificate of its own."""
    certificate, key = authority.issue(file_name, user, groups)
    return {"client-certificate": str(certificate), "client-key": str(key)}
