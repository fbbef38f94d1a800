"""Object storage of the platform: the HDFS bucket that Spark works on, and a plain bucket for uploads and logs."""

import pulumi

from . import buckets
from .args import StorageArguments
from .inputs import CHECKPOINTS, EVENT_LOGS, StorageInputs, hdfs_endpoint, hdfs_root

__all__ = ["Storage"]


class Storage(pulumi.ComponentResource):
    """Buckets for data, event logs, uploads and job artifacts.

    ```python
    from spark_on_ack import Storage
    Storage("storage", {"region": "cn-hangzhou", "bucket_prefix": "example-spark"})
    ```

    Creates (or takes over by name) one HDFS bucket, one plain bucket and, on request, HDFS buckets of single teams.
    All are private, encrypted and accept only TLS; no plain `pulumi destroy` and no replacement can delete them.
    Names are known before anything exists, so all outputs are plain text; what needs the buckets themselves must
    depend on the component.
    """

    hdfs_bucket: str
    """Name of the HDFS bucket."""
    hdfs_root: str
    """Root of its HDFS namespace, `oss://<bucket>.<region>.oss-dls.aliyuncs.com`."""
    hdfs_endpoint: str
    """The OSS-HDFS endpoint of the region; reachable only inside a VPC of the region."""
    event_log_dir: str
    """Where Spark writes event logs and the history server reads them. StorageCheck creates it."""
    checkpoint_root: str
    """Where streaming jobs keep checkpoints."""
    files_bucket: str
    """Name of the plain bucket."""
    files_root: str
    """Its root, `oss://<bucket>`."""
    team_roots: dict[str, str]
    """Team -> root of its own HDFS bucket, for the teams in `team_buckets`."""
    team_event_log_dirs: dict[str, str]
    """Team -> where its jobs write event logs, for the same teams: their roles have no rights on the shared bucket."""

    def __init__(self, name: str, args: StorageArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        """Raises InputError when an input is wrong, before any resource."""
        super().__init__("spark-on-ack:index:Storage", name, None, opts)
        inputs = StorageInputs.of(args, f"Storage {name}")
        self._buckets(name, inputs)
        self.hdfs_bucket = inputs.hdfs_bucket
        self.hdfs_root = hdfs_root(inputs.hdfs_bucket, inputs.region)
        self.hdfs_endpoint = hdfs_endpoint(inputs.region)
        self.event_log_dir = f"{self.hdfs_root}/{EVENT_LOGS}"
        self.checkpoint_root = f"{self.hdfs_root}/{CHECKPOINTS}"
        self.files_bucket = inputs.files_bucket
        self.files_root = f"oss://{inputs.files_bucket}"
        self.team_roots = {team: inputs.team_root(team, inputs.region) for team in inputs.team_buckets}
        self.team_event_log_dirs = {team: inputs.event_log_dir(team, inputs.region) for team in inputs.team_buckets}
        self.register_outputs(
            {
                "hdfsBucket": self.hdfs_bucket,
                "hdfsRoot": self.hdfs_root,
                "hdfsEndpoint": self.hdfs_endpoint,
                "eventLogDir": self.event_log_dir,
                "checkpointRoot": self.checkpoint_root,
                "filesBucket": self.files_bucket,
                "filesRoot": self.files_root,
                "teamRoots": self.team_roots,
                "teamEventLogDirs": self.team_event_log_dirs,
            }
        )

    def _buckets(self, name: str, inputs: StorageInputs) -> None:
        role = buckets.service_role(name, self, inputs.tags) if inputs.service_role == "create" else []
        names = {f"{name}-hdfs": inputs.hdfs_bucket}
        names |= {f"{name}-hdfs-{team}": inputs.team_bucket(team) for team in inputs.team_buckets}
        for child, bucket in names.items():
            created = list[pulumi.Resource]()
            if inputs.hdfs.mode == "ros":
                created = [buckets.hdfs_bucket(child, bucket, inputs.hdfs, inputs.tags, self, role)]
            if created or inputs.hdfs.adopt:
                buckets.guards(child, bucket, inputs.hdfs, self, created)
        created = []
        if inputs.files.mode == "create":
            created = [buckets.files_bucket(f"{name}-files", inputs.files_bucket, inputs.files, inputs.tags, self)]
        if created or inputs.files.adopt:
            buckets.guards(f"{name}-files", inputs.files_bucket, inputs.files, self, created)
