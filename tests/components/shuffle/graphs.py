"""Recorded graphs of the shuffle service, and the parts its tests look at."""

from typing import Any, cast

from components.shuffle.args import ShuffleServiceArgs
from components.shuffle.component import ShuffleService
from replay.graph import Graph
from tests.support import record


def service_graph(known: bool = True, **args: Any) -> Graph:
    return record(lambda: ShuffleService("shuffle", cast(ShuffleServiceArgs, args)), known=known)


def stateful(graph: Graph, role: str) -> Any:
    return graph.one("StatefulSet", f"shuffle-{role}").inputs["spec"]


def pod(graph: Graph, role: str) -> Any:
    return stateful(graph, role)["template"]["spec"]


def container(graph: Graph, role: str) -> Any:
    [only] = pod(graph, role)["containers"]
    return only


def names(urns: list[str]) -> set[str]:
    return {u.rsplit("::", 1)[-1] for u in urns}


def checksum(graph: Graph, role: str) -> str:
    return str(stateful(graph, role)["template"]["metadata"]["annotations"]["spark-on-ack.io/checksum-conf"])
