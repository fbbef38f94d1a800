"""The Spark defaults of a workspace: one pure function, each entry with the reason why it is set.

The workspace renders it, tests read it, the documentation's table is made from it. Figures come from measurements
with Spark 3.5.9, 4.1.4, 4.3.0 and Celeborn 0.7.0; what rests on vendor pages alone says "unproven".
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
from ..pods.sizes import fit
from ..shuffle.client import client_entries
from ..shuffle.inputs import ShuffleSettings
from ..storage.inputs import hdfs_endpoint
from .context import JobContext
from .inputs import SparkSettings

TEMP_DIR = "/tmp"  # noqa: S108 - an emptyDir of the pod's own
JINDO_POOL_MIB = 512
JINDO_PROCS = "JINDO_DEFAULT_PROCS"
AUTH = "com.aliyun.jindodata.oss.auth."


Line = tuple[str, str | int, str]


def spark_conf(settings: SparkSettings, context: JobContext) -> dict[str, Entry]:
    """Spark configuration of the jobs of a workspace: key -> Entry, grouped by purpose.

    `settings.conf` comes last and replaces what it names; its keys were checked when the settings were read.
    """
    parts = (_accounts, _sizes, _burst, _dynamic, _shuffle, _ports, _storage, _events, _metrics, _spot, _release)
    lines = [line for part in parts for line in part(settings, context)]
    lines += [(key, value, "set in the settings") for key, value in settings.conf.items()]
    return {key: Entry(str(value), reason) for key, value, reason in lines}


def max_executors(settings: SparkSettings, context: JobContext) -> int:
    """Most executors of one job: the settings', lowered to what the quota holds beside the drivers; at least 1."""
    driver, executor = settings.driver, settings.executor
    rooms = [settings.scaling.max_executors]
    if context.quota_pods is not None:
        rooms.append(context.quota_pods - context.drivers)
    if context.quota_cpu is not None:
        rooms.append((context.quota_cpu - context.drivers * driver.vcpu) // executor.vcpu)
    if context.quota_memory_gib is not None:
        rooms.append((context.quota_memory_gib - context.drivers * driver.memory_gib) // executor.memory_gib)
    return max(1, min(rooms))


def release(version: str) -> tuple[int, int]:
    """(3, 5) of "3.5.9"."""
    major, minor, *_ = version.split(".")
    return int(major), int(minor)


def _accounts(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    yield "spark.kubernetes.namespace", context.namespace, "a job stays in its team's namespace"
    yield (
        "spark.kubernetes.authenticate.driver.serviceAccountName",
        DRIVER_ACCOUNT,
        "the account that may create executors here and nothing elsewhere",
    )
    yield (
        "spark.kubernetes.authenticate.executor.serviceAccountName",
        EXECUTOR_ACCOUNT,
        "executors have no rights on the API server",
    )
    if settings.image is not None:
        yield "spark.kubernetes.container.image", str(settings.image), "image of jobs that name none"


def _sizes(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    driver, executor = settings.driver, settings.executor
    memory = fit(driver.memory_gib, driver.overhead_factor)
    row = f"heap + overhead = {driver.memory_gib} GiB, a size that is billed as it is"
    yield "spark.driver.cores", driver.vcpu, "vCPU of the driver pod"
    yield "spark.driver.memory", f"{memory.heap_mib}m", row
    yield "spark.driver.memoryOverhead", f"{memory.overhead_mib}m", "said outright: for Python Spark would take 40 %"
    yield "spark.kubernetes.driver.limit.cores", driver.vcpu, "quotas and serverless pods want limits"
    memory = fit(
        executor.memory_gib, executor.overhead_factor, executor.pyspark_memory_mib, executor.offheap_memory_mib
    )
    row = f"heap + overhead + Python + off-heap = {executor.memory_gib} GiB, a size that is billed as it is"
    yield "spark.executor.cores", executor.vcpu, "vCPU of an executor pod, one task each"
    yield "spark.executor.memory", f"{memory.heap_mib}m", row
    yield "spark.executor.memoryOverhead", f"{memory.overhead_mib}m", "said outright: for Python Spark would take 40 %"
    yield "spark.kubernetes.executor.limit.cores", executor.vcpu, "without it executors have no CPU limit"
    if executor.pyspark_memory_mib:
        yield "spark.executor.pyspark.memory", f"{executor.pyspark_memory_mib}m", "Python workers' own share"
    if executor.offheap_memory_mib:
        yield "spark.memory.offHeap.enabled", "true", "off-heap memory is asked for in the settings"
        yield "spark.memory.offHeap.size", f"{executor.offheap_memory_mib}m", "counted in the pod's size"


def _burst(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    scaling = settings.scaling
    why = "Spark's 5 to 20 gives 5 to 15 pods a second; 500 every 200 ms gave 43 to 60 (measured)"
    yield "spark.kubernetes.allocation.batch.size", scaling.batch_size, why
    yield "spark.kubernetes.allocation.batch.delay", f"{scaling.batch_delay_ms}ms", "as above; must be above 100 ms"
    why = "lists pods from the API server's cache; a list of thousands of pods otherwise loads etcd"
    yield "spark.kubernetes.executor.enablePollingWithResourceVersion", "true", why
    for side in ("submission", "driver"):
        yield f"spark.kubernetes.{side}.connectionTimeout", 60000, "ms; 10 s is short for a busy API server"
        yield f"spark.kubernetes.{side}.requestTimeout", 60000, "ms; 10 s is short for a busy API server"


def _dynamic(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    scaling, most = settings.scaling, max_executors(settings, context)
    why = "executors come with the work and go with it"
    yield "spark.dynamicAllocation.enabled", "true", why
    yield "spark.dynamicAllocation.minExecutors", min(scaling.min_executors, most), "an idle job keeps no more"
    yield "spark.dynamicAllocation.initialExecutors", min(scaling.initial_executors, most), "asked for at the start"
    yield "spark.dynamicAllocation.maxExecutors", most, "what the settings and the quota beside the drivers allow"
    why = "give-back: 10 s saved 61 % of executor time in a long-tailed job, Spark's 60 s 14 % (measured)"
    yield "spark.dynamicAllocation.executorIdleTimeout", f"{scaling.idle_timeout_seconds}s", why
    remote = bool(context.shuffle_conf)
    why = "executors hold no shuffle data" if remote else "no shuffle service: executors with shuffle data must stay"
    yield "spark.dynamicAllocation.shuffleTracking.enabled", str(not remote).lower(), why


def _shuffle(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    if not context.shuffle_conf:
        return
    reasons = client_entries(ShuffleSettings())
    for key, value in context.shuffle_conf.items():
        yield key, value, reasons[key].reason if key in reasons else "client of the shuffle service"
    yield "spark.celeborn.identity.user-specific.tenant", context.team, "shuffle quotas are counted by team"
    yield "spark.celeborn.identity.user-specific.userName", context.team, "shuffle quotas are counted by team"


def _ports(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    yield "spark.driver.port", SPARK_DRIVER_RPC, "fixed for the network policies"
    yield "spark.driver.blockManager.port", SPARK_BLOCK_MANAGER, "fixed for the network policies"
    yield "spark.blockManager.port", SPARK_BLOCK_MANAGER, "fixed for the network policies"
    yield "spark.ui.port", SPARK_UI, "fixed for the network policies and the metrics"
    yield "spark.port.maxRetries", 0, "a port that moves on would be behind the network policies: fail at once"


def _storage(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    yield from oss(context)
    if uses_oss(context):
        why = "JindoSDK sizes its threads by the host otherwise"
        yield f"spark.kubernetes.driverEnv.{JINDO_PROCS}", settings.driver.vcpu, why
        yield f"spark.executorEnv.{JINDO_PROCS}", settings.executor.vcpu, why
    if context.credentials == "rrsa":
        yield "spark.kubernetes.executor.checkAllContainers", "false", "an executor is done when Spark's container is"


def uses_oss(context: JobContext) -> bool:
    """True when `oss://` paths are read or written there."""
    return context.oss_hdfs or bool(context.files_bucket)


def oss(context: JobContext) -> Iterator[Line]:
    """How a JVM reaches OSS and OSS-HDFS: the part that jobs and the history server share."""
    if not uses_oss(context):
        return
    fs = "spark.hadoop.fs."
    yield f"{fs}oss.impl", "com.aliyun.jindodata.oss.JindoOssFileSystem", "JindoSDK speaks OSS and OSS-HDFS"
    why = "for streaming checkpoints; vendor pages disagree on the class (the other: com.aliyun.jindodata.oss.OSS)"
    yield f"{fs}AbstractFileSystem.oss.impl", "com.aliyun.jindodata.oss.JindoOSS", why
    if context.oss_hdfs:
        yield f"{fs}oss.endpoint", hdfs_endpoint(context.region), "answers only inside a VPC of the region"
    if context.files_bucket:
        internal = f"oss-{context.region}-internal.aliyuncs.com"
        yield f"{fs}oss.bucket.{context.files_bucket}.endpoint", internal, "the plain bucket, by the internal network"
    yield f"{fs}oss.https.enable", "true", "HTTP is JindoSDK's default, buckets accept TLS only"
    why = "MiB; the default of 6124 would overrun a small pod's memory"
    yield f"{fs}oss.memory.pool.size.max.mb", JINDO_POOL_MIB, why
    yield f"{fs}oss.tmp.data.dirs", TEMP_DIR, "the pod's own temporary volume"
    if context.credentials == "eci":
        why = "credentials of the pod's RAM role, renewed by themselves; no key anywhere (unproven on ECI)"
        yield f"{fs}oss.credentials.provider", f"{AUTH}EcsStsCredentialsProvider", why
    if context.credentials == "rrsa":
        why = "JindoSDK has no RRSA provider: the pod's sidecar serves the credentials (unproven on ECI)"
        yield f"{fs}oss.credentials.provider", f"{AUTH}CustomCredentialsProvider", why
        yield "spark.hadoop.aliyun.oss.provider.url", f"http://127.0.0.1:{CREDENTIALS_SIDECAR}", "the sidecar"


def _events(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    if not context.event_log_dir:
        return
    yield "spark.eventLog.enabled", "true", "the history server shows jobs after their end"
    yield "spark.eventLog.dir", context.event_log_dir, "read by the history server; must exist before the first job"
    yield "spark.eventLog.compress", "true", "the default from 4.0 on"
    yield (
        "spark.eventLog.rolling.enabled",
        "true",
        "the default from 4.0 on; a long job's log is readable while it runs",
    )
    yield "spark.eventLog.rolling.maxFileSize", "128m", "size of one piece"


def _metrics(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    sink = "spark.metrics.conf.*.sink.prometheusServlet."
    yield "spark.ui.prometheus.enabled", "true", "executors' metrics at the driver's port; the default from 4.0 on"
    yield f"{sink}class", "org.apache.spark.metrics.sink.PrometheusServlet", "drivers are scraped, executors are not"
    yield "spark.metrics.conf.driver.sink.prometheusServlet.path", "/metrics/driver/prometheus/", "the driver's own"
    yield "spark.executor.processTreeMetrics.enabled", "true", "shows memory outside the heap, Python's too"


def _spot(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    if not settings.executor.spot:
        return
    yield "spark.decommission.enabled", "true", "an executor about to be taken away gets no new tasks"
    if context.shuffle_conf:
        why = "shuffle data is in the shuffle service, there is nothing to move (unproven)"
        yield "spark.storage.decommission.shuffleBlocks.enabled", "false", why
    else:
        yield "spark.storage.decommission.enabled", "true", "moves shuffle data and cached blocks away in time"


def _release(settings: SparkSettings, context: JobContext) -> Iterator[Line]:
    if release(settings.version) < (4, 2):
        return
    why = "from 4.2 refused pods count as failed executors: a full quota ended a job in 3 s (measured with 4.3)"
    yield "spark.executor.maxNumFailures", 1_000_000, why
    yield "spark.executor.failuresValidityInterval", "10m", "old failures are forgotten"
    yield (
        "spark.kubernetes.driver.pod.excludedFeatureSteps",
        "org.apache.spark.deploy.k8s.features.NetworkPolicyFeatureStep",
        "one network policy a job would pass the 40 that the cluster's network carries; the workspace has its own",
    )


def render(conf: dict[str, Entry]) -> str:
    """The text of `spark-defaults.conf`, in the order of `conf`, each entry under its reason."""
    head = "# Defaults of this workspace. Made by spark-on-ack: changes here are undone by the next deployment.\n"
    return head + properties(conf)


def docs_table(settings: SparkSettings, context: JobContext) -> str:
    """The same as a Markdown table, for the documentation."""
    rows = [
        f"| `{key}` | `{entry.value}` | {entry.reason.replace('|', '/')} |"
        for key, entry in spark_conf(settings, context).items()
    ]
    return "\n".join(["| Key | Value | Why |", "|---|---|---|", *rows]) + "\n"
