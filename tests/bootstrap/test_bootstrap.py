import fnmatch
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bootstrap.names import SESSION_SECONDS, role_name, state_url
from bootstrap.rights import MAX_DOCUMENT, actions, policies, subjects, trust
from bootstrap.settings import BootstrapSettings
from components.base.mistakes import InputError
from replay import Graph, ReplayError, replay
from tests.conftest import ROOT, STACKS, GraphOf

PROGRAM = ROOT / "bootstrap"
CHECK_GRAPH = ROOT.parent / "shared" / "engine" / "check_graph.py"
CLOUD_STACKS = [s for s in STACKS if s != "sandbox"]


def example(**more: Any) -> dict[str, Any]:
    """The example's settings, some keys replaced."""
    config = yaml.safe_load((PROGRAM / "Pulumi.example.yaml").read_text())["config"]
    return {**config["spark-on-ack-bootstrap:settings"], **more}


def settings(**more: Any) -> BootstrapSettings:
    return BootstrapSettings.read(example(**more))


def refusals(**more: Any) -> list[str]:
    with pytest.raises(InputError) as refused:
        settings(**more)
    return refused.value.sentences


@cache
def graph(known: bool) -> Graph:
    return replay("example", program=PROGRAM, known=known)


def statements(document: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(document)["Statement"]
    return statements


def may(document: str, action: str, resource: str) -> bool:
    return any(
        action in s["Action"] and any(fnmatch.fnmatchcase(resource, r) for r in s["Resource"])
        for s in statements(document)
    )


def test_the_first_preview_shows_every_resource() -> None:
    assert {r.urn for r in graph(True)} == {r.urn for r in graph(False)}


def test_the_state_bucket_is_versioned_encrypted_private_and_kept() -> None:
    bucket = graph(True).one("Bucket", "state-bucket")
    assert bucket.inputs["versioning"] == {"status": "Enabled"}
    assert bucket.inputs["forceDestroy"] is False
    for kind in (
        "Bucket",
        "BucketServerSideEncryption",
        "BucketPublicAccessBlock",
        "BucketHttpsConfig",
        "BucketPolicy",
    ):
        (resource,) = graph(True).of_type(kind)
        assert resource.inputs["bucket"] == "example-pulumi-state"
        assert resource.options["protect"]
        assert resource.options["retainOnDelete"]
    (encryption,) = graph(True).of_type("BucketServerSideEncryption")
    assert encryption.inputs["sseAlgorithm"] == "AES256"
    (block,) = graph(True).of_type("BucketPublicAccessBlock")
    assert block.inputs["blockPublicAccess"] is True
    (policy,) = graph(True).of_type("BucketPolicy")
    (deny,) = statements(policy.inputs["policy"])
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"Bool": {"acs:SecureTransport": ["false"]}}


def test_old_states_are_kept_and_current_ones_never_expire() -> None:
    (rule,) = graph(True).one("Bucket", "state-bucket").inputs["lifecycleRules"]
    assert rule["noncurrentVersionExpirations"] == [{"days": 365}]
    assert "expirations" not in rule


def test_each_environment_gets_a_role_that_reads_and_one_that_changes() -> None:
    names = {r.inputs["roleName"] for r in graph(True).of_type("alicloud:ram/role:Role")}
    assert names == {role_name(e, k) for e in ("dev", "staging", "prod") for k in ("preview", "deploy")}
    assert {r.inputs["maxSessionDuration"] for r in graph(True).of_type("alicloud:ram/role:Role")} == {SESSION_SECONDS}


def test_no_role_can_do_everything() -> None:
    assert {r.inputs["policyType"] for r in graph(True).of_type("RolePolicyAttachment")} == {"Custom"}
    for policy in graph(True).of_type("alicloud:ram/policy:Policy"):
        for statement in statements(policy.inputs["policyDocument"]):
            assert "*" not in "".join(statement["Action"]), policy.name
            if "*" in statement["Resource"]:  # some reads are authorized for all resources only
                assert [a for a in statement["Action"] if ":Describe" not in a] == [], policy.name


