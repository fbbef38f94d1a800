"""The resource types that a stack may hold, each with the reading that understands it. Every other type is refused.

A rule sees only what somebody has written a reading for. So this table is what packs and guard work from: another
version, another provider or a new kind of resource is no gap but a verdict (rule `known-types`).
"""

import functools

from policies.base.tokens import is_patch, read_as
from policies.resources import types
from policies.resources.pods import TEMPLATES

_POLICY, _MONITORING = "kubernetes:policy/v1:", "kubernetes:monitoring.coreos.com/v1:"
_CERTIFICATES = "kubernetes:cert-manager.io/v1:"
CUSTOM_RESOURCE_DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
COMPONENTS = "spark-on-ack:index:"

READINGS: dict[str, tuple[str, ...]] = {
    "its pods: images, sizes, rights on the node, cost": tuple(TEMPLATES),
    "its values, for the Spark operator's chart; the content of any other chart cannot be seen": (types.CHART,),
    "the bounds of a workload's replicas": (types.AUTOSCALER,),
    "the job: its configuration, pods and cost": (types.APPLICATION, types.SCHEDULED),
    "Spark's defaults and pod templates, the shuffle service's configuration, credentials": (types.CONFIG_MAP,),
    "where it is: none in a team's namespace": (types.SECRET,),
    "its safeguards: Pod Security, quota, limits, network policies": (types.NAMESPACE,),
    "its token": (types.SERVICE_ACCOUNT,),
    "who reaches it from outside": (types.SERVICE,),
    "its bounds, and what they cost": (types.QUOTA, types.LIMIT_RANGE),
    "its disk": (types.CLAIM, types.STORAGE_CLASS, types.IMAGE_CACHE),
    "whom it admits, and whom it reaches": (types.NETWORK_POLICY,),
    "its rights, and who has them": (types.ROLE, types.CLUSTER_ROLE, types.ROLE_BINDING, types.CLUSTER_ROLE_BINDING),
    "what it checks, and whether it denies": (types.ADMISSION_POLICY, types.ADMISSION_BINDING),
    "harmless: it keeps pods from being evicted together": (f"{_POLICY}PodDisruptionBudget",),
    "harmless: it defines a kind; objects of it are judged by a type of their own": (CUSTOM_RESOURCE_DEFINITION,),
    "harmless: it tells a monitoring system what to read and when to warn": tuple(
        f"{_MONITORING}{kind}" for kind in ("PodMonitor", "ServiceMonitor", "PrometheusRule")
    ),
    "harmless: it asks for a certificate of its own namespace": tuple(
        f"{_CERTIFICATES}{kind}" for kind in ("Certificate", "Issuer")
    ),
    "its control plane, logs, gateways and protection": (types.CLUSTER,),
    "harmless: an add-on of the vendor, whose pods ACK manages": ("alicloud:cs/kubernetesAddon:KubernetesAddon",),
    "its tags and cost; that it is the stack's own": (types.NETWORK, types.VSWITCH, types.SECURITY_GROUP),
    "its cost, and whether the environment may have one": (types.NAT, types.EIP),
    "harmless: it opens a way out, none in": (
        "alicloud:vpc/snatEntry:SnatEntry",
        "alicloud:ecs/eipAssociation:EipAssociation",
        "alicloud:vpc/gatewayEndpoint:GatewayEndpoint",
        "alicloud:vpc/gatewayEndpointRouteTableAttachment:GatewayEndpointRouteTableAttachment",
    ),
    "its price": (types.REGISTRY,),
    "harmless: it holds images, and has an address inside the VPC (a public one is not known)": (
        "alicloud:cs/registryEnterpriseNamespace:RegistryEnterpriseNamespace",
        "alicloud:cs/registryEnterpriseRepo:RegistryEnterpriseRepo",
        "alicloud:cr/vpcEndpointLinkedVpc:VpcEndpointLinkedVpc",
    ),
    "which networks it connects": types.PEERINGS,
    "whom it admits": (types.SECURITY_RULE,),
    "its rights, and who may assume it": (types.RAM_POLICY, types.RAM_ROLE, types.RAM_ATTACHMENT),
    "static keys: none is created or written down": (types.ACCESS_KEY, types.PROVIDER),
    "harmless: roles name the clusters whose tokens they trust": ("alicloud:ims/oidcProvider:OidcProvider",),
    "harmless: it groups resources on the bill": ("alicloud:resourcemanager/resourceGroup:ResourceGroup",),
    "its tags": (types.KMS_KEY,),
    "its tags, and how long it keeps logs": (
        types.LOG_PROJECT, types.LOG_STORE, "alicloud:log/storeIndex:StoreIndex",
    ),
    "who may read it, how it is encrypted, kept and protected": (
        types.BUCKET, types.BUCKET_ACL, types.BUCKET_POLICY, types.BUCKET_TLS, types.BUCKET_BLOCK,
        types.BUCKET_ENCRYPTION, types.BUCKET_VERSIONING, types.BUCKET_RETENTION,
    ),
    "the buckets of its template; no other resource may be in it": (types.ROS_STACK,),
    "harmless: the engine's own; it creates nothing": (
        "pulumi:pulumi:Stack", "pulumi:pulumi:StackReference", "pulumi:index:Stash", "pulumi:providers:kubernetes",
        "pulumi:providers:pulumi", "pulumi:providers:spark-on-ack",
    ),
}  # fmt: skip
"""What understands a type, or why it is harmless -> type tokens. Components of this project (`spark-on-ack:index:*`)
are known as well: what they hold shows as resources of their own."""

