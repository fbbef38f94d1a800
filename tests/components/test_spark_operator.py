"""SparkOperator: values that exist in the chart, rights that end at the job namespaces, a size that fits the jobs."""

import subprocess
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
import yaml

from components.base.constants import OPERATOR_METRICS, SPARK_OPERATOR_VERSION
from components.base.mistakes import InputError
from components.pods.sizes import is_row
from components.spark import submit
from components.spark_operator.component import (
    CRD,
    SparkOperator,
    chart_source,
    chart_values,
    keep_crds,
)
from components.spark_operator.inputs import OperatorSettings, SparkOperatorInputs, controller_account
from replay.graph import Graph
from tests.support import record
from tools.sandbox.programs import data_folder, program
from tools.sandbox.settings import from_environment

JOBS = ["spark-team-a", "spark-team-b"]
KNOWN_VALUES = {
    line
    for line in Path(__file__).with_name("operator_chart_values.txt").read_text().splitlines()
    if not line.startswith("#")
}
CACHE = from_environment().cache
CHART, HELM = data_folder(CACHE, "spark-operator-chart"), program("helm").path(CACHE)


def inputs(**changes: Any) -> SparkOperatorInputs:
    return SparkOperatorInputs.of({"job_namespaces": JOBS, **changes}, "SparkOperator test")


def build(known: bool = True, **changes: Any) -> Graph:
    args: Any = {"job_namespaces": JOBS, **changes}
    return record(lambda: SparkOperator("op", args), known=known)


def leaves(values: Any, path: str = "") -> set[str]:
    if not isinstance(values, dict) or not values or path in KNOWN_VALUES:
        return {path}
    return {leaf for key, value in values.items() for leaf in leaves(value, f"{path}.{key}" if path else key)}


def refusal(**changes: Any) -> str:
    with pytest.raises(InputError) as caught:
        inputs(**changes)
    return "\n".join(caught.value.sentences)


@pytest.mark.parametrize("replicas", [1, 2])
def test_every_value_exists_in_the_pinned_chart(replicas: int) -> None:
    assert leaves(chart_values(inputs(replicas=replicas))) <= KNOWN_VALUES


def test_a_value_the_chart_does_not_know_would_be_found() -> None:
    assert not leaves({"controller": {"worker": 3}}) <= KNOWN_VALUES


def test_the_webhook_stays_off_and_drivers_accounts_belong_to_the_workspace() -> None:
    values = chart_values(inputs())
    assert values["webhook"] == {"enable": False}
    assert values["spark"] == {
        "jobNamespaces": JOBS,
        "serviceAccount": {"create": False},
        "rbac": {"create": False},
    }


def test_a_single_controller_has_neither_budget_nor_spread_which_the_chart_refuses() -> None:
    one, two = (chart_values(inputs(replicas=n))["controller"] for n in (1, 2))
    assert (one["podDisruptionBudget"]["enable"], two["podDisruptionBudget"]["enable"]) == (False, True)
    assert (len(one["topologySpreadConstraints"]), len(two["topologySpreadConstraints"])) == (0, 1)


@pytest.mark.parametrize("jobs", range(1, 151))
def test_the_size_follows_the_jobs_and_is_a_size_sold_everywhere(jobs: int) -> None:
    size, smaller = (OperatorSettings(jobs_per_minute=n).size for n in (jobs, max(1, jobs - 1)))
    assert is_row(size.spec.vcpu, size.spec.gib, "everywhere")
    assert size.spec.gib * 1024 >= 512 + size.workers * 400
    assert size.workers * 60 / 8 >= jobs
    assert (size.workers, size.spec.vcpu, size.api_qps) >= (smaller.workers, smaller.spec.vcpu, smaller.api_qps)


def test_given_sizes_win_over_computed_ones() -> None:
    controller = chart_values(inputs(workers=5, cpu=2, memory_gib=4, api_qps=80))["controller"]
    assert (controller["workers"], controller["kubeAPIQPS"], controller["kubeAPIBurst"]) == (5, 80, 160)
    assert controller["resources"]["requests"] == {"cpu": "2", "memory": "4096Mi"}
    assert controller["resources"]["limits"] == controller["resources"]["requests"]


def test_annotations_and_labels_of_the_team_reach_the_pods_and_the_hook_rolls_them() -> None:
    controller = chart_values(inputs(pod_annotations={"a": "b"}, pod_labels={"c": "d"}))["controller"]
    assert controller["annotations"]["a"] == "b"
    assert len(controller["annotations"]["spark-on-ack.io/submit-hook"]) == 16
    assert controller["labels"] == {"c": "d"}


@pytest.mark.parametrize(
    ("pods", "label", "tagged"),
    [
        ("eci", None, True),
        ("virtual-node", "alibabacloud.com/eci", True),
        ("acs", "alibabacloud.com/acs", False),
        ("plain", None, False),
    ],
)
def test_each_flavour_gets_its_labels_and_eci_the_cost_tags(pods: str, label: str | None, tagged: bool) -> None:
    controller = chart_values(inputs(pods=pods, tags={"team": "platform"}))["controller"]
    assert (next(iter(controller["labels"]), None)) == label
    assert controller["annotations"].get("k8s.aliyun.com/eci-custom-tags") == ("team:platform" if tagged else None)


