"""A small platform with two teams as a recorded graph that breaks no isolation rule."""

import copy
import json
from typing import Any

from components.admission.manifests import policies
from components.admission.rules import RULES
from replay.graph import Graph, Resource
from tests.policies.graphs import defaults, kubernetes, resource

ECI = "k8s.aliyun.com/"
REGISTRY = "registry-vpc.cn-hangzhou.aliyuncs.com/example/"
RBAC = "rbac.authorization.k8s.io/v1"
API = "admissionregistration.k8s.io/v1"
HARDENED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
RESTRICTED = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "1", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def pod(role: str, team: str = "a") -> dict[str, Any]:
    return {
        "metadata": {
            "labels": {"spark-role": role},
            "annotations": {f"{ECI}eci-ram-role-name": f"x-{team}", f"{ECI}eci-spot-fallback": "true"},
        },
        "spec": {
            "automountServiceAccountToken": role == "driver",
            "securityContext": RESTRICTED,
            "tolerations": [{"key": "virtual-kubelet.io/provider", "operator": "Exists"}],
            "containers": [{"name": f"spark-kubernetes-{role}", "securityContext": HARDENED, "env": []}],
            "volumes": [{"name": "tmp", "emptyDir": {}}],
        },
    }


def job_data(team: str = "a", conf: dict[str, str] | None = None, **pods: Any) -> dict[str, str]:
    conf_of_team = {
        "spark.kubernetes.container.image": f"{REGISTRY}spark:3.5.9",
        "spark.kubernetes.authenticate.driver.serviceAccountName": "spark-driver",
        "spark.kubernetes.authenticate.executor.serviceAccountName": "spark-executor",
        "spark.celeborn.identity.user-specific.tenant": team,
    }
    driver, executor = pods.get("driver", pod("driver", team)), pods.get("executor", pod("executor", team))
    return defaults(conf_of_team | (conf or {}), driver, executor)


def grants(resources: list[str], verbs: list[str], **more: Any) -> dict[str, Any]:
    return {"apiGroups": [""], "resources": resources, "verbs": verbs, **more}


def account(name: str, namespace: str) -> dict[str, str]:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def namespace(name: str, *, team: str = "") -> Resource:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    figures = {"max-executors": "200", "max-container-cpu": "16", "max-container-memory": "64Gi"}
    notes = {f"spark-on-ack.io/{key}": value for key, value in figures.items()}
    notes |= {"spark-on-ack.io/allowed-images": REGISTRY, "spark-on-ack.io/allowed-ram-roles": f"x-{team}"}
    result = kubernetes("core/v1:Namespace", "", name)
    result.inputs["metadata"] |= {"labels": labels | ({"spark-on-ack.io/workspace": team} if team else {})}
    if team:
        result.inputs["metadata"] |= {"annotations": notes}
    return result


def workspace(team: str) -> list[Resource]:
    home = f"spark-{team}"
    deny = {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": {}}]}],
        "egress": [{"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "celeborn"}}}]}],
    }
    driver = [grants(["pods"], ["create", "get"]), grants(["configmaps"], ["get"], resourceNames=["spark-defaults"])]
    hard = {"pods": "210", "requests.cpu": "800", "requests.memory": "3200Gi"}
    hard |= {"services.loadbalancers": "0", "services.nodeports": "0"}
    limit = {"type": "Container", "defaultRequest": {"cpu": "500m", "memory": "1Gi"}}
    return [
        namespace(home, team=team),
        kubernetes("core/v1:ResourceQuota", home, "quota", spec={"hard": hard}),
        kubernetes("core/v1:LimitRange", home, "limits", spec={"limits": [limit]}),
        kubernetes("networking.k8s.io/v1:NetworkPolicy", home, "default-deny", spec=deny),
        kubernetes("core/v1:ServiceAccount", home, "spark-driver"),
        kubernetes("core/v1:ServiceAccount", home, "spark-executor", automountServiceAccountToken=False),
        kubernetes(f"{RBAC}:Role", home, "driver", rules=driver),
        kubernetes(
            f"{RBAC}:RoleBinding", home, "driver",
            roleRef={"kind": "Role", "name": "driver"}, subjects=[account("spark-driver", home)],
        ),
        kubernetes("core/v1:ConfigMap", home, "spark-defaults", data=job_data(team)),
    ]  # fmt: skip


def admission() -> list[Resource]:
    rendered = policies(RULES.values(), {}, operator="system:serviceaccount:spark-operator:controller")
    return [
        kubernetes(f"{API}:{kind}", "", p.name + suffix, spec=copy.deepcopy(spec))
        for p in rendered
        for kind, suffix, spec in (
            ("ValidatingAdmissionPolicy", "", p.spec),
            ("ValidatingAdmissionPolicyBinding", "-binding", p.binding),
        )
    ]


def bucket(name: str) -> list[Resource]:
    refuse = {
        "Effect": "Deny", "Action": ["oss:*"], "Principal": ["*"], "Resource": [f"acs:oss:*:*:{name}/*"],
        "Condition": {"Bool": {"acs:SecureTransport": ["false"]}},
    }  # fmt: skip
    return [
        resource(
            "alicloud:oss/bucketHttpsConfig:BucketHttpsConfig",
            f"{name}-tls",
            {"bucket": name, "enable": True, "tlsVersions": ["TLSv1.2"]},
        ),
        resource(
            "alicloud:oss/bucketPublicAccessBlock:BucketPublicAccessBlock",
            f"{name}-private",
            {"bucket": name, "blockPublicAccess": True},
        ),
        resource(
            "alicloud:oss/bucketServerSideEncryption:BucketServerSideEncryption",
            f"{name}-encryption",
            {"bucket": name, "sseAlgorithm": "AES256"},
        ),
        resource(
            "alicloud:oss/bucketPolicy:BucketPolicy", f"{name}-policy", {"bucket": name, "policy": document(refuse)}
        ),
    ]


def storage() -> list[Resource]:
    hdfs = {"BucketName": "x-hdfs", "EnableOssHdfsService": True, "AccessControl": "private"}
    template = {"Resources": {"Bucket": {"Type": "ALIYUN::OSS::Bucket", "Properties": hdfs}}}
    body = {"templateBody": json.dumps(template), "deletionProtection": "Enabled"}
    protected = [
        resource("alicloud:oss/bucket:Bucket", "files", {"bucket": "x-files", "forceDestroy": False}),
        resource("alicloud:ros/stack:Stack", "hdfs", body),
        resource("alicloud:oss/bucketAcl:BucketAcl", "acl", {"bucket": "x-files", "acl": "private"}),
    ]
    for each in protected:
        each.options["protect"] = True
    return [*protected, *bucket("x-files"), *bucket("x-hdfs")]


def rights(team: str) -> str:
    hdfs = ["oss:ListObjects", "oss:GetBucketInfo", "oss:PostDataLakeStorageFileOperation"]
    return document(
        allow(hdfs, ["acs:oss:*:*:x-hdfs", "acs:oss:*:*:x-hdfs/*"]),
        allow(["oss:*"], ["acs:oss:*:*:x-hdfs/.dlsdata", "acs:oss:*:*:x-hdfs/.dlsdata*"]),
        allow(["oss:GetObject", "oss:PutObject"], f"acs:oss:*:*:x-files/teams/{team}/*"),
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"acs:SecureTransport": "false"}}},
    )


