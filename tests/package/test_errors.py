"""Wrong inputs through the package are told in the sentences Python tells, without a traceback."""

from typing import Any

import pytest
from pulumi.provider.experimental.util import camel_case

from components.base.mistakes import InputError
from components.package.registry import COMPONENTS
from tests.package.conftest import Driver
from tests.package.values import local, output, secret, unknown
from tests.support import record

WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "misspelt key": ("Network", {"zonez": ["cn-hangzhou-h"]}),
    "several mistakes": ("Workspace", {"team": "A b", "quota_pods": 0, "spark_executor_vcpu": 3, "pods": "x"}),
    "missing key": ("Workspace", {}),
    "wrong type": ("ShuffleService", {"workers_replicas": "four", "protect": 1, "quotas_gib": {"a": 1.5}}),
    "fraction for a whole number": ("SparkOperator", {"job_namespaces": ["a"], "replicas": 1.5}),
    "an output where the graph depends on it": ("Workspace", {"team": unknown()}),
    "a secret where the graph depends on it": ("Workspace", {"team": secret("payments")}),
    "an output in a list of names": ("SparkOperator", {"job_namespaces": [output("a", "urn:x")]}),
    "impossible combination": ("Identity", {"workload": "a", "namespace": "a", "service_accounts": ["a"]}),
    "wrong settings": ("SparkPlatform", {"settings": {"environment": "dev", "clutser": {}}}),
}


def sentences_in_python(component: str, inputs: dict[str, Any]) -> str:
    cls: Any = COMPONENTS[component].resource
    with pytest.raises(InputError) as caught:
        record(lambda: cls("x", {k: local(v) for k, v in inputs.items()}))
    return "\n".join(caught.value.sentences)


@pytest.mark.parametrize("case", WRONG)
def test_wrong_inputs_are_told_in_the_same_sentences(driver: Driver, case: str) -> None:
    component, inputs = WRONG[case]
    answer = driver.construct(component, {camel_case(k): v for k, v in inputs.items()})
    assert answer["code"] == "INVALID_ARGUMENT"
    title, *told = answer["error"].splitlines()
    assert title.startswith(f"{component} x: wrong ")
    assert "\n".join(line.strip() for line in told) == sentences_in_python(component, inputs)
    assert "Traceback" not in answer["error"]
    assert ".py" not in answer["error"]


def test_nothing_is_made_when_inputs_are_wrong(driver: Driver) -> None:
    answer = driver.construct("Network", {"zonez": ["cn-hangzhou-h"]})
    assert [u for u in answer["seen"] if not u.endswith("spark-on-ack:index:Network::x")] == []


def test_a_wrong_value_that_is_known_late_is_named_but_not_shown(driver: Driver) -> None:
    answer = driver.construct("Workspace", {"team": "payments", "quotaPods": secret(-7)})
    assert answer["error"] == "pods: its value is not allowed; allowed: a whole number from 1 to 100000"
    assert answer["code"] == "INVALID_ARGUMENT"
