"""Stack files: what is wrong in one is told at once, each mistake in one sentence."""

import json
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import config as raw

from components.base.constants import PROJECT
from components.base.mistakes import InputError
from components.platform.inputs import Settings
from replay.stack_config import config_of
from stacks.settings import load
from tests.conftest import ROOT

BASES: dict[str, dict[str, Any]] = {
    "existing": {
        "environment": "test",
        "cluster": {"flavour": "existing", "existing": {"context": "kind", "pods": "eci"}},
        "workspaces": [{"team": "team-a"}],
    },
    "made": {
        "environment": "test",
        "region": "cn-hangzhou",
        "network": {"zones": ["cn-hangzhou-h", "cn-hangzhou-i"]},
        "cluster": {"flavour": "virtual-node"},
        "storage": {"bucket_prefix": "example-spark"},
        "spark": {"image": "registry.example.com/spark:3.5.9"},
        "workspaces": [{"team": "team-a", "quota": {"pods": 200}}],
        "history": {},
    },
}
CASES = yaml.safe_load((Path(__file__).parent / "malformed.yaml").read_text())


def merged(base: Any, change: Any) -> Any:
    """`change` over `base`, objects key by key."""
    if isinstance(base, dict) and isinstance(change, dict):
        return {**base, **{k: merged(base[k], v) if k in base else v for k, v in change.items()}}
    return change


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[Any]:
    """A function that loads a stack file with the given settings, as the program does."""
    token = raw.CONFIG.set({})
    secrets = raw._SECRET_KEYS.set(set())

    def load_file(settings: dict[str, Any], whole: dict[str, Any] | None = None) -> Settings:
        path = tmp_path / "Pulumi.test.yaml"
        config = {f"{PROJECT}:{k}": v for k, v in settings.items()}
        path.write_text(yaml.safe_dump({"config": {**config, **(whole or {})}}))
        pulumi.runtime.set_all_config(*config_of(path, PROJECT))
        return load()[0]

    yield load_file
    raw.CONFIG.reset(token)
    raw._SECRET_KEYS.reset(secrets)


@pytest.mark.parametrize("base", BASES)
def test_the_bases_of_the_malformed_files_are_right(base: str, configured: Any) -> None:
    assert configured(BASES[base]).environment == "test"


@pytest.mark.parametrize("case", CASES, ids=[f"{c['base']}-{c['change']}"[:70] for c in CASES])
def test_a_malformed_file_is_told_every_mistake_in_a_sentence(case: dict[str, Any], configured: Any) -> None:
    with pytest.raises(InputError) as caught:
        configured(merged(BASES[case["base"]], case["change"]))
    told = caught.value.sentences
    assert len(told) == len(case["says"]), told
    for sentence, begins in zip(told, case["says"], strict=True):
        assert sentence.startswith(begins)
        assert "LTAI" not in sentence


def test_there_are_a_hundred_malformed_files() -> None:
    assert len(CASES) >= 100


def test_mistakes_in_several_sections_are_told_together(configured: Any) -> None:
    wrong = {
        "environment": "X",
        "cluster": {"flavour": "existing", "existing": {"context": "kind"}, "sice": 1},
        "shuffle": {"masters": {"replicas": 2}, "workers": {"conf": {"celeborn.worker.monitor.disk.enabld": "true"}}},
        "workspaces": [{"team": "a", "quota": {"pods": 0}}, {"quota": {"cpu": "4"}}],
    }
    with pytest.raises(InputError) as caught:
        configured(wrong)
    paths = [s.split(": ")[0] for s in caught.value.sentences]
    assert paths == [
        "environment",
        "cluster.sice",
        "shuffle.masters.replicas",
        "shuffle.workers.conf.celeborn.worker.monitor.disk.enabld",
        "workspaces[0].quota.pods",
        "workspaces[1].team",
        "workspaces[1].quota.cpu",
    ]


def with_team(platform: dict[str, Any], team: dict[str, Any]) -> dict[str, Any]:
    return {**BASES["existing"], "spark": platform, "workspaces": [{"team": "team-a", "spark": team}]}


