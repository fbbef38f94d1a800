"""The sections of a stack file, composed of the components' own settings, and what follows from them."""

import re
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from ..admission.inputs import AdmissionSettings
from ..base.cloud import OwnTags, Region, Zone
from ..base.inputs import Inputs
from ..base.mistakes import WrongElsewhereError, not_allowed
from ..base.model import JoinedLater
from ..base.outputs import is_known
from ..base.sentences import Allowed
from ..base.values import matching
from ..cluster.inputs import ClusterSettings
from ..history.inputs import HistorySettings
from ..identity.inputs import IdentitySettings
from ..monitoring.inputs import MonitoringSettings
from ..network.inputs import NetworkSettings
from ..pods.kinds import Credentials
from ..registry.inputs import RegistrySettings
from ..shuffle.inputs import ShuffleSettings
from ..spark.inputs import SparkSettings
from ..spark_operator.inputs import OperatorSettings
from ..storage.inputs import StorageSettings
from ..workspace.inputs import Egress, WorkspaceSettings
from .images import ImagesSettings


def _day(value: object) -> object:
    """A date without quotes is a point in time to the engine's YAML: its text begins with the day."""
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})([T ]00:00:00.*)?", value) if isinstance(value, str) else None
    return match[1] if match else value


def _is_a_day(value: str) -> str:
    try:
        if date.fromisoformat(value).isoformat() != value:
            raise ValueError(value)
    except ValueError:
        raise not_allowed(f"allowed: {DAY_WORDS}") from None
    return value


DAY_WORDS = "a day such as 2026-12-31"
Day = Annotated[str, BeforeValidator(_day), AfterValidator(_is_a_day), Allowed(DAY_WORDS)]
Environment = Annotated[str, *matching(r"[a-z][a-z0-9-]{1,19}", "2 to 20 lower-case letters, digits and dashes")]


class Retire(Inputs):
    """What leaves the stack, each with the day (UTC) from which its removal is allowed."""

    teams: dict[str, Day] = Field(
        {},
        description="Team -> day. While its workspace is still listed, it takes no new jobs and those that run go on; "
        "from that day on the workspace may be removed, with its namespace and all jobs in it",
    )
    zones: dict[Zone, Day] = Field(
        {},
        description="Zone -> day from which it may be removed from network.zones, with its vswitch and all pods in it",
    )
    shuffle: Day | None = Field(
        None, description="Day from which the shuffle service may be removed, with the shuffle data of running jobs"
    )


