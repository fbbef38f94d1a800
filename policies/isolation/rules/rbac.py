"""Rules about rights in the cluster: who may do what, and where."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from components.base.constants import DRIVER_ACCOUNT
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import Props, View, of_types
from policies.resources.objects import namespace_of, workspaces
from policies.resources.types import CLUSTER_ROLE, CLUSTER_ROLE_BINDING, NAMESPACE, ROLE, ROLE_BINDING

ROLES, BINDINGS = (ROLE, CLUSTER_ROLE), (ROLE_BINDING, CLUSTER_ROLE_BINDING)
WRITE = {"create", "update", "patch", "delete", "deletecollection", "*"}
READ = {"get", "list", "watch", "*"}
POD_CREATING = {
    "pods", "replicationcontrollers", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs",
}  # fmt: skip
"""Whoever creates one of these creates pods, and in them can run as any account of the namespace."""
SAFEGUARDS = {
    "roles", "rolebindings", "clusterroles", "clusterrolebindings", "serviceaccounts/token", "namespaces",
    "resourcequotas", "limitranges", "networkpolicies", "validatingadmissionpolicies",
    "validatingadmissionpolicybindings", "validatingwebhookconfigurations", "mutatingwebhookconfigurations",
    "certificatesigningrequests/approval",
}  # fmt: skip
"""The objects that rights, quotas and borders themselves consist of."""
EVERYONE = {
    "system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts", "system:masters",
}  # fmt: skip
_Platform = Annotated[list[str] | tuple[str, ...], Figure("namespaces of the platform's own controllers")]


def _grants(view: View) -> Iterator[tuple[Props, set[str], set[str]]]:
    """Each rule of a role, with its resources and verbs."""
    for grant in view.props.each("rules"):
        yield grant, set(grant.texts("resources")), set(grant.texts("verbs"))


def _home(subject: Props) -> str:
    """The namespace of the service account that a subject names, directly or by its user name; empty for others."""
    name = subject.text("name") or ""
    if subject.text("kind") == "ServiceAccount":
        return subject.text("namespace") or ""
    return name.split(":")[2] if name.startswith("system:serviceaccount:") and name.count(":") == 3 else ""


@rule(
    "rbac-wildcard",
    title="Roles name what they allow",
    severity="critical",
    reason="A star also allows secrets, and what does not exist yet: the next CRD, the next verb.",
    way_out="list the API groups, resources and verbs that are needed",
    types=ROLES,
)
def rbac_wildcard(view: View, context: Context) -> Violations:
    """Checks for `*` in groups, resources, verbs and paths."""
    for grant in view.props.each("rules"):
        for key in ("apiGroups", "resources", "verbs", "nonResourceURLs"):
            if any("*" in item for item in grant.texts(key)):
                yield f"{grant.where(key)} contains a *"


@rule(
    "rbac-secrets",
    title="No role reads secrets",
    severity="critical",
    reason="Whoever can list the secrets of a namespace has every password and token in it.",
    way_out="remove secrets from the rule, or name single ones in resourceNames with the verb get",
    types=ROLES,
)
def rbac_secrets(view: View, context: Context) -> Violations:
    """A single secret by name may be read with `get`; `list` and `watch` ignore names."""
    for grant, resources, verbs in _grants(view):
        named = grant.texts("resourceNames") and verbs <= {"get"}
        if "secrets" in resources and verbs & READ and not named:
            yield f"{grant.where()} reads secrets"


@rule(
    "rbac-exec",
    title="No role opens a shell in pods",
    severity="critical",
    reason="A shell in a pod has the pod's identity in the cloud and its account in the cluster.",
    way_out="remove pods/exec, pods/attach and pods/ephemeralcontainers; logs and port-forward are enough",
    types=ROLES,
)
def rbac_exec(view: View, context: Context) -> Violations:
    """Any verb counts: `get` opens a shell as well."""
    for grant, resources, verbs in _grants(view):
        if verbs and resources & {"pods/exec", "pods/attach", "pods/ephemeralcontainers", "nodes/proxy"}:
            yield f"{grant.where()} opens shells in pods"


@rule(
    "rbac-cluster-pods",
    title="Nobody creates pods in every namespace",
    severity="critical",
    reason="Whoever creates pods everywhere can run as every account of every team, the system's own included.",
    way_out="use a Role in each namespace instead of a ClusterRole",
    types=(CLUSTER_ROLE,),
)
def rbac_cluster_pods(view: View, context: Context) -> Violations:
    """Workloads count as pods."""
    for grant, resources, verbs in _grants(view):
        if resources & POD_CREATING and verbs & WRITE:
            yield f"{grant.where()} allows creating or changing pods in every namespace"


@rule(
    "rbac-pod-creator",
    title="In a team's namespace only drivers and the platform create pods",
    severity="critical",
    reason="People who create pods bypass the operator, and with it everything that is checked in jobs.",
    way_out="let people submit SparkApplications, and bind the role to the driver's account only",
    types=(NAMESPACE, ROLE, ROLE_BINDING),
    whole_stack=True,
)
def rbac_pod_creator(
    views: Sequence[View], context: Context, *, platform: _Platform = ("spark-operator",)
) -> StackViolations:
    """Follows bindings to the roles in teams' namespaces that may create pods or workloads."""
    teams = workspaces(views)
    creating = {
        (namespace_of(r), r.props.text("metadata", "name"))
        for r in of_types(views, ROLE)
        if any(resources & POD_CREATING and "create" in verbs for _, resources, verbs in _grants(r))
    }
    for binding in of_types(views, ROLE_BINDING):
        home = namespace_of(binding)
        if home in teams and (home, binding.props.text("roleRef", "name")) in creating:
            for subject in binding.props.each("subjects"):
                driver = subject.text("kind") == "ServiceAccount" and subject.text("name") == DRIVER_ACCOUNT
                if not driver and _home(subject) not in platform:
                    yield binding, f"{subject.where()} may create pods"


