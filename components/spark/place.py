"""Where a team's jobs run: what their configuration and pod templates depend on besides the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..base.cloud import Credentials, Pods


@dataclass(frozen=True)
class JobPlace:
    """Known facts of one workspace, in plain values; text that is left empty stands for "there is none"."""

    team: str
    namespace: str
    region: str
    pods: Pods = "eci"
    """What runs the pods: ACK Serverless on ECI, ECI behind the virtual nodes of a managed cluster, ACS, or any other
    Kubernetes (the sandbox)."""
    credentials: Credentials = "none"
    """How pods prove who they are to OSS; `none` where there is no OSS."""
    role_name: str = ""
    """RAM role named in the annotation of ECI pods (`credentials` eci)."""
    role_arn: str = ""
    oidc_provider_arn: str = ""
    """The role a service account token is exchanged for, and by which provider (`credentials` rrsa)."""
    celeborn: Mapping[str, str] = field(default_factory=dict)
    """Spark configuration of the shuffle service's clients; empty without a shuffle service."""
    event_log_dir: str = ""
    oss_hdfs: bool = False
    """True when the region's OSS-HDFS is the default for `oss://` paths."""
    files_bucket: str = ""
    """Plain OSS bucket that jobs read their jars and files from."""
    quota_pods: int | None = None
    quota_vcpu: int | None = None
    quota_memory_gib: int | None = None
    drivers: int = 1
    """Drivers that run at the same time; room for them is kept free when executors are counted."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags for cost allocation on every pod."""
