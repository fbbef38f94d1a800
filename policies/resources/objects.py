"""Kubernetes objects that rules of both packs ask about: teams' namespaces, their quotas, and services."""

from collections.abc import Sequence

from components.base.constants import LABEL_WORKSPACE
from policies.base.view import Undecided, View, of_types
from policies.resources.types import NAMESPACE

_ADDRESS_TYPE = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type"


def namespace_of(view: View) -> str:
    """The Kubernetes namespace an object is in. Raises Undecided while that is not known."""
    return view.props.text("metadata", "namespace") or ""


def workspaces(views: Sequence[View]) -> dict[str, View]:
    """The teams' namespaces by name.

    Raises Undecided when a namespace came without properties, as in a first preview: it may be a team's.
    """
    by_name: dict[str, View] = {}
    for namespace in of_types(views, NAMESPACE):
        if namespace.is_patch:
            continue  # of an object that exists: what it is a part of is not seen here
        if not namespace.props.has("metadata"):
            raise Undecided(f"the namespace {namespace.name}")
        if namespace.props.text("metadata", "labels", LABEL_WORKSPACE):
            by_name[namespace.props.text("metadata", "name") or namespace.name] = namespace
    return by_name


def is_scoped(quota: View) -> bool:
    """True for a quota that bounds only a share of its namespace's own: with scopes, or as a patch of some bounds."""
    return quota.is_patch or quota.props.has("spec", "scopes") or quota.props.has("spec", "scopeSelector")


def is_internal(service: View) -> bool:
    """True for a Service whose load balancer has no public address; ACK creates a public one unless told otherwise."""
    return service.props.text("metadata", "annotations", _ADDRESS_TYPE) == "intranet"
