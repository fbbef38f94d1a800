"""The alert rules of `alerts.yaml`, filled in for what is watched."""

import functools
from pathlib import Path
from string import Template
from typing import Any

import yaml

from .inputs import MonitoringInputs


def rule_groups(inputs: MonitoringInputs) -> list[dict[str, Any]]:
    """PrometheusRule's groups for what is watched; groups without a rule are left out."""
    groups = []
    for name, group in _table().items():
        if _needs_are_met(inputs, group):
            rules = [_rule(inputs, rule) for rule in group["rules"] if _needs_are_met(inputs, rule)]
            groups.append({"name": name, "rules": rules})
    return groups


def matchers(inputs: MonitoringInputs) -> dict[str, str]:
    """Label matchers of the shuffle service, the operator and the teams."""
    return {
        "shuffle": f'namespace="{inputs.shuffle_namespace}"',
        "operator": f'namespace="{inputs.operator_namespace}"',
        "teams": f'namespace=~"{"|".join(inputs.job_namespaces)}"',
    }


@functools.cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("alerts.yaml").read_text(encoding="utf-8"))
    return table


def _needs_are_met(inputs: MonitoringInputs, entry: dict[str, Any]) -> bool:
    return all(getattr(inputs, need) for need in entry.get("needs", []))


def _rule(inputs: MonitoringInputs, rule: dict[str, Any]) -> dict[str, Any]:
    limits = inputs.thresholds
    known = {
        **matchers(inputs),
        **limits.model_dump(),
        "operator_namespace": inputs.operator_namespace,
        "shuffle_workers": inputs.shuffle_workers,
        "shuffle_free_bytes": (inputs.shuffle_capacity_gib or 0) * 2**30 * limits.disk_free_percent // 100,
        "direct_memory_share": f"{limits.direct_memory_percent / 100:g}",
        "quota_share": f"{limits.quota_percent / 100:g}",
    }

    def fill(text: object) -> str:
        return Template(str(text)).safe_substitute(known)  # leaves $labels to Prometheus

    return {
        "alert": rule["alert"],
        "expr": fill(rule["expr"]),
        "for": f"{fill(rule['minutes'])}m",
        "labels": {"severity": rule["severity"]},
        "annotations": {"summary": fill(rule["summary"]), "action": fill(rule["action"])},
    }
