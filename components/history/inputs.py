"""Inputs of the history server: what it reads, how long it keeps it, who may see it."""

from typing import Annotated

from pydantic import Field

from ..base.cloud import Region
from ..base.inputs import Inputs
from ..base.kubernetes import names
from ..base.mistakes import Mistakes, check
from ..base.sentences import Allowed
from ..base.values import Value, matching
from ..pods.kinds import PodSurroundings
from ..pods.parts import FREE_EPHEMERAL_GIB
from ..pods.sizes import Spec, is_row, nearest_row, regions_with_finer_sizes
from ..spark.inputs import SIDECAR_IMAGE, Image

FREE_STORE_GIB = FREE_EPHEMERAL_GIB - 10
"""Of a pod's free disk the image takes about ten GiB; the rest is for the store before more disk is billed."""
HISTORY_ACCOUNT = "spark-history"
"""Service account of the server: the identity of the event logs is bound to it."""
Name = Annotated[str, *matching(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "1 to 63 lower-case letters, digits, dashes")]
EventLogDir = Annotated[
    str, *matching(r"(oss|hdfs|file)://\S+|/\S+", "a directory such as oss://bucket.region.oss-dls.aliyuncs.com/logs")
]


class HistorySettings(Inputs):
    """The Spark history server: shows finished jobs, and deletes old event logs."""

    namespace: Name = Field(
        "spark-history",
        description="Namespace of the history server, created for it; in a platform, the server of a team with a "
        "bucket of its own is in <namespace>-<team>",
    )
    image: Value[Image] | None = Field(
        None, description="Spark image with JindoSDK (images/spark); left out: the image of the Spark defaults"
    )
    vcpu: int = Field(2, ge=1, le=16, description="vCPU of the pod; replaying logs uses them")
    memory_gib: Annotated[int, Field(ge=2, le=64), Allowed("a whole number of GiB from 2 to 64")] = Field(
        8, description="Memory of the pod in GiB; together with vcpu a size of ECI's table"
    )
    retention_days: int = Field(30, ge=1, le=3650, description="Days until the event log of a finished job is deleted")
    max_logs: int = Field(100000, ge=100, le=10000000, description="Event logs kept; the oldest go first")
    files_kept: int = Field(
        10,
        ge=2,
        le=1000,
        description="Most recent files of a long job's rolling log that are kept unchanged; older ones are compacted",
    )
    update_seconds: int = Field(10, ge=5, le=3600, description="Seconds between scans of the directory")
    store_gib: int = Field(
        FREE_STORE_GIB,
        ge=1,
        le=500,
        description="Disk in GiB for replayed jobs, so that they open quickly again, also after a restart",
    )
    acls: bool = Field(
        False,
        description="Show a job only to its user, to its spark.ui.view.acls and to admins. Needs an authenticating "
        "proxy in front of the server and a filter for it in the image's configuration; otherwise everybody is "
        "anonymous",
    )
    admins: Annotated[tuple[str, ...], names("users by name", accounts=False)] = Field(
        (), description="Users who see every job while acls is on"
    )
    admin_groups: Annotated[tuple[str, ...], names("groups by name", accounts=False)] = Field(
        (), description="Groups whose members see every job while acls is on"
    )

    @check
    def _size_is_sold_somewhere(self) -> Mistakes:
        region = regions_with_finer_sizes()[0]
        if not is_row(self.vcpu, self.memory_gib, region):
            rows = " or ".join(map(str, nearest_row(self.vcpu, self.memory_gib, region)))
            size = Spec(self.vcpu, self.memory_gib)
            yield "memory_gib", f"{size} is not a size of serverless pods; allowed: {rows}"

    def namespace_of(self, team: str) -> str:
        """Namespace of the server that shows the logs in a team's own bucket; of the shared one for an empty name."""
        return f"{self.namespace}-{team}" if team else self.namespace

    @check
    def _admins_need_acls(self) -> Mistakes:
        if not self.acls and (self.admins or self.admin_groups):
            yield "admins", "has no effect while acls is false; allowed: acls: true, or no admins"


class HistoryWiring(PodSurroundings):
    """Where the logs are, and how the pod is allowed to read them."""

    event_log_dir: Value[EventLogDir] = Field(description="Directory to which jobs write event logs; must exist")
    region: Region = Field("cn-hangzhou", description="Region of the bucket")
    credentials_sidecar_image: Value[Image] = Field(
        SIDECAR_IMAGE, description="Image with ack-ram-tool, used with credentials rrsa"
    )
    tags: dict[str, str] = Field({}, description="Tags of the pod for cost allocation")


class HistoryServerInputs(HistoryWiring, HistorySettings):
    """Inputs of HistoryServer: its settings, where the logs are and how the pod is allowed to read them."""

    @check
    def _image_is_known(self) -> Mistakes:
        if self.image is None:
            yield "image", "missing; allowed: a Spark image with JindoSDK, with its tag or digest"
