"""Inputs of a team's workspace: quota, sizes, who submits jobs, which images and networks they may use."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..base.cloud import OwnTags, Region, cidr
from ..base.constants import SCRAPER_NAMESPACE
from ..base.egress import METADATA_ADDRESS, METADATA_SERVICE
from ..base.inputs import Inputs
from ..base.kubernetes import Labels, names
from ..base.mistakes import Mistakes, check, not_allowed
from ..base.sentences import Allowed, show
from ..base.values import Value, matching
from ..pods.kinds import KINDS, PodSurroundings
from ..spark.inputs import EXECUTOR, MAX_EXECUTORS, SparkSettings

TEAM = "1 to 40 lower-case letters, digits and dashes, beginning with a letter"
TEAM_PATTERN = r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?"
Team = Annotated[str, *matching(TEAM_PATTERN, TEAM)]
NAMESPACE_WORDS = "1 to 63 lower-case letters, digits and dashes, not default and not kube-…"
NAMESPACE = r"(?!kube-|default$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
RESERVED_LABELS = ("kubernetes.io", "k8s.io", "spark-on-ack.io")
UNNAMED = "spark-<team>"
ImagePrefix = Annotated[
    str,
    *matching(
        r"[a-zA-Z0-9][a-zA-Z0-9._:-]*(/[a-zA-Z0-9._-]+)*/?",
        "an image without tag (registry.example.com/data/spark), or a folder of images ending with / "
        "(registry.example.com/data/)",
    ),
]
Cidr = Annotated[str, *cidr(8, 32, private=False)]


def _no_metadata_service(cidrs: tuple[str, ...]) -> tuple[str, ...]:
    """A range that merely holds the service's address excepts it; the address itself cannot be wanted."""
    if {METADATA_ADDRESS, METADATA_SERVICE} & set(cidrs):
        raise not_allowed(
            f"{METADATA_SERVICE!r} is the metadata service, which hands out credentials; allowed: other ranges (pods "
            "with a RAM role reach it anyway)"
        )
    return cidrs


