"""How the platform's components are wired: one function per component, from the settings and what it depends on to its
own inputs.

The functions are called twice: with placeholders while a stack file is read, so that mistakes in combinations are
reported together with all others (`mistakes`), and with the outputs of real components to build the platform.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import pulumi
from pydantic import ValidationError

from ..admission.inputs import AdmissionPoliciesInputs, AdmissionWiring
from ..base.constants import DRIVER_ACCOUNT, EXECUTOR_ACCOUNT
from ..base.inputs import Inputs
from ..base.mistakes import Mistake, WiringError, WrongElsewhereError
from ..base.sentences import sentences
from ..cluster.inputs import ClusterInputs, ClusterWiring
from ..history.inputs import HISTORY_ACCOUNT, HistoryServerInputs, HistoryWiring
from ..identity.inputs import IdentityInputs, IdentityWiring
from ..monitoring.inputs import MonitoringInputs, MonitoringWiring
from ..network.inputs import NetworkInputs, NetworkWiring
from ..pods.kinds import WorkloadIdentity
from ..registry.inputs import RegistryInputs, RegistryWiring
from ..shuffle.client import client_conf
from ..shuffle.inputs import ShuffleServiceInputs, ShuffleWiring
from ..spark_operator.inputs import OperatorWiring, SparkOperatorInputs, controller_account
from ..storage.inputs import StorageInputs, StorageWiring
from ..workspace.inputs import WorkspaceInputs, WorkspaceSettings, WorkspaceWiring
from .images import PLATFORM_IMAGES
from .sections import Sections

Text: TypeAlias = str | pulumi.Output[str]

_KEYS_OF_THE_STACK = {"region": "region", "tags": "tags", "credentials": "identity.mode"}
"""Inputs of components that the platform fills in -> the key of the stack file they come from."""


@dataclass(frozen=True)
class NetworkFacts:
    """What a network gives to the cluster in it."""

    vswitch_ids: tuple[str, ...] | pulumi.Output[tuple[str, ...]]
    security_group_id: Text
    vpc_id: Text

    @property
    def first_vswitch(self) -> Text:
        """The vswitch for what needs a single address."""
        ids = self.vswitch_ids
        return ids.apply(lambda known: known[0]) if isinstance(ids, pulumi.Output) else ids[0]


@dataclass(frozen=True)
class OidcFacts:
    """How a cluster vouches for its service accounts."""

    provider_arn: Text
    issuer_url: Text


@dataclass(frozen=True)
class RoleFacts:
    """The RAM role of a workload."""

    name: Text
    arn: Text


_PLACEHOLDER = "placeholder"
_NETWORK = NetworkFacts(("vsw-placeholder",), "sg-placeholder", "vpc-placeholder")
_OIDC = OidcFacts(_PLACEHOLDER, _PLACEHOLDER)
_ROLE = RoleFacts(_PLACEHOLDER, _PLACEHOLDER)
_EVENT_LOGS = "oss://placeholder/spark-history"
"""Placeholders for what other components give, while the settings are checked."""


def network(settings: Sections) -> NetworkInputs | None:
    """The VPC, created here or existing; None with an existing cluster."""
    if settings.network is None:
        return None
    wiring = NetworkWiring(region=settings.region, tags=settings.all_tags, pods_needed=settings.pods_at_quota)
    return NetworkInputs.wired(settings.network, wiring)


def cluster(settings: Sections, facts: NetworkFacts | None, kubeconfig: Text | None) -> ClusterInputs:
    """The cluster, in its network."""
    here = settings.network
    wiring = ClusterWiring(
        region=settings.region,
        tags=settings.all_tags,
        vswitch_ids=facts.vswitch_ids if facts else None,
        security_group_id=facts.security_group_id if facts else None,
        network_cidr=here.cidr if here and not here.existing.in_use else None,
        resource_group_id=here.resource_group_id if here else None,
        kubeconfig=kubeconfig,
    )
    return ClusterInputs.wired(settings.cluster, wiring)


def registry(settings: Sections, facts: NetworkFacts | None, cluster_id: Text) -> RegistryInputs | None:
    """The registry of all images, reached from the stack's VPC; None without one."""
    if settings.registry is None:
        return None
    wiring = RegistryWiring(
        region=settings.region,
        tags=settings.all_tags,
        repositories=tuple(PLATFORM_IMAGES),
        vpc_id=facts.vpc_id if facts else None,
        vswitch_id=facts.first_vswitch if facts else None,
        cluster_id=cluster_id,
        pods=settings.cluster.pods,
        namespaces=settings.pod_namespaces,
    )
    return RegistryInputs.wired(settings.registry.changed(namespace=settings.registry_namespace), wiring)


