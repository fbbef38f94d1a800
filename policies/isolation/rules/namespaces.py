"""Rules about teams' namespaces: each has all of its walls."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from components.base.constants import ANNOTATION_IMAGES, ANNOTATION_RAM_ROLES, PROJECT
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import View, of_types
from policies.resources.objects import is_scoped, namespace_of, workspaces
from policies.resources.types import ADMISSION_BINDING, ADMISSION_POLICY, LIMIT_RANGE, NAMESPACE, NETWORK_POLICY, QUOTA

_ENFORCE = "pod-security.kubernetes.io/enforce"


def _without(views: Sequence[View], serving: Iterator[View]) -> Iterator[View]:
    """The teams' namespaces in which none of the serving objects lies."""
    having = {namespace_of(v) for v in serving}
    return (space for name, space in workspaces(views).items() if name not in having)


@rule(
    "namespace-quota",
    title="Every team has a quota",
    severity="high",
    reason="Without one, a single team can take all capacity, all addresses and all money.",
    way_out="add a ResourceQuota over pods, cpu and memory to the namespace",
    types=(NAMESPACE, QUOTA),
    whole_stack=True,
)
def namespace_quota(views: Sequence[View], context: Context) -> StackViolations:
    """A quota with scopes bounds a part only, so it does not count."""
    whole = (
        q
        for q in of_types(views, QUOTA)
        if not is_scoped(q)
        and all(
            {resource, f"requests.{resource}", f"limits.{resource}", f"count/{resource}"}
            & set(q.props.keys("spec", "hard"))
            for resource in ("pods", "cpu", "memory")
        )
    )
    for space in _without(views, whole):
        yield space, "the team's namespace has no quota over pods, cpu and memory"


@rule(
    "namespace-limits",
    title="Every team has a limit range",
    severity="high",
    reason="A container that names no size gets one from it; without it the quota refuses the whole pod.",
    way_out="add a LimitRange with default requests for containers to the namespace",
    types=(NAMESPACE, LIMIT_RANGE),
    whole_stack=True,
)
def namespace_limits(views: Sequence[View], context: Context) -> StackViolations:
    """Needs default requests of cpu and memory for containers."""
    serving = (
        view
        for view in of_types(views, LIMIT_RANGE)
        if any(
            limit.text("type") == "Container" and {"cpu", "memory"} <= set(limit.keys("defaultRequest"))
            for limit in view.props.each("spec", "limits")
        )
    )
    for space in _without(views, serving):
        yield space, "the team's namespace has no limit range with default requests"


@rule(
    "default-deny",
    title="Teams' networks are closed by default",
    severity="critical",
    reason="Without it every pod of every team reaches every port of this one's jobs.",
    way_out="add a NetworkPolicy that selects all pods for ingress and egress",
    types=(NAMESPACE, NETWORK_POLICY),
    whole_stack=True,
)
def default_deny(views: Sequence[View], context: Context) -> StackViolations:
    """A policy that selects all pods in both directions denies whatever no policy allows."""
    closing = (
        view
        for view in of_types(views, NETWORK_POLICY)
        if view.props.has("spec", "podSelector")
        and not view.props.keys("spec", "podSelector")
        and {"Ingress", "Egress"} <= set(view.props.texts("spec", "policyTypes"))
    )
    for space in _without(views, closing):
        yield space, "the team's namespace has no network policy that denies by default in both directions"


@rule(
    "pod-security",
    title="Namespaces enforce Pod Security `restricted`",
    severity="critical",
    reason="It is what keeps a pod from being root on its node, whatever else fails.",
    way_out=f"set the label {_ENFORCE}: restricted",
    types=(NAMESPACE,),
)
def pod_security(
    view: View,
    context: Context,
    *,
    exempt: Annotated[list[str] | tuple[str, ...], Figure("namespaces that may go without")] = (),
) -> Violations:
    """Reads the label of every namespace the stack makes."""
    level = view.props.text("metadata", "labels", _ENFORCE)
    if level != "restricted" and view.props.text("metadata", "name") not in exempt:
        yield "the namespace does not enforce restricted"


@rule(
    "image-scope",
    title="A team's images come from a folder, not from a whole registry",
    severity="high",
    reason="Everybody can push to some folder of a public or shared registry.",
    way_out="name a folder of the registry (registry.example.com/data/) or an image",
    types=(NAMESPACE,),
)
def image_scope(view: View, context: Context) -> Violations:
    """Reads the list that the admission policies compare images with."""
    if not view.props.has("metadata", "annotations"):
        return
    images = view.props.text("metadata", "annotations", ANNOTATION_IMAGES) or ""
    wide = [p for p in images.split(",") if "*" in p or (p.endswith("/") and p.count("/") < 2)]
    if wide:
        yield f"{len(wide)} of the allowed images name a whole registry"


@rule(
    "role-sharing",
    title="No two teams share a RAM role",
    severity="critical",
    reason="Whoever may carry the role has the other team's data.",
    way_out="give each workspace a role of its own",
    types=(NAMESPACE,),
    whole_stack=True,
)
def role_sharing(views: Sequence[View], context: Context) -> StackViolations:
    """Compares the roles that the admission policies let each team's pods carry."""
    holder: dict[str, str] = {}
    for name, space in workspaces(views).items():
        roles = space.props.text("metadata", "annotations", ANNOTATION_RAM_ROLES) or ""
        for role in filter(None, roles.split(",")):
            if holder.setdefault(role, name) != name:
                yield space, f"the namespace {holder[role]} may use the same RAM role"


@rule(
    "admission-policies",
    title="Jobs are checked when they arrive",
    severity="critical",
    reason="Jobs come after the deploy: without admission policies nothing looks at them.",
    way_out=f"add the component AdmissionPolicies ({PROJECT}) to the stack; leave its levels at deny",
    types=(NAMESPACE, ADMISSION_POLICY, ADMISSION_BINDING),
    whole_stack=True,
)
def admission_policies(
    views: Sequence[View],
    context: Context,
    *,
    kinds: Annotated[list[str] | tuple[str, ...], Figure("kinds whose creation must be checked")] = (
        "pods",
        "sparkapplications",
        "scheduledsparkapplications",
        "sparkconnects",
        "configmaps",
    ),
) -> StackViolations:
    """A kind counts when a policy over it fails closed and a binding of that policy denies."""
    if not workspaces(views):
        return
    denying = {
        b.props.text("spec", "policyName")
        for b in of_types(views, ADMISSION_BINDING)
        if "Deny" in b.props.texts("spec", "validationActions")
    }
    checked: set[str] = set()
    for policy in of_types(views, ADMISSION_POLICY):
        closed = (policy.props.text("spec", "failurePolicy") or "Fail") == "Fail"
        if closed and policy.props.text("metadata", "name") in denying:
            for given in policy.props.each("spec", "matchConstraints", "resourceRules"):
                checked |= set(given.texts("resources"))
    missing = [kind for kind in kinds if kind not in checked]
    if missing:
        yield f"no admission policy denies for {', '.join(missing)}"
