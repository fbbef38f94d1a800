"""The pipelines as files: valid, pinned, with the least permissions, in the right order."""

import json
import re
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.ci.pipelines import ENVIRONMENTS, GITHUB, GITLAB, WORKFLOWS, gitlab_jobs, jobs, load, shell_lines, steps
from tests.conftest import ROOT

MAY_WRITE = {
    ("preview-comment.yml", "comment"): {"pull-requests"},
    ("drift.yml", "report"): {"issues"},
    ("preview.yml", "cloud"): {"id-token"},
    ("drift.yml", "check"): {"id-token"},
    ("update.yml", "plan"): {"id-token"},
    ("update.yml", "up"): {"id-token"},
    ("deploy.yml", "dev"): {"id-token"},
    ("deploy.yml", "staging"): {"id-token"},
    ("deploy.yml", "prod"): {"id-token"},
}
"""Every permission to write there is. A new one belongs here with its reason in the workflow."""
OWN_ORDER = {"dev": 0, "staging": 1, "prod": 2}


@pytest.mark.parametrize("path", [*GITHUB, GITLAB], ids=lambda p: p.name)
def test_a_pipeline_fits_its_schema(path: Path) -> None:
    name = "gitlab-ci" if path == GITLAB else "github-actions" if path.name == "action.yml" else "github-workflows"
    vendor = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((vendor / f"{name}.json").read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(load(path))


def test_the_schema_refuses_a_misspelt_key() -> None:
    vendor = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((vendor / "github-workflows.json").read_text())
    wrong = load(WORKFLOWS[0])
    wrong["permision"] = {}
    assert list(jsonschema.validators.validator_for(schema)(schema).iter_errors(wrong))


@pytest.mark.parametrize("path", GITHUB, ids=lambda p: p.name)
def test_actions_are_pinned_by_commit_and_commented_with_their_version(path: Path) -> None:
    for line in path.read_text().splitlines():
        match = re.match(r"\s*-?\s*uses: (\S+)(.*)", line)
        if not match or match[1].startswith("./"):
            continue
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", match[1]), line
        assert re.match(r" # v\d+\.\d+\.\d+\b", match[2]), line


def test_an_action_has_one_version_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in GITHUB:
        for action, pin in re.findall(r"uses: ([\w./-]+)@(\S+ # v[\d.]+)", path.read_text()):
            pins.setdefault(action, set()).add(pin)
    assert {action: versions for action, versions in pins.items() if len(versions) > 1} == {}


def test_local_actions_and_workflows_exist() -> None:
    used = [u for p in GITHUB for u in re.findall(r"uses: \./(\S+)", p.read_text())]
    assert used
    for path in used:
        target = ROOT / path
        assert target.is_file() or (target / "action.yml").is_file(), path


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_workflow_starts_without_permissions_and_its_jobs_say_theirs(path: Path) -> None:
    assert load(path)["permissions"] == {}
    for name, job in jobs(path).items():
        writing = {k for k, v in job["permissions"].items() if v != "read"}
        assert writing == MAY_WRITE.get((path.name, name), set()), name
        assert set(job["permissions"]) - writing <= {"contents", "actions"}


def test_every_permission_to_write_is_still_used() -> None:
    assert {(p.name, j) for p in WORKFLOWS for j in jobs(p)} >= set(MAY_WRITE)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_permissions_are_explained(path: Path) -> None:
    lines = path.read_text().splitlines()
    for line in lines:
        if re.match(r"\s+(contents|actions|id-token|issues|pull-requests): (read|write)", line):
            assert "#" in line, line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_checkout_leaves_no_token_behind(path: Path) -> None:
    for job, step in steps(path):
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, job


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_jobs_have_an_end_and_a_pinned_runner(path: Path) -> None:
    for name, job in jobs(path).items():
        if "uses" not in job:
            assert job["timeout-minutes"] <= 120, name
            in_the_cloud = "id-token" in job["permissions"]
            runner = "${{ vars.SPARK_ON_ACK_RUNNER || 'ubuntu-24.04' }}" if in_the_cloud else "ubuntu-24.04"
            assert job["runs-on"] == runner, name


def test_no_job_of_a_pull_request_can_write() -> None:
    for path in WORKFLOWS:
        triggers = load(path)["on"]
        assert "pull_request_target" not in triggers, path.name
        if "pull_request" in triggers:
            for name, job in jobs(path).items():
                assert set(job["permissions"].values()) <= {"read", "write"}
                assert {k for k, v in job["permissions"].items() if v == "write"} <= {"id-token"}, name


def test_credentials_are_only_for_branches_of_the_repository() -> None:
    for path in WORKFLOWS:
        if "pull_request" not in load(path)["on"]:
            continue
        for name, job in jobs(path).items():
            if "id-token" in job["permissions"]:
                assert "head.repo.full_name == github.repository" in job["if"], name
                assert job["environment"].endswith("-preview"), name
            else:
                assert "secrets." not in yaml.safe_dump(job), name


def test_what_writes_comments_runs_no_code_of_the_pull_request() -> None:
    path = ROOT / ".github/workflows/preview-comment.yml"
    assert list(load(path)["on"]) == ["workflow_run"]
    (job,) = jobs(path).values()
    for step in job["steps"]:
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert "ref" not in step["with"]
            assert "repository" not in step["with"]
        if str(step.get("uses", "")).startswith("actions/download-artifact@"):
            assert step["with"]["path"].startswith("${{ runner.temp }}")  # beside the checkout, never into it
        assert "make" not in step.get("run", "")
        assert "pip" not in step.get("run", "")


def test_an_update_is_alone_on_its_stack_and_never_cancelled() -> None:
    up = jobs(ROOT / ".github/workflows/update.yml")["up"]
    assert up["concurrency"] == {"group": "pulumi-${{ inputs.stack }}", "cancel-in-progress": False}
    for name, job in gitlab_jobs().items():
        if any("pulumi up" in line for line in job["script"]):
            assert job["resource_group"] == "pulumi-$STACK", name
            assert job["interruptible"] is False, name


def test_an_update_does_what_was_approved() -> None:
    scripts = [s for _, s in shell_lines() if "pulumi up" in s]
    assert len(scripts) == 1 + len(ENVIRONMENTS)
    for script in scripts:
        order = [script.index(part) for part in ("pulumi plan", "--approved out/approved.json", "pulumi up")]
        assert order == sorted(order)


def test_a_merge_goes_through_the_environments_in_their_order() -> None:
    deploy = jobs(ROOT / ".github/workflows/deploy.yml")
    assert {n: j.get("needs") for n, j in deploy.items()} == {"dev": None, "staging": "dev", "prod": "staging"}
    assert {n: j["with"]["stack"] for n, j in deploy.items()} == {n: n for n in OWN_ORDER}
    assert gitlab_jobs()["prod:up"]["rules"][0]["when"] == "manual"


def test_every_environment_is_previewed_deployed_and_checked_for_drift() -> None:
    for path, job in (("preview.yml", "offline"), ("preview.yml", "cloud"), ("drift.yml", "check")):
        matrix = jobs(ROOT / ".github/workflows" / path)[job]["strategy"]["matrix"]["stack"]
        assert sorted(matrix) == sorted(ENVIRONMENTS), path
    assert sorted(jobs(ROOT / ".github/workflows/deploy.yml")) == sorted(ENVIRONMENTS)
    (row,) = gitlab_jobs()["offline"]["parallel"]["matrix"]
    assert sorted(row["STACK"]) == sorted(ENVIRONMENTS)
    assert sorted(n.removesuffix(":up") for n in gitlab_jobs() if n.endswith(":up")) == sorted(ENVIRONMENTS)


def test_secrets_are_given_to_single_steps_only() -> None:
    for path in WORKFLOWS:
        data = load(path)
        assert "secrets." not in json.dumps(data.get("env", {}))
        for name, job in jobs(path).items():
            assert "secrets." not in json.dumps(job.get("env", {})), name


def test_both_servers_use_the_same_pulumi() -> None:
    version = (ROOT / ".pulumi.version").read_text().strip()
    assert load(GITLAB)[".pulumi"]["image"]["name"] == f"pulumi/pulumi-python-3.12:{version}"
    minima = [re.search(r">=([\d.]+)", (ROOT / p / "Pulumi.yaml").read_text()) for p in (".", "bootstrap")]
    for minimum in minima:
        assert minimum
        assert tuple(map(int, version.split("."))) >= tuple(map(int, minimum[1].split(".")))


def test_gitlab_asks_for_the_token_that_the_tools_read() -> None:
    from bootstrap.names import AUDIENCE
    from tools.ci.credentials import GITLAB_TOKEN

    for name, job in gitlab_jobs().items():
        calls_cloud = any("tools.ci pulumi" in line for line in job["script"])
        assert (job.get("id_tokens") == {GITLAB_TOKEN: {"aud": AUDIENCE}}) is calls_cloud, name


def test_jobs_in_the_cloud_have_a_runner_by_variable_and_know_the_place_in_the_vpc() -> None:
    for name, whole in gitlab_jobs().items():
        calls_cloud = any("tools.ci pulumi" in line for line in whole["script"])
        assert (whole.get("tags") == ["$SPARK_ON_ACK_RUNNER"]) is calls_cloud, name
    for path in WORKFLOWS:
        for job, step in steps(path):
            if "tools.ci pulumi" in step.get("run", ""):
                assert {"SPARK_ON_ACK_VSWITCH", "SPARK_ON_ACK_SECURITY_GROUP"} <= set(step["env"]), job


def test_images_are_pinned() -> None:
    images = {json.dumps(j.get("image", load(GITLAB)["default"]["image"])) for j in gitlab_jobs().values()}
    for image in images:
        assert re.search(r":\d+\.\d+\.\d+", image), image
