"""SparkPlatform: the composition. The only module that knows all other components."""

import dataclasses
import json
from typing import Any

import pulumi

from ..admission.component import AdmissionPolicies
from ..base.configuration import Entry
from ..base.constants import submit_group
from ..base.mistakes import InputError
from ..base.outputs import embed
from ..base.state import read_state
from ..cluster.component import Cluster
from ..history.component import HistoryServer
from ..history.inputs import HISTORY_ACCOUNT
from ..identity.component import Identity
from ..identity.inputs import IdentityInputs
from ..monitoring.component import Monitoring
from ..network.component import Network
from ..pods.kinds import WorkloadIdentity
from ..registry.component import Registry
from ..shuffle.component import ShuffleService
from ..spark.configuration import spark_conf
from ..spark.context import JobContext
from ..spark.templates import driver_template
from ..spark_operator.component import SparkOperator, submit_command
from ..storage.component import Storage
from ..storage.inputs import CHECKPOINTS, EVENT_LOGS, TEAMS
from ..storage_check.component import StorageCheck
from ..storage_check.inputs import StorageCheckInputs
from ..workspace.component import Workspace
from ..workspace.inputs import WorkspaceSettings
from . import wiring
from .args import SparkPlatformArguments
from .inputs import SparkPlatformInputs
from .preflight import ask
from .retire import lost
from .wiring import NetworkFacts, OidcFacts, RoleFacts


