"""What is deployed: the API server, and what the stack file says of it."""

import functools
import json
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.base.constants import LABEL_ROLE, LABEL_WORKSPACE, submit_group
from components.spark.defaults import SPARK_DEFAULTS as DEFAULTS
from components.spark_operator.inputs import controller_account
from policies.resources.conf import parse_conf
from replay import Graph
from tools.sandbox import apply, object_storage
from tools.sandbox.console import SandboxError
from tools.verify.check import CannotAskError

Json = dict[str, Any]
Done = subprocess.CompletedProcess[str]
ADMIN = ""
"""The person who runs the checks: needs the right to impersonate, as an administrator of the cluster has it."""
SANDBOX = "sandbox"


@dataclass(frozen=True)
class Cluster:
    """kubectl against one API server."""

    program: Path
    kubeconfig: Path

    def kubectl(self, *args: str, user: str = ADMIN, stdin: str | None = None, timeout: float = 120) -> Done:
        """Run kubectl; a refusal is in `returncode` and `stderr`.

        `user`: `person:<team>` is a member of the team's submit group, `system:serviceaccount:<ns>:<name>` an account,
        `unlimited:<user>` that user with all rights, so that it is admission that answers; all by impersonation, which
        the API server treats like the user itself.
        """
        argv = [str(self.program), f"--kubeconfig={self.kubeconfig}", *_as(user), *args]
        feed: Json = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=timeout, **feed)

    def get(self, *args: str) -> Json:
        """`kubectl get … -o json`.

        Raises:
            SandboxError: kubectl's sentence.

        """
        done = self.kubectl("get", *args, "-o", "json")
        if done.returncode:
            raise SandboxError(f"kubectl get {' '.join(args)}: {done.stderr.strip()}")
        answer: Json = json.loads(done.stdout)
        return answer

    def create(self, manifest: Json, user: str = ADMIN, *options: str) -> Done:
        """Create one object as `user`."""
        return self.kubectl("create", "-f", "-", *options, user=user, stdin=json.dumps(manifest))


def _as(user: str) -> list[str]:
    kind, _, rest = user.partition(":")
    if not user:
        return []
    if kind == "person":
        groups = [submit_group(rest), "system:authenticated"]
        name = f"verify-{rest}"
    elif user.startswith("system:serviceaccount:"):
        space = user.split(":")[2]
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{space}", "system:authenticated"]
        name = user
    else:
        groups, name = ["system:masters"], rest
    return [f"--as={name}", *(f"--as-group={group}" for group in groups)]


@dataclass(frozen=True)
class Team:
    """A team's workspace as it is deployed."""

    name: str
    namespace: str
    conf: dict[str, str]
    """Spark's defaults for its jobs."""
    templates: dict[str, Json]
    """`driver` and `executor` -> the pod template."""
    root: str
    """`oss://` address of its data."""

    @property
    def image(self) -> str:
        """The image of its jobs."""
        return self.conf["spark.kubernetes.container.image"]

    @property
    def person(self) -> str:
        """A member of its submit group."""
        return f"person:{self.name}"


class Deployed:
    """A deployed stack."""

    def __init__(self, stack_name: str, cluster: Cluster, graph: Graph) -> None:
        self.stack, self.cluster, self.graph = stack_name, cluster, graph
        self.lock = threading.RLock()
        """For what is made once and used by several checks."""

    @functools.cached_property
    def teams(self) -> list[Team]:
        """The workspaces that are deployed and in the stack file, in the order of the stack file.

        Raises:
            SandboxError: a workspace of the stack file is not deployed.

        """
        present = {each["metadata"]["name"] for each in self.cluster.get("namespaces", "-l", LABEL_WORKSPACE)["items"]}
        wanted = apply.teams(self.graph)
        if missing := [space for space in wanted if space not in present]:
            raise SandboxError(f"namespaces {', '.join(missing)} of stack {self.stack} are not deployed")
        return [self._team(name, space) for space, name in wanted.items()]

    def _team(self, name: str, space: str) -> Team:
        data = self.cluster.get("configmap", DEFAULTS, "-n", space)["data"]
        templates = {role: json.loads(data[f"{role}-template.json"]) for role in ("driver", "executor")}
        conf = parse_conf(data["spark-defaults.conf"])
        return Team(name, space, conf, templates, object_storage.data_root(self.graph, name))

    def rendered_template(self, team: Team, role: str) -> Json:
        """The pod template of a role as the stack file has it, whatever is deployed."""
        for each in self.graph.of_type("ConfigMap"):
            metadata = each.inputs["metadata"]
            if metadata.get("namespace") == team.namespace and metadata.get("name") == DEFAULTS:
                template: Json = json.loads(each.inputs["data"][f"{role}-template.json"])
                return template
        raise SandboxError(f"stack {self.stack} renders no {DEFAULTS} in {team.namespace}")

    def two_teams(self) -> tuple[Team, Team]:
        """The first two teams.

        Raises:
            CannotAskError: the stack has only one.

        """
        if len(self.teams) < 2:
            raise CannotAskError("the stack has one team; what teams may not do to each other needs two")
        return self.teams[0], self.teams[1]

    def namespaces(self, role: str) -> list[str]:
        """The stack's namespaces of a role: `operator`, `shuffle`, `history` (that of all teams first)."""
        metadata = [each.inputs["metadata"] for each in self.graph.of_type("Namespace")]
        return sorted(each["name"] for each in metadata if each.get("labels", {}).get(LABEL_ROLE) == role)

    @property
    def operator(self) -> str:
        """The account with which the operator makes drivers."""
        (space,) = self.namespaces("operator")
        return f"system:serviceaccount:{space}:{controller_account(space)}"

    @property
    def is_sandbox(self) -> bool:
        """Whether it runs on this machine."""
        return self.stack == SANDBOX

    @property
    def has_shuffle_service(self) -> bool:
        """Whether jobs shuffle through a service."""
        return bool(self.graph.of_type("spark-on-ack:index:ShuffleService"))
