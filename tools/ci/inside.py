"""`python -m tools.ci.inside COMMAND …`: runs a command inside the stack's VPC, for jobs on runners outside of it.

The API server of a stack is private, and a hosted runner has no way to it. So the job starts one container group on ECI
in the VPC that the bootstrap made, which exists only while it works: it fetches the checkout from the state's bucket,
runs the command, and hands `out/` back. The job follows its output and takes over its status. Nothing of this was tried
on an account; it was run against stand-ins of ECI and OSS.
"""

import base64
import io
import json
import os
import sys
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bootstrap.names import SESSION_SECONDS, Kind, runs_folder
from tools.ci.credentials import ROOT, CiError
from tools.ci.in_container import masked
from tools.ci.signing import Credentials, presigned, rpc
from tools.ci.web import WebError, call

VARIABLES: Final = ("SPARK_ON_ACK_VSWITCH", "SPARK_ON_ACK_SECURITY_GROUP")
"""Where the container runs: outputs of the bootstrap."""
IMAGE: Final = "pulumi/pulumi-python-3.12"
"""Of the version in .pulumi.version; another by SPARK_ON_ACK_IMAGE, such as a copy in the account's registry."""
VCPU, GIB = "2", "4"
"""Size of the container: 0.44 CNY an hour, while it works."""
CARRIED: Final = ("ALIBABA_CLOUD_", "ALICLOUD_", "AWS_", "PULUMI_", "SPARK_ON_ACK_")
"""Variables of the job that the command needs."""
LEFT_OUT: Final = (".venv", ".git", ".cache", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__")
ENDED: Final = ("Succeeded", "Failed", "Expired", "ScheduleFailed")
POLL_SECONDS = 5.0
FETCH_SECONDS: Final = 1800
"""How long the address of the archive is good: the container must have started by then."""
VERSION: Final = "2018-08-08"
MOUNT: Final = "/spark-on-ack"
MOST_BYTES: Final = 32_000
"""Of one file of a ConfigFile volume (vendor's limits page, 2024-12)."""


def configured(env: Mapping[str, str]) -> bool:
    """True when the job's variables name a place in the VPC. Raises CiError when they name half of one."""
    named = [name for name in VARIABLES if env.get(name)]
    if len(named) == 1:
        [missing] = set(VARIABLES) - set(named)
        raise CiError(f"{missing} is missing, although {named[0]} is set; allowed: both (bootstrap's output networks)")
    return bool(named)


def wrapped(command: list[str], stack: str, kind: Kind) -> list[str]:
    """The command that runs `command` inside the VPC."""
    return [sys.executable, "-m", "tools.ci.inside", stack, kind, *command]


@dataclass(frozen=True)
class Place:
    """Where the container runs, and which objects of the state's bucket carry its archives."""

    env: Mapping[str, str]
    run: str
    folder: str

    @property
    def who(self) -> Credentials:
        """The job's role."""
        key, secret = self.env["ALIBABA_CLOUD_ACCESS_KEY_ID"], self.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
        return Credentials(key, secret, self.env.get("ALIBABA_CLOUD_SECURITY_TOKEN", ""))

    def object_url(self, method: str, name: str, seconds: int = FETCH_SECONDS) -> str:
        """A signed address of one of the run's objects."""
        state = urllib.parse.urlsplit(self.env["PULUMI_BACKEND_URL"])
        query = dict(urllib.parse.parse_qsl(state.query))
        scheme, _, host = query["endpoint"].partition("://")
        # the endpoint carries the bucket in its host; a stand-in on loopback has no such names
        where = f"{host}/{state.netloc}" if host.startswith("127.") else f"{state.netloc}.{host}"
        url = f"{scheme}://{where}/{self.folder}/{self.run}/{name}"
        return presigned(method, url, query["region"], self.who, datetime.now(UTC), seconds)

    def eci(self, action: str, **parameters: str) -> Any:  # noqa: ANN401 - JSON
        """The answer of ECI. Raises WebError."""
        region = self.env["ALIBABA_CLOUD_REGION"]
        endpoint = self.env.get("SPARK_ON_ACK_ECI_ENDPOINT") or f"https://eci.{region}.aliyuncs.com/"
        sent = {"Action": action, "Version": VERSION, "RegionId": region, **parameters}
        form = rpc(sent, self.who, datetime.now(UTC), uuid.uuid4().hex)
        return call("POST", endpoint, form=form.encode())


def archive(root: Path, env: Mapping[str, str], mask: bytes) -> bytes:
    """The checkout, with the job's variables masked: old versions of the bucket's objects are kept for long."""
    packed = io.BytesIO()
    text = masked(variables(env), mask)
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(root, ".", filter=lambda member: None if set(Path(member.name).parts) & set(LEFT_OUT) else member)
        member = tarfile.TarInfo(".environment.masked")
        member.size, member.mode = len(text), 0o600
        tar.addfile(member, io.BytesIO(text))
    return packed.getvalue()


def variables(env: Mapping[str, str]) -> bytes:
    """What the command needs of the job's environment."""
    return json.dumps({k: v for k, v in env.items() if k.startswith(CARRIED)}).encode()


def _order_volume(order: Mapping[str, object]) -> dict[str, str]:
    """The program and its order as files: values of a container's environment and arguments may have 256 characters.

    Raises CiError when the order is too long for a file.
    """
    files = {"in_container.py": Path(__file__).with_name("in_container.py").read_bytes()}
    files["order.json"] = json.dumps(order).encode()
    if len(files["order.json"]) > MOST_BYTES:
        raise CiError(f"the job's variables have more than {MOST_BYTES} bytes with the order; allowed: fewer")
    volume = "Volume.1.ConfigFileVolume.ConfigFileToPath"
    return {
        "Volume.1.Name": "order",
        "Volume.1.Type": "ConfigFileVolume",
        **{f"{volume}.{i}.Path": name for i, name in enumerate(files, 1)},
        **{f"{volume}.{i}.Content": base64.b64encode(data).decode() for i, data in enumerate(files.values(), 1)},
        "Container.1.VolumeMount.1.Name": "order",
        "Container.1.VolumeMount.1.MountPath": MOUNT,
        "Container.1.VolumeMount.1.ReadOnly": "true",
    }


def create(place: Place, order: Mapping[str, object], root: Path) -> str:
    """Starts the container group and returns its id."""
    version = (root / ".pulumi.version").read_text().strip()
    container = {
        "Container.1.Name": "command",
        "Container.1.Image": place.env.get("SPARK_ON_ACK_IMAGE") or f"{IMAGE}:{version}",
        "Container.1.Command.1": "python3",
        "Container.1.Command.2": f"{MOUNT}/in_container.py",
    }
    answer = place.eci(
        "CreateContainerGroup",
        ContainerGroupName=place.run,
        VSwitchId=place.env["SPARK_ON_ACK_VSWITCH"],
        SecurityGroupId=place.env["SPARK_ON_ACK_SECURITY_GROUP"],
        RestartPolicy="Never",
        AutoCreateEip="true",  # packages and providers come from the internet; it ends with the group
        EipBandwidth="100",
        ActiveDeadlineSeconds=str(SESSION_SECONDS),
        Cpu=VCPU,
        Memory=GIB,
        ClientToken=place.run,
        **container,
        **_order_volume(order),
    )
    return str(answer["ContainerGroupId"])


def lines_after(content: str, last: str) -> Iterator[tuple[str, str]]:
    """(timestamp, line) of the lines of a log with timestamps that are younger than `last`."""
    for line in content.splitlines():
        stamp, _, text = line.partition(" ")
        if stamp > last:
            yield stamp, text


def follow(place: Place, group: str) -> int:
    """Prints what the container prints until it has ended; returns its status, 1 when it never ran."""
    last, status = "", ""
    while status not in ENDED:
        time.sleep(POLL_SECONDS)
        described = place.eci("DescribeContainerGroups", ContainerGroupIds=json.dumps([group]))
        groups = described.get("ContainerGroups") or []
        if not groups:
            raise CiError(f"the container group {group} is gone; somebody deleted it while it worked")
        if groups[0]["Status"] != status:
            status = groups[0]["Status"]
            print(f"container group {group}: {status}", flush=True)
        if status not in ("Pending", "Scheduling", "ScheduleFailed"):
            last = _print_log(place, group, last)
    state = (groups[0].get("Containers") or [{}])[0].get("CurrentState") or {}
    if status != "Succeeded":
        for event in groups[0].get("Events") or []:
            print(f"{event.get('Reason')}: {event.get('Message')}")
    return int(state.get("ExitCode", 0 if status == "Succeeded" else 1)) or int(status != "Succeeded")


def _print_log(place: Place, group: str, last: str) -> str:
    try:
        answer = place.eci(
            "DescribeContainerLog", ContainerGroupId=group, ContainerName="command", Tail="2000", Timestamps="true"
        )
    except WebError:
        return last  # there is no log before the container has begun
    for stamp, line in lines_after(answer.get("Content") or "", last):
        print(line, flush=True)
        last = stamp
    return last


def take_back(place: Place, root: Path) -> None:
    """Unpacks what the container left in `out/`; nothing where it never came so far."""
    try:
        with urllib.request.urlopen(place.object_url("GET", "out.tgz"), timeout=60) as answer:  # noqa: S310
            data = answer.read()
    except urllib.error.HTTPError:
        return
    guard: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        members = [m for m in tar if m.isfile() and Path(m.name).parts[:1] == ("out",) and ".." not in m.name]
        tar.extractall(root, members=members, **guard)  # noqa: S202 - plain files below out/


def send(method: str, url: str, data: bytes | None = None) -> None:
    """One request to an object. Raises CiError with OSS's own reason."""
    request = urllib.request.Request(url, data=data, method=method)  # noqa: S310 - signed here
    try:
        urllib.request.urlopen(request, timeout=300).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        reason = error.read().decode(errors="replace")[:300]
        raise CiError(f"{method} {url.partition('?')[0]}: {error.code} {reason}") from None


def run(stack: str, kind: Kind, command: list[str], env: Mapping[str, str], root: Path = ROOT) -> int:
    """The command's status. A job that is killed leaves the container to finish what it has begun."""
    name = f"spark-on-ack-{stack}-{uuid.uuid4().hex[:12]}"
    place = Place(env, name, runs_folder(stack, kind))
    mask = os.urandom(len(variables(env)))
    order = {
        "checkout": place.object_url("GET", "checkout.tgz"),
        "out": place.object_url("PUT", "out.tgz", SESSION_SECONDS),
        "mask": base64.b64encode(mask).decode(),
        "command": command,
    }
    send("PUT", place.object_url("PUT", "checkout.tgz"), archive(root, env, mask))
    try:
        group = create(place, order, root)
        status = follow(place, group)
        take_back(place, root)
        place.eci("DeleteContainerGroup", ContainerGroupId=group)
    finally:
        for each in ("checkout.tgz", "out.tgz"):
            send("DELETE", place.object_url("DELETE", each))
    return status


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1], sys.argv[2], sys.argv[3:], os.environ))  # type: ignore[arg-type]
    except (CiError, WebError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
