"""What honest programs are made of: Kubernetes objects and cloud resources as their authors would write them."""

from typing import Any

from replay.graph import Resource
from tests.policies.graphs import POD_TAGS, TAGS, kubernetes, resource
from tests.policies.isolation.platform import (
    HARDENED,
    RBAC,
    REGISTRY,
    RESTRICTED,
    document,
)

Program = list[Resource]
RESTRICTED_LABEL = {"pod-security.kubernetes.io/enforce": "restricted"}
SMALL = {"cpu": "500m", "memory": "1Gi"}
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n"


def namespace(name: str) -> Resource:
    made = kubernetes("core/v1:Namespace", "", name)
    made.inputs["metadata"]["labels"] = RESTRICTED_LABEL
    return made


def container(name: str, size: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    size = size or SMALL
    main = {"name": name, "image": f"{REGISTRY}{name}:1.0", "securityContext": HARDENED}
    return {**main, "resources": {"requests": size, "limits": size}, **more}


def pods(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    labels = {"app": containers[0]["name"]}
    whole = {"securityContext": RESTRICTED, "automountServiceAccountToken": False, "containers": list(containers)}
    return {"metadata": {"labels": labels, "annotations": POD_TAGS}, "spec": {**whole, **spec}}


def deployment(where: str, name: str, *containers: dict[str, Any], replicas: int = 2, **spec: Any) -> Resource:
    template = pods(*(containers or (container(name),)), **spec)
    selector = {"matchLabels": {"app": template["metadata"]["labels"]["app"]}}
    return kubernetes(
        "apps/v1:Deployment", where, name, spec={"replicas": replicas, "selector": selector, "template": template}
    )


def service(where: str, name: str, port: int = 80, annotations: dict[str, str] | None = None, **spec: Any) -> Resource:
    made = kubernetes(
        "core/v1:Service", where, name, spec={"selector": {"app": name}, "ports": [{"port": port}], **spec}
    )
    made.inputs["metadata"]["annotations"] = annotations or {}
    return made


def claim(name: str, storage: str = "100Gi") -> dict[str, Any]:
    spec = {"storageClassName": "alicloud-disk-essd", "resources": {"requests": {"storage": storage}}}
    return {"metadata": {"name": name}, "spec": {"accessModes": ["ReadWriteOnce"], **spec}}


def stateful(where: str, name: str, storage: str = "100Gi", replicas: int = 2, **spec: Any) -> Resource:
    return kubernetes(
        "apps/v1:StatefulSet",
        where,
        name,
        spec={
            "serviceName": name,
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": pods(container(name, {"cpu": "2", "memory": "8Gi"})),
            "volumeClaimTemplates": [claim("data", storage)],
            **spec,
        },
    )


def config_map(where: str, name: str, **data: str) -> Resource:
    return kubernetes("core/v1:ConfigMap", where, name, data={k.replace("__", "."): v for k, v in data.items()})


def service_account(where: str, name: str, mount: bool = False) -> Resource:
    return kubernetes("core/v1:ServiceAccount", where, name, automountServiceAccountToken=mount)


def role(where: str, name: str, *rules: dict[str, Any]) -> Resource:
    return kubernetes(f"{RBAC}:{'Role' if where else 'ClusterRole'}", where, name, rules=list(rules))


def binding(where: str, name: str, *subjects: dict[str, Any], role_kind: str = "") -> Resource:
    kind = "RoleBinding" if where else "ClusterRoleBinding"
    return kubernetes(
        f"{RBAC}:{kind}",
        where,
        name,
        roleRef={"kind": role_kind or ("Role" if where else "ClusterRole"), "name": name},
        subjects=list(subjects),
    )


def policy(where: str, name: str, **spec: Any) -> Resource:
    return kubernetes("networking.k8s.io/v1:NetworkPolicy", where, name, spec={"podSelector": {}, **spec})


def job(where: str, name: str, **spec: Any) -> Resource:
    return kubernetes(
        "batch/v1:Job", where, name, spec={"template": pods(container(name), restartPolicy="Never"), **spec}
    )


def cron(where: str, name: str, schedule: str = "0 3 * * *") -> Resource:
    template = {"spec": {"template": pods(container(name), restartPolicy="OnFailure")}}
    return kubernetes("batch/v1:CronJob", where, name, spec={"schedule": schedule, "jobTemplate": template})


def custom(version: str, kind: str, where: str, name: str, **spec: Any) -> Resource:
    return kubernetes(f"{version}:{kind}", where, name, spec=spec)


def cloud(type_: str, name: str, **inputs: Any) -> Resource:
    return resource(f"alicloud:{type_}", name, inputs)


def bucket(name: str, **inputs: Any) -> Program:
    lifecycle = [{"enabled": True, "prefix": "", "abortMultipartUploads": [{"days": 7}]}]
    made = cloud("oss/bucket:Bucket", name, bucket=name, lifecycleRules=lifecycle, tags=TAGS, **inputs)
    made.options["protect"] = True
    plain = {"Effect": "Deny", "Action": "oss:*", "Principal": ["*"], "Resource": [f"acs:oss:*:*:{name}/*"]}
    deny = document({**plain, "Condition": {"Bool": {"acs:SecureTransport": ["false"]}}})
    return [
        made,
        cloud(
            "oss/bucketHttpsConfig:BucketHttpsConfig", f"{name}-tls", bucket=name, enable=True, tlsVersions=["TLSv1.2"]
        ),
        cloud("oss/bucketPolicy:BucketPolicy", f"{name}-policy", bucket=name, policy=deny),
        cloud(
            "oss/bucketPublicAccessBlock:BucketPublicAccessBlock", f"{name}-block", bucket=name, blockPublicAccess=True
        ),
        cloud(
            "oss/bucketServerSideEncryption:BucketServerSideEncryption",
            f"{name}-sse",
            bucket=name,
            sseAlgorithm="AES256",
        ),
    ]


INTRANET = {"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": "intranet"}
READ = ["get", "list", "watch"]
ENDPOINT = "registry-vpc.cn-hangzhou.aliyuncs.com"


def vpc() -> Program:
    return [
        cloud("vpc/network:Network", "vpc", cidrBlock="10.0.0.0/16", tags=TAGS),
        cloud("vpc/switch:Switch", "vsw", cidrBlock="10.0.0.0/24", zoneId="cn-hangzhou-h", tags=TAGS),
    ]
