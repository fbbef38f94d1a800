"""Defaults of ECI pods: the ConfigMap `eci-profile`, which the virtual nodes read."""

import json

import pulumi
import pulumi_kubernetes as k8s

from ..base.constants import ECI, LABEL_MANAGED_BY, PROJECT
from ..pods.parts import cost_tags
from .inputs import ClusterInputs


def annotations(inputs: ClusterInputs) -> dict[str, str]:
    """The annotations the profile adds to pods of the platform's namespaces."""
    defaults = inputs.pod_defaults
    return {
        f"{ECI}eci-auto-imc": "true" if defaults.image_cache else "false",
        f"{ECI}eci-spot-fallback": "true" if defaults.spot_fallback else "false",
        **cost_tags(inputs.pods, inputs.tags),
    }


def eci_profile(
    name: str, inputs: ClusterInputs, provider: k8s.Provider, parent: pulumi.Resource
) -> k8s.core.v1.ConfigMapPatch:
    """Writes our keys of the profile; ACK keeps the others.

    The vswitches are listed so that pods use a zone that is added later. The keys stay when the resource is deleted:
    without them no pod would have a network. The format is from the vendor's page; its effect was not tried.
    """
    selector = {
        "name": PROJECT,
        "namespaceSelector": {"matchLabels": {LABEL_MANAGED_BY: PROJECT}},
        "effect": {"annotations": annotations(inputs)},
    }
    vswitches = pulumi.Output.from_input(inputs.vswitch_ids or ()).apply(",".join)
    return k8s.core.v1.ConfigMapPatch(
        f"{name}-eci-profile",
        metadata={
            "name": "eci-profile",
            "namespace": "kube-system",
            "annotations": {"pulumi.com/patchForce": "true"},
        },
        data={
            "vSwitchIds": vswitches,
            "securityGroupId": pulumi.Output.from_input(inputs.security_group_id or ""),
            "selectors": json.dumps([selector], indent=1),
        },
        opts=pulumi.ResourceOptions(parent=parent, provider=provider, retain_on_delete=True),
    )
