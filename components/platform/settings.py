"""The whole platform's settings: what a stack file says, composed of the components' own models."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from ..admission.inputs import AdmissionSettings
from ..base.cloud import Credentials, Region
from ..base.inputs import Inputs, Value, is_known, matching, refuse
from ..base.sentences import sentences
from ..cluster.inputs import ClusterInputs, ClusterSettings
from ..history.inputs import HistorySettings
from ..identity.inputs import IdentitySettings
from ..monitoring.inputs import MonitoringSettings
from ..network.inputs import NetworkInputs, NetworkSettings
from ..shuffle.inputs import ShuffleServiceInputs, ShuffleSettings
from ..spark.inputs import SparkSettings
from ..spark_operator.inputs import OperatorSettings
from ..storage.inputs import StorageInputs, StorageSettings
from ..workspace.inputs import WorkspaceInputs, WorkspaceSettings

Environment = Annotated[str, *matching(r"[a-z][a-z0-9-]{1,19}", "2 to 20 lower-case letters, digits and dashes")]
_SAID_ELSEWHERE = {"region": "region", "credentials": "identity.mode"}
"""Inputs of components that the platform fills in, and the key of the stack file they come from."""
LATER = "known-later"
"""Stands for another component's output while the settings are checked."""


class Settings(Inputs):
    """A stack file: `stacks/Pulumi.<stack>.yaml`, keys under `spark-on-ack:`."""

    environment: Environment = Field(
        description="Name of the environment; part of cost tags, and the policies' levels are chosen by it"
    )
    region: Region = Field("cn-hangzhou", description="Region of every cloud resource")
    tags: dict[str, str] = Field({}, description="Further tags of every cloud object and pod (cost allocation)")
    network: NetworkSettings | None = Field(
        None, description="The VPC, made or existing; left out with an existing cluster"
    )
    cluster: ClusterSettings = Field(description="The Kubernetes cluster, made or existing")
    storage: StorageSettings | None = Field(None, description="OSS buckets; left out: no object storage")
    identity: IdentitySettings = Field(IdentitySettings(), description="How pods get their rights in the cloud")
    shuffle: ShuffleSettings | None = Field(
        ShuffleSettings(), description="The remote shuffle service; null: none, and idle executors are not given back"
    )
    operator: OperatorSettings = Field(OperatorSettings(), description="The Spark operator")
    admission: AdmissionSettings = Field(AdmissionSettings(), description="The rules for arriving jobs")
    spark: SparkSettings = Field(SparkSettings(), description="Defaults of all teams' jobs")
    workspaces: tuple[WorkspaceSettings, ...] = Field((), description="One entry a team")
    history: HistorySettings | None = Field(None, description="The Spark history server; needs storage")
    monitoring: MonitoringSettings | None = Field(None, description="Alerts and dashboards")
    preflight: bool = Field(
        True, description="Ask the account at preview for zones, service roles and free addresses; false: leave it out"
    )

    @property
    def credentials(self) -> Credentials:
        """How pods prove who they are to OSS: none without storage, or off Alibaba Cloud."""
        return "none" if self.storage is None or self.cluster.pods == "plain" else self.identity.mode

    @property
    def pods_at_quota(self) -> int | None:
        """Pods all teams may run together, one address each. None while a quota is not known."""
        pods = [w.quota.pods for w in self.workspaces]
        return sum(p for p in pods if isinstance(p, int)) if is_known(*pods) else None

    def spark_of(self, workspace: WorkspaceSettings) -> SparkSettings:
        """The job defaults of a team: its own over the platform's."""
        return workspace.spark.over(self.spark)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = self._missing() | self._twice()
        if self.network is not None:
            wrong |= _mistakes(
                "network", NetworkInputs, self.network, region=self.region, pods_needed=self.pods_at_quota
            )
            wrong |= self._of_made_cluster(self.network)
        if self.storage is not None:
            wrong |= _mistakes("storage", StorageInputs, self.storage, region=self.region)
        if self.shuffle is not None:
            wrong |= _mistakes("shuffle", ShuffleServiceInputs, self.shuffle, pods=self.cluster.pods)
        wrong |= self._unknown_teams()
        for i, workspace in enumerate(self.workspaces):
            wrong |= self._of_workspace(f"workspaces[{i}]", workspace)
        refuse(self, wrong)
        return self

    def _missing(self) -> dict[str, str]:
        """Sections that others need."""
        wrong = {}
        if self.cluster.flavour != "existing" and self.network is None:
            wrong["network"] = f"missing; a {self.cluster.flavour} cluster needs one; allowed: at least its zones"
        if self.cluster.flavour == "existing" and self.network is not None:
            wrong["network"] = "an existing cluster has its network already; allowed: leave it out"
        if self.history is not None and self.storage is None:
            wrong["history"] = "there is no storage to read event logs from; allowed: add storage, or leave this out"
        return wrong

    def _unknown_teams(self) -> dict[str, str]:
        """Teams that other sections name but that have no workspace."""
        teams = {w.team for w in self.workspaces}
        allowed = f"allowed: {', '.join(sorted(teams)) or 'none, there is no workspace'}"
        wrong = {}
        for i, team in enumerate(self.storage.team_buckets if self.storage else ()):
            if team not in teams:
                wrong[f"storage.team_buckets[{i}]"] = f"{team!r} has no workspace; {allowed}"
        for workload in self.identity.existing_roles:
            if workload not in teams | {"history"}:
                wrong[f"identity.existing_roles.{workload}"] = f"{workload!r} has no workspace; {allowed}, history"
        for team in self.shuffle.quotas_gib if self.shuffle else ():
            if team not in teams:
                wrong[f"shuffle.quotas_gib.{team}"] = f"{team!r} has no workspace; {allowed}"
        return wrong

    def _twice(self) -> dict[str, str]:
        """Names that only one may have."""
        taken = {self.operator.namespace: "operator", "kube-system": "Kubernetes", "default": "Kubernetes"}
        for key in ("shuffle", "history", "monitoring"):
            section = getattr(self, key)
            if section is not None:
                taken[section.namespace] = key
        teams: set[str] = set()
        wrong = {}
        for i, w in enumerate(self.workspaces):
            if w.team in teams:
                wrong[f"workspaces[{i}].team"] = f"{w.team!r} is another workspace's; allowed: a name of its own"
            if w.namespace in taken:
                holder = taken[w.namespace]
                wrong[f"workspaces[{i}].namespace"] = f"{w.namespace!r} belongs to {holder}; allowed: one of its own"
            teams.add(w.team)
            taken[w.namespace] = f"workspaces[{i}]"
        return wrong

    def _of_made_cluster(self, network: NetworkSettings) -> dict[str, str]:
        """Mistakes of a cluster that show only with its network."""
        wiring: dict[str, Any] = {"vswitch_ids": ("vsw-later",), "security_group_id": "sg-later"}
        if not network.existing.given:
            wiring["network_cidr"] = network.cidr
        made = self.cluster.flavour != "existing"
        return _mistakes("cluster", ClusterInputs, self.cluster, region=self.region, **wiring) if made else {}

    def _of_workspace(self, path: str, workspace: WorkspaceSettings) -> dict[str, str]:
        """Mistakes that show only with the platform's defaults, region and kind of pods."""
        try:
            merged = workspace.model_copy(update={"spark": self.spark_of(workspace)})
        except ValidationError as e:
            return _prefixed(f"{path}.spark", sentences(SparkSettings, e))
        known = {"role_name": LATER, "role_arn": LATER, "oidc_provider_arn": LATER}
        return _mistakes(
            path,
            WorkspaceInputs,
            merged,
            region=self.region,
            pods=self.cluster.pods,
            credentials=self.credentials,
            **(known if self.credentials != "none" else {}),
        )


def _mistakes(path: str, model: type[Inputs], section: Inputs, **wiring: Any) -> dict[str, str]:  # noqa: ANN401
    """Path -> reason of what a component would refuse once it is wired: told with all the others."""
    given: Mapping[str, Any] = {k: getattr(section, k) for k in type(section).model_fields}
    try:
        model.model_validate({**given, **wiring})
    except ValidationError as e:
        return _prefixed(path, sentences(model, e))
    return {}


def _prefixed(path: str, told: list[str]) -> dict[str, str]:
    parts = [sentence.partition(": ") for sentence in told]
    return {_SAID_ELSEWHERE.get(where, f"{path}.{where}"): reason for where, _, reason in parts}


class SparkPlatformInputs(Inputs):
    """The whole platform in one component: the same settings as a stack file, as one object."""

    settings: dict[str, Any] = Field(
        description="What a stack file holds, with the same keys: environment, cluster, workspaces and so on"
    )
    kubeconfig: Value[str] | None = Field(
        None, description="Content of an existing cluster's kubeconfig; kept as a secret"
    )
