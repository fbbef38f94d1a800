"""Honest programs of other teams, as recorded resources: what must pass the packs, if need be by one exception.

They are written as their authors would write them on ACK Serverless: sizes that ECI bills, pods without privileges, tags
for the bill. Those under EXCEPTIONAL do something that somebody has to answer for.
"""

from typing import Any

from replay.graph import Resource
from tests.policies.graphs import POD_TAGS, TAGS, kubernetes, resource
from tests.policies.isolation.platform import HARDENED, RBAC, REGISTRY, RESTRICTED, account, allow, document, grants, trust

Program = list[Resource]
RESTRICTED_LABEL = {"pod-security.kubernetes.io/enforce": "restricted"}
SMALL = {"cpu": "500m", "memory": "1Gi"}
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n"


def namespace(name: str) -> Resource:
    return kubernetes("core/v1:Namespace", "", name) if not name else resource(
        "kubernetes:core/v1:Namespace",
        name,
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED_LABEL}},
    )


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
        "apps/v1:StatefulSet", where, name,
        spec={
            "serviceName": name, "replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": pods(container(name, {"cpu": "2", "memory": "8Gi"})),
            "volumeClaimTemplates": [claim("data", storage)], **spec,
        },
    )  # fmt: skip


def config_map(where: str, name: str, **data: str) -> Resource:
    return kubernetes("core/v1:ConfigMap", where, name, data={k.replace("__", "."): v for k, v in data.items()})


def service_account(where: str, name: str, mount: bool = False) -> Resource:
    return kubernetes("core/v1:ServiceAccount", where, name, automountServiceAccountToken=mount)


def role(where: str, name: str, *rules: dict[str, Any]) -> Resource:
    return kubernetes(f"{RBAC}:{'Role' if where else 'ClusterRole'}", where, name, rules=list(rules))


def binding(where: str, name: str, *subjects: dict[str, Any], role_kind: str = "") -> Resource:
    kind = "RoleBinding" if where else "ClusterRoleBinding"
    return kubernetes(
        f"{RBAC}:{kind}", where, name,
        roleRef={"kind": role_kind or ("Role" if where else "ClusterRole"), "name": name}, subjects=list(subjects),
    )  # fmt: skip


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
    plain = {"Effect": "Deny", "Action": "oss:*", "Principal": ["*"], "Resource": [f"acs:oss:*:*:{name}"]}
    deny = document({**plain, "Condition": {"Bool": {"acs:SecureTransport": ["false"]}}})
    return [
        made,
        cloud("oss/bucketHttpsConfig:BucketHttpsConfig", f"{name}-tls", bucket=name, enable=True, tlsVersions=["TLSv1.2"]),
        cloud("oss/bucketPolicy:BucketPolicy", f"{name}-policy", bucket=name, policy=deny),
        cloud("oss/bucketPublicAccessBlock:BucketPublicAccessBlock", f"{name}-block", bucket=name, blockPublicAccess=True),
        cloud(
            "oss/bucketServerSideEncryption:BucketServerSideEncryption", f"{name}-sse", bucket=name,
            sseAlgorithm="AES256",
        ),
    ]  # fmt: skip


INTRANET = {"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": "intranet"}
READ = ["get", "list", "watch"]
ENDPOINT = "registry-vpc.cn-hangzhou.aliyuncs.com"


def vpc() -> Program:
    return [
        cloud("vpc/network:Network", "vpc", cidrBlock="10.0.0.0/16", tags=TAGS),
        cloud("vpc/switch:Switch", "vsw", cidrBlock="10.0.0.0/24", zoneId="cn-hangzhou-h", tags=TAGS),
    ]


