"""Regions that differ from the others: one row each in regions.yaml, which names the sources."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml


@dataclass(frozen=True)
class RegionFacts:
    """What a region has that others lack."""

    name: str
    oss_hdfs: bool
    further_eci_sizes: bool


REGIONS: Final[dict[str, RegionFacts]] = {
    region: RegionFacts(**row)
    for region, row in yaml.safe_load(Path(__file__).with_name("regions.yaml").read_text(encoding="utf-8")).items()
}
"""Region id -> what it has."""
