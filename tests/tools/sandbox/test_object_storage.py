"""The sandbox's object storage gives a pod what its RAM role has, read from the documents that an account would get."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from components.identity.component import rights as ram_rights
from tools.sandbox.object_storage import rights
from tools.sandbox.object_storage.client import Client
from tools.sandbox.object_storage.metadata_service import PATH, ROLE_ANNOTATION, Roles, handler

HDFS, FILES = "company-hdfs.cn-hangzhou.oss-dls.aliyuncs.com", "company-files"
OTHER = "company-hdfs-b.cn-hangzhou.oss-dls.aliyuncs.com"
NAMES = {"company-hdfs": HDFS, "company-hdfs-b": OTHER, "company-files": FILES}


def policies() -> dict[str, Any]:
    """Bucket policies of two teams: b has an HDFS bucket of its own."""
    documents = {
        "team-a": json.loads(ram_rights("company-hdfs", "company-files", (), ("teams/a/",), None)),
        "team-b": json.loads(ram_rights("company-hdfs-b", "company-files", ("shared/",), ("teams/b/",), None)),
    }
    return rights.bucket_policies(documents, NAMES)


def allowed(user: str, action: str, bucket: str, key: str = "", prefix: str = "") -> bool:
    """Whether the policies allow it, as S3 reads them: one statement has user, action, resource and condition."""
    arn = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    for statement in policies().get(bucket, {"Statement": []})["Statement"]:
        assert statement["Effect"] == "Allow"
        prefixes = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", ["*"])
        if (
            user in statement["Principal"]["AWS"]
            and action in statement["Action"]
            and any(fnmatchcase(arn, pattern) for pattern in statement["Resource"])
            and any(fnmatchcase(prefix, pattern) for pattern in prefixes)
        ):
            return True
    return False


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
def test_a_team_reads_and_writes_its_folder_of_the_plain_bucket_and_no_other(action: str) -> None:
    assert allowed("team-a", action, FILES, "teams/a/jobs/etl.py")
    assert not allowed("team-a", action, FILES, "teams/b/jobs/etl.py")
    assert not allowed("team-a", action, FILES, "other")


def test_a_folder_to_read_is_not_written() -> None:
    assert allowed("team-b", "s3:GetObject", FILES, "shared/table")
    assert not allowed("team-b", "s3:PutObject", FILES, "shared/table")


def test_listing_the_plain_bucket_is_kept_to_the_teams_folder() -> None:
    assert allowed("team-a", "s3:ListBucket", FILES, prefix="teams/a/")
    assert not allowed("team-a", "s3:ListBucket", FILES, prefix="teams/b/")
    assert not allowed("team-a", "s3:ListBucket", FILES)


def test_the_names_above_a_folder_may_be_asked_for_but_not_written() -> None:
    assert allowed("team-a", "s3:GetObject", FILES, "teams")
    assert allowed("team-a", "s3:GetObject", FILES, "teams/a")
    assert not allowed("team-a", "s3:PutObject", FILES, "teams/a")
    assert not allowed("team-a", "s3:GetObject", FILES, "teams/b")


def test_an_hdfs_bucket_is_one_right_for_all_of_it_and_a_teams_own_is_closed_to_others() -> None:
    assert allowed("team-a", "s3:PutObject", HDFS, "spark-history/log")
    assert allowed("team-b", "s3:PutObject", OTHER, "teams/b/table")
    assert not allowed("team-a", "s3:GetObject", OTHER, "teams/b/table")
    assert not allowed("team-b", "s3:PutObject", HDFS, "spark-history/log")


def test_blocks_of_oss_hdfs_get_no_statement() -> None:
    assert ".dlsdata" not in json.dumps(policies())


def test_an_action_that_nobody_has_thought_about_stops_the_sandbox() -> None:
    statement = {"Effect": "Allow", "Action": ["oss:PutBucketAcl"], "Resource": ["acs:oss:*:*:company-files"]}
    with pytest.raises(ValueError, match="oss:PutBucketAcl"):
        rights.bucket_policies({"team-a": {"Statement": [statement]}}, NAMES)


def test_a_bucket_that_the_stack_does_not_have_stops_the_sandbox() -> None:
    statement = {"Effect": "Allow", "Action": ["oss:GetObject"], "Resource": ["acs:oss:*:*:foreign/*"]}
    with pytest.raises(ValueError, match="'foreign'"):
        rights.bucket_policies({"team-a": {"Statement": [statement]}}, NAMES)


class Pods:
    """An API server with these pods, asked for an address."""

    def __init__(self, *pods: dict[str, Any]) -> None:
        self._pods = pods

    def request(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        address = path.rpartition("=")[2]
        return {"items": [pod for pod in self._pods if pod["status"]["podIP"] == address]}


def pod(address: str, role: str | None, phase: str = "Running") -> dict[str, Any]:
    annotations = {ROLE_ANNOTATION: role} if role else {}
    return {"metadata": {"annotations": annotations}, "status": {"podIP": address, "phase": phase}}


@contextmanager
def service(folder: Path, *pods: dict[str, Any]) -> Iterator[str]:
    """A metadata service for these pods; requests come from 127.0.0.1."""
    keys = folder / "keys.json"
    keys.write_text(json.dumps({"team-a": "secret-a", "team-b": "secret-b"}))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Roles(Pods(*pods), keys)))  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        server.server_close()


def ask(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 (our own server)
        return str(answer.read().decode())


def test_a_pod_is_told_its_role_and_that_roles_keys(tmp_path: Path) -> None:
    with service(tmp_path, pod("127.0.0.1", "team-a")) as address:
        assert ask(address) == "team-a"
        answer = json.loads(ask(address + "team-a"))
    assert (answer["Code"], answer["AccessKeyId"], answer["AccessKeySecret"]) == ("Success", "team-a", "secret-a")


@pytest.mark.parametrize(
    ("pods", "path"),
    [
        ([pod("127.0.0.1", "team-a")], "team-b"),
        ([pod("127.0.0.1", None)], ""),
        ([pod("127.0.0.1", "team-a", "Succeeded")], ""),
        ([pod("10.88.0.9", "team-a")], ""),
        ([pod("127.0.0.1", "nobody")], "nobody"),
        ([pod("127.0.0.1", "team-a")], "../../user-data"),
    ],
    ids=["another role", "no role", "an ended pod's address", "another pod's role", "an unknown role", "other paths"],
)
def test_nobody_is_told_anothers_keys(pods: list[dict[str, Any]], path: str, tmp_path: Path) -> None:
    with service(tmp_path, *pods) as address, pytest.raises(HTTPError) as refused:
        ask(address + path)
    assert refused.value.code == 404


def test_requests_are_signed_over_everything_that_matters() -> None:
    client = Client("storage.test", 443, "user", "secret")
    signatures = {
        client._signed(method, path, query, body)["authorization"].rpartition("=")[2]
        for method, path, query, body in [
            ("GET", "/b/k", "", b""),
            ("PUT", "/b/k", "", b""),
            ("GET", "/b/other", "", b""),
            ("GET", "/b/k", "policy=", b""),
            ("GET", "/b/k", "", b"body"),
        ]
    }
    assert len(signatures) == 5
