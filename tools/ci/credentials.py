"""Credentials of a job: its OIDC token is exchanged for a RAM role for an hour or two, for one command only.

Both CI servers use the same code, so there is one place to audit. The command gets the credentials in its environment;
they are never written to a file, printed, or left to later steps of the job, and if the command prints them, they are
redacted.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from bootstrap.names import AUDIENCE, SESSION_SECONDS, Kind, provider_arn, role_arn
from tools.ci.web import WebError, call

ROOT = Path(__file__).resolve().parent.parent.parent
GITLAB_TOKEN = "SPARK_ON_ACK_ID_TOKEN"  # noqa: S105 - the variable's name
"""Variable that a GitLab job's `id_tokens` fills."""


class CiError(Exception):
    """One sentence for the reader of the job's log."""


@dataclass(frozen=True)
class Job:
    """Where a job deploys to, from the variables of its environment."""

    stack: str
    kind: Kind
    account: str
    provider: str
    state: str
    region: str
    session: str

    @classmethod
    def of(cls, stack: str, kind: Kind, env: Mapping[str, str]) -> "Job":
        """Raises CiError with all variables that are missing."""
        needed = {"SPARK_ON_ACK_ACCOUNT": "the account id", "PULUMI_BACKEND_URL": "the bootstrap's output stateUrl"}
        missing = [f"{name} ({what})" for name, what in needed.items() if not env.get(name)]
        if missing:
            raise CiError(f"variables missing in the environment of {stack}: {', '.join(missing)}")
        run = env.get("GITHUB_RUN_ID") or env.get("CI_PIPELINE_ID") or "local"
        return cls(
            stack=stack,
            kind=kind,
            account=env["SPARK_ON_ACK_ACCOUNT"],
            provider=env.get("SPARK_ON_ACK_OIDC_PROVIDER") or ("gitlab" if "GITLAB_CI" in env else "github"),
            state=env["PULUMI_BACKEND_URL"],
            region=region_of(stack),
            session=f"ci-{stack}-{run}"[:64],
        )


def stack_text(stack: str, root: Path = ROOT) -> str:
    """A stack file's text. Raises CiError if it is missing."""
    path = root / "stacks" / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        raise CiError(f"no stack {stack!r}: stacks/Pulumi.{stack}.yaml does not exist")
    return path.read_text()


def region_of(stack: str, root: Path = ROOT) -> str:
    """`region` of a stack file, without a YAML parser. Raises CiError if the file or the key is missing."""
    match = re.search(r"^\s+spark-on-ack:region:\s*[\"']?([a-z0-9-]+)", stack_text(stack, root), re.MULTILINE)
    if not match:
        raise CiError(f"stacks/Pulumi.{stack}.yaml: spark-on-ack:region is missing; CI needs it to find the services")
    return match[1]


def id_token(env: Mapping[str, str]) -> str:
    """The job's OIDC token for Alibaba Cloud. Raises CiError when the job has no right to one."""
    if env.get(GITLAB_TOKEN):
        return env[GITLAB_TOKEN]
    url, secret = env.get("ACTIONS_ID_TOKEN_REQUEST_URL"), env.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if not url or not secret:
        raise CiError(
            "this job gets no OIDC token; allowed: `permissions: id-token: write` on GitHub, or on GitLab "
            f"`id_tokens: {GITLAB_TOKEN}: aud: {AUDIENCE}`"
        )
    answer = call("GET", f"{url}&audience={AUDIENCE}", headers={"Authorization": f"Bearer {secret}"})
    token: str = answer["value"]
    return token


def sts_endpoint(region: str, env: Mapping[str, str]) -> str:
    """The STS endpoint: ALIBABA_CLOUD_STS_ENDPOINT (for runners in a VPC), else the region's public one."""
    endpoint = env.get("ALIBABA_CLOUD_STS_ENDPOINT") or f"sts.{region}.aliyuncs.com"
    return endpoint if "://" in endpoint else f"https://{endpoint}/"


def assume_role(job: Job, token: str, endpoint: str) -> dict[str, str]:
    """AccessKeyId, AccessKeySecret and SecurityToken of the job's role; the request needs no signature.

    Raises CiError with the service's own reason.
    """
    form = {
        "Action": "AssumeRoleWithOIDC",
        "Version": "2015-04-01",
        "Format": "JSON",
        "OIDCProviderArn": provider_arn(job.account, job.provider),
        "RoleArn": role_arn(job.account, job.stack, job.kind),
        "RoleSessionName": job.session,
        "DurationSeconds": str(SESSION_SECONDS),
        "OIDCToken": token,
    }
    try:
        # in the body: an address with the token in it would end in logs of proxies
        answer = call("POST", endpoint, form=urllib.parse.urlencode(form).encode())
    except WebError as error:
        raise CiError(
            f"this job may not assume {form['RoleArn']}: {error}. The role's trust policy (bootstrap/) compares "
            "issuer, audience and subject; jobs of another repository, branch or environment are refused"
        ) from None
    credentials: dict[str, str] = answer["Credentials"]
    return credentials


def command_environment(job: Job, credentials: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """The environment of the command: `env` with the credentials for the provider and for the state's S3 interface.

    Variables that could fetch further tokens or write to the CI server are removed, as the command runs the stack's
    program.
    """
    key, secret, session = (credentials[k] for k in ("AccessKeyId", "AccessKeySecret", "SecurityToken"))
    withheld = ("ACTIONS_ID_TOKEN_", "ACTIONS_RUNTIME_", GITLAB_TOKEN, "SPARK_ON_ACK_GITLAB_TOKEN")
    kept = {k: v for k, v in env.items() if not k.startswith(withheld)}
    return kept | {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": session,
        "ALIBABA_CLOUD_ACCOUNT_ID": job.account,
        # set, because the provider would otherwise ask the billing service, for which the roles have no permission
        "ALIBABA_CLOUD_ACCOUNT_TYPE": env.get("ALIBABA_CLOUD_ACCOUNT_TYPE")
        or ("Domestic" if job.region.startswith("cn-") else "International"),
        "ALIBABA_CLOUD_REGION": job.region,
        "ALICLOUD_REGION": job.region,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": session,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_BACKEND_URL": job.state,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def redacted(text: str, credentials: Mapping[str, str]) -> str:
    """The text without the credentials: the servers' own masking does not cover the files that become comments."""
    for value in credentials.values():
        text = text.replace(value, "***")
    return text


def run(stack: str, kind: Kind, command: list[str], copy: Path | None = None) -> int:
    """Runs `command` with the credentials; its output goes to ours and into `copy`, redacted. Returns its status.

    Signals are passed on, so that the engine of a cancelled job can finish what it has started. Raises CiError.
    """
    if shutil.which(command[0]) is None:
        raise CiError(f"{command[0]} is not on PATH; the job has to install it first")
    job = Job.of(stack, kind, os.environ)
    credentials = assume_role(job, id_token(os.environ), sts_endpoint(job.region, os.environ))
    environment = command_environment(job, credentials, os.environ)
    if copy:
        copy.parent.mkdir(parents=True, exist_ok=True)
    with (
        copy.open("w") if copy else nullcontext() as kept,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as child,
    ):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, _: child.send_signal(received))
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in child.stdout:
            safe = redacted(line, credentials)
            sys.stdout.write(safe)
            sys.stdout.flush()
            if kept:
                kept.write(safe)
    return child.returncode
