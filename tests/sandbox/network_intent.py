"""Who is meant to reach whom: the intent behind the platform's NetworkPolicies, written down without looking at them.

A job's pods talk to their own job, ask the DNS, fetch their role's credentials and use the cloud's services over HTTPS
(its range of addresses without the metadata service's, which is for credentials on port 80 only); a driver also asks
the API server for pods. Nothing else goes out, and only metrics come in. Operator and shuffle service reach the API
server and DNS wherever they are, but never the metadata service: their pods have no role.
"""

from dataclasses import dataclass
from typing import Final

NODE: Final = "10.87.0.2"
API_SERVICE: Final = "10.96.0.1"
METADATA: Final = "100.100.100.200"
OBJECT_STORAGE: Final = "100.100.0.9"
INTERNET: Final = "203.0.113.10"
"""An address of documentation; the test gives it to the node, with listeners."""
DRIVER_RPC, BLOCKS, SHUFFLE_CLIENT, UI = 7078, 7079, 7077, 4040
OPEN_PORTS: Final = (DRIVER_RPC, BLOCKS, SHUFFLE_CLIENT, UI, 8080, 22022)
"""Every pod of the test listens on all of these."""
NODE_PORTS: Final = (
    *((INTERNET, port) for port in (80, 443)),
    *((METADATA, port) for port in (443, 8080, 22022)),
    (NODE, 22022),
)
"""What the test lets the node listen on besides its own services."""


@dataclass(frozen=True)
class Attempt:
    """One connection: from a pod of the test to a pod of the test, or to an address."""

    source: str
    target: str
    port: int
    why: str


def _each(sources: tuple[str, ...], targets: tuple[tuple[str, int], ...], why: str) -> list[Attempt]:
    return [Attempt(source, target, port, why) for source in sources for target, port in targets]


JOB_PODS: Final = ("driver-a", "executor-a")
ALLOWED: Final = [
    *_each(("executor-a",), (("driver-a", DRIVER_RPC), ("driver-a", BLOCKS)), "an executor reports to its driver"),
    *_each(("driver-a",), (("executor-a", BLOCKS), ("executor-a", SHUFFLE_CLIENT)), "a driver calls its executors"),
    *_each(("executor-a",), (("executor-a2", BLOCKS),), "executors exchange blocks"),
    *_each(("driver-b",), (("executor-b", BLOCKS),), "the other team's job works as well"),
    *_each(("executor-b",), (("driver-b", DRIVER_RPC),), "the other team's job works as well"),
    *_each((*JOB_PODS, "driver-b"), (("dns", 53),), "names are looked up"),
    *_each((*JOB_PODS, "executor-b"), ((OBJECT_STORAGE, 443),), "data is in object storage"),
    *_each(JOB_PODS, ((METADATA, 80),), "a pod fetches the credentials of its role"),
    *_each(("driver-a", "driver-b"), ((API_SERVICE, 443), (NODE, 6443)), "a driver asks the API server for pods"),
    *_each(("metrics",), (("driver-a", UI), ("driver-b", UI)), "metrics are read from drivers"),
]
FORBIDDEN: Final = [
    *_each(
        JOB_PODS,
        (("driver-b", DRIVER_RPC), ("driver-b", BLOCKS), ("executor-b", BLOCKS), ("driver-b", UI)),
        "teams are apart",
    ),
    *_each(("executor-b",), (("driver-a", DRIVER_RPC), ("executor-a", BLOCKS)), "teams are apart"),
    *_each(JOB_PODS, (("plain", 8080), ("plain", DRIVER_RPC)), "what else runs in the cluster is none of a job's"),
    *_each(JOB_PODS, ((INTERNET, 80), (INTERNET, 443)), "data does not leave"),
    *_each(
        JOB_PODS,
        ((METADATA, 443), (METADATA, 8080), (METADATA, 22022)),
        "the metadata service is credentials only, although it lies among the cloud's services",
    ),
    *_each(JOB_PODS, ((NODE, 10250), (NODE, 22022)), "the node's kubelet and services are not for jobs"),
    *_each(JOB_PODS, (("dns", 8080), ("dns", 8181)), "of the DNS only its answers"),
    *_each(JOB_PODS, (("operator", 8080), ("operator", 8081)), "the operator is not called by jobs"),
    *_each(JOB_PODS, (("executor-a2", UI), ("executor-a2", 22022)), "other ports stay closed within a team as well"),
    *_each(("executor-a",), (("driver-a", UI),), "the driver's pages are not for executors"),
    *_each(
        ("executor-a", "executor-b"), ((API_SERVICE, 443), (NODE, 6443)), "an executor has no business with the API"
    ),
    *_each(
        ("plain",),
        (
            ("driver-a", DRIVER_RPC),
            ("driver-a", UI),
            ("driver-a", BLOCKS),
            ("executor-a", BLOCKS),
            ("executor-b", 22022),
        ),
        "nobody else reaches into a team",
    ),
    *_each(("metrics",), (("driver-a", DRIVER_RPC), ("executor-a", UI)), "metrics and nothing more"),
]

PLATFORM_PODS: Final = ("operator", "shuffle")
PLATFORM_ALLOWED: Final = [
    *_each(PLATFORM_PODS, ((API_SERVICE, 443), (NODE, 6443), ("dns", 53)), "the API server and names"),
    *_each(PLATFORM_PODS, ((OBJECT_STORAGE, 443),), "the cloud's services"),
    *_each(JOB_PODS, (("shuffle", 9097), ("shuffle", 9093)), "shuffle data"),
]
PLATFORM_FORBIDDEN: Final = [
    *_each(PLATFORM_PODS, tuple((METADATA, port) for port in (53, 80, 443, 6443)), "no role, no credentials"),
    *_each(PLATFORM_PODS, (("driver-a", DRIVER_RPC), ("executor-b", BLOCKS)), "jobs are called by their own"),
    *_each(JOB_PODS, ((METADATA, 53), (METADATA, 6443)), "the metadata service is credentials only"),
    *_each(JOB_PODS, (("shuffle", 9096), ("shuffle", 9872)), "jobs neither stop workers nor speak as masters"),
]
"""Of the platform's own pods, which try nothing in the sandbox: decided from the policies alone, without it."""
