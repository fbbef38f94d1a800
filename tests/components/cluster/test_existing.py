"""Cluster of flavour existing: access, secrecy, identity."""

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.base.mistakes import InputError
from components.cluster.component import Cluster
from replay.graph import SECRET, Graph
from tests.support import record

PROVIDER = "pulumi:providers:kubernetes"


def build(**args: object) -> Graph:
    return record(lambda: Cluster("c", {"flavour": "existing", **args}))  # type: ignore[arg-type]


def test_a_kubeconfig_is_a_secret_input_and_output() -> None:
    graph = build(kubeconfig="apiVersion: v1")
    assert graph.one(PROVIDER, "c-kubernetes").inputs["kubeconfig"][SECRET] is True
    assert graph.one("Cluster", "c").outputs["kubeconfig"][SECRET] is True
    assert "apiVersion: v1" not in str(
        {k: v for k, v in graph.one("Cluster", "c").outputs.items() if k != "kubeconfig"}
    )


def test_a_kubeconfig_that_is_known_later_is_taken_too() -> None:
    graph = record(lambda: Cluster("c", {"flavour": "existing", "kubeconfig": pulumi.Output.from_input("kube")}))
    assert graph.one(PROVIDER, "c-kubernetes").inputs["kubeconfig"][SECRET] is True


def test_a_kubeconfig_file_stays_a_path() -> None:
    graph = build(existing_kubeconfig_file="out/kubeconfig", existing_context="admin")
    inputs = graph.one(PROVIDER, "c-kubernetes").inputs
    assert (inputs["kubeconfig"], inputs["context"]) == ("out/kubeconfig", "admin")


def test_the_provider_is_replaced_only_with_the_cluster_and_takes_over_what_is_there() -> None:
    inputs = build(existing_kubeconfig_file="k", existing_cluster_id="c123").one(PROVIDER, "c-kubernetes").inputs
    assert inputs["clusterIdentifier"] == "c123"
    flags = ("enableServerSideApply", "upsertExistingObjects", "enableConfigMapMutable", "enableSecretMutable")
    assert [inputs[f] for f in flags] == ["true"] * 4


@pytest.mark.parametrize(
    ("args", "identifier"),
    [
        ({"existing_kubeconfig_file": "f"}, "f"),
        ({"existing_kubeconfig_file": "f", "existing_context": "x"}, "x"),
        ({"kubeconfig": "secret"}, "existing"),
    ],
)
def test_without_an_id_the_identifier_is_what_the_stack_file_says(args: dict[str, str], identifier: str) -> None:
    graph = build(**args)
    assert graph.one(PROVIDER, "c-kubernetes").inputs["clusterIdentifier"] == identifier
    assert graph.one("Cluster", "c").outputs["clusterId"] == identifier


def test_nothing_but_the_provider_and_the_remembered_flavour_is_registered() -> None:
    types = {r.type for r in build(existing_context="x")}
    assert types == {PROVIDER, "pulumi:index:Stash", "spark-on-ack:index:Cluster"}


def test_the_facts_of_identities_pass_through() -> None:
    arn, issuer = "acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1", "https://issuer.example/c1"
    outputs = build(
        existing_context="x", existing_oidc_provider_arn=arn, existing_oidc_issuer_url=issuer
    ).one("Cluster", "c").outputs  # fmt: skip
    assert (outputs["oidcProviderArn"], outputs["oidcIssuerUrl"]) == (arn, issuer)


def test_objects_made_through_the_provider_name_it() -> None:
    def program() -> None:
        cluster = Cluster("c", {"flavour": "existing", "existing_context": "x"})
        k8s.core.v1.Namespace("n", metadata={"name": "n"}, opts=pulumi.ResourceOptions(provider=cluster.provider))

    graph = record(program)
    assert "c-kubernetes" in graph.one("Namespace", "n").provider


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({}, "kubeconfig: missing; flavour existing needs access to the cluster"),
        ({"existing_kube_config_file": "x"}, "did you mean 'existing_kubeconfig_file'?"),
        (
            {"existing_context": "x", "existing_oidc_provider_arn": "arn:aws:iam::1"},
            "existing_oidc_provider_arn: 'arn:aws:iam::1' is not allowed; allowed: an ARN such as acs:ram::",
        ),
    ],
)
def test_wrong_access_is_refused(args: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        build(**args)
    assert sentence in str(caught.value)
