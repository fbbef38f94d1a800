"""Arriving pods and jobs at the real API server: the good ones pass, each forbidden one is refused by its rule."""

import json
import re
import subprocess
from collections.abc import Iterator

import pytest

from components.base.constants import DRIVER_ACCOUNT
from components.spark.defaults import SPARK_DEFAULTS
from tests.sandbox.conftest import Sandbox
from tools.sandbox import job
from tools.verify.admission_cases import (
    BAD,
    DRIVER,
    GOOD,
    IMAGE,
    NAMESPACE,
    NAMESPACE_OBJECTS,
    RETIRED,
    Case,
    Json,
    application,
    changed,
    pod,
)

pytestmark = pytest.mark.sandbox

TEAM_NAMESPACE = job.example_namespace()
TEAM_DRIVER = f"system:serviceaccount:{TEAM_NAMESPACE}:{DRIVER_ACCOUNT}"
TEAM_IMAGE = "apache/spark:3.5.9"
Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def cases(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox with a workspace of the cases' own, without Pod Security, whose refusals would come first."""
    made = sandbox.kubectl(
        "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": NAMESPACE_OBJECTS})
    )
    assert made.returncode == 0, made.stderr
    yield sandbox
    sandbox.kubectl("delete", "namespace", NAMESPACE, RETIRED, "--timeout=90s")


def sent(sandbox: Sandbox, user: str, manifest: Json, *options: str) -> Done:
    """The manifest sent by `user`, who may do anything: so it is the admission that answers."""
    who = (f"--as={user}", "--as-group=system:masters")
    return sandbox.kubectl("create", "-f", "-", *who, *(options or ("--dry-run=server",)), stdin=json.dumps(manifest))


def broken(done: Done) -> list[str]:
    """The rules a refusal names; empty when it was let through."""
    if done.returncode == 0:
        return []
    answer = re.search(r"denied request: (.*)", done.stderr, re.DOTALL)
    assert answer, f"refused by something else: {done.stderr}"
    return re.findall(r"(?:^| \| )([a-z]+(?:-[a-z]+)+): ", answer.group(1))


@pytest.mark.parametrize("name", GOOD)
def test_what_a_job_needs_passes(cases: Sandbox, name: str) -> None:
    done = sent(cases, *GOOD[name])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_what_is_forbidden_is_refused_by_its_rule_alone(cases: Sandbox, case: Case) -> None:
    done = sent(cases, case.user, case.manifest)
    assert broken(done) == [case.rule]
    assert case.shows in done.stderr
    assert "hidden" not in done.stderr, "a secret was repeated"


def test_all_broken_rules_are_told_at_once(cases: Sandbox) -> None:
    manifest = changed(application(), "spec/mode", "client")
    manifest = changed(manifest, "spec/image", "docker.io/evil/miner:1")
    manifest = changed(manifest, "spec/sparkConf/spark.master", "local")
    assert broken(sent(cases, "alice", manifest)) == ["allowed-image", "conf-identity", "cluster-mode"]


def test_a_refusal_with_line_breaks_in_it_still_names_the_rule(cases: Sandbox) -> None:
    manifest = changed(application(), "spec/sparkConf/spark.a=b\nspark.c", "d")
    assert broken(sent(cases, "alice", manifest)) == ["conf-key"]


def test_a_template_of_the_wrong_shape_is_refused_not_let_through(cases: Sandbox) -> None:
    manifest = changed(application(), "spec/executor/template/spec/containers", "none")
    assert sent(cases, "alice", manifest).returncode != 0


