"""The flavours of a cluster: one record each; a further flavour is one more record here.

All that are created here are one resource, `cs.ManagedKubernetes`, and differ in the profile. None was tried on a live
account; `profile=Serverless` is what the vendor's provider itself sends for its deprecated serverless resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from ..base.values import one_of
from ..pods.kinds import Pods

ACK_ROLES: Final = (
    "AliyunCSDefaultRole",
    "AliyunCSManagedKubernetesRole",
    "AliyunCSKubernetesAuditRole",
    "AliyunCSManagedNetworkRole",
    "AliyunCSManagedCsiRole",
    "AliyunCSManagedCmsRole",
)
"""Roles ACK works with, created once per account by a click on Authorize. The console's list has about a dozen."""
CSI_PROVISIONER_ROLE: Final = "AliyunCSManagedCsiProvisionerRole"
"""Needed by managed-csiprovisioner (an operator's runbook of 2025; likely, not proven here)."""


@dataclass(frozen=True)
class Flavour:
    """What a flavour is, and what follows from it."""

    words: str
    """What it is, for the settings reference."""
    profile: str | None = None
    """`profile` of the cluster resource; None: the cluster exists already."""
    pods: Pods | None = None
    """What runs its pods; None: the settings of the existing cluster decide."""
    addons: Mapping[str, str] = field(default_factory=dict)
    """Add-on -> version, or `latest` (chosen once, at installation)."""
    network_plugin: str | None = None
    """Plugin that has to be named at creation; pods then get addresses of the vswitches."""
    at_creation: tuple[str, ...] = ()
    """Add-ons named when the cluster is created, besides being resources of their own. Without a node ACK's
    preinstalled CoreDNS stays Pending, and ACS has none unless it is chosen there (public configurations, 2026)."""
    specs: tuple[str, ...] = ("ack.pro.small",)
    """Sizes of the control plane that are offered."""
    roles: tuple[str, ...] = ()
    """Service roles the account must have."""
    eci_profile: bool = False
    """Whether virtual nodes read defaults of ECI pods from the ConfigMap `eci-profile`."""
    closed_since: str | None = None
    """Date since which only accounts that already had such a cluster can create one."""

    @property
    def managed(self) -> bool:
        """True when the cluster is created here."""
        return self.profile is not None


POSEIDON: Final = "v0.7.6"
"""Add-on that enforces NetworkPolicies: the newest release outside a phased rollout (2026-05-22)."""

FLAVOURS: Final[Mapping[str, Flavour]] = {
    "serverless": Flavour(
        words="ACK Serverless, pods on ECI (only for accounts that had one before 2025-02-17)",
        profile="Serverless",
        pods="eci",
        # the vendor's names for managed clusters; which of them ACK Serverless accepts was not tried on an account
        addons={"managed-coredns": "latest", "managed-csiprovisioner": "latest", "poseidon": POSEIDON},
        roles=(*ACK_ROLES, CSI_PROVISIONER_ROLE, "AliyunCSServerlessKubernetesRole"),
        eci_profile=True,
        closed_since="2025-02-17",
    ),
    "acs": Flavour(
        words="pods on ACS, open to every account",
        profile="Acs",
        pods="acs",
        # the vendor's page on ACS disks (2026-01) demands managed-csiprovisioner
        addons={"managed-coredns": "latest", "managed-csiprovisioner": "latest", "poseidon": POSEIDON},
        at_creation=("managed-coredns", "managed-csiprovisioner"),
        roles=(*ACK_ROLES, CSI_PROVISIONER_ROLE),
    ),
    "virtual-node": Flavour(
        words="managed ACK with virtual nodes",
        profile="Default",
        pods="virtual-node",
        addons={
            "ack-virtual-node": "latest",
            "managed-coredns": "latest",
            "csi-plugin": "latest",
            "managed-csiprovisioner": "latest",
            "poseidon": POSEIDON,
        },
        network_plugin="terway-eniip",
        at_creation=("terway-eniip", "managed-coredns", "csi-plugin", "managed-csiprovisioner"),
        specs=("ack.pro.small", "ack.pro.xlarge", "ack.pro.2xlarge", "ack.pro.4xlarge"),
        roles=(*ACK_ROLES, CSI_PROVISIONER_ROLE, "AliyunCSManagedCsiPluginRole", "AliyunCSManagedVKRole"),
        eci_profile=True,
    ),
    "existing": Flavour(words="any cluster that a kubeconfig gives access to"),
}
"""Add-ons provide DNS, disks for PersistentVolumeClaims, and enforcement of NetworkPolicies."""

FlavourName = Annotated[str, *one_of(FLAVOURS)]

NO_CLUSTER_FEE: Final = ("Serverless", "Acs")
"""Profiles without a fee for the control plane (free in public preview)."""