def _destinations(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        address, _, port = value.rpartition(":")
        try:
            ipaddress.IPv4Network(address)
            wrong = not port.isdigit() or not 1 <= int(port) <= 65535
        except ValueError:
            wrong = True
        if wrong:
            raise not_allowed(f"{value!r} is not a destination; allowed: IPv4 range and port, such as 10.1.2.0/24:3306")
        _no_metadata_service((address,))
    return values


Cidrs = Annotated[tuple[Cidr, ...], AfterValidator(_no_metadata_service)]
Groups = Annotated[tuple[str, ...], names("the team's own groups", accounts=False)]
Users = Annotated[tuple[str, ...], names("the team's own users, or accounts of CI by full name", accounts=True)]
Destinations = Annotated[tuple[str, ...], AfterValidator(_destinations), Allowed("a list of range:port")]
Count = Annotated[int, Field(ge=0, le=100000)]
Positive = Annotated[int, Field(ge=1, le=100000)]


PODS = MAX_EXECUTORS
"""Default number of pods: one job of the default size fits."""


class Quota(Inputs):
    """What all jobs of the team may use at the same time."""

    pods: Value[Positive] = Field(PODS, description="Running and pending pods, drivers and executors together")
    drivers: Value[Positive] = Field(
        10, description="Drivers expected at the same time; no job may request executors in their place"
    )
    finished_pods: Value[Count] = Field(
        500, description="Finished driver pods kept in addition; they are deleted with their SparkApplication"
    )
    cpu: Value[Positive] = Field(
        PODS * int(EXECUTOR.vcpu),
        description=f"vCPU requested by all pods together; the default is {PODS} executors of the default size",
    )
    memory_gib: Value[Positive] = Field(
        PODS * int(EXECUTOR.gib),
        description=f"GiB of memory requested by all pods together; the default is {PODS} executors of the default "
        "size",
    )
    applications: Value[Positive] = Field(
        500, description="SparkApplications, running and finished; set timeToLiveSeconds in them to have them removed"
    )
    services: Value[Count] = Field(100, description="Services; a running job has two, for its driver and its UI")
    config_maps: Value[Count] = Field(500, description="ConfigMaps; a job has two or three")
    secrets: Value[Count] = Field(50, description="Secrets")
    volume_claims: int = Field(
        0,
        ge=0,
        le=10000,
        description="PersistentVolumeClaims; 0: none, jobs use the pods' own disks, and drivers cannot create any",
    )
    storage_gib: Value[Count] = Field(0, description="GiB of all volume claims together")


class ContainerSize(Inputs):
    """Sizes of single containers."""

    max_cpu: int = Field(16, ge=1, le=64, description="Most vCPU one container may request; ECI's largest pod has 64")
    max_memory_gib: int = Field(64, ge=1, le=512, description="Most GiB of memory one container may request")
    default_cpu_millis: int = Field(
        500,
        ge=50,
        le=64000,
        description="Request of a container that sets none (sidecars), in thousandths of a vCPU",
    )
    default_memory_mib: int = Field(
        1024, ge=64, le=524288, description="Memory, as request and limit, of a container that sets none, in MiB"
    )


class Submitters(Inputs):
    """Who may submit jobs, in addition to the workspace's own group `spark-on-ack:<team>:submit`."""

    groups: Groups = Field((), description="Further groups, under the names the cluster's authentication gives them")
    users: Users = Field((), description="Further users: RAM user ids, or system:serviceaccount:<namespace>:<name>")


class Egress(Inputs):
    """Where jobs may connect to, in addition to their own pods, DNS, the API server and the shuffle service."""

    cloud_cidrs: Cidrs = Field(
        ("100.64.0.0/10",),
        description="Ranges of the cloud's own services, port 443: OSS, STS and RAM inside a VPC (not proven here); "
        "the metadata service in them is excepted",
    )
    cluster_cidrs: Cidrs = Field(
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        description="Ranges of the API server, ports 443 and 6443, for drivers only; narrow it to the VPC's range",
    )
    dns_cidrs: Cidrs = Field(
        (),
        description="DNS servers besides those in kube-system; empty: any in cluster_cidrs and cloud_cidrs, because "
        "the address of a managed CoreDNS cannot be known here",
    )
    destinations: Destinations = Field(
        (), description="Databases and other services, as range:port, for example 10.1.2.0/24:3306"
    )


class WorkspaceSettings(Inputs):
    """One team: its namespace, quota, users and the defaults of its jobs."""

    team: Team = Field(description="Name of the team; part of names, labels, cost tags and the submit group")
    namespace: Annotated[str, Allowed(NAMESPACE_WORDS)] = Field(
        UNNAMED, description="Namespace of the team's jobs, and of nothing else"
    )
    quota: Quota = Field(Quota(), description="What all jobs of the team may use at the same time")
    container: ContainerSize = Field(ContainerSize(), description="Sizes of single containers")
    monthly_budget_cny: int | None = Field(
        None, ge=0, le=10**9, description="Whole CNY a month; policies warn or refuse when the quota costs more"
    )
    submitters: Submitters = Field(Submitters(), description="Who may submit jobs")
    images: tuple[ImagePrefix, ...] = Field(
        ("spark", "apache/spark"),
        description="Images that jobs may use; the platform's Spark image is always allowed. The defaults are the "
        "official Spark images",
    )
    egress: Egress = Field(Egress(), description="Where jobs may connect to")
    spark: SparkSettings = Field(SparkSettings(), description="The team's job defaults; they override the platform's")
    labels: Labels = Field({}, description="Further labels of the namespace")
    tags: OwnTags = Field({}, description="Further cost tags of the team's pods, for example cost-center: data")

    @classmethod
    def prepared(cls, data: Mapping[Any, Any]) -> dict[Any, Any]:
        """Derives the namespace from the team where it is left out."""
        team = data.get("team")
        if not data.get("namespace") and isinstance(team, str) and re.fullmatch(TEAM_PATTERN, team):
            data = {**data, "namespace": UNNAMED.replace("<team>", team)}
        return super().prepared(data)

    @check
    def _namespace_is_a_name(self) -> Mistakes:
        if self.namespace != UNNAMED and not re.fullmatch(NAMESPACE, self.namespace):
            yield "namespace", f"{show(self.namespace)} is not allowed; allowed: {NAMESPACE_WORDS}"

    @check
    def _labels_are_the_teams_own(self) -> Mistakes:
        wrong = [key for key in self.labels if key.split("/")[0].endswith(RESERVED_LABELS)]
        if wrong:
            yield "labels", f"{', '.join(wrong)}: set by the platform; allowed: labels with another prefix"

    @check
    def _drivers_leave_room_for_executors(self) -> Mistakes:
        pods, drivers = self.quota.pods, self.quota.drivers
        if isinstance(pods, int) and isinstance(drivers, int) and pods <= drivers:
            reason = f"{pods} leaves no executor beside {drivers} drivers; allowed: more pods, or fewer drivers"
            yield "quota.pods", reason

    @check
    def _quota_holds_the_smallest_job(self) -> Mistakes:
        for key, part in (("cpu", "vcpu"), ("memory_gib", "memory_gib")):
            size = getattr(self.spark.driver, part) + getattr(self.spark.executor, part)
            quota = getattr(self.quota, key)
            if isinstance(quota, int) and quota < size:
                yield (
                    f"quota.{key}",
                    f"{quota} does not hold one driver and one executor; allowed: {size} or more, or smaller pods",
                )

    @check
    def _largest_container_holds_the_pods(self) -> Mistakes:
        for key, part in (("max_cpu", "vcpu"), ("max_memory_gib", "memory_gib")):
            most = getattr(self.container, key)
            for side in ("driver", "executor"):
                size = getattr(getattr(self.spark, side), part)
                if size > most:
                    yield (
                        f"container.{key}",
                        f"{most} is less than the {size} of spark.{side}, so every job would be refused; allowed: "
                        f"{size} or more, or a smaller {side}",
                    )

    @check
    def _claims_need_storage(self) -> Mistakes:
        if self.quota.volume_claims and self.quota.storage_gib == 0:
            yield (
                "quota.storage_gib",
                f"missing; {self.quota.volume_claims} volume claims need storage; allowed: 1 or more",
            )


class WorkspaceWiring(PodSurroundings):
    """What the rest of the platform gives a team's jobs."""

    region: Region = Field("cn-hangzhou", description="Region of cluster and buckets")
    shuffle_namespace: str | None = Field(None, description="Namespace of the shuffle service; none: there is none")
    shuffle_conf: Value[dict[str, str]] = Field(
        {}, description="Spark configuration of the shuffle service's clients: the output spark_conf of ShuffleService"
    )
    event_log_dir: Value[str] = Field("", description="Where jobs write event logs (oss://…); empty: nowhere")
    oss_hdfs: bool = Field(False, description="Whether oss:// paths go to OSS-HDFS by default")
    files_bucket: Value[str] = Field("", description="Plain bucket jobs read their files from; empty: none")
    retired: str = Field(
        "",
        description="Day from which the workspace may be removed: it takes no new jobs, those that run go on; empty: "
        "it stays",
    )
    metrics_namespace: str = Field(
        SCRAPER_NAMESPACE, description="Namespace of the pods that read the drivers' metrics"
    )


class WorkspaceInputs(WorkspaceWiring, WorkspaceSettings):
    """Inputs of Workspace: its settings, and what the rest of the platform provides to its jobs."""

    @check
    def _sizes_are_sold_in_the_region(self) -> Mistakes:
        if KINDS[self.pods].on_eci:
            for path, reason in self.spark.size_mistakes(self.region):
                yield f"spark.{path}", reason
