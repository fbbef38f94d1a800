"""The list of all components: the package, the generated arguments and the reference pages are made from it.

Inputs only: importing it must stay cheap and must not import the components themselves.
"""

from dataclasses import dataclass

from ..admission.inputs import AdmissionPoliciesInputs
from ..base.inputs import Inputs
from ..cluster.inputs import ClusterInputs
from ..history.inputs import HistoryInputs
from ..identity.inputs import IdentityInputs
from ..monitoring.inputs import MonitoringInputs
from ..network.inputs import NetworkInputs
from ..platform.settings import SparkPlatformInputs
from ..shuffle.inputs import ShuffleServiceInputs
from ..spark_operator.inputs import SparkOperatorInputs
from ..storage.inputs import StorageInputs
from ..storage_check.inputs import StorageCheckInputs
from ..workspace.inputs import WorkspaceInputs


@dataclass(frozen=True)
class Component:
    """One component: the module its class is in, and the model of its inputs."""

    module: str
    inputs: type[Inputs]


COMPONENTS: dict[str, Component] = {
    "Network": Component("components.network.component", NetworkInputs),
    "Cluster": Component("components.cluster.component", ClusterInputs),
    "Storage": Component("components.storage.component", StorageInputs),
    "StorageCheck": Component("components.storage_check.component", StorageCheckInputs),
    "Identity": Component("components.identity.component", IdentityInputs),
    "ShuffleService": Component("components.shuffle.component", ShuffleServiceInputs),
    "AdmissionPolicies": Component("components.admission.component", AdmissionPoliciesInputs),
    "Workspace": Component("components.workspace.component", WorkspaceInputs),
    "SparkOperator": Component("components.spark_operator.component", SparkOperatorInputs),
    "HistoryServer": Component("components.history.component", HistoryInputs),
    "Monitoring": Component("components.monitoring.component", MonitoringInputs),
    "SparkPlatform": Component("components.platform.component", SparkPlatformInputs),
}