def test_the_preview_role_can_change_nothing() -> None:
    reading = re.compile(r"\w+:(Describe|Get|List|Check)\w+")
    inside = {"eci:CreateContainerGroup", "eci:DeleteContainerGroup", "oss:PutObject", "oss:DeleteObject"}
    for part, document in policies(settings(), settings().environments[0], "preview").items():
        for statement in statements(document):
            changing = {a for a in statement["Action"] if not reading.fullmatch(a)}
            assert changing <= inside, part
            for resource in statement["Resource"] if changing else ():  # where its own work inside the VPC is
                assert resource.endswith((":containergroup/*", "/runs/dev-preview/*")), part
    quiet = settings(environments=[{"name": "dev"}])
    for document in policies(quiet, quiet.environments[0], "preview").values():
        assert [a for s in statements(document) for a in s["Action"] if not reading.fullmatch(a)] == []


def test_no_role_reads_what_another_role_hands_to_the_vpc() -> None:
    for environment in settings().environments:
        document = policies(settings(), environment, "preview")["state"]
        bucket = "acs:oss:*:1234567890123456:example-pulumi-state"
        assert may(document, "oss:GetObject", f"{bucket}/runs/{environment.name}-preview/x/checkout.tgz")
        assert not may(document, "oss:GetObject", f"{bucket}/runs/{environment.name}-deploy/x/checkout.tgz")


def test_each_environment_has_a_vpc_that_ci_works_in_and_a_namespace_of_the_registry() -> None:
    exports = graph(True).exports
    assert set(exports["networks"]) == {"dev", "staging", "prod"}
    assert set(exports["networks"]["dev"]) == {"vpcId", "vswitchIds", "securityGroupId", "ciSecurityGroupId"}
    stacks = {stack: yaml.safe_load((ROOT / f"stacks/Pulumi.{stack}.yaml").read_text()) for stack in CLOUD_STACKS}
    cidrs = {s: c["config"]["spark-on-ack:network"]["cidr"] for s, c in stacks.items()}
    assert {r.name.removesuffix("-network-vpc"): r.inputs["cidrBlock"] for r in graph(True).of_type("Network")
            if r.custom} == cidrs  # fmt: skip
    rules = [r.inputs for r in graph(True).of_type("SecurityGroupRule") if "-ci-" in r.name]
    assert {(r["type"], r["portRange"]) for r in rules} == {("egress", f"{p}/{p}") for p in (53, 443, 6443)}
    namespaces = {r.inputs["name"] for r in graph(True).of_type("RegistryEnterpriseNamespace")}
    assert namespaces == {"spark-dev", "spark-staging", "spark-prod"}
    [instance] = graph(True).of_type("RegistryEnterpriseInstance")
    names = {c["config"]["spark-on-ack:registry"]["instance_name"] for c in stacks.values()}
    assert names == {instance.inputs["instanceName"]}


def test_a_policy_fits_into_what_ram_allows_with_everything_switched_on() -> None:
    one = {
        "name": "environment-of-20-ch", "bucket_prefix": "p" * 48, "role_prefix": "r" * 48, "make_service_role": True,
        "buckets": ["b" * 63, "c" * 63], "extra_actions": [f"cs:Describe{'X' * 20}{c}" for c in "ABCDEFGHIJ"],
    }  # fmt: skip
    state = {"bucket": "s" * 63, "encryption": "KMS", "kms_key": "key-" + "k" * 40}
    large = settings(environments=[one], state=state)
    for kind in ("preview", "deploy"):
        for part, document in policies(large, large.environments[0], kind).items():
            assert len(document) <= MAX_DOCUMENT, (kind, part)


def test_state_of_another_stack_is_out_of_reach() -> None:
    document = policies(settings(), settings().environments[0], "deploy")["state"]
    bucket = "acs:oss:*:1234567890123456:example-pulumi-state/.pulumi"
    for path in ("stacks/spark-on-ack/dev.json", "history/spark-on-ack/dev/dev-1.history.json"):
        assert may(document, "oss:PutObject", f"{bucket}/{path}")
    for path in (
        "stacks/spark-on-ack/dev2.json",
        "stacks/spark-on-ack/prod.json",
        "locks/organization/other/dev/1.json",
    ):
        assert not may(document, "oss:PutObject", f"{bucket}/{path}")
        assert not may(document, "oss:GetObject", f"{bucket}/{path}")


