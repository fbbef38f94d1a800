"""The edits: each changes the sections of a stack file as a person would."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

Sections: TypeAlias = dict[str, Any]
"""Section or key of the stack file, without the project's prefix -> its value."""
PAST, FUTURE = "2020-01-01", "2999-12-31"


class NotHereError(Exception):
    """The stack has nothing that this edit could change."""


class Edit(NamedTuple):
    """An edit: its group and name as the page shows them, and the change. May raise NotHereError."""

    group: str
    title: str
    change: Callable[[Sections], None]


def put(path: str, value: Any) -> Callable[[Sections], None]:  # noqa: ANN401 - any setting, or a function of the old one
    """Sets a key such as `shuffle.workers.replicas`; NotHereError when the stack has no such section."""

    def change(sections: Sections) -> None:
        first, *rest = path.split(".")
        if not rest:
            sections[first] = value
            return
        if not isinstance(sections.get(first), dict):
            raise NotHereError(path)
        inner = sections[first]
        for key in rest[:-1]:
            inner = inner.setdefault(key, {})
        inner[rest[-1]] = value(inner.get(rest[-1])) if callable(value) else value

    return change


def both(*changes: Callable[[Sections], None]) -> Callable[[Sections], None]:
    """Several changes at once."""

    def change(sections: Sections) -> None:
        for one in changes:
            one(sections)

    return change


def team(**keys: Any) -> Callable[[Sections], None]:  # noqa: ANN401 - any setting
    """Sets keys of the last team."""
    return lambda sections: sections["workspaces"][-1].update(keys)


def of_team(section: str, **keys: Any) -> Callable[[Sections], None]:  # noqa: ANN401 - any setting
    """Sets keys in a section of the last team."""
    return lambda sections: sections["workspaces"][-1].setdefault(section, {}).update(keys)


def _added(sections: Sections) -> None:
    sections["workspaces"].append({**sections["workspaces"][-1], "team": "team-x"})


def _removed(sections: Sections) -> None:
    sections["workspaces"].pop()


def _retired(day: str) -> Callable[[Sections], None]:
    def change(sections: Sections) -> None:
        sections["retire"] = {"teams": {sections["workspaces"][-1]["team"]: day}}

    return change


def _zones(sections: Sections) -> list[str]:
    zones: list[str] = (sections.get("network") or {}).get("zones") or []
    if not zones:
        raise NotHereError("network.zones")
    return zones


def _zone_added(sections: Sections) -> None:
    _zones(sections).append("cn-hangzhou-k")


def _zone_removed(sections: Sections) -> None:
    if len(_zones(sections)) < 2:
        raise NotHereError("a second zone")
    _zones(sections).pop()


def _zone_retired(sections: Sections) -> None:
    zone = _zones(sections)[-1]
    _zone_removed(sections)
    sections["retire"] = {"zones": {zone: PAST}}


def _zones_swapped(sections: Sections) -> None:
    if len(_zones(sections)) < 2:
        raise NotHereError("a second zone")
    _zones(sections).reverse()


def _without(section: str, word: Mapping[str, Any] | None = None) -> Callable[[Sections], None]:
    def change(sections: Sections) -> None:
        if sections.get(section, {}) is None:
            raise NotHereError(section)
        sections[section] = None
        if word:
            sections["retire"] = dict(word)

    return change


def _bigger(by: int) -> Callable[[Any], int]:
    return lambda old: int(old or 3) + by


