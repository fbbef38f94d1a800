import json
import os
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

from bootstrap.names import SESSION_SECONDS, role_arn
from tests.ci.conftest import Server
from tests.conftest import ROOT
from tools.ci.__main__ import main
from tools.ci.credentials import CiError, Job, assume_role, command_environment, id_token, region_of, sts_endpoint
from tools.ci.web import WebError, call

KEYS = {"AccessKeyId": "STS.id", "AccessKeySecret": "very-secret", "SecurityToken": "long-token"}
ENV = {"SPARK_ON_ACK_ACCOUNT": "1234567890123456", "PULUMI_BACKEND_URL": "s3://b?region=r", "GITHUB_RUN_ID": "99"}


def job(**more: str) -> Job:
    return Job.of("dev", "preview", ENV | more)


def test_missing_variables_are_told_all_at_once() -> None:
    with pytest.raises(CiError, match=r"SPARK_ON_ACK_ACCOUNT .*PULUMI_BACKEND_URL"):
        Job.of("dev", "preview", {})


def test_the_region_is_the_stack_files_own() -> None:
    assert region_of("dev") == "cn-hangzhou"
    with pytest.raises(CiError, match="does not exist"):
        region_of("no-such-stack")


def test_a_stack_file_without_a_region_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.x.yaml").write_text("config:\n  alicloud:region: cn-beijing\n")
    with pytest.raises(CiError, match="spark-on-ack:region is missing"):
        region_of("x", tmp_path)


def test_github_is_asked_for_a_token_with_our_audience(server: Server) -> None:
    server.answer = lambda _: (200, {"value": "jwt"})
    env = {"ACTIONS_ID_TOKEN_REQUEST_URL": f"{server.url}/token?api=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret"}
    assert id_token(env) == "jwt"
    assert server.calls[0].query == "api=1&audience=sts.aliyuncs.com"
    assert server.calls[0].headers["Authorization"] == "Bearer secret"


def test_gitlab_gives_its_token_as_a_variable() -> None:
    assert id_token({"SPARK_ON_ACK_ID_TOKEN": "jwt"}) == "jwt"


def test_a_job_without_the_right_to_a_token_is_told_how_to_get_it() -> None:
    with pytest.raises(CiError, match="id-token: write"):
        id_token({})


def test_the_role_of_the_environment_is_asked_for_in_the_body(server: Server) -> None:
    server.answer = lambda _: (200, {"Credentials": KEYS})
    assert assume_role(job(), "jwt", server.url) == KEYS
    (asked,) = server.calls
    assert asked.query == ""
    form = dict(urllib.parse.parse_qsl(asked.body))
    assert form["Action"] == "AssumeRoleWithOIDC"
    assert form["RoleArn"] == role_arn("1234567890123456", "dev", "preview")
    assert form["OIDCProviderArn"] == "acs:ram::1234567890123456:oidc-provider/github"
    assert form["DurationSeconds"] == str(SESSION_SECONDS)
    assert form["RoleSessionName"] == "ci-dev-99"


def test_a_refused_token_says_why_and_does_not_show_it(server: Server) -> None:
    server.answer = lambda _: (403, {"Code": "AuthenticationFail.NoPermission"})
    with pytest.raises(CiError, match=r"NoPermission.*another repository, branch or environment") as refused:
        assume_role(job(), "the-jwt", server.url)
    assert "the-jwt" not in str(refused.value)


def test_runners_in_a_vpc_have_their_own_endpoint() -> None:
    assert sts_endpoint("cn-hangzhou", {}) == "https://sts.cn-hangzhou.aliyuncs.com/"
    vpc = {"ALIBABA_CLOUD_STS_ENDPOINT": "sts-vpc.cn-hangzhou.aliyuncs.com"}
    assert sts_endpoint("cn-hangzhou", vpc) == "https://sts-vpc.cn-hangzhou.aliyuncs.com/"


def test_the_command_gets_credentials_for_the_provider_and_for_the_state() -> None:
    env = command_environment(job(), KEYS, {"PATH": "/bin"})
    assert env["ALIBABA_CLOUD_SECURITY_TOKEN"] == env["AWS_SESSION_TOKEN"] == "long-token"
    assert env["ALIBABA_CLOUD_ACCESS_KEY_ID"] == env["AWS_ACCESS_KEY_ID"] == "STS.id"
    assert env["ALICLOUD_REGION"] == "cn-hangzhou"
    assert env["ALIBABA_CLOUD_ACCOUNT_TYPE"] == "Domestic"
    assert env["PATH"] == "/bin"


