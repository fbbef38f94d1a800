"""Inputs of the shuffle service: sizes, disks, quotas, and configuration checked against Celeborn's registry."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ..base.constants import CELEBORN_MASTER_RPC, CELEBORN_PAUSE_RECEIVE, CELEBORN_VERSION, SCRAPER_NAMESPACE
from ..base.inputs import Inputs
from ..base.kubernetes import Annotations, Labels, PodLabels
from ..base.mistakes import Mistakes, check, refuse
from ..base.values import NamespaceName, Value, matching
from ..pods.kinds import PODS_WORDS, Pods
from ..pods.sizes import MIB_PER_GIB, is_row, regions_with_finer_sizes, round_up
from .keys import wrong_entries

OFF_HEAP_PER_DISK_MIB = 1229
"""1 GiB of disk buffer and a fifth more (Celeborn's sizing page: disk buffer x disks x 1.2)."""
MAX_DISKS = 8
LEAST_DISK_GIB: Mapping[str, int] = {"PL0": 40, "PL1": 20, "PL2": 461, "PL3": 1261}
"""Smallest ESSD of each performance level, in GiB."""
MASTER_HEAP_SHARE = 0.6
DISK_USED_PERCENT = 90
"""Share of a worker's disk that Celeborn may fill: the sorter's copies are not counted."""

OWNED = re.compile(
    r"celeborn\.(master\.(endpoints|internal\..*|host|port|http\.(host|port)|ha\..*|heartbeat\.worker\.timeout)"
    r"|worker\.((rpc|fetch|push|replicate|internal|http)\.port|http\.host|storage\.dirs)"
    r"|worker\.graceful\.shutdown\.(enabled|recoverPath|timeout|checkSlotsFinished\.timeout)"
    r"|worker\.decommission\.forceExitTimeout|network\.(bind|advertise)\..*|port\.maxRetries|storage\.availableTypes"
    r"|auth\.enabled|internal\.port\.enabled|dynamicConfig\..*|ssl\..*|metrics\.(enabled|conf.*))"
)
"""Keys that ports, policies, probes and the drain depend on: they follow from other settings, with no override."""


def _checked(allowed_keys: re.Pattern[str]) -> AfterValidator:
    """Refuses wrong entries of a server's configuration, all of them at once."""

    def check(conf: dict[str, str]) -> dict[str, str]:
        owned = {k: "follows from the component's other settings; allowed: leave it out" for k in conf if _owned(k)}
        foreign = {
            k: "belongs to the other role; allowed: in that role's conf" for k in conf if not allowed_keys.match(k)
        }
        wrong = dict(wrong_entries(conf, "server"))
        refuse(conf, foreign | owned | wrong)
        return conf

    return AfterValidator(check)


def _owned(key: str) -> bool:
    return OWNED.fullmatch(key) is not None


def _text(value: object) -> object:
    """YAML reads `4` and `true` as numbers and booleans; the servers read text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Text = Annotated[str, BeforeValidator(_text)]
MasterConf = Annotated[dict[str, Text], _checked(re.compile(r"celeborn\.(?!worker\.)"))]
WorkerConf = Annotated[dict[str, Text], _checked(re.compile(r"celeborn\.(?!master\.)"))]
Image = Annotated[
    str,
    *matching(
        rf"[^\s:]+(:\d+)?[^\s:]*:{re.escape(CELEBORN_VERSION)}([-+.]\S*)?(@sha256:[0-9a-f]{{64}})?",
        f"an image reference whose tag begins with {CELEBORN_VERSION}, the release the keys are checked against",
    ),
]
Endpoint = Annotated[str, *matching(r"[a-z0-9.-]+:\d{4,5}", "a master as host:port")]
DiskLevel = Literal["PL0", "PL1", "PL2", "PL3"]


def _size_mistakes(vcpu: float, gib: float) -> Mistakes:
    region = regions_with_finer_sizes()[0]  # the finest table: what no region sells is a mistake anywhere
    if not is_row(vcpu, gib, region):
        size = round_up(vcpu, gib, region)
        yield "memory_gib", f"{vcpu:g} vCPU/{gib:g} GiB is not a size that is sold; allowed: for example {size}"


def _team_quotas(pattern: str, words: str) -> AfterValidator:
    def check(quotas: dict[str, int]) -> dict[str, int]:
        names = {k: f"allowed: {words}" for k in quotas if not re.fullmatch(pattern, k)}
        figures = {
            k: f"{v} is not allowed; allowed: a whole number of GiB, 1 or more" for k, v in quotas.items() if v < 1
        }
        refuse(quotas, names | figures)
        return quotas

    return AfterValidator(check)


class Masters(Inputs):
    """Celeborn masters: they assign shuffles to workers and keep that state in a Raft group."""

    replicas: Literal[1, 3, 5] = Field(
        3, description="Masters; 3 survive the loss of one, 5 of two, 1 is for trials. Cannot be changed later"
    )
    vcpu: float = Field(2, ge=0.25, le=64, description="vCPU of a master")
    memory_gib: float = Field(
        4, ge=1, le=512, description=f"Memory of a master in GiB; {MASTER_HEAP_SHARE * 100:.0f} % of it is heap"
    )
    disk_gib: int = Field(
        LEAST_DISK_GIB["PL1"],
        ge=LEAST_DISK_GIB["PL1"],
        le=2048,
        description="Disk for a master's Raft log in GiB; the default is the smallest ESSD. Cannot be changed later",
    )
    conf: MasterConf = Field({}, description="Further celeborn.* keys of the masters, checked against the release")

    @check
    def _size_is_sold_somewhere(self) -> Mistakes:
        yield from _size_mistakes(self.vcpu, self.memory_gib)

    @property
    def heap_mib(self) -> int:
        """JVM heap in MiB; the rest is Netty's buffers, Raft's and the JVM's own."""
        return int(self.memory_gib * MIB_PER_GIB * MASTER_HEAP_SHARE)


class Workers(Inputs):
    """Celeborn workers: they hold the shuffle data. Always on demand: a reclaimed worker would lose shuffle data."""

    replicas: int = Field(3, ge=1, le=500, description="Workers; 2 or more for replication, 4 or more in production")
    autoscaled: bool = Field(
        False, description="True if KEDA or an HPA sets the number of workers: updates then leave it unchanged"
    )
    vcpu: float = Field(4, ge=0.25, le=64, description="vCPU of a worker; Celeborn's page: 2 vCPU for 5 GiB")
    memory_gib: float = Field(
        16, ge=2, le=512, description="Memory of a worker in GiB: 1/8 heap, 5/8 off-heap, 1/4 spare"
    )
    disks: int = Field(
        1,
        ge=1,
        le=MAX_DISKS,
        description=f"Disks of a worker; each needs {OFF_HEAP_PER_DISK_MIB} MiB of off-heap memory. Cannot be changed "
        "later",
    )
    disk_gib: int = Field(
        200,
        ge=40,
        le=32768,
        description=f"Size of each disk in GiB, of which {DISK_USED_PERCENT} % are used. Cannot be changed later",
    )
    drain_hours: int = Field(
        6, ge=1, le=48, description="Longest time that a worker being scaled in waits for its shuffles to be read"
    )
    conf: WorkerConf = Field({}, description="Further celeborn.* keys of the workers, checked against the release")

    @check
    def _size_is_sold_somewhere(self) -> Mistakes:
        yield from _size_mistakes(self.vcpu, self.memory_gib)

    @check
    def _memory_holds_the_disks_buffers(self) -> Mistakes:
        if self.off_heap_mib < self.disks * OFF_HEAP_PER_DISK_MIB:
            fit = self.off_heap_mib // OFF_HEAP_PER_DISK_MIB
            why = f"{self.memory_gib:g} GiB leave {self.off_heap_mib} MiB off-heap, buffers for only {fit}"
            yield "disks", f"{self.disks} is not allowed; {why}; allowed: at most {fit}, or more memory"

    @check
    def _watermarks_are_in_order(self) -> Mistakes:
        ratios = [float(self.conf.get(f"celeborn.worker.directMemoryRatio{k}", d)) for k, d in _WATERMARKS]
        if not ratios[0] < ratios[1] < ratios[2]:
            order = "ToResume < …ToPauseReceive < …ToPauseReplicate"
            yield "conf", f"the watermarks are out of order; allowed: celeborn.worker.directMemoryRatio{order}"

    @property
    def heap_mib(self) -> int:
        """JVM heap in MiB: an eighth, at least 1 GiB (what was tried: 4 GiB of 32)."""
        return max(MIB_PER_GIB, int(self.memory_gib * MIB_PER_GIB / 8))

    @property
    def capacity_gib(self) -> int:
        """Disk of all workers together, in GiB."""
        return self.replicas * self.disks * self.disk_gib

    @property
    def off_heap_mib(self) -> int:
        """Direct memory in MiB: three quarters less the heap. The last quarter is metaspace, threads and page cache."""
        return int(self.memory_gib * MIB_PER_GIB * 0.75) - self.heap_mib


_WATERMARKS = (("ToResume", "0.7"), ("ToPauseReceive", str(CELEBORN_PAUSE_RECEIVE)), ("ToPauseReplicate", "0.95"))


class Disks(Inputs):
    """The class of all disks of the service."""

    storage_class: str | None = Field(
        None,
        description="An existing StorageClass (binding WaitForFirstConsumer); without one an ESSD class is created. "
        "Cannot be changed later",
    )
    performance_level: DiskLevel = Field(
        "PL1",
        description="Performance level of the ESSDs created here; smallest sizes: "
        + ", ".join(f"{level} {gib} GiB" for level, gib in LEAST_DISK_GIB.items()),
    )
    encrypted: bool = Field(True, description="Encrypt the ESSDs created here (with the account's default key)")


class Tls(Inputs):
    """Encryption between jobs and the service. Tried with one master; replication and Raft over TLS were not tried."""

    secret: NamespaceName | None = Field(
        None,
        description="An existing Secret in the service's namespace with keystore.jks, truststore.jks and "
        "keystore-password; switches TLS on",
    )
    trust_store: str = Field(
        "/etc/celeborn-tls/truststore.jks",
        description="Path of the trust store in the pods of jobs (certificates only)",
    )


class ShuffleSettings(Inputs):
    """The remote shuffle service, Apache Celeborn."""

    namespace: NamespaceName = Field("celeborn", description="Namespace of the service, used by nothing else")
    existing_endpoints: tuple[Endpoint, ...] = Field(
        (), description="Masters (host:port) of an existing service; then nothing is created, and jobs use that one"
    )
    image: Value[Image] = Field(
        f"apache/celeborn:{CELEBORN_VERSION}",
        description="The servers' image; without internet access a copy, for example in an ACR instance of the region",
    )
    pull_secrets: tuple[str, ...] = Field((), description="Names of pull secrets in the service's namespace")
    masters: Masters = Field(Masters(), description="The masters")
    workers: Workers = Field(Workers(), description="The workers")
    disks: Disks = Field(Disks(), description="Class of the disks")
    replication: bool = Field(
        True, description="Two copies of shuffle data, so that a lost worker costs no recomputation (needs 2 workers)"
    )
    quotas_gib: Annotated[dict[str, int], _team_quotas(r"[a-z0-9-]+", "a team's name")] = Field(
        {},
        description="Most GiB of shuffle data a team may hold, by team; others are unlimited. Takes effect within 4 "
        "minutes",
    )
    user_quotas_gib: Annotated[dict[str, int], _team_quotas(r"[a-z0-9-]+/\S+", "team/user")] = Field(
        {}, description="Most GiB of shuffle data a user of a team may hold, by team/user"
    )
    interrupt_over_quota: bool = Field(
        False, description="Cancel running jobs that exceed their quota as well; otherwise only new shuffles fail"
    )
    authentication: bool = Field(True, description="Jobs prove that a shuffle is theirs (SASL); off only for trials")
    tls: Tls = Field(Tls(), description="Encryption with an existing Secret")
    worker_timeout_seconds: int = Field(
        240,
        ge=60,
        le=900,
        description="Seconds without a heartbeat after which a worker counts as lost; must exceed a pod's restart",
    )
    zone_spread: bool = Field(True, description="Spread over zones; needs a Pro cluster, otherwise set it to false")
    network_policy: bool = Field(True, description="Admit only workspaces, the service itself and monitoring")
    cluster_domain: str = Field("cluster.local", description="DNS domain of the cluster")
    protect: bool = Field(False, description="Refuse to delete or replace what holds data while this is true")
    pod_annotations: Annotations = Field({}, description="Further annotations of all pods (ECI: k8s.aliyun.com/…)")
    pod_labels: PodLabels = Field({}, description="Further labels of all pods (ACS: alibabacloud.com/…)")
    node_selector: Labels = Field({}, description="Node labels the pods require")

    @check
    def _never_on_spot_capacity(self) -> Mistakes:
        for key, value in self.pod_annotations.items():
            if "spot" in key and value != "NoSpot":
                why = "lets the cloud reclaim shuffle data while jobs run; allowed: leave it out"
                yield f"pod_annotations.{key}", f"{value!r} {why}"

    @check
    def _disks_are_large_enough_for_their_level(self) -> Mistakes:
        least = LEAST_DISK_GIB[self.disks.performance_level]
        for role, size in (("workers", self.workers.disk_gib), ("masters", self.masters.disk_gib)):
            if self.disks.storage_class is None and size < least:
                level = self.disks.performance_level
                yield f"{role}.disk_gib", f"{size} is not allowed; allowed: {least} or more for {level}"

    @property
    def master_hosts(self) -> tuple[str, ...]:
        """DNS names of the masters by ordinal."""
        domain = f"{MASTERS}.{self.namespace}.svc.{self.cluster_domain}"
        return tuple(f"{MASTERS}-{i}.{domain}" for i in range(self.masters.replicas))

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Masters as host:port: those of the existing service, or those created here."""
        return self.existing_endpoints or tuple(f"{h}:{CELEBORN_MASTER_RPC}" for h in self.master_hosts)


MASTERS = "celeborn-master"
WORKERS = "celeborn-worker"
"""Names of the StatefulSets and of their Services."""


class ShuffleWiring(Inputs):
    """What the shuffle service gets from the rest of the platform: what runs its pods, who reads its metrics."""

    pods: Pods = Field("eci", description=f"What runs the pods: {PODS_WORDS}")
    tags: dict[str, str] = Field({}, description="Tags of the disks, and of the pods on ECI (cost allocation)")
    metrics_namespace: NamespaceName = Field(
        SCRAPER_NAMESPACE,
        description="Namespace whose pods may read metrics; the default is that of managed Prometheus's agent",
    )


class ShuffleServiceInputs(ShuffleWiring, ShuffleSettings):
    """Inputs of ShuffleService: its settings, what runs its pods, who reads its metrics."""
