"""A graph as people think of it: network, cluster, storage, shuffle, operator, workspaces, with facts and cost."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from components.base.constants import ANNOTATION_RETIRED
from policies.base.view import Props, Undecided, Unreadable, view_of
from policies.cost.model.lines import Line
from replay.graph import Resource
from tools.preview.assessment import Assessment

OWN = "spark-on-ack:index:"
WORKSPACE = f"{OWN}Workspace"
TITLES = {
    "Network": "Network", "Cluster": "Cluster", "Storage": "Storage", "Identity": "Identity",
    "ShuffleService": "Shuffle service", "AdmissionPolicies": "Admission policies", "Workspace": "Workspace",
    "SparkOperator": "Spark operator", "HistoryServer": "History server", "Monitoring": "Monitoring",
    "StorageCheck": "Storage", "": "Other",
}  # fmt: skip
"""Component class -> the part it belongs to, in the order of the picture."""


@dataclass
class Part:
    """One part of the platform with all its resources."""

    title: str
    team: str = ""
    """The team of a workspace; empty for everything else."""
    resources: list[Resource] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    facts: tuple[str, ...] = ()
    """What matters about it, a few words each."""

    @property
    def name(self) -> str:
        """`Workspace payments`, `Network`."""
        return f"{self.title} {self.team}" if self.team else self.title

    @property
    def idle(self) -> Decimal:
        """CNY an hour while no job runs."""
        return self._sum("always")

    @property
    def at_quota(self) -> Decimal:
        """CNY an hour when its quotas are used up."""
        return self._sum("always", "quota")

    def of_type(self, kind: str) -> list[Resource]:
        """Its resources of one kind (the last part of the type token)."""
        return [r for r in self.resources if r.kind == kind]

    def _sum(self, *kinds: str) -> Decimal:
        amounts = (line.cny_per_hour for line in self.lines if line.kind in kinds)
        return sum((a for a in amounts if a is not None), Decimal(0))


def parts_of(assessment: Assessment) -> list[Part]:
    """The parts of a stack, each after those it is built on; workspaces by name."""
    known = assessment.graph.by_urn()
    parts_by_key: dict[tuple[str, str], Part] = {}
    where: dict[str, Part] = {}
    workspaces = {r.name.removesuffix("-workspace") for r in assessment.graph if r.type == WORKSPACE}
    for resource in assessment.graph:
        title, team = _part_key(_top(resource, known), workspaces)
        if resource.type == f"{OWN}SparkPlatform":
            continue
        part = parts_by_key.setdefault((title, team), Part(title, team))
        part.resources.append(resource)
        where[resource.urn] = part
    for line in assessment.lines:
        if line.urn in where:
            where[line.urn].lines.append(line)
    order = list(dict.fromkeys(TITLES.values()))
    parts = sorted(parts_by_key.values(), key=lambda p: (order.index(p.title), p.team))
    for part in parts:
        part.facts = tuple(_facts(part))
    return parts


def _top(resource: Resource, known: Mapping[str, Resource]) -> Resource:
    """The platform's direct child that a resource belongs to."""
    while (parent := known.get(resource.parent)) is not None and parent.type != f"{OWN}SparkPlatform":
        resource = parent
    return resource


def _part_key(top: Resource, workspaces: set[str]) -> tuple[str, str]:
    kind = top.type.removeprefix(OWN) if top.type.startswith(OWN) else ""
    if kind == "Identity":  # an identity belongs to the workload that carries it
        workload = top.name.removesuffix("-identity")
        if workload in workspaces:
            return TITLES["Workspace"], workload
        return TITLES["HistoryServer" if workload == "history" else "Identity"], ""
    team = top.name.removesuffix("-workspace") if kind == "Workspace" else ""
    return TITLES.get(kind, TITLES[""]), team


def _facts(part: Part) -> Iterable[str]:
    """Facts of a part; what cannot be read yet is left out."""
    for kind, tell in FACTS:
        for resource in part.of_type(kind):
            try:
                fact = tell(view_of(resource).props)
            except (Undecided, Unreadable):
                continue
            if fact:
                yield fact
    yield from (f"{line.name.rpartition('/')[2]}: {line.what}" for line in part.lines if line.kind == "always")


def _quota(props: Props) -> str:
    hard = props.at("spec", "hard")
    wanted = {"pods": "pods", "requests.cpu": "vCPU", "requests.memory": "memory"}
    wanted |= {"limits.cpu": "vCPU", "limits.memory": "memory"}
    amounts: dict[str, Any] = {}
    for key, word in wanted.items():
        if hard.has(key):
            amounts[word] = hard.raw(key)
    return "quota " + ", ".join(f"{v} {k}" for k, v in amounts.items()) if amounts else ""


def _retired(props: Props) -> str:
    notes = props.at("metadata", "annotations")
    return f"retired; may be removed from {notes.text(ANNOTATION_RETIRED)}" if notes.has(ANNOTATION_RETIRED) else ""


def _bucket(props: Props) -> str:
    return f"bucket {props.text('bucket')} ({props.text('redundancyType') or 'LRS'})"


FACTS: tuple[tuple[str, Callable[[Props], str]], ...] = (
    ("Network", lambda p: f"VPC {p.text('cidrBlock')}" if p.has("cidrBlock") else ""),
    ("Switch", lambda p: f"{p.text('zoneId')} {p.text('cidrBlock')}"),
    ("NatGateway", lambda _: "NAT gateway"),
    ("Stash", lambda p: f"flavour {p.text('input', 'flavour')}" if p.has("input", "flavour") else ""),
    ("ManagedKubernetes", lambda p: f"control plane {p.text('clusterSpec')}"),
    ("Bucket", _bucket),
    ("Stack", lambda p: f"OSS-HDFS {(p.text('stackName') or '').removeprefix('oss-hdfs-')}"),
    ("Namespace", _retired),
    ("ResourceQuota", _quota),
    ("Chart", lambda p: f"chart {p.text('chart')} {p.text('version') or ''}".strip()),
)


def counts(assessment: Assessment) -> dict[str, int]:
    """Numbers of resources: in total, in the cloud, in Kubernetes, components, workspaces."""
    resources = assessment.graph.resources
    return {
        "resources": len(resources),
        "cloud": sum(r.type.startswith("alicloud:") for r in resources),
        "kubernetes": sum(r.type.startswith("kubernetes:") for r in resources),
        "components": sum(not r.custom for r in resources),
        "workspaces": sum(r.type == WORKSPACE for r in resources),
    }


def kinds_of(part: Part) -> dict[str, list[str]]:
    """Kind -> names of its resources, without components."""
    names: dict[str, list[str]] = {}
    for resource in part.resources:
        if resource.custom:
            names.setdefault(kind_words(resource), []).append(label(resource))
    return dict(sorted(names.items()))


def kind_words(resource: Resource) -> str:
    """`StatefulSet`, `RAM Role`: the service stands before the kinds of the cloud, as Kubernetes has Roles too."""
    provider, _, rest = resource.type.partition(":")
    return f"{rest.partition('/')[0].upper()} {resource.kind}" if provider == "alicloud" else resource.kind


def label(resource: Resource) -> str:
    """`namespace/name` of a Kubernetes object, else the resource's name."""
    metadata = resource.inputs.get("metadata")
    known = {k: v for k, v in metadata.items() if isinstance(v, str)} if isinstance(metadata, dict) else {}
    name = known.get("name", resource.name)
    return f"{known['namespace']}/{name}" if "namespace" in known else name
