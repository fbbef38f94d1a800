from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, cast

import pytest
import yaml

from replay import Graph, Resource
from tools.sandbox import apply
from tools.sandbox.console import SandboxError
from tools.sandbox.kubectl import Kubectl
from tools.sandbox.played import kwok_config
from tools.sandbox.programs import data_folder
from tools.sandbox.settings import Settings


def kube(
    kind: str, name: str, namespace: str = "", *, parent: str = "", needs: tuple[str, ...] = (), **rest: Any
) -> Resource:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **rest.pop("metadata", {})}
    inputs = {"apiVersion": "v1", "kind": kind, "metadata": metadata, **rest}
    return Resource(f"urn:{kind}:{name}", f"kubernetes:core/v1:{kind}", name, True, inputs, parent, "", list(needs))


def component(name: str, parent: str = "") -> Resource:
    return Resource(f"urn:{name}", f"spark-on-ack:index:{name.title()}", name, False, {}, parent)


def graph(*resources: Resource) -> Graph:
    return Graph("test", sorted(resources, key=lambda each: each.urn))


def names(waves: list[list[Resource]]) -> list[list[str]]:
    return [[each.name for each in wave] for wave in waves]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "state", tmp_path / "cache", 27400)


def chart(**inputs: Any) -> Resource:
    return Resource("urn:chart", apply.CHART_TYPE, "spark-operator", False, {"chart": "spark-operator", **inputs})


def test_what_is_depended_on_comes_in_an_earlier_wave() -> None:
    found = graph(
        kube("ConfigMap", "late", needs=("urn:Secret:middle",)),
        kube("Secret", "middle", needs=("urn:Namespace:early",)),
        kube("Namespace", "early"),
    )
    assert names(list(apply.waves(found))) == [["early"], ["middle"], ["late"]]


def test_depending_on_a_component_means_all_of_its_descendants() -> None:
    found = graph(
        component("outer"),
        component("inner", "urn:outer"),
        kube("Namespace", "deep", parent="urn:inner"),
        kube("ConfigMap", "user", needs=("urn:outer",)),
    )
    assert names(list(apply.waves(found))) == [["deep"], ["user"]]


def test_cloud_resources_order_the_waves_but_are_not_applied() -> None:
    bucket = Resource("urn:bucket", "alicloud:oss/bucket:Bucket", "b", True, {}, dependencies=["urn:Namespace:first"])
    found = graph(bucket, kube("Namespace", "first"), kube("ConfigMap", "second", needs=("urn:bucket",)))
    assert names(list(apply.waves(found))) == [["first"], ["second"]]


def test_secrets_are_opened_for_the_api_server_only() -> None:
    secret = kube("Secret", "s", stringData={"password": {"$secret": True, "value": "x"}})
    assert apply.manifest(secret)["stringData"] == {"password": "x"}
    assert secret.inputs["stringData"] == {"password": {"$secret": True, "value": "x"}}


def test_a_chart_without_local_copy_is_refused_by_name(settings: Settings) -> None:
    with pytest.raises(SandboxError, match=r"no local copy of the chart oci://mirror/other; known: spark-operator"):
        apply.render(settings, chart(chart="oci://mirror/other"))


def test_another_chart_version_than_the_programs_is_refused(settings: Settings) -> None:
    folder = data_folder(settings.cache, "spark-operator-chart")
    folder.mkdir(parents=True)
    (folder / "Chart.yaml").write_text("version: 2.5.2")
    with pytest.raises(SandboxError, match=r"asks for chart spark-operator 2\.4\.0, the sandbox has 2\.5\.2"):
        apply.render(settings, chart(version="2.4.0"))


def test_storage_classes_are_those_the_claims_name() -> None:
    template = {"spec": {"storageClassName": "fast"}}
    found = graph(
        kube("StatefulSet", "a", spec={"volumeClaimTemplates": [template, template]}),
        kube("StatefulSet", "b", spec={}),
        kube("PersistentVolumeClaim", "c", spec={"storageClassName": "slow"}),
        kube("StorageClass", "fast"),
    )
    assert apply.storage_classes(found) == ["fast", "slow"]
    assert apply.foreign_storage_classes(found) == ["slow"]


def test_each_team_has_a_submitter_in_its_group() -> None:
    label = {"labels": {"spark-on-ack.io/workspace": "blue"}}
    found = graph(kube("Namespace", "blue-jobs", metadata=label), kube("Namespace", "other"))
    assert apply.teams(found) == {"blue-jobs": "blue"}
    assert apply.submitters(found) == {"blue-submitter": ["spark-on-ack:blue:submit"]}


