"""The API server's own figures: requests by verb, latencies, and what admission takes of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

SAMPLE = re.compile(r"^(\w+)\{?([^}]*)\}? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
KEPT = (
    "apiserver_request_total",
    "apiserver_request_duration_seconds",
    "apiserver_admission_controller_admission_duration_seconds",
    "apiserver_admission_step_admission_duration_seconds",
    "apiserver_validating_admission_policy_check_duration_seconds",
)

CREATES = {"verb": "POST", "resource": "pods", "subresource": ""}
"""Labels of creates of pods; the scheduler's bindings are POSTs to a part of them."""


@dataclass(frozen=True)
class Series:
    """One sample: name, labels, value."""

    name: str
    labels: Mapping[str, str]
    value: float


def read(text: str) -> list[Series]:
    """The samples of the metrics that are of interest here."""
    return [
        Series(match[1], dict(LABEL.findall(match[2])), float(match[3]))
        for match in SAMPLE.finditer(text)
        if match[1].startswith(KEPT)
    ]


def difference(before: list[Series], after: list[Series]) -> list[Series]:
    """What was added between two readings."""
    old = {(s.name, frozenset(s.labels.items())): s.value for s in before}
    return [
        Series(s.name, s.labels, change)
        for s in after
        if (change := s.value - old.get((s.name, frozenset(s.labels.items())), 0.0))
    ]


def total(series: list[Series], name: str, /, **labels: str) -> float:
    """The sum of a metric over the series that have these labels."""
    return sum(s.value for s in series if s.name == name and labels.items() <= s.labels.items())


def by(series: list[Series], name: str, label: str, /, **labels: str) -> dict[str, float]:
    """The sum of a metric for each value of `label`."""
    sums: dict[str, float] = {}
    for s in series:
        if s.name == name and labels.items() <= s.labels.items():
            sums[s.labels.get(label, "")] = sums.get(s.labels.get(label, ""), 0.0) + s.value
    return sums


def mean_ms(series: list[Series], name: str, /, **labels: str) -> float:
    """The mean of a histogram in milliseconds; 0 when it counted nothing."""
    count = total(series, f"{name}_count", **labels)
    return 1000 * total(series, f"{name}_sum", **labels) / count if count else 0.0


def within(series: list[Series], name: str, bound: str, /, **labels: str) -> float:
    """The share of a histogram's values up to one of its bounds, from 0 to 1."""
    count = total(series, f"{name}_count", **labels)
    return total(series, f"{name}_bucket", le=bound, **labels) / count if count else 0.0
