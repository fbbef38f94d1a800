"""What lets CI work inside an environment's VPC: the VPC itself, and a security group for CI's containers on ECI."""

from collections.abc import Mapping
from typing import Any

import pulumi_alicloud as alicloud

from bootstrap.settings import BootstrapSettings, Environment
from components.base.constants import HTTPS, KUBE_API
from components.base.tags import cloud_tags
from components.network.component import Network
from components.network.inputs import NetworkInputs, NetworkSettings, NetworkWiring
from components.platform.images import PLATFORM_IMAGES
from components.registry.component import Registry
from components.registry.inputs import RegistryInputs, RegistryWiring


def namespace_of(environment: str) -> str:
    """Namespace of an environment's images in the registry, which its stack expects."""
    return f"spark-{environment}"


def network(environment: Environment, settings: NetworkSettings, tags: Mapping[str, str]) -> dict[str, Any]:
    """The environment's VPC; returns what its stack file and the variables of its CI jobs name."""
    name = f"{environment.name}-network"
    wiring = NetworkWiring(region=environment.region, tags={**tags, "environment": environment.name})
    here = Network(name, NetworkInputs.wired(settings, wiring))
    group = alicloud.ecs.SecurityGroup(
        f"{name}-ci",
        security_group_name=f"{name}-ci",
        security_group_type="enterprise",
        description="CI inside the VPC: nothing comes in; HTTPS, DNS and the API server go out",
        vpc_id=here.vpc_id,
        tags=cloud_tags(f"{name}-ci", tags),
    )
    for protocol, port in (("tcp", HTTPS), ("tcp", KUBE_API), ("udp", 53), ("tcp", 53)):
        alicloud.ecs.SecurityGroupRule(
            f"{name}-ci-{protocol}-{port}",
            type="egress",
            ip_protocol=protocol,
            port_range=f"{port}/{port}",
            nic_type="intranet",
            policy="accept",
            cidr_ip="0.0.0.0/0",
            security_group_id=group.id,
        )
    return {
        "vpcId": here.vpc_id,
        "vswitchIds": here.vswitch_ids,
        "securityGroupId": here.security_group_id,
        "ciSecurityGroupId": group.id,
    }


def registry(settings: BootstrapSettings) -> Registry | None:
    """The registry with a namespace for each environment; the stacks add the endpoints in their VPCs."""
    if settings.registry is None:
        return None
    first, *others = [namespace_of(e.name) for e in settings.environments]
    own = settings.registry.changed(namespace=first, more_namespaces=tuple(others))
    wiring = RegistryWiring(region=settings.state.region, tags=settings.tags, repositories=tuple(PLATFORM_IMAGES))
    return Registry("registry", RegistryInputs.wired(own, wiring))
