"""The account's prerequisites of a stack, each with the figure it needs, the usual default, and where it is raised.

Pure functions over the settings: nothing is asked here, so it also serves a pull request without an account.
"""

import math
from dataclasses import dataclass
from typing import Final

from ..base.outputs import is_known
from ..network.inputs import MAX_ADDRESSES, PLATFORM_ADDRESSES
from ..pods.images import is_inside_vpc
from ..pods.kinds import KINDS
from . import wiring
from .sections import Sections

ECI_CALLS: Final = 1_000
"""CreateContainerGroup calls an account may make in a minute (vendor's limits page, 2024-10-18)."""
BURST_SECONDS: Final = 30
"""The time in which a full quota of pods should start, for comparison with the calls per minute."""
GROUP_ADDRESSES: Final = 65_536
VPC_INSTANCES: Final = 15_000
NETWORK_POLICIES: Final = 40
"""The vendor asks for fewer NetworkPolicies than this in a whole cluster."""

HDFS_ROLE: Final = "AliyunOSSDlsDefaultRole"


@dataclass(frozen=True)
class Prerequisite:
    """One thing the account must have or allow."""

    name: str
    need: str
    """What this stack needs."""
    default: str
    """What an account has by default."""
    where: str
    """Where exactly it is raised or granted."""
    enough: bool | None = None
    """Whether the default covers the need; None where that cannot be said without the account."""


def roles_needed(settings: Sections) -> list[str]:
    """Account-wide service roles that must exist before the stack is created."""
    roles = list(settings.cluster.kind.roles)
    if settings.storage is not None and settings.storage.service_role == "existing":
        roles.append(HDFS_ROLE)
    if settings.registry is not None and settings.cluster.kind.managed and KINDS[settings.cluster.pods].pull_role:
        roles.append(KINDS[settings.cluster.pods].pull_role)
    return roles


def prerequisites(settings: Sections) -> list[Prerequisite]:
    """All prerequisites of a stack, the certain shortfalls first."""
    rows = [*_account(settings), *_network(settings), *_storage(settings)]
    if settings.cluster.kind.managed:
        rows += [*_compute(settings), *_cluster(settings), *_images(settings)]
    rows.append(_policies(settings))
    return sorted(rows, key=lambda p: (p.enough is not False, p.enough is True))


def _account(settings: Sections) -> list[Prerequisite]:
    kind = settings.cluster.kind
    rows = []
    if kind.managed:
        rows.append(
            Prerequisite(
                "ACK and its service roles",
                ", ".join(r for r in roles_needed(settings) if r != HDFS_ROLE),
                "none",
                "cs.console.aliyun.com: the first visit asks to activate and to authorize; once per account",
            )
        )
    if kind.closed_since:
        rows.append(
            Prerequisite(
                "ACK Serverless clusters",
                "the account may create them",
                f"only accounts that had one before {kind.closed_since}",
                "ticket to Container Service; open to all: cluster.flavour: acs",
            )
        )
    return rows


def _compute(settings: Sections) -> list[Prerequisite]:
    pods, vcpu = settings.pods_at_quota, _vcpu(settings)
    if pods is None or vcpu is None:
        return []
    kind = KINDS[settings.cluster.pods]
    rows = []
    if kind.vcpu_quota is not None:
        where = f"Quota Center (quotas.console.aliyun.com) > {kind.vcpu_quota_words}"
        enough = vcpu <= kind.vcpu_quota
        rows.append(Prerequisite(f"{kind.words} vCPU", f"{vcpu:,}", f"{kind.vcpu_quota:,}", where, enough))
    return rows + (_eci(settings, pods, vcpu) if kind.on_eci else [])


def _eci(settings: Sections, pods: int, vcpu: int) -> list[Prerequisite]:
    """What ECI limits: how many pods a minute, and how much in a region."""
    calls = math.ceil(pods * 60 / BURST_SECONDS)
    seconds = math.ceil(pods * 60 / ECI_CALLS)
    return [
        Prerequisite(
            "ECI pod creations per minute",
            f"{calls:,} for {pods:,} pods in {BURST_SECONDS} s",
            f"{ECI_CALLS:,}: {pods:,} pods take {seconds} s",
            "ticket to Elastic Container Instance (limit of the CreateContainerGroup call)",
            calls <= ECI_CALLS,
        ),
        Prerequisite(
            "ECI vCPU in the region",
            f"{vcpu:,} for the jobs, and the platform's own",
            "set for each account and region",
            f"Quota Center (quotas.console.aliyun.com) > Elastic Container Instance, region {settings.region}",
        ),
    ]


def _vcpu(settings: Sections) -> int | None:
    """vCPU of all teams' quotas; None while one is not known."""
    quotas = [w.quota.cpu for w in settings.workspaces]
    known = [q for q in quotas if isinstance(q, int)]
    return sum(known) if len(known) == len(quotas) else None


