"""Commands that run inside the VPC: against stand-ins of ECI and OSS that really run the container's program."""

import base64
import gzip
import json
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bootstrap.names import runs_folder
from tests.ci.conftest import SilentHandler, served
from tests.conftest import ROOT
from tools.ci import inside
from tools.ci.__main__ import main
from tools.ci.credentials import CiError
from tools.ci.engine import hosted, refuse_hosted_runner
from tools.ci.signing import Credentials, presigned, rpc

WHO = Credentials("STS.id", "very-secret", "long-token")
PASSPHRASE = "the-stacks-passphrase"
HOSTED = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"}
PRINTS = "import os; print('hello', len(os.environ['PULUMI_CONFIG_PASSPHRASE'])); "
COMMAND = [sys.executable, "-c", f"{PRINTS}open('out/plan.json', 'w').write('{{}}'); raise SystemExit(7)"]


@dataclass
class Cloud:
    """ECI and OSS on loopback."""

    folder: Path
    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    ever: list[bytes] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    group: dict[str, Any] = field(default_factory=dict)
    log: str = ""

    def eci(self, form: dict[str, str]) -> dict[str, Any]:
        self.forms.append(form)
        if form["Action"] == "CreateContainerGroup":
            self._start(form)
            return {"ContainerGroupId": "eci-1"}
        if form["Action"] == "DescribeContainerGroups":
            return {"ContainerGroups": [self.group]}
        return {"Content": self.log} if form["Action"] == "DescribeContainerLog" else {}

    def _start(self, form: dict[str, str]) -> None:
        prefix = "Volume.1.ConfigFileVolume.ConfigFileToPath"
        for i in (1, 2):
            content = base64.b64decode(form[f"{prefix}.{i}.Content"])
            (self.folder / form[f"{prefix}.{i}.Path"]).write_bytes(content)
        done = subprocess.run(
            [sys.executable, str(self.folder / Path(form["Container.1.Command.2"]).name)],
            env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        printed = (done.stdout + done.stderr).splitlines()
        self.log = "".join(f"2026-01-01T00:00:00.{i:09}Z {line}\n" for i, line in enumerate(printed))
        status = "Succeeded" if done.returncode == 0 else "Failed"
        state = {"State": "Terminated", "ExitCode": done.returncode}
        self.group = {"Status": status, "Containers": [{"CurrentState": state}], "Events": []}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    fake = Cloud(tmp_path / "mount")
    fake.folder.mkdir()

    class Handler(SilentHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, _, query = self.path.partition("?")
            status, data = 200, b""
            if path == "/eci":
                form = dict(urllib.parse.parse_qsl(body.decode()))
                stamp = datetime.strptime(form["Timestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
                plain = {k: v for k, v in form.items() if k != "Signature"}
                again = dict(urllib.parse.parse_qsl(rpc(plain, WHO, stamp, form["SignatureNonce"])))
                status, data = (200, json.dumps(fake.eci(form)).encode()) if again == form else (403, b"signature")
            elif "X-Amz-Signature=" not in query:
                status = 403
            elif self.command == "PUT":
                fake.objects[path] = body
                fake.ever.append(body)
            elif self.command == "DELETE":
                fake.objects.pop(path, None)
            else:
                status, data = (200, fake.objects[path]) if path in fake.objects else (404, b"NoSuchKey")
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _any

    with served(Handler) as fake.url:
        yield fake


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "tools").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git/config").write_text("not to be sent")
    (root / "tools/bootstrap.py").write_text("")
    (root / ".pulumi.version").write_text("3.272.0\n")
    return root


def variables(cloud: Cloud) -> dict[str, str]:
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": WHO.key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": WHO.secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": WHO.token,
        "ALIBABA_CLOUD_REGION": "cn-hangzhou",
        "PULUMI_BACKEND_URL": f"s3://state?endpoint={cloud.url}&region=cn-hangzhou",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "SPARK_ON_ACK_VSWITCH": "vsw-1",
        "SPARK_ON_ACK_SECURITY_GROUP": "sg-1",
        "SPARK_ON_ACK_ECI_ENDPOINT": f"{cloud.url}/eci",
        "HOME": "not to be sent",
    }


@pytest.fixture
def status(
    cloud: Cloud, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    monkeypatch.setattr(inside, "POLL_SECONDS", 0.01)
    code = inside.run("dev", "deploy", COMMAND, variables(cloud), checkout)
    return code, capsys.readouterr().out


def test_the_commands_output_status_and_files_come_back(status: tuple[int, str], checkout: Path) -> None:
    assert status[0] == 7
    assert f"hello {len(PASSPHRASE)}" in status[1]
    assert (checkout / "out/plan.json").read_text() == "{}"


def test_the_container_runs_in_the_vpc_and_nothing_of_it_stays(status: tuple[int, str], cloud: Cloud) -> None:
    created = cloud.forms[0]
    assert (created["VSwitchId"], created["SecurityGroupId"]) == ("vsw-1", "sg-1")
    assert created["RestartPolicy"] == "Never"
    assert created["Container.1.Image"] == "pulumi/pulumi-python-3.12:3.272.0"
    assert max(len(v) for k, v in created.items() if "Command" in k) <= 256
    assert cloud.forms[-1]["Action"] == "DeleteContainerGroup"
    assert cloud.objects == {}


def test_no_secret_is_readable_at_either_place(status: tuple[int, str], cloud: Cloud) -> None:
    """ECI shows a group to whoever may list groups, and the bucket keeps old versions of deleted objects."""
    shown = json.dumps(cloud.forms[0]) + "".join(path.read_text() for path in cloud.folder.iterdir())
    for secret in (PASSPHRASE, WHO.secret):
        assert secret not in shown
        assert not any(secret.encode() in gzip.decompress(packed) for packed in cloud.ever)


def test_neither_the_history_nor_other_variables_are_sent(status: tuple[int, str], cloud: Cloud) -> None:
    assert b"not to be sent" not in gzip.decompress(cloud.ever[0])


def test_a_group_that_never_ran_is_a_failure(cloud: Cloud, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "POLL_SECONDS", 0.01)
    failed = {"Status": "ScheduleFailed", "Events": [{"Reason": "NoStock", "Message": "no capacity"}]}
    monkeypatch.setattr(cloud, "_start", lambda _: cloud.group.update(failed))
    assert inside.run("dev", "preview", COMMAND, variables(cloud), checkout) == 1
    assert cloud.objects == {}


def test_the_roles_hand_their_work_over_in_folders_of_their_own() -> None:
    assert runs_folder("dev", "preview") != runs_folder("dev", "deploy")


def test_an_object_is_addressed_by_the_bucket_in_the_host_name() -> None:
    state = {"PULUMI_BACKEND_URL": "s3://b?endpoint=https://s3.oss-cn-hangzhou.aliyuncs.com&region=cn-hangzhou"}
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "a", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "b"}
    url = inside.Place(state | keys, "run", "runs/dev-preview").object_url("GET", "out.tgz")
    assert url.startswith("https://b.s3.oss-cn-hangzhou.aliyuncs.com/runs/dev-preview/run/out.tgz?X-Amz-Algorithm=")


def test_half_a_place_is_refused() -> None:
    assert not inside.configured({})
    with pytest.raises(CiError, match="SPARK_ON_ACK_SECURITY_GROUP is missing, although SPARK_ON_ACK_VSWITCH is set"):
        inside.configured({"SPARK_ON_ACK_VSWITCH": "vsw-1"})


def test_the_address_of_an_object_is_signed_as_amazons_own_example() -> None:
    """The example of "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)"."""
    who = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    url = "https://examplebucket.s3.amazonaws.com/test.txt"
    signed = presigned("GET", url, "us-east-1", who, datetime(2013, 5, 24, tzinfo=UTC), 86400)
    assert signed.endswith("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


def test_a_request_is_signed_as_the_vendors_own_example() -> None:
    """The example of the vendor's page on signatures of RPC requests (DescribeRegions of ECS)."""
    sent = {"Action": "DescribeRegions", "Version": "2014-05-26"}
    now, nonce = datetime(2016, 2, 23, 12, 46, 24, tzinfo=UTC), "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"
    with_xml = Credentials("testid", "testsecret")
    form = urllib.parse.parse_qs(rpc(sent | {"Format": "XML"}, with_xml, now, nonce, "GET"))
    assert form["Signature"] == ["OLeaidS1JvxuMvnyHOwuJ+uX5qY="]


@pytest.mark.parametrize(
    ("env", "where"),
    [
        (HOSTED, "GitHub"),
        (HOSTED | {"RUNNER_ENVIRONMENT": "self-hosted"}, ""),
        ({"GITLAB_CI": "true", "CI_RUNNER_TAGS": '["saas-linux-small-amd64"]'}, "GitLab"),
        ({"GITLAB_CI": "true", "CI_RUNNER_TAGS": '["vpc"]'}, ""),
        ({}, ""),
    ],
)
def test_hosted_runners_are_known(env: dict[str, str], where: str) -> None:
    assert hosted(env) == where


def stack(tmp_path: Path, cluster: str) -> Path:
    (tmp_path / "stacks").mkdir(exist_ok=True)
    (tmp_path / "stacks/Pulumi.x.yaml").write_text(f"config:\n  spark-on-ack:cluster: {cluster}\n")
    return tmp_path


@pytest.mark.parametrize(
    "cluster",
    ["{flavour: acs}", "{flavour: acs, public_endpoint: false}", "{flavour: acs} # not yet public_endpoint: true"],
)
def test_a_private_api_server_is_refused_on_a_hosted_runner(tmp_path: Path, cluster: str) -> None:
    with pytest.raises(CiError, match="private API server, which GitHub's hosted runners do not reach") as refused:
        refuse_hosted_runner("x", HOSTED, stack(tmp_path, cluster))
    for way_out in (*inside.VARIABLES, "SPARK_ON_ACK_RUNNER", "SPARK_ON_ACK_REACHES_VPC=true"):
        assert way_out in str(refused.value)
    refuse_hosted_runner("x", {}, tmp_path)
    refuse_hosted_runner("x", HOSTED | {"SPARK_ON_ACK_REACHES_VPC": "true"}, tmp_path)


@pytest.mark.parametrize("cluster", ["{flavour: acs, public_endpoint: true}", "{flavour: existing}"])
def test_an_api_server_that_may_be_reached_is_not_refused(tmp_path: Path, cluster: str) -> None:
    refuse_hosted_runner("x", HOSTED, stack(tmp_path, cluster))


def test_the_refusal_comes_before_the_first_call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in HOSTED.items():
        monkeypatch.setenv(name, value)
    for name in inside.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert main(["pulumi", "up", "--stack", "dev"]) == 1
    assert "private API server" in capsys.readouterr().err
    assert (ROOT / "stacks/Pulumi.dev.yaml").exists()