@rule(
    "rbac-escalation",
    title="No role changes rights or safeguards",
    severity="critical",
    reason="Whoever can write roles, quotas, network policies or admission policies is bound by none of them.",
    way_out="remove the rule; only the stack changes them",
    types=ROLES,
)
def rbac_escalation(view: View, context: Context) -> Violations:
    """Checks for write access to the objects that hold rights, and for escalate, bind and impersonate."""
    for grant, resources, verbs in _grants(view):
        if verbs & {"escalate", "bind", "impersonate"} or (resources & SAFEGUARDS and verbs & WRITE):
            yield f"{grant.where()} changes rights or safeguards"


@rule(
    "rbac-cross-namespace",
    title="Rights stay within a namespace",
    severity="critical",
    reason="An account of one team with rights in another's namespace is the shortest way across.",
    way_out="bind an account of this namespace; the figure `platform` lists the platform's own namespaces",
    types=(ROLE_BINDING,),
)
def rbac_cross_namespace(
    view: View, context: Context, *, platform: _Platform = ("spark-operator", "kube-system")
) -> Violations:
    """Compares the namespace of a binding with those of its service accounts."""
    home = namespace_of(view)
    for subject in view.props.each("subjects"):
        other = _home(subject)
        if other not in ("", home, *platform):
            yield f"{subject.where()} is an account of another namespace"


@rule(
    "rbac-everyone",
    title="Rights are granted to somebody in particular",
    severity="critical",
    reason="Groups of everyone include every pod of every team; a pod that names no account gets `default`.",
    way_out="bind a team's group or an account created for the purpose",
    types=BINDINGS,
)
def rbac_everyone(view: View, context: Context) -> Violations:
    """Checks for the system's groups and default accounts."""
    for subject in view.props.each("subjects"):
        name = subject.text("name") or ""
        default = subject.text("kind") == "ServiceAccount" and name == "default"
        if default or name in EVERYONE or name.startswith("system:serviceaccounts:"):
            yield f"{subject.where()} is {'a default account' if default else 'a group of everyone'}"


@rule(
    "rbac-cluster-binding",
    title="Only the platform has cluster-wide rights",
    severity="critical",
    reason="A ClusterRoleBinding applies to all teams' namespaces, future ones included.",
    way_out="use a RoleBinding in the team's namespace",
    types=BINDINGS,
)
def rbac_cluster_binding(
    view: View, context: Context, *, platform: _Platform = ("spark-operator", "kube-system")
) -> Violations:
    """The platform's accounts may be bound cluster-wide; the cluster's own broad roles may not be bound at all."""
    if view.props.text("roleRef", "name") in ("cluster-admin", "admin", "edit"):
        yield "binds a role of the cluster that allows nearly everything"
    elif view.type == CLUSTER_ROLE_BINDING:
        for subject in view.props.each("subjects"):
            if _home(subject) not in platform:
                yield f"{subject.where()} gets rights in every namespace"
