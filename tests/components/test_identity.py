"""Identity: one role a workload, by either mechanism, or the role that exists."""

import json
from typing import Any

import pulumi
import pytest

from components.base.mistakes import InputError
from components.identity.component import MAX_ROLE_NAME, Identity, role_name_of
from components.identity.inputs import IdentityInputs
from tests.support import record

ADS: dict[str, Any] = {
    "workload": "ads",
    "namespace": "spark-ads",
    "service_accounts": ["spark-driver", "spark-executor"],
    "hdfs_bucket": "acme-hdfs",
    "files_bucket": "acme-files",
    "write_folders": ["teams/ads/"],
    "tags": {"env": "dev"},
}
OIDC = {"oidc_provider_arn": "acs:ram::1:oidc-provider/ack-rrsa-c1", "oidc_issuer_url": "https://issuer/c1"}


def test_the_eci_role_is_for_ecs_and_carries_the_workloads_rights() -> None:
    graph = record(lambda: Identity("ads", ADS))  # type: ignore[arg-type]
    role, policy = graph.one("Role", "ads-role"), graph.one("Policy", "ads-policy")
    trust = json.loads(role.inputs["assumeRolePolicyDocument"])
    assert trust["Statement"][0]["Principal"] == {"Service": ["ecs.aliyuncs.com"]}
    assert role.inputs["roleName"] == policy.inputs["policyName"] == "spark-on-ack-test-ads"
    assert role.inputs["force"] is True
    assert role.inputs["tags"] == {
        "env": "dev",
        "pulumi:project": "spark-on-ack",
        "pulumi:stack": "test",
        "pulumi:resource": "ads-role",
    }
    rights = json.dumps(json.loads(policy.inputs["policyDocument"]))
    assert "acme-hdfs/.dlsdata" in rights
    assert "acme-files/teams/ads/*" in rights
    assert graph.one("Identity", "ads").outputs == {
        "roleName": "spark-on-ack-test-ads",
        "roleArn": "acs:ram::1234567890123456:role/spark-on-ack-test-ads",
    }


def test_the_rrsa_role_is_for_the_accounts_of_one_namespace_also_when_the_cluster_comes_later() -> None:
    def build() -> None:
        outputs = {k: pulumi.Output.from_input(v) for k, v in OIDC.items()}
        Identity("ads", ADS | {"mode": "rrsa"} | outputs)  # type: ignore[arg-type]

    trust = json.loads(record(build).one("Role", "ads-role").inputs["assumeRolePolicyDocument"])
    subjects = trust["Statement"][0]["Condition"]["StringEquals"]["oidc:sub"]
    assert subjects == [
        "system:serviceaccount:spark-ads:spark-driver",
        "system:serviceaccount:spark-ads:spark-executor",
    ]


def test_a_cluster_without_oidc_provider_stops_the_update_with_a_sentence() -> None:
    def build() -> None:
        empty = {k: pulumi.Output.from_input("") for k in OIDC}
        Identity("ads", ADS | {"mode": "rrsa"} | empty)  # type: ignore[arg-type]

    with pytest.raises((InputError, RuntimeError), match="allowed: a cluster with RRSA on"):
        record(build)


def test_a_wildcard_that_arrives_as_an_output_never_becomes_a_right() -> None:
    def build() -> None:
        Identity("ads", ADS | {"hdfs_bucket": pulumi.Output.from_input("*")})  # type: ignore[arg-type]

    with pytest.raises((InputError, RuntimeError), match="hdfs_bucket: its value is not allowed"):
        record(build)


def test_names_are_unique_so_replacements_delete_first_and_attachments_go_before_roles() -> None:
    graph = record(lambda: Identity("ads", ADS))  # type: ignore[arg-type]
    custom = [r for r in graph if r.custom]
    assert len(custom) == 3
    assert all(r.options["deleteBeforeReplace"] for r in custom)
    attachment = graph.one("RolePolicyAttachment", "ads-attachment")
    assert set(attachment.property_dependencies) == {"roleName", "policyName"}


def test_an_existing_role_is_used_and_nothing_is_made() -> None:
    roles = {"ads": "acs:ram::42:role/their-role"}
    graph = record(lambda: Identity("ads", ADS | OIDC | {"mode": "rrsa", "existing_roles": roles}))  # type: ignore[arg-type]
    assert [r for r in graph if r.custom] == []
    outputs = graph.one("Identity", "ads").outputs
    assert outputs == {"roleName": "their-role", "roleArn": "acs:ram::42:role/their-role"}


def test_a_preview_has_the_same_urns_and_knows_the_role_name() -> None:
    preview = record(lambda: Identity("ads", ADS), known=False)  # type: ignore[arg-type]
    assert [r.urn for r in preview] == [r.urn for r in record(lambda: Identity("ads", ADS))]  # type: ignore[arg-type]
    assert preview.one("Identity", "ads").outputs["roleName"] == "spark-on-ack-test-ads"


def test_role_names_fit_and_stay_apart() -> None:
    long = "x" * 70
    one, two = role_name_of(long, "ads"), role_name_of(long, "ads2")
    assert len(one) == len(two) == MAX_ROLE_NAME
    assert one != two
    assert role_name_of("Spark on ACK-dev", "ads") == "spark-on-ack-dev-ads"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"mode": "oidc"}, "mode: 'oidc' is not allowed; allowed: eci, rrsa"),
        (
            {"mode": "rrsa"},
            "oidc_provider_arn: missing; mode rrsa needs it; allowed: the cluster's output of that name",
        ),
        (
            {"mode": "rrsa", "existing_roles": {"ads": "their-role"}},
            "existing_roles: ads: 'their-role' is a name; mode rrsa needs the ARN; allowed: acs:ram",
        ),
        ({"existing_roles": {"ads": "no spaces please"}}, "allowed: a RAM role by name or by ARN"),
        ({"write_folders": ["teams/*/"]}, "'teams/*/' is not a folder; allowed: prefixes such as 'teams/payments/'"),
        ({"write_folders": [""]}, "'' is not a folder"),
        ({"read_folders": ["/x/"]}, "'/x/' is not a folder"),
        ({"files_bucket": None}, "files_bucket: missing; folders need it; allowed: the bucket the folders are in"),
        ({"hdfs_bucket": None, "write_folders": []}, "hdfs_bucket: missing; the role would have no rights"),
        ({"hdfs_bucket": "*"}, "hdfs_bucket: '*' is not allowed; allowed: 3 to 63 lower-case"),
        ({"files_bucket": "acme-*"}, "files_bucket: 'acme-*' is not allowed"),
        ({"kms_key": "*"}, "kms_key: '*' is not allowed; allowed: a KMS key id"),
        ({"service_accounts": []}, "service_accounts: () is not allowed; allowed: a list, each a Kubernetes name"),
        ({"workload": "Ads"}, "workload: 'Ads' is not allowed; allowed: 1 to 40 lower-case letters"),
    ],
)
def test_a_wrong_input_is_refused_with_its_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        IdentityInputs.of(ADS | change, "Identity ads")
    assert [s for s in caught.value.sentences if sentence in s], caught.value.sentences
