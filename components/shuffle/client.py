"""What a Spark job must set to use the shuffle service: pure functions that the Spark configuration builds on."""

from ..base.configuration import Entry, values
from ..base.constants import CELEBORN_CLIENT
from .inputs import ShuffleSettings

_C = "spark.celeborn."
STORAGE_TYPE = "SSD"
"""The same on servers and clients: with the default HDD on one side, slots stay unused."""


def client_configuration(settings: ShuffleSettings) -> dict[str, Entry]:
    """The keys with which a job uses the service, each with its reason, in order.

    Not here: the give-back of executors (dynamic allocation), which is Spark's own, and the identity that quotas are
    counted by (`spark.celeborn.identity.user-specific.*`), which differs per team. `network.bind.preferIpAddress`
    keeps its default too: executors cannot resolve a driver's host name, but they can reach its address.
    """
    configuration = _manager() | {
        _C + "master.endpoints": Entry(
            ",".join(settings.endpoints), "the masters by name, because their addresses change"
        ),
        _C + "storage.availableTypes": Entry(STORAGE_TYPE, "the same as on the servers; the default is HDD"),
        _C + "client.push.replicate.enabled": Entry(
            str(_replicates(settings)).lower(), "a lost worker costs no recomputation (false: all map tasks run again)"
        ),
        _C + "client.shuffle.manager.port": Entry(str(CELEBORN_CLIENT), "fixed for the network policy"),
    }
    configuration |= _failures()
    if settings.authentication:
        configuration[_C + "auth.enabled"] = Entry("true", "the servers refuse jobs that do not authenticate")
    if settings.interrupt_over_quota:
        configuration[_C + "quota.interruptShuffle.enabled"] = Entry(
            "true", "a job over its quota ends with the reason"
        )
    return configuration | (_tls(settings.tls.trust_store) if settings.tls.secret else {})


def client_conf(settings: ShuffleSettings) -> dict[str, str]:
    """`client_entries` without the reasons."""
    return values(client_configuration(settings))


def _replicates(settings: ShuffleSettings) -> bool:
    """A second copy needs a second worker; with one worker registration would fail."""
    alone = settings.workers.replicas < 2 and not settings.workers.autoscaled and not settings.existing_endpoints
    return settings.replication and not alone


def _manager() -> dict[str, Entry]:
    package = "org.apache.spark.shuffle.celeborn"
    return {
        "spark.shuffle.manager": Entry(f"{package}.SparkShuffleManager", "shuffle through the service"),
        "spark.shuffle.sort.io.plugin.class": Entry(
            f"{package}.CelebornShuffleDataIO", "lets Spark give executors back without tracking shuffle files"
        ),
        "spark.shuffle.service.enabled": Entry("false", "there is no node-local shuffle service on virtual nodes"),
        "spark.serializer": Entry(
            "org.apache.spark.serializer.KryoSerializer", "Celeborn relocates records, which Java's serializer cannot"
        ),
        "spark.sql.adaptive.localShuffleReader.enabled": Entry("false", "there are no local shuffle files to read"),
        _C + "client.spark.shuffle.fallback.policy": Entry(
            "NEVER", "shuffle data of a fallback is lost when its executor is given back (CELEBORN-2451)"
        ),
    }


def _failures() -> dict[str, Entry]:
    """Retries and time-outs, measured with 0.7.0 and Spark 3.5.9 on one machine: outcomes and durations, not speed."""
    return {
        _C + "client.requestCommitFiles.maxRetries": Entry("2", "a dead worker stalls a job for 22 s instead of 70 s"),
        _C + "client.requestCommitFiles.retryWait": Entry("2s", "together with maxRetries=2: 22 s instead of 70 s"),
        _C + "rpc.io.retryWait": Entry(
            "1s", "together with both above: 6 s; covers connections with and without authentication"
        ),
        _C + "client.fetch.maxRetriesForEachReplica": Entry("5", "a worker's rolling restart fits into the retries"),
        _C + "data.io.retryWait": Entry("10s", "a worker's rolling restart fits into the retries"),
        _C + "masterClient.maxRetries": Entry("3", "a missing service fails the job in 9 s (19 s on a busy machine)"),
        _C + "rpc.askTimeout": Entry("20s", "a master that hangs fails the job within a minute; raise for huge stages"),
        _C + "network.connect.timeout": Entry("3s", "a master that drops packets fails the job within a minute"),
    }


def _tls(trust_store: str) -> dict[str, Entry]:
    """Tried with one master and no replication. The trust store holds only certificates and needs no password."""
    configuration = {
        f"{_C}ssl.{module}.{key}": Entry(value, "encrypted, and the servers' certificate is checked")
        for module in ("rpc_service", "data")
        for key, value in (("enabled", "true"), ("trustStore", trust_store))
    }
    for key in ("enabled", "autoSslEnabled"):
        configuration[f"{_C}ssl.rpc_app.{key}"] = Entry(
            "true", "driver and executors: a certificate generated for each job"
        )
    return configuration
