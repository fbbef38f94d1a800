"""The recorded graph: what a program registered, as plain data. Tests, previews, policies and the sandbox read it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SECRET = "$secret"  # noqa: S105 - the marker's name, not a secret
UNKNOWN = "$unknown"
"""Markers in recorded inputs: `{"$secret": true, "value": …}` and `{"$unknown": true}`."""


@dataclass
class Resource:
    """One registration. `inputs` has camelCase keys as the engine sees them; secrets and unknowns are marked."""

    urn: str
    type: str
    name: str
    custom: bool
    inputs: dict[str, Any]
    parent: str = ""
    provider: str = ""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    """Only what differs from the engine's default: protect, retainOnDelete, deleteBeforeReplace, ignoreChanges,
    replaceOnChanges, additionalSecretOutputs, aliases, customTimeouts, version, deletedWith, importId."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """What a component registered with register_outputs (markers as in inputs)."""

    @property
    def kubernetes(self) -> bool:
        """True for an object of the Kubernetes API (not for charts, providers or components)."""
        return self.type.startswith("kubernetes:") and "apiVersion" in self.inputs

    @property
    def kind(self) -> str:
        """The last part of the type token: `StatefulSet`, `Bucket`."""
        return self.type.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


@dataclass
class Graph:
    """All registrations of one replay (sorted by URN), the stack's exports and what the program logged."""

    stack: str
    resources: list[Resource]
    exports: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def of_type(self, type_: str) -> list[Resource]:
        """All resources of a type token (`alicloud:oss/bucket:Bucket`) or of its last part (`Bucket`)."""
        return [r for r in self.resources if type_ in (r.type, r.kind)]

    def one(self, type_: str, name: str) -> Resource:
        """The resource of that type (token or last part) and name. Raises LookupError unless there is exactly one."""
        matches = [r for r in self.of_type(type_) if r.name == name]
        if len(matches) != 1:
            names = ", ".join(sorted(r.name for r in self.of_type(type_))) or "none"
            raise LookupError(f"{len(matches)} resources {type_} {name!r} in stack {self.stack}; of that type: {names}")
        return matches[0]

    def by_urn(self) -> dict[str, Resource]:
        """URN -> resource."""
        return {r.urn: r for r in self.resources}

    def to_json(self) -> str:
        """The graph as JSON; `Graph.from_json` reads it back."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Graph":
        """The graph of `to_json`."""
        data = json.loads(text)
        data["resources"] = [Resource(**r) for r in data["resources"]]
        return cls(**data)

    @classmethod
    def load(cls, path: Path) -> "Graph":
        """The graph of a file."""
        return cls.from_json(path.read_text())


def reveal(value: Any) -> Any:  # noqa: ANN401 - JSON
    """The value with secrets in plain text (for the sandbox, which needs the content). Unknowns stay marked."""
    if isinstance(value, dict):
        return reveal(value["value"]) if SECRET in value else {k: reveal(v) for k, v in value.items()}
    return [reveal(v) for v in value] if isinstance(value, list) else value


def is_unknown(value: object) -> bool:
    """True for the marker of a value that is not known yet."""
    return isinstance(value, dict) and UNKNOWN in value
