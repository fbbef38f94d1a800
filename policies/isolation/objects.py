"""What isolation rules share: type tokens, the teams' namespaces, the documents of RAM and OSS."""

import json
from collections.abc import Iterator, Sequence

from components.base.constants import LABEL_WORKSPACE
from policies.base.view import Props, Undecided, Unreadable, View, of_types

NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type token
SERVICE = "kubernetes:core/v1:Service"
SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
QUOTA = "kubernetes:core/v1:ResourceQuota"
LIMIT_RANGE = "kubernetes:core/v1:LimitRange"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
CHART = "kubernetes:helm.sh/v4:Chart"
_RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
ROLE, CLUSTER_ROLE = f"{_RBAC}Role", f"{_RBAC}ClusterRole"
ROLE_BINDING, CLUSTER_ROLE_BINDING = f"{_RBAC}RoleBinding", f"{_RBAC}ClusterRoleBinding"
_ADMISSION = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
ADMISSION_POLICY, ADMISSION_BINDING = _ADMISSION, f"{_ADMISSION}Binding"

CLUSTER = "alicloud:cs/managedKubernetes:ManagedKubernetes"
VSWITCH = "alicloud:vpc/switch:Switch"
SECURITY_RULE = "alicloud:ecs/securityGroupRule:SecurityGroupRule"
RAM_POLICY = "alicloud:ram/policy:Policy"
RAM_ROLE = "alicloud:ram/role:Role"
RAM_ATTACHMENT = "alicloud:ram/rolePolicyAttachment:RolePolicyAttachment"
ACCESS_KEY = "alicloud:ram/accessKey:AccessKey"
BUCKET = "alicloud:oss/bucket:Bucket"
BUCKET_ACL = "alicloud:oss/bucketAcl:BucketAcl"
BUCKET_POLICY = "alicloud:oss/bucketPolicy:BucketPolicy"
BUCKET_TLS = "alicloud:oss/bucketHttpsConfig:BucketHttpsConfig"
BUCKET_BLOCK = "alicloud:oss/bucketPublicAccessBlock:BucketPublicAccessBlock"
BUCKET_ENCRYPTION = "alicloud:oss/bucketServerSideEncryption:BucketServerSideEncryption"
ROS_STACK = "alicloud:ros/stack:Stack"


def namespace_of(view: View) -> str:
    """The Kubernetes namespace an object is in. Raises Undecided while that is not known."""
    return view.props.text("metadata", "namespace") or ""


def workspaces(views: Sequence[View]) -> dict[str, View]:
    """The teams' namespaces by name.

    Raises Undecided when a namespace came without properties, as in a first preview: one may be a team's.
    """
    found: dict[str, View] = {}
    for space in of_types(views, NAMESPACE):
        if not space.props.has("metadata"):
            raise Undecided(f"the namespace {space.name}")
        if space.props.text("metadata", "labels", LABEL_WORKSPACE):
            found[space.props.text("metadata", "name") or space.name] = space
    return found


def statements(view: View, key: str) -> list[Props]:
    """The statements of a RAM or bucket policy document kept as JSON text under `key`."""
    text = view.props.text(key)
    if text is None:
        return []
    try:
        return Props(json.loads(text), (key,)).each("Statement")
    except json.JSONDecodeError:
        raise Unreadable(key, "JSON") from None


def allowing(view: View, key: str) -> Iterator[Props]:
    """The statements that give rights."""
    return (s for s in statements(view, key) if s.text("Effect") != "Deny")


def listed(part: Props, *steps: str) -> list[str]:
    """The texts under a key of a document, where one text may stand for a list of one."""
    value = part.raw(*steps)
    return [value] if isinstance(value, str) else part.texts(*steps)


def template_buckets(view: View) -> Iterator[Props]:
    """The properties of the OSS buckets in a ROS template."""
    text = view.props.text("templateBody")
    if text is None:
        return
    try:
        resources = Props(json.loads(text), ("templateBody",)).at("Resources")
    except json.JSONDecodeError:
        raise Unreadable("templateBody", "JSON") from None
    for name in resources.keys():  # noqa: SIM118 - not a dict
        if resources.text(name, "Type") == "ALIYUN::OSS::Bucket":
            yield resources.at(name, "Properties")


def buckets(views: Sequence[View]) -> dict[str, View]:
    """The buckets a stack makes, by name; those of ROS templates too."""
    found: dict[str, View] = {}
    for view in of_types(views, BUCKET, ROS_STACK):
        if view.type == BUCKET:
            found[view.props.text("bucket") or view.name] = view
        else:
            found |= {b.text("BucketName") or view.name: view for b in template_buckets(view)}
    return found
