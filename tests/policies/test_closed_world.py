"""What is not known is refused: generated forms of every known type, all types of the providers' SDKs, patches."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pulumi_alicloud
import pulumi_kubernetes
import pytest

from policies import guard
from policies.base.check import Verdict, mandatory
from policies.base.rule import Context
from policies.base.view import view_of
from policies.cost.model.estimate import estimate
from policies.resources.known import READINGS, reading_of
from replay.graph import UNKNOWN, Graph, Resource
from tests.policies.graphs import kubernetes, resource
from tests.policies.isolation.platform import RBAC, account, clean, grants
from tests.policies.isolation.variants import COMPANIONS
from tools.packs import Pack
from tools.violations import readings, tokens, violations

VIOLATIONS = violations()
SDKS = [Path(module.__file__ or "").parent for module in (pulumi_kubernetes, pulumi_alicloud)]


def refused(*resources: Resource, environment: str = "prod") -> list[Verdict]:
    return mandatory(guard.judge(Graph(environment, list(resources)), environment, "cn-hangzhou"))


def test_no_generated_form_of_a_known_type_passes_the_guard() -> None:
    resources = [r for _, r in VIOLATIONS]
    assert len(resources) >= 900
    assert {r.urn for r in resources} - {v.urn for v in refused(*resources) if v.rule == "known-types"} == set()


def test_the_generator_makes_each_form_many_times() -> None:
    count = Counter(form for form, _ in VIOLATIONS)
    assert sorted(count) == [
        "alias",
        "case",
        "content",
        "group",
        "list",
        "patch",
        "provider",
        "unknown value",
        "version",
    ]
    assert min(count.values()) >= 20


def test_forms_that_are_read_are_read_as_a_known_type() -> None:
    assert all(read in tokens() for _, read in readings())
    assert {other for other, _ in readings() if not other.endswith("Patch")} == {
        f"kubernetes:autoscaling/{version}:HorizontalPodAutoscaler" for version in ("v1", "v2beta2")
    }


def test_no_generated_form_passes_the_packs_process(isolation_pack: Pack) -> None:
    isolation_pack.configure({"all": "disabled", "known-types": "mandatory"})
    for form, each in VIOLATIONS[::9]:
        verdicts = isolation_pack.analyze(each)
        assert [v.rule for v in verdicts if v.level == "mandatory" or v.undecided] == ["known-types"], (form, each.type)


def sdk_tokens() -> set[str]:
    pattern = re.compile(r"""['"]((?:kubernetes|alicloud):[^'"\s{]+:[A-Z]\w+)['"]""")
    return {token for sdk in SDKS for path in sdk.rglob("*.py") for token in pattern.findall(path.read_text())}


def test_of_all_types_of_the_providers_exactly_the_table_is_known() -> None:
    of_sdks = sdk_tokens()
    assert len(of_sdks) > 1500
    table = {token for listed in READINGS.values() for token in listed}
    known = {token for token in of_sdks if reading_of(token)}
    assert {t for t in known if t not in table and not t.endswith("Patch")} == {
        f"kubernetes:autoscaling/{version}:HorizontalPodAutoscaler" for version in ("v1", "v2beta1", "v2beta2")
    }
    named = {t for t in table if t.startswith(("kubernetes:", "alicloud:"))}
    custom = ("monitoring.coreos.com", "cert-manager.io", "sparkoperator.k8s.io", "eci.alibabacloud.com")
    assert {t for t in named - of_sdks if not any(group in t for group in custom)} == set()


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("kubernetes:apps/v1beta1:Deployment", "the version that is known is kubernetes:apps/v1:Deployment"),
        ("kubernetes:v1:Pod", "the version that is known is kubernetes:core/v1:Pod"),
        ("kubernetes:core/v1:pod", "it is spelled kubernetes:core/v1:Pod"),
        ("kubernetes:core/v1:PodList", "it holds other objects, which no rule sees"),
        ("kubernetes:core/v1:NamespacePatch", "setting a part of it can open a border"),
        ("kubernetes:helm.sh/v3:Release", "what a chart installs cannot be seen here"),
        ("kubernetes:yaml/v2:ConfigGroup", "the objects in its files cannot be seen here"),
        ("kubernetes:kustomize:Directory", "the objects in its folder cannot be seen here"),
        ("pulumi-python:dynamic:Resource", "it runs code of its own"),
        ("alicloud:oss/bucket:bucket", "it is spelled alicloud:oss/bucket:Bucket"),
        ("command:remote:Command", "it runs any command"),
        ("alicloud:cs/edgeKubernetes:EdgeKubernetes", "no rule reads it"),
        ("alicloud:ram/userPolicyAttachment:UserPolicyAttachment", "no rule reads it"),
        ("alicloud:vpc/forwardEntry:ForwardEntry", "no rule reads it"),
        ("aws:s3/bucket:Bucket", "no rule reads it"),
    ],
)  # fmt: skip
def test_the_sentence_says_why_a_type_is_not_known(token: str, reason: str) -> None:
    (verdict,) = refused(resource(token, "x", {}))
    assert verdict.message.startswith(f"known-types: {token} is not known: {reason}; use a type of the table in docs")


def test_the_cost_of_what_is_not_known_is_no_zero() -> None:
    (line,) = estimate([view_of(resource("aws:s3/bucket:Bucket", "x", {}))], Context(region="cn-hangzhou")).lines
    assert (line.kind, line.undecided) == ("unpriced", True)


def patch(kind: str, namespace: str, name: str, **body: Any) -> Resource:
    made = kubernetes(f"{kind}Patch", namespace, name, **body)
    made.inputs["kind"] = kind.rpartition(":")[2]
    return made


def pod_patch(*containers: dict[str, Any], **spec: Any) -> Resource:
    return patch(
        "apps/v1:Deployment", "web", "x", spec={"template": {"spec": {"containers": list(containers), **spec}}}
    )


PATCHES: list[tuple[str, Resource]] = [
    ("no-host-access", pod_patch(hostNetwork=True)),
    ("no-host-access", pod_patch(volumes=[{"name": "h", "hostPath": {"path": "/"}}])),
    ("no-privileges", pod_patch({"name": "x", "securityContext": {"privileged": True}})),
    ("pod-hardening", pod_patch({"name": "x", "securityContext": {"capabilities": {"drop": []}}})),
    ("pod-hardening", pod_patch({"name": "x"}, securityContext={"runAsNonRoot": False})),
    ("no-access-key", pod_patch({"name": "x", "env": [{"name": "OSS_ACCESS_KEY_ID", "value": "x"}]})),
    (
        "requests-and-limits",
        pod_patch({"name": "x", "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}}),
    ),
    ("idle-ceiling", patch("apps/v1:Deployment", "web", "x", spec={"replicas": 500})),
    ("rbac-wildcard", patch(f"{RBAC}:ClusterRole", "", "x", rules=[grants(["*"], ["get"])])),
    ("rbac-everyone", patch(f"{RBAC}:RoleBinding", "web", "x", subjects=[{"kind": "Group", "name": "system:masters"}])),
    ("rbac-cluster-binding", patch(f"{RBAC}:ClusterRoleBinding", "", "x", subjects=[account("a", "web")])),
    ("public-service", patch("core/v1:Service", "web", "x", spec={"type": "LoadBalancer"})),
    ("config-map-secret", patch("core/v1:ConfigMap", "web", "x", data={"a": "password = hunter"})),
    ("account-token", patch("core/v1:ServiceAccount", "web", "x", automountServiceAccountToken=True)),
    ("known-types", patch(f"{RBAC}:RoleBinding", "spark-a", "x", subjects=[{"kind": "Group", "name": "people"}])),
    ("known-types", patch("core/v1:Namespace", "", "x", metadata={"labels": {}})),
    ("known-types", patch("core/v1:ResourceQuota", "spark-a", "quota", spec={"hard": {"pods": "9000"}})),
    ("known-types", patch("networking.k8s.io/v1:NetworkPolicy", "spark-a", "default-deny", spec={})),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "change"), PATCHES, ids=[f"{rule}-{i}" for i, (rule, _) in enumerate(PATCHES)])
def test_what_a_patch_sets_is_judged_and_nothing_else(rule: str, change: Resource) -> None:
    verdicts = refused(change)
    assert rule in {v.rule for v in verdicts}
    companions = COMPANIONS.get(rule, set())
    assert {v.rule for v in verdicts} <= {rule, "monthly-budget", "load-balancer", "known-types", *companions}


def test_a_secret_patched_into_a_teams_namespace_is_refused() -> None:
    team = [r for r in clean() if r.kind == "Namespace"]
    verdicts = refused(*team, patch("core/v1:Secret", "spark-a", "more", stringData={"a": "b"}))
    assert "team-secret" in {v.rule for v in verdicts}


def test_what_is_known_only_later_is_treated_as_the_environment_says() -> None:
    later = kubernetes("core/v1:ConfigMap", "web", "x", data={"a": {UNKNOWN: True}})
    (verdict,) = refused(later)
    assert verdict.message.startswith("config-map-secret: could not decide: data.a is not known yet; give it a value")
    assert refused(later, environment="dev") == []


def test_a_sum_of_what_is_known_only_later_is_undecided_too() -> None:
    (later,) = [r for r in clean() if r.kind == "StatefulSet"]
    later.inputs["spec"]["replicas"] = {UNKNOWN: True}
    sums = {v.rule for v in refused(later) if v.undecided}
    assert {"idle-ceiling", "monthly-budget"} <= sums