PATCHED = (
    types.CONFIG_MAP, types.SECRET, types.SERVICE, types.SERVICE_ACCOUNT, types.DEPLOYMENT, types.STATEFUL_SET,
    types.DAEMON_SET, types.REPLICA_SET, types.JOB, types.CRON_JOB, types.AUTOSCALER, types.ROLE, types.CLUSTER_ROLE,
    f"{_POLICY}PodDisruptionBudget",
)  # fmt: skip
"""Types whose Patch is read as well: what it sets is judged. Left out is what borders consist of (namespaces, quotas,
bindings, network policies, admission policies): setting a part of one can open it."""


_OPAQUE = {
    "kubernetes:helm.sh/": "what a chart installs cannot be seen here",
    "kubernetes:yaml": "the objects in its files cannot be seen here",
    "kubernetes:kustomize": "the objects in its folder cannot be seen here",
    "pulumi-python:dynamic:": "it runs code of its own",
    "pulumi-nodejs:dynamic:": "it runs code of its own",
    "command:": "it runs any command",
    "pulumi:providers:": "no resource of this provider is known here",
}
"""Beginning of a token -> why nothing can be said about such resources."""


@functools.cache
def reading_of(token: str) -> str:
    """What understands a type, or why it is harmless; empty for a type that is not known."""
    if token.startswith(COMPONENTS):
        return "a component: what it holds shows as resources of their own"
    type_ = read_as(token)
    if is_patch(token) and type_ not in PATCHED:
        return ""
    return _by_type().get(type_, "")


@functools.cache
def _by_type() -> dict[str, str]:
    return {token: reading for reading, tokens in READINGS.items() for token in tokens}


def why_unknown(token: str) -> str:
    """Why a type is not known, as the end of a sentence."""
    for prefix, why in _OPAQUE.items():
        if token.startswith(prefix):
            return why
    if is_patch(token) and read_as(token) in _by_type():
        return "setting a part of it can open a border"
    kind = token.rsplit(":", 1)[-1]
    if token.startswith("kubernetes:"):
        if kind.endswith("List"):
            return "it holds other objects, which no rule sees"
        version = next((t for t in _by_type() if t.startswith("kubernetes:") and t.rsplit(":", 1)[-1] == kind), None)
        if version:
            return f"the version that is known is {version}"
    spelled = next((t for t in _by_type() if t.lower() == token.lower()), None)
    return f"it is spelled {spelled}" if spelled else "no rule reads it"
