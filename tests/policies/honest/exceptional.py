"""Honest programs that do something for which somebody has to answer."""

from tests.policies.graphs import kubernetes, resource
from tests.policies.honest.parts import (
    Program,
    binding,
    cloud,
    container,
    custom,
    deployment,
    namespace,
    pods,
    policy,
    role,
    service,
    service_account,
    stateful,
)
from tests.policies.isolation.platform import account, grants

ARGO, STATE = "argocd", "kube-state-metrics"
EXCEPTIONAL: dict[str, Program] = {
    "kube-state-metrics": [
        namespace("monitoring"),
        service_account("monitoring", STATE, mount=True),
        role("", STATE, grants(["pods", "nodes", "namespaces", "secrets", "configmaps"], ["list", "watch"])),
        binding("", STATE, account(STATE, "monitoring")),
        deployment("monitoring", STATE, replicas=1, serviceAccountName=STATE),
        service("monitoring", STATE, 8080),
    ],
    "an account that talks to the API server": [service_account("web", "controller", mount=True)],
    "Argo CD as a chart": [
        namespace(ARGO),
        resource("kubernetes:helm.sh/v4:Chart", ARGO, {"chart": "argo-cd", "namespace": ARGO}),
    ],
    "Argo CD's controller": [
        role("", "argocd-application-controller", grants(["*"], ["get", "list", "watch"], apiGroups=["*"])),
        binding("", "argocd-application-controller", account("argocd-application-controller", ARGO)),
        service_account(ARGO, "argocd-application-controller", mount=True),
    ],
    "an application of Argo CD": [
        custom("argoproj.io/v1alpha1", "Application", ARGO, "shop", source={"repoURL": "https://git.example.com/shop"}),
    ],
    "cert-manager as a release": [
        resource(
            "kubernetes:helm.sh/v3:Release", "cert-manager", {"chart": "cert-manager", "namespace": "cert-manager"}
        ),
    ],
    "a webhook of cert-manager": [
        kubernetes("admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration", "", "cert-manager", webhooks=[]),
    ],
    "a file of objects in a composed program": [resource("kubernetes:yaml:ConfigFile", "manifests/web.yaml", {})],
    "a file of objects of the second version": [resource("kubernetes:yaml/v2:ConfigFile", "web", {"file": "web.yaml"})],
    "a folder of Kustomize": [resource("kubernetes:kustomize/v2:Directory", "web", {"directory": "./web"})],
    "an ingress": [
        deployment("web", "shop"),
        service("web", "shop"),
        kubernetes("networking.k8s.io/v1:Ingress", "web", "shop", spec={"rules": [{"host": "shop.example.com"}]}),
    ],
    "a public load balancer": [deployment("web", "shop"), service("web", "shop", 443, type="LoadBalancer")],
    "a pod with the defaults of a tutorial": [
        kubernetes(
            "apps/v1:Deployment",
            "web",
            "hello",
            spec={
                "template": {
                    "metadata": {"labels": {"app": "hello"}},
                    "spec": {"containers": [{"name": "hello", "image": "hello:1"}]},
                }
            },
        ),
    ],
    "an agent on every node": [
        kubernetes(
            "apps/v1:DaemonSet",
            "monitoring",
            "node-exporter",
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
        resource(
            "kubernetes:core/v1:NamespacePatch", "ns", {"metadata": {"name": "kube-public", "labels": {"a": "b"}}}
        ),
    ],
    "a component of another project": [resource("acme:web:Shop", "shop", {})],
}
"""What needs one exception."""
