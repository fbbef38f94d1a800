"""From the replayed graph to objects on the API server: order, charts, server-side apply.

A chart is rendered by `helm template` with the values of the graph. The Spark operator's chart is taken from the Go
module the operator is built from, because that copy is pinned by checksum and needs no chart repository; it is the
same chart (its version is compared with the one the graph asks for).
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path, PurePosixPath
from subprocess import run
from typing import Any

import yaml

from components.base.constants import LABEL_WORKSPACE, submit_group
from replay import Graph, Resource, reveal
from tools.sandbox.console import Progress, SandboxError
from tools.sandbox.kubectl import Kubectl
from tools.sandbox.programs import data_folder, program
from tools.sandbox.settings import Settings

Manifest = dict[str, Any]
CHART_TYPE = "kubernetes:helm.sh/v4:Chart"
LOCAL_CHARTS = {"spark-operator": "spark-operator-chart"}
"""Last part of a chart's name to the folder of programs.DATA that holds it."""

JOB_IMAGE = re.compile(r"^spark\.kubernetes\.(?:driver\.|executor\.)?container\.image=(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Batch:
    """Objects that may be applied together, and the namespace of those that name none."""

    manifests: list[Manifest]
    namespace: str = "default"


def waves(graph: Graph) -> Iterator[list[Resource]]:
    """Kubernetes objects and charts in waves: each depends only on earlier waves.

    A dependency on a component means all of its descendants, as in the engine.
    """
    children: dict[str, list[Resource]] = defaultdict(list)
    for each in graph:
        children[each.parent].append(each)

    def expand(urn: str) -> Iterator[str]:
        yield urn
        for child in children[urn]:
            yield from expand(child.urn)

    known = graph.by_urn()
    edges = {
        each.urn: {inner for urn in each.dependencies if urn in known for inner in expand(urn)} - {each.urn}
        for each in graph
    }
    sorter = TopologicalSorter(edges)
    sorter.prepare()
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        wave = [known[urn] for urn in ready if known[urn].kubernetes or known[urn].type == CHART_TYPE]
        if wave:
            yield wave
        sorter.done(*ready)


def batches(settings: Settings, wave: list[Resource]) -> Iterator[Batch]:
    """What a wave is made of: its objects, then each of its charts rendered."""
    if objects := [manifest(each) for each in wave if each.kubernetes]:
        yield Batch(objects)
    for chart in wave:
        if not chart.kubernetes:
            yield render(settings, chart)


def manifest(resource: Resource) -> Manifest:
    """The object a resource stands for, secrets opened; the API server is the place for them."""
    content = reveal(resource.inputs)
    content.setdefault("metadata", {}).setdefault("name", resource.name)
    return dict(content)


def render(settings: Settings, resource: Resource) -> Batch:
    """The objects of a chart.

    Raises:
        SandboxError: a chart there is no local copy of, another version than the copy's, or helm's message.

    """
    inputs = reveal(resource.inputs)
    name = PurePosixPath(inputs["chart"]).name
    if name not in LOCAL_CHARTS:
        raise SandboxError(
            f"{resource.name}: no local copy of the chart {inputs['chart']}; known: {', '.join(LOCAL_CHARTS)}"
        )
    folder = data_folder(settings.cache, LOCAL_CHARTS[name])
    version = yaml.safe_load((folder / "Chart.yaml").read_text())["version"]
    if inputs.get("version") not in (None, version):
        raise SandboxError(f"{resource.name} asks for chart {name} {inputs['version']}, the sandbox has {version}")
    namespace = inputs.get("namespace", "default")
    argv = [
        str(program("helm").path(settings.cache)), "template", inputs.get("name") or resource.name, str(folder),
        f"--namespace={namespace}", f"--kube-version={program('kube-apiserver').version}", "--no-hooks", "--values=-",
    ]  # fmt: skip
    if not inputs.get("skipCrds"):
        argv.append("--include-crds")
    values = yaml.safe_dump(inputs.get("values") or {})
    env = {"HOME": str(settings.state / "helm")}
    done = run(argv, input=values, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxError(f"rendering chart {name} failed: {done.stderr.strip()}")
    return Batch([each for each in yaml.load_all(done.stdout, _loader()) if each], namespace)


def _loader() -> type[yaml.SafeLoader]:
    """The C loader where there is one: the operator's resource definitions are 1.7 MB of YAML."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def apply_graph(settings: Settings, kubectl: Kubectl, graph: Graph) -> list[Manifest]:
    """Apply all of the graph in order, delete what an earlier graph had; gives the objects, charts rendered.

    Raises:
        SandboxError: the API server refused an object.

    """
    record = Record(settings.state / "applied.json")
    applied, progress = list[Manifest](), Progress()
    for number, wave in enumerate(waves(graph), 1):
        progress.update(f"wave {number}: {len(applied)} objects applied so far")
        for batch in batches(settings, wave):
            record.note(batch)
            _apply_batch(kubectl, batch)
            applied += batch.manifests
    progress.clear()
    record.prune(kubectl)
    return applied


def _apply_batch(kubectl: Kubectl, batch: Batch) -> None:
    """Definitions first, until they are served: what a chart brings beside them ends at once without them."""
    definitions = [each for each in batch.manifests if each["kind"] == "CustomResourceDefinition"]
    if definitions:
        kubectl.apply(definitions, batch.namespace)
        names = [f"crd/{each['metadata']['name']}" for each in definitions]
        kubectl.run("wait", "--for=condition=Established", "--timeout=60s", *names)
    kubectl.apply([each for each in batch.manifests if each not in definitions], batch.namespace)


class Record:
    """Remembers what was applied, so that what a changed stack no longer has is deleted, as the engine would.

    Noted before it is applied: a run that dies in between leaves nothing unrecorded.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: list[list[str]] = json.loads(file.read_text()) if file.exists() else []
        self._current: list[list[str]] = []

    def note(self, batch: Batch) -> None:
        """These objects are part of the stack now."""
        for each in batch.manifests:
            metadata = each["metadata"]
            namespace = metadata.get("namespace", batch.namespace)
            self._current.append([each["apiVersion"], each["kind"], namespace, metadata["name"]])
        self._write(self._known + [each for each in self._current if each not in self._known])

    def prune(self, kubectl: Kubectl) -> None:
        """Delete what was noted earlier and not this time, last applied first."""
        for api, kind, namespace, name in reversed([each for each in self._known if each not in self._current]):
            stub = {"apiVersion": api, "kind": kind, "metadata": {"name": name}}
            options = (f"--namespace={namespace}", "--ignore-not-found")
            done = kubectl.run("delete", "-f", "-", *options, stdin=yaml.safe_dump(stub), check=False)
            if done.returncode and "no matches for kind" not in done.stderr:  # its definition has just been deleted
                raise SandboxError(f"deleting {kind} {namespace}/{name} failed: {done.stderr.strip()}")
        self._write(self._current)

    def _write(self, entries: list[list[str]]) -> None:
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(entries))
        part.rename(self._file)


def storage_classes(graph: Graph) -> list[str]:
    """Names of all storage classes that the graph's claims ask for."""
    found = set()
    for each in graph.of_type("StatefulSet"):
        for claim in each.inputs["spec"].get("volumeClaimTemplates", []):
            found.add(claim["spec"].get("storageClassName"))
    for each in graph.of_type("PersistentVolumeClaim"):
        found.add(each.inputs["spec"].get("storageClassName"))
    return sorted(name for name in found if name)


def foreign_storage_classes(graph: Graph) -> list[str]:
    """Storage classes that claims ask for and the graph does not make: the cluster's own, on ACK."""
    own = {each.inputs["metadata"]["name"] for each in graph.of_type("StorageClass")}
    return [name for name in storage_classes(graph) if name not in own]


def image_references(settings: Settings, graph: Graph) -> list[str]:
    """Images that the graph's pods name, and that its config maps name for the pods of jobs."""
    rendered = [each for wave in waves(graph) for batch in batches(settings, wave) for each in batch.manifests]
    references = {image for each in rendered for image in _images(each)}
    texts = [text for each in rendered if each["kind"] == "ConfigMap" for text in each.get("data", {}).values()]
    return sorted(references | {match for text in texts for match in JOB_IMAGE.findall(text)})


def _images(part: Any) -> Iterator[str]:  # noqa: ANN401 (JSON)
    """All values of `image` in lists called containers or initContainers."""
    if isinstance(part, list):
        for each in part:
            yield from _images(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in ("containers", "initContainers") and isinstance(value, list):
                yield from (each["image"] for each in value if isinstance(each, dict) and "image" in each)
            yield from _images(value)


def teams(graph: Graph) -> dict[str, str]:
    """Namespace to team of all workspaces."""
    found = {}
    for each in graph.of_type("Namespace"):
        metadata = each.inputs.get("metadata", {})
        if team := metadata.get("labels", {}).get(LABEL_WORKSPACE):
            found[metadata["name"]] = team
    return found


def submitters(graph: Graph) -> dict[str, list[str]]:
    """A user for each team, member of its submit group."""
    return {f"{team}-submitter": [submit_group(team)] for team in teams(graph).values()}


def overview(graph: Graph) -> list[list[str]]:
    """Rows (component, namespaces, objects) of what the graph is going to set up."""
    known = graph.by_urn()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    spaces: dict[str, set[str]] = defaultdict(set)
    for each in graph:
        if not each.kubernetes and each.type != CHART_TYPE:
            continue
        owner = known.get(each.parent)
        label = f"{owner.kind} {owner.name}" if owner else "stack"
        kinds[label]["Chart " + each.inputs["chart"] if each.type == CHART_TYPE else each.kind] += 1
        metadata = each.inputs.get("metadata", {})
        namespace = metadata.get("name") if each.kind == "Namespace" else metadata.get("namespace")
        spaces[label].add(namespace or each.inputs.get("namespace") or "")
    return [
        [label, ", ".join(sorted(spaces[label] - {""})) or "(cluster-wide)", count_text(counter)]
        for label, counter in sorted(kinds.items())
    ]


def count_text(counter: Counter[str]) -> str:
    """`ConfigMap 3, Service 2`: most frequent first."""
    return ", ".join(f"{kind} {count}" if count > 1 else kind for kind, count in counter.most_common())