def test_the_submit_hook_is_mounted_beside_the_charts_own_volume() -> None:
    controller, hook = chart_values(inputs())["controller"], submit.chart_values()
    assert controller["volumes"][0]["name"] == "tmp"
    assert controller["volumeMounts"][0]["mountPath"] == "/tmp"
    for key in ("env", "volumes", "volumeMounts"):
        assert [x for x in controller[key] if x in hook[key]] == hook[key]
        names = [x["name"] for x in controller[key]]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("chart", "source"),
    [
        (
            "https://charts.example.com/mirror",
            {"chart": "spark-operator", "repository_opts": {"repo": "https://charts.example.com/mirror"}},
        ),
        ("oci://registry.example.com/charts/spark-operator", None),
        ("./charts/spark-operator", None),
        ("/srv/charts/spark-operator-2.5.2.tgz", None),
        ("https://files.example.com/spark-operator-2.5.2.tgz", None),
    ],
)
def test_a_chart_comes_from_a_repository_a_registry_or_a_path_and_is_pinned(chart: str, source: Any) -> None:
    inputs(chart=chart)
    assert chart_source(chart) == (source or {"chart": chart}) | {"version": SPARK_OPERATOR_VERSION}


def test_a_mirror_of_the_image_is_used() -> None:
    image = chart_values(inputs(image_registry="cr.example.com/mirror", image_pull_secrets=["pull"]))["image"]
    assert (image["registry"], image["pullSecrets"]) == ("cr.example.com/mirror", [{"name": "pull"}])


