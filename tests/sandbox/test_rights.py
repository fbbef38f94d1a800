from collections.abc import Callable

import pytest

from components.base.constants import DRIVER_ACCOUNT, EXECUTOR_ACCOUNT
from replay import Graph
from tests.sandbox.conftest import Sandbox
from tools.sandbox import apply, job, spark_operator

pytestmark = pytest.mark.sandbox

NAMESPACE = job.example_namespace()
DRIVER = f"system:serviceaccount:{NAMESPACE}:{DRIVER_ACCOUNT}"
EXECUTOR = f"system:serviceaccount:{NAMESPACE}:{EXECUTOR_ACCOUNT}"
MANAGE_NOTHING = [
    "create roles", "create rolebindings", "create secrets", "get secrets", "list secrets",
    "update resourcequotas", "delete limitranges", "delete networkpolicies", "create serviceaccounts/token",
    "impersonate users", "create pods/exec", "update namespaces",
]  # fmt: skip

May = Callable[[str, str], bool]


@pytest.fixture(scope="module")
def may(sandbox: Sandbox) -> May:
    """`may(user, "create pods -n team-a")`: what the API server answers."""

    def ask(user: str, what: str) -> bool:
        verb, resource, *where = what.split()
        resource, _, part = resource.partition("/")  # kubectl would read "pods/log" as the pod named log
        options = [*(where or ["-n", NAMESPACE]), *([f"--subresource={part}"] if part else [])]
        done = sandbox.kubectl("auth", "can-i", verb, resource, *options, user=user)
        assert done.stdout.strip() in ("yes", "no"), done.stderr
        return done.stdout.strip() == "yes"

    return ask


@pytest.fixture(scope="module")
def operator(sandbox: Sandbox, sandbox_graph: Graph) -> str:
    """The operator's user."""
    rendered = [
        each
        for wave in apply.waves(sandbox_graph)
        for batch in apply.batches(sandbox.settings, wave)
        for each in batch.manifests
    ]
    deployment = spark_operator.find_controller(rendered)
    assert deployment is not None
    return f"system:serviceaccount:spark-operator:{deployment['spec']['template']['spec']['serviceAccountName']}"


@pytest.mark.parametrize(
    "what",
    [
        "create sparkapplications", "get sparkapplications", "list sparkapplications", "watch sparkapplications",
        "delete sparkapplications", "get pods", "get pods/log",
    ],
)  # fmt: skip
def test_a_submitter_may_run_and_follow_jobs(sandbox: Sandbox, may: May, what: str) -> None:
    assert may(sandbox.submitter, what)


@pytest.mark.parametrize(
    "what",
    [
        *MANAGE_NOTHING, "create pods", "delete configmaps", "update configmaps", "create serviceaccounts",
        "create sparkapplications -n default", "create sparkapplications -A", "get pods -n spark-operator",
        "list nodes -A", "list namespaces -A", "create customresourcedefinitions -A",
    ],
)  # fmt: skip
def test_a_submitter_may_do_nothing_else(sandbox: Sandbox, may: May, what: str) -> None:
    assert not may(sandbox.submitter, what)


@pytest.mark.parametrize(
    "what",
    [
        "create pods", "get pods", "list pods", "watch pods", "delete pods", "deletecollection pods",
        "create configmaps", "list configmaps", "delete configmaps",
    ],
)  # fmt: skip
def test_a_driver_may_run_executors(may: May, what: str) -> None:
    assert may(DRIVER, what)


@pytest.mark.parametrize(
    "what",
    [
        *MANAGE_NOTHING, "create pods -n default", "create pods -A", "create sparkapplications", "create deployments",
        "create pods -n spark-operator",
    ],
)  # fmt: skip
def test_a_driver_may_do_nothing_else(may: May, what: str) -> None:
    assert not may(DRIVER, what)


@pytest.mark.parametrize(
    "what", [*MANAGE_NOTHING, "get pods", "list pods", "create pods", "get configmaps", "get services", "list events"]
)
def test_an_executor_may_do_nothing_at_all(may: May, what: str) -> None:
    assert not may(EXECUTOR, what)


@pytest.mark.parametrize(
    "what", ["create pods", "delete pods", "update sparkapplications/status", "create services", "get configmaps"]
)
def test_the_operator_may_run_drivers_in_a_job_namespace(may: May, operator: str, what: str) -> None:
    assert may(operator, what)


@pytest.mark.parametrize(
    "what",
    [
        "create pods -A", "create pods -n default", "create pods -n kube-system", "get secrets", "list secrets -A",
        "create roles", "create rolebindings", "create clusterrolebindings -A", "delete namespaces -A",
        "impersonate users -A", "create serviceaccounts/token", "update customresourcedefinitions -A",
    ],
)  # fmt: skip
def test_the_operator_may_do_nothing_elsewhere(may: May, operator: str, what: str) -> None:
    assert not may(operator, what)
