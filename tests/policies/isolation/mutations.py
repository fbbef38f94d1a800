"""For every isolation rule a change of the clean platform that breaks just this rule."""

import copy
import json
from typing import Any

from replay.graph import Graph, Resource
from tests.policies.graphs import Change, get, kubernetes, resource
from tests.policies.isolation.platform import (
    ECI,
    HARDENED,
    RBAC,
    REGISTRY,
    account,
    allow,
    document,
    grants,
    job_data,
    pod,
    rights,
    trust,
)

IMAGE = {"registry": "registry-vpc.cn-hangzhou.aliyuncs.com/example", "repository": "spark-operator"}
ADMISSION = "-spark-on-ack-pods-deny"
DEFAULTS, DRIVER, BINDING = "spark-a-spark-defaults", "spark-a-driver", "spark-a-driver"
OTHER = "registry-vpc.cn-hangzhou.aliyuncs.com/other"
POLICY, ROLE, APPLICATION = "a-policy", "a-role", "spark-a-job"


def of(graph: Graph, kind: str, name: str) -> dict[str, Any]:
    return next(r.inputs for r in graph if r.kind == kind and r.name == name)


def put_in(name: str, **values: Any) -> Change:
    return lambda g: get(g, name).update(values)


def spec_of(name: str, **values: Any) -> Change:
    return lambda g: get(g, name)["spec"].update(values)


def add(resource: Resource) -> Change:
    return lambda g: g.resources.append(copy.deepcopy(resource))


def remove(name: str) -> Change:
    return lambda g: g.resources.remove(next(r for r in g.resources if r.name == name))


def role(*rules: dict[str, Any]) -> Change:
    return lambda g: of(g, "Role", DRIVER)["rules"].extend(rules)


def bind(*subjects: dict[str, Any], kind: str = "RoleBinding", name: str = BINDING) -> Change:
    return lambda g: of(g, kind, name)["subjects"].extend(subjects)


def unprotected(name: str) -> Change:
    return lambda g: next(r for r in g if r.name == name).options.clear()


def jobs(conf: dict[str, str] | None = None, **pods: Any) -> Change:
    return put_in(DEFAULTS, data=job_data("a", conf, **pods))


def executor(**spec: Any) -> Change:
    template = pod("executor")
    template["spec"] |= spec
    return jobs(executor=template)


def noted(**notes: str) -> dict[str, Any]:
    template = pod("executor")
    template["metadata"]["annotations"] |= {f"{ECI}{k.replace('_', '-')}": v for k, v in notes.items()}
    return template


def worker_image(image: str) -> Change:
    def change(graph: Graph) -> None:
        get(graph, "celeborn-worker-set")["spec"]["template"]["spec"]["containers"][0]["image"] = image

    return change


def container(**changes: Any) -> Change:
    def change(graph: Graph) -> None:
        worker = get(graph, "celeborn-worker-set")["spec"]["template"]["spec"]["containers"][0]
        worker["securityContext"] = HARDENED | changes

    return change


def note(key: str, value: str) -> Change:
    return lambda g: get(g, "-spark-a")["metadata"]["annotations"].update({f"spark-on-ack.io/{key}": value})


def right(*statements: dict[str, Any]) -> Change:
    of_team = json.loads(rights("a"))["Statement"]
    return put_in(POLICY, policyDocument=document(*of_team, *statements))


def trusting(**principal: list[str]) -> Change:
    return put_in(ROLE, assumeRolePolicyDocument=document(allow("sts:AssumeRole", [], Principal=principal)))


def egress(*peers: dict[str, Any]) -> Change:
    return lambda g: get(g, "spark-a-default-deny")["spec"]["egress"].append({"to": list(peers)})


TEMPLATE = {
    "Resources": {
        "Bucket": {
            "Type": "ALIYUN::OSS::Bucket",
            "Properties": {
                "BucketName": "x-hdfs",
                "EnableOssHdfsService": True,
                "VersioningConfiguration": {"Status": "Enabled"},
            },
        }
    }
}
PUBLIC = {"Effect": "Allow", "Action": "oss:GetObject", "Principal": ["*"], "Resource": ["acs:oss:*:*:x-files/*"]}


def public_policy(graph: Graph) -> None:
    inputs = get(graph, "x-files-policy")
    inputs["policy"] = document(*json.loads(inputs["policy"])["Statement"], PUBLIC)