HARMLESS: dict[str, Program] = {
    "a web deployment with a service": [namespace("web"), deployment("web", "nginx"), service("web", "nginx")],
    "a web deployment with a budget and an autoscaler": [
        deployment("web", "nginx"),
        kubernetes("policy/v1:PodDisruptionBudget", "web", "nginx", spec={"minAvailable": 1}),
        kubernetes(
            "autoscaling/v2:HorizontalPodAutoscaler", "web", "nginx",
            spec={"scaleTargetRef": {"kind": "Deployment", "name": "nginx"}, "minReplicas": 2, "maxReplicas": 6},
        ),
    ],
    "an autoscaler of the first version": [
        deployment("web", "api"),
        kubernetes(
            "autoscaling/v1:HorizontalPodAutoscaler", "web", "api",
            spec={"scaleTargetRef": {"kind": "Deployment", "name": "api"}, "maxReplicas": 4},
        ),
    ],
    "an intranet load balancer": [
        deployment("web", "api"), service("web", "api", 443, INTRANET, type="LoadBalancer"),
    ],
    "a headless service": [deployment("web", "peers"), service("web", "peers", clusterIP="None")],
    "an external name": [service("web", "database", 5432, type="ExternalName", externalName="pg.internal.example.com")],
    "a database with its disks": [
        namespace("db"),
        stateful("db", "postgres", persistentVolumeClaimRetentionPolicy={"whenScaled": "Delete"}),
        service("db", "postgres", 5432, clusterIP="None"),
    ],
    "a database with small disks that stay": [stateful("db", "etcd", "20Gi", 3)],
    "a database of its own storage class": [
        kubernetes(
            "storage.k8s.io/v1:StorageClass", "", "fast", provisioner="diskplugin.csi.alibabacloud.com",
            parameters={"type": "cloud_essd", "performanceLevel": "PL1", "encrypted": "true"},
        ),
        stateful("db", "mysql", "40Gi"),
    ],
    "a password for a database outside the teams": [
        namespace("db"),
        kubernetes("core/v1:Secret", "db", "postgres", stringData={"password": "not-shown"}),
        stateful("db", "postgres", "20Gi"),
    ],
    "a disk of its own": [
        kubernetes("core/v1:PersistentVolumeClaim", "web", "uploads", spec=claim("x")["spec"]), deployment("web", "cms"),
    ],
    "a cache": [deployment("web", "redis", container("redis", {"cpu": "1", "memory": "4Gi"}), replicas=1)],
    "a public certificate in a config map": [config_map("web", "trust", ca__pem=CERTIFICATE, ca__crt=CERTIFICATE)],
    "a bundle of public certificates": [config_map("web", "bundle", **{"bundle.pem": CERTIFICATE * 3})],
    "an application's settings": [
        config_map("web", "settings", **{"application.yaml": "server:\n  port: 8080\nlog: info\n"}),
    ],
    "settings that name where a password is": [
        config_map("web", "settings", env="DB_PASSWORD_FILE=/run/secrets/db\npassword: ${DB_PASSWORD}\n"),
    ],
    "a configuration of nginx": [config_map("web", "nginx", **{"nginx.conf": "server { listen 8080; }\n"})],
    "a dashboard": [config_map("monitoring", "dashboard", **{"overview.json": '{"panels": []}'})],
    "a binary file in a config map": [
        kubernetes("core/v1:ConfigMap", "web", "logo", binaryData={"logo.png": "iVBORw0KGgo="}),
    ],
    "a nightly job": [cron("web", "cleanup")],
    "a migration": [job("web", "migrate", backoffLimit=0)],
    "a job that ends by itself": [job("web", "import", ttlSecondsAfterFinished=600, activeDeadlineSeconds=3600)],
    "an account without a token": [service_account("web", "web"), deployment("web", "nginx", serviceAccountName="web")],
    "rights within a namespace": [
        service_account("web", "reader"),
        role("web", "reader", grants(["configmaps", "services", "endpoints"], READ)),
        binding("web", "reader", account("reader", "web")),
    ],
    "rights on leases for leader election": [
        role("web", "leader", {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "update"]}),
        binding("web", "leader", account("controller", "web")),
    ],
    "one secret by name": [role("web", "one", grants(["secrets"], ["get"], resourceNames=["tls"]))],
    "a closed network with named senders": [
        policy("web", "closed", policyTypes=["Ingress", "Egress"]),
        policy(
            "web", "from-gateway", policyTypes=["Ingress"],
            ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateway"}}}]}],
        ),
    ],
    "metrics for Prometheus": [
        custom("monitoring.coreos.com/v1", "ServiceMonitor", "web", "nginx", endpoints=[{"port": "metrics"}]),
        custom("monitoring.coreos.com/v1", "PodMonitor", "web", "nginx", podMetricsEndpoints=[{"port": "metrics"}]),
    ],
    "alerts": [custom("monitoring.coreos.com/v1", "PrometheusRule", "web", "nginx", groups=[])],
    "certificates of cert-manager": [
        custom("cert-manager.io/v1", "Issuer", "web", "internal", selfSigned={}),
        custom("cert-manager.io/v1", "Certificate", "web", "web", secretName="web-tls", issuerRef={"name": "internal"}),
    ],
    "a kind of its own": [
        kubernetes(
            "apiextensions.k8s.io/v1:CustomResourceDefinition", "", "widgets.example.com",
            spec={"group": "example.com", "names": {"kind": "Widget", "plural": "widgets"}, "scope": "Namespaced"},
        ),
    ],
    "sidecars that are large enough to count": [
        deployment("web", "app", container("app", {"cpu": "1", "memory": "2Gi"}), container("proxy", {"cpu": "1", "memory": "2Gi"})),
    ],
    "a pod with an init container": [
        deployment("web", "site", container("site"), initContainers=[container("prepare")]),
    ],
    "a pod with a volume that is empty": [
        deployment("web", "build", container("build"), volumes=[{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}]),
    ],
    "pods on ACS": [
        kubernetes(
            "apps/v1:Deployment", "web", "acs",
            spec={
                "replicas": 1,
                "template": {
                    "metadata": {"labels": {"app": "acs", "alibabacloud.com/acs": "true"}},
                    "spec": {"securityContext": RESTRICTED, "containers": [container("acs", {"cpu": "1", "memory": "2Gi"})]},
                },
            },
        ),
    ],
    "a deployment that names limits only": [
        deployment("web", "limits", {
            "name": "limits", "image": f"{REGISTRY}limits:1", "securityContext": HARDENED,
            "resources": {"limits": {"cpu": "1", "memory": "2Gi"}},
        }),
    ],
    "a namespace with a quota and limits": [
        namespace("web"),
        kubernetes(
            "core/v1:ResourceQuota", "web", "quota",
            spec={"hard": {"pods": "20", "limits.cpu": "20", "limits.memory": "80Gi", "services.loadbalancers": "1"}},
        ),
        kubernetes(
            "core/v1:LimitRange", "web", "limits",
            spec={"limits": [{"type": "Container", "defaultRequest": {"cpu": "500m", "memory": "1Gi"}}]},
        ),
    ],
    "a patch of another's settings": [
        kubernetes("core/v1:ConfigMapPatch", "kube-system", "coredns-custom", data={"log.override": "log"}),
    ],
    "a patch of an account's pull secrets": [
        kubernetes("core/v1:ServiceAccountPatch", "web", "default", imagePullSecrets=[{"name": "registry"}]),
    ],
    "a patch of a deployment's labels": [
        kubernetes("apps/v1:DeploymentPatch", "kube-system", "coredns", spec={"template": {"metadata": {"labels": {"a": "b"}}}}),
    ],
    "a patch of one variable of a deployment": [
        kubernetes(
            "apps/v1:DeploymentPatch", "kube-system", "coredns",
            spec={"template": {"spec": {"containers": [{"name": "coredns", "env": [{"name": "A", "value": "b"}]}]}}},
        ),
    ],
    "a patch of a service's annotations": [service("web", "api", annotations={"a": "b"})],
    "a network with an address for OSS": [
        *vpc(), cloud("vpc/gatewayEndpoint:GatewayEndpoint", "oss", serviceName="com.aliyun.cn-hangzhou.oss"),
    ],
    "a NAT gateway, allowed in production on purpose": [
        *vpc(),
        cloud("vpc/natGateway:NatGateway", "nat", tags=TAGS),
        cloud("ecs/eipAddress:EipAddress", "eip", tags=TAGS),
        cloud("ecs/eipAssociation:EipAssociation", "eip-nat"),
        cloud("vpc/snatEntry:SnatEntry", "out"),
    ],
    "a security group of the inside": [
        cloud("ecs/securityGroup:SecurityGroup", "inside", tags=TAGS),
        cloud("ecs/securityGroupRule:SecurityGroupRule", "inside", type="ingress", cidrIp="10.0.0.0/8", policy="accept"),
    ],
    "a private bucket": bucket("reports"),
    "a bucket that keeps versions": [
        *bucket("documents"),
        cloud("oss/bucketVersioning:BucketVersioning", "documents-versions", bucket="documents", status="Enabled"),
    ],
    "a log project": [
        cloud("log/project:Project", "logs", tags=TAGS),
        cloud("log/store:Store", "access", retentionPeriod=30),
        cloud("log/storeIndex:StoreIndex", "access", fullText={"token": " "}),
    ],
    "a key for encryption": [cloud("kms/key:Key", "key", tags=TAGS)],
    "a resource group": [cloud("resourcemanager/resourceGroup:ResourceGroup", "web", displayName="web")],
    "a role of one account": [
        cloud("ram/role:Role", "web", assumeRolePolicyDocument=trust()),
        cloud("ram/policy:Policy", "web", policyDocument=document(allow("oss:GetObject", "acs:oss:*:*:reports/web/*"))),
        cloud("ram/rolePolicyAttachment:RolePolicyAttachment", "web", policyType="Custom", policyName="web"),
    ],
    "outputs of another stack": [resource("pulumi:pulumi:StackReference", "org/network/prod", {"name": "org/network/prod"})],
    "a provider for a second cluster": [resource("pulumi:providers:kubernetes", "other", {"kubeconfig": "{}"})],
    "a provider of the region": [resource("pulumi:providers:alicloud", "hangzhou", {"region": "cn-hangzhou"})],
    "a component of this project": [resource("spark-on-ack:index:Identity", "web", {})],
}  # fmt: skip
"""What passes by itself."""

