"""Rules about networks: who reaches whom, inside the cluster and from outside."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from components.base.constants import (
    ANNOTATION_RAM_ROLES,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    LABEL_ROLE,
    LABEL_WORKSPACE,
    PROJECT,
)
from components.base.egress import METADATA_SERVICE
from policies.base.rule import Context, Figure, StackViolations, Violations, rule
from policies.base.view import Undecided, View, of_types
from policies.evaluate.peers import Way, labels_of, namespace_labels, ways
from policies.evaluate.ranges import METADATA, Addresses, addresses, union
from policies.evaluate.selectors import UNHEARD_OF
from policies.resources.objects import is_internal, namespace_of, workspaces
from policies.resources.types import CLUSTER, NAMESPACE, NETWORK_POLICY, PEERINGS, SECURITY_RULE, SERVICE, VSWITCH

_Allowed = Annotated[bool, Figure("whether it is allowed")]


def _labels_of_teams(teams: Mapping[str, View]) -> Mapping[str, Mapping[str, str]]:
    """Labels of the teams' namespaces by name: those in the stack, and one of a team that is yet to come."""
    later = {LABEL_WORKSPACE: UNHEARD_OF, LABEL_ROLE: "workspace", **_OF_WORKSPACES}
    return {name: labels_of(team) for name, team in teams.items()} | {UNHEARD_OF: namespace_labels(UNHEARD_OF, later)}


def _without(labels: Mapping[str, Mapping[str, str]], home: str) -> list[Mapping[str, str]]:
    return [own for name, own in labels.items() if name != home]


_OF_WORKSPACES = {LABEL_NAME: "workspace", LABEL_MANAGED_BY: PROJECT}
"""Further labels that every team's namespace has."""


@rule(
    "network-ingress",
    title="Network policies name the senders they admit",
    severity="critical",
    reason="A rule without senders admits every pod of the cluster, other teams' included.",
    way_out="name the senders in `from` by namespace or pod labels",
    types=(NAMESPACE, NETWORK_POLICY),
    whole_stack=True,
)
def network_ingress(views: Sequence[View], context: Context) -> StackViolations:
    """A missing `from`, a selector of any namespace and the internet (also in pieces) all mean everybody. A team's
    namespace admits no other team either."""
    teams = _labels_of_teams(workspaces(views))
    for policy in of_types(views, NETWORK_POLICY):
        home, admitted = namespace_of(policy), ways(policy, "from")
        ranges = union(way.addresses() for way in admitted)
        for way in admitted:
            if way.everybody(home):
                yield policy, f"{way.where} admits everybody"
            elif home in teams and way.reaches(_without(teams, home), home):
                yield policy, f"{way.where} admits another team"
        if ranges.is_internet and not any(way.addresses().is_internet for way in admitted):
            yield policy, "spec.ingress admits the internet, in pieces"


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
    """Checks the policies of teams' namespaces, which add up: other teams are recognised by any selector that selects
    them, the internet by all ranges together, the service that hands out credentials by any range that holds it."""
    teams = workspaces(views)
    labels, reached = _labels_of_teams(teams), dict[str, Addresses]()
    for policy in of_types(views, NETWORK_POLICY):
        home = namespace_of(policy)
        if home not in teams:
            continue
        others = _without(labels, home)
        for way in ways(policy, "to"):
            before = reached.get(home, Addresses())
            reached[home] = before | way.addresses()
            if way.everybody(home):
                yield policy, f"{way.where} reaches everything"
            elif way.reaches(others, home):
                yield policy, f"{way.where} reaches another team"
            elif reached[home].is_internet and not before.is_internet:
                yield policy, f"{way.where} reaches the internet, together with the ranges before it"
            elif _reaches_credentials(way, teams[home]):
                yield policy, f"{way.where} reaches the service that hands out machines' credentials"


def _reaches_credentials(way: Way, namespace: View) -> bool:
    """Over HTTP, by any range; the one address of ECI's service alone, where the team's pods have a role there."""
    if not way.has_port(80) or not (way.addresses() & METADATA).size:
        return False
    roles = namespace.props.text("metadata", "annotations", ANNOTATION_RAM_ROLES)
    return not roles or not way.addresses() <= addresses(METADATA_SERVICE)


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
    whole_stack=True,
)
def security_group_open(views: Sequence[View], context: Context) -> StackViolations:
    """Adds up the ranges of all rules of a group that accept; of a prefix list nobody sees here what it holds."""
    admitted: dict[str, Addresses] = {}
    for view in of_types(views, SECURITY_RULE):
        accepting = (view.props.text("policy") or "accept").lower() != "drop"
        if (view.props.text("type") or "").lower() == "egress" or not accepting:
            continue
        if view.props.text("prefixListId"):
            yield view, "the rule admits a prefix list, whose ranges cannot be seen here"
        try:
            own = addresses(*(r for key in ("cidrIp", "ipv6CidrIp") if (r := view.props.text(key))))
        except ValueError:
            yield view, "the rule admits a range that cannot be read"
            continue
        group = _group_of(view)
        before = admitted.get(group, Addresses())
        admitted[group] = before | own
        if own.is_internet:
            yield view, "the rule admits the whole internet"
        elif admitted[group].is_internet and not before.is_internet:
            yield view, "the rule admits the whole internet, together with the group's others"


def _group_of(view: View) -> str:
    """The security group of a rule; rules whose group is not known yet count as those of one."""
    try:
        return view.props.text("securityGroupId") or ""
    except Undecided:
        return ""


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
