"""The sizes serverless pods are billed in, and the memory Spark asks Kubernetes for: pure arithmetic, no Pulumi.

ECI sums the limits of a pod's containers and rounds up to the smallest row of its table, so a pod slightly above a
row pays for the next one (4 vCPU/17.6 GiB outside the twelve regions with finer rows is billed as 4/32).
ACS bills vCPU and GiB as requested. Table and source: `eci_specs.yaml`. Memory: Spark's own formula,
heap + overhead + PySpark + off-heap, in MiB, as its Kubernetes submitter computes it.
"""

import bisect
import functools
import math
from dataclasses import dataclass
from pathlib import Path

import yaml

from ..base.regions import REGIONS

MIB_PER_GIB = 1024
MIN_OVERHEAD_MIB = 384
"""Spark's floor of the memory overhead; settable from 4.0 only, so never lowered here."""
OVERHEAD_FACTOR = 0.1
"""Spark's default share of the heap added as overhead for JVM jobs."""
NON_JVM_OVERHEAD_FACTOR = 0.4
"""The share Spark uses instead for Python and R jobs when neither overhead nor factor is set."""
PLATFORM_OVERHEAD_FACTOR = 0.14
"""The platform's own share, set explicitly for every JVM: room for JindoSDK's buffers as well (judgement)."""


@dataclass(frozen=True, order=True)
class Spec:
    """A pod size: vCPU and GiB of memory."""

    vcpu: float
    gib: float

    def __str__(self) -> str:
        return f"{self.vcpu:g} vCPU/{self.gib:g} GiB"


@dataclass(frozen=True)
class Memory:
    """How a pod's memory is divided: JVM heap and overhead, in MiB."""

    heap_mib: int
    overhead_mib: int


class TooLargeError(ValueError):
    """No size of the table holds the request."""


@functools.cache
def _tables() -> dict[str, dict[float, list[float]]]:
    data = yaml.safe_load(Path(__file__).with_name("eci_specs.yaml").read_text(encoding="utf-8"))
    finer: dict[float, list[float]] = {v: list(g) for v, g in data["everywhere"].items()}
    for vcpu, gib in data["further"].items():
        finer[vcpu] = sorted({*finer.get(vcpu, []), *gib})
    tables = {"everywhere": data["everywhere"], "spot": data["spot"]}
    return tables | dict.fromkeys((id for id, region in REGIONS.items() if region.further_eci_sizes), finer)


def regions_with_finer_sizes() -> tuple[str, ...]:
    """Regions whose on-demand pods come in 2 GiB steps between 2 and 8 vCPU, and with 6 vCPU."""
    return tuple(k for k in _tables() if k not in ("everywhere", "spot"))


def specs(region: str, spot: bool = False) -> list[Spec]:
    """Every size sold in `region` (any region id), smallest first."""
    tables = _tables()
    table = tables["spot"] if spot else tables.get(region, tables["everywhere"])
    return sorted(Spec(vcpu, gib) for vcpu, row in table.items() for gib in row)


@functools.lru_cache(maxsize=4096)
def round_up(vcpu: float, gib: float, region: str, spot: bool = False) -> Spec:
    """The size ECI bills for a pod that asks for `vcpu` and `gib`: the smallest row with at least both.

    Fewest vCPU first, then least memory (vendor's examples: 7/13 -> 8/14 in Hangzhou, 8/16 elsewhere).
    Raises TooLargeError above the largest row.
    """
    for spec in specs(region, spot):
        if spec.vcpu >= vcpu and spec.gib >= gib:
            return spec
    largest = max(specs(region, spot))
    raise TooLargeError(f"{Spec(vcpu, gib)} is larger than the largest serverless pod, {largest}")


def billed(vcpu: float, gib: float, region: str, spot: bool = False, acs: bool = False) -> Spec:
    """What is paid for a pod: its ECI row, or on ACS exactly what it asks for (ACS prices are linear)."""
    return Spec(vcpu, gib) if acs else round_up(vcpu, gib, region, spot)


def is_row(vcpu: float, gib: float, region: str, spot: bool = False) -> bool:
    """True when the request is a row of the table, so that nothing unused is paid for."""
    return Spec(vcpu, gib) in specs(region, spot)


def nearest_lower(vcpu: float, gib: float, region: str, spot: bool = False) -> Spec | None:
    """The largest row a request could shrink to (same vCPU where there is one), None below the smallest."""
    inside = [s for s in specs(region, spot) if s.vcpu <= vcpu and s.gib <= gib]
    return max(inside, default=None)


def wasted_share(vcpu: float, gib: float, region: str, spot: bool = False) -> float:
    """Share of the billed size that was not requested, 0 to 1: the larger of vCPU's and memory's."""
    spec = round_up(vcpu, gib, region, spot)
    return max(1 - vcpu / spec.vcpu, 1 - gib / spec.gib)


def memory_request(
    heap_mib: int,
    factor: float = OVERHEAD_FACTOR,
    overhead_mib: int | None = None,
    pyspark_mib: int = 0,
    offheap_mib: int = 0,
) -> int:
    """MiB that Spark requests for a driver or executor container (request and limit are the same).

    `overhead_mib` is `spark.{driver,executor}.memoryOverhead`; without it the overhead is `factor` of the heap, at
    least 384 MiB. `pyspark_mib` and `offheap_mib` count for executors only.
    """
    overhead = overhead_mib if overhead_mib is not None else max(int(factor * heap_mib), MIN_OVERHEAD_MIB)
    return heap_mib + overhead + pyspark_mib + offheap_mib


def fit(gib: float, factor: float = OVERHEAD_FACTOR, pyspark_mib: int = 0, offheap_mib: int = 0) -> Memory:
    """Heap and overhead that together fill a pod of `gib` exactly, so that the pod lands on its row.

    The overhead is `factor` of the heap, at least 384 MiB, rounded up to 64 MiB.
    Raises ValueError when less than 512 MiB would be left for the heap.
    """
    room = round(gib * MIB_PER_GIB) - pyspark_mib - offheap_mib
    overhead = max(math.ceil((room - room / (1 + factor)) / 64) * 64, MIN_OVERHEAD_MIB)
    if room - overhead < 512:
        raise ValueError(f"a pod of {gib:g} GiB leaves {room - overhead} MiB of heap; at least 512 MiB are needed")
    return Memory(room - overhead, overhead)


def fitting_heaps(vcpu: float, region: str, spot: bool = False, factor: float = OVERHEAD_FACTOR) -> dict[Spec, Memory]:
    """For every row with `vcpu`: the heap and overhead that fill it exactly."""
    rows = [s for s in specs(region, spot) if s.vcpu == vcpu and s.gib >= 1]
    return {s: fit(s.gib, factor) for s in rows}


def nearest_row(vcpu: float, gib: float, region: str, spot: bool = False) -> list[Spec]:
    """The rows just below and just above a request, for the sentence that tells a user what to choose instead."""
    rows = specs(region, spot)
    at = bisect.bisect_left(rows, Spec(vcpu, gib))
    below = nearest_lower(vcpu, gib, region, spot)
    above = next((s for s in rows[at:] if s.vcpu >= vcpu and s.gib >= gib), None)
    return [s for s in dict.fromkeys([below, above]) if s is not None]
