"""What leaves a stack, and the refusal of what would leave it without a word.

Losing needs a word in the stack file that names what is lost: `retire: {teams: {ads: 2026-12-31}}`. The state is the
memory: it holds every namespace and vswitch, also those of a run that was interrupted.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from ..base.constants import LABEL_WORKSPACE
from ..base.state import State
from ..cluster.immutable import changed as cluster_changed
from ..cluster.immutable import figures as cluster_figures
from ..network.component import changed as network_changed
from ..network.component import figures as network_figures
from ..shuffle.component import changed as shuffle_changed
from ..shuffle.component import immutable_figures as shuffle_figures
from .sections import Sections

_NAMESPACE, _STATEFUL_SET = "kubernetes:core/v1:Namespace", "kubernetes:apps/v1:StatefulSet"
_VPC, _VSWITCH = "alicloud:vpc/network:Network", "alicloud:vpc/switch:Switch"


def lost(settings: Sections, state: State, today: date | None = None) -> list[str]:
    """A sentence for everything live that these settings would delete or replace without a word for it.

    `today`: the day in UTC from which dates are counted; the computer's by default.
    """
    day = (today or datetime.now(UTC).date()).isoformat()
    return [
        *_lost_teams(settings, state, day),
        *_lost_zones(settings, state, day),
        *_lost_shuffle(settings, state, day),
        *cluster_changed(state.created_with("Cluster"), cluster_figures(settings.cluster)),
    ]


def _lost_teams(settings: Sections, state: State, day: str) -> list[str]:
    now = {w.team: w.namespace for w in settings.workspaces}
    sentences = []
    for held in state.of("Workspace", _NAMESPACE):
        metadata = held.outputs.get("metadata") or {}
        namespace, team = metadata.get("name"), (metadata.get("labels") or {}).get(LABEL_WORKSPACE)
        if team is None or now.get(team) == namespace:
            continue
        if team in now:
            sentences.append(
                f"workspaces: team {team!r} has namespace {namespace!r}, and {now[team]!r} would delete it with the "
                f"jobs that run there; allowed: namespace {namespace!r}; or a second team with the new namespace, and "
                "this one retired"
            )
        elif reason := _not_yet("teams", team, settings.retire.teams, day):
            sentences.append(
                f"workspaces: team {team!r} is missing, which would delete namespace {namespace!r} with the jobs that "
                f"run there; {reason}"
            )
    return sentences


def _lost_zones(settings: Sections, state: State, day: str) -> list[str]:
    live = {str(h.outputs.get("zoneId")): h.outputs.get("cidrBlock") for h in state.of("Network", _VSWITCH)}
    network = settings.network
    if network is None or network.existing.in_use:
        return []  # the cluster would change as well, and says so
    sentences = []
    for zone in live.keys() - set(network.zones):
        if reason := _not_yet("zones", zone, settings.retire.zones, day):
            sentences.append(
                f"network.zones: {zone!r} is missing, which would delete its vswitch {live[zone]} with the pods in it; "
                f"{reason}"
            )
    cidrs = [h.outputs.get("cidrBlock") for h in state.of("Network", _VPC)]
    if cidrs:
        kept = {zone: cidr for zone, cidr in live.items() if zone in network.zones}
        sentences += network_changed({"cidr": cidrs[0], "ranges": kept}, network_figures(network))
    return sorted(sentences)


def _lost_shuffle(settings: Sections, state: State, day: str) -> list[str]:
    service = settings.shuffle
    if service is not None and not service.existing_endpoints:
        namespaces = [(h.outputs.get("metadata") or {}).get("name") for h in state.of("ShuffleService", _NAMESPACE)]
        created_with = state.created_with("ShuffleService")
        if namespaces:
            created_with["namespace"] = namespaces[0]
        return shuffle_changed(created_with, shuffle_figures(service))
    if next(state.of("ShuffleService", _STATEFUL_SET), None) is None:
        return []
    word = settings.retire.shuffle
    reason = _not_yet("", "shuffle", {"shuffle": word} if word else {}, day)
    return [f"shuffle: is missing, which would delete the shuffle data of running jobs; {reason}"] if reason else []


def _not_yet(kind: str, name: str, words: Mapping[str, str], day: str) -> str:
    """Why `name` may not leave: nothing names it, or its day has not come. Empty: it may leave."""
    inside = f"{{{name}: {words.get(name, day)}}}"
    word = f"retire: {{{kind}: {inside}}}" if kind else f"retire: {inside}"
    if name not in words:
        return f"allowed: leave it in; or name it, with the day from which it may go: {word}"
    if day < words[name]:
        return f"it is to stay until {words[name]}; allowed: remove it from that day on, or an earlier day in {word}"
    return ""
