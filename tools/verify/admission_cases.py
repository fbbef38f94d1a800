"""Objects that arrive in a workspace: good ones, and one forbidden change of a good one for each case."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from components.base.constants import (
    ANNOTATION_IMAGES,
    ANNOTATION_MAX_CPU,
    ANNOTATION_MAX_EXECUTORS,
    ANNOTATION_MAX_MEMORY,
    ANNOTATION_RAM_ROLES,
    ANNOTATION_RETIRED,
    ECI,
    LABEL_WORKSPACE,
)

Json = dict[str, Any]
NAMESPACE = "spark-on-ack-verify"
RETIRED = "spark-on-ack-verify-retired"
DRIVER = f"system:serviceaccount:{NAMESPACE}:spark-driver"
OPERATOR = "system:serviceaccount:spark-operator:spark-operator-controller"
PERSON = "alice"
IMAGE = "registry.example.com/team-a/spark:3.5.9"
SIZE = {"requests": {"cpu": "2", "memory": "4Gi"}, "limits": {"cpu": "2", "memory": "4Gi"}}

_FACTS = {
    ANNOTATION_IMAGES: "registry.example.com/team-a/,spark",
    ANNOTATION_RAM_ROLES: "team-a-data",
    ANNOTATION_MAX_EXECUTORS: "50",
    ANNOTATION_MAX_CPU: "16",
    ANNOTATION_MAX_MEMORY: "64Gi",
}


def _workspace(name: str, more: dict[str, str]) -> Json:
    """A workspace's namespace. No Pod Security label: what it refuses would hide what the rules refuse."""
    metadata = {"name": name, "labels": {LABEL_WORKSPACE: "team-a"}, "annotations": {**_FACTS, **more}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


NAMESPACE_OBJECTS: list[Json] = [
    _workspace(NAMESPACE, {}),
    _workspace(RETIRED, {ANNOTATION_RETIRED: "2026-12-31"}),
    *(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": NAMESPACE}}
        for name in ("spark-driver", "spark-executor")
    ),
]


def pod(role: str = "executor") -> Json:
    """A good pod of that role."""
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "driver", "uid": "1", "controller": True}
    account = "spark-executor" if role == "executor" else "spark-driver"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"case-{role}",
            "namespace": NAMESPACE,
            "labels": {"spark-role": role},
            "annotations": {f"{ECI}eci-ram-role-name": "team-a-data", f"{ECI}eci-auto-imc": "true"},
            "ownerReferences": [owner],
        },
        "spec": {
            "serviceAccountName": account,
            "automountServiceAccountToken": role != "executor",
            "containers": [{"name": "spark", "image": IMAGE, "resources": deepcopy(SIZE)}],
        },
    }


def application() -> Json:
    """A good application, as a person writes it."""
    return {
        "apiVersion": "sparkoperator.k8s.io/v1beta2",
        "kind": "SparkApplication",
        "metadata": {"name": "case", "namespace": NAMESPACE},
        "spec": application_spec(),
    }


def application_spec() -> Json:
    """The spec of a good application."""
    return {
        "type": "Scala",
        "mode": "cluster",
        "sparkVersion": "3.5.9",
        "image": IMAGE,
        "mainClass": "org.apache.spark.examples.SparkPi",
        "mainApplicationFile": "local:///opt/spark/examples/jars/spark-examples.jar",
        "deps": {"jars": ["oss://team-a-files/lib/a.jar"]},
        "sparkConf": {"spark.sql.shuffle.partitions": "200", "spark.executor.instances": "4"},
        "restartPolicy": {"type": "OnFailure", "onFailureRetries": 3},
        "dynamicAllocation": {"enabled": True, "maxExecutors": 40, "shuffleTrackingEnabled": False},
        "driver": {"cores": 1, "memory": "2g", "serviceAccount": "spark-driver", "envVars": {"STAGE": "test"}},
        "executor": {
            "cores": 2,
            "memory": "4g",
            "annotations": {f"{ECI}eci-spot-strategy": "SpotAsPriceGo"},
            "template": {
                "metadata": {"annotations": {f"{ECI}eci-extra-ephemeral-storage": "50Gi"}},
                "spec": {"containers": [{"name": "spark-kubernetes-executor", "image": IMAGE}]},
            },
        },
    }


