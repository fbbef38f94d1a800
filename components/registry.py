"""The list of all components: the package, the generated arguments and the reference pages are made from it.

Inputs only: importing it must stay cheap and must not import the components themselves.
"""

from dataclasses import dataclass

from components.inputs import Inputs
from components.models.admission import AdmissionPoliciesInputs
from components.models.cluster import ClusterInputs
from components.models.history import HistoryInputs
from components.models.identity import IdentityInputs
from components.models.monitoring import MonitoringInputs
from components.models.network import NetworkInputs
from components.models.operator import SparkOperatorInputs
from components.models.platform import SparkPlatformInputs
from components.models.shuffle import ShuffleServiceInputs
from components.models.storage import StorageInputs
from components.models.storage_check import StorageCheckInputs
from components.models.workspace import WorkspaceInputs


@dataclass(frozen=True)
class Component:
    """One component: the module its class is in, and the model of its inputs."""

    module: str
    inputs: type[Inputs]


COMPONENTS: dict[str, Component] = {
    "Network": Component("components.network", NetworkInputs),
    "Cluster": Component("components.cluster", ClusterInputs),
    "Storage": Component("components.storage", StorageInputs),
    "StorageCheck": Component("components.storage.check", StorageCheckInputs),
    "Identity": Component("components.identity", IdentityInputs),
    "ShuffleService": Component("components.shuffle.service", ShuffleServiceInputs),
    "AdmissionPolicies": Component("components.admission.policies", AdmissionPoliciesInputs),
    "Workspace": Component("components.workspace", WorkspaceInputs),
    "SparkOperator": Component("components.spark_operator", SparkOperatorInputs),
    "HistoryServer": Component("components.history", HistoryInputs),
    "Monitoring": Component("components.monitoring", MonitoringInputs),
    "SparkPlatform": Component("components.platform", SparkPlatformInputs),
}
