"""Inputs of SparkPlatform: the settings of a whole platform, checked alone and together."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated

from pydantic import Field

from ..base.inputs import AsOneObject, Inputs
from ..base.mistakes import Mistakes, WrongElsewhereError, check
from ..base.values import Value
from ..workspace.inputs import WorkspaceSettings
from . import wiring
from .sections import Sections


class Settings(Sections):
    """A stack file, read once, and checked together with what surrounds it."""

    @check
    def _needed_sections_are_there(self) -> Mistakes:
        if self.cluster.kind.managed and self.network is None:
            yield "network", f"missing; flavour {self.cluster.flavour} needs a network; allowed: at least its zones"
        if not self.cluster.kind.managed and self.network is not None:
            yield "network", "an existing cluster already has a network; allowed: leave it out"

    @check
    def _images_have_one_registry(self) -> Mistakes:
        for key in ("spark_tag", "digests"):
            if self.platform_images.registry is None and getattr(self.images, key):
                yield f"images.{key}", "has no effect without registry; allowed: with registry, or left out"
        if self.registry is not None and self.images.registry is not None:
            yield "images.registry", "follows from the section registry; allowed: one of the two"
        if self.registry is not None and self.network is None and not self.cluster.kind.managed:
            yield "registry", "an existing cluster has its own way to images; allowed: images.registry instead"

    @check
    def _history_has_logs_to_read(self) -> Mistakes:
        if self.history is not None and self.storage is None:
            yield "history", "there is no storage to read event logs from; allowed: add storage, or leave history out"

    @check
    def _teams_and_namespaces_are_unique(self) -> Mistakes:
        taken: dict[str, str] = {}
        for key in ("operator", "shuffle", "history", "monitoring"):
            with suppress(WrongElsewhereError):
                section = getattr(self, key)
                if section is not None:
                    if section.namespace == "default" or section.namespace.startswith("kube-"):
                        taken[section.namespace] = "Kubernetes"
                    yield from _taken(f"{key}.namespace", section.namespace, taken)
                    taken[section.namespace] = key
        own_buckets = self.storage.team_buckets if self.storage else ()
        if self.history is not None:
            taken |= {self.history.namespace_of(team): "history" for team in own_buckets}
        workloads = [wiring.history_workload(team) for team in ("", *own_buckets)]
        teams: set[str] = set()
        for i, workspace in enumerate(self.workspaces):
            with suppress(WrongElsewhereError):
                if workspace.team in teams:
                    reason = f"{workspace.team!r} is already the team of another workspace; allowed: another name"
                    yield f"workspaces[{i}].team", reason
                elif workspace.team in workloads:
                    reason = f"{workspace.team!r} is the workload of a history server; allowed: another name"
                    yield f"workspaces[{i}].team", reason
                teams.add(workspace.team)
            with suppress(WrongElsewhereError):
                yield from _taken(f"workspaces[{i}].namespace", workspace.namespace, taken)
                taken[workspace.namespace] = f"workspaces[{i}]"

    @check
    def _principals_are_a_teams_own(self) -> Mistakes:
        """An account in a team's namespace is what that team's jobs run as: it has no rights in another's."""
        homes = {w.namespace: w.team for w in self._readable_workspaces()}
        for i, workspace in enumerate(self.workspaces):
            with suppress(WrongElsewhereError):
                for user in workspace.submitters.users:
                    owner = homes.get(_namespace_of(user))
                    if owner not in (None, workspace.team):
                        reason = f"{user!r} belongs to team {owner!r}; allowed: users of this team"
                        yield f"workspaces[{i}].submitters.users", reason
        with suppress(WrongElsewhereError):
            for user in self.admission.pod_creators:
                owner = homes.get(_namespace_of(user))
                if owner is not None:
                    reason = f"{user!r} belongs to team {owner!r}; allowed: accounts outside of workspaces"
                    yield "admission.pod_creators", reason

    @check
    def _roles_are_one_workloads_own(self) -> Mistakes:
        holders: dict[str, str] = {}
        for workload, role in self.identity.existing_roles.items():
            holder = holders.setdefault(role.rpartition("/")[2].lower(), workload)
            if holder != workload:
                reason = f"is the role of {holder!r} as well, whose data it reaches; allowed: a role for each"
                yield f"identity.existing_roles.{workload}", reason

    @check
    def _teams_hold_together(self) -> Mistakes:
        """Each team's settings as they are joined with the platform's: alone they say only what differs."""
        for i in range(len(self.workspaces)):
            yield from (mistake.inside(f"workspaces[{i}]") for mistake in self.team(i).mistakes())

    @check
    def _wired_components_accept_it(self) -> Mistakes:
        yield from wiring.mistakes(self)

    @check
    def _storage_names_known_teams(self) -> Mistakes:
        for i, team in enumerate(self.storage.team_buckets if self.storage else ()):
            yield from self._unknown_team(f"storage.team_buckets[{i}]", team)

    @check
    def _identity_names_known_workloads(self) -> Mistakes:
        for workload in self.identity.existing_roles:
            own_buckets = self.storage.team_buckets if self.storage else ()
            servers = [wiring.history_workload(team) for team in ("", *own_buckets)]
            yield from self._unknown_team(f"identity.existing_roles.{workload}", workload, *servers)

    @check
    def _shuffle_names_known_teams(self) -> Mistakes:
        for team in self.shuffle.quotas_gib if self.shuffle else ():
            yield from self._unknown_team(f"shuffle.quotas_gib.{team}", team)

    def _readable_workspaces(self) -> list[WorkspaceSettings]:
        return [w for w in self.workspaces if not {"team", "namespace"} & w.missing_keys()]

    def _unknown_team(self, path: str, team: str, *others: str) -> Mistakes:
        teams = sorted({w.team for w in self.workspaces})
        if team not in (*teams, *others):
            allowed = ", ".join([*teams, *others]) or "none, because there are no workspaces"
            yield path, f"{team!r} has no workspace; allowed: {allowed}"


def _taken(path: str, namespace: str, taken: Mapping[str, str]) -> Mistakes:
    """A namespace that is somebody else's: another component's, another team's, or Kubernetes' own."""
    if namespace in taken:
        yield path, f"{namespace!r} belongs to {taken[namespace]}; allowed: another namespace"


def _namespace_of(user: str) -> str:
    """The namespace of a service account that is named by its user name; empty for other users."""
    match = re.fullmatch(r"system:serviceaccount:([^:]+):[^:]+", user)
    return match[1] if match else ""


class SparkPlatformInputs(Inputs):
    """The whole platform in one component: the same settings as a stack file, as one object."""

    settings: Annotated[Settings, AsOneObject()] = Field(
        description="What a stack file holds, with the same keys: environment, cluster, workspaces and so on"
    )
    kubeconfig: Value[str] | None = Field(
        None, description="Content of an existing cluster's kubeconfig; kept as a secret"
    )
