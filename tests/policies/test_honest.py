"""Other teams' honest programs: the harmless pass, and the others after the one exception that is proposed."""

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pulumi_kubernetes.yaml import ConfigFile

from components.base.mistakes import InputError
from policies import guard
from policies.base.check import Verdict, mandatory
from policies.base.config import load
from policies.base.rule import LEVELS
from policies.cost.rules import RULES as COST_RULES
from policies.isolation.rules import RULES
from replay.child import record_function
from replay.graph import Graph, Resource
from tests.conftest import ROOT
from tests.policies.honest import EXCEPTIONAL, HARMLESS
from tests.policies.isolation.mutations import MUTATIONS
from tests.policies.isolation.platform import clean
from tools.packs import PACKS, running

OF_JOBS = re.compile(r"\b(jobs?|executors?|drivers?|sparkapplications?|memoryOverhead|coreLimit)\b", re.IGNORECASE)
TODAY = date.today()


def judged(program: list[Resource]) -> list[Verdict]:
    return guard.judge(Graph("prod", program), "prod", "cn-hangzhou")


def proposed(verdict: Verdict) -> tuple[str, dict[str, Any]]:
    """The file and the entry that a sentence proposes."""
    file, entry = verdict.message.split("; or add to `allow-list.allow` in ")[1].split(": ", 1)
    return file, json.loads(f"{{{entry}}}")


def listed(entries: dict[str, Any]) -> dict[str, Any]:
    return {"enforcementLevel": "advisory", "allow": entries}


