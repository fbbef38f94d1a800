"""Pod templates: fit for `restricted`, ECI's annotations, the pod's cloud identity."""

import dataclasses
import json
from typing import Any

import pulumi
import pytest

from components.pods.sizes import round_up
from components.spark.context import JobContext
from components.spark.defaults import defaults_data
from components.spark.inputs import SparkSettings
from components.spark.submit import hook
from components.spark.templates import DRIVER_CONTAINER, EXECUTOR_CONTAINER, driver_template, executor_template

ECI = "k8s.aliyun.com/"
TAGS = {"team": "a", "b": "c"}
CONTEXT = JobContext(
    team="payments",
    namespace="spark-payments",
    region="cn-hangzhou",
    credentials="eci",
    role_name="r",
    tags=TAGS,
)
SPOT = SparkSettings.read({"executor": {"spot": True, "spot_protected_hours": 0, "ephemeral_storage_gib": 100}})
RRSA = dataclasses.replace(CONTEXT, credentials="rrsa", role_arn="acs:ram::1:role/r", oidc_provider_arn="p")


def both(settings: SparkSettings = SPOT, context: JobContext = CONTEXT) -> list[dict[str, Any]]:
    return [driver_template(settings, context), executor_template(settings, context)]


def annotations(template: dict[str, Any]) -> dict[str, str]:
    result: dict[str, str] = template["metadata"]["annotations"]
    return result


@pytest.mark.parametrize("context", [CONTEXT, RRSA])
def test_pods_fulfil_pod_security_restricted(context: JobContext) -> None:
    for template in both(context=context):
        spec = template["spec"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        kinds = {kind for volume in spec["volumes"] for kind in volume if kind != "name"}
        assert kinds <= {"emptyDir", "projected", "configMap", "secret"}


def test_only_executors_use_spot_and_fall_back_to_on_demand() -> None:
    driver, executor = map(annotations, both())
    assert not [k for k in driver if "spot" in k]
    assert executor[f"{ECI}eci-spot-strategy"] == "SpotAsPriceGo"
    assert executor[f"{ECI}eci-spot-fallback"] == "true"
    assert executor[f"{ECI}eci-spot-duration"] == "0"
    assert not [k for k in annotations(executor_template(SparkSettings(), CONTEXT)) if "spot" in k]


def test_executors_get_no_token_of_the_api_server() -> None:
    driver, executor = both()
    assert executor["spec"]["automountServiceAccountToken"] is False
    assert "automountServiceAccountToken" not in driver["spec"]  # the driver creates its executors


def test_eci_annotations_carry_cache_disk_tags_and_role() -> None:
    driver, executor = map(annotations, both())
    for annotation in (driver, executor):
        assert annotation[f"{ECI}eci-auto-imc"] == "true"
        assert annotation[f"{ECI}eci-max-pending-minute"] == "30"
        assert annotation[f"{ECI}eci-custom-tags"] == "b:c,team:a"
        assert annotation[f"{ECI}eci-ram-role-name"] == "r"
    assert executor[f"{ECI}eci-extra-ephemeral-storage"] == "70Gi"
    assert not [k for k in annotations(executor_template(SparkSettings(), CONTEXT)) if "ephemeral" in k]


@pytest.mark.parametrize("pods", ["acs", "plain"])
def test_off_eci_no_annotation_of_eci_is_left(pods: str) -> None:
    for template in both(context=dataclasses.replace(CONTEXT, pods=pods, credentials="none")):
        assert not [k for k in annotations(template) if k.startswith(ECI)]


def test_labels_send_pods_where_the_flavour_wants_them() -> None:
    acs = executor_template(SPOT, dataclasses.replace(CONTEXT, pods="acs"))["metadata"]["labels"]
    assert acs["alibabacloud.com/compute-qos"] == "best-effort"
    virtual = driver_template(SPOT, dataclasses.replace(CONTEXT, pods="virtual-node"))
    assert virtual["metadata"]["labels"]["alibabacloud.com/eci"] == "true"
    assert annotations(virtual)[f"{ECI}eci-auto-imc"] == "true"


def test_rrsa_pods_carry_token_environment_and_a_sidecar_on_loopback() -> None:
    for template, main in zip(both(context=RRSA), (DRIVER_CONTAINER, EXECUTOR_CONTAINER), strict=True):
        spark, sidecar = template["spec"]["containers"]
        assert spark["name"] == main
        assert sidecar["args"][-1] == "127.0.0.1:7100"
        env = {e["name"]: e["value"] for e in sidecar["env"]}
        assert env["ALIBABA_CLOUD_ROLE_ARN"] == "acs:ram::1:role/r"
        assert env["__ECI_RESOURCE_IGNORE__"] == "TRUE"
        assert env["ECI_CONTAINER_TYPE"] == "sidecar"
        [token] = [v for v in template["spec"]["volumes"] if "projected" in v]
        assert token["projected"]["sources"][0]["serviceAccountToken"]["audience"] == "sts.aliyuncs.com"
        assert f"{ECI}eci-ram-role-name" not in annotations(template)


def test_the_sidecar_would_cost_a_larger_size_if_it_were_counted() -> None:
    assert round_up(4 + 0.05, 16 + 0.0625, "cn-hangzhou") > round_up(4, 16, "cn-hangzhou")


def test_thousands_of_services_do_not_reach_the_environment_and_virtual_nodes_are_tolerated() -> None:
    for template in both():
        assert template["spec"]["enableServiceLinks"] is False
        assert [t["key"] for t in template["spec"]["tolerations"]] == ["virtual-kubelet.io/provider"]


def test_local_data_and_temporary_files_have_volumes_of_their_own() -> None:
    for template in both():
        mounts = {m["name"] for m in template["spec"]["containers"][0]["volumeMounts"]}
        assert {"spark-local-dir-1", "tmp"} <= mounts <= {v["name"] for v in template["spec"]["volumes"]}


def test_the_config_map_holds_what_the_submit_hook_reads() -> None:
    data = defaults_data(SPOT, CONTEXT)
    assert list(data) == [hook.CONF, *hook.TEMPLATES.values()]
    assert json.loads(data["driver-template.json"]) == driver_template(SPOT, CONTEXT)
    assert "spark.kubernetes.namespace=spark-payments\n" in data["spark-defaults.conf"]


def test_facts_that_are_known_later_hide_only_the_files_they_stand_in() -> None:
    assert isinstance(defaults_data(SPOT, CONTEXT, role_name="other"), dict)
    assert "other" in defaults_data(SPOT, CONTEXT, role_name="other")["driver-template.json"]
    data = defaults_data(SPOT, CONTEXT, role_name=pulumi.Output.from_input("x"))
    assert isinstance(data["spark-defaults.conf"], str)
    assert isinstance(data["driver-template.json"], pulumi.Output)
    assert isinstance(defaults_data(SPOT, CONTEXT, quota_pods=pulumi.Output.from_input(9)), pulumi.Output)
