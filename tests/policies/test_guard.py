"""The program's own guard: a plain `pulumi up --skip-preview` without policy packs does not slip past."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.base.mistakes import InputError
from policies import guard
from policies.base.check import mandatory
from replay import replay
from replay.graph import UNKNOWN, Graph
from replay.stack_config import config_of
from tests.conftest import ROOT, GraphOf
from tests.policies.engine import Run, up
from tools.packs import PACKS, judged_by, running

STACK_FILE = ROOT / "stacks" / "Pulumi.sandbox.yaml"
KUBECONFIG = "apiVersion: v1 # top-secret-4711"


def config(**changes: Mapping[str, Any] | str) -> dict[str, str]:
    """The sandbox's configuration with some keys of some sections replaced."""
    texts, _ = config_of(STACK_FILE, "spark-on-ack")
    for section, keys in changes.items():
        key = f"spark-on-ack:{section}"
        texts[key] = keys if isinstance(keys, str) else json.dumps({**json.loads(texts.get(key, "{}")), **keys})
    return texts


def broken() -> dict[str, str]:
    """Three mistakes of different kinds, all of them allowed by the settings themselves."""
    foreign = [{"team": "team-a", "submitters": {"users": ["system:serviceaccount:other:ci"]}}]
    shuffle = {"authentication": False, "quotas_gib": {}}
    return config(shuffle=shuffle, workspaces=json.dumps(foreign), environment="trial")


def with_kubeconfig(texts: dict[str, str]) -> dict[str, str]:
    cluster = {"flavour": "existing", "existing": {"cluster_id": "sandbox", "pods": "eci"}}
    return {**texts, "spark-on-ack:cluster": json.dumps(cluster), "spark-on-ack:kubeconfig": KUBECONFIG}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    scratch = tmp_path_factory.mktemp("refused")
    return up("trial", with_kubeconfig(broken()), ["spark-on-ack:kubeconfig"], scratch), scratch


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    scratch = tmp_path_factory.mktemp("accepted")
    return up("sandbox", with_kubeconfig(config()), ["spark-on-ack:kubeconfig"], scratch), scratch


def test_a_violation_stops_the_program_before_its_first_registration(refused: tuple[Run, Path]) -> None:
    run, _ = refused
    assert run.code == 1
    assert run.types == []


def test_all_violations_are_told_at_once_and_without_a_traceback(refused: tuple[Run, Path]) -> None:
    run, _ = refused
    assert "of mandatory rules of trial; nothing was changed:" in run.errors
    for sentence in (
        "shuffle-master-conf: shuffle-authentication: ",
        "shuffle-worker-conf: shuffle-authentication: ",
        "team-a-workspace-submit-binding: rbac-cross-namespace: subjects[1] is an account of another namespace; bind ",
    ):
        assert sentence in run.errors
    assert len([t for s, t in run.logs if s == 3]) == 1
    assert "Traceback" not in run.errors + run.output


def test_a_clean_platform_is_registered_whole_and_unchanged(accepted: tuple[Run, Path], graph_of: GraphOf) -> None:
    run, _ = accepted
    assert (run.code, run.errors, run.output) == (0, "", "")
    assert sorted(run.types) == sorted(r.type for r in graph_of("sandbox", True))


def test_what_the_guard_builds_with_reaches_no_registration(accepted: tuple[Run, Path]) -> None:
    run, _ = accepted
    assert not any(guard.PLACEHOLDER in request for request in run.requests)
    assert any("top-secret-4711" in request for request in run.requests)


@pytest.mark.parametrize("outcome", ["refused", "accepted"])
def test_a_secret_of_the_configuration_is_written_nowhere(outcome: str, request: pytest.FixtureRequest) -> None:
    run, scratch = request.getfixturevalue(outcome)
    written = [p for p in scratch.rglob("*") if p.is_file() and b"4711" in p.read_bytes()]
    assert written == []
    assert "4711" not in repr(run.logs) + run.output


def test_a_replay_shows_a_broken_platform_instead_of_refusing_it(tmp_path: Path) -> None:
    """A preview has to show violations with everything else; the guard neither refuses nor builds a second time."""
    path = tmp_path / "Pulumi.trial.yaml"
    path.write_text(yaml.safe_dump({"config": broken()}))
    graph = replay("trial", config=path)
    assert "shuffle-authentication" in {v.rule for v in mandatory(guard.judge(graph, "trial", "cn-hangzhou"))}


def test_a_stack_breaks_no_mandatory_rule(stack: str, graph_of: GraphOf) -> None:
    judged = judged_by(stack)
    assert mandatory(guard.judge(graph_of(stack, True), judged.environment, judged.region)) == []


def test_nothing_stays_undecided_when_the_guard_looks(stack: str, graph_of: GraphOf) -> None:
    judged = judged_by(stack)
    assert [v for v in guard.judge(graph_of(stack, True), judged.environment, judged.region) if v.undecided] == []


def test_the_guard_and_the_packs_processes_say_the_same_about_a_stack(stack: str, graph_of: GraphOf) -> None:
    judged, graph = judged_by(stack), graph_of(stack, True)
    by_packs = []
    for directory in PACKS.values():
        levels = json.loads((directory / f"{judged.environment}.json").read_text())
        with running(directory, region=judged.region) as pack:
            pack.configure(levels)
            by_packs += [(v.rule, v.urn, v.message) for v in mandatory(pack.check(graph))]
    by_guard = mandatory(guard.judge(graph, judged.environment, judged.region))
    assert sorted((v.rule, v.urn, v.message) for v in by_guard) == sorted(by_packs)


def test_an_environment_without_levels_of_its_own_is_judged_as_prod(graph_of: GraphOf) -> None:
    graph = graph_of("dev", True)
    assert mandatory(guard.judge(graph, "somewhere", "cn-hangzhou")) == mandatory(
        guard.judge(graph, "prod", "cn-hangzhou")
    )
    assert "cluster-protected" in {v.rule for v in mandatory(guard.judge(graph, "somewhere", "cn-hangzhou"))}


@pytest.mark.parametrize(("environment", "refused"), [("prod", True), ("dev", False)])
def test_what_a_mandatory_rule_cannot_decide_is_said_and_treated_as_the_environment_says(
    environment: str, refused: bool, graph_of: GraphOf
) -> None:
    graph = Graph.from_json(graph_of(environment, True).to_json())
    graph.one("Bucket", "storage-files").inputs["forceDestroy"] = {UNKNOWN: True}
    verdicts = guard.judge(graph, environment, "cn-hangzhou")
    undecided = [v for v in verdicts if v.rule == "data-protected"]
    (message,) = [v.message for v in undecided]
    assert message.startswith("data-protected: could not decide: forceDestroy is not known yet")
    assert ("or set `undecided` to advisory in policies/isolation/prod.json" in message) == refused
    assert mandatory(verdicts) == (undecided if refused else [])


def test_a_misspelt_rule_in_an_environments_json_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, directory in PACKS.items():
        shutil.copytree(directory, tmp_path / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    levels = {"all": "mandatory", "bucket-tsl": "advisory", "shared-network": {"allowd": True}, "audit-log": "avisory"}
    (tmp_path / "isolation" / "prod.json").write_text(json.dumps(levels))
    monkeypatch.setattr(guard, "_HERE", tmp_path)
    with pytest.raises(InputError) as error:
        guard.judge(Graph("t", []), "prod", "cn-hangzhou")
    told = "\n".join(error.value.sentences)
    for near in ("did you mean 'bucket-tls'?", "did you mean 'allowed'?", "did you mean 'advisory'?"):
        assert near in told
