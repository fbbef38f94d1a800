"""The list of all components, which the package, its generated arguments and the reference pages follow.

Importing it loads nothing: a component's class and the model of its inputs are loaded only when they are needed.
Every room has the same shape: component X of room r is class X in `r/component.py`, its inputs are XInputs in
`r/inputs.py`, its generated arguments XArgs in `r/args.py`.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    import pulumi

    from ..base.inputs import Inputs

_PACKAGE: Final = __name__.split(".", maxsplit=1)[0]


@dataclass(frozen=True)
class Component:
    """One component: its name, and the folder it lives in."""

    name: str
    room: str

    def part(self, module: str, name: str) -> Any:  # noqa: ANN401 - whatever the module defines
        """`name` of a module of the component's room, which is loaded now."""
        return getattr(importlib.import_module(f"{_PACKAGE}.{self.room}.{module}"), name)

    @property
    def resource(self) -> "type[pulumi.ComponentResource]":
        """The component's class."""
        return cast("type[pulumi.ComponentResource]", self.part("component", self.name))

    @property
    def inputs(self) -> "type[Inputs]":
        """The model of its inputs."""
        return cast("type[Inputs]", self.part("inputs", f"{self.name}Inputs"))


COMPONENTS: Final = {
    name: Component(name, room)
    for name, room in {
        "Network": "network",
        "Cluster": "cluster",
        "Storage": "storage",
        "StorageCheck": "storage_check",
        "Registry": "registry",
        "Identity": "identity",
        "ShuffleService": "shuffle",
        "AdmissionPolicies": "admission",
        "Workspace": "workspace",
        "SparkOperator": "spark_operator",
        "HistoryServer": "history",
        "Monitoring": "monitoring",
        "SparkPlatform": "platform",
    }.items()
}
"""In the order of the documentation."""