MUTATIONS: dict[str, Change] = {
    "known-types": add(resource("alicloud:ecs/instance:Instance", "machine", {})),
    "rbac-wildcard": role(grants(["events"], ["*"])),
    "rbac-secrets": role(grants(["secrets"], ["list"])),
    "rbac-exec": role(grants(["pods/exec"], ["create"])),
    "rbac-cluster-pods": lambda g: get(g, "-crds")["rules"].append(grants(["pods"], ["create"])),
    "rbac-pod-creator": bind({"kind": "Group", "name": "people"}),
    "rbac-escalation": role(grants(["rolebindings"], ["update"])),
    "rbac-cross-namespace": add(
        kubernetes(
            f"{RBAC}:RoleBinding",
            "celeborn",
            "foreign",
            roleRef={"kind": "Role", "name": "worker"},
            subjects=[account("spark-driver", "spark-b")],
        )
    ),
    "rbac-everyone": add(
        kubernetes(
            f"{RBAC}:RoleBinding",
            "celeborn",
            "everyone",
            roleRef={"kind": "Role", "name": "worker"},
            subjects=[{"kind": "Group", "name": "system:authenticated"}],
        )
    ),
    "rbac-cluster-binding": bind({"kind": "Group", "name": "p"}, kind="ClusterRoleBinding", name="-crds-binding"),
    "namespace-quota": lambda g: get(g, "spark-a-quota")["spec"]["hard"].pop("requests.memory"),
    "namespace-limits": spec_of("spark-a-limits", limits=[{"type": "Container"}]),
    "default-deny": spec_of("spark-a-default-deny", policyTypes=["Ingress"]),
    "pod-security": lambda g: get(g, "-spark-a")["metadata"]["labels"].update(
        {"pod-security.kubernetes.io/enforce": "baseline"}
    ),
    "image-scope": note("allowed-images", "registry-vpc.cn-hangzhou.aliyuncs.com/"),
    "role-sharing": note("allowed-ram-roles", "x-a,x-b"),
    "admission-policies": spec_of(ADMISSION, failurePolicy="Ignore"),
    "network-ingress": lambda g: get(g, "spark-a-default-deny")["spec"]["ingress"].append({"ports": [{"port": 4040}]}),
    "network-egress": egress({"ipBlock": {"cidr": "0.0.0.0/0"}}),
    "public-service": spec_of("celeborn-worker", type="LoadBalancer"),
    "security-group-open": put_in("inside", cidrIp="0.0.0.0/0"),
    "shared-network": remove("vswitch"),
    "image-reach": worker_image("apache/celeborn:0.7.0"),
    "image-digest": worker_image(f"{REGISTRY}celeborn:0.7.0@sha256:{'0' * 64}"),
    "network-peering": add(resource("alicloud:vpc/peerConnection:PeerConnection", "peer", {})),
    "config-map-secret": lambda g: get(g, "celeborn-worker-conf")["data"].update({"more": "password = hunter"}),
    "no-access-key": jobs({"spark.hadoop.fs.oss.accessKeyId": "x"}),
    "static-access-key": add(resource("alicloud:ram/accessKey:AccessKey", "key", {})),
    "team-secret": add(kubernetes("core/v1:Secret", "spark-a", "token")),
    "account-token": put_in("spark-a-spark-executor", automountServiceAccountToken=True),
    "no-host-access": executor(hostNetwork=True),
    "no-privileges": container(capabilities={"drop": ["ALL"], "add": ["NET_ADMIN"]}),
    "pod-hardening": container(capabilities={"drop": ["NET_RAW"]}),
    "token-audience": executor(automountServiceAccountToken=True),
    "eci-annotation": jobs(executor=noted(eci_security_group="sg-1")),
    "ram-role": jobs(executor=noted(eci_ram_role_name="x-b")),
    "allowed-image": jobs({"spark.kubernetes.executor.container.image": f"{OTHER}/y:1"}),
    "workload-account": jobs({"spark.kubernetes.authenticate.executor.serviceAccountName": "spark-driver"}),
    "no-node-choice": executor(tolerations=[{"operator": "Exists"}]),
    "cluster-mode": spec_of(APPLICATION, mode="client"),
    "conf-identity": spec_of(APPLICATION, sparkConf={"spark.kubernetes.authenticate.submission.oauthToken": "x"}),
    "operator-files": spec_of(APPLICATION, sparkConf={"spark.kubernetes.driver.podTemplateFile": "/etc/passwd"}),
    "shuffle-tenant": jobs({"spark.celeborn.identity.user-specific.tenant": "b"}),
    "ram-wildcard": right(allow("log:GetLogStoreLogs", "*")),
    "ram-identity-actions": right(allow("ram:PassRole", "acs:ram:*:1:role/x-a")),
    "ram-folder-scope": right(allow("oss:GetObject", "acs:oss:*:*:x-files/*")),
    "ram-folder-sharing": right(allow("oss:PutObject", "acs:oss:*:*:x-files/teams/b/*")),
    "ram-system-policy": put_in("a-attachment", policyType="System", policyName="AliyunOSSFullAccess"),
    "ram-trust": put_in(ROLE, assumeRolePolicyDocument=trust(**{"oidc:sub": "system:serviceaccount:*:*"})),
    "bucket-tls": put_in("x-files-tls", tlsVersions=["TLSv1.0", "TLSv1.2"]),
    "bucket-policy-tls": put_in("x-hdfs-policy", policy=document()),
    "bucket-private": put_in("x-files-private", blockPublicAccess=False),
    "bucket-encryption": remove("x-hdfs-encryption"),
    "bucket-acl": put_in("acl", acl="public-read"),
    "bucket-policy-public": public_policy,
    "data-protected": put_in("files", forceDestroy=True),
    "hdfs-versions": put_in("hdfs", templateBody=json.dumps(TEMPLATE)),
    "cluster-protected": put_in("cluster", deletionProtection=False),
    "audit-log": put_in("cluster", auditLogConfig={"enabled": False}),
    "disk-encryption": put_in("-disks", parameters={"encrypted": "false"}),
    "operator-scope": put_in("operator", values={"image": IMAGE, "spark": {"jobNamespaces": [""]}}),
    "shuffle-authentication": put_in(
        "celeborn-worker-conf", data={"celeborn-defaults.conf": "celeborn.auth.enabled false"}
    ),
}
"""Rule id -> the change."""
