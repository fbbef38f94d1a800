"""The Spark defaults of a workspace: one pure function, each entry with the reason it is set.

The workspace renders it, tests read it, and the documentation's table is generated from it. Figures come from
measurements with Spark 3.5.9, 4.1.4, 4.3.0 and Celeborn 0.7.0; what rests on vendor pages alone says "unproven".
"""

from collections.abc import Iterator

from ..base.configuration import Entry, properties
from ..base.constants import (
    CREDENTIALS_SIDECAR,
    DRIVER_ACCOUNT,
    EXECUTOR_ACCOUNT,
    SPARK_BLOCK_MANAGER,
    SPARK_DRIVER_RPC,
    SPARK_UI,
)
from ..pods.sizes import NON_JVM_OVERHEAD_FACTOR, fit
from ..shuffle.client import client_configuration
from ..shuffle.inputs import ShuffleSettings
from ..storage.inputs import hdfs_endpoint
from .context import JobContext
from .inputs import BATCH_MEASURED, IDLE_TIMEOUT_MEASURED, SparkSettings

TEMP_DIR = "/tmp"  # noqa: S108 - an emptyDir of the pod's own
JINDO_POOL_MIB = 512
JINDO_PROCS = "JINDO_DEFAULT_PROCS"
HOLD_PLUGIN = "sparkonack.HoldInitialExecutors"
AT_ONCE_PLUGIN = "sparkonack.RequestAtOnce"
"""Spark plugins of images/spark."""
ALLOCATOR = "sparkonack.ConcurrentPodsAllocator"
"""Allocator of executor pods of images/spark."""
AUTH = "com.aliyun.jindodata.oss.auth."


Line = tuple[str, str | int, str]
_OVERHEAD_REASON = f"set explicitly: for Python Spark would add {NON_JVM_OVERHEAD_FACTOR * 100:.0f} % of the heap"


def spark_conf(settings: SparkSettings, context: JobContext) -> dict[str, Entry]:
    """Spark configuration of the jobs of a workspace: key -> Entry, grouped by purpose.

    `settings.conf` comes last and replaces what it names; its keys were checked when the settings were read.
    """
    parts = (_accounts, _sizes, _burst, _dynamic, _shuffle, _ports, _storage, _events, _metrics, _spot, _release)
    lines = [line for part in parts for line in part(settings, context)]
    lines += [(key, value, "set in the settings") for key, value in settings.conf.items()]
    return {key: Entry(str(value), reason) for key, value, reason in lines}