def test_deploy_can_take_and_give_back_the_lock_and_preview_cannot() -> None:
    lock = "acs:oss:*:1234567890123456:example-pulumi-state/.pulumi/locks/organization/spark-on-ack/dev/1.json"
    for kind, allowed in (("deploy", True), ("preview", False)):
        document = policies(settings(), settings().environments[0], kind)["state"]  # type: ignore[arg-type]
        assert may(document, "oss:PutObject", lock) is allowed
        assert may(document, "oss:DeleteObject", lock) is allowed


def test_deploy_cannot_give_itself_or_others_more_rights() -> None:
    document = policies(settings(), settings().environments[0], "deploy")["cloud"]
    account = "acs:ram:*:1234567890123456"
    assert may(document, "ram:AttachPolicyToRole", f"{account}:role/spark-on-ack-dev-payments")
    for other in (
        f"{account}:role/spark-on-ack-ci-dev-deploy",
        f"{account}:role/spark-on-ack-prod-payments",
        "acs:ram:*:system:policy/AdministratorAccess",
    ):
        assert not may(document, "ram:AttachPolicyToRole", other)
        assert not may(document, "ram:UpdateRole", other)


def test_without_make_roles_deploy_only_reads_ram() -> None:
    environment = {**example()["environments"][0], "make_roles": False}
    one = settings(environments=[environment])
    names = [a for s in statements(policies(one, one.environments[0], "deploy")["cloud"]) for a in s["Action"]]
    assert {a for a in names if a.startswith("ram:")} == {
        "ram:ListRoles", "ram:GetRole", "ram:ListPoliciesForRole", "ram:ListTagResources", "ram:GetPolicy",
        "ram:GetPolicyVersion", "ram:ListPolicies",
        "ram:ListPolicyVersions", "ram:ListEntitiesForPolicy",
    }  # fmt: skip


def test_extra_actions_reach_the_region_of_the_environment_only() -> None:
    one = settings(environments=[{"name": "dev", "extra_actions": ["slb:DescribeLoadBalancers"]}])
    document = policies(one, one.environments[0], "deploy")["cloud"]
    assert may(document, "slb:DescribeLoadBalancers", "acs:slb:cn-hangzhou:1234567890123456:lb-1")
    assert not may(document, "slb:DescribeLoadBalancers", "acs:slb:cn-shanghai:1234567890123456:lb-1")
    assert "slb:" not in policies(one, one.environments[0], "preview")["cloud"]


def used_types() -> set[str]:
    """Tokens of the provider's resources and functions that the components' source names."""
    tokens = set()
    for path in (ROOT / "components").rglob("*.py"):
        for module, name in re.findall(r"alicloud\.(?:(\w+)\.)?(\w+)\(", path.read_text()):
            if name.startswith("get_"):
                camel = re.sub(r"_(\w)", lambda m: m[1].upper(), name.removesuffix("_output"))
                tokens.add(f"alicloud:{module or 'index'}/{camel}:{camel}")
            elif name[0].isupper() and not name.endswith(("Args", "ArgsDict")):
                tokens.add(f"alicloud:{module}/{name[0].lower()}{name[1:]}:{name}")
    return tokens


def test_the_rights_of_every_type_the_program_uses_are_listed_and_no_others() -> None:
    assert used_types() == set(actions())


def test_a_type_without_its_rights_listed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    less = {k: v for k, v in actions().items() if k != "alicloud:ros/stack:Stack"}
    assert used_types() != set(less)


@pytest.mark.parametrize("stack", CLOUD_STACKS)
def test_the_example_covers_what_each_stack_makes(stack: str, graph_of: GraphOf) -> None:
    environment = next(e for e in settings().environments if e.name == stack)
    document = policies(settings(), environment, "deploy")["cloud"]
    resources = [r for r in graph_of(stack, True) if r.type.startswith("alicloud:")]
    assert resources
    assert {r.type for r in resources} <= set(actions())
    account = settings().account
    for r in resources:
        if r.kind == "Bucket":
            assert may(document, "oss:PutBucket", f"acs:oss:*:{account}:{r.inputs['bucket']}")
        if r.kind == "Role":
            assert may(document, "ram:CreateRole", f"acs:ram:*:{account}:role/{r.inputs['roleName']}")
        if r.kind == "Policy":
            assert may(document, "ram:CreatePolicy", f"acs:ram:*:{account}:policy/{r.inputs['policyName']}")


def test_a_job_is_known_by_its_github_environment() -> None:
    dev = settings().environments[0]
    assert subjects(settings(), dev, "deploy") == ("repo:example/spark-platform:environment:dev",)
    assert subjects(settings(), dev, "preview") == ("repo:example/spark-platform:environment:dev-preview",)