def changed(manifest: Json, path: str, value: Any) -> Json:  # noqa: ANN401 (JSON)
    """A copy of the manifest with the value at `a/b/0/c` (keys may hold dots, ~1 is a slash)."""
    copy = deepcopy(manifest)
    here: Any = copy
    *parents, leaf = [p.replace("~1", "/") for p in path.split("/")]
    for part in parents:
        here = here[int(part)] if isinstance(here, list) else here.setdefault(part, {})
    if isinstance(here, list):
        here[int(leaf)] = value
    elif value is None:
        here.pop(leaf)
    else:
        here[leaf] = value
    return copy


def listed() -> Json:
    """An application that uses much of what is listed."""
    manifest = changed(application(), "spec/sparkUIOptions", {"servicePort": 4040, "serviceType": "ClusterIP"})
    manifest = changed(
        manifest, "spec/hadoopConf", {"fs.oss.upload.thread.concurrency": "8", "parquet.block.size": "1"}
    )
    manifest = changed(manifest, "spec/driver/labels", {"stage": "test", "app.kubernetes.io/part-of": "billing"})
    manifest = changed(manifest, "spec/driver/annotations", {f"{ECI}eci-custom-tags": "team:team-a,cost:7"})
    volume = {"name": "models", "image": {"reference": "registry.example.com/team-a/models:1"}}
    manifest = changed(manifest, "spec/executor/template/spec/volumes", [volume, {"name": "tmp", "emptyDir": {}}])
    conf = {
        "spark.hadoop.fs.oss.download.thread.concurrency": "8",
        "spark.kubernetes.executor.label.stage": "test",
        "spark.kubernetes.executor.volumes.emptyDir.scratch.mount.path": "/scratch",
        "spark.kubernetes.executor.request.cores": "2",
        "spark.kubernetes.allocation.batch.size": "100",
        "spark.submit.pyFiles": "oss://team-a-files/lib/a.py,oss://team-a-files/lib/b.py",
        "spark.executor.extraJavaOptions": "-XX:+UseG1GC -Dx=y",
        "spark.driver.maxResultSize": "4g",
        "spark.sql.catalog.lake.type": "hadoop",
    }
    return changed(manifest, "spec/sparkConf", conf)


def rich_pod() -> Json:
    """A good executor that uses much of what is listed."""
    manifest = changed(pod(), "metadata/annotations/k8s.aliyun.com~1eci-extra-ephemeral-storage", "480Gi")
    manifest = changed(manifest, "metadata/annotations/k8s.aliyun.com~1eci-custom-tags", "environment:dev,team:team-a")
    manifest = changed(manifest, "spec/containers/0/resources/requests/ephemeral-storage", "100Gi")
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    return changed(manifest, "spec/volumes", [claim, {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}])


def scheduled() -> Json:
    """The same application on a schedule."""
    return {
        "apiVersion": "sparkoperator.k8s.io/v1beta2",
        "kind": "ScheduledSparkApplication",
        "metadata": {"name": "case", "namespace": NAMESPACE},
        "spec": {"schedule": "@daily", "template": application_spec()},
    }


def connect() -> Json:
    """A good Spark Connect server."""
    template = {"spec": {"serviceAccountName": "spark-driver", "containers": [{"name": "spark-kubernetes-driver"}]}}
    return {
        "apiVersion": "sparkoperator.k8s.io/v1alpha1",
        "kind": "SparkConnect",
        "metadata": {"name": "case", "namespace": NAMESPACE},
        "spec": {
            "sparkVersion": "3.5.9",
            "image": IMAGE,
            "sparkConf": {"spark.sql.shuffle.partitions": "200"},
            "server": {"cores": 1, "memory": "2g", "template": template},
            "executor": {"instances": 2, "cores": 1, "memory": "2g"},
        },
    }