def test_the_command_cannot_fetch_tokens_or_write_comments() -> None:
    variables = {
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x", "ACTIONS_RUNTIME_TOKEN": "x", "SPARK_ON_ACK_ID_TOKEN": "x",
        "SPARK_ON_ACK_GITLAB_TOKEN": "x",
    }  # fmt: skip
    assert not set(variables) & set(command_environment(job(), KEYS, variables))


def whole_run(server: Server, tmp_path: Path, body: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """`python -m tools.ci` with a stand-in for `pulumi` on PATH."""
    server.answer = lambda c: (200, {"value": "jwt"} if c.path == "/token" else {"Credentials": KEYS})
    fake = tmp_path / "pulumi"
    fake.write_text(f"#!{sys.executable}\nimport json, os, sys\n{body}\n")
    fake.chmod(0o755)
    env = ENV | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{server.url}/token?a=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
        "ALIBABA_CLOUD_STS_ENDPOINT": server.url,
    }  # fmt: skip
    command = [sys.executable, "-m", "tools.ci", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_credentials_that_the_command_prints_are_taken_out(server: Server, tmp_path: Path) -> None:
    leak = "print('key', os.environ['AWS_SECRET_ACCESS_KEY']); print(os.environ['AWS_SESSION_TOKEN'], file=sys.stderr)"
    copy = tmp_path / "new" / "dev.txt"
    done = whole_run(server, tmp_path, leak, "pulumi", "preview", "--stack", "dev", "--copy", str(copy))
    assert sorted(done.stdout.splitlines()) == ["***", "key ***"]
    assert copy.read_text() == done.stdout


def test_a_refusal_reaches_the_copy_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["pulumi", "drift", "--stack", "dev", "--copy", str(tmp_path / "dev.txt")]) == 1
    assert (tmp_path / "dev.txt").read_text() == "error: pulumi is not on PATH; the job has to install it first\n"


def test_a_cancelled_job_lets_the_command_end_by_itself(server: Server, tmp_path: Path) -> None:
    body = """
import signal
def end(number, frame):
    print('finishing', number)
    sys.exit(5)
signal.signal(signal.SIGTERM, end)
os.kill(os.getppid(), signal.SIGTERM)
signal.pause()"""
    done = whole_run(server, tmp_path, body, "pulumi", "up", "--stack", "dev")
    assert done.stdout == "finishing 15\n"
    assert done.returncode == 5


def test_a_whole_run_hands_the_credentials_to_pulumi_alone(server: Server, tmp_path: Path) -> None:
    show = "print(json.dumps([sys.argv[1:], sorted(k for k in os.environ if 'TOKEN' in k or 'KEY' in k)]))"
    done = whole_run(server, tmp_path, show, "pulumi", "up", "--stack", "dev")
    assert done.returncode == 0, done.stderr
    arguments, names = json.loads(done.stdout)
    assert arguments[:4] == ["up", "--yes", "--plan", "out/plan.json"]
    assert "AWS_SESSION_TOKEN" in names
    assert not [n for n in names if n.startswith("ACTIONS_")]
    form = dict(urllib.parse.parse_qsl(server.calls[-1].body))
    assert form["RoleArn"] == role_arn("1234567890123456", "dev", "deploy")


def test_the_status_of_the_command_is_the_runs_own(server: Server, tmp_path: Path) -> None:
    assert whole_run(server, tmp_path, "sys.exit(7)", "pulumi", "drift", "--stack", "dev").returncode == 7


def test_any_command_can_have_the_credentials(server: Server, tmp_path: Path) -> None:
    words = ("cloud", "--stack", "dev", "--role", "deploy", "--", "pulumi", "cancel", "--yes")
    done = whole_run(server, tmp_path, "print(sys.argv[1:])", *words)
    assert done.stdout.splitlines()[-1] == "['cancel', '--yes']"


def test_nothing_but_the_standard_library_is_imported() -> None:
    code = "import sys, tools.ci.__main__; print({m.split('.')[0] for m in sys.modules} - sys.stdlib_module_names)"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert eval(done.stdout) <= {"tools", "bootstrap", "__main__"}  # noqa: S307 - a set of names that we printed


def test_a_busy_service_is_asked_again(server: Server) -> None:
    answers = iter([(503, {}), (200, {"ok": True})])
    server.answer = lambda _: next(answers)
    assert call("GET", server.url, wait=0) == {"ok": True}


def test_what_would_be_written_twice_is_not_repeated(server: Server) -> None:
    server.answer = lambda _: (502, {})
    with pytest.raises(WebError, match="502"):
        call("POST", server.url, body={}, wait=0)
    assert len(server.calls) == 1
