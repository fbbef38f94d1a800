"""The YAML examples as Pulumi's YAML runtime reads them, as far as they use it."""

import re
from pathlib import Path
from typing import Any

import yaml

from replay.stack_config import config_of
from tests.package.values import unknown

EXPRESSION = re.compile(r"\$\{([^}]+)\}")
KNOWN_OPTIONS = {"providers": list, "dependsOn": list, "protect": bool, "parent": str, "provider": str}
"""Options and what they are written as in YAML."""


class Program:
    """A YAML program with the config of a stack."""

    def __init__(self, folder: Path, stack: str) -> None:
        self.text: dict[str, Any] = yaml.safe_load((folder / "Pulumi.yaml").read_text())
        name = self.text["name"]
        configured, _ = config_of(folder / f"Pulumi.{stack}.yaml", name)
        self.config: dict[str, Any] = {
            key: yaml.safe_load(configured[f"{name}:{key}"]) if f"{name}:{key}" in configured else about.get("default")
            for key, about in self.text["config"].items()
        }
        self.resources: dict[str, Any] = self.text["resources"]

    def expressions(self) -> list[str]:
        """All `${…}` of resources and outputs."""
        return EXPRESSION.findall(yaml.safe_dump([self.resources, self.text.get("outputs", {})]))

    def value(self, written: Any) -> Any:
        """A property with config filled in; other resources' outputs are unknown, as in a first preview."""
        if isinstance(written, list):
            return [self.value(v) for v in written]
        if isinstance(written, dict):
            return {k: self.value(v) for k, v in written.items()}
        expression = EXPRESSION.fullmatch(written) if isinstance(written, str) else None
        if not expression:
            return written
        return self.config[expression[1]] if expression[1] in self.config else unknown()
