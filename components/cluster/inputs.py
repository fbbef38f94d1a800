"""Inputs of the cluster: four flavours behind one set of keys."""

import json
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from ..base.cloud import (
    KmsKeyId,
    Region,
    ResourceGroupId,
    SecurityGroupId,
    Tags,
    VswitchId,
    cidr,
    first_overlap,
)
from ..base.inputs import Inputs
from ..base.mistakes import Mistakes, check, not_allowed
from ..base.sentences import Allowed
from ..base.values import Value, matching
from ..pods.kinds import PODS_WORDS, Pods
from .flavours import FLAVOURS, Flavour, FlavourName

ControlPlaneLog = Literal["apiserver", "kcm", "scheduler", "ccm", "controlplane-events"]
Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
AddonVersion = Annotated[
    str, *matching(r"v?\d[\w.-]*|latest|off", "a version such as v0.7.6, latest (chosen once, at installation) or off")
]


def _json_object(text: str) -> str:
    try:
        valid = isinstance(json.loads(text), dict)
    except ValueError:
        valid = False
    if not valid:
        raise not_allowed("allowed: a JSON object")
    return text


AddonConfig = Annotated[str, AfterValidator(_json_object), Allowed("a JSON object")]
ServiceCidr = Annotated[str, *cidr(16, 24)]
OidcProviderArn = Annotated[
    str,
    *matching(r"acs:ram::\d+:oidc-provider/\S+", "an ARN such as acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1"),
]
HttpsUrl = Annotated[str, *matching(r"https://\S+", "an https:// address")]

OLDEST_MINOR: Final = 30
"""Kubernetes 1.30: the first with ValidatingAdmissionPolicy as a stable API; the isolation of teams rests on it."""


class ExistingCluster(Inputs):
    """How to connect to an existing cluster, and what the cloud identities of its pods need."""

    kubeconfig_file: str | None = Field(
        None, description="Path of a kubeconfig, relative to the project; `~` is the home directory. It is not copied"
    )
    context: str | None = Field(None, description="Context in the kubeconfig (alone: in the default kubeconfig)")
    cluster_id: str | None = Field(
        None,
        description="ACK id, or any name that does not change while it is the same cluster: when it changes, "
        "everything in Kubernetes is created again. Default: the context, else the file, else `existing`",
    )
    pods: Pods = Field("plain", description=f"What runs its pods: {PODS_WORDS}")
    oidc_provider_arn: Value[OidcProviderArn] | None = Field(
        None, description="RAM OIDC provider of the cluster; needed for identities by service account (RRSA)"
    )
    oidc_issuer_url: Value[HttpsUrl] | None = Field(
        None, description="Issuer of the cluster's service account tokens; needed for identities by service account"
    )

    @property
    def identifier(self) -> str:
        """A text that does not change while it is the same cluster."""
        return self.cluster_id or self.context or self.kubeconfig_file or "existing"


class Logs(Inputs):
    """Logs of the cluster in the Log Service (SLS)."""

    control_plane: tuple[ControlPlaneLog, ...] = Field(
        ("apiserver", "kcm", "scheduler"), description="Control plane components whose logs are kept"
    )
    audit: bool = Field(True, description="Keep the API server's audit log: who did what in which namespace")
    retention_days: int = Field(30, ge=1, le=3650, description="Days that control plane logs are kept")
    project: Value[str] | None = Field(
        None,
        description="An existing log project. None: ACK creates `k8s-log-<cluster id>`; project names are unique in "
        "the whole cloud, and one with the cluster's id cannot be taken already",
    )
    keep_when_deleted: bool = Field(True, description="Keep the logs when the cluster is deleted")


class Maintenance(Inputs):
    """When ACK may perform maintenance on the cluster."""

    days: tuple[Day, ...] = Field(("Saturday",), min_length=1, description="Days of the week")
    start: Annotated[str, *matching(r"([01]\d|2[0-3]):[0-5]\d[+-]\d{2}:\d{2}", "a time such as 02:00+08:00")] = Field(
        "02:00+08:00", description="Start of the window, with the offset from UTC"
    )
    hours: int = Field(3, ge=1, le=24, description="Length of the window in hours")


class PodDefaults(Inputs):
    """Defaults of every ECI pod in the platform's namespaces (`eci-profile`)."""

    enabled: bool = Field(True, description="Write the profile; it applies to new pods at once")
    image_cache: bool = Field(True, description="Start from a matching image cache where there is one")
    spot_fallback: bool = Field(True, description="Run a spot pod on demand when there is no spot capacity")


