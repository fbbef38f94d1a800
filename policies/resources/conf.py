"""Spark configuration as resources hold it: spark-defaults ConfigMaps and the fields of SparkApplications.

Both packs, the guard and the cost model read it here: files as Java reads them, older names of keys as Spark does.
"""

import re
from collections.abc import Mapping
from typing import Any

from components.base.configuration import read_properties
from components.spark.older_keys import as_spark_reads
from policies.base.quantity import quantity
from policies.base.view import Props, Unreadable, View
from policies.resources.types import APPLICATION, CONFIG_MAP, SCHEDULED

APPLICATIONS = (APPLICATION, SCHEDULED)
WITH_CONF = (CONFIG_MAP, *APPLICATIONS)
"""Types that may hold Spark configuration."""
DEFAULTS_KEY = "spark-defaults.conf"

_BYTES = {"b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}
_BYTES |= {f"{unit}b": size for unit, size in _BYTES.items() if unit != "b"}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
MOST_EXECUTORS = 2**31 - 1
"""Executors that a job may have which sets no bound (Spark's default of maxExecutors)."""
_BLANKS = "".join(map(chr, range(33))).replace("\r", "").replace("\n", "")
"""What Spark trims from the values of a file."""
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

    def mib(self, key: str, default: str, unit: str = "m") -> int:
        """A size in MiB; a number without a unit is in `unit`, which Spark has for each key."""
        return round(self._scaled(key, default, _BYTES, unit, "a size such as 512m or 14g") / 2**20)

    def seconds(self, key: str, default: str, unit: str = "s") -> float:
        """A duration in seconds; a number without a unit is in `unit`."""
        return self._scaled(key, default, _SECONDS, unit, "a duration such as 10s or 5min")

    def number(self, key: str, default: float) -> float:
        """A number; CPU quantities (`500m`) are read as cores."""
        try:
            return quantity(self.get(key, str(default)).strip())
        except ValueError:
            raise Unreadable(key, "a number") from None

    def count(self, key: str, default: int) -> int:
        """A whole number, as Spark counts executors: 0 to 2147483647."""
        text = self.get(key, str(default)).strip()
        if not re.fullmatch(r"[+]?[0-9]{1,10}", text) or int(text) > MOST_EXECUTORS:
            raise Unreadable(key, "a whole number")
        return int(text)

    def flag(self, key: str, default: bool) -> bool:
        """A truth value."""
        text = self.get(key, str(default)).strip().lower()
        if text not in ("true", "false"):
            raise Unreadable(key, "true or false")
        return text == "true"

    def _scaled(self, key: str, default: str, units: Mapping[str, float], unit: str, words: str) -> float:
        """As Spark reads sizes and times: a whole number and a unit, in any case of letters, nothing between them."""
        match = re.fullmatch(r"([0-9]{1,19})([a-z]+)?", self.get(key, default).strip().lower())
        if not match or (match[2] or unit) not in units:
            raise Unreadable(key, words)
        return int(match[1]) * units[match[2] or unit]


def parse_conf(text: str, where: str = DEFAULTS_KEY) -> Conf:
    """A properties file as Spark and Celeborn read it: as Java does, values trimmed. Raises Unreadable."""
    try:
        entries = read_properties(text)
    except ValueError:
        raise Unreadable(where, "a properties file that Java reads") from None
    return Conf(as_spark_reads({key: value.strip(_BLANKS) for key, value in entries.items()}))


def conf_of(view: View) -> Conf | None:
    """The configuration in a spark-defaults ConfigMap or an application; None for any other resource."""
    if view.type == CONFIG_MAP:
        text = view.props.text("data", DEFAULTS_KEY) if view.props.has("data") else None
        return None if text is None else parse_conf(text, f"data.{DEFAULTS_KEY}")
    if view.type in APPLICATIONS:
        return conf_of_application(spec_of(view.props))
    return None


def spec_of(manifest: Props) -> Props:
    """The spec of a SparkApplication, or of the one inside a ScheduledSparkApplication."""
    return manifest.at("spec", "template") if manifest.has("spec", "schedule") else manifest.at("spec")


def conf_of_application(spec: Props) -> Conf:
    """sparkConf, hadoopConf and fields of a SparkApplication as Spark keys; the field wins over the key, as in the
    operator."""
    conf = Conf(as_spark_reads({k: _word(spec.raw("sparkConf", k)) for k in spec.keys("sparkConf")}))
    conf.update({f"spark.hadoop.{k}": _word(spec.raw("hadoopConf", k)) for k in spec.keys("hadoopConf")})
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