def storage(settings: Sections) -> StorageInputs | None:
    """The buckets; None without object storage."""
    if settings.storage is None:
        return None
    return StorageInputs.wired(settings.storage, StorageWiring(region=settings.region, tags=settings.all_tags))


def shuffle(settings: Sections) -> ShuffleServiceInputs | None:
    """The shuffle service; None without one, and for an existing one."""
    if settings.shuffle is None or settings.shuffle.existing_endpoints:
        return None
    wiring = ShuffleWiring(pods=settings.cluster.pods, tags=settings.all_tags)
    return ShuffleServiceInputs.wired(settings.platform_images.of_shuffle(settings.shuffle), wiring)


def admission(settings: Sections) -> AdmissionPoliciesInputs:
    """The rules for submitted jobs."""
    namespace = settings.operator.namespace
    wiring = AdmissionWiring(operator_namespace=namespace, operator_account=controller_account(namespace))
    return AdmissionPoliciesInputs.wired(settings.admission, wiring)


def team_role(settings: Sections, team: WorkspaceSettings, oidc: OidcFacts) -> IdentityInputs | None:
    """The role of a team's jobs; None where jobs have no rights in the cloud."""
    if settings.credentials == "none" or settings.storage is None:
        return None
    wiring = IdentityWiring(
        workload=team.team,
        namespace=team.namespace,
        service_accounts=(DRIVER_ACCOUNT, EXECUTOR_ACCOUNT),
        oidc_provider_arn=oidc.provider_arn,
        oidc_issuer_url=oidc.issuer_url,
        hdfs_bucket=settings.storage.team_bucket(team.team),
        files_bucket=settings.storage.files_bucket,
        write_folders=(settings.storage.team_folder(team.team),),
        kms_key=settings.storage.hdfs.kms_key,
        tags=settings.all_tags,
    )
    return IdentityInputs.wired(settings.identity, wiring)


def history_role(settings: Sections, oidc: OidcFacts, team: str = "") -> IdentityInputs | None:
    """The role of a history server, on the bucket whose logs it shows; None where it needs none."""
    if settings.credentials == "none" or settings.storage is None or settings.history is None:
        return None
    wiring = IdentityWiring(
        workload=history_workload(team),
        namespace=settings.history.namespace_of(team),
        service_accounts=(HISTORY_ACCOUNT,),
        oidc_provider_arn=oidc.provider_arn,
        oidc_issuer_url=oidc.issuer_url,
        hdfs_bucket=settings.storage.team_bucket(team),
        kms_key=settings.storage.hdfs.kms_key,
        tags=settings.all_tags,
    )
    return IdentityInputs.wired(settings.identity, wiring)


def pod_identity(settings: Sections, role: RoleFacts | None, oidc: OidcFacts) -> WorkloadIdentity:
    """The identity that pods with that role have in the cloud."""
    if role is None:
        return WorkloadIdentity()
    if settings.credentials == "rrsa":
        return WorkloadIdentity(
            credentials="rrsa", role_name=role.name, role_arn=role.arn, oidc_provider_arn=oidc.provider_arn
        )
    return WorkloadIdentity(credentials=settings.credentials, role_name=role.name)


def workspace(
    settings: Sections, team: WorkspaceSettings, identity: WorkloadIdentity, event_log_dir: Text
) -> WorkspaceInputs:
    """A team's workspace; `event_log_dir` is empty without storage."""
    remote, stored = settings.shuffle, settings.storage
    wiring = WorkspaceWiring(
        region=settings.region,
        pods=settings.cluster.pods,
        credentials=identity.credentials,
        role_name=identity.role_name,
        role_arn=identity.role_arn,
        oidc_provider_arn=identity.oidc_provider_arn,
        shuffle_namespace=remote.namespace if remote else None,
        shuffle_conf=client_conf(remote) if remote else {},
        event_log_dir=event_log_dir,
        oss_hdfs=stored is not None,
        files_bucket=stored.files_bucket if stored else "",
        retired=settings.retire.teams.get(team.team, ""),
    )
    return WorkspaceInputs.wired(team, wiring)


def operator(settings: Sections) -> SparkOperatorInputs | None:
    """The Spark operator; None while there are no teams."""
    if not settings.workspaces:
        return None
    wiring = OperatorWiring(job_namespaces=settings.job_namespaces, pods=settings.cluster.pods, tags=settings.all_tags)
    return SparkOperatorInputs.wired(settings.platform_images.of_operator(settings.operator), wiring)


