"""Further violations of the isolation rules: each branch of a rule's body, and what only an evaluation catches."""

import base64
import json
from typing import Any

from tests.policies.graphs import Change, get, kubernetes, resource
from tests.policies.isolation.mutations import (
    ADMISSION,
    APPLICATION,
    IMAGE,
    POLICY,
    ROLE,
    add,
    bind,
    egress,
    executor,
    jobs,
    note,
    put_in,
    remove,
    right,
    role,
    spec_of,
    trusting,
    unprotected,
    worker_image,
)
from tests.policies.isolation.platform import HARDENED, RBAC, account, allow, document, grants, trust


def admitted(*peers: dict[str, Any]) -> Change:
    return lambda g: get(g, "spark-a-default-deny")["spec"]["ingress"].append({"from": list(peers)})


def team_b(key: str, operator: str, value: str = "spark-b") -> dict[str, Any]:
    values = {"values": [value, "zzz"]} if operator in ("In", "NotIn") else {}
    return {"namespaceSelector": {"matchExpressions": [{"key": key, "operator": operator, **values}]}}


def narrowed(name: str, **match: Any) -> Change:
    return lambda g: get(g, name)["spec"]["matchConstraints"].update(match)


def cluster_role(*rules: dict[str, Any]) -> Change:
    return lambda g: get(g, "-crds")["rules"].extend(rules)


def celeborn(text: str) -> Change:
    return put_in("celeborn-worker-conf", data={"celeborn-defaults.conf": text})


