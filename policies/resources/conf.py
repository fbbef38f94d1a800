"""Spark configuration as resources hold it: spark-defaults ConfigMaps and the fields of SparkApplications."""

import re
from collections.abc import Mapping
from typing import Any

from policies.base.quantity import quantity
from policies.base.view import Props, Unreadable, View
from policies.resources.types import APPLICATION, CONFIG_MAP, SCHEDULED

APPLICATIONS = (APPLICATION, SCHEDULED)
WITH_CONF = (CONFIG_MAP, *APPLICATIONS)
"""Types that may hold Spark configuration."""
DEFAULTS_KEY = "spark-defaults.conf"

_MIB = {"": 1.0, "b": 2**-20, "k": 2**-10, "m": 1.0, "g": 2.0**10, "t": 2.0**20, "p": 2.0**30}
_SECONDS = {"": 1.0, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
# SparkApplication field -> Spark key, as the operator's submission writes them ({role}: driver, executor)
_ROLE_FIELDS = {
    "cores": "spark.{role}.cores",
    "coreRequest": "spark.kubernetes.{role}.request.cores",
    "coreLimit": "spark.kubernetes.{role}.limit.cores",
    "memory": "spark.{role}.memory",
    "memoryOverhead": "spark.{role}.memoryOverhead",
    "instances": "spark.{role}.instances",
}
_DYNAMIC_FIELDS = {
    "enabled": "spark.dynamicAllocation.enabled",
    "initialExecutors": "spark.dynamicAllocation.initialExecutors",
    "minExecutors": "spark.dynamicAllocation.minExecutors",
    "maxExecutors": "spark.dynamicAllocation.maxExecutors",
    "shuffleTrackingEnabled": "spark.dynamicAllocation.shuffleTracking.enabled",
}


class Conf(dict[str, str]):
    """Spark configuration, read by type; a value of the wrong type raises `Unreadable` with its key."""

    def mib(self, key: str, default: str) -> int:
        """A size in MiB; like Spark, a number without a unit is read as MiB."""
        return round(self._scaled(key, default, _MIB, "a size such as 512m or 14g"))

    def seconds(self, key: str, default: str) -> float:
        """A duration in seconds."""
        return self._scaled(key, default, _SECONDS, "a duration such as 10s or 5min")

    def number(self, key: str, default: float) -> float:
        """A number; CPU quantities (`500m`) are read as cores."""
        try:
            return quantity(self.get(key, str(default)).strip())
        except ValueError:
            raise Unreadable(key, "a number") from None

    def flag(self, key: str, default: bool) -> bool:
        """A truth value."""
        text = self.get(key, str(default)).strip().lower()
        if text not in ("true", "false"):
            raise Unreadable(key, "true or false")
        return text == "true"

    def _scaled(self, key: str, default: str, units: Mapping[str, float], words: str) -> float:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]*?)b?", self.get(key, default).strip().lower())
        if not match or match[2] not in units:
            raise Unreadable(key, words)
        return float(match[1]) * units[match[2]]


def parse_conf(text: str) -> Conf:
    """spark-defaults.conf: `key value` or `key=value` a line, # comments."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (re.split(r"\s*[=\s]\s*", line, maxsplit=1) for line in lines if line and not line.startswith("#"))
    return Conf((p[0], p[1] if len(p) > 1 else "") for p in pairs)


def conf_of(view: View) -> Conf | None:
    """The configuration in a spark-defaults ConfigMap or an application; None for any other resource."""
    if view.type == CONFIG_MAP:
        text = view.props.text("data", DEFAULTS_KEY) if view.props.has("data") else None
        return None if text is None else parse_conf(text)
    if view.type in APPLICATIONS:
        return conf_of_application(spec_of(view.props))
    return None


def spec_of(manifest: Props) -> Props:
    """The spec of a SparkApplication, or of the one inside a ScheduledSparkApplication."""
    return manifest.at("spec", "template") if manifest.has("spec", "schedule") else manifest.at("spec")


def conf_of_application(spec: Props) -> Conf:
    """sparkConf and fields of a SparkApplication as Spark keys; the field wins over the key, as in the operator."""
    conf = Conf((k, _word(spec.raw("sparkConf", k))) for k in spec.keys("sparkConf"))
    for role in ("driver", "executor"):
        for name, key in _ROLE_FIELDS.items():
            if spec.has(role, name):
                conf[key.format(role=role)] = _word(spec.raw(role, name))
    if spec.has("memoryOverheadFactor"):
        conf["spark.kubernetes.memoryOverheadFactor"] = _word(spec.raw("memoryOverheadFactor"))
    if spec.has("dynamicAllocation"):
        # the operator's block turns shuffle tracking on unless told otherwise
        conf["spark.dynamicAllocation.shuffleTracking.enabled"] = "true"
        for name, key in _DYNAMIC_FIELDS.items():
            if spec.has("dynamicAllocation", name):
                conf[key] = _word(spec.raw("dynamicAllocation", name))
    return conf


def _word(value: Any) -> str:  # noqa: ANN401 - a YAML scalar
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
