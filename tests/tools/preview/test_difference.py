"""What an update does, told from two graphs."""

from typing import Any

from replay.graph import SECRET, Graph, Resource
from tests.alicloud_types import takes
from tests.conftest import STACKS, GraphOf
from tools.preview.difference import Change, compare, replacements
from tools.preview.values import differences, words
from tools.preview.words import alike, consequences

HEAD = "urn:pulumi:test::spark-on-ack::"
BUCKET, POLICY = "alicloud:oss/bucket:Bucket", "alicloud:oss/bucketPolicy:BucketPolicy"
CLUSTER, PROVIDER = "alicloud:cs/managedKubernetes:ManagedKubernetes", "pulumi:providers:kubernetes"
CONFIG_MAP, OWN = "kubernetes:core/v1:ConfigMap", "spark-on-ack:index:Storage"


def urn(type_: str, name: str, parent: str = "") -> str:
    return f"{HEAD}{f'{parent}$' if parent else ''}{type_}::{name}"


def resource(type_: str, name: str, inputs: dict[str, Any] | None = None, **more: Any) -> Resource:
    parent = more.pop("parent", "")
    own = urn(type_, name, parent.split("::")[2] if parent else "")
    return Resource(own, type_, name, not type_.startswith("spark"), inputs or {}, parent, **more)


def changes(before: list[Resource], after: list[Resource]) -> list[Change]:
    return compare(Graph("test", before), Graph("test", after))


def test_equal_graphs_have_no_changes(graph_of: GraphOf) -> None:
    assert compare(graph_of("dev", True), graph_of("dev", True)) == []


def test_added_and_removed_resources_are_found() -> None:
    result = changes([resource(BUCKET, "a")], [resource(BUCKET, "b")])
    assert [(c.kind, c.resource.name) for c in result] == [("removed", "a"), ("added", "b")]


def test_a_removed_bucket_says_what_is_lost_and_a_kept_one_that_it_stays() -> None:
    gone, kept = resource(BUCKET, "a"), resource(BUCKET, "b", options={"retainOnDelete": True, "protect": True})
    first, second = changes([gone, kept], [])
    assert consequences(first) == ["data or running jobs are lost", "lost: all objects in the bucket"]
    assert consequences(second) == [
        "it stays in the cloud but is no longer managed",
        "refused: it is protected: the update stops here until the protection is removed",
    ]


def test_a_property_that_cannot_change_in_place_replaces_the_resource() -> None:
    before = resource(BUCKET, "a", {"bucket": "old", "tags": {"x": "1"}})
    (change,) = changes([before], [resource(BUCKET, "a", {"bucket": "new", "tags": {"x": "2"}})])
    assert change.kind == "replaced"
    assert [(p.path, p.replaces) for p in change.properties] == [("bucket", True), ("tags.x", False)]
    (change,) = changes([before], [resource(BUCKET, "a", {"bucket": "old", "tags": {"x": "2"}})])
    assert (change.kind, change.lost) == ("changed", "")


def test_ignored_changes_are_no_changes() -> None:
    before, after = (resource(BUCKET, "a", {"policy": p}, options={"ignoreChanges": ["policy"]}) for p in "12")
    assert changes([before], [after]) == []


def test_a_replaced_cluster_drags_its_provider_and_every_object_along() -> None:
    def graph(profile: str) -> list[Resource]:
        cluster = resource(CLUSTER, "ack", {"profile": profile})
        depends = {"clusterIdentifier": [cluster.urn]}
        provider = resource(PROVIDER, "k8s", {"clusterIdentifier": "c"}, property_dependencies=depends)
        meta = {"apiVersion": "v1", "metadata": {"name": "m", "namespace": "n"}}
        return [cluster, provider, resource(CONFIG_MAP, "m", meta, provider=f"{provider.urn}::id")]

    result = changes(graph("Default"), graph("Serverless"))
    assert [(c.kind, c.resource.name, c.because) for c in result] == [
        ("replaced", "ack", ""), ("replaced", "m", "k8s"), ("replaced", "k8s", "ack"),
    ]  # fmt: skip


def test_a_new_id_that_reaches_a_changeable_property_replaces_nothing_more() -> None:
    def graph(name: str) -> list[Resource]:
        bucket = resource(BUCKET, "b", {"bucket": name})
        return [bucket, resource("alicloud:ram/policy:Policy", "p", {}, property_dependencies={"doc": [bucket.urn]})]

    assert [c.resource.name for c in changes(graph("x"), graph("y"))] == ["b"]


