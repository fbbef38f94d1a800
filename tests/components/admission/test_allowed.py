"""The lists of what a job may set: they let the examples and the defaults through, and nothing dangerous."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.admission.allowed import ALLOWED
from components.spark.configuration import spark_conf
from components.spark.context import JobContext
from components.spark.inputs import SparkSettings
from components.spark.keys import known_keys

EXAMPLES = sorted(Path(__file__).parents[3].glob("examples/**/*.yaml"))
JOBS = [each for file in EXAMPLES for each in yaml.safe_load_all(file.read_text()) if each and "apiVersion" in each]
SPARK_JOBS = [each for each in JOBS if each["apiVersion"].startswith("sparkoperator.k8s.io/")]


def listed(key: str) -> bool:
    """What the rule known-key says, in Python."""
    if re.fullmatch(f"spark[.]({ALLOWED.never})", key):
        return False
    family = key.split(".")[1] if "." in key else ""
    return family in ALLOWED.families or re.fullmatch(f"spark\\.({ALLOWED.key_pattern})", key) is not None


@pytest.mark.parametrize("job", SPARK_JOBS, ids=lambda job: str(job["metadata"]["name"]))
def test_every_example_sets_listed_fields_and_keys_only(job: dict[str, Any]) -> None:
    spec = job["spec"].get("template", job["spec"])
    assert set(spec) <= set(ALLOWED.spec)
    assert all(listed(key) for key in spec.get("sparkConf", {}))
    for side, names in (("driver", ALLOWED.driver), ("server", ALLOWED.driver), ("executor", ALLOWED.executor)):
        assert set(spec.get(side, {})) <= set(names)
        assert set(spec.get(side, {}).get("template", {}).get("spec", {})) <= set(ALLOWED.template_spec)


def test_there_are_examples() -> None:
    assert len(SPARK_JOBS) >= 8


@pytest.mark.parametrize(
    "key",
    [
        "spark.kerberos.keytab",
        "spark.yarn.keytab",
        "spark.ssl.trustStore",
        "spark.authenticate.secret.file",
        "spark.kubernetes.file.upload.path",
        "spark.kubernetes.submission.waitAppCompletion",
        "spark.kubernetes.authenticate.submission.oauthTokenFile",
        "spark.kubernetes.executor.podTemplateFile",
        "spark.kubernetes.driver.volumes.hostPath.x.mount.path",
        "spark.kubernetes.executor.volumes.nfs.x.options.server",
        "spark.kubernetes.executor.scheduler.name",
        "spark.hadoop.hadoop.security.credential.provider.path",
        "spark.security.credentials.hive.principal",
        "spark.executor.resource.gpu.amount",
        "spark.driver.resource.gpu.vendor",
        "spark.submit.deployMode",
        "spark.master",
        "spark.unheardOf",
    ],
)
def test_what_spark_submit_acts_on_or_nobody_knows_is_not_listed(key: str) -> None:
    assert not listed(key)


def test_what_the_workspace_sets_by_default_may_be_set_by_a_job_unless_it_is_about_identity() -> None:
    settings = SparkSettings.read({"scaling": {"concurrent_creates": 8}, "version": "4.2.1", "image": "a.b/c:1"})
    context = JobContext(team="a", namespace="spark-a", region="cn-hangzhou", event_log_dir="oss://logs/a")
    unlisted = {key for key in spark_conf(settings, context) if not listed(key)}
    assert unlisted == {
        "spark.kubernetes.authenticate.driver.serviceAccountName",
        "spark.kubernetes.authenticate.executor.serviceAccountName",
        "spark.kubernetes.container.image",
        "spark.kubernetes.driver.pod.excludedFeatureSteps",
        "spark.kubernetes.submission.connectionTimeout",
        "spark.kubernetes.submission.requestTimeout",
    }


def test_no_listed_name_of_a_kubernetes_key_is_misspelt() -> None:
    known = set(known_keys())
    plain = [re.sub(r"\(.*|\\|\.\+", "", key) for key in ALLOWED.keys]
    assert all(any(each.startswith(f"spark.{start}") for each in known) for start in plain if start.startswith("kub"))
