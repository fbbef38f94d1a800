"""What runs the pods: one record for each kind, and the identity a pod has in the cloud.

Another kind is one more record here; no other module asks for kinds by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field

from ..base.inputs import Inputs
from ..base.mistakes import Mistakes, check
from ..base.values import Value, one_of

Credentials = Literal["eci", "rrsa", "none"]


@dataclass(frozen=True)
class PodKind:
    """What differs between the services that run pods."""

    words: str
    on_eci: bool = False
    """True when pods become Elastic Container Instances: ECI's sizes, annotations and RAM roles."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels that send a pod there."""
    spot_labels: Mapping[str, str] = field(default_factory=dict)
    """Labels that request spot capacity, where ECI's annotations do not do it."""
    pull_addon: str = ""
    """Add-on that lets pods pull from the account's registry without a password; empty where ECI's own role does, or
    where nothing is known."""
    pull_role: str = ""
    """Service role that this add-on works with."""
    vcpu_quota: int | None = None
    """vCPU that all pods of an account may have by default; None where it differs by account and region."""
    vcpu_quota_words: str = ""
    """Where that quota is raised, and how far."""


KINDS: Final[Mapping[str, PodKind]] = {
    "eci": PodKind("ACK Serverless on ECI", on_eci=True),
    "virtual-node": PodKind(
        "ECI behind the virtual nodes of a managed cluster", on_eci=True, labels={"alibabacloud.com/eci": "true"}
    ),
    "acs": PodKind(
        "ACS",
        labels={"alibabacloud.com/acs": "true", "alibabacloud.com/compute-class": "general-purpose"},
        spot_labels={"alibabacloud.com/compute-qos": "best-effort"},
        # name as in public configurations and a live record of 2026; the vendor's page on ACS names the add-on only
        pull_addon="managed-aliyun-acr-credential-helper",
        pull_role="AliyunCSManagedAcrRole",
        vcpu_quota=100,
        vcpu_quota_words="Container Compute Service; up to 30,000",
    ),
    "plain": PodKind("any other Kubernetes"),
}
Pods = Annotated[str, *one_of(KINDS)]
PODS_WORDS: Final = ", ".join(f"{name} ({kind.words})" for name, kind in KINDS.items())


class WorkloadIdentity(Inputs):
    """How the pods of one workload prove who they are to the cloud."""

    credentials: Credentials = Field(
        "none",
        description="How pods prove who they are to OSS: the RAM role of the ECI pod (eci), their service account "
        "(rrsa), or none without OSS",
    )
    role_name: Value[str] = Field("", description="Name of the pods' RAM role; needed for eci")
    role_arn: Value[str] = Field("", description="ARN of that role; needed for rrsa")
    oidc_provider_arn: Value[str] = Field("", description="ARN of the cluster's OIDC provider in RAM; needed for rrsa")

    @check
    def _identity_is_whole(self) -> Mistakes:
        needed: Mapping[Credentials, tuple[str, ...]] = {
            "eci": ("role_name",),
            "rrsa": ("role_arn", "oidc_provider_arn"),
            "none": (),
        }
        for key in needed[self.credentials]:
            if getattr(self, key) == "":
                yield key, f"missing; credentials {self.credentials} needs it; allowed: text"


class PodSurroundings(WorkloadIdentity):
    """Where the pods of one workload run, and which identity they have there."""

    pods: Pods = Field("eci", description=f"What runs the pods: {PODS_WORDS}")

    @check
    def _eci_roles_need_eci(self) -> Mistakes:
        if self.credentials == "eci" and not KINDS[self.pods].on_eci:
            yield "credentials", f"'eci' needs pods on ECI, not {self.pods!r}; allowed: rrsa, none"