def test_a_renamed_component_is_a_rename_of_its_children_too() -> None:
    old = resource(OWN, "storage")
    new = resource(OWN, "lake", options={"aliases": [{"spec": {"name": "storage"}}]})
    child = resource(BUCKET, "storage-files", {"bucket": "x"}, parent=old.urn)
    heir = resource(BUCKET, "lake-files", {"bucket": "x"}, parent=new.urn)
    result = changes([old, child], [new, heir])
    assert [(c.kind, c.resource.name, c.was.name if c.was else "") for c in result] == [
        ("renamed", "lake-files", "storage-files"), ("renamed", "lake", "storage"),
    ]  # fmt: skip


def test_an_alias_by_urn_or_by_type_is_followed_and_without_one_data_is_lost() -> None:
    old = resource(BUCKET, "old", {"bucket": "x"})
    by_urn = resource(BUCKET, "new", {"bucket": "x"}, options={"aliases": [{"urn": old.urn}]})
    assert [c.kind for c in changes([old], [by_urn])] == ["renamed"]
    assert [c.kind for c in changes([old], [resource(BUCKET, "new", {"bucket": "x"})])] == ["removed", "added"]
    beta = resource("kubernetes:apps/v1beta1:StatefulSet", "s")
    now = resource("kubernetes:apps/v1:StatefulSet", "s", options={"aliases": [{"spec": {"type": beta.type}}]})
    assert [c.kind for c in changes([beta], [now])] == ["renamed"]


def test_secrets_are_never_printed_but_a_change_of_one_is_told() -> None:
    before, after = ({"k": {SECRET: True, "value": v}} for v in ("hunter1", "hunter2"))
    assert list(differences(before, after)) == [(("k",), "(secret)", "(another secret)")]
    assert "hunter" not in repr(list(differences({"k": None, "l": [1]}, {"k": after["k"], "l": [before["k"]]})))


def test_json_texts_lists_and_long_texts_are_looked_into() -> None:
    def told(a: Any, b: Any) -> list[tuple[str, str, str]]:
        return [(words(p), x, y) for p, x, y in differences({"v": a}, {"v": b})]

    assert told('{"a": {"b": 1}}', '{"a": {"b": 2}}') == [("v.a.b", "1", "2")]
    assert told("one\ntwo\nthree", "one\n2\nthree") == [("v", "two", "2")]
    assert told(["a", "b"], ["a", "x", "b"]) == [("v[1]", "(none)", "x")]
    assert told([{"name": "main", "image": "1"}], [{"name": "main", "image": "2"}]) == [("v.main.image", "1", "2")]
    assert len(told("a" * 900, "b" * 900)[0][1]) == 160


def test_changes_that_differ_only_by_team_are_told_once() -> None:
    def quota(team: str, pods: int) -> Resource:
        meta = {"apiVersion": "v1", "metadata": {"namespace": f"spark-{team}", "name": "q"}}
        return resource("kubernetes:core/v1:ResourceQuota", f"{team}-workspace-quota", meta | {"spec": {"pods": pods}})

    teams = ("ads", "risk", "web")
    result = changes([quota(t, 1) for t in teams], [quota(t, 3 if t == "web" else 2) for t in teams])
    assert [(c.resource.name, more) for c, more in alike(result)] == [
        ("ads-workspace-quota", 1), ("web-workspace-quota", 0),
    ]  # fmt: skip


def test_every_cloud_type_of_the_stacks_says_what_replaces_it_by_properties_the_sdk_has(graph_of: GraphOf) -> None:
    types = {r.type for s in STACKS for r in graph_of(s, True) if r.type.startswith("alicloud:")}
    assert types - set(replacements()) == set()
    for token, entry in replacements().items():
        assert entry["lost"]
        for key in entry["properties"] if token.startswith("alicloud:") else []:
            assert takes(token, key.partition(".")[0]), f"{token} has no {key}"


def test_a_stash_refuses_another_value_but_not_one_more() -> None:
    def stash(**ranges: str) -> list[Resource]:
        return [resource("pulumi:index:Stash", "as-made", {"input": {"ranges": ranges}})]

    assert [c.refused for c in changes(stash(h="10.0.0.0/19"), stash(h="10.0.0.0/19", i="10.0.32.0/19"))] == [""]
    (change,) = changes(stash(h="10.0.0.0/19"), stash(h="10.0.32.0/19"))
    assert "was created with the old value" in change.refused
