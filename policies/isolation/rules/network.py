"""Rules about networks: who reaches whom, inside the cluster and from outside."""

from collections.abc import Sequence
from typing import Annotated

from components.base.constants import LABEL_NAMESPACE_NAME, LABEL_ROLE, LABEL_WORKSPACE
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import Props, View, of_types
from policies.resources.objects import is_internal, namespace_of, workspaces
from policies.resources.types import CLUSTER, NAMESPACE, NETWORK_POLICY, PEERINGS, SECURITY_RULE, SERVICE, VSWITCH

_WHOLE_INTERNET = 8
"""Ranges with a shorter prefix count as the whole internet: its two halves are no restriction either."""
_Allowed = Annotated[bool, Figure("whether it is allowed")]


def _everywhere(cidr: str | None) -> bool:
    prefix = (cidr or "").rpartition("/")[2]
    return prefix.isdigit() and int(prefix) < _WHOLE_INTERNET


def _open(network_rule: Props, side: str) -> bool:
    """True for a rule whose `from` or `to` includes everybody."""
    peers = network_rule.each(side)
    return not peers or any(
        (p.has("namespaceSelector") and not p.keys("namespaceSelector") and not p.has("podSelector"))
        or _everywhere(p.text("ipBlock", "cidr"))
        for p in peers
    )


@rule(
    "network-ingress",
    title="Network policies name the senders they admit",
    severity="critical",
    reason="A rule without senders admits every pod of the cluster, other teams' included.",
    way_out="name the senders in `from` by namespace or pod labels",
    types=(NETWORK_POLICY,),
)
def network_ingress(view: View, context: Context) -> Violations:
    """A missing `from`, an empty namespace selector and 0.0.0.0/0 (or a half of it) all mean everybody."""
    for ingress in view.props.each("spec", "ingress"):
        if _open(ingress, "from"):
            yield f"{ingress.where()} admits everybody"


@rule(
    "network-egress",
    title="Jobs reach named destinations only",
    severity="high",
    reason="A job that reaches the internet or another team's pods can carry data there.",
    way_out="name ranges and namespaces in `to`; databases belong in the workspace's egress.destinations",
    types=(NAMESPACE, NETWORK_POLICY),
    whole_stack=True,
)
def network_egress(views: Sequence[View], context: Context) -> StackViolations:
    """Checks the policies of teams' namespaces; other teams are recognised by name or by the workspaces' labels."""
    teams = workspaces(views)
    for policy in of_types(views, NETWORK_POLICY):
        home = namespace_of(policy)
        if home not in teams:
            continue
        for egress in policy.props.each("spec", "egress"):
            if _open(egress, "to"):
                yield policy, f"{egress.where()} reaches everything"
            elif any(_of_teams(peer, set(teams) - {home}) for peer in egress.each("to")):
                yield policy, f"{egress.where()} reaches another team"


def _of_teams(peer: Props, others: set[str]) -> bool:
    """True for a peer that is one of the other teams' namespaces, or all workspaces."""
    labels = peer.at("namespaceSelector", "matchLabels")
    every = labels.has(LABEL_WORKSPACE) or labels.text(LABEL_ROLE) == "workspace"
    return every or labels.text(LABEL_NAMESPACE_NAME) in others


@rule(
    "public-service",
    title="No service is reachable from outside",
    severity="critical",
    reason="Spark's pages have no login: whoever reaches one can read data and kill jobs.",
    way_out="use type ClusterIP and port-forward, or an intranet load balancer",
    types=(SERVICE,),
)
def public_service(view: View, context: Context) -> Violations:
    """Checks for public load balancers (ACK's default), node ports and external addresses."""
    kind = view.props.text("spec", "type") or "ClusterIP"
    internal = is_internal(view)
    if kind == "NodePort" or (kind == "LoadBalancer" and not internal) or view.props.raw("spec", "externalIPs"):
        yield "the service is reachable from outside the cluster's network"


@rule(
    "security-group-open",
    title="Security groups are closed to the internet",
    severity="critical",
    reason="One open rule exposes every pod that can be reached at all.",
    way_out="name the address ranges to admit",
    types=(SECURITY_RULE,),
)
def security_group_open(view: View, context: Context) -> Violations:
    """Checks rules that accept traffic from everywhere."""
    accepting = view.props.text("type") == "ingress" and (view.props.text("policy") or "accept") == "accept"
    if accepting and any(_everywhere(view.props.text(key)) for key in ("cidrIp", "ipv6CidrIp")):
        yield "the rule admits the whole internet"


@rule(
    "shared-network",
    title="An environment has a network of its own",
    severity="high",
    reason="In a shared VPC each environment can reach the other's pods and API server.",
    way_out="leave network.existing out, so that the stack creates its own VPC, or allow it here",
    types=(CLUSTER, VSWITCH),
    whole_stack=True,
)
def shared_network(views: Sequence[View], context: Context, *, allowed: _Allowed = False) -> StackViolations:
    """A cluster in a stack without vswitches is in somebody else's network."""
    for cluster in of_types(views, CLUSTER):
        if not allowed and not any(of_types(views, VSWITCH)):
            yield cluster, "the cluster is in a network that is not this stack's"


@rule(
    "network-peering",
    title="Environments are not connected",
    severity="high",
    reason="Peered VPCs are one network for everything that no security group closes.",
    way_out="remove the peering, or allow it here",
    types=PEERINGS,
)
def network_peering(view: View, context: Context, *, allowed: _Allowed = False) -> Violations:
    """Peering connections and attachments to a Cloud Enterprise Network (CEN)."""
    if not allowed:
        yield "the stack connects its VPC to another one"
