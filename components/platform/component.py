"""SparkPlatform: the composition. The only file that knows all the other components."""

import json
from typing import Any

import pulumi

from ..admission.component import AdmissionPolicies
from ..args import SparkPlatformArgs
from ..base.constants import DRIVER_ACCOUNT, EXECUTOR_ACCOUNT, submit_group
from ..base.inputs import later
from ..cluster.component import Cluster
from ..history.component import HistoryServer
from ..history.inputs import HISTORY_ACCOUNT
from ..identity.component import Identity
from ..monitoring.component import Monitoring
from ..network.component import Network
from ..shuffle.client import client_conf
from ..shuffle.component import ShuffleService
from ..spark.configuration import spark_conf
from ..spark.place import JobPlace
from ..spark.templates import driver_template
from ..spark_operator.component import SparkOperator, controller_account, submit_command
from ..storage.component import Storage
from ..storage.inputs import CHECKPOINTS, EVENT_LOGS, TEAMS
from ..storage_check.component import StorageCheck
from ..workspace.component import Workspace
from ..workspace.inputs import Egress, WorkspaceSettings
from .preflight import ask
from .settings import Settings, SparkPlatformInputs

Wiring = dict[str, Any]


class SparkPlatform(pulumi.ComponentResource):
    """Spark without machines of one's own: network, cluster, storage, identities, shuffle service, operator, teams.

    What the settings leave out is not made. The order is: cloud, cluster, what holds for all teams, the workspaces,
    and last the operator, which must find the teams' namespaces.
    """

    cluster_id: pulumi.Output[str]
    """ACK id of the cluster, or the name given for an existing one."""
    kubeconfig: pulumi.Output[str]
    """Secret. Kubeconfig of the cluster."""
    storage_roots: dict[str, str]
    """Where data, uploads, event logs and checkpoints lie; empty without storage."""
    submit_commands: dict[str, str]
    """Team -> the command that submits a job and follows it."""
    submit_groups: dict[str, str]
    """Team -> the group whose members may submit its jobs."""
    dashboards: pulumi.Output[list[str]]
    """Dashboards, as addresses where Grafana's is known; empty without monitoring."""

    def __init__(self, name: str, args: SparkPlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("spark-on-ack:index:SparkPlatform", name, None, opts)
        given = SparkPlatformInputs.of(args, f"SparkPlatform {name}")
        self._settings = settings = Settings.read(given.settings, title=f"SparkPlatform {name}: wrong settings")
        self._tags = {"environment": settings.environment, **settings.tags}
        if settings.preflight:
            ask(settings, self)
        self._cluster = self._make_cluster(given)
        self._storage = self._make_storage()
        self._make_shuffle()
        self._make_admission()
        workspaces = {w.team: self._make_workspace(w) for w in settings.workspaces}
        operator = self._make_operator(list(workspaces.values())) if workspaces else None
        self._make_history()
        monitoring = self._make_monitoring(operator)
        self.cluster_id, self.kubeconfig = self._cluster.cluster_id, self._cluster.kubeconfig
        self.submit_commands = {w.team: submit_command(w.namespace) for w in settings.workspaces}
        self.submit_groups = {team: submit_group(team) for team in workspaces}
        self.storage_roots = self._roots()
        self.dashboards = monitoring.dashboard_links if monitoring else pulumi.Output.from_input([])
        self.register_outputs(self.exports())

    def exports(self) -> dict[str, Any]:
        """What a stack exports, by name."""
        return {
            "clusterId": self.cluster_id,
            "kubeconfig": self.kubeconfig,
            "storageRoots": self.storage_roots,
            "submitCommands": self.submit_commands,
            "submitGroups": self.submit_groups,
            "dashboards": self.dashboards,
        }

    @staticmethod
    def arguments(settings: Settings, kubeconfig: pulumi.Output[str] | None = None) -> SparkPlatformArgs:
        """Read settings as this component's arguments."""
        args: SparkPlatformArgs = {"settings": settings.model_dump(exclude_unset=True)}
        return {**args, "kubeconfig": kubeconfig} if kubeconfig is not None else args

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of a component in the cluster."""
        return pulumi.ResourceOptions(parent=self, providers=[self._cluster.provider], depends_on=list(after))

    def _make_cluster(self, given: SparkPlatformInputs) -> Cluster:
        settings, wiring = self._settings, Wiring(region=self._settings.region, tags=self._tags)
        if settings.network is not None:
            pods = settings.pods_at_quota
            network = Network(
                "network",
                settings.network.args(region=settings.region, tags=self._tags, pods_needed=pods),
                pulumi.ResourceOptions(parent=self),
            )
            wiring |= {"vswitch_ids": network.vswitch_ids, "security_group_id": network.security_group_id}
            wiring["resource_group_id"] = settings.network.resource_group_id
            if not settings.network.existing.given:
                wiring["network_cidr"] = settings.network.cidr
        args = settings.cluster.args(**wiring, kubeconfig=given.kubeconfig)
        return Cluster("cluster", args, pulumi.ResourceOptions(parent=self))

    def _make_storage(self) -> Storage | None:
        if self._settings.storage is None:
            return None
        args = self._settings.storage.args(region=self._settings.region, tags=self._tags)
        return Storage("storage", args, pulumi.ResourceOptions(parent=self))

    def _make_shuffle(self) -> None:
        shuffle = self._settings.shuffle
        if shuffle is not None and not shuffle.existing_endpoints:
            args = shuffle.args(pods=self._settings.cluster.pods, tags=self._tags)
            ShuffleService("shuffle", args, self._inside())

    def _make_admission(self) -> None:
        namespace = self._settings.operator.namespace
        account = {"operator_namespace": namespace, "operator_account": controller_account(namespace)}
        AdmissionPolicies("admission", self._settings.admission.args(**account), self._inside())

    def _identity(self, workload: str, namespace: str, accounts: tuple[str, ...], **rights: Any) -> Wiring:  # noqa: ANN401
        """A workload's role, as the wiring of the component whose pods carry it."""
        settings = self._settings
        if settings.credentials == "none":
            return {}
        role = Identity(
            f"{workload}-identity",
            settings.identity.args(
                workload=workload,
                namespace=namespace,
                service_accounts=accounts,
                oidc_provider_arn=self._cluster.oidc_provider_arn,
                oidc_issuer_url=self._cluster.oidc_issuer_url,
                tags=self._tags,
                **rights,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        wiring = Wiring(credentials=settings.credentials, role_name=role.role_name)
        if settings.credentials == "rrsa":
            wiring |= {"role_arn": role.role_arn, "oidc_provider_arn": self._cluster.oidc_provider_arn}
        return wiring

    def _make_workspace(self, given: WorkspaceSettings) -> Workspace:
        settings, wiring = self._settings, Wiring(region=self._settings.region, pods=self._settings.cluster.pods)
        if settings.shuffle is not None:
            wiring |= {"shuffle_conf": client_conf(settings.shuffle), "shuffle_namespace": settings.shuffle.namespace}
        if settings.storage is not None and self._storage is not None:
            storage = settings.storage
            wiring |= {"event_log_dir": self._storage.event_log_dir, "oss_hdfs": True}
            wiring["files_bucket"] = storage.files_bucket
            wiring |= self._identity(
                given.team,
                given.namespace,
                (DRIVER_ACCOUNT, EXECUTOR_ACCOUNT),
                hdfs_bucket=storage.team_bucket(given.team),
                files_bucket=storage.files_bucket,
                write_folders=(storage.team_folder(given.team),),
                kms_key=storage.hdfs.kms_key,
            )
        merged = given.model_copy(
            update={
                "spark": settings.spark_of(given),
                "tags": {**self._tags, "team": given.team, **given.tags},
                "egress": self._egress(given.egress),
            }
        )
        return Workspace(f"{given.team}-workspace", merged.args(**wiring), self._inside())

    def _egress(self, given: Egress) -> Egress:
        """Where the API server may be: the VPC that is made here, unless the team says otherwise."""
        network = self._settings.network
        if network is None or network.existing.given or "cluster_cidrs" in given.model_fields_set:
            return given
        return given.model_copy(update={"cluster_cidrs": (network.cidr, self._settings.cluster.service_cidr)})

    def _make_operator(self, workspaces: list[Workspace]) -> SparkOperator:
        args = self._settings.operator.args(
            job_namespaces=tuple(w.namespace for w in self._settings.workspaces),
            pods=self._settings.cluster.pods,
            tags=self._tags,
        )
        return SparkOperator("operator", args, self._inside(*workspaces))

    def _make_history(self) -> None:
        history, storage = self._settings.history, self._settings.storage
        if history is None or storage is None or self._storage is None:
            return
        rights = {"hdfs_bucket": storage.hdfs_bucket, "kms_key": storage.hdfs.kms_key}
        role = self._identity("history", history.namespace, (HISTORY_ACCOUNT,), **rights)
        place = Wiring(region=self._settings.region, pods=self._settings.cluster.pods, **role)
        args = history.args(event_log_dir=self._storage.event_log_dir, tags=self._tags, **place)
        args.setdefault("image", self._settings.spark.image)
        server = HistoryServer("history", args, self._inside(self._storage))
        if role:
            self._make_check(history.namespace, place, server)

    def _make_check(self, namespace: str, place: Wiring, after: pulumi.Resource) -> None:
        """The check of the shared HDFS bucket. Its run also makes the folder of event logs that every job needs."""
        spark, storage = self._settings.spark, self._storage
        if storage is None or spark.image is None:
            return
        teams = tuple(f"{TEAMS}/{w.team}" for w in self._settings.workspaces)

        def template(role: Wiring) -> str:
            return json.dumps(driver_template(spark, JobPlace("history", namespace, **role)))

        at_once = JobPlace("history", namespace, place["region"], place["pods"], place["credentials"], oss_hdfs=True)
        prefix = "spark.hadoop."
        StorageCheck(
            "storage-check",
            {
                "namespace": namespace,
                "service_account": HISTORY_ACCOUNT,
                "image": spark.image,
                "root": storage.hdfs_root,
                "folders": [EVENT_LOGS, CHECKPOINTS, *teams],
                "hadoop_conf": {
                    k.removeprefix(prefix): e.value
                    for k, e in spark_conf(spark, at_once).items()
                    if k.startswith(prefix)
                },
                "pod_template": later(template, place),
            },
            self._inside(after),
        )

    def _make_monitoring(self, operator: SparkOperator | None) -> Monitoring | None:
        settings = self._settings
        if settings.monitoring is None:
            return None
        wiring = Wiring(job_namespaces=tuple(w.namespace for w in settings.workspaces))
        if operator is not None:
            wiring["operator_namespace"] = settings.operator.namespace
        if settings.shuffle is not None and not settings.shuffle.existing_endpoints:
            workers = settings.shuffle.workers
            capacity = workers.replicas * workers.disks * workers.disk_gib
            wiring |= {"shuffle_namespace": settings.shuffle.namespace, "shuffle_workers": workers.replicas}
            wiring["shuffle_capacity_gib"] = capacity
        return Monitoring("monitoring", settings.monitoring.args(**wiring), self._inside())

    def _roots(self) -> dict[str, str]:
        if self._storage is None:
            return {}
        storage = self._storage
        return {
            "data": storage.hdfs_root,
            "files": storage.files_root,
            "eventLogs": storage.event_log_dir,
            "checkpoints": storage.checkpoint_root,
        }