def test_repositories_with_immutable_ids_are_known_by_them() -> None:
    new = settings(github={"repository": "o/r", "owner_id": "12", "repository_id": "34"})
    assert subjects(new, new.environments[0], "deploy") == ("repo:o@12/r@34:environment:dev",)


def test_on_gitlab_only_the_protected_branch_deploys() -> None:
    lab = settings(github=None, gitlab={"project": "group/sub/spark"})
    assert subjects(lab, lab.environments[0], "deploy") == ("project_path:group/sub/spark:ref_type:branch:ref:main",)
    (condition,) = [s["Condition"] for s in statements(trust("arn", "https://gitlab.com", ("a:ref:*",)))]
    assert condition["StringLike"] == {"oidc:sub": ["a:ref:*"]}
    assert condition["StringEquals"]["oidc:iss"] == ["https://gitlab.com"]


def test_a_token_is_compared_in_issuer_audience_and_subject() -> None:
    for role in graph(True).of_type("alicloud:ram/role:Role"):
        (statement,) = statements(role.inputs["assumeRolePolicyDocument"])
        assert set(statement["Condition"]) == {"StringEquals"}
        assert set(statement["Condition"]["StringEquals"]) == {"oidc:aud", "oidc:iss", "oidc:sub"}
        assert role.dependencies  # RAM refuses a role that trusts a provider that does not exist


def test_the_backend_url_is_virtual_hosted() -> None:
    url = graph(True).exports["stateUrl"]
    assert url == state_url("example-pulumi-state", "cn-hangzhou")
    assert "s3ForcePathStyle" not in url


def test_environments_that_reach_into_each_other_are_refused() -> None:
    sentences = refusals(
        environments=[
            {"name": "dev", "bucket_prefix": "acme-spark"},
            {"name": "dev-eu", "bucket_prefix": "acme-spark-eu"},
        ]
    )
    assert sentences == [
        "environments[0].role_prefix: rights on the roles spark-on-ack-dev-* would reach spark-on-ack-dev-eu-; "
        "allowed: another role_prefix",
        "environments[0].bucket_prefix: rights on the buckets acme-spark-* would reach acme-spark-eu-; "
        "allowed: another prefix",
    ]
    sentences = refusals(
        environments=[{"name": "a1", "bucket_prefix": "acme"}, {"name": "b1", "bucket_prefix": "acme-b"}]
    )
    assert sentences == [
        "environments[0].bucket_prefix: rights on the buckets acme-* would reach acme-b-; allowed: another prefix"
    ]


def test_an_environment_cannot_reach_the_state_or_the_roles_of_ci() -> None:
    assert "would reach example-pulumi-state" in refusals(environments=[{"name": "dev", "bucket_prefix": "example"}])[0]
    assert "spark-on-ack-ci-ci-preview" in refusals(environments=[{"name": "ci"}])[0]


def test_mistakes_are_told_all_at_once() -> None:
    sentences = refusals(account="12", github={"repositry": "o/r"}, environments=[{"name": "Dev"}])
    assert len(sentences) == 4
    assert any("did you mean 'repository'?" in s for s in sentences)


def test_one_ci_server_is_needed() -> None:
    assert "exactly one" in refusals(github=None)[0]
    assert "exactly one" in refusals(gitlab={"project": "g/p"})[0]


def test_a_misspelt_top_level_key_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "Pulumi.wrong.yaml"
    config.write_text("config:\n  spark-on-ack-bootstrap:setings: {}\n")
    with pytest.raises(ReplayError, match="did you mean 'settings'") as refused:
        replay("wrong", program=PROGRAM, config=config)
    assert "settings: missing" in str(refused.value)


@pytest.mark.skipif(not CHECK_GRAPH.exists(), reason="needs the table of the provider's schema beside the checkout")
def test_every_cloud_input_fits_the_providers_schema(tmp_path: Path) -> None:
    plain = [{"type": r.type, "name": r.name, "inputs": r.inputs} for r in graph(True)]
    (tmp_path / "graph.json").write_text(json.dumps(plain))
    done = subprocess.run(
        [sys.executable, str(CHECK_GRAPH), str(tmp_path / "graph.json")],
        cwd=CHECK_GRAPH.parent, env={"PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