def max_executors(settings: SparkSettings, context: JobContext) -> int:
    """Most executors of one job: the setting, lowered to what the quota leaves beside the drivers; at least 1."""
    driver, executor = settings.driver, settings.executor
    limits = [settings.scaling.max_executors]
    if context.quota_pods is not None:
        limits.append(context.quota_pods - context.drivers)
    if context.quota_cpu is not None:
        limits.append((context.quota_cpu - context.drivers * driver.vcpu) // executor.vcpu)
    if context.quota_memory_gib is not None:
        limits.append((context.quota_memory_gib - context.drivers * driver.memory_gib) // executor.memory_gib)
    return max(1, min(limits))


def release(version: str) -> tuple[int, int]:
    """(3, 5) of "3.5.9"."""
    major, minor, *_ = version.split(".")
    return int(major), int(minor)


def _accounts(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    yield "spark.kubernetes.namespace", context.namespace, "a job stays in its team's namespace"
    yield (
        "spark.kubernetes.authenticate.driver.serviceAccountName",
        DRIVER_ACCOUNT,
        "the account that may create executors here, and has no rights elsewhere",
    )
    yield (
        "spark.kubernetes.authenticate.executor.serviceAccountName",
        EXECUTOR_ACCOUNT,
        "executors have no rights on the API server",
    )
    if settings.image is not None:
        yield "spark.kubernetes.container.image", str(settings.image), "image of jobs that do not name one"


def _sizes(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    driver, executor = settings.driver, settings.executor
    memory = fit(driver.memory_gib, driver.overhead_factor)
    row = f"heap + overhead = {driver.memory_gib} GiB, a size that is billed without rounding up"
    yield "spark.driver.cores", driver.vcpu, "vCPU of the driver pod"
    yield "spark.driver.memory", f"{memory.heap_mib}m", row
    yield "spark.driver.memoryOverhead", f"{memory.overhead_mib}m", _OVERHEAD_REASON
    yield "spark.kubernetes.driver.limit.cores", driver.vcpu, "quotas and serverless pods need limits"
    memory = fit(
        executor.memory_gib, executor.overhead_factor, executor.pyspark_memory_mib, executor.offheap_memory_mib
    )
    row = f"heap + overhead + Python + off-heap = {executor.memory_gib} GiB, a size that is billed without rounding up"
    yield "spark.executor.cores", executor.vcpu, "vCPU of an executor pod, one task per vCPU"
    yield "spark.executor.memory", f"{memory.heap_mib}m", row
    yield "spark.executor.memoryOverhead", f"{memory.overhead_mib}m", _OVERHEAD_REASON
    yield "spark.kubernetes.executor.limit.cores", executor.vcpu, "without it executors have no CPU limit"
    if executor.pyspark_memory_mib:
        yield "spark.executor.pyspark.memory", f"{executor.pyspark_memory_mib}m", "the Python workers' own share"
    if executor.offheap_memory_mib:
        yield "spark.memory.offHeap.enabled", "true", "off-heap memory is set in the settings"
        yield "spark.memory.offHeap.size", f"{executor.offheap_memory_mib}m", "included in the pod's size"


def _burst(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    scaling = settings.scaling
    yield "spark.kubernetes.allocation.batch.size", scaling.batch_size, BATCH_MEASURED
    yield "spark.kubernetes.allocation.batch.delay", f"{scaling.batch_delay_ms}ms", "see batch.size; over 100 ms"
    if scaling.concurrent_creates:
        why = "Spark's own allocator with several creates under way; what it decides stays"
        yield "spark.kubernetes.allocation.pods.allocator", ALLOCATOR, why
        yield "spark.sparkonack.concurrentCreates", scaling.concurrent_creates, "creates under way at a time"
    why = "lists pods from the API server's cache; a list of thousands of pods otherwise loads etcd"
    yield "spark.kubernetes.executor.enablePollingWithResourceVersion", "true", why
    for side in ("submission", "driver"):
        yield f"spark.kubernetes.{side}.connectionTimeout", 60000, "ms; 10 s is too short for a busy API server"
        yield f"spark.kubernetes.{side}.requestTimeout", 60000, "ms; 10 s is too short for a busy API server"


def _dynamic(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    scaling, most = settings.scaling, max_executors(settings, context)
    yield "spark.dynamicAllocation.enabled", "true", "the number of executors follows the work"
    yield "spark.dynamicAllocation.minExecutors", min(scaling.min_executors, most), "an idle job keeps no more"
    yield "spark.dynamicAllocation.initialExecutors", min(scaling.initial_executors, most), "requested at the start"
    yield "spark.dynamicAllocation.maxExecutors", most, "what the settings and the quota, less the drivers, allow"
    yield "spark.dynamicAllocation.executorIdleTimeout", f"{scaling.idle_timeout_seconds}s", IDLE_TIMEOUT_MEASURED
    plugins = {
        HOLD_PLUGIN: "the idle time of the first executors begins with the first task" * scaling.hold_initial_executors,
        AT_ONCE_PLUGIN: "all executors that a stage can use are requested at once" * scaling.request_at_once,
    }
    chosen = {name: why for name, why in plugins.items() if why}
    if chosen:
        yield "spark.plugins", ",".join(chosen), "; ".join(chosen.values())
    remote = bool(context.shuffle_conf)
    why = "executors hold no shuffle data" if remote else "no shuffle service: executors with shuffle data must stay"
    yield "spark.dynamicAllocation.shuffleTracking.enabled", str(not remote).lower(), why


def _shuffle(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    if not context.shuffle_conf:
        return
    reasons = client_configuration(ShuffleSettings())
    for key, value in context.shuffle_conf.items():
        yield key, value, reasons[key].reason if key in reasons else "for clients of the shuffle service"
    yield "spark.celeborn.identity.user-specific.tenant", context.team, "shuffle quotas are counted per team"
    yield "spark.celeborn.identity.user-specific.userName", context.team, "shuffle quotas are counted per team"


def _ports(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    yield "spark.driver.port", SPARK_DRIVER_RPC, "fixed for the network policies"
    yield "spark.driver.blockManager.port", SPARK_BLOCK_MANAGER, "fixed for the network policies"
    yield "spark.blockManager.port", SPARK_BLOCK_MANAGER, "fixed for the network policies"
    yield "spark.ui.port", SPARK_UI, "fixed for the network policies and the metrics"
    yield "spark.port.maxRetries", 0, "another port would be blocked by the network policies: fail at once"


def _storage(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    yield from oss(context)
    if uses_oss(context):
        why = "otherwise JindoSDK sizes its thread pools by the host"
        yield f"spark.kubernetes.driverEnv.{JINDO_PROCS}", settings.driver.vcpu, why
        yield f"spark.executorEnv.{JINDO_PROCS}", settings.executor.vcpu, why
    if context.credentials == "rrsa":
        yield (
            "spark.kubernetes.executor.checkAllContainers",
            "false",
            "an executor has ended when Spark's container has",
        )


def uses_oss(context: JobContext) -> bool:
    """True when the jobs there read or write `oss://` paths."""
    return context.oss_hdfs or bool(context.files_bucket)


def oss(context: JobContext) -> Iterator[Line]:
    """How a JVM connects to OSS and OSS-HDFS: the part that jobs and the history server share."""
    if not uses_oss(context):
        return
    fs = "spark.hadoop.fs."
    yield f"{fs}oss.impl", "com.aliyun.jindodata.oss.JindoOssFileSystem", "JindoSDK speaks OSS and OSS-HDFS"
    why = "for streaming checkpoints; vendor pages disagree on the class (the other: com.aliyun.jindodata.oss.OSS)"
    yield f"{fs}AbstractFileSystem.oss.impl", "com.aliyun.jindodata.oss.JindoOSS", why
    if context.oss_hdfs:
        yield f"{fs}oss.endpoint", hdfs_endpoint(context.region), "reachable only inside a VPC of the region"
    if context.files_bucket:
        internal = f"oss-{context.region}-internal.aliyuncs.com"
        yield (
            f"{fs}oss.bucket.{context.files_bucket}.endpoint",
            internal,
            "the plain bucket, through the internal network",
        )
    yield f"{fs}oss.https.enable", "true", "JindoSDK's default is HTTP, but buckets accept only TLS"
    why = "MiB; the default of 6124 would overrun a small pod's memory"
    yield f"{fs}oss.memory.pool.size.max.mb", JINDO_POOL_MIB, why
    yield f"{fs}oss.tmp.data.dirs", TEMP_DIR, "the pod's own temporary volume"
    if context.credentials == "eci":
        why = "credentials of the pod's RAM role, renewed automatically; no key anywhere (unproven on ECI)"
        yield f"{fs}oss.credentials.provider", f"{AUTH}EcsStsCredentialsProvider", why
    if context.credentials == "rrsa":
        why = "JindoSDK has no RRSA provider: the pod's sidecar serves the credentials (unproven on ECI)"
        yield f"{fs}oss.credentials.provider", f"{AUTH}CustomCredentialsProvider", why
        yield "spark.hadoop.aliyun.oss.provider.url", f"http://127.0.0.1:{CREDENTIALS_SIDECAR}", "the sidecar"


def _events(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    if not context.event_log_dir:
        return
    yield "spark.eventLog.enabled", "true", "the history server shows finished jobs"
    yield "spark.eventLog.dir", context.event_log_dir, "read by the history server; must exist before the first job"
    yield "spark.eventLog.compress", "true", "the default from 4.0 on"
    yield (
        "spark.eventLog.rolling.enabled",
        "true",
        "the default from 4.0 on; a long job's log can be read while it runs",
    )
    yield "spark.eventLog.rolling.maxFileSize", "128m", "size of one file"


def _metrics(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    sink = "spark.metrics.conf.*.sink.prometheusServlet."
    yield "spark.ui.prometheus.enabled", "true", "executors' metrics on the driver's port; the default from 4.0 on"
    yield f"{sink}class", "org.apache.spark.metrics.sink.PrometheusServlet", "only drivers are scraped, not executors"
    yield "spark.metrics.conf.driver.sink.prometheusServlet.path", "/metrics/driver/prometheus/", "the driver's own"
    yield "spark.executor.processTreeMetrics.enabled", "true", "shows memory outside the heap, including Python's"


def _spot(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    if not settings.executor.spot:
        return
    yield "spark.decommission.enabled", "true", "an executor about to be reclaimed gets no new tasks"
    if context.shuffle_conf:
        why = "shuffle data is in the shuffle service, there is nothing to move (unproven)"
        yield "spark.storage.decommission.shuffleBlocks.enabled", "false", why
    else:
        yield "spark.storage.decommission.enabled", "true", "moves shuffle data and cached blocks to other executors"


def _release(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    if release(settings.version) < (4, 2):
        return
    why = "from 4.2 refused pods count as failed executors: a full quota ended a job in 3 s (measured with 4.3)"
    yield "spark.executor.maxNumFailures", 1_000_000, why
    yield "spark.executor.failuresValidityInterval", "10m", "older failures no longer count"
    yield (
        "spark.kubernetes.driver.pod.excludedFeatureSteps",
        "org.apache.spark.deploy.k8s.features.NetworkPolicyFeatureStep",
        "one network policy per job would exceed the 40 that the cluster's network supports; the workspace has its own",
    )


def render(conf: dict[str, Entry]) -> str:
    """The text of `spark-defaults.conf`, in the order of `conf`, each entry under its reason."""
    head = "# Defaults of this workspace, written by spark-on-ack: the next deployment undoes any change made here.\n"
    return head + properties(conf)


def docs_table(settings: SparkSettings, context: JobContext) -> str:
    """The same as a Markdown table, for the documentation."""
    rows = [
        f"| `{key}` | `{entry.value}` | {entry.reason.replace('|', '/')} |"
        for key, entry in spark_conf(settings, context).items()
    ]
    return "\n".join(["| Key | Value | Why |", "|---|---|---|", *rows]) + "\n"
