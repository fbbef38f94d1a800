"""Flat arguments of HistoryServer. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import HistoryServerInputs


class HistoryServerArgs(TypedDict):
    """Inputs of HistoryServer: its settings, where the logs are and how the pod is allowed to read them."""

    namespace: NotRequired[str]
    """Namespace of the history server, created for it; in a platform, the server of a team with a bucket of its own is in <namespace>-<team>. Allowed: 1 to 63 lower-case letters, digits, dashes. Default: spark-history."""
    image: NotRequired[pulumi.Input[str]]
    """Spark image with JindoSDK (images/spark); left out: the image of the Spark defaults. Allowed: an image with its tag or digest. Default: none."""
    vcpu: NotRequired[int]
    """vCPU of the pod; replaying logs uses them. Allowed: a whole number from 1 to 16. Default: 2."""
    memory_gib: NotRequired[int]
    """Memory of the pod in GiB; together with vcpu a size of ECI's table. Allowed: a whole number of GiB from 2 to 64. Default: 8."""
    retention_days: NotRequired[int]
    """Days until the event log of a finished job is deleted. Allowed: a whole number from 1 to 3650. Default: 30."""
    max_logs: NotRequired[int]
    """Event logs kept; the oldest go first. Allowed: a whole number from 100 to 10000000. Default: 100000."""
    files_kept: NotRequired[int]
    """Most recent files of a long job's rolling log that are kept unchanged; older ones are compacted. Allowed: a whole number from 2 to 1000. Default: 10."""
    update_seconds: NotRequired[int]
    """Seconds between scans of the directory. Allowed: a whole number from 5 to 3600. Default: 10."""
    store_gib: NotRequired[int]
    """Disk in GiB for replayed jobs, so that they open quickly again, also after a restart. Allowed: a whole number from 1 to 500. Default: 20."""
    acls: NotRequired[bool]
    """Show a job only to its user, to its spark.ui.view.acls and to admins. Needs an authenticating proxy in front of the server and a filter for it in the image's configuration; otherwise everybody is anonymous. Allowed: true or false. Default: false."""
    admins: NotRequired[list[str]]
    """Users who see every job while acls is on. Allowed: a list, each text. Default: empty."""
    admin_groups: NotRequired[list[str]]
    """Groups whose members see every job while acls is on. Allowed: a list, each text. Default: empty."""
    credentials: NotRequired[str]
    """How pods prove who they are to OSS: the RAM role of the ECI pod (eci), their service account (rrsa), or none without OSS. Allowed: eci, rrsa, none. Default: none."""
    role_name: NotRequired[pulumi.Input[str]]
    """Name of the pods' RAM role; needed for eci. Allowed: text. Default: empty."""
    role_arn: NotRequired[pulumi.Input[str]]
    """ARN of that role; needed for rrsa. Allowed: text. Default: empty."""
    oidc_provider_arn: NotRequired[pulumi.Input[str]]
    """ARN of the cluster's OIDC provider in RAM; needed for rrsa. Allowed: text. Default: empty."""
    pods: NotRequired[str]
    """What runs the pods: eci (ACK Serverless on ECI), virtual-node (ECI behind the virtual nodes of a managed cluster), acs (ACS), plain (any other Kubernetes). Allowed: eci, virtual-node, acs, plain. Default: eci."""
    event_log_dir: pulumi.Input[str]
    """Directory to which jobs write event logs; must exist. Allowed: a directory such as oss://bucket.region.oss-dls.aliyuncs.com/logs."""
    region: NotRequired[str]
    """Region of the bucket. Allowed: an Alibaba Cloud region id such as cn-hangzhou or ap-southeast-1. Default: cn-hangzhou."""
    credentials_sidecar_image: NotRequired[pulumi.Input[str]]
    """Image with ack-ram-tool, used with credentials rrsa. Allowed: an image with its tag or digest. Default: registry.cn-hangzhou.aliyuncs.com/acs/ack-ram-tool:1.3.0."""
    tags: NotRequired[dict[str, str]]
    """Tags of the pod for cost allocation. Allowed: a map of text to text. Default: empty."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    HistoryServerArguments = HistoryServerArgs | HistoryServerInputs
else:
    HistoryServerArguments = HistoryServerArgs
