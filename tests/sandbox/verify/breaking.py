"""Ways to break what a check guards, each undone again."""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from components.admission.manifests import sentence_if_broken
from components.admission.rules import RULES
from components.base.constants import ANNOTATION_RAM_ROLES
from components.spark.defaults import SPARK_DEFAULTS
from replay import Graph
from tests.sandbox.conftest import Sandbox
from tools.sandbox import object_storage
from tools.sandbox.node import namespace

Json = dict[str, Any]
TEAM_A, TEAM_B = "spark-team-a", "spark-team-b"
SERVER_FIELDS = ("resourceVersion", "uid", "creationTimestamp", "generation", "managedFields", "selfLink")


class Breaker:
    """Changes objects of a sandbox, as somebody with all rights could by hand."""

    def __init__(self, sandbox: Sandbox, graph: Graph) -> None:
        self.sandbox, self.graph = sandbox, graph

    @contextmanager
    def changed(self, change: Callable[[Json], None], *which: str) -> Iterator[None]:
        """One object with a change; what it was before comes back."""
        before = self.sandbox.get(*which)
        after = copy.deepcopy(before)
        change(after)
        self._replace(after)
        try:
            yield
        finally:
            self._replace(before)
            if which[0] == "deployment":
                done = self.sandbox.kubectl("rollout", "status", *which, "--timeout=100s")
                assert done.returncode == 0, done.stderr

    @contextmanager
    def without(self, *which: str) -> Iterator[None]:
        """One object gone; it comes back."""
        before = self.sandbox.get(*which)
        done = self.sandbox.kubectl("delete", *which)
        assert done.returncode == 0, done.stderr
        try:
            yield
        finally:
            self._create(before)

    @contextmanager
    def also(self, manifest: Json) -> Iterator[None]:
        """One object more; it goes again."""
        self._create(manifest)
        try:
            yield
        finally:
            self.sandbox.kubectl("delete", "-f", "-", stdin=json.dumps(manifest))

    @contextmanager
    def rights(self, change: Callable[[str], str]) -> Iterator[None]:
        """Object storage with other rights: `change` is given all bucket policies as JSON."""
        settings, node = self.sandbox.settings, namespace.first_process(self.sandbox.settings.state)
        plan = object_storage.plan(settings, self.graph)
        assert plan is not None
        before = dict(plan.policies)
        changed = change(json.dumps(before))
        assert json.loads(changed) != before
        plan.policies.update(json.loads(changed))
        object_storage.bring_about(plan, node)
        try:
            yield
        finally:
            plan.policies.update(before)
            object_storage.bring_about(plan, node)

    def _replace(self, manifest: Json) -> None:
        bare = copy.deepcopy(manifest)
        for field in ("resourceVersion", "managedFields"):
            bare["metadata"].pop(field, None)
        done = self.sandbox.kubectl("replace", "-f", "-", stdin=json.dumps(bare))
        assert done.returncode == 0, done.stderr

    def _create(self, manifest: Json) -> None:
        bare = copy.deepcopy(manifest)
        bare.pop("status", None)
        for field in SERVER_FIELDS:
            bare["metadata"].pop(field, None)
        done = self.sandbox.kubectl("create", "-f", "-", stdin=json.dumps(bare))
        assert done.returncode == 0, done.stderr


def _policy(name: str, space: str, spec: Json) -> Json:
    kind = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    return {**kind, "metadata": {"name": name, "namespace": space}, "spec": {"podSelector": {}, **spec}}


def _binding_audits(binding: Json) -> None:
    binding["spec"]["validationActions"] = ["Audit"]


def _rule_gone(policy: Json) -> None:
    gone = sentence_if_broken(RULES["no-host-access"])
    (broken,) = [each for each in policy["spec"]["variables"] if each["name"] == "broken"]
    assert f"{gone}, " in broken["expression"]
    broken["expression"] = broken["expression"].replace(f"{gone}, ", "")