@pytest.mark.parametrize(
    ("platform", "team"),
    [
        ({"executor": {"vcpu": 16, "memory_gib": 32}}, {"executor": {"memory_gib": 64}}),
        ({"scaling": {"initial_executors": 1}}, {"scaling": {"max_executors": 1}}),
        ({"driver": {"vcpu": 1, "memory_gib": 2}}, {"driver": {"memory_gib": 8}}),
    ],
)
def test_a_teams_spark_settings_need_to_fit_only_together_with_the_platforms(
    platform: dict[str, Any], team: dict[str, Any], configured: Any
) -> None:
    assert configured(with_team(platform, team)).environment == "test"


def test_a_teams_spark_settings_that_do_not_fit_the_platforms_are_told(configured: Any) -> None:
    with pytest.raises(InputError) as caught:
        configured(with_team({"executor": {"vcpu": 16, "memory_gib": 64}}, {"executor": {"memory_gib": 3}}))
    assert [s.split(": ")[0] for s in caught.value.sentences] == ["workspaces[0].spark.executor.memory_gib"]


def test_a_misspelt_project_name_does_not_vanish(configured: Any) -> None:
    with pytest.raises(InputError) as caught:
        configured(BASES["existing"], {"spark-on-akc:shuffle": {}, "alicloud:region": "cn-hangzhou"})
    assert caught.value.sentences == [
        "spark-on-akc:shuffle: unknown project 'spark-on-akc'; did you mean 'spark-on-ack:shuffle'?"
    ]


def test_a_kubeconfig_in_plain_text_is_refused_and_not_echoed(configured: Any) -> None:
    with pytest.raises(InputError) as caught:
        configured({**BASES["existing"], "kubeconfig": "clusters: []"})
    assert "kubeconfig: is in plain text; allowed: a secret" in str(caught.value)
    assert "clusters" not in str(caught.value)


def test_a_secret_inside_a_section_is_refused(configured: Any) -> None:
    with pytest.raises(InputError) as caught:
        configured({**BASES["existing"], "operator": {"secure": "v1:abc"}})
    assert "operator: holds a secret; allowed: plain settings, secrets only in kubeconfig" in str(caught.value)


def test_scalars_that_the_command_line_has_turned_into_text_are_read(configured: Any) -> None:
    assert configured({**BASES["existing"], "preflight": "false"}).preflight is False


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])  # sandbox teaches, so it also shows defaults
def test_a_stack_file_says_nothing_that_a_default_says(name: str) -> None:
    config = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{name}.yaml").read_text())["config"]
    own = {k.split(":")[1]: v for k, v in config.items() if k.startswith(f"{PROJECT}:")}
    settings = Settings.read(own)
    assert list(repeated(settings, "")) == []


def repeated(model: Any, path: str) -> Iterator[str]:
    """Paths of values that were written although they are the default."""
    for key in model.model_fields_set:
        value, field = getattr(model, key), type(model).model_fields[key]
        here = f"{path}.{key}".lstrip(".")
        if hasattr(value, "model_fields_set"):
            yield from repeated(value, here)
        elif isinstance(value, tuple) and value and hasattr(value[0], "model_fields_set"):
            for i, item in enumerate(value):
                yield from repeated(item, f"{here}[{i}]")
        elif not field.is_required() and value == field.get_default(call_default_factory=True) and here not in MEANT:
            yield here


MEANT = {"region"}
"""Defaults that a stack file may repeat because they are what everybody looks for."""


NULLABLE = [k for k, f in Settings.model_fields.items() if type(None) in typing.get_args(f.annotation)]


@pytest.mark.parametrize("key", NULLABLE)
@pytest.mark.parametrize("handed_over", ["", "null"])
def test_every_section_that_may_be_null_is_read_from_the_engines_text(key: str, handed_over: str) -> None:
    base = dict(BASES["made"] if key != "network" else BASES["existing"])
    if key == "storage":
        base.pop("history")
    config = {f"{PROJECT}:{k}": v if isinstance(v, str) else json.dumps(v) for k, v in base.items()}
    token = raw.CONFIG.set({**config, f"{PROJECT}:{key}": handed_over})
    try:
        assert getattr(load()[0], key) is None
    finally:
        raw.CONFIG.reset(token)


def test_the_sections_that_may_be_null_are_these() -> None:
    assert set(NULLABLE) == {"network", "storage", "registry", "shuffle", "history", "monitoring"}
