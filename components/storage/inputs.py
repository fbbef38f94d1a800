"""Inputs of Storage: the HDFS bucket, the plain bucket, and what would break OSS-HDFS."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from ..base.cloud import HDFS_DATA, BucketName, KmsKeyId
from ..base.inputs import Inputs
from ..base.mistakes import Mistakes, check, not_allowed
from ..base.regions import REGIONS
from ..base.sentences import Allowed, nearest, show
from ..base.values import Value, matching

HDFS_REGIONS: Final = tuple(sorted(id for id, region in REGIONS.items() if region.oss_hdfs))
"""Ids of the regions with OSS-HDFS."""
EVENT_LOGS: Final = "spark-history"
CHECKPOINTS: Final = "checkpoints"
TEAMS: Final = "teams"
LOGS: Final = "logs/"
MAX_BUCKET_NAME: Final = 63


def hdfs_endpoint(region: str) -> str:
    """The OSS-HDFS endpoint of a region; reachable only inside a VPC of that region."""
    return f"{region}.oss-dls.aliyuncs.com"


def hdfs_root(bucket: str, region: str) -> str:
    """The root of a bucket's HDFS namespace. The host form lets OSS-HDFS and plain OSS be used side by side."""
    return f"oss://{bucket}.{hdfs_endpoint(region)}"


def hdfs_region(region: str) -> str:
    """`region` when OSS-HDFS is offered there, else the error that says where it is."""
    if region in HDFS_REGIONS:
        return region
    close = nearest(region, HDFS_REGIONS)
    hint = f"; did you mean {close!r}?" if close else ""
    raise not_allowed(f"OSS-HDFS is not offered there; allowed: {', '.join(HDFS_REGIONS)}{hint}")


HdfsRegion = Annotated[str, AfterValidator(hdfs_region), Allowed(f"a region with OSS-HDFS: {', '.join(HDFS_REGIONS)}")]
Team = Annotated[str, *matching(r"[a-z]([a-z0-9-]{0,28}[a-z0-9])?", "a team's name as in its workspace")]
Days = Annotated[int, Field(ge=1, le=3650)]
Expiry = dict[str, Days]


def _separate(rules: Expiry) -> Expiry:
    """Checks the prefixes of lifecycle rules: real folders, none inside another (OSS refuses overlaps)."""
    for prefix in rules:
        if not prefix.endswith("/") or prefix.startswith("/"):
            raise not_allowed(f"{prefix!r} is not a folder; allowed: prefixes such as 'tmp/'")
        inside = next((p for p in rules if p != prefix and prefix.startswith(p)), None)
        if inside:
            raise not_allowed(f"{prefix!r} lies inside {inside!r}; allowed: prefixes that do not overlap")
    return rules


def _spares_hdfs(rules: Expiry) -> Expiry:
    for prefix in rules:
        if HDFS_DATA.startswith(prefix) or prefix.startswith(HDFS_DATA):
            raise not_allowed(
                f"a rule on {prefix!r} would delete the data of OSS-HDFS under {HDFS_DATA!r}; allowed: prefixes "
                "outside it (Spark's own cleaners and OSS-HDFS tiering handle HDFS data)"
            )
    return _separate(rules)


def _spares_uploads(rules: Expiry) -> Expiry:
    for prefix in rules:
        if prefix == "" or LOGS.startswith(prefix) or prefix.startswith(LOGS):
            words = "the whole bucket" if prefix == "" else f"{prefix!r}, which logs_days controls"
            raise not_allowed(f"a rule on {words}; allowed: prefixes other than {LOGS!r}, such as 'tmp/'")
    return _separate(rules)


def _off(reason: str) -> tuple[AfterValidator, Allowed]:
    """Metadata of a switch that has to stay off; `reason` says why."""

    def check(value: bool) -> bool:
        if value:
            raise not_allowed(f"allowed: false ({reason})")
        return value

    return AfterValidator(check), Allowed(f"false ({reason})")


Encryption = Literal["AES256", "KMS"]


