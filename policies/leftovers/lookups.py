"""One lookup a type: asks the provider's data sources, read-only, which objects of these resources exist.

The ids are those of the provider's documentation of each type's import.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import pulumi_alicloud as alicloud

from policies.leftovers.existing import OURS, Existing, Known, any_of, by_name, origin
from replay.graph import Resource, reveal

Lookup: TypeAlias = Callable[[Sequence[Resource], Known], Iterable[Existing]]
"""The objects that exist for resources of one type; may raise whatever the provider answers."""


def _by_tags(ask: Callable[[dict[str, str]], Iterable[str] | None]) -> Lookup:
    """Objects without a unique name. The tags are the filter: what a data source tells of tags differs by service."""

    def lookup(resources: Sequence[Resource], _: Known) -> Iterator[Existing]:
        for resource in resources:
            tags = origin(resource)
            yield from (Existing(resource.urn, id_, OURS) for id_ in (ask(tags) if tags else None) or ())

    return lookup


def _clusters(resources: Sequence[Resource], known: Known) -> Iterator[Existing]:
    """A cluster, by its VPC: the data source tells no tags. In a VPC that others use as well, by its name, too."""
    for resource in resources:
        vswitches = known.behind(resource, "vswitchIds")
        if not vswitches:
            continue
        vpcs = {v.vpc_id for v in alicloud.vpc.get_switches(ids=vswitches).vswitches}
        own = bool(resource.property_dependencies.get("vswitchIds"))
        pattern = None if own else any_of([str(reveal(resource.inputs["name"]))])
        clusters = alicloud.cs.get_managed_kubernetes_clusters(name_regex=pattern, enable_details=True).clusters
        yield from (Existing(resource.urn, c.id, OURS) for c in clusters if c.vpc_id in vpcs)


def _addons(resources: Sequence[Resource], known: Known) -> Iterator[Existing]:
    """The data source lists what could be installed as well; that has no version."""
    for cluster in {c for r in resources for c in known.behind(r, "clusterId")}:
        listed = alicloud.cs.get_kubernetes_addons(cluster_id=cluster).addons
        installed = {addon.name for addon in listed if addon.current_version}
        here = [r for r in resources if known.behind(r, "clusterId") == [cluster]]
        yield from (Existing(r.urn, f"{cluster}:{n}", OURS) for r in here if (n := r.inputs["name"]) in installed)


def _rules(resources: Sequence[Resource], known: Known) -> Iterator[Existing]:
    groups = {g for r in resources for g in known.behind(r, "securityGroupId")}
    for group in groups:
        open_ = {
            (rule.direction, rule.ip_protocol.lower(), rule.port_range, rule.source_cidr_ip or rule.dest_cidr_ip)
            for rule in alicloud.ecs.get_security_group_rules(group_id=group).rules
        }
        for r in resources:
            said = tuple(str(r.inputs[key]) for key in ("type", "ipProtocol", "portRange", "cidrIp"))
            if known.behind(r, "securityGroupId") == [group] and said in open_:
                direction, protocol, ports, cidr = said
                rest = f"{r.inputs['nicType']}:{cidr}:{r.inputs['policy']}:{r.inputs.get('priority', 1)}"
                yield Existing(r.urn, f"{group}:{direction}:{protocol}:{ports}:{rest}", OURS)


def _associations(resources: Sequence[Resource], known: Known) -> Iterator[Existing]:
    for resource in resources:
        addresses, bearer = known.behind(resource, "allocationId"), known.behind(resource, "instanceId")
        for address in alicloud.ecs.get_eip_addresses(ids=addresses).addresses if addresses else ():
            if address.instance_id and address.instance_id in bearer:
                yield Existing(resource.urn, f"{address.id}:{address.instance_id}", OURS)


def _snat_entries(resources: Sequence[Resource], known: Known) -> Iterator[Existing]:
    for resource in resources:
        gateways, vswitches = known.behind(resource, "snatTableId"), known.behind(resource, "sourceVswitchId")
        if not gateways or not vswitches:
            continue
        for gateway in alicloud.vpc.get_nat_gateways(ids=gateways).gateways:
            for table in gateway.snat_table_ids:
                for entry in alicloud.vpc.get_snat_entries(snat_table_id=table).entries:
                    if entry.source_vswitch_id in vswitches:
                        yield Existing(resource.urn, f"{table}:{entry.snat_entry_id}", OURS)


def _buckets(resources: Sequence[Resource], _: Known) -> list[Existing]:
    buckets = alicloud.oss.get_buckets(name_regex=_names(resources, "bucket")).buckets
    return by_name(resources, "bucket", ((b.name, b.name, b.tags) for b in buckets))


def _stacks(resources: Sequence[Resource], _: Known) -> list[Existing]:
    stacks = [s for r in resources for s in alicloud.ros.get_stacks(stack_name=r.inputs["stackName"]).stacks]
    live = (s for s in stacks if not s.status.startswith("DELETE"))
    return by_name(resources, "stackName", ((s.stack_name, s.id, s.tags) for s in live))


def _roles(resources: Sequence[Resource], _: Known) -> list[Existing]:
    roles = alicloud.ram.get_roles(name_regex=_names(resources, "roleName")).roles
    return by_name(resources, "roleName", ((r.name, r.name, r.tags) for r in roles))


def _policies(resources: Sequence[Resource], _: Known) -> list[Existing]:
    policies = alicloud.ram.get_policies(name_regex=_names(resources, "policyName"), type="Custom").policies
    return by_name(resources, "policyName", ((p.policy_name, p.policy_name, p.tags) for p in policies))


def _attachments(resources: Sequence[Resource], known: Known) -> Iterator[Existing]:
    """Asked only for roles that exist: RAM answers with an error for others."""
    roles = {id_ for urn, id_ in known.ids.items() if urn.split("::")[2].endswith("alicloud:ram/role:Role")}
    for resource in resources:
        role = reveal(resource.inputs["roleName"])
        if role not in roles:
            continue
        for a in alicloud.ram.get_role_policy_attachments(role_name=role).attachments:
            if (a.policy_name, a.policy_type) == (resource.inputs["policyName"], resource.inputs["policyType"]):
                yield Existing(resource.urn, f"role:{a.policy_name}:{a.policy_type}:{role}", OURS)


def _providers(resources: Sequence[Resource], _: Known) -> list[Existing]:
    providers = alicloud.ims.get_oidc_providers(name_regex=_names(resources, "oidcProviderName")).providers
    return by_name(
        resources, "oidcProviderName", ((p.oidc_provider_name, p.oidc_provider_name, None) for p in providers)
    )


def _names(resources: Iterable[Resource], key: str) -> str:
    return any_of(str(reveal(r.inputs[key])) for r in resources)


LOOKUPS: Final[Mapping[str, Lookup]] = {
    "alicloud:vpc/network:Network": _by_tags(lambda tags: alicloud.vpc.get_networks(tags=tags).ids),
    "alicloud:ecs/securityGroup:SecurityGroup": _by_tags(lambda tags: alicloud.ecs.get_security_groups(tags=tags).ids),
    "alicloud:vpc/switch:Switch": _by_tags(lambda tags: alicloud.vpc.get_switches(tags=tags).ids),
    "alicloud:vpc/natGateway:NatGateway": _by_tags(lambda tags: alicloud.vpc.get_nat_gateways(tags=tags).ids),
    "alicloud:ecs/eipAddress:EipAddress": _by_tags(lambda tags: alicloud.ecs.get_eip_addresses(tags=tags).ids),
    "alicloud:ecs/securityGroupRule:SecurityGroupRule": _rules,
    "alicloud:ecs/eipAssociation:EipAssociation": _associations,
    "alicloud:vpc/snatEntry:SnatEntry": _snat_entries,
    "alicloud:cs/managedKubernetes:ManagedKubernetes": _clusters,
    "alicloud:cs/kubernetesAddon:KubernetesAddon": _addons,
    "alicloud:oss/bucket:Bucket": _buckets,
    "alicloud:ros/stack:Stack": _stacks,
    "alicloud:ram/role:Role": _roles,
    "alicloud:ram/policy:Policy": _policies,
    "alicloud:ram/rolePolicyAttachment:RolePolicyAttachment": _attachments,
    "alicloud:ims/oidcProvider:OidcProvider": _providers,
}
"""Type -> its lookup; what others are found through comes first."""
NAMELESS: Final = (*list(LOOKUPS)[:5], "alicloud:cs/managedKubernetes:ManagedKubernetes")
"""Types of which the cloud makes a second one without a word, since no name of theirs is unique."""
_SETTING: Final = "a setting of its bucket: written again, it is the same"
NOT_IMPORTED: Final[Mapping[str, str]] = {
    "alicloud:oss/bucketHttpsConfig:BucketHttpsConfig": _SETTING,
    "alicloud:oss/bucketPolicy:BucketPolicy": _SETTING,
    "alicloud:oss/bucketPublicAccessBlock:BucketPublicAccessBlock": _SETTING,
    "alicloud:oss/bucketServerSideEncryption:BucketServerSideEncryption": _SETTING,
    "alicloud:cr/vpcEndpointLinkedVpc:VpcEndpointLinkedVpc": "a network that the registry lists: delete it there",
    "kubernetes:": "taken over by the next update: the provider applies to what is already there",
    "pulumi:": "lives in the state only",
}
"""Type, or the beginning of its token -> why it needs no import."""


def why_not_imported(type_: str) -> str | None:
    """Why resources of a type need no lookup; None for a type that has one, or that nobody has thought of."""
    return next((reason for start, reason in NOT_IMPORTED.items() if type_.startswith(start)), None)
