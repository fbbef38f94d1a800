"""Inputs of a team's workspace: quota, sizes, who submits, which images and networks its jobs may use."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from ..base.cloud import Credentials, Pods, cidr
from ..base.constants import SCRAPER_NAMESPACE
from ..base.inputs import Inputs, Value, matching, not_allowed
from ..base.sentences import Allowed, show
from ..spark.inputs import SparkSettings

TEAM = "1 to 40 lower-case letters, digits and dashes, beginning with a letter"
Team = Annotated[str, *matching(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", TEAM)]
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
EVERYONE = ("system:masters", "system:authenticated", "system:unauthenticated", "system:serviceaccounts")


def _subjects(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name in EVERYONE or not name.strip():
            raise not_allowed(f"{name!r} is not a group of a team; allowed: names of the team's own people or CI")
    return names


def _destinations(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        address, _, port = value.rpartition(":")
        try:
            ipaddress.IPv4Network(address)
            wrong = not port.isdigit() or not 1 <= int(port) <= 65535
        except ValueError:
            wrong = True
        if wrong:
            raise not_allowed(f"{value!r} is no destination; allowed: an IPv4 range and a port, as 10.1.2.0/24:3306")
    return values


Subjects = Annotated[tuple[str, ...], AfterValidator(_subjects)]
Destinations = Annotated[tuple[str, ...], AfterValidator(_destinations), Allowed("a list of range:port")]
Count = Annotated[int, Field(ge=0, le=100000)]
Positive = Annotated[int, Field(ge=1, le=100000)]


class Quota(Inputs):
    """What all jobs of the team may use at the same time."""

    pods: Value[Positive] = Field(200, description="Pods that run or wait, drivers and executors together")
    drivers: Value[Positive] = Field(
        10, description="Drivers expected at the same time; no job may ask for executors in their place"
    )
    finished_pods: Value[Count] = Field(
        500, description="Finished driver pods that may lie about besides; they go with their SparkApplication"
    )
    cpu: Value[Positive] = Field(800, description="vCPU requested by all pods; 200 pods of 4 by default")
    memory_gib: Value[Positive] = Field(3200, description="GiB of memory requested by all pods; 4 a vCPU by default")
    applications: Value[Positive] = Field(
        500, description="SparkApplications, running and finished; set timeToLiveSeconds to have them removed"
    )
    services: Value[Count] = Field(100, description="Services; a running job has two, its driver's and its UI's")
    config_maps: Value[Count] = Field(500, description="Config maps; a job has two or three")
    secrets: Value[Count] = Field(50, description="Secrets")
    volume_claims: int = Field(
        0,
        ge=0,
        le=10000,
        description="Volume claims; 0: none, jobs use the pods' own disks, and drivers cannot make any",
    )
    storage_gib: Value[Count] = Field(0, description="GiB of all volume claims")


class ContainerSize(Inputs):
    """Sizes of single containers."""

    max_cpu: int = Field(16, ge=1, le=64, description="Most vCPU one container may request; ECI ends at 64")
    max_memory_gib: int = Field(64, ge=1, le=512, description="Most GiB of memory one container may request")
    default_cpu_millis: int = Field(
        500, ge=50, le=64000, description="Request of a container that names none, in thousandths of a vCPU (sidecars)"
    )
    default_memory_mib: int = Field(
        1024, ge=64, le=524288, description="Memory, as request and limit, of a container that names none, in MiB"
    )


class Submitters(Inputs):
    """Who may submit jobs, besides the workspace's own group `spark-on-ack:<team>:submit`."""

    groups: Subjects = Field((), description="Further groups, as the cluster's authentication names them")
    users: Subjects = Field((), description="Further users: RAM user ids, or system:serviceaccount:<namespace>:<name>")


class Egress(Inputs):
    """Where jobs may connect to, besides their own pods, DNS, the API server and the shuffle service."""

    cloud_cidrs: tuple[Cidr, ...] = Field(
        ("100.64.0.0/10",),
        description="Ranges of the cloud's own services, port 443: OSS, STS and RAM inside a VPC (not proven here)",
    )
    cluster_cidrs: tuple[Cidr, ...] = Field(
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        description="Ranges of the API server, ports 443 and 6443, for drivers only; narrow it to the VPC's range",
    )
    dns_cidrs: tuple[Cidr, ...] = Field(
        ("100.100.2.136/32", "100.100.2.138/32"),
        description="DNS servers besides the cluster's own; the default are those of a VPC (from memory)",
    )
    destinations: Destinations = Field(
        (), description="Databases and the like, as range:port, for example 10.1.2.0/24:3306"
    )


