import json
from collections import Counter

import pytest

from replay import Graph
from tests.sandbox.conftest import Sandbox
from tools.sandbox import apply
from tools.sandbox.node import network
from tools.sandbox.settings import Pods

pytestmark = pytest.mark.sandbox


def test_every_object_is_accepted_by_strict_server_side_apply(sandbox: Sandbox, sandbox_graph: Graph) -> None:
    """Unknown or doubled fields fail; a force-free apply by the same manager finds no foreign owner."""
    checked = 0
    for wave in apply.waves(sandbox_graph):
        for batch in apply.batches(sandbox.settings, wave):
            sandbox.apply(batch, dry_run=True)
            checked += len(batch.manifests)
    assert checked > len([each for each in sandbox_graph if each.kubernetes]) > 20


def test_a_misspelt_field_would_be_refused(sandbox: Sandbox, sandbox_graph: Graph) -> None:
    quota = apply.manifest(sandbox_graph.of_type("ResourceQuota")[0])
    quota["spec"]["harder"] = {}
    done = sandbox.kubectl(
        "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-", stdin=json.dumps(quota)
    )
    assert done.returncode != 0
    assert "harder" in done.stderr


NODES = {Pods.PLAYED: "virtual-kubelet-", Pods.REAL: network.NODE_NAME}
"""How the names of the nodes begin."""


def test_every_pod_runs_on_the_sandboxes_nodes_and_every_claim_is_bound(sandbox: Sandbox) -> None:
    pods = [each for each in sandbox.get("pods", "-A")["items"] if each["status"]["phase"] != "Succeeded"]
    assert pods
    lacking = {
        each["metadata"]["name"]: (each["status"]["phase"], each["spec"].get("nodeName"))
        for each in pods
        if each["status"]["phase"] != "Running" or not each["spec"]["nodeName"].startswith(NODES[sandbox.pods])
    }
    assert lacking == {}
    claims = sandbox.get("persistentvolumeclaims", "-A")["items"]
    assert {each["metadata"]["name"] for each in claims if each["status"]["phase"] != "Bound"} == set()


def test_shuffle_masters_are_spread_over_the_three_zones(played_sandbox: Sandbox, sandbox_graph: Graph) -> None:
    spread = [
        each
        for each in sandbox_graph.of_type("StatefulSet")
        if each.inputs["spec"]["template"]["spec"].get("topologySpreadConstraints")
    ]
    assert spread
    for each in spread:
        namespace, labels = each.inputs["metadata"]["namespace"], each.inputs["spec"]["selector"]["matchLabels"]
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        pods = played_sandbox.get("pods", "-n", namespace, "-l", selector)["items"]
        counts = Counter(pod["spec"]["nodeName"] for pod in pods)
        assert len(pods) == each.inputs["spec"]["replicas"]
        assert max(counts.values()) - min(counts.values() if len(counts) == 3 else [0]) <= 1


def test_the_job_completed_and_up_said_so(sandbox: Sandbox) -> None:
    (application,) = sandbox.get("sparkapplications", "-A")["items"]
    assert application["status"]["applicationState"]["state"] == "COMPLETED"
    assert "operator reports COMPLETED" in sandbox.output
    assert "What is going to be set up" in sandbox.output