class SparkPlatform(pulumi.ComponentResource):
    """Spark without machines to own: network, cluster, storage, identities, shuffle service, operator, workspaces.

    ```python
    from spark_on_ack import SparkPlatform
    cluster = {"flavour": "existing", "existing": {"context": "kind-kind"}}
    SparkPlatform("platform", {"settings": {"environment": "dev", "cluster": cluster}})
    ```

    What the settings leave out is not created. The order is: cloud, cluster, what applies to all teams, the workspaces,
    and last the operator, which needs the teams' namespaces.
    """

    cluster_id: pulumi.Output[str]
    """ACK id of the cluster, or the name given for an existing one."""
    kubeconfig: pulumi.Output[str]
    """Secret. Kubeconfig of the cluster."""
    storage_roots: dict[str, str]
    """Where data, uploads, event logs and checkpoints are, also `data/<team>` and `eventLogs/<team>` for teams with a
    bucket of their own; empty without storage."""
    submit_commands: dict[str, str]
    """Team -> the command that submits a job and follows it."""
    submit_groups: dict[str, str]
    """Team -> the group whose members may submit its jobs."""
    dashboards: pulumi.Output[list[str]]
    """Dashboards, as addresses where Grafana's is known; empty without monitoring."""

    def __init__(self, name: str, args: SparkPlatformArguments, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = SparkPlatformInputs.of(args, f"SparkPlatform {name}")
        self._settings = settings = inputs.settings
        sentences = lost(settings, read_state())
        if sentences:
            raise InputError(sentences, "what is live would be lost; nothing was changed:")
        super().__init__("spark-on-ack:index:SparkPlatform", name, None, opts)
        if settings.preflight:
            ask(settings, self)
        self._make_cluster(inputs.kubeconfig)
        self._oidc = OidcFacts(self._cluster.oidc_provider_arn, self._cluster.oidc_issuer_url)
        self._storage = self._make_storage()
        self._make_shuffle()
        AdmissionPolicies("admission", wiring.admission(settings), self._inside())
        workspaces = [self._make_workspace(team) for team in settings.teams]
        self._make_operator(workspaces)
        self._make_history()
        monitoring = self._make_monitoring()
        self.cluster_id, self.kubeconfig = self._cluster.cluster_id, self._cluster.kubeconfig
        self.submit_commands = {w.team: submit_command(w.namespace) for w in settings.workspaces}
        self.submit_groups = {w.team: submit_group(w.team) for w in settings.workspaces}
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

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of a component in the cluster. Its pods can pull once the registry is reached."""
        images = [self._registry] if self._registry else []
        return pulumi.ResourceOptions(parent=self, providers=[self._cluster.provider], depends_on=[*images, *after])

    def _make_cluster(self, kubeconfig: str | pulumi.Output[str] | None) -> None:
        """Network and cluster, and the registry that its pods pull from."""
        facts, inputs = None, wiring.network(self._settings)
        if inputs is not None:
            network = Network("network", inputs, self._child())
            facts = NetworkFacts(network.vswitch_ids.apply(tuple), network.security_group_id, network.vpc_id)
        self._cluster = Cluster("cluster", wiring.cluster(self._settings, facts, kubeconfig), self._child())
        images = wiring.registry(self._settings, facts, self._cluster.cluster_id)
        self._registry = Registry("registry", images, self._child()) if images is not None else None

    def _make_storage(self) -> Storage | None:
        inputs = wiring.storage(self._settings)
        return Storage("storage", inputs, self._child()) if inputs is not None else None

    def _make_shuffle(self) -> None:
        inputs = wiring.shuffle(self._settings)
        if inputs is not None:
            ShuffleService("shuffle", inputs, self._inside())

    def _make_identity(self, workload: str, inputs: IdentityInputs | None) -> WorkloadIdentity:
        """A workload's role, and the identity its pods have through it."""
        facts = None
        if inputs is not None:
            role = Identity(f"{workload}-identity", inputs, self._child())
            facts = RoleFacts(role.role_name, role.role_arn)
        return wiring.pod_identity(self._settings, facts, self._oidc)

    def _make_workspace(self, team: WorkspaceSettings) -> Workspace:
        identity = self._make_identity(team.team, wiring.team_role(self._settings, team, self._oidc))
        storage = self._storage
        event_log_dir = storage.team_event_log_dirs.get(team.team, storage.event_log_dir) if storage else ""
        inputs = wiring.workspace(self._settings, team, identity, event_log_dir)
        return Workspace(f"{team.team}-workspace", inputs, self._inside())

    def _make_operator(self, workspaces: list[Workspace]) -> None:
        inputs = wiring.operator(self._settings)
        if inputs is not None:
            SparkOperator("operator", inputs, self._inside(*workspaces))

    def _make_history(self) -> None:
        """A history server for each HDFS bucket: the shared one, and those of single teams."""
        storage = self._storage
        if storage is None:
            return
        self._make_history_server("", storage.event_log_dir)
        for team, event_log_dir in storage.team_event_log_dirs.items():
            self._make_history_server(team, event_log_dir)

    def _make_history_server(self, team: str, event_log_dir: str) -> None:
        settings, workload = self._settings, wiring.history_workload(team)
        identity = self._make_identity(workload, wiring.history_role(settings, self._oidc, team))
        inputs = wiring.history(settings, identity, event_log_dir, team)
        if inputs is None or self._storage is None:
            return
        server = HistoryServer(workload, inputs, self._inside(self._storage))
        if identity.credentials != "none" and settings.job_defaults.image is not None:
            check = self._check_inputs(self._storage, team, inputs.namespace, identity)
            StorageCheck(f"storage-check-{team}" if team else "storage-check", check, self._inside(server))

    def _check_inputs(
        self, storage: Storage, team: str, namespace: str, identity: WorkloadIdentity
    ) -> StorageCheckInputs:
        """The check of an HDFS bucket. Running it also creates the event log folder that every job needs."""
        settings, prefix = self._settings, "spark.hadoop."
        sharing = [] if team else [w.team for w in settings.workspaces if w.team not in storage.team_roots]
        context = JobContext(
            namespace=namespace,
            region=settings.region,
            pods=settings.cluster.pods,
            credentials=identity.credentials,
            team="history",
            oss_hdfs=True,
        )
        conf: dict[str, Entry] = spark_conf(settings.job_defaults, context)

        def template(**role: str) -> dict[str, str]:
            return {"text": json.dumps(driver_template(settings.job_defaults, dataclasses.replace(context, **role)))}  # type: ignore[arg-type]

        role = {key: getattr(identity, key) for key in ("role_name", "role_arn", "oidc_provider_arn")}
        return StorageCheckInputs(
            namespace=namespace,
            service_account=HISTORY_ACCOUNT,
            image=settings.job_defaults.image or "",
            root=storage.team_roots.get(team, storage.hdfs_root),
            folders=(EVENT_LOGS, CHECKPOINTS, *(f"{TEAMS}/{each}" for each in sharing)),
            hadoop_conf={k.removeprefix(prefix): e.value for k, e in conf.items() if k.startswith(prefix)},
            pod_template=embed(template, **role)["text"],
        )

    def _make_monitoring(self) -> Monitoring | None:
        inputs = wiring.monitoring(self._settings)
        return Monitoring("monitoring", inputs, self._inside()) if inputs is not None else None

    def _roots(self) -> dict[str, str]:
        if self._storage is None:
            return {}
        storage = self._storage
        own = {f"data/{team}": root for team, root in storage.team_roots.items()}
        own |= {f"eventLogs/{team}": directory for team, directory in storage.team_event_log_dirs.items()}
        return {
            "data": storage.hdfs_root,
            "files": storage.files_root,
            "eventLogs": storage.event_log_dir,
            "checkpoints": storage.checkpoint_root,
            **own,
        }
