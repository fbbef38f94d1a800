"""The platform that is asked: what is deployed, and the probes and jobs of all checks."""

import functools
import os
import shutil
from dataclasses import replace
from pathlib import Path

from replay import ReplayError, replay
from tools.sandbox import stack
from tools.sandbox.console import SandboxError
from tools.sandbox.node import choice
from tools.sandbox.programs import program
from tools.sandbox.settings import from_environment
from tools.verify.deployed import SANDBOX, Cluster, Deployed
from tools.verify.jobs import Jobs, Watched
from tools.verify.probes import Probes


class Platform(Deployed):
    """A deployed stack, with what the checks run on it."""

    main_job: Watched | None = None
    """The job that several checks look at."""

    @functools.cached_property
    def probes(self) -> Probes:
        """Pods that try things."""
        return Probes(self)

    @functools.cached_property
    def jobs(self) -> Jobs:
        """Jobs that checks run."""
        return Jobs(self, self.probes)

    def clean(self) -> None:
        """Take away what the checks made."""
        self.jobs.remove()
        self.probes.remove()


def connect(stack_name: str, environment: dict[str, str]) -> Platform:
    """The deployed stack: the sandbox's by its own kubeconfig, any other by KUBECONFIG (or ~/.kube/config).

    Raises:
        SandboxError: no sandbox is up, no kubectl, no kubeconfig, or the stack file's mistakes.

    """
    if stack_name == SANDBOX:
        settings = from_environment(environment)
        kind = choice.kind_of(settings.state)
        if kind is None or not settings.kubeconfig.exists():
            raise SandboxError("no sandbox is up; `make sandbox` brings it up")
        graph = stack.graph(replace(settings, stack=stack_name, pods=kind))
        return Platform(stack_name, Cluster(program("kubectl").path(settings.cache), settings.kubeconfig), graph)
    kubectl = shutil.which("kubectl", path=environment.get("PATH", os.defpath))
    if kubectl is None:
        raise SandboxError("kubectl is not on PATH; install it, or put the sandbox's there (`make sandbox` says where)")
    kubeconfig = Path(environment.get("KUBECONFIG", "~/.kube/config").split(os.pathsep)[0]).expanduser()
    if not kubeconfig.exists():
        raise SandboxError(
            f"KUBECONFIG: {kubeconfig} does not exist; "
            f"`pulumi stack output kubeconfig --show-secrets -s {stack_name} > kubeconfig` writes one"
        )
    try:
        return Platform(stack_name, Cluster(Path(kubectl), kubeconfig), replay(stack_name))
    except ReplayError as error:
        raise SandboxError(str(error)) from None
