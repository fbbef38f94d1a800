"""Configuration of the masters and workers: pure functions, each line with its reason.

The configuration as a whole was run on real 0.7.0 processes (three masters, two workers, a job with replication). Not
run: HA over transports other than gRPC, TLS with replication or Raft, five masters.
"""

from typing import Any

import yaml

from ..base import constants as c
from ..base.configuration import Entry
from .client import STORAGE_TYPE
from .inputs import DISK_USED_PERCENT, Masters, ShuffleSettings, Workers

CONF_DIR = "/etc/celeborn"
"""The ConfigMap of a role: configuration, logging, scripts. `start.sh` copies it into RUN_DIR."""
DYNAMIC_DIR = "/etc/celeborn-dynamic"
"""The ConfigMap of quotas: mounted as a directory, because only directories follow changes of the map."""
TLS_DIR = "/etc/celeborn-tls"
RUN_DIR = "/run/celeborn"
RATIS_DIR = "/data/ratis"
DYNAMIC_FILE = "dynamicConfig.yaml"
SLOTS_SECONDS, SORTER_SECONDS = 480, 120
"""How long a graceful shutdown waits for open slots, and then for the sorter (Celeborn's defaults)."""
DRAIN_SECONDS = SLOTS_SECONDS + SORTER_SECONDS
"""Longest graceful shutdown."""
_SINK = "org.apache.celeborn.common.metrics.sink.PrometheusServlet"


def disk_dir(number: int) -> str:
    """Where a worker's disk is mounted, from 0."""
    return f"/data/disk{number}"


def master_conf(settings: ShuffleSettings) -> dict[str, Entry]:
    """celeborn-defaults.conf of a master; `start.sh` adds the node id of each."""
    return _common(settings) | _masters(settings) | _from_settings(settings.masters, "masters")


def worker_conf(settings: ShuffleSettings) -> dict[str, Entry]:
    """celeborn-defaults.conf of a worker."""
    return _common(settings) | _workers(settings.workers) | _from_settings(settings.workers, "workers")


def dynamic_config(settings: ShuffleSettings) -> str:
    """The quotas as Celeborn's file store reads them.

    At user level the quota manager reads `celeborn.quota.user.*`, not the `quota.tenant.*` of Celeborn's template.
    """
    interrupt = str(settings.interrupt_over_quota).lower()
    levels: list[dict[str, Any]] = [
        {"level": "SYSTEM", "config": {"celeborn.quota.interruptShuffle.enabled": interrupt}}
    ]
    users = {tuple(k.split("/", 1)): v for k, v in settings.user_quotas_gib.items()}
    for team in sorted({*settings.quotas_gib, *(t for t, _ in users)}):
        tenant: dict[str, Any] = {"tenantId": team, "level": "TENANT"}
        if team in settings.quotas_gib:
            tenant["config"] = {"celeborn.quota.tenant.diskBytesWritten": f"{settings.quotas_gib[team]}g"}
        own = {user: gib for (t, user), gib in sorted(users.items()) if t == team}
        if own:
            tenant["users"] = [
                {"name": user, "config": {"celeborn.quota.user.diskBytesWritten": f"{gib}g"}}
                for user, gib in own.items()
            ]
        levels.append(tenant)
    return yaml.safe_dump(levels, sort_keys=False)


def _from_settings(role: Masters | Workers, name: str) -> dict[str, Entry]:
    return {key: Entry(value, f"set in shuffle.{name}.conf") for key, value in role.conf.items()}


def _common(settings: ShuffleSettings) -> dict[str, Entry]:
    timeout = f"{settings.worker_timeout_seconds}s"
    configuration = {
        "celeborn.master.endpoints": Entry(",".join(settings.endpoints), "by name, because a pod's address changes"),
        "celeborn.master.heartbeat.worker.timeout": Entry(
            timeout, "the same on both roles: a worker sends heartbeats at a quarter of its own value"
        ),
        "celeborn.network.bind.preferIpAddress": Entry("false", "register names, not addresses that change"),
        "celeborn.network.bind.wildcardAddress": Entry("true", "probes and the drain reach localhost and the pod's IP"),
        "celeborn.port.maxRetries": Entry(
            "0", "a busy port is an error: another one would be blocked by the network policy"
        ),
        "celeborn.storage.availableTypes": Entry(STORAGE_TYPE, "the same as in jobs; the default is HDD"),
        "celeborn.metrics.conf.*.sink.prometheusServlet.class": Entry(_SINK, "without a sink /metrics answers 404"),
        "celeborn.metrics.worker.appLevel.enabled": Entry(
            "false", "the series of each application would stay for ever"
        ),
        "celeborn.dynamicConfig.store.backend": Entry("FS", "quotas work only as dynamic configuration"),
        "celeborn.dynamicConfig.store.fs.path": Entry(f"{DYNAMIC_DIR}/{DYNAMIC_FILE}", "the file, not its folder"),
    }
    if settings.authentication:
        internal = ",".join(f"{h}:{c.CELEBORN_MASTER_INTERNAL}" for h in settings.master_hosts)
        configuration |= {
            "celeborn.auth.enabled": Entry("true", "an application can neither read nor end another's shuffle"),
            "celeborn.internal.port.enabled": Entry(
                "true", "authentication needs it: servers talk to each other on separate ports"
            ),
            "celeborn.master.internal.endpoints": Entry(internal, "where workers register"),
        }
    return configuration | (_tls() if settings.tls.secret else {})