class Bucket(Inputs):
    """What the settings of both buckets have in common."""

    bucket: BucketName | None = Field(
        None, description="Name of the bucket, unique in all of OSS; left out: derived from bucket_prefix"
    )
    adopt: bool = Field(
        False,
        description="With mode preexisting: also set encryption, TLS and public-access rules on the bucket; "
        "this replaces its bucket policy",
    )
    redundancy: Literal["LRS", "ZRS"] = Field(
        "LRS", description="Copies in one zone (LRS) or in three (ZRS, more expensive); cannot be changed later"
    )
    encryption: Encryption = Field(
        "AES256", description="Encryption of new objects: keys of OSS (AES256, free) or of KMS (a fee per call)"
    )
    kms_key: Value[KmsKeyId] | None = Field(
        None, description="Id of the KMS key for encryption KMS; left out: the key that OSS manages in KMS"
    )
    abort_uploads_days: Days = Field(7, description="Days after which an unfinished multipart upload is removed")

    @check
    def _key_needs_kms(self) -> Mistakes:
        if self.kms_key is not None and self.encryption != "KMS":
            reason = f"{show(self.kms_key)} has no effect with encryption {self.encryption}"
            yield "kms_key", f"{reason}; allowed: encryption KMS, or leave it out"

    def without_effect(self, mode: str) -> list[str]:
        """The keys that differ from their default although with `mode` the bucket is not created here."""
        if mode != "preexisting":
            return ["adopt"] if self.adopt else []
        used = {"mode", "bucket", "adopt"} | ({"encryption", "kms_key"} if self.adopt else set())
        return [k for k, f in type(self).model_fields.items() if k not in used and getattr(self, k) != f.default]


class HdfsBucket(Bucket):
    """The bucket that Spark reads and writes through the HDFS interface."""

    mode: Literal["ros", "preexisting"] = Field(
        "ros",
        description="ros: created by a ROS stack, the only programmable way to switch OSS-HDFS on (not yet tried on an "
        "account); preexisting: created in the console with OSS-HDFS on, and named in bucket",
    )
    storage_class: Annotated[
        str, *matching("Standard|IA", "Standard, IA (OSS-HDFS does not work on the archive classes)")
    ] = Field("Standard", description="Storage class; cannot be changed later")
    expire_days: Annotated[Expiry, AfterValidator(_spares_hdfs)] = Field(
        {}, description="Folder of plain OSS objects in this bucket -> days until they are deleted"
    )
    versioning: Annotated[bool, *_off("OSS-HDFS may become unavailable on a versioned bucket")] = Field(
        False, description="Bucket versioning, which breaks OSS-HDFS"
    )
    worm: Annotated[bool, *_off("under a retention policy OSS-HDFS can never free deleted data")] = Field(
        False, description="Retention policy (WORM), which breaks OSS-HDFS"
    )


class FilesBucket(Bucket):
    """The plain OSS bucket: uploads from CI (jars, job files), logs and job artifacts.

    It exists in addition to the HDFS bucket because an object written through OSS cannot be seen through OSS-HDFS.
    """

    mode: Literal["create", "preexisting"] = Field(
        "create", description="create: create the bucket; preexisting: use the one named in bucket"
    )
    storage_class: Annotated[
        str, *matching("Standard|IA", "Standard, IA (archived objects cannot be read by a job that starts)")
    ] = Field("Standard", description="Storage class; cannot be changed later")
    versioning: bool = Field(True, description="Keep replaced and deleted objects for old_versions_days")
    old_versions_days: Days = Field(30, description="Days a replaced or deleted object is kept (versioning)")
    logs_days: Days = Field(90, description=f"Days until objects under {LOGS} are deleted")
    expire_days: Annotated[Expiry, AfterValidator(_spares_uploads)] = Field(
        {}, description="Further folder -> days until its objects are deleted"
    )


