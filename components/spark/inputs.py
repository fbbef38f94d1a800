"""Inputs that decide how a Spark job looks: sizes, scaling, placement and further configuration.

The same model serves the whole platform (`spark:` in a stack file) and one team (`workspaces[].spark`); a team's
settings contain only what differs, and `SparkSettings.over` combines the two.
"""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import InitErrorDetails

from ..base.constants import SPARK_VERSION
from ..base.inputs import Inputs
from ..base.mistakes import Mistakes, check, not_allowed
from ..base.model import joined
from ..base.sentences import Allowed
from ..base.values import Value, matching
from ..pods.parts import FREE_EPHEMERAL_GIB, MAX_PENDING_MINUTES
from ..pods.sizes import PLATFORM_OVERHEAD_FACTOR, Spec, fit, is_row, nearest_row, regions_with_finer_sizes
from .keys import entry_mistake

SIDECAR_IMAGE = "registry.cn-hangzhou.aliyuncs.com/acs/ack-ram-tool:1.3.0"
"""The vendor's image of ack-ram-tool, from its RRSA guide; `-vpc` in the host's name is the internal address."""
FINER = regions_with_finer_sizes()[0]
DRIVER = Spec(2, 8)
EXECUTOR = Spec(4, 16)
"""Default pod sizes."""
MAX_EXECUTORS = 200
IDLE_TIMEOUT_MEASURED = (
    "10 s saved 61 % of executor time in a job with one long reduce task, Spark's 60 s only 14 % (measured)"
)
BATCH_MEASURED = "Spark's 5 to 20 gives 5 to 15 pods a second; 500 every 200 ms gave 43 to 60 (measured)"
OVERHEAD_WORDS = "Memory outside the heap as a share of the heap: JindoSDK's buffers, network buffers, Python"


