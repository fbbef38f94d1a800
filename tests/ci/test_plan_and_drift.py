import json
from pathlib import Path
from typing import Any

import pytest

from policies.base.config import config_file
from tests.ci.conftest import Server
from tests.conftest import ROOT
from tools.ci import drift, plan
from tools.ci.__main__ import main
from tools.ci.credentials import CiError
from tools.ci.engine import FALLBACK, OPERATIONS, arguments, policy_packs
from tools.ci.text import LIMIT

URN = "urn:pulumi:dev::spark-on-ack::spark-on-ack:index:Storage$alicloud:oss/bucket:Bucket::platform-files"
PROVIDER = "urn:pulumi:dev::spark-on-ack::spark-on-ack:index:Cluster$pulumi:providers:kubernetes::platform-cluster"


def saved(path: Path, steps: dict[str, list[str]]) -> Path:
    """A plan as the engine saves it: operations and goals of each resource."""
    plans = {urn: {"goal": {"inputDiff": {"adds": {"secret": "x"}}}, "steps": s} for urn, s in steps.items()}
    path.write_text(json.dumps({"version": 1, "plan": {"manifest": {}, "resourcePlans": plans}}))
    return path


def test_a_plan_is_read_as_the_operations_that_change_something(tmp_path: Path) -> None:
    steps = {URN: ["create-replacement", "replace", "delete-replaced"], URN + "2": ["same"], PROVIDER: ["update"]}
    planned = plan.operations(saved(tmp_path / "plan.json", steps))
    assert planned == {URN: ["create-replacement", "replace", "delete-replaced"]}


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"plan": 3}'):
        (tmp_path / "plan.json").write_text(text)
        with pytest.raises(CiError, match="is not a plan"):
            plan.operations(tmp_path / "plan.json")
    with pytest.raises(CiError, match="is not a plan"):
        plan.operations(tmp_path / "absent.json")


def test_another_operation_than_the_approved_one_is_refused() -> None:
    with pytest.raises(CiError) as refused:
        plan.require_approved({URN: ["delete"], "b": ["create"]}, {URN: ["update"], "c": ["create"]})
    message = str(refused.value)
    assert f"{URN}: approved update, now delete" in message
    assert "b: approved nothing, now create" in message
    assert "c: approved create, now nothing" in message


def test_the_approval_travels_without_any_property(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    file, approved = saved(tmp_path / "plan.json", {URN: ["update"]}), tmp_path / "approved.json"
    assert main(["plan", str(file), "--stack", "dev", "--write", str(approved)]) == 0
    assert json.loads(approved.read_text()) == {URN: ["update"]}
    assert (tmp_path / "output").read_text() == "changes=true\n"
    assert "update  alicloud:oss/bucket:Bucket  platform-files" in (tmp_path / "summary").read_text()
    assert main(["plan", str(file), "--stack", "dev", "--approved", str(approved)]) == 0
    saved(file, {URN: ["delete"]})
    assert main(["plan", str(file), "--stack", "dev", "--approved", str(approved)]) == 1


def test_without_changes_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    assert main(["plan", str(saved(tmp_path / "p.json", {URN: ["same"]})), "--stack", "dev"]) == 0
    assert (tmp_path / "output").read_text() == "changes=false\n"


def test_an_approval_that_is_missing_stops_the_update(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path / "plan.json", {URN: ["update"]})
    assert main(["plan", str(file), "--stack", "dev", "--approved", str(tmp_path / "none.json")]) == 1
    assert "is not a list of approved operations" in capsys.readouterr().err


def test_every_command_runs_with_the_policy_packs_of_its_stack() -> None:
    for operation in OPERATIONS:
        words = arguments(operation, "prod", Path("out/plan.json"))
        assert words[0] == "pulumi"
        assert "--non-interactive" in words
        if operation != "drift":
            packs = [words[i + 1] for i, w in enumerate(words) if w == "--policy-pack"]
            configs = [words[i + 1] for i, w in enumerate(words) if w == "--policy-pack-config"]
            assert "policies/cost" in packs
            assert configs == [f"{p}/prod.json" for p in packs]


def test_only_up_has_the_role_that_changes_and_a_plan_to_keep_to() -> None:
    assert {o for o, role in OPERATIONS.items() if role == "deploy"} == {"up"}
    assert arguments("up", "dev", Path("p.json"))[:5] == ["pulumi", "up", "--yes", "--plan", "p.json"]
    assert "--save-plan" in arguments("plan", "dev", Path("p.json"))
    assert "--preview-only" in arguments("drift", "dev", Path("p.json"))


def test_a_pack_without_levels_for_the_stack_is_told(tmp_path: Path) -> None:
    (tmp_path / "policies/cost").mkdir(parents=True)
    (tmp_path / "policies/cost/PulumiPolicy.yaml").touch()
    with pytest.raises(CiError, match=r"policies/cost/dev.json is missing, and so is prod.json"):
        policy_packs("dev", tmp_path)


def test_a_stack_without_levels_of_its_own_is_held_to_those_of_prod_as_in_previews() -> None:
    assert [w for w in policy_packs("another") if w.endswith(".json")] == [
        "policies/cost/prod.json",
        "policies/isolation/prod.json",
    ]
    assert config_file(ROOT / "policies" / "cost", "another").name == f"{FALLBACK}.json"


def checks(tmp_path: Path, **statuses: int) -> list[drift.Check]:
    for stack, status in statuses.items():
        (tmp_path / f"{stack}.status").write_text(f"{status}\n")
        (tmp_path / f"{stack}.txt").write_text(f"~ {stack} changed")
    return drift.read_checks(tmp_path, ["dev", "staging", "prod"])


def test_drift_a_failed_check_and_a_lost_job_are_told_apart(tmp_path: Path) -> None:
    text, done = drift.report(checks(tmp_path, dev=0, staging=7), "https://ci/1")
    assert not done
    assert "| dev | in sync |" in text
    assert "| staging | **drifted** |" in text
    assert "| prod | check failed (status -1) |" in text
    assert "~ staging changed" in text
    assert "~ dev changed" not in text


def test_all_well_closes_the_issue(tmp_path: Path) -> None:
    text, done = drift.report(checks(tmp_path, dev=0, staging=0, prod=0), "https://ci/1")
    assert done
    assert "details" not in text


def test_a_status_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.status").write_text("oops")
    with pytest.raises(CiError, match="is not an exit status"):
        drift.read_checks(tmp_path, ["dev"])


def test_the_issue_stays_below_the_limit() -> None:
    many = [drift.Check(f"s{i}", 7, "x" * 100_000) for i in range(10)]
    assert len(drift.report(many, "j")[0]) <= LIMIT


def test_the_drift_command_writes_the_issue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    def answer(call: Any) -> tuple[int, Any]:
        return 200, ([] if call.method == "GET" else {})

    server.answer = answer
    for key, value in {
        "GITHUB_ACTIONS": "true", "GITHUB_TOKEN": "t", "GITHUB_API_URL": server.url, "GITHUB_REPOSITORY": "o/r",
        "GITHUB_SERVER_URL": "https://github", "GITHUB_RUN_ID": "3",
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    monkeypatch.delenv("SPARK_ON_ACK_JOB_URL", raising=False)
    (tmp_path / "dev.status").write_text("7")
    assert main(["drift", str(tmp_path), "--stacks", "dev"]) == 0
    (write,) = server.writes()
    assert write.json["title"] == drift.TITLE
    assert "https://github/o/r/actions/runs/3" in write.json["body"]
