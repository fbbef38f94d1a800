"""What the gateway is to hold, and how that is brought about."""

import json
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tools.sandbox.object_storage.client import Client, StorageError


@dataclass(frozen=True)
class Plan:
    """Users, buckets, rights, folders and files of the gateway."""

    host: str
    port: int
    administrator: str
    secret: str
    users: dict[str, str]
    """User -> secret key."""
    buckets: list[str]
    policies: dict[str, dict[str, object]]
    """Bucket -> its policy."""
    folders: list[str]
    """`oss://bucket/path` of folders that must exist."""
    uploads: dict[str, str]
    """`oss://bucket/prefix/` -> local folder whose files go there."""


def carry_out(plan: Plan) -> None:
    """Make what is missing, replace what differs. Raises StorageError."""
    client = Client(plan.host, plan.port, plan.administrator, plan.secret)
    for user, secret in plan.users.items():
        account = (
            f"<Account><Access>{escape(user)}</Access><Secret>{escape(secret)}</Secret><Role>user</Role></Account>"
        )
        _unless_there(client, "PATCH", "create-user", account.encode())
    for bucket in plan.buckets:
        _unless_there(client, "PUT", bucket)
    for bucket, policy in plan.policies.items():
        client.request("PUT", bucket, json.dumps(policy).encode(), {"policy": ""})
    for folder in plan.folders:
        bucket, key = _parts(folder)
        if key:
            client.put(bucket, key.rstrip("/") + "/", b"")
    for prefix, local in plan.uploads.items():
        client.upload(*_parts(prefix), Path(local))


def _parts(path: str) -> tuple[str, str]:
    """Bucket and key of `oss://bucket/key`."""
    bucket, _, key = path.removeprefix("oss://").partition("/")
    return bucket, key


def _unless_there(client: Client, method: str, path: str, body: bytes = b"") -> None:
    try:
        client.request(method, path, body)
    except StorageError as error:
        if error.status != 409:
            raise
