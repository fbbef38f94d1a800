"""A small platform as a recorded graph that breaks no cost rule, and ways to change it."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from replay.graph import Graph, Resource

TAGS = {"environment": "test", "pulumi:stack": "test"}
POD_TAGS = {"k8s.aliyun.com/eci-custom-tags": "environment:test,team:a"}
SIZE = {"cpu": "8", "memory": "32Gi"}
SMALL = {"cpu": "2", "memory": "4Gi"}
CONF = {
    "spark.driver.cores": "2",
    "spark.driver.memory": "7168m",
    "spark.driver.memoryOverhead": "1024m",
    "spark.executor.cores": "4",
    "spark.executor.memory": "14g",
    "spark.executor.memoryOverhead": "2g",
    "spark.dynamicAllocation.enabled": "true",
    "spark.dynamicAllocation.maxExecutors": "100",
    "spark.dynamicAllocation.minExecutors": "0",
    "spark.dynamicAllocation.shuffleTracking.enabled": "false",
    "spark.dynamicAllocation.executorIdleTimeout": "10s",
}


def resource(type_: str, name: str, inputs: dict[str, Any]) -> Resource:
    return Resource(f"urn:pulumi:test::spark-on-ack::{type_}::{name}", type_, name, True, inputs)


def kubernetes(kind: str, namespace: str, name: str, **body: Any) -> Resource:
    group, _, short = kind.rpartition(":")
    version = group.removeprefix("core/")
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return resource(
        f"kubernetes:{kind}", f"{namespace}-{name}", {"apiVersion": version, "kind": short, "metadata": metadata} | body
    )


def template(role: str = "", resources: dict[str, Any] | None = SMALL, **annotations: str) -> dict[str, Any]:
    main = {"name": "main"} | ({"resources": {"requests": resources, "limits": resources}} if resources else {})
    labels = {"spark-role": role} if role else {"app": "x"}
    return {"metadata": {"labels": labels, "annotations": POD_TAGS | annotations}, "spec": {"containers": [main]}}


def conf_text(conf: dict[str, str]) -> str:
    return "# why\n" + "\n".join(f"{k} {v}" for k, v in conf.items())


def defaults(conf: dict[str, str], driver: dict[str, Any], executor: dict[str, Any]) -> dict[str, str]:
    return {
        "spark-defaults.conf": conf_text(conf),
        "driver-template.json": json.dumps(driver),
        "executor-template.json": json.dumps(executor),
    }


ECI = "k8s.aliyun.com/"
PENDING = {f"{ECI}eci-max-pending-minute": "30"}
SPOT = {f"{ECI}eci-spot-strategy": "SpotAsPriceGo", f"{ECI}eci-spot-fallback": "true"}


def job_data(
    conf: dict[str, str] | None = None,
    driver: dict[str, Any] | None = None,
    executor: dict[str, Any] | None = None,
) -> dict[str, str]:
    driver = driver or template("driver", None, **PENDING)
    executor = executor or template("executor", None, **PENDING, **SPOT)
    return defaults(CONF | (conf or {}), driver, executor)


def clean() -> Graph:
    claim = {
        "metadata": {"name": "data"},
        "spec": {"storageClassName": "alicloud-disk-essd", "resources": {"requests": {"storage": "200Gi"}}},
    }
    rules = [{"enabled": True, "prefix": "", "abortMultipartUploads": [{"days": 7}]}]
    bucket = {"EnableOssHdfsService": True, "RedundancyType": "LRS", "LifecycleConfiguration": {"Rule": ros_rules()}}
    hard = {"pods": "210", "limits.cpu": "800", "limits.memory": "3200Gi", "services.loadbalancers": "0"}
    controller = {"replicas": 1, "resources": {"requests": SMALL, "limits": SMALL}, "annotations": POD_TAGS}
    return Graph(
        "test",
        [
            resource("spark-on-ack:index:SparkPlatform", "platform", {}),
            resource("alicloud:vpc/network:Network", "vpc", {"cidrBlock": "10.0.0.0/16", "tags": TAGS}),
            resource(
                "alicloud:cs/managedKubernetes:ManagedKubernetes",
                "cluster",
                {
                    "profile": "Serverless",
                    "clusterSpec": "ack.pro.small",
                    "newNatGateway": False,
                    "slbInternetEnabled": False,
                    "controlPlaneLogTtl": "30",
                    "tags": TAGS,
                },
            ),
            resource("alicloud:oss/bucket:Bucket", "files", {"bucket": "x", "lifecycleRules": rules, "tags": TAGS}),
            resource("alicloud:ros/stack:Stack", "hdfs", {"templateBody": ros_template(bucket), "tags": TAGS}),
            resource("alicloud:log/store:Store", "logs", {"retentionPeriod": 30}),
            kubernetes(
                "storage.k8s.io/v1:StorageClass",
                "",
                "essd",
                parameters={"type": "cloud_essd", "performanceLevel": "PL1"},
            ),
            kubernetes(
                "apps/v1:StatefulSet",
                "celeborn",
                "worker",
                spec={
                    "replicas": 4,
                    "template": template(resources=SIZE),
                    "volumeClaimTemplates": [claim],
                    "persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"},
                },
            ),
            kubernetes(
                "apps/v1:StatefulSet", "celeborn", "master", spec={"replicas": 3, "template": template(resources=SMALL)}
            ),
            resource(
                "kubernetes:helm.sh/v4:Chart",
                "operator",
                {"chart": "spark-operator", "namespace": "spark-operator", "values": {"controller": controller}},
            ),
            kubernetes("core/v1:Service", "celeborn", "worker", spec={"type": "ClusterIP"}),
            kubernetes("core/v1:Namespace", "", "spark-a"),
            kubernetes("core/v1:ResourceQuota", "spark-a", "quota", spec={"hard": hard}),
            kubernetes("core/v1:ConfigMap", "spark-a", "spark-defaults", data=job_data()),
        ],
    )


def ros_rules() -> list[dict[str, Any]]:
    return [
        {"ID": "u", "Prefix": "", "Status": "Enabled", "AbortMultipartUpload": {"Days": 7}},
        {"ID": "tmp", "Prefix": "tmp/", "Status": "Enabled", "Expiration": {"Days": 3}},
    ]


def ros_template(bucket: dict[str, Any]) -> str:
    return json.dumps({"Resources": {"Bucket": {"Type": "ALIYUN::OSS::Bucket", "Properties": bucket}}})


def get(graph: Graph, name: str) -> dict[str, Any]:
    return next(r.inputs for r in graph if r.name == name)


Change = Callable[[Graph], object]


def changed(change: Change) -> Graph:
    graph = clean()
    change(graph)
    return graph


Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar of a JSON value with its path; empty containers count as scalars."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, dict | list) and value:
        for key, inner in items:
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def is_settable(inputs: dict[str, Any], path: Path) -> bool:
    """True when a value can be put there: every list on the way is long enough."""
    here: Any = inputs
    for step in path:
        if isinstance(here, list):
            if not isinstance(step, int) or step >= len(here):
                return False
            here = here[step]
        elif isinstance(here, dict):
            here = here.get(step)
        elif here is not None:
            return False
    return bool(path)


def put(inputs: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy of inputs with one value replaced; missing objects on the way are created."""
    result = copy.deepcopy(inputs)
    here: Any = result
    for step in path[:-1]:
        here = here.setdefault(step, {}) if isinstance(here, dict) else here[step]
    here[path[-1]] = value
    return result