def history_workload(team: str) -> str:
    """The workload of a history server: that of the shared bucket, or that of a team's own."""
    return f"history-{team}" if team else "history"


def history(
    settings: Sections, identity: WorkloadIdentity, event_log_dir: Text, team: str = ""
) -> HistoryServerInputs | None:
    """A history server; None without storage, or when the settings leave it out.

    One for the shared bucket (`team` empty) and one for each team's own: Spark's reads a single directory (several only
    in releases after 3.5), and one that read all buckets would show every team's logs to whoever reaches it.
    """
    if settings.history is None or settings.storage is None:
        return None
    wiring = HistoryWiring(
        event_log_dir=event_log_dir,
        region=settings.region,
        pods=settings.cluster.pods,
        credentials=identity.credentials,
        role_name=identity.role_name,
        role_arn=identity.role_arn,
        oidc_provider_arn=identity.oidc_provider_arn,
        credentials_sidecar_image=settings.job_defaults.credentials_sidecar_image,
        tags=settings.all_tags,
    )
    image = settings.history.image or settings.job_defaults.image
    own = settings.history.changed(image=image, namespace=settings.history.namespace_of(team))
    return HistoryServerInputs.wired(own, wiring)


def monitoring(settings: Sections) -> MonitoringInputs | None:
    """Alerts and dashboards for what is created here."""
    if settings.monitoring is None:
        return None
    service = settings.shuffle if settings.shuffle and not settings.shuffle.existing_endpoints else None
    wiring = MonitoringWiring(
        job_namespaces=settings.job_namespaces,
        operator_namespace=settings.operator.namespace if settings.workspaces else None,
        shuffle_namespace=service.namespace if service else None,
        shuffle_workers=service.workers.replicas if service else None,
        shuffle_capacity_gib=service.workers.capacity_gib if service else None,
    )
    return MonitoringInputs.wired(settings.monitoring, wiring)


def mistakes(settings: Sections) -> Iterator[Mistake]:
    """What each component would refuse once it is wired, under the keys of the stack file."""

    def identity() -> WorkloadIdentity:
        return pod_identity(settings, None if settings.credentials == "none" else _ROLE, _OIDC)

    yield from _refused("network", NetworkWiring, lambda: network(settings))
    yield from _refused("cluster", ClusterWiring, lambda: _trial_cluster(settings))
    yield from _refused("registry", RegistryWiring, lambda: registry(settings, _NETWORK, _PLACEHOLDER))
    yield from _refused("storage", StorageWiring, lambda: storage(settings))
    yield from _refused("shuffle", ShuffleWiring, lambda: shuffle(settings))
    yield from _refused("operator", OperatorWiring, lambda: operator(settings))
    yield from _refused("admission", AdmissionWiring, lambda: admission(settings))
    for i in range(len(settings.workspaces)):
        yield from _refused("identity", IdentityWiring, partial(_trial_role, settings, i))
        trial = partial(_trial_workspace, settings, i, identity)
        yield from _refused(f"workspaces[{i}]", WorkspaceWiring, trial)
    for team in ("", *(settings.storage.team_buckets if settings.storage else ())):
        yield from _refused(
            "history", HistoryWiring, partial(lambda team: history(settings, identity(), _EVENT_LOGS, team), team)
        )
    yield from _refused("monitoring", MonitoringWiring, lambda: monitoring(settings))


def _trial_cluster(settings: Sections) -> ClusterInputs | None:
    """A cluster with a network. An existing one is reached by a secret, which is not known while settings are read."""
    return cluster(settings, _NETWORK, None) if settings.cluster.kind.managed and settings.network else None


def _trial_role(settings: Sections, index: int) -> IdentityInputs | None:
    return team_role(settings, settings.team(index), _OIDC)


def _trial_workspace(settings: Sections, index: int, identity: Callable[[], WorkloadIdentity]) -> WorkspaceInputs:
    return workspace(settings, settings.team(index), identity(), _EVENT_LOGS)


def _refused(section: str, wiring: type[Inputs], wire: Callable[[], object]) -> Iterator[Mistake]:
    """The mistakes found by wiring a component; none where it depends on a value that is itself wrong."""
    try:
        wire()
    except WrongElsewhereError:
        return
    except WiringError as e:
        told = list(e.mistakes)
    except ValidationError as e:
        told = [Mistake(*sentence.split(": ", 1)) for sentence in sentences(wiring, e)]
    else:
        return
    for path, reason in told:
        yield Mistake(_KEYS_OF_THE_STACK.get(path.split(".")[0], f"{section}.{path}"), reason)