def test_the_overview_counts_kinds_by_component() -> None:
    found = graph(
        component("shuffle"),
        kube("Namespace", "celeborn", parent="urn:shuffle"),
        kube("ConfigMap", "one", "celeborn", parent="urn:shuffle"),
        kube("ConfigMap", "two", "celeborn", parent="urn:shuffle"),
        kube("ClusterRole", "all"),
    )
    assert apply.overview(found) == [
        ["Shuffle shuffle", "celeborn", "ConfigMap 2, Namespace"],
        ["stack", "(cluster-wide)", "ClusterRole"],
    ]


def test_the_volume_stages_serve_the_platforms_storage_classes(tmp_path: Path) -> None:
    for kind in ("node", "pod", "volume"):
        (tmp_path / kind / "fast").mkdir(parents=True)
    (tmp_path / "pod/fast/kustomization.yaml").write_text("kind: Kustomization")
    stage = {"kind": "Stage", "spec": {"cel": "self.spec.storageClassName == 'kwok-volume'"}}
    (tmp_path / "volume/fast/bind.yaml").write_text(yaml.safe_dump(stage))
    documents = list(yaml.safe_load_all(kwok_config(tmp_path, ["a", "b"])))
    assert [each["kind"] for each in documents] == ["KwokConfiguration", "Stage", "Stage"]
    assert documents[1]["spec"]["cel"] == "self.spec.storageClassName in ['a', 'b']"
    assert documents[2]["metadata"]["name"] == "spark-driver-succeeds"


class Api:
    """Stands in for kubectl: remembers what was deleted."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def run(self, verb: str, *options: str, stdin: str, check: bool) -> CompletedProcess[str]:
        stub = yaml.safe_load(stdin)
        assert (verb, check) == ("delete", False)
        self.deleted.append(f"{options[2]} {stub['kind']} {stub['metadata']['name']}")
        return CompletedProcess([], 0, "", "")


def test_what_the_stack_no_longer_has_is_deleted_last_applied_first(tmp_path: Path) -> None:
    def run(*names: str) -> list[str]:
        record, api = apply.Record(tmp_path / "applied.json"), Api()
        record.note(apply.Batch([apply.manifest(kube("ConfigMap", name, "ns")) for name in names]))
        record.prune(cast("Kubectl", api))
        return api.deleted

    assert run("a", "b", "c") == []
    assert run("a") == ["--namespace=ns ConfigMap c", "--namespace=ns ConfigMap b"]
    assert run("a") == []


def test_what_a_dead_run_applied_is_known_to_the_next(tmp_path: Path) -> None:
    apply.Record(tmp_path / "applied.json").note(apply.Batch([apply.manifest(kube("Secret", "half", "ns"))]))
    record, api = apply.Record(tmp_path / "applied.json"), Api()
    record.prune(cast("Kubectl", api))
    assert api.deleted == ["--namespace=ns Secret half"]


class Recorder:
    """Stands in for kubectl: remembers what was applied and waited for, in order."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def apply(self, manifests: list[apply.Manifest], namespace: str) -> None:
        self.calls.append(f"apply {' '.join(each['metadata']['name'] for each in manifests)} in {namespace}")

    def run(self, *words: str) -> None:
        self.calls.append(" ".join([words[0], *words[3:]]))


def test_definitions_are_served_before_what_a_chart_brings_beside_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, definition = kube("Deployment", "operator").inputs, kube("CustomResourceDefinition", "apps").inputs
    monkeypatch.setattr(apply, "batches", lambda *_: [apply.Batch([operator, definition], "ns")])
    settings.state.mkdir()
    recorder = Recorder()
    apply.apply_graph(settings, cast("Kubectl", recorder), graph(kube("Namespace", "any")))
    assert recorder.calls == ["apply apps in ns", "wait crd/apps", "apply operator in ns"]


def test_images_are_those_of_pods_and_those_that_jobs_are_given(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = {"spec": {"containers": [{"image": "one:1"}], "initContainers": [{"image": "two:1"}]}}
    workload = kube("Deployment", "w", spec={"template": pod}).inputs
    defaults = kube("ConfigMap", "d", data={"spark-defaults.conf": "a=b\nspark.kubernetes.container.image=three:1\n"})
    unrelated = kube("ConfigMap", "u", data={"text": "image: four:1"}).inputs
    batch = apply.Batch([workload, defaults.inputs, unrelated])
    monkeypatch.setattr(apply, "batches", lambda *_: [batch])
    assert apply.image_references(settings, graph(kube("Namespace", "any"))) == ["one:1", "three:1", "two:1"]