GOOD: dict[str, tuple[str, Json]] = {
    "an executor made by the driver": (DRIVER, pod()),
    "a driver made by the operator": (OPERATOR, pod("driver")),
    "a connect server made by the operator": (OPERATOR, pod("connect-server")),
    "an application": (PERSON, application()),
    "an application with what the lists allow": (PERSON, listed()),
    "an executor with a disk, a volume and its team's tag": (DRIVER, rich_pod()),
    "a scheduled application": (PERSON, scheduled()),
    "a Spark Connect server": (PERSON, connect()),
}


@dataclass(frozen=True)
class Case:
    """A forbidden object: the rule that must refuse it, who sends it, and a word its sentence must show."""

    rule: str
    user: str
    manifest: Json
    shows: str = ""
    name: str = ""


def _case(make: Callable[[], Json], user: str) -> Callable[..., Case]:
    def case(rule: str, path: str, value: Any, shows: str = "") -> Case:  # noqa: ANN401 (JSON)
        return Case(rule, user, changed(make(), path, value), shows, f"{rule} {make.__name__} {path}")

    return case


_executor, _driver = _case(pod, DRIVER), _case(lambda: pod("driver"), OPERATOR)
_app, _scheduled, _connect = _case(application, PERSON), _case(scheduled, PERSON), _case(connect, PERSON)
_ECI = "metadata/annotations/k8s.aliyun.com~1"
_BOX = "spec/containers/0/"
_TEMPLATE = "spec/executor/template/spec/"
_TOKEN = [{"name": "t", "projected": {"sources": [{"serviceAccountToken": {"audience": "vault", "path": "t"}}]}}]

