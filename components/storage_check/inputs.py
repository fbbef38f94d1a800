"""Inputs of StorageCheck: the job that proves, from inside the cluster, that storage works."""

from typing import Annotated, Final

from pydantic import Field

from ..base.inputs import Inputs
from ..base.values import Value, matching

CHECK_NAME: Final = "check-storage"
_Root = Annotated[
    str, *matching(r"[a-z][a-z0-9+.-]*://[^\s]*[^\s/]", "an address such as oss://bucket.region.oss-dls…")
]
_Folder = Annotated[str, *matching(r"[^\s:?*]+", "a path without spaces, colons and wildcards")]
_KubeName = Annotated[str, *matching(r"[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?", "a Kubernetes name of 1 to 53 characters")]


class StorageCheckInputs(Inputs):
    """A check of a bucket from inside the cluster: list, create folders, write, read, rename, delete."""

    namespace: _KubeName = Field(description="Namespace of the check")
    service_account: _KubeName = Field(description="Service account of its pod, with the rights to be checked")
    image: Value[str] = Field(description="Spark image with JindoSDK, the one jobs use")
    root: _Root = Field(description="Root of the bucket or folder to check; the check leaves nothing there")
    folders: tuple[_Folder, ...] = Field(
        (), description="Folders under the root that the check creates and keeps, such as the event log folder"
    )
    hadoop_conf: dict[str, str] = Field(
        description="Hadoop settings that reach the bucket: the job defaults' spark.hadoop.* without that prefix"
    )
    pod_template: Value[str] = Field(
        "",
        description="JSON of a pod template to build on, such as a workspace's driver template: its annotations, "
        "labels, volumes, tolerations and sidecars give the check the identity of jobs, and send it where they run",
    )
    name: _KubeName = Field(CHECK_NAME, description="Name of the CronJob")