def _image_unreachable(deployment: Json) -> None:
    deployment["spec"]["template"]["spec"]["containers"][0]["image"] = "spark:0.0.0"


def _foreign_role_allowed(space: Json) -> None:
    space["metadata"]["annotations"][ANNOTATION_RAM_ROLES] += ",spark-on-ack-sandbox-team-b"


def _tags_gone(defaults: Json) -> None:
    template = json.loads(defaults["data"]["executor-template.json"])
    template["metadata"]["annotations"].pop("k8s.aliyun.com/eci-custom-tags")
    defaults["data"]["executor-template.json"] = json.dumps(template)


def _no_dns(policy: Json) -> None:
    egress = policy["spec"]["egress"]
    policy["spec"]["egress"] = [each for each in egress if {53} != {port["port"] for port in each.get("ports", [])}]
    assert len(policy["spec"]["egress"]) < len(egress)


def _image_of_jobs_unreachable(defaults: Json) -> None:
    text = defaults["data"]["spark-defaults.conf"]
    defaults["data"]["spark-defaults.conf"] = text.replace("spark:3.5.9", "spark:0.0.0")


PODS_POLICY = "spark-on-ack-pods-deny"
ROLES = "spark-on-ack-sandbox-"
Break = Callable[[Breaker], Any]
EVERYBODY_SUBMITS = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {"name": "broken", "namespace": TEAM_A},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "spark-on-ack:team-a:submit"}],
}
BREAKS: dict[str, tuple[str, Break]] = {
    "api-server": (
        "a binding only writes to the audit log",
        lambda b: b.changed(_binding_audits, "validatingadmissionpolicybinding", PODS_POLICY),
    ),
    "workloads": (
        "the history server's image cannot be pulled",
        lambda b: b.changed(_image_unreachable, "deployment", "spark-history-server", "-n", "spark-history"),
    ),
    "job-images": (
        "the image of jobs cannot be pulled",
        lambda b: b.changed(_image_of_jobs_unreachable, "configmap", SPARK_DEFAULTS, "-n", TEAM_A),
    ),
    "admission-refuses": (
        "a rule is gone from its policy",
        lambda b: b.changed(_rule_gone, "validatingadmissionpolicy", PODS_POLICY),
    ),
    "people": ("the submit group may edit everything", lambda b: b.also(EVERYBODY_SUBMITS)),
    "identity": (
        "a team may carry another team's role",
        lambda b: b.changed(_foreign_role_allowed, "namespace", TEAM_A),
    ),
    "quota": ("the quota is lifted", lambda b: b.without("resourcequota", "workspace", "-n", TEAM_A)),
    "tags": (
        "the template lost its tags",
        lambda b: b.changed(_tags_gone, "configmap", SPARK_DEFAULTS, "-n", TEAM_A),
    ),
    "dns": ("the DNS rule is gone", lambda b: b.changed(_no_dns, "networkpolicy", "default-deny", "-n", TEAM_A)),
    "network-allowed": ("a policy was removed", lambda b: b.without("networkpolicy", "driver", "-n", TEAM_A)),
    "network-teams": (
        "a team lets everybody in",
        lambda b: b.also(_policy("open", TEAM_B, {"policyTypes": ["Ingress"], "ingress": [{}]})),
    ),
    "network-out": (
        "a team lets everything out",
        lambda b: b.also(_policy("open", TEAM_A, {"policyTypes": ["Egress"], "egress": [{}]})),
    ),
    "storage-own": (
        "the team's role has lost its rights",
        lambda b: b.rights(lambda text: text.replace(f'"{ROLES}team-a"', f'"{ROLES}history"')),
    ),
    "storage-foreign": (
        "the team's role may do what the other team's may",
        lambda b: b.rights(
            lambda text: text.replace(f'"{ROLES}team-b"', f'"{ROLES}team-b", "{ROLES}team-a"')
        ),
    ),
}  # fmt: skip
"""Check -> what is wrong, and how it is brought about."""
