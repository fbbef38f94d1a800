"""What an arriving job may set, out of `allowed.yaml`; the rules and the policy packs read it here."""

from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Allowed(BaseModel):
    """The lists; see the comments in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec: Names
    ui: Names
    deps: Names
    driver: Names
    executor: Names
    template: Names
    template_metadata: Names
    template_spec: Names
    container: Names
    volumes: Names
    resources: Names
    largest_disk: str
    domains: Names
    never_labels: Names
    families: Names
    keys: Names
    hadoop: str
    never: str

    @property
    def key_pattern(self) -> str:
        """A regular expression of the keys outside of the families, after `spark.`, without anchors."""
        return "|".join(self.keys).replace("(HADOOP)", self.hadoop)


ALLOWED: Final = Allowed.model_validate(
    yaml.safe_load(Path(__file__).with_name("allowed.yaml").read_text(encoding="utf-8"))
)
