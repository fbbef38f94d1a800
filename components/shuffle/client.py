"""What a Spark job needs to say to use the shuffle service: pure, so that the Spark configuration can build on it."""

from ..base.configuration import Entry, values
from ..base.constants import CELEBORN_CLIENT
from .inputs import ShuffleSettings

_C = "spark.celeborn."
STORAGE_TYPE = "SSD"
"""The same on servers and clients; the default HDD on either side leaves slots unused."""


def client_entries(settings: ShuffleSettings) -> dict[str, Entry]:
    """The keys of a job by which it uses the service, each with its reason, in order.

    Not here: the give-back of executors (dynamic allocation), which is Spark's own, and the identity a quota counts by
    (`spark.celeborn.identity.user-specific.*`), which differs by team. `network.bind.preferIpAddress` stays at its
    default too: a driver's host name cannot be resolved by its executors, its address can.
    """
    entries = _manager() | {
        _C + "master.endpoints": Entry(",".join(settings.endpoints), "the masters by name: their addresses change"),
        _C + "storage.availableTypes": Entry(STORAGE_TYPE, "as on the servers; default HDD"),
        _C + "client.push.replicate.enabled": Entry(
            str(_replicates(settings)).lower(), "a lost worker costs no recomputation (off: all map tasks run again)"
        ),
        _C + "client.shuffle.manager.port": Entry(str(CELEBORN_CLIENT), "fixed for the network policy"),
    }
    entries |= _failures()
    if settings.authentication:
        entries[_C + "auth.enabled"] = Entry("true", "the servers refuse jobs that do not authenticate")
    if settings.interrupt_over_quota:
        entries[_C + "quota.interruptShuffle.enabled"] = Entry("true", "a job over its quota ends with the reason")
    return entries | (_tls(settings.tls.trust_store) if settings.tls.secret else {})


def client_conf(settings: ShuffleSettings) -> dict[str, str]:
    """`client_entries` without the reasons."""
    return values(client_entries(settings))


def _replicates(settings: ShuffleSettings) -> bool:
    """A second copy needs a second worker; with one worker registration would fail."""
    alone = settings.workers.replicas < 2 and not settings.workers.autoscaled and not settings.existing_endpoints
    return settings.replication and not alone


def _manager() -> dict[str, Entry]:
    package = "org.apache.spark.shuffle.celeborn"
    return {
        "spark.shuffle.manager": Entry(f"{package}.SparkShuffleManager", "shuffle through the service"),
        "spark.shuffle.sort.io.plugin.class": Entry(
            f"{package}.CelebornShuffleDataIO", "lets Spark give executors back without tracking their shuffle files"
        ),
        "spark.shuffle.service.enabled": Entry("false", "there is no node-local shuffle service on virtual nodes"),
        "spark.serializer": Entry(
            "org.apache.spark.serializer.KryoSerializer", "Java's serializer cannot relocate records, Celeborn must"
        ),
        "spark.sql.adaptive.localShuffleReader.enabled": Entry("false", "there are no local shuffle files to read"),
        _C + "client.spark.shuffle.fallback.policy": Entry(
            "NEVER", "a shuffle that falls back is lost when its executor is given back (CELEBORN-2451)"
        ),
    }


def _failures() -> dict[str, Entry]:
    """Retries and time-outs, measured with 0.7.0 and Spark 3.5.9 on one machine: outcomes and sums, not speed."""
    return {
        _C + "client.requestCommitFiles.maxRetries": Entry("2", "a dead worker stalls a job 22 s, not 70 s"),
        _C + "client.requestCommitFiles.retryWait": Entry("2s", "with maxRetries=2: 22 s, not 70 s"),
        _C + "rpc.io.retryWait": Entry(
            "1s", "with both above: 6 s; covers connections with and without authentication"
        ),
        _C + "client.fetch.maxRetriesForEachReplica": Entry("5", "a worker's rolling restart fits into the retries"),
        _C + "data.io.retryWait": Entry("10s", "a worker's rolling restart fits into the retries"),
        _C + "masterClient.maxRetries": Entry("3", "a missing service fails the job in 9 s (19 s on a busy machine)"),
        _C + "rpc.askTimeout": Entry("20s", "a master that hangs fails the job within a minute; raise for huge stages"),
        _C + "network.connect.timeout": Entry("3s", "a master that drops packets fails the job within a minute"),
    }


def _tls(trust_store: str) -> dict[str, Entry]:
    """Ran with one master and no replication. The trust store holds certificates only and is read without password."""
    entries = {
        f"{_C}ssl.{module}.{key}": Entry(value, "encrypted, and the servers' certificate is checked")
        for module in ("rpc_service", "data")
        for key, value in (("enabled", "true"), ("trustStore", trust_store))
    }
    for key in ("enabled", "autoSslEnabled"):
        entries[f"{_C}ssl.rpc_app.{key}"] = Entry("true", "driver and executors: a certificate made for each job")
    return entries