BAD: list[Case] = [
    *(each("workspace-retired", "metadata/namespace", RETIRED, "2026-12-31") for each in (_app, _scheduled, _connect)),
    Case("pod-creator", PERSON, pod(), PERSON, "pod-creator a person makes a pod"),
    Case("pod-creator", f"system:serviceaccount:{NAMESPACE}:spark-executor", pod(), name="pod-creator an executor"),
    Case("pod-creator", "system:serviceaccount:other:spark-driver", pod(), name="pod-creator a foreign driver"),
    Case("spark-role", DRIVER, pod("driver"), "driver", "spark-role a driver makes a driver"),
    _driver("spark-role", "metadata/labels/spark-role", "history"),
    _executor("workload-account", "spec/serviceAccountName", "spark-driver", "spark-driver"),
    _driver("workload-account", "spec/serviceAccountName", "default", "default"),
    _app("workload-account", "spec/driver/serviceAccount", "admin", "admin"),
    _app("workload-account", _TEMPLATE + "serviceAccountName", "spark-driver"),
    _connect("workload-account", "spec/server/template/spec/serviceAccountName", "default"),
    _executor("executor-owner", "metadata/ownerReferences", []),
    _executor("allowed-image", _BOX + "image", "docker.io/evil/miner:1", "docker.io/evil/miner:1"),
    _executor("allowed-image", _BOX + "image", "sparkling:1", "sparkling:1"),
    _executor(
        "allowed-image", "spec/initContainers", [{"name": "i", "image": "busybox", "resources": SIZE}], "busybox"
    ),
    _app("allowed-image", "spec/image", "docker.io/evil/miner:1", "registry.example.com/team-a/"),
    _app("allowed-image", "spec/executor/image", "docker.io/evil/miner:1"),
    _scheduled("allowed-image", "spec/template/driver/image", "docker.io/evil/miner:1"),
    _app("allowed-image", _TEMPLATE + "containers/0/image", "docker.io/evil/miner:1"),
    _connect("allowed-image", "spec/server/template/spec/containers/0/image", "docker.io/evil/miner:1"),
    _executor("no-host-access", "spec/hostNetwork", True),
    _executor("no-host-access", "spec/hostPID", True),
    _executor("no-host-access", "spec/volumes", [{"name": "v", "hostPath": {"path": "/"}}]),
    _executor("no-host-access", _BOX + "ports", [{"containerPort": 80, "hostPort": 80}]),
    _app("no-host-access", "spec/sparkConf/spark.kubernetes.executor.volumes.hostPath.x.mount.path", "/", "hostPath.x"),
    _app("no-host-access", _TEMPLATE + "volumes", [{"name": "v", "hostPath": {"path": "/"}}]),
    _app("no-host-access", _TEMPLATE + "hostNetwork", True),
    _executor("no-privileges", _BOX + "securityContext", {"allowPrivilegeEscalation": True}),
    _executor("no-privileges", _BOX + "securityContext", {"capabilities": {"add": ["SYS_ADMIN"]}}),
    _app("no-privileges", _TEMPLATE + "containers/0/securityContext", {"allowPrivilegeEscalation": True}),
    _executor("token-audience", "spec/automountServiceAccountToken", True),
    _driver("token-audience", "spec/volumes", _TOKEN),
    _executor("ram-role", _ECI + "eci-ram-role-name", "team-b-data", "team-b-data"),
    _app("ram-role", "spec/driver/annotations", {f"{ECI}eci-ram-role-name": "team-b-data"}, "team-b-data"),
    _app(
        "ram-role",
        f"spec/sparkConf/spark.kubernetes.executor.annotation.{ECI.replace('/', '~1')}eci-ram-role-name",
        "b",
    ),
    _app("ram-role", "spec/executor/template/metadata/annotations", {f"{ECI}eci-ram-role-name": "team-b-data"}),
    _executor("eci-annotation", _ECI + "eci-with-eip", "true", "eci-with-eip"),
    _executor("eci-annotation", _ECI + "eci-use-specs", "ecs.c6.16xlarge", "eci-use-specs"),
    _scheduled("eci-annotation", "spec/template/executor/annotations", {f"{ECI}eci-security-group": "sg-1"}),
    _driver("no-spot-driver", _ECI + "eci-spot-strategy", "SpotAsPriceGo"),
    _app("no-spot-driver", "spec/driver/annotations", {f"{ECI}eci-spot-strategy": "SpotAsPriceGo"}),
    _executor("requests-and-limits", _BOX + "resources", {}, "spark"),
    _executor("requests-and-limits", _BOX + "resources/limits/cpu", "32"),
    _executor("pod-size", _BOX + "resources", {"requests": {"cpu": "32", "memory": "64Gi"}}, "at most 16 cpu"),
    _executor("pod-size", _BOX + "resources", {"requests": {"cpu": "500m", "memory": "65Gi"}}),
    _app("priority-class", _TEMPLATE + "priorityClassName", "system-node-critical"),
    _executor("no-node-choice", "spec/nodeName", "virtual-kubelet-cn-hangzhou-i"),
    _executor("no-node-choice", "spec/tolerations", [{"operator": "Exists"}]),
    _app("no-node-choice", _TEMPLATE + "schedulerName", "mine"),
    _executor("no-access-key", _BOX + "env", [{"name": "OSS_ACCESS_KEY_SECRET", "value": "hidden"}], "OSS_ACCESS_KEY"),
    _app("no-access-key", "spec/sparkConf/spark.hadoop.fs.oss.accessKeySecret", "hidden", "fs.oss.accessKeySecret"),
    _app("no-access-key", "spec/hadoopConf", {"fs.oss.accessKeyId": "hidden"}, "fs.oss.accessKeyId"),
    _app("no-access-key", "spec/driver/envVars", {"ALIBABA_CLOUD_ACCESS_KEY_ID": "hidden"}),
    _app("conf-key", "spec/sparkConf/spark.kubernetes.context=x", "y"),
    _app("conf-key", "spec/sparkConf/ spark.master", "y"),
    _app("conf-identity", "spec/sparkConf/spark.kubernetes.authenticate.driver.serviceAccountName", "admin"),
    _app("conf-identity", "spec/sparkConf/spark.kubernetes.authenticate.submission.oauthTokenFile", "/var/run/x"),
    _app("conf-identity", "spec/sparkConf/spark.master", "k8s://https://elsewhere"),
    _app("conf-identity", "spec/driver/kubernetesMaster", "https://elsewhere"),
    _connect("conf-identity", "spec/sparkConf/spark.kubernetes.context", "other"),
    _scheduled("conf-namespace", "spec/template/sparkConf/spark.kubernetes.namespace", "spark-team-b", "spark-team-b"),
    _app("conf-image", "spec/sparkConf/spark.kubernetes.executor.container.image", IMAGE),
    _app("operator-files", "spec/sparkConf/spark.kubernetes.driver.podTemplateFile", "/etc/passwd"),
    _app("operator-files", "spec/sparkConf/spark.kubernetes.file.upload.path", "oss://mine/"),
    _app("operator-files", "spec/sparkConf/spark.kubernetes.executor.pod.excludedFeatureSteps", "x"),
    _connect("operator-files", "spec/sparkConf/spark.kubernetes.executor.podTemplateFile", "/x"),
    _app("application-files", "spec/mainApplicationFile", "/var/run/secrets/token", "/var/run/secrets/token"),
    _app("application-files", "spec/mainApplicationFile", "--conf"),
    _app("application-files", "spec/deps/files", ["file:///etc/passwd"], "file:///etc/passwd"),
    _app("application-files", "spec/sparkConf/spark.files", "oss://a/b,/etc/passwd", "/etc/passwd"),
    _app("no-packages", "spec/deps/packages", ["org.example:lib:1"], "deps.packages"),
    _connect("no-packages", "spec/sparkConf/spark.jars.packages", "org.example:lib:1"),
    _app("shuffle-service", "spec/sparkConf/spark.celeborn.client.spark.shuffle.fallback.policy", "ALWAYS", "ALWAYS"),
    _app("shuffle-service", "spec/sparkConf/spark.shuffle.manager", "sort"),
    _app("shuffle-tenant", "spec/sparkConf/spark.celeborn.identity.user-specific.tenant", "team-b", "team-a"),
    _app("shuffle-tracking", "spec/dynamicAllocation/shuffleTrackingEnabled", None),
    _connect("shuffle-tracking", "spec/dynamicAllocation", {"enabled": True}),
    _app("shuffle-tracking", "spec/sparkConf/spark.dynamicAllocation.shuffleTracking.enabled", "true"),
    _app("max-executors", "spec/dynamicAllocation/maxExecutors", 51, "at most 50"),
    _app("max-executors", "spec/executor/instances", 51),
    _app("max-executors", "spec/sparkConf/spark.dynamicAllocation.maxExecutors", "5000"),
    _connect("max-executors", "spec/executor/instances", 51),
    _app("cluster-mode", "spec/mode", "client", "client"),
    _app("ignored-field", "spec/driver/affinity", {"nodeAffinity": {}}, "driver.affinity"),
    _app("ignored-field", "spec/sparkConfigMap", "mine", "sparkConfigMap"),
    _app("ignored-field", "spec/volumes", [{"name": "v", "configMap": {"name": "c"}}], "volumes: v"),
    _scheduled("restart-policy", "spec/template/restartPolicy", {"type": "Always"}, "Always"),
    _app("internal-service", "spec/sparkUIOptions", {"serviceType": "LoadBalancer"}, "LoadBalancer"),
    _connect("internal-service", "spec/server/service", {"spec": {"type": "NodePort"}}, "NodePort"),
    _connect("internal-service", "spec/server/service", {"spec": {"externalIPs": ["1.2.3.4"]}}),
    _app(
        "known-field",
        "spec/driverIngressOptions",
        [{"servicePort": 4040, "servicePortName": "ui"}],
        "driverIngressOptions",
    ),
    _scheduled(
        "known-field",
        "spec/template/driverIngressOptions",
        [{"servicePort": 4040, "servicePortName": "ui"}],
        "driverIngressOptions",
    ),
    _app("known-field", "spec/sparkUIOptions", {"ingressAnnotations": {"a": "b"}}, "sparkUIOptions.ingressAnnotations"),
    _app("known-field", "spec/monitoring", {"exposeDriverMetrics": True, "exposeExecutorMetrics": True}, "monitoring"),
    _app("known-field", "spec/proxyUser", "root", "proxyUser"),
    _app("known-field", "spec/batchScheduler", "volcano", "batchScheduler"),
    _app("known-field", "spec/driver/serviceAnnotations", {"a": "b"}, "driver.serviceAnnotations"),
    _app("known-field", _TEMPLATE + "hostUsers", True, "executor.template.spec.hostUsers"),
    _app("known-field", _TEMPLATE + "ephemeralContainers", [{"name": "e"}], "ephemeralContainers"),
    _app("known-field", _TEMPLATE + "containers/0/volumeDevices", [{"name": "d", "devicePath": "/d"}], "volumeDevices"),
    _connect(
        "known-field", "spec/server/template/metadata/finalizers", ["a.b/c"], "server.template.metadata.finalizers"
    ),
    _app("operator-files", "spec/sparkConf/spark.kerberos.keytab", "/var/run/token", "spark.kerberos.keytab"),
    _app("known-key", "spec/sparkConf/spark.yarn.keytab", "/var/run/token", "spark.yarn.keytab"),
    _app("known-key", "spec/sparkConf/spark.ssl.keyStore", "/var/run/token", "spark.ssl.keyStore"),
    _app("known-key", "spec/sparkConf/spark.hadoop.hadoop.security.authentication", "kerberos", "hadoop.security"),
    _app("known-key", "spec/sparkConf/spark.kubernetes.executor.hostNetwork.enabled", "true", "hostNetwork"),
    _app("known-key", "spec/sparkConf/spark.executor.resource.gpu.amount", "8", "spark.executor.resource.gpu.amount"),
    _app("known-key", "spec/hadoopConf", {"hadoop.security.credential.provider.path": "x"}, "credential.provider"),
    _connect("known-key", "spec/sparkConf/spark.somebody.new", "1", "spark.somebody.new"),
    _app("known-mark", "spec/executor/labels", {"alibabacloud.com/compute-class": "gpu"}, "compute-class"),
    _app("known-mark", "spec/driver/labels", {"spark-on-ack.io/workspace": "team-b"}, "team-b"),
    _app("known-mark", "spec/executor/template/metadata/labels", {"spark-role": "driver"}, "spark-role"),
    _app("known-mark", "spec/driver/annotations", {"network.alibabacloud.com/eip": "true"}, "network.alibabacloud.com"),
    _app(
        "known-mark",
        "spec/sparkConf/spark.kubernetes.driver.label.alibabacloud.com~1acs",
        "true",
        "alibabacloud.com/acs",
    ),
    _executor("known-volume", "spec/volumes", [{"name": "v", "csi": {"driver": "nas"}}], "(v)"),
    _executor("known-volume", "spec/volumes", [{"name": "v", "nfs": {"server": "s", "path": "/"}}], "(v)"),
    _app("known-volume", _TEMPLATE + "volumes", [{"name": "v", "flexVolume": {"driver": "alicloud/nas"}}], "(v)"),
    _executor("allowed-image", "spec/volumes", [{"name": "v", "image": {"reference": "docker.io/evil:1"}}], "evil:1"),
    _app("allowed-image", _TEMPLATE + "volumes", [{"name": "v", "image": {"reference": "docker.io/evil:1"}}], "evil:1"),
    _executor("known-resource", _BOX + "resources/limits/nvidia.com~1gpu", "8", "nvidia.com/gpu"),
    _executor("known-resource", _BOX + "resources/requests/ephemeral-storage", "2Ti", "ephemeral-storage"),
    _executor("known-resource", "spec/resources", {"limits": {"cpu": "64"}}, "resources of the pod"),
    _app("known-resource", _TEMPLATE + "containers/0/resources", {"limits": {"aliyun.com/gpu-mem": 8}}, "gpu-mem"),
    _executor("bounded-disk", _ECI + "eci-extra-ephemeral-storage", "2Ti", "2Ti"),
    _executor("bounded-disk", _ECI + "eci-extra-ephemeral-storage", "lots", "lots"),
    _app("bounded-disk", "spec/executor/annotations", {f"{ECI}eci-extra-ephemeral-storage": "2Ti"}, "2Ti"),
    _executor("own-tags", _ECI + "eci-custom-tags", "cost:1,team:team-b", "team-b"),
    _app("own-tags", "spec/driver/annotations", {f"{ECI}eci-custom-tags": "Team : team-b"}, "team-b"),
    _app("application-files", "spec/deps/files", ["oss://team-a-files/a,/var/run/secrets/token"], "/var/run/secrets"),
    _app("application-files", "spec/deps/jars", ["https://a.b/c.jar,file:///etc/passwd"], "file:///etc/passwd"),
]
