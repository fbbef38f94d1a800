"""Honest programs that pass by themselves."""

from tests.policies.graphs import TAGS, kubernetes, resource
from tests.policies.honest.parts import (
    CERTIFICATE,
    INTRANET,
    READ,
    Program,
    binding,
    bucket,
    claim,
    cloud,
    config_map,
    container,
    cron,
    custom,
    deployment,
    job,
    namespace,
    policy,
    role,
    service,
    service_account,
    stateful,
    vpc,
)
from tests.policies.isolation.platform import HARDENED, REGISTRY, RESTRICTED, account, allow, document, grants, trust

HARMLESS: dict[str, Program] = {
    "a web deployment with a service": [namespace("web"), deployment("web", "nginx"), service("web", "nginx")],
    "a web deployment with a budget and an autoscaler": [
        deployment("web", "nginx"),
        kubernetes("policy/v1:PodDisruptionBudget", "web", "nginx", spec={"minAvailable": 1}),
        kubernetes(
            "autoscaling/v2:HorizontalPodAutoscaler",
            "web",
            "nginx",
            spec={"scaleTargetRef": {"kind": "Deployment", "name": "nginx"}, "minReplicas": 2, "maxReplicas": 6},
        ),
    ],
    "an autoscaler of the first version": [
        deployment("web", "api"),
        kubernetes(
            "autoscaling/v1:HorizontalPodAutoscaler",
            "web",
            "api",
            spec={"scaleTargetRef": {"kind": "Deployment", "name": "api"}, "maxReplicas": 4},
        ),
    ],
    "an intranet load balancer": [
        deployment("web", "api"),
        service("web", "api", 443, INTRANET, type="LoadBalancer"),
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
            "storage.k8s.io/v1:StorageClass",
            "",
            "fast",
            provisioner="diskplugin.csi.alibabacloud.com",
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
        kubernetes("core/v1:PersistentVolumeClaim", "web", "uploads", spec=claim("x")["spec"]),
        deployment("web", "cms"),
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
        role(
            "web", "leader", {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "update"]}
        ),
        binding("web", "leader", account("controller", "web")),
    ],
    "one secret by name": [role("web", "one", grants(["secrets"], ["get"], resourceNames=["tls"]))],
    "a closed network with named senders": [
        policy("web", "closed", policyTypes=["Ingress", "Egress"]),
        policy(
            "web",
            "from-gateway",
            policyTypes=["Ingress"],
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
            "apiextensions.k8s.io/v1:CustomResourceDefinition",
            "",
            "widgets.example.com",
            spec={"group": "example.com", "names": {"kind": "Widget", "plural": "widgets"}, "scope": "Namespaced"},
        ),
    ],
    "sidecars that are large enough to count": [
        deployment(
            "web",
            "app",
            container("app", {"cpu": "1", "memory": "2Gi"}),
            container("proxy", {"cpu": "1", "memory": "2Gi"}),
        ),
    ],
    "a pod with an init container": [
        deployment("web", "site", container("site"), initContainers=[container("prepare")]),
    ],
    "a pod with a volume that is empty": [
        deployment("web", "build", container("build"), volumes=[{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}]),
    ],
    "pods on ACS": [
        kubernetes(
            "apps/v1:Deployment",
            "web",
            "acs",
            spec={
                "replicas": 1,
                "template": {
                    "metadata": {"labels": {"app": "acs", "alibabacloud.com/acs": "true"}},
                    "spec": {
                        "securityContext": RESTRICTED,
                        "containers": [container("acs", {"cpu": "1", "memory": "2Gi"})],
                    },
                },
            },
        ),
    ],
    "a deployment that names limits only": [
        deployment(
            "web",
            "limits",
            {
                "name": "limits",
                "image": f"{REGISTRY}limits:1",
                "securityContext": HARDENED,
                "resources": {"limits": {"cpu": "1", "memory": "2Gi"}},
            },
        ),
    ],
    "a namespace with a quota and limits": [
        namespace("web"),
        kubernetes(
            "core/v1:ResourceQuota",
            "web",
            "quota",
            spec={"hard": {"pods": "20", "limits.cpu": "20", "limits.memory": "80Gi", "services.loadbalancers": "1"}},
        ),
        kubernetes(
            "core/v1:LimitRange",
            "web",
            "limits",
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
        kubernetes(
            "apps/v1:DeploymentPatch", "kube-system", "coredns", spec={"template": {"metadata": {"labels": {"a": "b"}}}}
        ),
    ],
    "a patch of one variable of a deployment": [
        kubernetes(
            "apps/v1:DeploymentPatch",
            "kube-system",
            "coredns",
            spec={"template": {"spec": {"containers": [{"name": "coredns", "env": [{"name": "A", "value": "b"}]}]}}},
        ),
    ],
    "a patch of a service's annotations": [service("web", "api", annotations={"a": "b"})],
    "a network with an address for OSS": [
        *vpc(),
        cloud("vpc/gatewayEndpoint:GatewayEndpoint", "oss", serviceName="com.aliyun.cn-hangzhou.oss"),
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
        cloud(
            "ecs/securityGroupRule:SecurityGroupRule", "inside", type="ingress", cidrIp="10.0.0.0/8", policy="accept"
        ),
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
    "outputs of another stack": [
        resource("pulumi:pulumi:StackReference", "org/network/prod", {"name": "org/network/prod"})
    ],
    "a provider for a second cluster": [resource("pulumi:providers:kubernetes", "other", {"kubeconfig": "{}"})],
    "a provider of the region": [resource("pulumi:providers:alicloud", "hangzhou", {"region": "cn-hangzhou"})],
    "a component of this project": [resource("spark-on-ack:index:Identity", "web", {})],
}
"""What passes by itself."""