def _network(settings: Sections) -> list[Prerequisite]:
    network, pods = settings.network, settings.pods_at_quota
    if network is None or pods is None:
        return []
    needed = pods + PLATFORM_ADDRESSES
    have = "those of the existing vswitches" if network.existing.in_use else f"{network.addresses:,} in the vswitches"
    vpc = "Quota Center (quotas.console.aliyun.com) > Virtual Private Cloud"
    rows = [
        Prerequisite(
            "addresses for pods",
            f"{needed:,}",
            f"{have}; {MAX_ADDRESSES:,} per VPC",
            "network.vswitch_mask, network.zones; above that " + vpc,
            None if network.existing.in_use else needed <= min(network.addresses, MAX_ADDRESSES),
        ),
        Prerequisite(
            "cloud service instances in a VPC", f"up to {needed:,}", f"{VPC_INSTANCES:,}", vpc, needed <= VPC_INSTANCES
        ),
        Prerequisite(
            "addresses in the security group",
            f"{needed:,}",
            f"{GROUP_ADDRESSES:,} (enterprise)",
            "fixed",
            needed <= GROUP_ADDRESSES,
        ),
    ]
    if network.nat.enabled:
        rows.append(Prerequisite("NAT gateway and public address", "1 each", "set for each account", vpc))
    return rows


def _cluster(settings: Sections) -> list[Prerequisite]:
    cluster = settings.cluster
    balancers = 2 if cluster.public_endpoint else 1
    rows = [
        Prerequisite(
            "load balancers (SLB)",
            f"{balancers} for the API server",
            "set for each account and region",
            "Quota Center (quotas.console.aliyun.com) > Server Load Balancer",
        )
    ]
    if not cluster.public_endpoint:
        rows.append(
            Prerequisite(
                "access to the private API server",
                "Pulumi runs where the VPC is reachable (runner in the VPC, VPN, bastion)",
                "no access from outside",
                "your network; or cluster.public_endpoint: true when the cluster is created",
            )
        )
    if cluster.logs.audit or cluster.logs.control_plane:
        rows.append(Prerequisite("Log Service (SLS)", "activated", "off", "sls.console.aliyun.com, first visit"))
    if cluster.encryption_key_id is not None:
        rows.append(Prerequisite("KMS key", "usable by AliyunCSDefaultRole", "none", "kms.console.aliyun.com"))
    loose = [name for name, version in cluster.installed_addons.items() if version == "latest"]
    if loose:
        rows.append(
            Prerequisite(
                "add-on versions",
                f"a version for {', '.join(loose)}",
                "the newest on the day they are installed",
                "cluster.addons in the stack file; versions: ACK console > cluster > Add-ons",
            )
        )
    return rows


def _images(settings: Sections) -> list[Prerequisite]:
    """Where pods pull the platform's images from; nothing is said about what an existing network reaches."""
    images, network = platform_images(settings), settings.network
    outside = [image for image in images if not is_inside_vpc(image, settings.region)]
    rows = []
    if outside and network is not None and not network.existing.in_use:
        way_out = network.nat.enabled
        rows.append(
            Prerequisite(
                "a way to public images",
                ", ".join(outside),
                "through the NAT gateway of this stack" if way_out else "none: the network has no NAT gateway",
                "images.registry, a folder inside the VPC filled by `make images`; or network.nat.enabled: true",
                way_out,
            )
        )
    folder = settings.platform_images.registry
    if folder is not None:
        pinned = all("@" in image for image in images)
        by_hand = (
            "" if settings.registry is not None else "Container Registry (cr.console.aliyun.com) > Namespaces, then "
        )
        rows += [
            Prerequisite(
                "images in the registry",
                f"{', '.join(image.removeprefix(f'{folder}/') for image in images)} in {folder}",
                "none",
                f"{by_hand}`make images STACK=… COPY=1`",
            ),
            Prerequisite(
                "images by digest",
                "a digest for each, where a moved tag must not change what runs",
                "each has one" if pinned else "by tag",
                "images.digests in the stack file, filled by `make images STACK=… PIN=1`",
                True if pinned else None,
            ),
        ]
    return rows


def platform_images(settings: Sections) -> list[str]:
    """The images that the platform's pods and its jobs' defaults name, each once; Outputs are left out."""
    shuffle, operator = wiring.shuffle(settings), wiring.operator(settings)
    jobs = [settings.job_defaults, *(team.spark for team in settings.teams)]
    images: list[object] = [each.image for each in jobs]
    if settings.credentials == "rrsa":
        images += [each.credentials_sidecar_image for each in jobs]
    if settings.history is not None and settings.storage is not None:
        images.append(settings.history.image)
    if shuffle is not None:
        images.append(shuffle.image)
    if operator is not None:
        images.append(operator.image.name)
    return list(dict.fromkeys(str(image) for image in images if image is not None and is_known(image)))


def _storage(settings: Sections) -> list[Prerequisite]:
    if settings.storage is None:
        return []
    authorize = "oss.console.aliyun.com > a bucket > Data Lake > OSS-HDFS > Authorize; or storage.service_role: create"
    created = settings.storage.service_role == "create"
    rows = [
        Prerequisite("OSS", "activated", "off", "oss.console.aliyun.com, first visit"),
        Prerequisite(
            "OSS-HDFS service role",
            HDFS_ROLE,
            "created by this stack" if created else "none",
            authorize,
            created or None,
        ),
    ]
    if settings.storage.hdfs.mode == "ros":
        rows.append(
            Prerequisite("Resource Orchestration (ROS)", "activated", "off", "ros.console.aliyun.com, first visit")
        )
    return rows


def _policies(settings: Sections) -> Prerequisite:
    """Two NetworkPolicies per team, and at most three for operator, shuffle service and history server."""
    count = 2 * len(settings.workspaces) + 3
    where = "another cluster: the limit is that of the enforcing add-on (poseidon)"
    enough = count < NETWORK_POLICIES if settings.cluster.pods != "plain" else None
    return Prerequisite(
        "NetworkPolicies in the cluster", f"up to {count}", f"fewer than {NETWORK_POLICIES}", where, enough
    )
