"""Assessments for the tests: a real stack's graph, with as many teams as wanted."""

import json

from policies.base.check import Verdict
from policies.base.rule import Context
from policies.cost.model.estimate import estimate_graph
from replay.graph import Graph, Resource
from tools.preview.assessment import Assessment
from tools.preview.parts import WORKSPACE


def assessment_of(graph: Graph, verdicts: list[Verdict] | None = None) -> Assessment:
    """The assessment of a recorded graph, with its real cost."""
    lines = list(estimate_graph(graph, Context(region="cn-hangzhou")).lines)
    return Assessment(graph.stack, graph.stack, "cn-hangzhou", graph=graph, lines=lines, verdicts=verdicts or [])


def many_teams(graph: Graph, count: int) -> Graph:
    """The graph with workspace team-a written `count` times more, under other names."""
    top = next(r for r in graph if r.type == WORKSPACE and r.name == "team-a-workspace")
    mine = [r for r in graph if top.urn in (r.urn, r.parent) or r.name.startswith("team-a-identity")]
    text = json.dumps([vars(r) for r in mine])
    more = [Resource(**r) for i in range(count) for r in json.loads(text.replace("team-a", f"crew-{i:04d}"))]
    return Graph(graph.stack, [*graph.resources, *more], graph.exports)


def bigger_quotas(graph: Graph, pods: int = 77) -> Graph:
    """The graph with other quotas, each with a figure of its own so that no two changes are alike."""
    changed = Graph.from_json(graph.to_json())
    for i, r in enumerate(changed.of_type("ResourceQuota")):
        r.inputs["spec"]["hard"]["pods"] = str(pods + i)
    return changed


def verdict(message: str, level: str = "advisory", urn: str = "") -> Verdict:
    """A verdict of a rule that is named by the message's first word."""
    return Verdict(message.split(":")[0], "mandatory" if level == "mandatory" else "advisory", "high", urn, message)
