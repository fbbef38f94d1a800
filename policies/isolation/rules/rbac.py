"""Rules about rights in the cluster: who may do what, and where."""

from collections.abc import Sequence
from typing import Annotated

from components.base.constants import DRIVER_ACCOUNT
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import Props, View, of_types
from policies.evaluate.rights import (
    DEFAULTS,
    POD_CREATING,
    READ,
    SAFEGUARDS,
    SECRETS,
    SHELLS,
    VOLUMES,
    WRITE,
    grants,
)
from policies.evaluate.selectors import selector_of
from policies.resources.objects import namespace_of, workspaces
from policies.resources.types import CLUSTER_ROLE, CLUSTER_ROLE_BINDING, NAMESPACE, ROLE, ROLE_BINDING

ROLES, BINDINGS = (ROLE, CLUSTER_ROLE), (ROLE_BINDING, CLUSTER_ROLE_BINDING)
EVERYONE = {
    "system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts", "system:masters",
    "system:nodes",
}  # fmt: skip
BROAD = ("cluster-admin", "admin", "edit", "cs:admin", "cs:ops", "cs:dev")
"""Roles that the cluster brings and that allow nearly everything in a namespace; `cs:` are ACK's."""
BROAD_SYSTEM = ("system:controller:", "system:node", "system:kube-", "system:aggregate-to-", "system:masters")
"""Beginnings of the names of roles that the cluster's own parts have."""
_Platform = Annotated[list[str] | tuple[str, ...], Figure("namespaces of the platform's own controllers")]


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
    """Checks for `*` in groups, resources, verbs and paths, and for roles that gather the rights of any other."""
    for grant in view.props.each("rules"):
        for key in ("apiGroups", "resources", "verbs", "nonResourceURLs"):
            if any("*" in item for item in grant.texts(key)):
                yield f"{grant.where(key)} contains a *"
    for selector in view.props.each("aggregationRule", "clusterRoleSelectors"):
        if selector_of(selector).selects({}):
            yield f"{selector.where()} gathers the rights of nearly every role"


@rule(
    "rbac-secrets",
    title="No role reads secrets",
    severity="critical",
    reason="Whoever can list the secrets of a namespace has every password and token in it.",
    way_out="remove secrets from the rule, or name single ones in resourceNames with the verb get",
    types=ROLES,
)
def rbac_secrets(view: View, context: Context) -> Violations:
    """A single secret by name may be read with `get`; `list` and `watch` ignore names, and whoever creates secrets can
    have a token put into one."""
    for grant in grants(view):
        named = grant.named and not grant.verbs("list", "watch", "create")
        if grant.on(SECRETS, *READ, "create", "update", "patch") and not named:
            yield f"{grant.where} reads or creates secrets"


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
    for grant in grants(view):
        if grant.on(SHELLS, *READ, *WRITE):
            yield f"{grant.where} opens shells in pods"


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
    for grant in grants(view):
        if grant.on(POD_CREATING, *WRITE):
            yield f"{grant.where} allows creating or changing pods in every namespace"


@rule(
    "rbac-pod-creator",
    title="In a team's namespace only drivers and the platform create pods",
    severity="critical",
    reason="People who create pods bypass the operator, and with it everything that is checked in jobs.",
    way_out="let people submit SparkApplications, and bind the role to the driver's account only",
    types=(NAMESPACE, *ROLES, ROLE_BINDING),
    whole_stack=True,
)
def rbac_pod_creator(
    views: Sequence[View], context: Context, *, platform: _Platform = ("spark-operator",)
) -> StackViolations:
    """Follows bindings in teams' namespaces to the roles that may create pods or workloads, by themselves or by those
    that they gather."""
    teams, everywhere = workspaces(views), list(of_types(views, CLUSTER_ROLE))
    creating = {
        (role.kind, namespace_of(role), role.props.text("metadata", "name"))
        for role in of_types(views, *ROLES)
        if any(grant.on(POD_CREATING, "create") for grant in grants(role, everywhere))
    }
    for binding in of_types(views, ROLE_BINDING):
        home, reference = namespace_of(binding), binding.props.at("roleRef")
        kind = reference.text("kind") or "Role"
        bound = (kind, home if kind == "Role" else "", reference.text("name"))
        if home in teams and bound in creating:
            for subject in binding.props.each("subjects"):
                driver = subject.text("kind") == "ServiceAccount" and subject.text("name") == DRIVER_ACCOUNT
                own = driver and subject.text("namespace") in (None, home)
                if not own and _home(subject) not in platform:
                    yield binding, f"{subject.where()} may create pods"


@rule(
    "rbac-escalation",
    title="No role changes rights or safeguards",
    severity="critical",
    reason="Whoever can write roles, quotas, network policies or admission policies is bound by none of them.",
    way_out="remove the rule; only the stack changes them",
    types=(NAMESPACE, *ROLES),
    whole_stack=True,
)
def rbac_escalation(views: Sequence[View], context: Context) -> StackViolations:
    """Checks for write access to what holds rights and borders or leads around them (volumes of a node's folders, in a
    team's namespace the defaults), and for the verbs that give away rights."""
    teams = workspaces(views)
    for role in of_types(views, *ROLES):
        of_a_team = namespace_of(role) in teams
        for grant in grants(role):
            if grant.escalates or grant.on((*SAFEGUARDS, *VOLUMES), *WRITE):
                yield role, f"{grant.where} changes rights or safeguards"
            elif of_a_team and grant.on(DEFAULTS, "update", "patch"):
                yield role, f"{grant.where} changes the defaults that the team's jobs are submitted with"


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
        name = (subject.text("name") or "").lower()
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
    role = (view.props.text("roleRef", "name") or "").lower()
    if role in BROAD or role.startswith(BROAD_SYSTEM):
        yield "binds a role of the cluster that allows nearly everything"
    elif view.type == CLUSTER_ROLE_BINDING:
        for subject in view.props.each("subjects"):
            if _home(subject) not in platform:
                yield f"{subject.where()} gets rights in every namespace"
