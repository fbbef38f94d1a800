"""Who may do what in a workspace: the driver's least rights, and the rights of those who submit jobs."""

from typing import Any, Final

from ..base.constants import submit_group
from ..spark.defaults import SPARK_DEFAULTS
from .inputs import WorkspaceInputs

Rules = list[dict[str, Any]]
READ: Final = ["get", "list", "watch"]
JOBS: Final = ["sparkapplications", "scheduledsparkapplications", "sparkconnects"]


def driver_rules(inputs: WorkspaceInputs) -> Rules:
    """The driver's rights: to create and delete its executors, and to delete what it leaves behind when it ends.

    Fewer than the operator's chart grants: no writing of services (the operator creates the driver's), no reading of
    secrets, no volume claims unless the quota allows some. A Spark 3.5.9 driver in client mode with just these rights
    started and stopped executors without one refusal (API server's audit log). `patch` marks executors
    (decommissioning, kept pods); an admission policy restricts it to labels and annotations.
    """
    claims = ["get", "list", "delete", "deletecollection"]
    if inputs.quota.volume_claims:
        claims.append("create")
    return [
        _rule("", ["pods"], [*READ, "create", "patch", "delete", "deletecollection"]),
        _rule("", ["configmaps"], ["create", "get", "list", "delete", "deletecollection"]),
        _rule("", ["services"], ["get", "list", "delete", "deletecollection"]),
        _rule("", ["persistentvolumeclaims"], claims),
    ]


def submit_rules() -> Rules:
    """Rights of people and CI: to manage jobs, and to follow what happens to them.

    No pods/create and no pods/exec, because either gives access to every account of the namespace; no secrets.
    Port-forward shows a running driver's UI; whoever submits a job decides what its driver runs anyway.
    """
    return [
        _rule("sparkoperator.k8s.io", JOBS, [*READ, "create", "update", "patch", "delete"]),
        _rule("", ["pods", "services", "events", "resourcequotas", "limitranges"], READ),
        _rule("", ["pods/log"], ["get"]),
        _rule("", ["pods/portforward"], ["create"]),
        _rule("", ["configmaps"], ["get"]) | {"resourceNames": [SPARK_DEFAULTS]},
        _rule("events.k8s.io", ["events"], READ),
    ]


def submit_subjects(inputs: WorkspaceInputs) -> list[dict[str, str]]:
    """The workspace's own group, and the further groups and users of its settings."""
    groups = [submit_group(inputs.team), *inputs.submitters.groups]
    named = [("Group", group) for group in dict.fromkeys(groups)] + [("User", u) for u in inputs.submitters.users]
    return [{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name} for kind, name in named]


def _rule(group: str, resources: list[str], verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}
