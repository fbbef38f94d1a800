"""Policy documents: least rights, one bucket, nobody else."""

import fnmatch
import json

from hypothesis import given
from hypothesis import strategies as st

from components.base.ram import (
    document,
    folder_rights,
    hdfs_rights,
    key_rights,
    tls_only_bucket,
    tls_only_hdfs_bucket,
    trust_accounts,
    trust_service,
)

FOLDERS = st.lists(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,5}){0,2}/", fullmatch=True), max_size=4)


def allows(statements: list[dict[str, object]], action: str, resource: str, prefix: str | None = None) -> bool:
    """What RAM would decide: wildcards in actions and resources, the listing's prefix as condition."""

    def matches(statement: dict[str, object]) -> bool:
        condition = statement.get("Condition", {})
        assert isinstance(condition, dict)
        wanted = condition.get("StringLike", {}).get("oss:Prefix")
        if wanted is not None and not any(fnmatch.fnmatchcase(prefix or "", w) for w in wanted):
            return False
        actions, resources = statement["Action"], statement["Resource"]
        assert isinstance(actions, list)
        assert isinstance(resources, list)
        return any(fnmatch.fnmatchcase(action, a) for a in actions) and any(
            fnmatch.fnmatchcase(resource, r) for r in resources
        )

    # over TLS: the Deny statements do not apply
    return any(s["Effect"] == "Allow" and matches(s) for s in statements)


def test_a_team_reaches_its_own_folder_and_no_other() -> None:
    rights = folder_rights("files", read=["shared/"], write=["teams/ads/"])
    mine, other, shared = (f"acs:oss:*:*:files/{f}" for f in ("teams/ads/j.jar", "teams/ads-2/j.jar", "shared/j.jar"))
    assert allows(rights, "oss:PutObject", mine)
    assert allows(rights, "oss:DeleteObject", mine)
    assert allows(rights, "oss:GetObject", shared)
    assert not allows(rights, "oss:PutObject", shared)
    assert not allows(rights, "oss:GetObject", other)
    assert allows(rights, "oss:ListObjects", "acs:oss:*:*:files", prefix="teams/ads/x")
    assert not allows(rights, "oss:ListObjects", "acs:oss:*:*:files", prefix="teams/")
    assert not allows(rights, "oss:ListObjects", "acs:oss:*:*:files")


def test_hdfs_rights_reach_the_data_of_one_bucket_only_and_no_plain_object() -> None:
    rights = hdfs_rights("data")
    assert allows(rights, "oss:PostDataLakeStorageFileOperation", "acs:oss:*:*:data")
    assert allows(rights, "oss:PutObject", "acs:oss:*:*:data/.dlsdata/1/block")
    assert not allows(rights, "oss:PutObject", "acs:oss:*:*:data/plain.txt")
    assert not allows(rights, "oss:PostDataLakeStorageFileOperation", "acs:oss:*:*:data-payments")
    assert not allows(rights, "oss:GetObject", "acs:oss:*:*:data-payments/.dlsdata/1")
    assert not allows(rights, "oss:PostDataLakeStorageAdminOperation", "acs:oss:*:*:data")
    assert not allows(rights, "oss:DeleteBucket", "acs:oss:*:*:data")


@given(FOLDERS, FOLDERS)
def test_no_statement_is_about_every_resource(read: list[str], write: list[str]) -> None:
    for statement in [*hdfs_rights("data"), *folder_rights("files", read, write), *key_rights("key-1")]:
        for resource in statement["Resource"]:
            bucket = resource.split(":", 4)[4]
            assert bucket.split("/")[0] in ("data", "files", "key"), resource
            assert "*" not in bucket.split("/")[0]
        assert statement["Effect"] == "Deny" or statement["Action"] != ["*"]


def test_calls_without_tls_are_denied_to_the_role_itself() -> None:
    for rights in (hdfs_rights("b"), folder_rights("b", ["a/"], [])):
        assert [s for s in rights if s["Effect"] == "Deny" and s["Action"] == ["oss:*"] and "Bool" in s["Condition"]]


def test_no_folders_mean_no_rights() -> None:
    assert folder_rights("b", [], []) == []


def test_trust_compares_audience_issuer_and_subject_as_whole_strings() -> None:
    trust = json.loads(trust_accounts("acs:ram::1:oidc-provider/ack-rrsa-c1", "https://i/c1", "spark-ads", ["d", "e"]))
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Federated": ["acs:ram::1:oidc-provider/ack-rrsa-c1"]}
    assert statement["Condition"] == {
        "StringEquals": {
            "oidc:aud": ["sts.aliyuncs.com"],
            "oidc:iss": ["https://i/c1"],
            "oidc:sub": ["system:serviceaccount:spark-ads:d", "system:serviceaccount:spark-ads:e"],
        }
    }


def test_documents_have_the_version_ram_knows() -> None:
    for text in (document([]), trust_service("ecs.aliyuncs.com"), tls_only_bucket("b"), tls_only_hdfs_bucket("b")):
        assert json.loads(text)["Version"] == "1"
