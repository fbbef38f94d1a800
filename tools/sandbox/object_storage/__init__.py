"""Object storage for real pods: the part of the cloud that jobs cannot do without, played on the node.

A gateway that speaks S3 (versitygw) keeps the buckets of the graph as folders, a metadata service gives pods the keys
of their RAM role. Jobs, event logs and the history server are configured as on OSS, word for word: the sandbox's Spark
image has a stand-in for JindoSDK. What a role may do is what its RAM policy says (`rights`).
"""

import json
import os
import secrets
import sys
from dataclasses import asdict
from pathlib import Path

from components.storage.inputs import TEAMS
from replay import Graph
from tools.sandbox import apply, tables
from tools.sandbox.console import SandboxError
from tools.sandbox.node import namespace, network
from tools.sandbox.object_storage import rights
from tools.sandbox.object_storage.plan import Plan
from tools.sandbox.processes import Process
from tools.sandbox.programs import program
from tools.sandbox.settings import PROJECT_DIR, Settings

GATEWAY_ADDRESS, METADATA_ADDRESS = network.CLOUD_ADDRESSES
GATEWAY_PORT = 443
"""The port of HTTPS, because network policies name it; what is spoken there is plain HTTP."""
METADATA_PORT = 80
USER = "sandbox-metadata-service"
ADMINISTRATOR = "administrator"
PROJECT_ENV = {"PYTHONPATH": str(PROJECT_DIR)}
EXAMPLE_TEAM = "team-a"
"""The team of the examples: it gets the tables that they read."""
JOBS_DIR = PROJECT_DIR / "examples/jobs"
"""The examples' Python files, which every team finds under `jobs/` in its folder of the plain bucket."""


def folder(settings: Settings) -> Path:
    """Where the gateway keeps its things."""
    return settings.state / "object-storage"


def objects(settings: Settings) -> Path:
    """The buckets, as folders with the objects as files."""
    return folder(settings) / "objects"


def processes(settings: Settings, graph: Graph, node: int, kubeconfig: Path) -> list[Process]:
    """The gateway and the metadata service; none for a stack without storage.

    Args:
        settings: The sandbox.
        graph: What is going to be set up.
        node: Process id of the node.
        kubeconfig: The metadata service's, for USER (`manifests` gives it its rights).

    """
    buckets = rights.buckets(graph)
    if buckets is None:
        return []
    keys = _keys(settings, graph)
    for name in ("objects", "attributes", "users"):
        (folder(settings) / name).mkdir(parents=True, exist_ok=True)
    gateway = (
        str(program("versitygw").path(settings.cache)), "--quiet", "--port", f"{GATEWAY_ADDRESS}:{GATEWAY_PORT}",
        "--iam-dir", str(folder(settings) / "users"), "posix", "--sidecar", str(folder(settings) / "attributes"),
        str(objects(settings)),
    )  # fmt: skip
    metadata = (
        sys.executable, "-m", "tools.sandbox.object_storage.metadata_service", "--address", METADATA_ADDRESS,
        "--port", str(METADATA_PORT), "--kubeconfig", str(kubeconfig), "--keys", str(_keys_file(settings)),
    )  # fmt: skip
    root = {"ROOT_ACCESS_KEY": ADMINISTRATOR, "ROOT_SECRET_KEY": keys[ADMINISTRATOR]}
    logs = settings.logs
    return [
        Process("versitygw", gateway, logs / "versitygw.log", GATEWAY_PORT, root, node),
        Process(
            "metadata-service",
            metadata,
            logs / "metadata-service.log",
            METADATA_PORT,
            PROJECT_ENV,
            node,
        ),
    ]


def manifests() -> list[apply.Manifest]:
    """The metadata service's rights on the API server: it reads pods."""
    api, name = "rbac.authorization.k8s.io", {"name": USER}
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
    subject = {"kind": "User", "name": USER, "apiGroup": api}
    role = {"kind": "ClusterRole", "name": USER, "apiGroup": api}
    return [
        {"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": name, "rules": rules},
        {
            "apiVersion": f"{api}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": name,
            "roleRef": role,
            "subjects": [subject],
        },
    ]


def fill(settings: Settings, graph: Graph, node: int) -> None:
    """Bring buckets, users, rights, folders and the examples' files to what the graph says.

    Raises:
        SandboxError: the gateway refused something.

    """
    wanted = plan(settings, graph)
    if wanted is not None:
        bring_about(wanted, node)


def bring_about(wanted: Plan, node: int) -> None:
    """Bring the gateway to what `wanted` says. Raises SandboxError when it refused something."""
    done = namespace.run(
        node,
        [sys.executable, "-m", "tools.sandbox.object_storage"],
        input=json.dumps(asdict(wanted)),
        text=True,
        capture_output=True,
        env={**os.environ, **PROJECT_ENV},
    )
    if done.returncode:
        raise SandboxError(f"object storage could not be set up: {done.stderr.strip().rpartition(chr(10))[2]}")


def plan(settings: Settings, graph: Graph) -> Plan | None:
    """What the gateway is to hold; None for a stack without storage.

    Raises:
        SandboxError: a RAM policy that cannot be translated.

    """
    buckets = rights.buckets(graph)
    if buckets is None:
        return None
    keys = _keys(settings, graph)
    try:
        policies = rights.bucket_policies(rights.roles(graph), buckets)
    except ValueError as error:
        raise SandboxError(str(error)) from None
    storage = graph.of_type("spark-on-ack:index:Storage")[0].outputs
    teams = sorted(set(apply.teams(graph).values()))
    data = {team: data_root(graph, team) for team in teams}
    files = {team: f"{storage['filesRoot']}/{TEAMS}/{team}" for team in teams}
    folders = [storage["eventLogDir"], storage["checkpointRoot"], *data.values(), *files.values()]
    uploads = {f"{root}/jobs/": str(JOBS_DIR) for root in files.values()}
    uploads |= {f"{data[team]}/tables/": str(tables.ensure(settings.cache)) for team in teams if team == EXAMPLE_TEAM}
    users = {role: secret for role, secret in keys.items() if role != ADMINISTRATOR}
    return Plan(
        GATEWAY_ADDRESS, GATEWAY_PORT, ADMINISTRATOR, keys[ADMINISTRATOR], users, sorted(buckets.values()),
        policies, folders, uploads,
    )  # fmt: skip


def results(settings: Settings, graph: Graph, job: str) -> Path:
    """Where an example of EXAMPLE_TEAM leaves its result, as the gateway keeps it on this machine."""
    return objects(settings) / data_root(graph, EXAMPLE_TEAM).removeprefix("oss://") / "results" / job


def data_root(graph: Graph, team: str) -> str:
    """`oss://` address of a team's data."""
    storage = graph.of_type("spark-on-ack:index:Storage")[0].outputs
    own: str | None = storage["teamRoots"].get(team)
    return own or f"{storage['hdfsRoot']}/{TEAMS}/{team}"


def _keys_file(settings: Settings) -> Path:
    return folder(settings) / "keys.json"


def _keys(settings: Settings, graph: Graph) -> dict[str, str]:
    """RAM role -> secret key, made once and kept for the sandbox's life; readable by its owner only."""
    file = _keys_file(settings)
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    lacking = [name for name in (ADMINISTRATOR, *rights.roles(graph)) if name not in known]
    if lacking:
        known |= {name: secrets.token_urlsafe(24) for name in lacking}
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            json.dump(known, stream)
    return known
