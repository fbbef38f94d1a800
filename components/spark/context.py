"""Where a team's jobs run: what their configuration and pod templates depend on besides the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..pods.parts import PodContext


@dataclass(frozen=True, kw_only=True)
class JobContext(PodContext):
    """Known facts of one workspace, in plain values; an empty text stands for "there is none"."""

    team: str = ""
    shuffle_conf: Mapping[str, str] = field(default_factory=dict)
    """Spark configuration of the shuffle service's clients; empty without a shuffle service."""
    event_log_dir: str = ""
    oss_hdfs: bool = False
    """True when the region's OSS-HDFS is the default for `oss://` paths."""
    files_bucket: str = ""
    """Plain OSS bucket that jobs read their jars and files from."""
    quota_pods: int | None = None
    quota_cpu: int | None = None
    """vCPU that all pods of the team may request together."""
    quota_memory_gib: int | None = None
    drivers: int = 1
    """Drivers that run at the same time; the executor limit leaves room for them."""