ARGO, STATE = "argocd", "kube-state-metrics"
EXCEPTIONAL: dict[str, Program] = {
    "kube-state-metrics": [
        namespace("monitoring"),
        service_account("monitoring", "other"),
        role("", STATE, grants(["pods", "nodes", "namespaces"], ["list", "watch"])),
        binding("", STATE, account(STATE, "monitoring")),
        deployment("monitoring", STATE, replicas=1, serviceAccountName=STATE),
        service("monitoring", STATE, 8080),
    ],
    "an account that talks to the API server": [service_account("web", "controller", mount=True)],
    "Argo CD as a chart": [
        namespace(ARGO), resource("kubernetes:helm.sh/v4:Chart", ARGO, {"chart": "argo-cd", "namespace": ARGO}),
    ],
    "Argo CD's controller": [
        role("", "argocd-application-controller", grants(["*"], ["get", "list", "watch"], apiGroups=["*"])),
    ],
    "an application of Argo CD": [
        custom("argoproj.io/v1alpha1", "Application", ARGO, "shop", source={"repoURL": "https://git.example.com/shop"}),
    ],
    "cert-manager as a release": [
        resource("kubernetes:helm.sh/v3:Release", "cert-manager", {"chart": "cert-manager", "namespace": "cert-manager"}),
    ],
    "a webhook of cert-manager": [
        kubernetes("admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration", "", "cert-manager", webhooks=[]),
    ],
    "a file of objects in a composed program": [resource("kubernetes:yaml:ConfigFile", "manifests/web.yaml", {})],
    "a file of objects of the second version": [resource("kubernetes:yaml/v2:ConfigFile", "web", {"file": "web.yaml"})],
    "a folder of Kustomize": [resource("kubernetes:kustomize/v2:Directory", "web", {"directory": "./web"})],
    "an ingress": [
        deployment("web", "shop"), service("web", "shop"),
        kubernetes("networking.k8s.io/v1:Ingress", "web", "shop", spec={"rules": [{"host": "shop.example.com"}]}),
    ],
    "a public load balancer": [deployment("web", "shop"), service("web", "shop", 443, type="LoadBalancer")],
    "a pod with the defaults of a tutorial": [
        kubernetes(
            "apps/v1:Deployment", "web", "hello",
            spec={"template": {"metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}},
        ),
    ],
    "an agent on every node": [
        kubernetes(
            "apps/v1:DaemonSet", "monitoring", "node-exporter",
            spec={"template": pods(container("node-exporter"), hostNetwork=True, hostPID=True)},
        ),
    ],
    "a namespace for agents of the nodes": [kubernetes("core/v1:Namespace", "", "node-agents")],
    "large disks that stay": [stateful("db", "kafka", "500Gi", 3)],
    "a network that admits everybody": [policy("web", "open", policyTypes=["Ingress"], ingress=[{}])],
    "a machine": [cloud("ecs/instance:Instance", "bastion", instanceType="ecs.t6-c1m1.large")],
    "a database of the vendor": [cloud("rds/instance:Instance", "shop", engine="PostgreSQL")],
    "a load balancer of the vendor": [cloud("alb/loadBalancer:LoadBalancer", "shop", addressType="Intranet")],
    "a user of the console": [resource("alicloud:ram/user:User", "auditor", {"name": "auditor"})],
    "a random suffix": [resource("random:index/randomId:RandomId", "suffix", {"byteLength": 4})],
    "a command": [resource("command:local:Command", "notify", {"create": "echo done"})],
    "a dynamic provider": [resource("pulumi-python:dynamic:Resource", "seed", {"__provider": "…"})],
    "a priority class": [kubernetes("scheduling.k8s.io/v1:PriorityClass", "", "batch-low", value=-10)],
    "a label of another's namespace": [
        resource("kubernetes:core/v1:NamespacePatch", "ns", {"metadata": {"name": "kube-public", "labels": {"a": "b"}}}),
    ],
    "a component of another project": [resource("acme:web:Shop", "shop", {})],
}  # fmt: skip
"""What needs one exception."""
