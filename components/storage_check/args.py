"""Flat arguments of StorageCheck. GENERATED from its inputs by `make generate`: do not edit."""

from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

if TYPE_CHECKING:
    from .inputs import StorageCheckInputs


class StorageCheckArgs(TypedDict):
    """A check of a bucket from inside the cluster: list, create folders, write, read, rename, delete."""

    namespace: str
    """Namespace of the check. Allowed: a Kubernetes name of 1 to 53 characters."""
    service_account: str
    """Service account of its pod, with the rights to be checked. Allowed: a Kubernetes name of 1 to 53 characters."""
    image: pulumi.Input[str]
    """Spark image with JindoSDK, the one jobs use. Allowed: text."""
    root: str
    """Root of the bucket or folder to check; the check leaves nothing there. Allowed: an address such as oss://bucket.region.oss-dls…."""
    folders: NotRequired[list[str]]
    """Folders under the root that the check creates and keeps, such as the event log folder. Allowed: a list, each a path without spaces, colons and wildcards. Default: empty."""
    hadoop_conf: dict[str, str]
    """Hadoop settings that reach the bucket: the job defaults' spark.hadoop.* without that prefix. Allowed: a map of text to text."""
    pod_template: NotRequired[pulumi.Input[str]]
    """JSON of a pod template to build on, such as a workspace's driver template: its annotations, labels, volumes, tolerations and sidecars give the check the identity of jobs, and send it where they run. Allowed: text. Default: empty."""
    name: NotRequired[str]
    """Name of the CronJob. Allowed: a Kubernetes name of 1 to 53 characters. Default: check-storage."""


if TYPE_CHECKING:
    # inside the platform a component takes the model of its inputs as it is; the package's schema knows no unions
    StorageCheckArguments = StorageCheckArgs | StorageCheckInputs
else:
    StorageCheckArguments = StorageCheckArgs
