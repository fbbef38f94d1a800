"""Policy documents of CI's roles, as pure functions over `actions.yaml`."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bootstrap.names import AUDIENCE, PLATFORM, Kind, runs_folder
from bootstrap.settings import BootstrapSettings, Environment, Github, Gitlab
from components.base.ram import Statement

MAX_DOCUMENT: Final = 6144
"""Characters that RAM allows in a custom policy (vendor's limits page; white space counts)."""
_ACTIONS: Final = Path(__file__).with_name("actions.yaml")


@cache
def actions() -> dict[str, Any]:
    """Resource type or function of the provider -> by scope, the actions to read and to write."""
    table: dict[str, Any] = yaml.safe_load(_ACTIONS.read_text())
    return table


def trust(provider: str, issuer: str, allowed: tuple[str, ...]) -> str:
    """Who may assume a role: jobs whose token has one of these subjects. A `*` in a subject makes it a pattern."""
    conditions: dict[str, dict[str, list[str]]] = {"StringEquals": {"oidc:aud": [AUDIENCE], "oidc:iss": [issuer]}}
    conditions.setdefault("StringLike" if any("*" in s for s in allowed) else "StringEquals", {})["oidc:sub"] = list(
        allowed
    )
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Federated": [provider]},
        "Condition": conditions,
    }
    return _document([statement])


def subjects(settings: BootstrapSettings, environment: Environment, kind: Kind) -> tuple[str, ...]:
    """`sub` claims that may assume a role.

    GitHub's tokens name the job's environment, so each role has its own: `<name>`, which approvals protect, and
    `<name>-preview` for pull requests and plans. GitLab's name only the branch: the deploying branch may assume every
    deploy role, any branch of the project the preview roles.
    """
    server = settings.server
    if isinstance(server, Github):
        return (server.subject(environment.name if kind == "deploy" else f"{environment.name}-preview"),)
    return (_gitlab_subject(server, kind),)


def _gitlab_subject(server: Gitlab, kind: Kind) -> str:
    return server.subject(server.branch if kind == "deploy" else "*")


def policies(settings: BootstrapSettings, environment: Environment, kind: Kind) -> dict[str, str]:
    """Part -> policy document: `cloud`, the platform's own objects, and `state`."""
    cloud = [
        _allow(names, resources)
        for (service, scope), names in _grouped(environment, kind).items()
        if (resources := _resources(settings.account, environment, service, scope))
    ]
    return {"cloud": _document(cloud), "state": _document(_state(settings, environment, kind))}


def _grouped(environment: Environment, kind: Kind) -> Mapping[tuple[str, str], list[str]]:
    """(service, scope) -> actions of all resource types, each once."""
    actions_by_scope: dict[tuple[str, str], dict[str, None]] = {}

    def add(scope: str, names: Iterable[str]) -> None:
        for name in names:
            actions_by_scope.setdefault((name.partition(":")[0], scope), {})[name] = None

    for entry in actions().values():
        for scope, rights in entry["rights"].items():
            if scope == "service-role" and not environment.make_service_role:
                continue
            add(scope, rights.get("read", []))
            if kind == "deploy" and (scope != "roles" or environment.make_roles):
                add(scope, rights.get("write", []))
    if kind == "deploy":
        add("region", environment.extra_actions)
    return {key: list(names) for key, names in actions_by_scope.items()}


def _resources(account: str, environment: Environment, service: str, scope: str) -> list[str]:
    """The resources that a scope of `actions.yaml` stands for."""
    if scope == "region":
        return [f"acs:{service}:{environment.region}:{account}:*"]
    if scope == "any":
        return ["*"]
    if scope == "account":
        return [f"acs:{service}:*:{account}:*"]
    if scope == "buckets":
        buckets = ([f"{environment.bucket_prefix}-*"] if environment.bucket_prefix else []) + list(environment.buckets)
        return [f"acs:oss:*:{account}:{bucket}" for bucket in buckets]
    if scope == "roles":
        return [f"acs:ram:*:{account}:{kind}/{environment.roles}-*" for kind in ("role", "policy")]
    if scope == "service-role":
        # RAM writes role names in lower case into ARNs
        roles = [f"acs:ram:*:{account}:role/{n}" for n in ("AliyunOSSDlsDefaultRole", "aliyunossdlsdefaultrole")]
        return [*roles, "acs:ram:*:system:policy/AliyunOSSDlsRolePolicy"]
    raise ValueError(f"actions.yaml: unknown scope {scope!r}")


def _state(settings: BootstrapSettings, environment: Environment, kind: Kind) -> list[Statement]:
    """Rights on its own stack's state, and on the listing of the whole bucket, which Pulumi requests without a prefix.

    Paths are those of the engine's bucket layout 1 (`.pulumi/meta.yaml`).
    """
    bucket = f"acs:oss:*:{settings.account}:{settings.state.bucket}"
    stack = f"{PLATFORM}/{environment.name}"
    own = [
        f"{bucket}/.pulumi/stacks/{stack}.*",
        f"{bucket}/.pulumi/locks/organization/{stack}/*",
        *(f"{bucket}/.pulumi/{folder}/{stack}/*" for folder in ("history", "backups", "journal")),
    ]
    statements = [
        _allow(["oss:ListObjects", "oss:GetBucketInfo", "oss:GetBucketLocation"], [bucket]),
        _allow(["oss:GetObject"], [f"{bucket}/.pulumi/meta.yaml", *own]),
    ]
    if kind == "deploy":
        writing = ["oss:PutObject", "oss:DeleteObject", "oss:AbortMultipartUpload", "oss:ListParts"]
        statements.append(_allow(writing, own))
        statements.append(_allow(["oss:PutObject"], [f"{bucket}/.pulumi/meta.yaml"]))  # written by the first run
    if environment.network is not None:
        statements += _inside(settings, environment, kind)
    if settings.state.kms_key:
        keys = ["kms:DescribeKey", "kms:Decrypt", *(["kms:GenerateDataKey"] if kind == "deploy" else [])]
        statements.append(_allow(keys, [f"acs:kms:*:{settings.account}:key/{settings.state.kms_key}"]))
    return statements


def _inside(settings: BootstrapSettings, environment: Environment, kind: Kind) -> list[Statement]:
    """Rights of a job that works by a container in the VPC: start, follow and delete it, and hand work over and back.

    Also for the role that otherwise reads: it can start containers, which cost money, but pass them no role.
    """
    groups = f"acs:eci:{environment.region}:{settings.account}:containergroup/*"
    eci = ("CreateContainerGroup", "DescribeContainerGroups", "DescribeContainerLog", "DeleteContainerGroup")
    folder = f"acs:oss:*:{settings.account}:{settings.state.bucket}/{runs_folder(environment.name, kind)}/*"
    return [
        _allow([f"eci:{action}" for action in eci], [groups]),
        _allow(["oss:GetObject", "oss:PutObject", "oss:DeleteObject"], [folder]),
    ]


def _allow(names: Iterable[str], resources: list[str]) -> Statement:
    return {"Effect": "Allow", "Action": sorted(names), "Resource": resources}


def _document(statements: list[Statement]) -> str:
    """Without white space, because RAM counts it."""
    return json.dumps({"Version": "1", "Statement": statements}, separators=(",", ":"))