class StorageSettings(Inputs):
    """Object storage: the HDFS bucket, the plain bucket, and buckets of single teams."""

    bucket_prefix: (
        Annotated[
            str, *matching(r"[a-z0-9][a-z0-9-]{2,47}", "3 to 48 lower-case letters, digits and dashes, no dash first")
        ]
        | None
    ) = Field(
        None,
        description="First part of the bucket names. All customers of OSS share one name space, so include the "
        "company's name; the buckets are <bucket_prefix>-hdfs and <bucket_prefix>-files",
    )
    hdfs: HdfsBucket = Field(HdfsBucket(), description="The HDFS bucket")
    files: FilesBucket = Field(FilesBucket(), description="The plain bucket")
    team_buckets: tuple[Team, ...] = Field(
        (),
        description="Teams whose data gets its own HDFS bucket, <hdfs bucket>-<team>: the only isolation of data that "
        "RAM can enforce on OSS-HDFS, because all files of a bucket are blocks under .dlsdata/",
    )
    service_role: Literal["existing", "create"] = Field(
        "existing",
        description="AliyunOSSDlsDefaultRole, through which OSS-HDFS reaches its data. It exists once an account: "
        "create only in one stack of an account that never used OSS-HDFS; it is never deleted",
    )

    @check
    def _buckets_have_names(self) -> Mistakes:
        for key, group in (("hdfs", self.hdfs), ("files", self.files)):
            if group.bucket is None and group.mode == "preexisting":
                yield f"{key}.bucket", "missing; allowed: the name of the existing bucket"
            elif group.bucket is None and self.bucket_prefix is None:
                yield "bucket_prefix", "missing; allowed: text, the first part of the buckets' names"
        if self.hdfs_bucket == self.files_bucket and (self.bucket_prefix or self.files.bucket):
            yield "files.bucket", f"{self.files_bucket!r} is the HDFS bucket; allowed: another bucket"

    @check
    def _keys_have_an_effect(self) -> Mistakes:
        for key, group in (("hdfs", self.hdfs), ("files", self.files)):
            for idle in group.without_effect(group.mode):
                yield f"{key}.{idle}", f"has no effect with mode {group.mode}; allowed: leave it out"

    @check
    def _team_buckets_have_names(self) -> Mistakes:
        for i, team in enumerate(self.team_buckets):
            name = self.team_bucket(team)
            if team in self.team_buckets[:i]:
                yield f"team_buckets[{i}]", f"{team!r} is listed twice; allowed: each team once"
            elif len(name) > MAX_BUCKET_NAME:
                yield (
                    f"team_buckets[{i}]",
                    f"the name {name!r} has {len(name)} characters; "
                    f"allowed: at most {MAX_BUCKET_NAME}, so shorten bucket_prefix",
                )

    @property
    def hdfs_bucket(self) -> str:
        """Name of the HDFS bucket."""
        return self.hdfs.bucket or f"{self.bucket_prefix}-hdfs"

    @property
    def files_bucket(self) -> str:
        """Name of the plain bucket."""
        return self.files.bucket or f"{self.bucket_prefix}-files"

    @property
    def hdfs_buckets(self) -> tuple[str, ...]:
        """Names of all HDFS buckets: the shared one and those of single teams."""
        return (self.hdfs_bucket, *(self.team_bucket(team) for team in self.team_buckets))

    def team_bucket(self, team: str) -> str:
        """Name of the HDFS bucket that holds a team's data."""
        return f"{self.hdfs_bucket}-{team}" if team in self.team_buckets else self.hdfs_bucket

    def team_root(self, team: str, region: str) -> str:
        """Where a team keeps its data: the root of its own bucket, or a folder of the shared one."""
        root = hdfs_root(self.team_bucket(team), region)
        return root if team in self.team_buckets else f"{root}/{TEAMS}/{team}"

    def event_log_dir(self, team: str, region: str) -> str:
        """Where a team's jobs write event logs: in the bucket that its role may write, its own or the shared one."""
        return f"{hdfs_root(self.team_bucket(team), region)}/{EVENT_LOGS}"

    def team_folder(self, team: str) -> str:
        """A team's folder of the plain bucket (jars, job files, results), for its role and its jobs."""
        return f"{TEAMS}/{team}/"


class StorageWiring(Inputs):
    """Where the buckets are."""

    region: HdfsRegion = Field(description="Region of the buckets")
    tags: dict[str, str] = Field({}, description="Tags of every cloud object")


class StorageInputs(StorageWiring, StorageSettings):
    """Buckets for data, event logs, uploads and job artifacts."""
