"""The platform as a picture: its parts and what flows between them; as Mermaid text here, as SVG in `drawing`."""

from dataclasses import dataclass, field

from tools.preview.assessment import Assessment
from tools.preview.parts import Part, parts_of

MOST_TEAMS = 6
"""Workspaces that are drawn; the rest is one box."""
FACTS = 3


@dataclass(frozen=True)
class Box:
    """One box of the picture."""

    key: str
    title: str
    facts: tuple[str, ...] = ()


@dataclass
class Picture:
    """What is drawn. A band that is empty is left out."""

    account: str
    """Title of the outermost frame: the cloud and its region, or nothing without a cloud."""
    network: str
    cluster: str
    control: list[Box] = field(default_factory=list)
    """What controls jobs: operator, admission, monitoring."""
    teams: list[Box] = field(default_factory=list)
    services: list[Box] = field(default_factory=list)
    """What serves jobs inside the cluster: shuffle service, history server."""
    cloud: list[Box] = field(default_factory=list)
    """What is outside the cluster: storage, roles."""

    def boxes(self) -> dict[str, Box]:
        """All boxes by key."""
        return {b.key: b for b in (*self.control, *self.teams, *self.services, *self.cloud)}

    def edges(self) -> list[tuple[str, str, str]]:
        """From, to, and what flows; `teams` is the frame of all workspaces."""
        have = self.boxes() | ({"teams": Box("teams", "")} if self.teams else {})
        wanted = [
            ("operator", "teams", "starts drivers"), ("admission", "teams", "checks every job"),
            ("teams", "shuffle", "shuffle data"), ("teams", "storage", "data, event logs"),
            ("history", "storage", "reads event logs"), ("teams", "roles", "one role each"),
        ]  # fmt: skip
        return [e for e in wanted if e[0] in have and e[1] in have]


def picture_of(assessment: Assessment, known: list[Part] | None = None) -> Picture:
    """The picture of a stack; `known`: its parts, where they are known already."""
    parts = {p.name: p for p in known or parts_of(assessment)}
    cloud = any(r.type.startswith("alicloud:") for r in assessment.graph)
    picture = Picture(
        account=f"Alibaba Cloud, {assessment.region}" if cloud else "",
        network=_title(parts.get("Network")),
        cluster=_title(parts.get("Cluster")) if cloud else "Cluster, existing",
    )
    for band, names in (
        (picture.control, ("Spark operator", "Admission policies", "Monitoring")),
        (picture.services, ("Shuffle service", "History server")),
        (picture.cloud, ("Storage",)),
    ):
        band += [_box(parts[n]) for n in names if n in parts]
    roles = [r for r in assessment.graph if r.type == "alicloud:ram/role:Role"]
    if roles:
        picture.cloud.append(Box("roles", "RAM roles", (f"{len(roles)}, one per workload", "own buckets only")))
    _teams(picture, [p for p in parts.values() if p.team])
    return picture


def _teams(picture: Picture, teams: list[Part]) -> None:
    shown = teams if len(teams) <= MOST_TEAMS else teams[: MOST_TEAMS - 1]
    picture.teams = [Box(f"team{i}", p.team, p.facts[:FACTS]) for i, p in enumerate(shown)]
    if len(teams) > len(shown):
        rest = len(teams) - len(shown)
        picture.teams.append(Box("more", f"and {rest} more", ("each in its own namespace",)))


KEYS = {
    "Spark operator": "operator", "Admission policies": "admission", "Monitoring": "monitoring",
    "Shuffle service": "shuffle", "History server": "history", "Storage": "storage",
}  # fmt: skip


def _box(part: Part) -> Box:
    facts = part.facts or (f"{len(part.resources)} resources",)
    return Box(KEYS[part.title], part.title, facts[:FACTS])


def _title(part: Part | None) -> str:
    if part is None:
        return ""
    zones = len(part.of_type("Switch"))
    facts = part.facts[:1] if zones else part.facts[:2]
    facts += (f"{zones} zone{'s' if zones > 1 else ''}",) if zones else ()
    return f"{part.title}: {', '.join(facts)}" if facts else part.title


def mermaid(picture: Picture) -> str:
    """The picture as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    frames = [f for f in (("account", picture.account), ("network", picture.network)) if f[1]]
    frames.append(("cluster", picture.cluster))
    for depth, (key, title) in enumerate(frames, 1):
        lines.append(f"{'  ' * depth}subgraph {key}[{_quoted(title)}]")
    depth = len(frames) + 1
    lines += [f"{'  ' * depth}{_node(b)}" for b in (*picture.control, *picture.services)]
    if picture.teams:
        lines.append(f'{"  " * depth}subgraph teams["Workspaces"]')
        lines += [f"{'  ' * (depth + 1)}{_node(b)}" for b in picture.teams]
        lines.append(f"{'  ' * depth}end")
    for i in range(len(frames), 0, -1):
        if frames[i - 1][0] == "account":
            lines += [f"{'  ' * (i + 1)}{_node(b)}" for b in picture.cloud]
        lines.append(f"{'  ' * i}end")
    lines += [f"  {a} -->|{words}| {b}" for a, b, words in picture.edges()]
    return "\n".join(lines) + "\n"


def _node(box: Box) -> str:
    return f"{box.key}[{_quoted('<br/>'.join((box.title, *box.facts)))}]"


def _quoted(text: str) -> str:
    return '"' + text.replace("&", "#amp;").replace('"', "#quot;") + '"'