class ClusterSettings(Inputs):
    """The Kubernetes cluster."""

    flavour: FlavourName = Field(
        description="; ".join(f"{name}: {flavour.words}" for name, flavour in FLAVOURS.items())
        + ". Cannot be changed later"
    )
    existing: ExistingCluster = Field(ExistingCluster(), description="Access to the cluster of flavour existing")
    version: (
        Annotated[str, *matching(r"1\.\d\d(\.\d+-aliyun\.\d+)?", "a version such as 1.34 or 1.34.1-aliyun.1")] | None
    ) = Field(None, description="Kubernetes version, raised one minor at a time. None: the newest at creation")
    upgrade_channel: Literal["off", "patch", "stable", "rapid"] | None = Field(
        None, description="Automatic upgrades in the maintenance window. Default: patch; off where a version is set"
    )
    spec: Literal["ack.pro.small", "ack.pro.xlarge", "ack.pro.2xlarge", "ack.pro.4xlarge"] = Field(
        "ack.pro.small",
        description="Control plane size. Only Pro has NetworkPolicy, zone spread and control plane logs; xlarge and "
        "above schedule pods faster and exist only for virtual-node",
    )
    service_cidr: ServiceCidr = Field(
        "172.21.0.0/20", description="Addresses of Kubernetes services, outside the VPC. Cannot be changed later"
    )
    public_endpoint: bool = Field(
        False,
        description="API server also on the internet. Without it, Pulumi must run where the VPC is reachable. "
        "Cannot be changed later",
    )
    deletion_protection: bool = Field(
        True, description="Neither ACK nor Pulumi deletes the cluster before this is off (and an update has run)"
    )
    encryption_key_id: Value[KmsKeyId] | None = Field(
        None, description="KMS key that encrypts Kubernetes Secrets at rest. None: not encrypted by a key of yours"
    )
    logs: Logs = Field(Logs(), description="Control plane and audit logs")
    maintenance: Maintenance = Field(Maintenance(), description="Maintenance window")
    addons: dict[str, AddonVersion] = Field(
        {}, description="Add-on to version, beside the flavour's own; `off` leaves one of those out"
    )
    addon_config: dict[str, AddonConfig] = Field(
        {},
        description="Add-on -> its configuration, as JSON (keys: `aliyun cs DescribeClusterAddonMetadata`). One is "
        "Poseidon's switch `Enable NetworkPolicy for ECI instances`, whose key is not known here",
    )
    pod_defaults: PodDefaults = Field(PodDefaults(), description="Defaults of ECI pods")

    @property
    def kind(self) -> Flavour:
        """The record of the flavour."""
        return FLAVOURS[self.flavour]

    @property
    def pods(self) -> Pods:
        """What runs the pods of this cluster."""
        return self.kind.pods or self.existing.pods

    @property
    def installed_addons(self) -> dict[str, str]:
        """Add-on -> version or `latest`: the flavour's own and the stack's."""
        return {k: v for k, v in {**self.kind.addons, **self.addons}.items() if v != "off"}

    @property
    def channel(self) -> str:
        """The upgrade channel in force."""
        return self.upgrade_channel or ("off" if self.version else "patch")

    @check
    def _existing_cluster_is_not_changed(self) -> Mistakes:
        if self.kind.managed:
            for key in self.existing.changed_keys():
                reason = f"only for flavour existing, but the flavour is {self.flavour}; allowed: leave it out"
                yield f"existing.{key}", reason
            return
        for key in self.changed_keys():
            if key in ClusterSettings.model_fields and key not in ("flavour", "existing"):
                yield key, "an existing cluster is not changed here; allowed: leave it out"

    @check
    def _spec_is_offered(self) -> Mistakes:
        if self.kind.managed and self.spec not in self.kind.specs:
            yield (
                "spec",
                f"{self.spec!r} is not offered for flavour {self.flavour}; allowed: {', '.join(self.kind.specs)}",
            )

    @check
    def _configured_addons_are_installed(self) -> Mistakes:
        for name in self.addon_config:
            if name not in self.installed_addons and name != self.kind.network_plugin:
                yield f"addon_config.{name}", f"not installed; allowed: {', '.join(self.installed_addons) or 'none'}"

    @check
    def _version_has_admission_policies(self) -> Mistakes:
        if self.version and int(self.version.split(".")[1]) < OLDEST_MINOR:
            yield (
                "version",
                f"{self.version!r} lacks a stable ValidatingAdmissionPolicy; allowed: 1.{OLDEST_MINOR} or newer",
            )

    @check
    def _version_is_not_overtaken(self) -> Mistakes:
        if self.version and self.channel != "off":
            yield (
                "upgrade_channel",
                f"{self.channel!r} would upgrade past version {self.version}; allowed: off, or no version",
            )


class ClusterWiring(Inputs):
    """The network of a cluster, and how to connect to an existing one."""

    region: Region = Field("cn-hangzhou", description="Region of the cluster")
    tags: Tags = Field({}, description="Further tags of the cluster and of its ECI pods")
    vswitch_ids: Value[tuple[VswitchId, ...]] | None = Field(None, description="One to five vswitches, one per zone")
    security_group_id: Value[SecurityGroupId] | None = Field(None, description="Security group of the pods")
    network_cidr: Annotated[str, *cidr(8, 28, private=False)] | None = Field(
        None, description="Addresses of the VPC, to compare with the service addresses"
    )
    resource_group_id: Value[ResourceGroupId] | None = Field(
        None, description="Resource group of the cluster; none: the account's default group"
    )
    kubeconfig: Value[str] | None = Field(
        None, description="Content of the existing cluster's kubeconfig; kept as a secret"
    )


class ClusterInputs(ClusterWiring, ClusterSettings):
    """Inputs of Cluster: the settings, and its network."""

    @check
    def _existing_cluster_can_be_reached(self) -> Mistakes:
        if self.kind.managed:
            if self.kubeconfig is not None:
                reason = f"only for flavour existing, but the flavour is {self.flavour}; allowed: leave it out"
                yield "kubeconfig", reason
            return
        ways = (self.kubeconfig, self.existing.kubeconfig_file, self.existing.context)
        if all(way is None for way in ways):
            yield (
                "kubeconfig",
                "missing; flavour existing needs access to the cluster; allowed: the secret kubeconfig, "
                "or existing.kubeconfig_file, or existing.context",
            )

    @check
    def _managed_cluster_has_a_network(self) -> Mistakes:
        if self.kind.managed:
            for key in ("vswitch_ids", "security_group_id"):
                if getattr(self, key) is None:
                    yield key, f"missing; flavour {self.flavour} needs a network; allowed: the Network's output"

    @check
    def _service_addresses_are_outside_the_vpc(self) -> Mistakes:
        if self.network_cidr and first_overlap({"services": self.service_cidr, "VPC": self.network_cidr}):
            yield (
                "service_cidr",
                f"{self.service_cidr} overlaps with the VPC's {self.network_cidr}; allowed: a range outside it",
            )
