"""Event logs are where the jobs' roles may write and a history server reads, in every stack; RAM decides by bucket."""

import json

from components.identity.component import role_name_of
from replay import Graph
from tests.conftest import GraphOf


def buckets_of(graph: Graph, workload: str) -> set[str]:
    """The HDFS buckets whose files a workload's role may write, by its policy."""
    role = role_name_of(f"spark-on-ack-{graph.stack}", workload)
    [policy] = [p for p in graph.of_type("alicloud:ram/policy:Policy") if p.inputs["policyName"] == role]
    statements = json.loads(policy.inputs["policyDocument"])["Statement"]
    writable = [s for s in statements if s["Effect"] == "Allow" and s["Action"] == ["oss:*"]]
    return {resource.split(":")[-1].split("/")[0] for s in writable for resource in s["Resource"]}


def configured(graph: Graph, file: str, key: str) -> dict[str, str]:
    """Namespace -> the value of `key` in a file of its config maps."""
    maps = [c.inputs for c in graph.of_type("kubernetes:core/v1:ConfigMap") if file in c.inputs.get("data", {})]
    return {
        c["metadata"]["namespace"]: line.partition("=")[2]
        for c in maps
        for line in c["data"][file].splitlines()
        if line.startswith(key)
    }


def bucket(directory: str) -> str:
    return directory.removeprefix("oss://").split(".")[0]


def test_each_teams_role_may_write_where_its_event_logs_go(graph_of: GraphOf, stack: str) -> None:
    graph = graph_of(stack, True)
    directories = configured(graph, "spark-defaults.conf", "spark.eventLog.dir")
    assert directories
    for namespace, directory in directories.items():
        assert bucket(directory) in buckets_of(graph, namespace.removeprefix("spark-")), namespace


def test_each_directory_has_a_server_that_reads_it_alone_and_a_check_that_creates_it(
    graph_of: GraphOf, stack: str
) -> None:
    graph = graph_of(stack, True)
    servers = configured(graph, "spark-history.conf", "spark.history.fs.logDirectory")
    assert set(configured(graph, "spark-defaults.conf", "spark.eventLog.dir").values()) == set(servers.values())
    kept = configured(graph, "spark-history.conf", "spark.history.fs.cleaner.maxAge")
    assert set(kept) == set(servers)
    assert len(set(kept.values())) == 1
    checks = {c.inputs["metadata"]["namespace"]: c.inputs for c in graph.of_type("kubernetes:batch/v1:CronJob")}
    for namespace, directory in servers.items():
        assert buckets_of(graph, namespace.removeprefix("spark-")) == {bucket(directory)}
        pod = checks[namespace]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        values = {v["name"]: v.get("value") for v in pod["containers"][0]["env"]}
        assert f"{values['ROOT']}/spark-history" == directory
        assert "spark-history" in values["FOLDERS"].split()


def test_a_bucket_of_a_teams_own_is_open_to_the_team_and_its_history_server_only(graph_of: GraphOf) -> None:
    graph = graph_of("prod", True)
    policies = [p.inputs for p in graph.of_type("Policy") if "prod-hdfs-payments" in p.inputs["policyDocument"]]
    workloads = ("payments", "history-payments")
    assert {p["policyName"] for p in policies} == {role_name_of("spark-on-ack-prod", w) for w in workloads}
    assert graph.exports["storageRoots"]["eventLogs/payments"].endswith("/spark-history")
