"""Who reaches whom, tried from pods like those of jobs."""

import json
from urllib.parse import urlsplit

from components.base.constants import CELEBORN_MASTER_RPC
from tools.verify.check import CannotAskError, FailedError, check
from tools.verify.deployed import Team
from tools.verify.platform import Platform
from tools.verify.probes import PORTS, Probe, Target

API: Target = ("kubernetes.default.svc", 443)
DNS: Target = ("DNS", 53)
INTERNET: tuple[Target, ...] = (("1.1.1.1", 443), ("223.5.5.5", 443))
"""Public name servers that answer over HTTPS: one abroad, one in China."""
POLICIES = "see the namespace's NetworkPolicies, and whether the cluster enforces them (docs/from-nothing-to-prod.md)"


def storage_host(team: Team) -> Target:
    """The host of the team's data: of an address with bucket and host only the host, which all buckets share."""
    host = str(urlsplit(team.root).hostname)
    return host.partition(".")[2] if host.endswith(".aliyuncs.com") else host, 443


@check("dns", "a team's pods find the cluster's and the cloud's names", needs=["job-images"])
def dns(platform: Platform) -> str:
    """Names that jobs need, from a driver and an executor."""
    team = platform.teams[0]
    hosts = [API[0], storage_host(team)[0], *_masters(team)]
    code = "import json, socket, sys\nbad = []\nfor host in json.loads(sys.argv[1]):\n" + (
        "    try:\n        socket.getaddrinfo(host, 443)\n    except OSError as error:\n"
        "        bad.append(f'{host}: {error}')\nprint(json.dumps(bad))"
    )

    for role in ("driver", "executor"):
        bad = platform.probes.running()[f"{role}:{team.name}"].python(code, json.dumps(hosts))
        if bad:
            raise FailedError(f"from {role}: {'; '.join(bad)}", f"DNS must be allowed on port 53: {POLICIES}")
    return ", ".join(hosts)


def _masters(team: Team) -> list[str]:
    endpoints = team.conf.get("spark.celeborn.master.endpoints", "")
    return [each.partition(":")[0] for each in endpoints.split(",") if each]


@check(
    "network-allowed",
    "what a job needs is open: its own pods, DNS, its data, the API server for drivers",
    needs=["dns"],
)
def allowed(platform: Platform) -> str:
    """Connections from a driver and an executor that must work."""
    team = platform.teams[0]
    driver, executor = (platform.probes.running()[f"{role}:{team.name}"] for role in ("driver", "executor"))
    celeborn: list[Target] = [(host, CELEBORN_MASTER_RPC) for host in _masters(team)]
    common = [DNS, storage_host(team), *celeborn]
    wanted: dict[str, tuple[Probe, list[Target]]] = {
        "driver": (driver, [*common, API, (executor.address, PORTS["blocks"])]),
        "executor": (
            executor, [*common, (driver.address, PORTS["driver RPC"]), (driver.address, PORTS["blocks"])],
        ),
    }  # fmt: skip
    count = 0
    for role, (probe, targets) in wanted.items():
        outcomes = probe.connect(targets)
        closed = {target: outcome for target, outcome in outcomes.items() if outcome != "connected"}
        if closed:
            told = ", ".join(f"{host}:{port} {outcome}" for (host, port), outcome in closed.items())
            raise FailedError(f"from {role}: {told}", POLICIES)
        count += len(outcomes)
    return f"{count} connections work"


@check(
    "network-teams", "no pod of a team reaches another team's, nor is reached from outside", needs=["network-allowed"]
)
def teams(platform: Platform) -> str:
    """Every port of the other team's probes, from both of a team's; the listeners are known to answer their own."""
    first, second = platform.two_teams()
    probes = platform.probes.running()
    targets = [
        (probes[f"{role}:{second.name}"].address, port) for role in ("driver", "executor") for port in PORTS.values()
    ]
    inside = probes[f"executor:{second.name}"].connect([(probes[f"driver:{second.name}"].address, PORTS["blocks"])])
    if set(inside.values()) != {"connected"}:
        raise CannotAskError(f"the other team's own pods do not reach each other either: {inside}")
    sources = {f"{role} of {first.name}": probes[f"{role}:{first.name}"] for role in ("driver", "executor")}
    return _none_opens(sources | {"a pod outside": probes["plain"]}, targets)


@check(
    "network-out",
    "a job's pods reach no API server from executors, nothing else in the cluster, no internet",
    needs=["network-allowed"],
)
def outside(platform: Platform) -> str:
    """Targets that a pod outside of all policies does reach; what it does not reach proves nothing and is left out."""
    team = platform.teams[0]
    probes = platform.probes.running()
    plain = probes["plain"]
    operator = platform.cluster.get("pods", "-n", *platform.namespaces("operator"))["items"]
    pods = [(str(each["status"].get("podIP")), 8080) for each in operator[:1]]
    reached = plain.connect([API, *pods, *INTERNET, ("127.0.0.1", PORTS["another"])])
    open_targets = [
        target for target, outcome in reached.items() if outcome == "connected" and target[0] != "127.0.0.1"
    ]
    if not open_targets:
        raise CannotAskError("a pod without policies reaches none of the targets either")
    driver, executor = (probes[f"{role}:{team.name}"] for role in ("driver", "executor"))
    neighbours = [(plain.address, port) for port in PORTS.values()]
    told = _none_opens({"executor": executor}, [*open_targets, *neighbours])
    _none_opens({"driver": driver}, [*(each for each in open_targets if each != API), *neighbours])
    unasked = [host for host, port in INTERNET if (host, port) not in open_targets]
    return told + (f"; not asked, no pod reaches them: {', '.join(unasked)}" if unasked else "")


def _none_opens(sources: dict[str, Probe], targets: list[Target]) -> str:
    for name, probe in sources.items():
        outcomes = probe.connect(targets)
        opened = [f"{host}:{port} ({outcome})" for (host, port), outcome in outcomes.items() if outcome != "timed out"]
        if opened:
            raise FailedError(f"from {name}: {', '.join(opened)}", POLICIES)
    return f"{len(sources) * len(targets)} connections time out"