def _text(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _allowed_conf(conf: dict[str, str]) -> dict[str, str]:
    """Every wrong entry as an error of its own, so that all are told at once."""
    wrong = [
        InitErrorDetails(type=not_allowed(mistake), loc=(key,), input=conf)
        for key, value in conf.items()
        if (mistake := entry_mistake(key, value)) is not None
    ]
    if wrong:
        raise ValidationError.from_exception_data("conf", wrong)
    return conf


SparkVersion = Annotated[
    str,
    *matching(
        r"3\.5\.\d+|4\.[012]\.\d+",
        "a release of Spark 3.5, 4.0, 4.1 or 4.2 such as 3.5.9 (the shuffle client is not known to work with 4.3)",
    ),
]
Image = Annotated[str, *matching(r"\S+/\S+[:@]\S+|[a-z0-9._-]+:\S+", "an image with its tag or digest")]
Conf = Annotated[dict[str, Annotated[str, BeforeValidator(_text)]], AfterValidator(_allowed_conf)]
"""Spark keys to values; numbers and booleans are read as text."""
Vcpu = Annotated[int, Field(ge=1, le=64)]
MemoryGib = Annotated[int, Field(ge=2, le=512), Allowed("a whole number of GiB from 2 to 512")]
Share = Annotated[float, Field(ge=0.05, le=0.6)]


def _size_mistakes(vcpu: int, gib: int, region: str, spot: bool = False) -> Mistakes:
    if not is_row(vcpu, gib, region, spot):
        yield "memory_gib", _no_row(vcpu, gib, region, spot)


def _no_row(vcpu: int, gib: int, region: str, spot: bool) -> str:
    where = "spot capacity" if spot else f"serverless pods in {region}"
    rows = " or ".join(map(str, nearest_row(vcpu, gib, region, spot)))
    return f"{Spec(vcpu, gib)} is not a size of {where}, so more would be billed than requested; allowed: {rows}"


class DriverSettings(Inputs):
    """Size of a job's driver pod. Drivers never run on spot capacity: a lost driver is a lost job."""

    vcpu: Vcpu = Field(int(DRIVER.vcpu), description="vCPU of the driver pod")
    memory_gib: MemoryGib = Field(
        int(DRIVER.gib), description="Memory of the whole driver pod in GiB; together with vcpu a size of ECI's table"
    )
    overhead_factor: Share = Field(PLATFORM_OVERHEAD_FACTOR, description=OVERHEAD_WORDS)

    @check
    def _size_is_sold_somewhere(self) -> Mistakes:
        yield from _size_mistakes(self.vcpu, self.memory_gib, FINER)


class ExecutorSettings(Inputs):
    """Size and placement of a job's executor pods."""

    vcpu: Vcpu = Field(int(EXECUTOR.vcpu), description="vCPU of an executor pod, and the tasks it runs at a time")
    memory_gib: MemoryGib = Field(
        int(EXECUTOR.gib),
        description="Memory of the whole executor pod in GiB; together with vcpu a size of ECI's table",
    )
    overhead_factor: Share = Field(PLATFORM_OVERHEAD_FACTOR, description=OVERHEAD_WORDS)
    pyspark_memory_mib: int = Field(
        0, ge=0, le=262144, description="MiB reserved for Python workers; 0: they share the overhead"
    )
    offheap_memory_mib: int = Field(0, ge=0, le=262144, description="MiB of Spark's off-heap memory; 0: off")
    spot: bool = Field(
        False,
        description="Run executors on spot capacity, on demand when there is none. Tasks of a lost executor run again",
    )
    spot_protected_hours: int = Field(
        1, ge=0, le=1, description="Hours during which a spot executor is not reclaimed; 0 is cheaper"
    )
    ephemeral_storage_gib: int = Field(
        FREE_EPHEMERAL_GIB,
        ge=FREE_EPHEMERAL_GIB,
        le=500,
        description="Disk of a pod for the image, spills and buffers in GiB; "
        f"{FREE_EPHEMERAL_GIB} GiB are free, more is billed",
    )

    @check
    def _size_is_sold_somewhere(self) -> Mistakes:
        yield from _size_mistakes(self.vcpu, self.memory_gib, FINER, self.spot)

    @check
    def _heap_is_left(self) -> Mistakes:
        try:
            fit(self.memory_gib, self.overhead_factor, self.pyspark_memory_mib, self.offheap_memory_mib)
        except ValueError as e:
            yield "memory_gib", f"{e}; allowed: less Python or off-heap memory, or more memory_gib"


class ScalingSettings(Inputs):
    """How many executors a job gets, how fast, and when it gives them back."""

    min_executors: int = Field(0, ge=0, le=10000, description="Executors a job keeps even when idle; each costs money")
    initial_executors: int = Field(2, ge=0, le=10000, description="Executors requested at the start")
    max_executors: int = Field(
        MAX_EXECUTORS, ge=1, le=10000, description="Most executors of one job; the workspace's quota may lower it"
    )
    idle_timeout_seconds: int = Field(
        10,
        ge=5,
        le=60,
        description=f"Seconds until an idle executor is given back. {IDLE_TIMEOUT_MEASURED}",
    )
    hold_initial_executors: bool = Field(
        False,
        description="Start the idle time of a job's first executors with its first task: a driver that plans longer "
        "than the time-out would otherwise lose them before it uses them. Needs the image of images/spark, which has "
        "the class",
    )
    request_at_once: bool = Field(
        False,
        description="Request all executors that a stage's tasks can use a second after they began to wait, instead of "
        "1, 2, 4, … from second to second: the last of 3,000 are requested 11 s earlier, and a stage of many short "
        "tasks gets more executors than it needs. Needs the image of images/spark, which has the class",
    )
    concurrent_creates: int = Field(
        0,
        ge=0,
        le=64,
        description="Executor pods that a driver creates at the same time; 0: one after the other, by Spark's own "
        "allocator. Needs the image of images/spark, which has the class",
    )
    batch_size: int = Field(
        500,
        ge=1,
        le=10000,
        description=f"Executor pods requested in one round. {BATCH_MEASURED}",
    )
    batch_delay_ms: int = Field(
        200, ge=101, le=60000, description="Milliseconds between rounds; Spark requires more than 100"
    )

    @check
    def _ordered(self) -> Mistakes:
        if not self.min_executors <= self.initial_executors <= self.max_executors:
            yield (
                "initial_executors",
                f"{self.initial_executors} is not between min_executors ({self.min_executors}) and max_executors "
                f"({self.max_executors}); allowed: min_executors <= initial_executors <= max_executors",
            )


class SparkSettings(Inputs):
    """Defaults of the jobs of a platform or of one team."""

    version: SparkVersion = Field(SPARK_VERSION, description="Spark release of the image; some keys depend on it")
    image: Value[Image] | None = Field(
        None, description="Image of jobs that do not name one (see images/spark); none: every job names its image"
    )
    driver: DriverSettings = Field(DriverSettings(), description="The driver pod")
    executor: ExecutorSettings = Field(ExecutorSettings(), description="The executor pods")
    scaling: ScalingSettings = Field(ScalingSettings(), description="Number of executors")
    max_pending_minutes: int = Field(
        MAX_PENDING_MINUTES,
        ge=10,
        le=1440,
        description="Minutes a serverless pod may wait for capacity or its image; the wait is billed",
    )
    image_cache: bool = Field(True, description="Start pods from the automatic image cache of ECI")
    conf: Conf = Field({}, description="Further Spark configuration; protected keys and misspellings are refused")
    credentials_sidecar_image: Value[Image] = Field(
        SIDECAR_IMAGE,
        description="Image with ack-ram-tool, used when pods get their cloud identity by RRSA: JindoSDK cannot "
        "use RRSA tokens itself, a sidecar serves it short-lived credentials on loopback (unproven on ECI)",
    )

    def over(self, base: "SparkSettings") -> "SparkSettings":
        """These settings where they set something, `base` elsewhere; maps are joined. What no longer fits together
        is among the result's `mistakes`.
        """
        return joined(base, self)

    def size_mistakes(self, region: str) -> Mistakes:
        """(path, reason) of the sizes that are not in ECI's table for `region`."""
        driver, executor = self.driver, self.executor
        for path, reason in _size_mistakes(driver.vcpu, driver.memory_gib, region):
            yield f"driver.{path}", reason
        for path, reason in _size_mistakes(executor.vcpu, executor.memory_gib, region, executor.spot):
            yield f"executor.{path}", reason
