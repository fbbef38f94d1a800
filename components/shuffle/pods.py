"""Pods of the masters and workers: pure functions that return Kubernetes objects as plain dicts."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base import constants as c
from ..base.configuration import properties
from ..pods.kinds import KINDS
from ..pods.parts import cost_tags, pod_security, virtual_node_tolerations, zone_spread
from ..pods.sizes import MIB_PER_GIB
from . import configuration
from .inputs import MASTERS, WORKERS, Masters, ShuffleServiceInputs, ShuffleSettings, Workers

USER = 10006
"""User and group of Celeborn's image."""
CHECKSUM = "spark-on-ack.io/checksum-conf"
HUNG_GRACE_SECONDS = 60
"""Seconds that a server which no longer answers has until it is killed: it is restarted 3 minutes after it hung."""
DYNAMIC = "celeborn-dynamic"
"""Name of the ConfigMap of quotas: changing it restarts nothing."""
_HERE = Path(__file__).parent
_HOME = "/opt/celeborn"


@dataclass(frozen=True)
class Role:
    """What differs between masters and workers."""

    name: str
    """Name of the StatefulSet, its Service, account, ConfigMap and disruption budget."""
    kind: str
    """`master` or `worker`: the server's start script."""
    size: Masters | Workers
    ports: dict[str, int]
    files: dict[str, str]
    """The ConfigMap: changing it restarts the pods, one after the other."""
    env: dict[str, str]
    disks: dict[str, str]
    """Volume claim -> mount path."""
    grace_seconds: int

    @property
    def labels(self) -> dict[str, str]:
        """Labels of all the role's objects; the first two select its pods."""
        return {**self.selector, c.LABEL_MANAGED_BY: c.PROJECT}

    @property
    def selector(self) -> dict[str, str]:
        """Labels that never change, because a StatefulSet's selector cannot."""
        return {c.LABEL_NAME: "celeborn", c.LABEL_COMPONENT: self.kind}

    @property
    def checksum(self) -> str:
        """Changes with the ConfigMap, and only with it."""
        return hashlib.sha256(json.dumps(self.files, sort_keys=True).encode()).hexdigest()[:16]


def master_role(settings: ShuffleSettings) -> Role:
    """The masters. A single one keeps its state in memory, so it has no disk; it is for trials."""
    masters = settings.masters
    ha = masters.replicas > 1
    ports = {"rpc": c.CELEBORN_MASTER_RPC, "http": c.CELEBORN_MASTER_HTTP, "internal": c.CELEBORN_MASTER_INTERNAL}
    return Role(
        name=MASTERS,
        kind="master",
        size=masters,
        ports=ports | ({"ratis": c.CELEBORN_MASTER_RATIS} if ha else {}),
        files=_files(properties(configuration.master_conf(settings)), "start.sh"),
        env={"CELEBORN_MASTER_MEMORY": f"{masters.heap_mib}m", "CELEBORN_MASTER_JAVA_OPTS": _java_options()},
        disks={"ratis": configuration.RATIS_DIR} if ha else {},
        grace_seconds=90,  # 30 s for the transfer of leadership, and the rest of the shutdown
    )


def worker_role(settings: ShuffleSettings) -> Role:
    """The workers."""
    workers = settings.workers
    return Role(
        name=WORKERS,
        kind="worker",
        size=workers,
        ports={
            "rpc": c.CELEBORN_WORKER_RPC,
            "fetch": c.CELEBORN_WORKER_FETCH,
            "push": c.CELEBORN_WORKER_PUSH,
            "replicate": c.CELEBORN_WORKER_REPLICATE,
            "internal": c.CELEBORN_WORKER_INTERNAL,
            "http": c.CELEBORN_WORKER_HTTP,
        },
        files=_files(properties(configuration.worker_conf(settings)), "start.sh", "drain.sh"),
        env={
            "CELEBORN_WORKER_MEMORY": f"{workers.heap_mib}m",
            "CELEBORN_WORKER_OFFHEAP_MEMORY": f"{workers.off_heap_mib}m",
            "CELEBORN_WORKER_JAVA_OPTS": _java_options(),
            "STATEFUL_SET": WORKERS,
            "HTTP_PORT": str(c.CELEBORN_WORKER_HTTP),
        },
        disks={f"disk{i}": configuration.disk_dir(i) for i in range(workers.disks)},
        grace_seconds=workers.drain_hours * 3600 + configuration.DRAIN_SECONDS,
    )


def pod_template(settings: ShuffleServiceInputs, role: Role) -> dict[str, Any]:
    """A pod of the role; fulfils Pod Security `restricted`, keeps its root file system read-only."""
    return {
        "metadata": _pod_metadata(settings, role),
        "spec": {
            "serviceAccountName": role.name,
            # only the drain of workers talks to the API server
            "automountServiceAccountToken": role.kind == "worker",
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": role.grace_seconds,
            "securityContext": pod_security(USER) | {"fsGroupChangePolicy": "OnRootMismatch"},
            "imagePullSecrets": [{"name": secret} for secret in settings.pull_secrets],
            "tolerations": virtual_node_tolerations(),
            "topologySpreadConstraints": [zone_spread(role.selector)] if settings.zone_spread else [],
            "containers": [_container(settings, role)],
            "volumes": _volumes(settings, role),
            # the server drops an empty one, and a repeated first run would conflict over the missing field
            **({"nodeSelector": dict(settings.node_selector)} if settings.node_selector else {}),
        },
    }