def trust(**changes: Any) -> str:
    claims = {"oidc:aud": "sts.aliyuncs.com", "oidc:iss": ["https://x"], "oidc:sub": "system:serviceaccount:spark-a:d"}
    principal = {"Federated": ["acs:ram::1:oidc-provider/x"]}
    by_pods = {"Action": "sts:AssumeRole", "Principal": principal, "Condition": {"StringEquals": claims | changes}}
    by_eci = {"Action": "sts:AssumeRole", "Principal": {"Service": ["ecs.aliyuncs.com"]}}
    return document({"Effect": "Allow", **by_pods}, {"Effect": "Allow", **by_eci})


def application() -> Resource:
    spec = {
        "mode": "cluster",
        "image": f"{REGISTRY}spark:3.5.9",
        "sparkConf": {"spark.sql.shuffle.partitions": "200"},
        "driver": {"serviceAccount": "spark-driver"},
        "executor": {"instances": 2},
    }
    return kubernetes("sparkoperator.k8s.io/v1beta2:SparkApplication", "spark-a", "job", spec=spec)


def services() -> list[Resource]:
    template = {
        "metadata": {"labels": {"app": "celeborn"}},
        "spec": {
            "securityContext": RESTRICTED,
            "containers": [{"name": "worker", "image": f"{REGISTRY}celeborn:0.7.0", "securityContext": HARDENED}],
        },
    }
    cluster = {"deletionProtection": True, "auditLogConfig": {"enabled": True}}
    ack = resource("alicloud:cs/managedKubernetes:ManagedKubernetes", "cluster", cluster)
    ack.options["protect"] = True
    image = {"registry": REGISTRY.rstrip("/"), "repository": "spark-operator"}
    chart = {
        "chart": "spark-operator",
        "values": {"image": image, "spark": {"jobNamespaces": ["spark-a", "spark-b"]}},
    }
    shuffle = {"celeborn-defaults.conf": "# why\nceleborn.auth.enabled true"}
    return [
        ack,
        resource("alicloud:vpc/switch:Switch", "vswitch", {"zoneId": "h"}),
        resource(
            "alicloud:ecs/securityGroupRule:SecurityGroupRule",
            "inside",
            {"type": "ingress", "policy": "accept", "cidrIp": "10.0.0.0/16"},
        ),
        namespace("celeborn"),
        kubernetes("core/v1:ConfigMap", "celeborn", "worker-conf", data=shuffle),
        kubernetes("core/v1:Service", "celeborn", "worker", spec={"type": "ClusterIP"}),
        kubernetes("apps/v1:StatefulSet", "celeborn", "worker-set", spec={"replicas": 2, "template": template}),
        kubernetes(
            "storage.k8s.io/v1:StorageClass", "", "disks",
            provisioner="diskplugin.csi.alibabacloud.com", parameters={"encrypted": "true"},
        ),
        resource("kubernetes:helm.sh/v4:Chart", "operator", chart),
        kubernetes(f"{RBAC}:ClusterRole", "", "crds", rules=[grants(["customresourcedefinitions"], ["get"])]),
        kubernetes(
            f"{RBAC}:ClusterRoleBinding", "", "crds-binding",
            roleRef={"kind": "ClusterRole", "name": "crds"}, subjects=[account("controller", "spark-operator")],
        ),
    ]  # fmt: skip


def cloud_identities() -> list[Resource]:
    identities = []
    for team in ("a", "b"):
        identities += [
            resource("alicloud:ram/policy:Policy", f"{team}-policy", {"policyDocument": rights(team)}),
            resource("alicloud:ram/role:Role", f"{team}-role", {"assumeRolePolicyDocument": trust()}),
            resource(
                "alicloud:ram/rolePolicyAttachment:RolePolicyAttachment",
                f"{team}-attachment",
                {"policyType": "Custom", "policyName": f"x-{team}"},
            ),
        ]
    return identities


def clean() -> Graph:
    parts = [services(), admission(), workspace("a"), workspace("b"), storage(), cloud_identities(), [application()]]
    return Graph("test", [each for part in parts for each in part])
