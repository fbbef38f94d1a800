"""The API server's own record of who did what."""

from typing import Any

import pytest

from components.base.constants import DRIVER_ACCOUNT
from tests.sandbox.conftest import Sandbox
from tools.sandbox import job
from tools.sandbox.settings import Pods

pytestmark = pytest.mark.sandbox

NAMESPACE = job.example_namespace()
Event = dict[str, Any]
OPERATOR_PROGRAMS = ("spark-operator", "fabric8-kubernetes-client", "Python-urllib")
"""User agents of the operator, its spark-submit and the submit hook."""


@pytest.fixture(scope="module")
def events(sandbox: Sandbox) -> list[Event]:
    return sandbox.audit()


def users(events: list[Event], verb: str, resource: str, subresource: str | None = None) -> set[str]:
    return {
        each["user"]["username"]
        for each in events
        if each["verb"] == verb
        and each.get("objectRef", {}).get("resource") == resource
        and each["objectRef"].get("subresource") == subresource
        and each["objectRef"].get("namespace") == NAMESPACE
        and each["responseStatus"]["code"] < 300
        and "dryRun=" not in each["requestURI"]
        and "impersonatedUser" not in each
    }


def test_the_job_was_submitted_by_a_member_of_the_submit_group(sandbox: Sandbox, events: list[Event]) -> None:
    assert users(events, "create", "sparkapplications") == {sandbox.submitter}
    groups = {g for each in events if each["user"]["username"] == sandbox.submitter for g in each["user"]["groups"]}
    assert groups == {"spark-on-ack:team-a:submit", "system:authenticated"}


def operator(events: list[Event]) -> str:
    """The operator's account, as the API server saw it."""
    (account,) = users(events, "update", "sparkapplications", "status")
    assert account.startswith("system:serviceaccount:spark-operator:")
    return account


def test_driver_pods_were_created_by_the_operators_account_and_executors_by_their_driver(
    sandbox: Sandbox, events: list[Event]
) -> None:
    drivers = {f"system:serviceaccount:{NAMESPACE}:{DRIVER_ACCOUNT}"} if sandbox.pods is Pods.REAL else set()
    assert users(events, "create", "pods") == {operator(events)} | drivers


def test_only_kubectl_ever_used_the_admin_certificate(events: list[Event]) -> None:
    """So neither the operator, nor its spark-submit, nor kwok, nor a driver did."""
    programs = {each.get("userAgent", "").split("/")[0] for each in events if _is_admin(each)}
    assert programs == {"kubectl"}


def test_the_operator_and_spark_submit_only_ever_were_the_operators_account(events: list[Event]) -> None:
    """(A driver that runs speaks with the same client library, as its own account.)"""
    driver = f"system:serviceaccount:{NAMESPACE}:{DRIVER_ACCOUNT}"
    for program in OPERATOR_PROGRAMS:
        callers = {each["user"]["username"] for each in events if each.get("userAgent", "").startswith(program)}
        assert callers - {driver} == {operator(events)}, program


def test_no_service_account_is_bound_to_cluster_admin(sandbox: Sandbox) -> None:
    subjects = {
        subject["name"]
        for binding in sandbox.get("clusterrolebindings")["items"]
        if binding["roleRef"]["name"] == "cluster-admin"
        for subject in binding.get("subjects", [])
    }
    assert subjects == {"system:masters"}


def _is_admin(event: Event) -> bool:
    return "system:masters" in event["user"]["groups"]
