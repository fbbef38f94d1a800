"""Storage: what it registers, and that nothing of it can be deleted by accident."""

import json

import pytest

from components.storage.buckets import hdfs_template
from components.storage.component import Storage
from components.storage.inputs import HdfsBucket
from replay.graph import Graph
from tests.support import record

DEV = {"region": "cn-hangzhou", "bucket_prefix": "acme-dev", "tags": {"env": "dev"}}


def storage(**more: object) -> Graph:
    return record(lambda: Storage("storage", DEV | more))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return storage(team_buckets=["payments"], service_role="create")


def test_every_bucket_and_guard_is_protected_and_kept(graph: Graph) -> None:
    custom = [r for r in graph if r.custom]
    assert len(custom) == 17
    assert all(r.options["protect"] and r.options["retainOnDelete"] for r in custom)


def test_both_buckets_are_encrypted_private_and_tls_only(graph: Graph) -> None:
    for bucket in ("acme-dev-hdfs", "acme-dev-hdfs-payments", "acme-dev-files"):
        by_kind = {r.kind: r.inputs for r in graph if r.inputs.get("bucket") == bucket and r.kind != "Bucket"}
        assert by_kind["BucketServerSideEncryption"]["sseAlgorithm"] == "AES256"
        assert by_kind["BucketPublicAccessBlock"]["blockPublicAccess"] is True
        assert by_kind["BucketHttpsConfig"]["tlsVersions"] == ["TLSv1.2", "TLSv1.3"]
        (statement,) = json.loads(by_kind["BucketPolicy"]["policy"])["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"acs:SecureTransport": ["false"]}}
        assert all(bucket in resource for resource in statement["Resource"])


def test_the_policy_of_an_hdfs_bucket_cannot_hit_the_services_own_backend(graph: Graph) -> None:
    policy = json.loads(graph.one("BucketPolicy", "storage-hdfs-policy").inputs["policy"])
    assert all("PostDataLakeStorage" in action for action in policy["Statement"][0]["Action"])


def test_the_hdfs_bucket_is_a_ros_stack_whose_lifecycle_spares_hdfs_data(graph: Graph) -> None:
    stack = graph.one("alicloud:ros/stack:Stack", "storage-hdfs").inputs
    resource = json.loads(stack["templateBody"])["Resources"]["Bucket"]
    assert resource["DeletionPolicy"] == "Retain"
    assert resource["Properties"]["EnableOssHdfsService"] is True
    assert resource["Properties"]["BucketName"] == "acme-dev-hdfs"
    for rule in resource["Properties"]["LifecycleConfiguration"]["Rule"]:
        assert rule["Prefix"] or rule["Filter"] == {"Not": {"Prefix": ".dlsdata/"}}
        assert not (rule["Prefix"] == "" and "Expiration" in rule)
    assert stack["deletionProtection"] == "Enabled"
    assert stack["retainAllResources"] is True


def test_expiring_folders_become_rules_of_the_template() -> None:
    template = hdfs_template("b", HdfsBucket(expire_days={"inventory/": 9}), {})
    rules = template["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rule"]
    assert {"ID": "expire-inventory/", "Prefix": "inventory/", "Status": "Enabled", "Expiration": {"Days": 9}} in rules


def test_the_plain_bucket_cleans_up_uploads_old_versions_and_logs(graph: Graph) -> None:
    bucket = graph.one("alicloud:oss/bucket:Bucket", "storage-files").inputs
    clean_up, logs = bucket["lifecycleRules"]
    assert clean_up["abortMultipartUploads"] == [{"days": 7}]
    assert clean_up["noncurrentVersionExpirations"] == [{"days": 30}]
    assert "expirations" not in clean_up
    assert (logs["prefix"], logs["expirations"]) == ("logs/", [{"days": 90}])
    assert bucket["versioning"] == {"status": "Enabled"}


def test_hdfs_comes_after_its_service_role_and_guards_after_their_bucket(graph: Graph) -> None:
    role = graph.one("Role", "storage-service-role")
    stack = graph.one("alicloud:ros/stack:Stack", "storage-hdfs")
    assert role.inputs["roleName"] == "AliyunOSSDlsDefaultRole"
    assert role.urn in stack.dependencies
    assert graph.one("BucketPolicy", "storage-hdfs-policy").dependencies == [stack.urn]


def test_everything_that_takes_tags_says_where_it_comes_from(graph: Graph) -> None:
    for kind in ("Stack", "Bucket", "Role"):
        for resource in graph.of_type(kind):
            tags = resource.inputs["tags"]
            assert tags["env"] == "dev"
            assert tags["pulumi:resource"] == resource.name
    template = json.loads(graph.one("alicloud:ros/stack:Stack", "storage-hdfs").inputs["templateBody"])
    assert template["Resources"]["Bucket"]["Properties"]["Tags"]["pulumi:stack"] == "test"


def test_outputs_are_known_before_anything_exists() -> None:
    preview = record(lambda: Storage("storage", DEV), known=False)  # type: ignore[arg-type]
    outputs = preview.one("Storage", "storage").outputs
    assert outputs["hdfsRoot"] == "oss://acme-dev-hdfs.cn-hangzhou.oss-dls.aliyuncs.com"
    assert outputs["eventLogDir"].endswith("/spark-history")
    assert [r.urn for r in preview] == [r.urn for r in storage()]
    assert not preview.warnings


def test_existing_buckets_are_used_and_left_alone() -> None:
    theirs = {"hdfs_mode": "preexisting", "hdfs_bucket": "their-data", "files_mode": "preexisting"}
    alone = storage(**theirs, files_bucket="their-files")
    assert [r for r in alone if r.custom] == []
    assert alone.one("Storage", "storage").outputs["filesRoot"] == "oss://their-files"


def test_an_adopted_bucket_gets_the_guards_only() -> None:
    adopted = storage(hdfs_mode="preexisting", hdfs_bucket="their-data", hdfs_adopt=True, hdfs_encryption="KMS")
    theirs = [r for r in adopted if r.inputs.get("bucket") == "their-data"]
    assert len(theirs) == 4
    assert adopted.of_type("alicloud:ros/stack:Stack") == []
