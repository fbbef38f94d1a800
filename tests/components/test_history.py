"""HistoryServer: one cleaner, sized to a row, reads the logs by its own identity."""

from typing import Any

import pulumi
import pytest

from components.base.constants import SPARK_HISTORY_UI
from components.base.mistakes import InputError
from components.history.component import HistoryServer
from components.history.inputs import HISTORY_ACCOUNT, HistoryServerInputs, HistorySettings
from components.pods.sizes import is_row
from replay.graph import Graph
from tests.support import record

LOGS = "oss://logs.cn-hangzhou.oss-dls.aliyuncs.com/spark-history"
ARGS: dict[str, Any] = {
    "image": "registry.example.com/spark:1",
    "event_log_dir": LOGS,
    "credentials": "eci",
    "role_name": "history-role",
}


def build(known: bool = True, **changes: Any) -> Graph:
    args: Any = {**ARGS, **changes}
    return record(lambda: HistoryServer("history", args), known=known)


def resource(graph: Graph, kind: str) -> dict[str, Any]:
    [configuration] = [r for r in graph.resources if r.type.endswith(f":{kind}")]
    return configuration.inputs


def conf(graph: Graph) -> dict[str, str]:
    lines = resource(graph, "ConfigMap")["data"]["spark-history.conf"].splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def pod(graph: Graph) -> dict[str, Any]:
    configuration: dict[str, Any] = resource(graph, "Deployment")["spec"]["template"]
    return configuration


def refusal(**changes: Any) -> str:
    with pytest.raises(InputError) as caught:
        HistoryServerInputs.of({**ARGS, **changes}, "HistoryServer test")
    return "\n".join(caught.value.sentences)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return build()


def test_the_preview_shows_every_resource() -> None:
    def outputs() -> HistoryServer:
        role: Any = pulumi.Output.from_input("history-role")
        return HistoryServer("history", {**ARGS, "role_name": role})  # type: ignore[arg-type]

    urns = [{r.urn for r in record(outputs, known=known).resources} for known in (True, False)]
    assert urns[0] == urns[1]
    assert len(urns[0]) == 6


def test_old_logs_are_deleted_by_exactly_one_server(graph: Graph) -> None:
    spec = resource(graph, "Deployment")["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}
    assert conf(graph)["spark.history.fs.cleaner.enabled"] == "true"
    assert conf(build(retention_days=7))["spark.history.fs.cleaner.maxAge"] == "7d"


def test_logs_are_read_over_oss_hdfs_by_the_pods_role(graph: Graph) -> None:
    configuration = conf(graph)
    assert configuration["spark.history.fs.logDirectory"] == LOGS
    assert configuration["spark.hadoop.fs.oss.endpoint"] == "cn-hangzhou.oss-dls.aliyuncs.com"
    assert configuration["spark.hadoop.fs.oss.credentials.provider"].endswith("EcsStsCredentialsProvider")
    assert pod(graph)["metadata"]["annotations"]["k8s.aliyun.com/eci-ram-role-name"] == "history-role"


def test_logs_in_a_plain_bucket_use_its_internal_endpoint() -> None:
    configuration = conf(build(event_log_dir="oss://plain/spark-history"))
    assert configuration["spark.hadoop.fs.oss.bucket.plain.endpoint"] == "oss-cn-hangzhou-internal.aliyuncs.com"
    assert "spark.hadoop.fs.oss.endpoint" not in configuration


def test_without_object_storage_nothing_of_it_is_named() -> None:
    graph = build(event_log_dir="file:///tmp/logs", credentials="none", pods="plain")
    assert not [k for k in conf(graph) if "oss" in k]
    assert not [k for k in pod(graph)["metadata"]["annotations"] if k.startswith("k8s.aliyun.com/")]


def test_the_pod_is_a_row_of_the_size_table_and_the_heap_fits(graph: Graph) -> None:
    [server] = pod(graph)["spec"]["containers"]
    assert server["resources"]["requests"] == server["resources"]["limits"] == {"cpu": "2", "memory": "8Gi"}
    assert is_row(2, 8, "eu-central-1")
    heap = int(next(e["value"] for e in server["env"] if e["name"] == "SPARK_DAEMON_MEMORY")[:-1])
    assert heap < 8 * 1024
    assert int(conf(graph)["spark.history.store.hybridStore.maxMemoryUsage"][:-1]) < heap


def test_the_pod_fulfils_pod_security_restricted_and_has_no_rights(graph: Graph) -> None:
    spec = pod(graph)["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] == HISTORY_ACCOUNT == resource(graph, "ServiceAccount")["metadata"]["name"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert all(c["securityContext"]["capabilities"] == {"drop": ["ALL"]} for c in spec["containers"])
    labels = resource(graph, "Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert not [r for r in graph.resources if "Role" in r.type]


def test_the_service_leads_to_the_server(graph: Graph) -> None:
    spec = resource(graph, "Service")["spec"]
    labels = pod(graph)["metadata"]["labels"]
    assert spec["selector"].items() <= labels.items()
    [port] = spec["ports"]
    assert port["targetPort"] == SPARK_HISTORY_UI == int(conf(graph)["spark.history.ui.port"])


def test_rrsa_brings_a_sidecar_with_the_token() -> None:
    graph = build(credentials="rrsa", role_arn="acs:ram::1:role/h", oidc_provider_arn="acs:ram::1:oidc-provider/p")
    server, sidecar = pod(graph)["spec"]["containers"]
    assert "rrsa-oidc-token" in {m["name"] for m in server["volumeMounts"]}
    assert "export-credentials" in sidecar["args"]
    assert conf(graph)["spark.hadoop.aliyun.oss.provider.url"].startswith("http://127.0.0.1:")


def test_the_pod_rolls_when_its_configuration_changes(graph: Graph) -> None:
    def mark(g: Graph) -> str:
        return str(pod(g)["metadata"]["annotations"]["spark-on-ack.io/conf"])

    assert mark(graph) == mark(build())
    assert mark(graph) != mark(build(update_seconds=30))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"image": None}, "image: missing; allowed: a Spark image with JindoSDK"),
        ({"role_name": None}, "role_name: missing; credentials eci needs it"),
        ({"credentials": "rrsa"}, "role_arn: missing; credentials rrsa needs it"),
        ({"pods": "acs"}, "credentials: 'eci' needs pods on ECI, not 'acs'"),
        ({"memory_gib": 9}, "memory_gib: 2 vCPU/9 GiB is not a size of serverless pods; allowed: 2 vCPU/8 GiB or"),
        ({"retention_days": 0}, "retention_days: 0 is not allowed; allowed: a whole number from 1 to 3650"),
        ({"event_log_dir": "s3://x"}, "event_log_dir: 's3://x' is not allowed"),
        ({"admins": ["ann"]}, "admins: has no effect while acls is false"),
        ({"retention_day": 3}, "retention_day: unknown key; did you mean 'retention_days'?"),
    ],
)
def test_a_mistake_is_told_with_the_way_out(changes: dict[str, Any], expected: str) -> None:
    assert expected in refusal(**changes)


def test_defaults_alone_are_enough_for_a_stack_file() -> None:
    assert HistorySettings.read({}).retention_days == 30