def _masters(settings: ShuffleSettings) -> dict[str, Entry]:
    configuration = {"celeborn.master.http.port": Entry(str(c.CELEBORN_MASTER_HTTP), "probes, metrics, operations")}
    hosts = settings.master_hosts
    if len(hosts) == 1:
        return configuration | {
            "celeborn.master.ha.enabled": Entry("false", "one master: its restart loses all running shuffles"),
            "celeborn.master.host": Entry(hosts[0], "the name in the endpoints"),
            "celeborn.master.port": Entry(str(c.CELEBORN_MASTER_RPC), "fixed"),
            "celeborn.master.internal.port": Entry(str(c.CELEBORN_MASTER_INTERNAL), "fixed; workers register here"),
        }
    configuration |= {
        "celeborn.master.ha.enabled": Entry("true", "a Raft group survives the loss of a minority"),
        "celeborn.master.ha.ratis.raft.rpc.type": Entry("grpc", "the transport that was tried, and the one TLS needs"),
        "celeborn.master.ha.ratis.raft.server.storage.dir": Entry(
            RATIS_DIR, "on a disk: a group that lost its state makes workers delete live shuffles"
        ),
        "celeborn.master.ha.graceful.shutdown.enabled": Entry(
            "true", "leadership moves in 81 ms instead of after a 5 s election"
        ),
    }
    for number, host in enumerate(hosts):
        for key, value in (
            ("host", host),
            ("port", c.CELEBORN_MASTER_RPC),
            ("ratis.port", c.CELEBORN_MASTER_RATIS),
            ("internal.port", c.CELEBORN_MASTER_INTERNAL),
        ):
            configuration[f"celeborn.master.ha.node.{number}.{key}"] = Entry(str(value), f"master {number}")
    return configuration


def _workers(workers: Workers) -> dict[str, Entry]:
    capacity = workers.disk_gib * DISK_USED_PERCENT // 100
    dirs = ",".join(f"{disk_dir(i)}:disktype={STORAGE_TYPE}:capacity={capacity}g" for i in range(workers.disks))
    ports = {
        "rpc": c.CELEBORN_WORKER_RPC,
        "fetch": c.CELEBORN_WORKER_FETCH,
        "push": c.CELEBORN_WORKER_PUSH,
        "replicate": c.CELEBORN_WORKER_REPLICATE,
        "internal": c.CELEBORN_WORKER_INTERNAL,
        "http": c.CELEBORN_WORKER_HTTP,
    }
    graceful = "celeborn.worker.graceful.shutdown"
    return {
        f"celeborn.worker.{name}.port": Entry(str(port), "fixed: graceful shutdown and the network policy need it")
        for name, port in ports.items()
    } | {
        "celeborn.worker.storage.dirs": Entry(
            dirs, f"{DISK_USED_PERCENT} % of each disk: the sorter's copies are not counted"
        ),
        "celeborn.worker.storage.disk.reserve.size": Entry("5G", "the recovery database shares the first disk"),
        "celeborn.worker.monitor.disk.enabled": Entry("true", "false would disable disk checks and all Device metrics"),
        f"{graceful}.enabled": Entry("true", "a rolling restart hands shuffles over instead of losing them"),
        f"{graceful}.recoverPath": Entry(f"{disk_dir(0)}/recover", "on a disk: the default path is lost with the pod"),
        f"{graceful}.timeout": Entry(f"{DRAIN_SECONDS}s", "the pod's grace period is longer"),
        f"{graceful}.checkSlotsFinished.timeout": Entry(f"{SLOTS_SECONDS}s", "part of the timeout above"),
        f"{graceful}.partitionSorter.shutdownTimeout": Entry(f"{SORTER_SECONDS}s", "part of the timeout above"),
        "celeborn.worker.decommission.checkInterval": Entry(
            "5s", "an idle worker leaves within 11 s instead of up to 40 s"
        ),
        "celeborn.worker.decommission.forceExitTimeout": Entry(f"{workers.drain_hours}h", "workers.drain_hours"),
    }


def _tls() -> dict[str, Entry]:
    """`start.sh` adds the key store's password from the mounted Secret, so that it is in no ConfigMap."""
    return {
        f"celeborn.ssl.{module}.{key}": Entry(value, "from the Secret in shuffle.tls.secret")
        for module in ("rpc_service", "push", "fetch", "replicate")
        for key, value in (
            ("enabled", "true"),
            ("keyStore", f"{TLS_DIR}/keystore.jks"),
            ("trustStore", f"{TLS_DIR}/truststore.jks"),
        )
    }
