"""Rules about teams' namespaces: each has all of its safeguards."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from components.base.configuration import split_values
from components.base.constants import (
    ANNOTATION_IMAGES,
    ANNOTATION_MAX_CPU,
    ANNOTATION_MAX_EXECUTORS,
    ANNOTATION_MAX_MEMORY,
    ANNOTATION_RAM_ROLES,
    CLOSED_BY_QUOTA,
    PROJECT,
)
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import View, of_types
from policies.evaluate.peers import selects_all_pods
from policies.isolation.rendered import weaknesses
from policies.resources.objects import is_scoped, namespace_of, workspaces
from policies.resources.types import ADMISSION_BINDING, ADMISSION_POLICY, LIMIT_RANGE, NAMESPACE, NETWORK_POLICY, QUOTA

_ENFORCE = "pod-security.kubernetes.io/enforce"


def _without(views: Sequence[View], objects: Iterator[View]) -> Iterator[View]:
    """The teams' namespaces that hold none of these objects."""
    having = {namespace_of(v) for v in objects}
    return (namespace for name, namespace in workspaces(views).items() if name not in having)


@rule(
    "namespace-quota",
    title="Every team has a quota",
    severity="high",
    reason="Without one, a single team can use up all capacity, all addresses and all money.",
    way_out="add a ResourceQuota on pods, cpu and memory to the namespace",
    types=(NAMESPACE, QUOTA),
    whole_stack=True,
)
def namespace_quota(views: Sequence[View], context: Context) -> StackViolations:
    """A quota with scopes bounds only a part, so it does not count."""
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
    for namespace in _without(views, whole):
        yield namespace, "the team's namespace has no quota on pods, cpu and memory"
    closing = (q for q in of_types(views, QUOTA) if not is_scoped(q) and _closes(q))
    for namespace in _without(views, closing):
        yield namespace, f"no quota of the team's namespace sets {' and '.join(CLOSED_BY_QUOTA)} to 0"


def _closes(quota: View) -> bool:
    hard = quota.props.at("spec", "hard")
    return all(hard.quantity(key) == 0 for key in CLOSED_BY_QUOTA)


@rule(
    "namespace-limits",
    title="Every team has a limit range",
    severity="high",
    reason="A container without a size gets one from it; otherwise the quota refuses the whole pod.",
    way_out="add a LimitRange with default requests for containers to the namespace",
    types=(NAMESPACE, LIMIT_RANGE),
    whole_stack=True,
)
def namespace_limits(views: Sequence[View], context: Context) -> StackViolations:
    """The limit range must hold default requests of cpu and memory for containers."""
    with_defaults = (
        view
        for view in of_types(views, LIMIT_RANGE)
        if any(
            limit.text("type") == "Container" and {"cpu", "memory"} <= set(limit.keys("defaultRequest"))
            for limit in view.props.each("spec", "limits")
        )
    )
    for namespace in _without(views, with_defaults):
        yield namespace, "the team's namespace has no limit range with default requests"


@rule(
    "default-deny",
    title="Teams' networks are closed by default",
    severity="critical",
    reason="Otherwise every pod of every team reaches every port of this team's jobs.",
    way_out="add a NetworkPolicy that selects all pods, for ingress and egress",
    types=(NAMESPACE, NETWORK_POLICY),
    whole_stack=True,
)
def default_deny(views: Sequence[View], context: Context) -> StackViolations:
    """A policy that selects all pods in both directions denies what no other policy allows."""
    closing = (
        view
        for view in of_types(views, NETWORK_POLICY)
        if selects_all_pods(view) and {"Ingress", "Egress"} <= set(view.props.texts("spec", "policyTypes"))
    )
    for namespace in _without(views, closing):
        yield namespace, "the team's namespace has no network policy that denies by default in both directions"


@rule(
    "pod-security",
    title="Namespaces enforce Pod Security `restricted`",
    severity="critical",
    reason="It keeps a pod from being root on its node, whatever else fails.",
    way_out=f"set the label {_ENFORCE}: restricted",
    types=(NAMESPACE,),
)
def pod_security(
    view: View,
    context: Context,
    *,
    exempt: Annotated[list[str] | tuple[str, ...], Figure("namespaces that are exempt")] = (),
) -> Violations:
    """Reads the labels of every namespace that the stack creates; a version before 1.25 demanded less."""
    labels = view.props.at("metadata", "labels")
    if view.props.text("metadata", "name") in exempt:
        return
    if labels.text(_ENFORCE) != "restricted":
        yield "the namespace does not enforce `restricted`"
    version = labels.text(f"{_ENFORCE}-version") or "latest"
    match = re.fullmatch(r"v1\.([0-9]{1,3})", version)
    if version != "latest" and (match is None or int(match[1]) < _FULL_SINCE):
        yield "the namespace enforces an old version of `restricted`"


_FULL_SINCE = 25
"""Minor release of Kubernetes in which Pod Security became stable."""


@rule(
    "image-scope",
    title="A team's images come from a folder, not from a whole registry",
    severity="high",
    reason="Anybody can push to some folder of a public or shared registry.",
    way_out="name a folder of the registry (registry.example.com/data/) or an image",
    types=(NAMESPACE,),
)
def image_scope(view: View, context: Context) -> Violations:
    """Reads the list that the admission policies compare images with."""
    if not view.props.has("metadata", "annotations"):
        return
    images = split_values(view.props.text("metadata", "annotations", ANNOTATION_IMAGES) or "")
    wide = [p for p in images if "*" in p or (p.endswith("/") and p.strip("/").count("/") < 1)]
    if wide:
        yield f"{len(wide)} of the allowed images name a whole registry"


@rule(
    "role-sharing",
    title="No two teams share a RAM role",
    severity="critical",
    reason="Whoever may use the role can reach the other team's data.",
    way_out="give each workspace a role of its own",
    types=(NAMESPACE,),
    whole_stack=True,
)
def role_sharing(views: Sequence[View], context: Context) -> StackViolations:
    """Compares the roles that the admission policies allow each team's pods."""
    holder: dict[str, str] = {}
    for name, namespace in workspaces(views).items():
        roles = namespace.props.text("metadata", "annotations", ANNOTATION_RAM_ROLES) or ""
        for role in split_values(roles.lower()):
            if holder.setdefault(role, name) != name:
                yield namespace, f"the namespace {holder[role]} may use the same RAM role"


@rule(
    "admission-policies",
    title="Jobs are checked when they arrive",
    severity="critical",
    reason="Jobs are submitted after the deployment, and only admission policies check them then.",
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
    """Each kind has the platform's own policy and a binding of it, or stronger ones; and each team's namespace has the
    facts that the policies compare jobs with."""
    teams = workspaces(views)
    if not teams:
        return
    owned, bindings = list(of_types(views, ADMISSION_POLICY)), list(of_types(views, ADMISSION_BINDING))
    for kind in kinds:
        for view, why in weaknesses(kind, owned, bindings):
            yield (view, why) if view else why
    for namespace in teams.values():
        notes = namespace.props.at("metadata", "annotations")
        lacking = [key for key in _FACTS if notes.quantity(key) is None]
        if lacking:
            yield namespace, f"the team's namespace does not say {', '.join(lacking)}"


_FACTS = (ANNOTATION_MAX_EXECUTORS, ANNOTATION_MAX_CPU, ANNOTATION_MAX_MEMORY)
"""Annotations without which the rules at arrival bound nothing."""