VARIANTS: dict[str, list[Change]] = {
    "known-types": [
        put_in("-disks", kind="PersistentVolume"),
        put_in("operator", chart="spark-operator-extras"),
        lambda g: get(g, "operator").update(postRenderer={"command": "sh"}),
        put_in("hdfs", templateUrl="https://example.com/template"),
        put_in("hdfs", templateBody=json.dumps({"Resources": {"U": {"Type": "ALIYUN::RAM::User"}}})),
    ],
    "static-access-key": [add(resource("pulumi:providers:alicloud", "other", {"accessKey": "x", "secretKey": "y"}))],
    "rbac-wildcard": [role(grants(["*"], ["get"])), role({"apiGroups": ["*"], "resources": ["x"], "verbs": ["get"]})],
    "pod-security": [
        lambda g: get(g, "-spark-a")["metadata"]["labels"].update(
            {"pod-security.kubernetes.io/enforce-version": "v1.22"}
        )
    ],
    "rbac-exec": [role(grants(["nodes/proxy"], ["get"])), role(grants(["pods/Exec"], ["GET"]))],
    "rbac-secrets": [
        role(grants(["secrets"], ["create"])),
        role(grants(["secrets"], ["get", "watch"], resourceNames=["one"])),
    ],
    "rbac-pod-creator": [bind(account("spark-executor", "spark-a"))],
    "rbac-escalation": [
        role(grants(["configmaps"], ["patch"])),
        role(grants(["persistentvolumes"], ["create"])),
        role(grants(["resourcequotas/status"], ["update"])),
        role(grants(["mutatingadmissionpolicies"], ["Create"])),
        role(grants(["serviceaccounts/token"], ["create"])),
        role(grants(["x"], ["impersonate"])),
        role(grants(["resourcequotas"], ["patch"])),
    ],
    "rbac-everyone": [
        add(
            kubernetes(
                f"{RBAC}:RoleBinding",
                "celeborn",
                "d",
                roleRef={"name": "r"},
                subjects=[account("default", "celeborn")],
            )
        )
    ],
    "rbac-cluster-binding": [
        add(kubernetes(f"{RBAC}:RoleBinding", "celeborn", "a", roleRef={"name": "cluster-admin"}, subjects=[]))
    ],
    "namespace-quota": [
        lambda g: get(g, "spark-a-quota")["spec"]["hard"].update({"services.nodeports": "1"}),
        lambda g: get(g, "spark-a-quota")["spec"]["hard"].pop("services.loadbalancers"),
        lambda g: get(g, "spark-a-quota")["spec"]["hard"].update({"services.loadbalancers": "nan"}),
        remove("spark-a-quota"),
        spec_of("spark-a-quota", scopes=["Terminating"]),
    ],
    "namespace-limits": [remove("spark-b-limits")],
    "default-deny": [
        remove("spark-a-default-deny"),
        spec_of("spark-a-default-deny", podSelector={"matchLabels": {"a": "b"}}),
    ],
    "admission-policies": [
        spec_of(ADMISSION, matchConditions=[{"name": "x", "expression": "false"}]),
        spec_of(ADMISSION, validations=[{"expression": "true"}]),
        spec_of(ADMISSION, paramKind={"apiVersion": "v1", "kind": "ConfigMap"}),
        narrowed(ADMISSION, namespaceSelector={"matchLabels": {"a": "b"}}),
        narrowed(ADMISSION, objectSelector={"matchExpressions": [{"key": "a", "operator": "Exists"}]}),
        narrowed(ADMISSION, excludeResourceRules=[{"resources": ["pods"]}]),
        narrowed(ADMISSION, matchPolicy="Exact"),
        lambda g: get(g, ADMISSION)["spec"]["variables"].pop(),
        lambda g: get(g, ADMISSION)["spec"]["variables"][-2].update(expression="true"),
        lambda g: get(g, ADMISSION)["spec"]["matchConstraints"]["resourceRules"][0].update(operations=["CREATE"]),
        lambda g: get(g, f"{ADMISSION}-binding")["spec"]["matchResources"].update(
            namespaceSelector={"matchLabels": {"spark-on-ack.io/workspace": "b"}}
        ),
        note("max-executors", "-1"),
        note("max-container-memory", "nan"),
        remove(ADMISSION),
        remove(f"{ADMISSION}-binding"),
        spec_of(f"{ADMISSION}-binding", validationActions=["Warn"]),
        spec_of(ADMISSION, matchConstraints={"resourceRules": [{"resources": ["pods"]}]}),
    ],
    "rbac-cluster-pods": [cluster_role(grants(["clonesets"], ["patch"]))],
    "network-ingress": [
        admitted({"namespaceSelector": {"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}}),
        admitted({"namespaceSelector": {"matchExpressions": [{"key": "x", "operator": "NotIn", "values": ["y"]}]}}),
        admitted(team_b("kubernetes.io/metadata.name", "In")),
        admitted({"namespaceSelector": {}, "podSelector": {"matchLabels": {"spark-role": "driver"}}}),
        admitted({"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}),
        admitted(*({"ipBlock": {"cidr": f"{i}.0.0.0/8"}} for i in range(20, 60))),
        lambda g: get(g, "spark-a-default-deny")["spec"]["ingress"].append({"from": [{"namespaceSelector": {}}]}),
    ],
    "network-egress": [
        egress({"ipBlock": {"cidr": "::/0"}}),
        egress({"ipBlock": {"cidr": "::ffff:0:0/96"}}),
        egress({"ipBlock": {"cidr": "0.0.0.0/1"}}, {"ipBlock": {"cidr": "128.0.0.0/1"}}),
        egress(team_b("spark-on-ack.io/workspace", "Exists")),
        egress(team_b("spark-on-ack.io/workspace", "NotIn", "spark-a")),
        egress({"ipBlock": {"cidr": "100.100.100.200/30"}}),
        egress({"ipBlock": {"cidr": "100.64.0.0/10"}}),
        egress({"ipBlock": {"cidr": "169.254.169.254/32"}}),
        egress(),
        egress({"ipBlock": {"cidr": "128.0.0.0/1"}}),
        egress({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "spark-b"}}}),
        egress({"namespaceSelector": {"matchLabels": {"spark-on-ack.io/role": "workspace"}}}),
    ],
    "public-service": [
        spec_of("celeborn-worker", type="NodePort"),
        spec_of("celeborn-worker", externalIPs=["1.2.3.4"]),
    ],
    "image-reach": [
        worker_image("registry.cn-hangzhou.aliyuncs.com/example/celeborn:0.7.0"),
        put_in("operator", values={"spark": {"jobNamespaces": ["spark-a", "spark-b"]}}),
    ],
    "security-group-open": [
        put_in("inside", ipv6CidrIp="::/0"),
        put_in("inside", policy="Accept", cidrIp="0.0.0.0/1"),
        put_in("inside", prefixListId="pl-1"),
        put_in("inside", cidrIp="anything"),
    ],
    "conf-identity": [spec_of(APPLICATION, hadoopConf={"a": "b"}, driver={"kubernetesMaster": "https://x"})],
    "operator-files": [spec_of(APPLICATION, sparkConf={"spark.yarn.keytab": "/x", "spark.yarn.principal": "y"})],
    "config-map-secret": [
        put_in("celeborn-worker-conf", binaryData={"x": base64.b64encode(b"password: hunter").decode()}),
        lambda g: get(g, "celeborn-worker-conf")["data"].update({"tls.key": "x"}),
        lambda g: get(g, "celeborn-worker-conf")["data"].update({"a": "LTAI5tAbCdEfGhIjKlMn"}),
    ],
    "no-access-key": [
        spec_of(APPLICATION, hadoopConf={"fs.oss.accessKeySecret": "x"}),
        executor(containers=[{"name": "x", "securityContext": HARDENED, "env": [{"name": "OSS_ACCESS_KEY_ID"}]}]),
    ],
    "no-host-access": [
        executor(volumes=[{"name": "h", "hostPath": {"path": "/"}}]),
        executor(containers=[{"name": "x", "securityContext": HARDENED, "ports": [{"hostPort": 80}]}]),
        jobs({"spark.kubernetes.executor.volumes.hostPath.x.mount.path": "/"}),
    ],
    "token-audience": [
        executor(volumes=[{"name": "t", "projected": {"sources": [{"serviceAccountToken": {"audience": "other"}}]}}])
    ],
    "workload-account": [executor(serviceAccountName="spark-driver")],
    "no-node-choice": [executor(nodeName="n"), executor(schedulerName="s"), executor(runtimeClassName="r")],
    "ram-wildcard": [
        right(
            {
                "Effect": "Allow",
                "NotAction": ["ram:*", "sts:*", "ims:*", "resourcemanager:*", "oss:*"],
                "Resource": "acs:log:*:*:x",
            }
        ),
        right({"Effect": "Allow", "Action": "log:Get*", "NotResource": "acs:log:*:*:x"}),
        right(allow("log:Get*", "acs:*")),
        right(allow("log:Get*", "**")),
        right(allow("*", "acs:log:*:*:project/x")),
        right(allow("oss:GetObject", "*")),
    ],
    "ram-folder-scope": [
        right(allow("oss:GetObject", "acs:oss:*:*:x-*/teams/a/*")),
        right(allow("oss:Get?bject", "acs:oss:*:*:x-files/t*")),
        right(allow("oss:GetObject", "acs:oss:*:*:x-file?/teams/a/*")),
        right(allow("OSS:getobject", "ACS:OSS:*:*:x-files/*")),
        right(allow("oss:ListObject*", "acs:oss:*:*:x-hdfs/*")),
    ],
    "ram-folder-sharing": [
        right(allow("oss:Put*", "acs:oss:*:*:x-files/teams/b/*")),
        right(allow("oss:?utObject", "acs:oss:*:*:x-files/teams/b/some/*")),
        right(allow("oss:DeleteObjec?", "acs:oss:*:*:x-files/teams/b/one")),
    ],
    "ram-identity-actions": [
        right(allow("r?m:PassRole", "acs:ram:*:1:role/x-a")),
        right(allow("RAM:CreateAccessKey", "acs:ram:*:1:user/x")),
        right(allow("oss:PutBucketPolicy", "acs:oss:*:*:x-files")),
        put_in(POLICY, statements=[{"effect": "Allow", "actions": ["sts:*"], "resources": ["acs:ram:*:1:role/x"]}]),
    ],
    "ram-trust": [
        put_in(ROLE, assumeRolePolicyDocument=trust(**{"oidc:iss": []})),
        trusting(RAM=["acs:ram::2:root"]),
        trusting(Service=["fc.aliyuncs.com"]),
        trusting(Whoever=["x"]),
        put_in(
            ROLE, assumeRolePolicyDocument=document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"})
        ),
        put_in(ROLE, assumeRolePolicyDocument=document({"Effect": "Allow", "NotPrincipal": {"RAM": ["x"]}})),
        put_in(ROLE, services=["fc.aliyuncs.com"]),
        put_in(ROLE, ramUsers=["acs:ram::2:user/x"]),
    ],
    "bucket-tls": [remove("x-hdfs-tls"), put_in("x-files-tls", enable=False)],
    "bucket-policy-tls": [remove("x-files-policy")],
    "bucket-private": [remove("x-hdfs-private")],
    "bucket-acl": [put_in("files", acl="public-read-write")],
    "data-protected": [unprotected("files"), unprotected("hdfs"), put_in("hdfs", deletionProtection="Disabled")],
    "hdfs-versions": [add(resource("alicloud:oss/bucketWorm:BucketWorm", "worm", {"bucket": "x-hdfs"}))],
    "cluster-protected": [unprotected("cluster")],
    "operator-scope": [
        put_in("operator", values={"image": IMAGE}),
        put_in(
            "operator",
            values={"image": IMAGE, "spark": {"jobNamespaces": ["spark-a"], "jobNamespaceSelector": "x=y"}},
        ),
    ],
    "shuffle-authentication": [
        celeborn("celeborn.auth.enabled \\\n = false"),
        celeborn("celeborn.auth.enabled=true\ncel\\u0065born.auth.enabled: no"),
        put_in("celeborn-worker-conf", data={"celeborn-defaults.conf": ""}),
    ],
}
"""Rule id -> further changes that break just this rule: each branch of a rule's body has one."""

COMPANIONS: dict[str, set[str]] = {
    "rbac-wildcard": {"rbac-secrets", "rbac-exec"},
    "ram-wildcard": {"ram-identity-actions", "ram-folder-scope"},
}
"""Rule id -> rules that a variant of it breaks too: what a star covers, they cover as well."""