class WorkspaceSettings(Inputs):
    """One team: its namespace, quota, people and the defaults of its jobs."""

    team: Team = Field(description="Name of the team; part of names, labels, cost tags and of the submit group")
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
        description="Images jobs may use; the platform's Spark image is always allowed. The default are the official "
        "Spark images",
    )
    egress: Egress = Field(Egress(), description="Where jobs may connect to")
    spark: SparkSettings = Field(SparkSettings(), description="Job defaults of the team, over the platform's")
    labels: dict[str, str] = Field({}, description="Further labels of the namespace")
    tags: dict[str, str] = Field({}, description="Further cost tags of the team's pods, for example cost-center: data")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: object) -> object:
        if isinstance(data, Mapping) and isinstance(team := data.get("team"), str):
            return {**data, "namespace": data.get("namespace") or UNNAMED.replace("<team>", team)}
        return data

    @model_validator(mode="after")
    def _names(self) -> Self:
        if not re.fullmatch(NAMESPACE, self.namespace):
            raise not_allowed(f"{show(self.namespace)} is not allowed; allowed: {NAMESPACE_WORDS}", "namespace")
        wrong = [key for key in self.labels if key.split("/")[0].endswith(RESERVED_LABELS)]
        if wrong:
            raise not_allowed(f"{', '.join(wrong)}: set by the platform; allowed: labels of your own", "labels")
        return self

    @model_validator(mode="after")
    def _room(self) -> Self:
        quota, driver, executor = self.quota, self.spark.driver, self.spark.executor
        pods, drivers = quota.pods, quota.drivers
        if isinstance(pods, int) and isinstance(drivers, int) and pods <= drivers:
            raise not_allowed(
                f"{pods} leaves no executor beside {drivers} drivers; allowed: more pods, or fewer drivers",
                "quota.pods",
            )
        for key, size, held in (
            ("cpu", driver.vcpu + executor.vcpu, quota.cpu),
            ("memory_gib", driver.memory_gib + executor.memory_gib, quota.memory_gib),
        ):
            if isinstance(held, int) and held < size:
                raise not_allowed(
                    f"{held} does not hold one driver and one executor; allowed: {size} or more, or smaller pods",
                    f"quota.{key}",
                )
        return self

    @model_validator(mode="after")
    def _largest(self) -> Self:
        for side in ("driver", "executor"):
            spec = getattr(self.spark, side)
            for key, wanted, most in (
                ("max_cpu", spec.vcpu, self.container.max_cpu),
                ("max_memory_gib", spec.memory_gib, self.container.max_memory_gib),
            ):
                if wanted > most:
                    raise not_allowed(
                        f"{most} is less than the {wanted} of spark.{side}, so every job would be refused; allowed: "
                        f"{wanted} or more, or a smaller {side}",
                        f"container.{key}",
                    )
        return self

    @model_validator(mode="after")
    def _claims(self) -> Self:
        if self.quota.volume_claims and self.quota.storage_gib == 0:
            raise not_allowed(
                f"missing; {self.quota.volume_claims} volume claims need storage; allowed: 1 or more",
                "quota.storage_gib",
            )
        return self


class WorkspaceInputs(WorkspaceSettings):
    """Inputs of Workspace: its settings, and what the rest of the platform gives its jobs."""

    region: str = Field("cn-hangzhou", description="Region of cluster and buckets")
    pods: Pods = Field(
        "eci", description="What runs the pods: ACK Serverless, virtual nodes of a managed cluster, ACS, or any other"
    )
    credentials: Credentials = Field("none", description="How pods prove who they are to OSS; none without OSS")
    role_name: Value[str] = Field("", description="RAM role of the team's pods; empty without OSS")
    role_arn: Value[str] = Field("", description="ARN of that role; needed for rrsa")
    oidc_provider_arn: Value[str] = Field("", description="ARN of the cluster's OIDC provider in RAM; needed for rrsa")
    shuffle_namespace: str | None = Field(None, description="Namespace of the shuffle service; none: there is none")
    shuffle_conf: Value[dict[str, str]] = Field(
        {}, description="Spark configuration of the shuffle service's clients: the output spark_conf of ShuffleService"
    )
    event_log_dir: Value[str] = Field("", description="Where jobs write event logs (oss://…); empty: nowhere")
    oss_hdfs: bool = Field(False, description="Whether oss:// paths go to OSS-HDFS by default")
    files_bucket: Value[str] = Field("", description="Plain bucket jobs read their files from; empty: none")
    metrics_namespace: str = Field(
        SCRAPER_NAMESPACE, description="Namespace of the pods that read the drivers' metrics"
    )

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        for path, reason in self.spark.size_mistakes(self.region, eci=self.pods in ("eci", "virtual-node")):
            raise not_allowed(reason, f"spark.{path}")
        return self

    @model_validator(mode="after")
    def _identity(self) -> Self:
        needed: dict[str, Any] = {
            "eci": {"role_name": self.role_name},
            "rrsa": {"role_arn": self.role_arn, "oidc_provider_arn": self.oidc_provider_arn},
            "none": {},
        }[self.credentials]
        for key, value in needed.items():
            if value == "":
                raise not_allowed(f"missing; credentials {self.credentials} need it; allowed: text", key)
        if self.credentials == "eci" and self.pods == "acs":
            raise not_allowed("'eci' is not known to work on ACS pods; allowed: rrsa, none", "credentials")
        return self