def _pod_metadata(settings: ShuffleServiceInputs, role: Role) -> dict[str, Any]:
    own = {
        CHECKSUM: role.checksum,
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(role.ports["http"]),
        "prometheus.io/path": "/metrics/prometheus",
    }
    return {
        "labels": dict(KINDS[settings.pods].labels) | settings.pod_labels | role.labels,
        "annotations": cost_tags(settings.pods, settings.tags) | settings.pod_annotations | own,
    }


def claims(settings: ShuffleSettings, role: Role, storage_class: str) -> list[dict[str, Any]]:
    """The volume claim templates of the role; they cannot be changed later, only the claims can grow.

    Written out as the server completes them: the list has one owner, so a repeated first run would otherwise conflict
    with itself.
    """
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "labels": role.labels},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": storage_class,
                "volumeMode": "Filesystem",
                "resources": {"requests": {"storage": f"{role.size.disk_gib}Gi"}},
            },
            "status": {"phase": "Pending"},
        }
        for name in role.disks
    ]


def _container(settings: ShuffleSettings, role: Role) -> dict[str, Any]:
    # requests = limits: without them ECI assigns (and bills) 2 vCPU and 4 GiB
    resources = {"cpu": f"{role.size.vcpu:g}", "memory": f"{round(role.size.memory_gib * MIB_PER_GIB)}Mi"}
    # /ping answers on followers and on a worker that has no master yet; one that cannot register ends by itself
    ping = {"httpGet": {"path": "/ping", "port": role.ports["http"]}, "timeoutSeconds": 5}
    drain = {"preStop": {"exec": {"command": ["/bin/sh", f"{configuration.CONF_DIR}/drain.sh"]}}}
    container: dict[str, Any] = {
        "name": role.kind,
        "image": settings.image,
        "args": ["/bin/sh", f"{configuration.CONF_DIR}/start.sh", role.kind],  # the image's entry point is tini
        "workingDir": configuration.RUN_DIR,
        "env": _environment(settings, role),
        "ports": [{"name": name, "containerPort": port} for name, port in role.ports.items()],
        "resources": {"requests": resources, "limits": resources},
        "startupProbe": ping | {"periodSeconds": 5, "failureThreshold": 60},
        "readinessProbe": ping | {"periodSeconds": 10, "failureThreshold": 3},
        # a server that hangs cannot drain: its own grace is minutes, not the pod's hours (unproven on ECI)
        "livenessProbe": ping
        | {"periodSeconds": 20, "failureThreshold": 6, "terminationGracePeriodSeconds": HUNG_GRACE_SECONDS},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": _mounts(settings, role),
    }
    return container | ({"lifecycle": drain} if role.kind == "worker" else {})


def _environment(settings: ShuffleSettings, role: Role) -> list[dict[str, Any]]:
    host = f"$(POD_NAME).{role.name}.{settings.namespace}.svc.{settings.cluster_domain}"
    plain = {
        "CELEBORN_LOCAL_HOSTNAME": host,  # what the server registers with: a name outlives the pod's address
        "CELEBORN_HOME": _HOME,
        "CELEBORN_CONF_DIR": f"{configuration.RUN_DIR}/conf",
        "CELEBORN_LOG_DIR": f"{configuration.RUN_DIR}/logs",
        "CELEBORN_PID_DIR": f"{configuration.RUN_DIR}/pids",
        "CELEBORN_NO_DAEMONIZE": "true",
        "CONF_DIR": configuration.CONF_DIR,
        "RUN_DIR": configuration.RUN_DIR,
        "TLS_DIR": configuration.TLS_DIR,
        **role.env,
    }
    return [
        *(
            {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": f"metadata.{field}"}}}
            for name, field in (("POD_NAME", "name"), ("POD_NAMESPACE", "namespace"))
        ),
        *({"name": name, "value": value} for name, value in plain.items()),
    ]


def _volumes(settings: ShuffleSettings, role: Role) -> list[dict[str, Any]]:
    # with TLS the assembled configuration holds a password: in memory then, never on a disk
    run: dict[str, Any] = {"sizeLimit": "1Gi"} | ({"medium": "Memory"} if settings.tls.secret else {})
    volumes: list[dict[str, Any]] = [
        {"name": "conf", "configMap": {"name": role.name}},
        {"name": "dynamic", "configMap": {"name": DYNAMIC}},
        {"name": "run", "emptyDir": run},
        {"name": "tmp", "emptyDir": {"sizeLimit": "5Gi"}},
    ]
    tls = {"name": "tls", "secret": {"secretName": settings.tls.secret, "defaultMode": 0o440}}
    return [*volumes, tls] if settings.tls.secret else volumes


def _mounts(settings: ShuffleSettings, role: Role) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = [
        {"name": "conf", "mountPath": configuration.CONF_DIR, "readOnly": True},
        {"name": "dynamic", "mountPath": configuration.DYNAMIC_DIR, "readOnly": True},
        {"name": "run", "mountPath": configuration.RUN_DIR},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - an emptyDir of the pod's own
        *({"name": name, "mountPath": path} for name, path in role.disks.items()),
    ]
    tls = {"name": "tls", "mountPath": configuration.TLS_DIR, "readOnly": True}
    return [*mounts, tls] if settings.tls.secret else mounts


def _files(defaults: str, *scripts: str) -> dict[str, str]:
    return {"celeborn-defaults.conf": defaults} | {f: (_HERE / f).read_text() for f in ("log4j2.xml", *scripts)}


def _java_options() -> str:
    """Exits when memory is exhausted instead of limping on: the restart recovers from disk and replicas."""
    return "-XX:+ExitOnOutOfMemoryError"