def test_a_driver_may_mark_its_executors_but_not_change_them(cases: Sandbox) -> None:
    account = cases.get("serviceaccount", DRIVER_ACCOUNT, "-n", NAMESPACE)["metadata"]
    owner = {"apiVersion": "v1", "kind": "ServiceAccount", "name": DRIVER_ACCOUNT, "uid": account["uid"]}
    # an owner that exists, or the garbage collector takes the pod away
    manifest = changed(pod(), "metadata/ownerReferences", [owner | {"controller": True}])
    made = sent(cases, DRIVER, manifest, "--save-config=false")
    assert made.returncode == 0, made.stderr
    patch = ("patch", "pod", "case-executor", "-n", NAMESPACE, "--dry-run=server", f"--as={DRIVER}")

    def patched(change: Json) -> Done:
        return cases.kubectl(*patch, "--as-group=system:masters", "-p", json.dumps(change))

    assert patched({"metadata": {"labels": {"decommissioned": "true"}}}).returncode == 0
    image = {"spec": {"containers": [{"name": "spark", "image": IMAGE + "-other"}]}}
    assert broken(patched(image)) == ["pod-fixed"]
    assert "spark-role" in broken(patched({"metadata": {"labels": {"spark-role": "driver"}}}))
    others = {"metadata": {"annotations": {"k8s.aliyun.com/eci-ram-role-name": "team-b-data"}}}
    assert broken(patched(others)) == ["ram-role"]


def test_the_policies_hold_for_the_real_users_in_a_real_workspace(sandbox: Sandbox) -> None:
    good = changed(application(), "metadata/namespace", TEAM_NAMESPACE)
    good = changed(good, "spec/image", TEAM_IMAGE)
    good = changed(good, "spec/executor/template", {})

    def submitted(manifest: Json) -> Done:
        return sandbox.kubectl(
            "create", "-f", "-", "--dry-run=server", user=sandbox.submitter, stdin=json.dumps(manifest)
        )

    done = submitted(good)
    assert done.returncode == 0, done.stderr
    assert broken(submitted(changed(good, "spec/mode", "client"))) == ["cluster-mode"]
    assert broken(submitted(changed(good, "spec/image", "docker.io/evil/miner:1"))) == ["allowed-image"]


def test_a_driver_that_makes_a_pod_for_itself_is_refused(sandbox: Sandbox) -> None:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True}
    security |= {"runAsUser": 185, "seccompProfile": {"type": "RuntimeDefault"}}
    manifest = changed(pod(), "metadata/namespace", TEAM_NAMESPACE)
    manifest = changed(manifest, "metadata/annotations", {})
    manifest = changed(manifest, "spec/containers/0/image", TEAM_IMAGE)
    manifest = changed(manifest, "spec/containers/0/securityContext", security)

    def made(manifest: Json) -> Done:
        return sandbox.kubectl("create", "-f", "-", "--dry-run=server", user=TEAM_DRIVER, stdin=json.dumps(manifest))

    done = made(manifest)
    assert done.returncode == 0, done.stderr
    assert broken(made(changed(manifest, "spec/serviceAccountName", "default"))) == ["workload-account"]
    assert broken(made(changed(manifest, "metadata/ownerReferences", []))) == ["executor-owner"]


@pytest.mark.parametrize("how", ["delete", "patch", "delete all"])
def test_a_driver_cannot_change_what_jobs_are_submitted_with(sandbox: Sandbox, how: str) -> None:
    commands = {
        "delete": ("delete", "configmap", SPARK_DEFAULTS, "-n", TEAM_NAMESPACE, "--dry-run=server"),
        "patch": (
            "patch", "configmap", SPARK_DEFAULTS, "-n", TEAM_NAMESPACE, "--dry-run=server", "-p", '{"data":{"x":"y"}}',
            "--as-group=system:masters",
        ),
        "delete all": ("delete", "--raw", f"/api/v1/namespaces/{TEAM_NAMESPACE}/configmaps?dryRun=All"),
    }  # fmt: skip
    done = sandbox.kubectl(*commands[how], user=TEAM_DRIVER)
    assert broken(done) == ["defaults-untouched"]


def test_the_api_server_finds_no_fault_in_the_expressions(sandbox: Sandbox) -> None:
    found = sandbox.get("validatingadmissionpolicies")["items"]
    assert found
    for policy in found:
        assert policy["status"]["observedGeneration"] == policy["metadata"]["generation"]
        assert "expressionWarnings" not in policy["status"]["typeChecking"], policy["metadata"]["name"]