class Sections(Inputs):
    """A stack file: `stacks/Pulumi.<stack>.yaml`, keys under `spark-on-ack:`."""

    environment: Environment = Field(
        description="Name of the environment; it is part of cost tags, and selects the policies' levels"
    )
    region: Region = Field("cn-hangzhou", description="Region of every cloud resource")
    tags: OwnTags = Field({}, description="Further tags of every cloud object and pod (cost allocation)")
    network: NetworkSettings | None = Field(
        None, description="The VPC, created here or existing; left out with an existing cluster"
    )
    cluster: ClusterSettings = Field(description="The Kubernetes cluster, created here or existing")
    storage: StorageSettings | None = Field(None, description="OSS buckets; left out: no object storage")
    registry: RegistrySettings | None = Field(
        None, description="A container registry of the account for all images of the platform; images.registry follows"
    )
    images: ImagesSettings = Field(ImagesSettings(), description="Where the platform's images come from")
    identity: IdentitySettings = Field(IdentitySettings(), description="How pods get their rights in the cloud")
    shuffle: ShuffleSettings | None = Field(
        ShuffleSettings(),
        description="The remote shuffle service; null: none, and executors that hold shuffle data are not given back",
    )
    operator: OperatorSettings = Field(OperatorSettings(), description="The Spark operator")
    admission: AdmissionSettings = Field(AdmissionSettings(), description="The rules for submitted jobs")
    spark: SparkSettings = Field(SparkSettings(), description="Defaults of all teams' jobs")
    workspaces: Annotated[tuple[WorkspaceSettings, ...], JoinedLater()] = Field((), description="One entry per team")
    retire: Retire = Field(
        Retire(), description="What leaves; removing something live that is not named here is refused"
    )
    history: HistorySettings | None = Field(None, description="The Spark history server; needs storage")
    monitoring: MonitoringSettings | None = Field(None, description="Alerts and dashboards")
    preflight: bool = Field(
        True, description="At preview, ask the account for zones, service roles and free addresses; false: do not ask"
    )

    @property
    def all_tags(self) -> dict[str, str]:
        """Tags of every cloud object and pod: the environment and what the stack adds."""
        return {"environment": self.environment, **self.tags}

    @property
    def credentials(self) -> Credentials:
        """How pods prove who they are to OSS: none without storage, or off Alibaba Cloud."""
        return "none" if self.storage is None or self.cluster.pods == "plain" else self.identity.mode

    @property
    def registry_namespace(self) -> str:
        """Namespace of the images in the stack's registry: each environment fills its own."""
        return (self.registry.namespace if self.registry else None) or f"spark-{self.environment}"

    @cached_property
    def platform_images(self) -> ImagesSettings:
        """Where the platform's images come from: the folder that is named, or that of the stack's registry."""
        if self.registry is None:
            return self.images
        return self.images.in_folder(f"{self.registry.host(self.region)}/{self.registry_namespace}")

    @cached_property
    def job_defaults(self) -> SparkSettings:
        """Defaults of all teams' jobs, with the platform's images where they name none."""
        return self.platform_images.of_jobs(self.spark)

    @property
    def job_namespaces(self) -> tuple[str, ...]:
        """Namespaces of the teams."""
        return tuple(w.namespace for w in self.workspaces)

    @property
    def pod_namespaces(self) -> tuple[str, ...]:
        """Namespaces in which the platform makes pods: the teams', and those of its own services."""
        own = [self.operator.namespace] if self.workspaces else []
        own += [self.shuffle.namespace] if self.shuffle and not self.shuffle.existing_endpoints else []
        if self.history is not None and self.storage is not None:
            own += [self.history.namespace_of(team) for team in ("", *self.storage.team_buckets)]
        return (*self.job_namespaces, *own)

    @property
    def pods_at_quota(self) -> int | None:
        """Pods that all teams may run together, one address each. None while a quota is unknown or wrong."""
        try:
            pods = [w.quota.pods for w in self.workspaces]
        except WrongElsewhereError:
            return None
        return sum(p for p in pods if isinstance(p, int)) if is_known(*pods) else None

    def team(self, index: int) -> WorkspaceSettings:
        """The effective workspace number `index`: its settings over the platform's job defaults, tags and network."""
        if index not in self._teams:
            workspace = self.workspaces[index]
            parts: dict[str, Callable[[], Any]] = {
                "spark": lambda: workspace.spark.over(self.job_defaults),
                "tags": lambda: {**self.all_tags, "team": workspace.team, **workspace.tags},
                "egress": lambda: self._egress(workspace.egress),
            }
            self._teams[index] = workspace.changed_by(parts)
        return self._teams[index]

    @property
    def teams(self) -> tuple[WorkspaceSettings, ...]:
        """All effective workspaces."""
        return tuple(self.team(i) for i in range(len(self.workspaces)))

    @cached_property
    def _teams(self) -> dict[int, WorkspaceSettings]:
        return {}  # joined once: trial, guard and program see the same

    def _egress(self, egress: Egress) -> Egress:
        """Where the API server may be: the VPC created here, unless the team's settings say otherwise."""
        network = self.network
        if network is None or network.existing.in_use or "cluster_cidrs" in egress.model_fields_set:
            return egress
        return egress.changed(cluster_cidrs=(network.cidr, self.cluster.service_cidr))
