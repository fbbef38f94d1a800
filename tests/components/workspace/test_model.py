"""What a workspace's settings refuse, and with which words."""

from typing import Any

import pytest

from components.base.mistakes import InputError
from components.workspace.inputs import WorkspaceInputs, WorkspaceSettings, WorkspaceWiring

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"team": "Team A"}, "team: 'Team A' is not allowed; allowed: 1 to 40 lower-case letters"),
    ({"team": "1st"}, "team: '1st' is not allowed"),
    ({"team": "a" * 41}, "team: "),
    ({"namespace": "default"}, "namespace: 'default' is not allowed"),
    ({"namespace": "kube-system"}, "namespace: 'kube-system' is not allowed"),
    ({"namespace": "Team_A"}, "namespace: 'Team_A' is not allowed"),
    ({"labels": {"spark-on-ack.io/workspace": "b"}}, "labels: spark-on-ack.io/workspace: set by the platform"),
    ({"labels": {"pod-security.kubernetes.io/enforce": "baseline"}}, "labels: pod-security.kubernetes.io/enforce"),
    ({"quota": {"pods": 0}}, "quota.pods: 0 is not allowed; allowed: a whole number from 1 to 100000"),
    ({"quota": {"pod": 3}}, "quota.pod: unknown key; did you mean 'pods'?"),
    ({"quota": {"pods": 10, "drivers": 10}}, "quota.pods: 10 leaves no executor beside 10 drivers"),
    ({"quota": {"cpu": 5}}, "quota.cpu: 5 does not hold one driver and one executor; allowed: 6 or more"),
    ({"quota": {"memory_gib": 20}}, "quota.memory_gib: 20 does not hold one driver and one executor; allowed: 24"),
    ({"quota": {"volume_claims": 3}}, "quota.storage_gib: missing; 3 volume claims need storage"),
    ({"container": {"max_cpu": 2}}, "container.max_cpu: 2 is less than the 4 of spark.executor"),
    ({"container": {"max_memory_gib": 8}}, "container.max_memory_gib: 8 is less than the 16 of spark.executor"),
    ({"container": {"max_cpu": 65}}, "container.max_cpu: 65 is not allowed"),
    ({"monthly_budget_cny": -1}, "monthly_budget_cny: -1 is not allowed"),
    ({"submitters": {"groups": ["system:authenticated"]}}, "'system:authenticated' is everybody's, or"),
    ({"submitters": {"users": [" "]}}, "submitters.users: "),
    ({"images": ["https://registry.example.com/x"]}, "images[0]: 'https://registry.example.com/x' is not allowed"),
    ({"images": ["a,b"]}, "images[0]: 'a,b' is not allowed"),
    ({"egress": {"destinations": ["10.0.0.0/8"]}}, "'10.0.0.0/8' is not a destination"),
    ({"egress": {"destinations": ["db.example.com:3306"]}}, "'db.example.com:3306' is not a destination"),
    ({"egress": {"cloud_cidrs": ["fd00::/8"]}}, "egress.cloud_cidrs[0]: 'fd00::/8' is not allowed"),
    ({"egres": {}}, "egres: unknown key; did you mean 'egress'?"),
]
WIRED: list[tuple[dict[str, Any], str]] = [
    ({"credentials": "eci"}, "role_name: missing; credentials eci needs it"),
    ({"credentials": "rrsa"}, "role_arn: missing; credentials rrsa needs it"),
    ({"credentials": "eci", "role_name": "r", "pods": "acs"}, "credentials: 'eci' needs pods on ECI, not 'acs'"),
    ({"quota_pods": "many"}, "quota_pods: 'many' is not allowed"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_a_wrong_setting_is_refused_with_its_path_and_what_is_allowed(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        WorkspaceSettings.read({"team": "team-a"} | wrong)
    assert sentence in "\n".join(caught.value.sentences)


@pytest.mark.parametrize(("wrong", "sentence"), WIRED)
def test_a_wrong_argument_is_refused_under_its_flat_name(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        WorkspaceInputs.of({"team": "team-a"} | wrong, "Workspace x")
    assert sentence in "\n".join(caught.value.sentences)


def test_the_namespace_follows_the_team_unless_it_is_said() -> None:
    assert WorkspaceSettings.read({"team": "team-a"}).namespace == "spark-team-a"
    assert WorkspaceSettings.read({"team": "team-a", "namespace": "data-jobs"}).namespace == "data-jobs"


def test_a_missing_team_is_the_only_thing_told() -> None:
    with pytest.raises(InputError) as caught:
        WorkspaceSettings.read({})
    assert len(caught.value.sentences) == 1
    assert caught.value.sentences[0].startswith("team: missing")


def test_settings_and_wiring_go_into_the_same_inputs() -> None:
    settings = WorkspaceSettings.read({"team": "team-a", "quota": {"pods": 50}, "egress": {"dns_cidrs": []}})
    inputs = WorkspaceInputs.wired(settings, WorkspaceWiring(region="cn-beijing", shuffle_namespace="celeborn"))
    assert (inputs.quota.pods, inputs.egress.dns_cidrs, inputs.region) == (50, (), "cn-beijing")