EDITS: tuple[Edit, ...] = (
    Edit("Teams", "a team is added", _added),
    Edit("Teams", "a team is retired from a later day on", _retired(FUTURE)),
    Edit("Teams", "a team is removed without a word", _removed),
    Edit("Teams", "a retired team is removed before its day", both(_retired(FUTURE), _removed)),
    Edit("Teams", "a retired team is removed after its day", both(_retired(PAST), _removed)),
    Edit("Teams", "a team is renamed", team(team="team-y")),
    Edit("Teams", "a team gets another namespace", team(namespace="another")),
    Edit("Teams", "a quota grows", of_team("quota", pods=400)),
    Edit("Teams", "a quota shrinks", of_team("quota", pods=20)),
    Edit("Teams", "a team's largest container shrinks", of_team("container", max_cpu=8)),
    Edit("Teams", "a team may use one more image", team(images=["apache/spark", "registry.example.com/team/"])),
    Edit("Teams", "a user may submit", of_team("submitters", users=["ada@example.com"])),
    Edit(
        "Teams",
        "a team may reach one more address",
        of_team("egress", destinations=["203.0.113.0/24:443"]),
    ),
    Edit("Teams", "a team's executors grow", of_team("spark", executor={"vcpu": 8, "memory_gib": 32})),
    Edit("Teams", "a team gets labels", team(labels={"unit": "x"})),
    Edit("Jobs", "executors grow for all", put("spark.executor", {"vcpu": 8, "memory_gib": 32})),
    Edit("Jobs", "drivers grow for all", put("spark.driver", {"vcpu": 4, "memory_gib": 16})),
    Edit("Jobs", "executors are given back later", put("spark.scaling.idle_timeout_seconds", 60)),
    Edit("Jobs", "more executors a job", put("spark.scaling.max_executors", 40)),
    Edit("Jobs", "another default of Spark", put("spark.conf", {"spark.sql.shuffle.partitions": "400"})),
    Edit("Jobs", "another release of Spark", both(put("spark.version", "4.2.1"), put("images.spark_tag", "4.2.1-1"))),
    Edit("Jobs", "another build of the Spark image", put("images.spark_tag", "3.5.9-2")),
    Edit("Jobs", "images from another registry", put("images.registry", "registry-vpc.cn-hangzhou.aliyuncs.com/other")),
    Edit("Jobs", "an admission rule only warns", put("admission", {"levels": {"pod-size": "warn"}})),
    Edit("Shuffle", "more workers", put("shuffle.workers.replicas", _bigger(2))),
    Edit("Shuffle", "fewer workers", put("shuffle.workers.replicas", _bigger(-1))),
    Edit(
        "Shuffle",
        "larger workers",
        both(put("shuffle.workers.vcpu", 8), put("shuffle.workers.memory_gib", 64)),
    ),
    Edit("Shuffle", "larger disks of the workers", put("shuffle.workers.disk_gib", _bigger(500))),
    Edit("Shuffle", "another number of masters", put("shuffle.masters.replicas", 5)),
    Edit(
        "Shuffle",
        "another build of Celeborn",
        put("shuffle.image", "registry-vpc.cn-hangzhou.aliyuncs.com/example/celeborn:0.7.0-2"),
    ),
    Edit(
        "Shuffle",
        "another setting of Celeborn",
        put("shuffle.workers.conf", {"celeborn.worker.fetch.io.threads": "32"}),
    ),
    Edit("Shuffle", "a team's share of the disks", put("shuffle.quotas_gib", {"team-a": 500})),
    Edit("Shuffle", "another namespace of the service", put("shuffle.namespace", "another")),
    Edit("Shuffle", "the service is removed without a word", _without("shuffle")),
    Edit("Shuffle", "the service is retired and removed", _without("shuffle", {"shuffle": PAST})),
    Edit("Operator", "a second replica", put("operator", {"replicas": 3})),
    Edit("Operator", "more jobs a minute", put("operator", {"jobs_per_minute": 120})),
    Edit("Operator", "another namespace of the operator", put("operator", {"namespace": "another"})),
    Edit("Network", "a zone is added", _zone_added),
    Edit("Network", "the last zone is removed without a word", _zone_removed),
    Edit("Network", "the last zone is retired and removed", _zone_retired),
    Edit("Network", "zones change places", _zones_swapped),
    Edit("Network", "another address range", put("network.cidr", "10.99.0.0/16")),
    Edit("Network", "one more range may be reached", put("network.egress_cidrs", ["192.0.2.0/24"])),
    Edit("Network", "NAT is switched on", put("network.nat", {"enabled": True})),
    Edit("Cluster", "another Kubernetes version", put("cluster.version", "1.35.2-aliyun.1")),
    Edit("Cluster", "another flavour", put("cluster.flavour", "serverless")),
    Edit("Cluster", "another maintenance window", put("cluster.maintenance", {"days": ["Monday"]})),
    Edit("Cluster", "logs are kept longer", put("cluster.logs.retention_days", 365)),
    Edit("Cluster", "other service addresses", put("cluster.service_cidr", "172.22.0.0/20")),
    Edit("Cluster", "deletion protection changes", put("cluster.deletion_protection", lambda old: old is False)),
    Edit("Storage", "another prefix of the buckets", put("storage.bucket_prefix", "another-prefix")),
    Edit(
        "Storage", "another redundancy", put("storage.files.redundancy", lambda old: "LRS" if old == "ZRS" else "ZRS")
    ),
    Edit("Storage", "uploads expire earlier", put("storage.files.expire_days", {"uploads/": 30})),
    Edit("Storage", "a bucket for one team", put("storage.team_buckets", lambda old: [*(old or []), "team-a"])),
    Edit("Platform", "one more tag", put("tags", {"cost-center": "data-platform", "owner": "x"})),
    Edit("Platform", "event logs are kept longer", put("history", {"retention_days": 60})),
    Edit("Platform", "the history server goes", _without("history")),
    Edit("Platform", "dashboards are added", put("monitoring", {"crds": True})),
    Edit("Platform", "roles by service account", put("identity", {"mode": "rrsa"})),
)