def test_the_component_is_a_chart_behind_its_namespace_and_one_policy() -> None:
    graph = build()
    chart, namespace = graph.one("Chart", "op-chart"), graph.one("Namespace", "op-namespace")
    hook = graph.one("ConfigMap", "op-submit-hook")
    assert sorted(r.kind for r in graph) == ["Chart", "ConfigMap", "Namespace", "NetworkPolicy", "SparkOperator"]
    assert {namespace.urn, hook.urn} <= set(chart.dependencies)
    assert chart.inputs["version"] == SPARK_OPERATOR_VERSION
    assert chart.inputs["skipCrds"] is False
    assert (chart.inputs["name"], chart.inputs["namespace"]) == ("spark-operator", "spark-operator")
    labels = namespace.inputs["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["spark-on-ack.io/role"] == "operator"
    assert hook.inputs["data"] == {"spark-submit": submit.HOOK}


def test_a_second_operator_leaves_the_crds_to_the_first_and_has_names_of_its_own() -> None:
    graph = build(namespace="spark-operator-b", install_crds=False)
    chart = graph.one("Chart", "op-chart").inputs
    assert chart["skipCrds"] is True
    assert chart["values"]["fullnameOverride"] == "spark-operator-b"
    assert graph.one("SparkOperator", "op").outputs["controllerAccount"] == "spark-operator-b-controller"


def test_the_network_policy_lets_metrics_in_and_dns_and_https_out() -> None:
    spec = build(metrics_namespace="prometheus").one("NetworkPolicy", "op-network").inputs["spec"]
    (rule,) = spec["ingress"]
    selector = {"matchLabels": {"kubernetes.io/metadata.name": "prometheus"}}
    assert rule["from"] == [{"namespaceSelector": selector}]
    assert [p["port"] for p in rule["ports"]] == [OPERATOR_METRICS]
    assert sorted({p["port"] for e in spec["egress"] for p in e["ports"]}) == [53, 443, 6443]
    assert spec["policyTypes"] == ["Ingress", "Egress"]


def test_the_outputs_say_how_to_submit_to_each_team() -> None:
    outputs = build().one("SparkOperator", "op").outputs
    assert sorted(outputs["submitCommands"]) == JOBS
    assert outputs["submitCommands"]["spark-team-a"].startswith("kubectl -n spark-team-a create -f ")


def test_a_first_preview_shows_the_same_resources() -> None:
    assert [r.urn for r in build()] == [r.urn for r in build(known=False)]


def test_crds_outlive_the_operator_and_nothing_else_does() -> None:
    def transformed(type_: str) -> pulumi.ResourceTransformResult | None:
        opts = pulumi.ResourceOptions(protect=True)
        return keep_crds(pulumi.ResourceTransformArgs(custom=True, type_=type_, name="x", props={}, opts=opts))

    kept = transformed(CRD)
    assert kept is not None
    assert (kept.opts.retain_on_delete, kept.opts.protect) == (True, True)
    assert transformed("kubernetes:apps/v1:Deployment") is None
    crd = k8s.apiextensions.v1.CustomResourceDefinition
    assert crd.pulumi_type == CRD


def test_no_job_namespace_means_the_whole_cluster_and_is_refused() -> None:
    assert "cluster-admin" in refusal(job_namespaces=[])
    assert "job_namespaces[1]: '' means every namespace" in refusal(job_namespaces=["a", ""])
    assert "is the operator's own namespace" in refusal(job_namespaces=["spark-operator"])


def test_the_operator_is_not_put_on_spot() -> None:
    assert "while jobs run" in refusal(pod_annotations={"k8s.aliyun.com/eci-spot-strategy": "SpotAsPriceGo"})


def test_memory_that_does_not_hold_the_submissions_is_refused_with_the_least_that_does() -> None:
    assert "allowed: 4.5 or more, or fewer workers" in refusal(workers=10, memory_gib=2)


def test_all_mistakes_are_named_at_once() -> None:
    text = refusal(replica=2, jobs_per_minute=500, chart="spark-operator", image_registry="HTTP://x")
    assert "did you mean 'replicas'?" in text
    assert "jobs_per_minute: 500 is not allowed; allowed: a whole number from 1 to 150" in text
    assert "chart: 'spark-operator' is not allowed; allowed: a chart repository" in text
    assert "image_registry: 'HTTP://x' is not allowed" in text


# --- the real chart, where the sandbox has already built helm ---

needs_chart = pytest.mark.skipif(
    not (CHART.exists() and HELM.exists()), reason="helm and the chart are built by the sandbox's first run"
)


def rendered(**changes: Any) -> list[dict[str, Any]]:
    values = inputs(**changes)
    name = values.namespace
    command = [str(HELM), "template", name, str(CHART), "--namespace", name, "--values", "-"]
    text = yaml.safe_dump(chart_values(values))
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [o for o in yaml.safe_load_all(done.stdout) if o]


def of_kind(objects: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [o for o in objects if o["kind"] == kind]


@needs_chart
def test_the_list_of_known_values_is_the_charts() -> None:
    assert leaves(yaml.safe_load((CHART / "values.yaml").read_text())) == KNOWN_VALUES
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["version"] == SPARK_OPERATOR_VERSION


@needs_chart
def test_the_rendered_rights_are_roles_in_the_job_namespaces_and_reading_crds() -> None:
    objects = rendered()
    (cluster_role,) = of_kind(objects, "ClusterRole")
    assert cluster_role["rules"] == [
        {"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"], "verbs": ["get"]}
    ]
    roles = {r["metadata"]["namespace"]: r["rules"] for r in of_kind(objects, "Role")}
    assert sorted(roles) == sorted([*JOBS, "spark-operator"])
    may_create_pods = {
        ns for ns, rules in roles.items() for r in rules if "pods" in r["resources"] and "create" in r["verbs"]
    }
    assert may_create_pods == set(JOBS)
    assert not [r for rules in roles.values() for r in rules if {"secrets", "*"} & set(r["resources"])]
    accounts = [o["metadata"]["name"] for o in of_kind(objects, "ServiceAccount")]
    assert accounts == [controller_account("spark-operator")]


@needs_chart
def test_the_rendered_chart_has_no_webhook() -> None:
    assert not [o["kind"] for o in rendered() if "Webhook" in o["kind"]]


@needs_chart
def test_the_rendered_controller_runs_as_the_settings_say() -> None:
    (deployment,) = of_kind(rendered(replicas=2, jobs_per_minute=60), "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    arguments = dict(a.split("=", 1) for a in container["args"] if "=" in a)
    assert arguments["--namespaces"] == ",".join(JOBS)
    assert arguments["--controller-threads"] == "8"
    assert arguments["--kube-api-qps"] == "120"
    assert arguments["--metrics-labels"] == "namespace"
    assert arguments["--leader-election"] == "true"
    assert arguments["--max-tracked-executor-per-app"] == "100"
    assert arguments["--workqueue-ratelimiter-max-delay"] == "600s"
    assert container["resources"]["limits"] == {"cpu": "8", "memory": "4096Mi"}
    assert container["image"] == f"ghcr.io/kubeflow/spark-operator/controller:{SPARK_OPERATOR_VERSION}"


@needs_chart
def test_the_rendered_pod_satisfies_pod_security_restricted() -> None:
    (deployment,) = of_kind(rendered(), "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["runAsNonRoot"] is True
        assert context["capabilities"]["drop"] == ["ALL"]
        assert context["seccompProfile"]["type"] == "RuntimeDefault"
    kinds = {kind for v in pod["volumes"] for kind in v if kind != "name"}
    assert kinds <= {"emptyDir", "configMap", "projected", "secret"}


@needs_chart
def test_two_controllers_render_with_a_budget_and_spread_over_zones() -> None:
    objects = rendered(replicas=2)
    (budget,) = of_kind(objects, "PodDisruptionBudget")
    (deployment,) = of_kind(objects, "Deployment")
    assert budget["spec"]["minAvailable"] == 1
    (spread,) = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert spread["topologyKey"] == "topology.kubernetes.io/zone"
    assert spread["labelSelector"]["matchLabels"] == budget["spec"]["selector"]["matchLabels"]