@pytest.fixture
def with_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the guard read a copy of the environments' JSON with entries in prod's allow-list."""

    def paste(entries: dict[str, Any]) -> None:
        for name, directory in PACKS.items():
            target = tmp_path / name
            shutil.copytree(directory, target, ignore=shutil.ignore_patterns("*.py", "__pycache__"), dirs_exist_ok=True)
        file = tmp_path / "isolation" / "prod.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"allow-list": listed(entries)}))
        monkeypatch.setattr(guard, "_HERE", tmp_path)

    return paste


def test_there_are_enough_programs_for_the_word_honest_to_mean_something() -> None:
    assert len(HARMLESS) + len(EXCEPTIONAL) >= 60


@pytest.mark.parametrize("title", HARMLESS)
def test_a_harmless_program_passes_in_production(title: str) -> None:
    assert [v.message for v in mandatory(judged(HARMLESS[title]))] == []


@pytest.mark.parametrize("title", EXCEPTIONAL)
def test_another_passes_after_the_one_entry_that_its_sentences_propose(title: str, with_entries: Any) -> None:
    before = mandatory(judged(EXCEPTIONAL[title]))
    assert before
    proposals = [proposed(v) for v in before]
    assert {file for file, _ in proposals} == {"policies/isolation/prod.json"}
    assert all(entry == proposals[0][1] for _, entry in proposals), "all sentences propose the same entry"
    with_entries(proposals[0][1])
    after = judged(EXCEPTIONAL[title])
    assert mandatory(after) == []
    shown = [v.message for v in after if v.rule == "allow-list"]
    assert len(shown) == len({v.urn for v in before})
    assert all(f"is allowed until {TODAY + timedelta(days=90)}: who needs it, and why" in text for text in shown)


@pytest.mark.parametrize("title", [*HARMLESS, *EXCEPTIONAL])
def test_no_sentence_speaks_of_jobs_to_the_owner_of_something_else(title: str) -> None:
    program = (HARMLESS | EXCEPTIONAL)[title]
    said = [v.message.split("; or add to")[0] for v in judged(program)]
    assert [s for s in said if OF_JOBS.search(s.replace("batch/v1:Job", ""))] == []


def test_the_packs_processes_say_the_same_with_all_entries(tmp_path: Path) -> None:
    entries: dict[str, Any] = {}
    for program in EXCEPTIONAL.values():
        verdict = mandatory(judged(program))[0]
        entries |= {f"{len(entries)}": value for value in proposed(verdict)[1].values()}
    copy = tmp_path / "policies"
    shutil.copytree(ROOT / "policies", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("components", "replay", "tools"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    file = copy / "isolation" / "prod.json"
    levels = json.loads(file.read_text()) | {"allow-list": listed(entries)}
    file.write_text(json.dumps(levels))
    resources = {r.urn: r for program in [*HARMLESS.values(), *EXCEPTIONAL.values()] for r in program}
    for name in PACKS:
        with running(copy / name, region="cn-hangzhou", environment="prod") as pack:
            pack.configure(json.loads((copy / name / "prod.json").read_text()))
            assert [v for r in resources.values() for v in mandatory(pack.analyze(r))] == []
            if name == "isolation":
                pack.configure({"all": "disabled", "allow-list": "advisory"})
                shown = pack.analyze_stack(Graph("prod", list(resources.values())))
                assert len(shown) >= len(entries)
                assert {v.level for v in shown} == {"advisory"}


def test_the_guard_reads_a_file_of_objects_and_judges_them_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {type: NodePort}\n"
    )

    def build() -> None:
        ConfigFile("web", file=str(tmp_path / "web.yaml"))

    graph = record_function(build, "prod", "spark-on-ack", ({}, []), known=True)
    assert sorted(r.kind for r in graph) == ["ConfigFile", "ConfigMap", "Service"]
    assert {v.rule for v in mandatory(guard.judge(graph, "prod", "cn-hangzhou"))} == {"known-types", "public-service"}


MACHINE = EXCEPTIONAL["a machine"]


def entry(**changes: str) -> dict[str, Any]:
    whole = {
        "type": "alicloud:ecs/*", "urn": "*::bastion", "reason": "access", "until": (TODAY + timedelta(9)).isoformat(),
    }  # fmt: skip
    return {"bastion": whole | changes}


def test_an_entry_matches_by_a_part_of_type_and_urn(with_entries: Any) -> None:
    with_entries(entry())
    assert mandatory(judged(MACHINE)) == []


@pytest.mark.parametrize(
    ("until", "word"), [("2026-01-01", "ended on 2026-01-01"), ("9999-12-31", "allowed: at most 366 days")]
)
def test_an_entry_that_has_ended_or_never_ends_allows_nothing(until: str, word: str, with_entries: Any) -> None:
    with_entries(entry(until=until))
    verdicts = judged(MACHINE)
    assert [word in v.message for v in verdicts if v.rule == "known-types"] == [True]
    assert mandatory(verdicts)
    assert word in next(v.message for v in verdicts if v.rule == "allow-list")


@pytest.mark.parametrize("changes", [{"type": "alicloud:ecs/disk:*"}, {"urn": "*::other"}])
def test_an_entry_that_matches_nothing_is_said_and_allows_nothing(changes: dict[str, str], with_entries: Any) -> None:
    with_entries(entry(**changes))
    verdicts = judged(MACHINE)
    assert {v.rule for v in mandatory(verdicts)} == {"known-types"}
    assert "allow-list.allow.bastion matches no resource" in next(v.message for v in verdicts if v.rule == "allow-list")


def test_no_entry_lifts_what_keeps_teams_apart(with_entries: Any) -> None:
    with_entries(entry(type="kubernetes:*", urn="urn:*"))
    apart = ("default-deny", "namespace-quota", "rbac-pod-creator", "allowed-image", "ram-role", "role-sharing")
    for rule in (*apart, "no-host-access", "no-access-key", "no-privileges"):
        graph = clean()
        MUTATIONS[rule](graph)
        assert rule in {v.rule for v in mandatory(guard.judge(graph, "prod", "cn-hangzhou"))}


def test_mistakes_in_the_list_are_told_with_their_path(tmp_path: Path) -> None:
    wrong = {
        "a": {"type": "*", "urn": "x", "reason": "", "until": "2027-1-1", "untill": "x"},
        "b": ["x"],
    }
    file = tmp_path / "prod.json"
    file.write_text(json.dumps({"allow-list": {"allow": wrong}, "undecided": "disabled"}))
    with pytest.raises(InputError) as error:
        load(file, RULES)
    assert error.value.sentences == [
        "prod.json: allow-list.allow.a.untill: unknown key; did you mean 'until'? Known keys: type, urn, reason, until",
        "prod.json: allow-list.allow.a.reason: '' is not allowed; allowed: text",
        "prod.json: allow-list.allow.a.type: '*' is not allowed; allowed: a name, with * for a part of it",
        "prod.json: allow-list.allow.a.until: '2027-1-1' is not allowed; allowed: a day such as 2027-01-31",
        "prod.json: allow-list.allow.b: ['x'] is not allowed; allowed: an object with the keys type, urn, reason, "
        "until",
        "prod.json: undecided: 'disabled' is not allowed; allowed: advisory, mandatory",
    ]


def test_the_cost_packs_json_has_no_list_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "prod.json").write_text(json.dumps({"allow-list": {}, "undecided": "mandatory"}))
    with pytest.raises(InputError, match="allow-list: belongs into the JSON of isolation/, for both packs"):
        load(tmp_path / "prod.json", COST_RULES)


@pytest.mark.parametrize("environment", ["sandbox", "dev", "staging", "prod"])
def test_no_environment_of_this_project_needs_an_exception(environment: str) -> None:
    levels = json.loads((PACKS["isolation"] / f"{environment}.json").read_text())
    assert levels["allow-list"] == {"enforcementLevel": "advisory", "allow": {}}


@pytest.mark.parametrize("name", PACKS)
def test_the_engine_can_read_every_environments_json(name: str) -> None:
    """It takes levels and objects of figures; a key that is no rule needs a level, or no pack starts."""
    for file in PACKS[name].glob("*.json"):
        for key, value in json.loads(file.read_text()).items():
            rules = {r.id for r in guard.PACKS[name]}
            assert value in LEVELS if isinstance(value, str) else key in rules, f"{file.name}: {key}"
