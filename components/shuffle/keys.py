"""Checks Celeborn configuration against the registry of the pinned release.

Celeborn ignores a misspelt or removed key silently, and for some wrong units it exits without naming the key (measured
with 0.7.0), so every key and value is checked here before anything is created. The registry is `celeborn-keys.txt`
beside this file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ..base.constants import CELEBORN_VERSION
from ..base.sentences import nearest, show

Side = Literal["server", "client", "dynamic"]

MODULES = (
    "data",
    "fetch",
    "push",
    "replicate",
    "rpc",
    "rpc_app",
    "rpc_app_client",
    "rpc_app_lifecyclemanager",
    "rpc_service",
)
"""The transport modules that may stand for `<module>` in a key."""

_PATTERNS = {"<module>": "|".join(MODULES), "<id>": r"\d+", "<role>": r"[A-Za-z]\w*"}
_METRICS = re.compile(r"celeborn\.metrics\.conf\.(\*|master|worker)\.(sink|source)\.\w+\.\w+")
_SSL = "celeborn.ssl.<module>."
_SECRET = re.compile(r"(?i)keystore\.?password|secret|access\.key|hikari\.password")

_REMOVED = {
    "celeborn.network.memory.allocator.pooled": "removed in 0.7.0; use celeborn.network.memory.allocator.type",
    "celeborn.worker.decommission.shutdown.enabled": "not in any release; the service drains in its preStop hook",
    "celeborn.worker.heartbeat.interval": "does not exist; it is a quarter of celeborn.master.heartbeat.worker.timeout",
    "celeborn.tags.useTagsQL": "only in Celeborn's documentation, not in the release",
    "celeborn.master.hdfs.expireDirs.timeout": "removed in 0.6.0; use celeborn.master.dfs.expireDirs.timeout",
    "celeborn.client.shuffle.mapPartition.split.enabled": "removed in 0.6.0; map partitions always split",
    "celeborn.metrics.app.topDiskUsage.count": "removed in 0.6.0",
    "celeborn.metrics.app.topDiskUsage.interval": "removed in 0.6.0",
    "celeborn.metrics.app.topDiskUsage.windowSize": "removed in 0.6.0",
    "celeborn.shuffle.forceFallback.enabled": "deprecated; use celeborn.client.spark.shuffle.fallback.policy",
    "celeborn.client.spark.shuffle.forceFallback.enabled": (
        "deprecated; use celeborn.client.spark.shuffle.fallback.policy"
    ),
    "celeborn.worker.storage.baseDir.prefix": "deprecated; use celeborn.worker.storage.dirs",
    "celeborn.worker.storage.baseDir.number": "deprecated; use celeborn.worker.storage.dirs",
    "celeborn.worker.congestionControl.low.watermark": (
        "deprecated; use celeborn.worker.congestionControl.diskBuffer.low.watermark"
    ),
    "celeborn.worker.congestionControl.high.watermark": (
        "deprecated; use celeborn.worker.congestionControl.diskBuffer.high.watermark"
    ),
}
"""Keys of earlier releases, or only of the documentation, that 0.7.0 ignores or is about to drop. Source: a comparison
of the tags v0.5.0 to v0.7.0, and the deprecation list of v0.7.0."""

_TIME = re.compile(r"-?\d+(us|ms|s|m|min|h|d)?", re.IGNORECASE)
_SIZE = re.compile(r"-?\d+([kmgtp]i?b?|b)?", re.IGNORECASE)
_SHAPES = {
    "bool": (re.compile(r"true|false", re.IGNORECASE), "true or false"),
    "int": (re.compile(r"-?\d+"), "a whole number"),
    "number": (re.compile(r"-?\d+(\.\d+)?([eE]-?\d+)?"), "a number"),
    "time": (_TIME, "a whole number with us, ms, s, m, min, h or d, such as 30s"),
    "size": (_SIZE, "a whole number with b, k, m, g, t or p, such as 64m"),
}


@dataclass(frozen=True)
class Key:
    """One key of the registry; `allowed` is `a|b` (choices) or `low..high`; `side` is where it acts."""

    name: str
    type: str
    default: str
    allowed: str
    side: str

    def refusal(self, value: str) -> str | None:
        """What is allowed, if `value` is not; None if it is."""
        kind = self.type.partition(":")[0]
        if kind in _SHAPES:
            shape, words = _SHAPES[kind]
            if not shape.fullmatch(value.strip()):
                return words
        elif kind == "regex" and not _is_regex(value):
            return "a regular expression"
        if "|" in self.allowed and value.upper() not in self.allowed.upper().split("|"):
            return self.allowed.replace("|", ", ")
        low, dots, high = self.allowed.partition("..")
        outside = dots and (float(value) < float(low) or (high and float(value) > float(high)))
        return f"{_SHAPES[kind][1]} from {low} to {high}" if outside and high else f"{low} or more" if outside else None


@dataclass(frozen=True)
class Registry:
    """The keys by name, the template keys as patterns, and today's name of each earlier name."""

    keys: dict[str, Key]
    templates: tuple[tuple[re.Pattern[str], Key], ...]
    renamed: dict[str, str]

    def find(self, name: str) -> Key | None:
        """The key of that name, also by a template; None if there is none."""
        key = self.keys.get(name) or next((k for p, k in self.templates if p.fullmatch(name)), None)
        return key or (Key(name, "text", "", "", "server") if _METRICS.fullmatch(name) else None)


@cache
def registry() -> Registry:
    """The registry of the pinned release, read once."""
    keys: dict[str, Key] = {}
    templates: list[tuple[re.Pattern[str], Key]] = []
    renamed: dict[str, str] = {}
    for line in (Path(__file__).parent / "celeborn-keys.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, kind, default, allowed, side, earlier = [*line.split("\t"), ""][:6]
        key = Key(name, kind, default, allowed, side)
        renamed.update({old: name for old in earlier.split(",") if old})
        if "<" in name:
            templates.append((_pattern(name), key))
        else:
            keys[name] = key
    return Registry(keys, tuple(templates), renamed)


def check_keys(conf: Mapping[str, str], where: str) -> list[str]:
    """One sentence for each wrong entry of a server's configuration; `where` is the path of the map (`workers.conf`).

    Refuses unknown, renamed, removed and client-only keys, secrets, and values of a wrong type, unit or range.
    """
    return [f"{where}.{key}: {reason}" for key, reason in wrong_entries(conf, "server")]


def check_client_conf(spark_conf: Mapping[str, str], where: str) -> list[str]:
    """One sentence for each wrong `spark.celeborn.…` entry of a Spark configuration; other keys are left alone."""
    return [f"{where}.{key}: {reason}" for key, reason in wrong_entries(spark_conf, "client")]


def wrong_entries(conf: Mapping[str, str], side: Side) -> list[tuple[str, str]]:
    """Each wrong key of a map with what is wrong and what is allowed. `side`: whose configuration it is."""
    mistakes: list[tuple[str, str]] = []
    for key, value in conf.items():
        prefix = "spark." if side == "client" else ""
        if side == "client" and not key.startswith("spark.celeborn."):
            if key.startswith("celeborn."):
                mistakes.append((key, f"Spark does not pass it on to jobs; did you mean {'spark.' + key!r}?"))
            continue
        if reason := _wrong(key.removeprefix(prefix), str(value), side, prefix):
            mistakes.append((key, reason))
    return mistakes


def _wrong(name: str, value: str, side: Side, prefix: str) -> str | None:
    reg = registry()
    if _SECRET.search(name):
        return "would be stored in plain text; allowed: shuffle.tls.secret, the name of a Secret"
    if name in _REMOVED:
        return _REMOVED[name]
    if name in reg.renamed and name not in reg.keys:
        return f"renamed; use {prefix + reg.renamed[name]!r}"
    key = reg.find(name)
    if key is None:
        close = _nearest(name)
        hint = f"; did you mean {prefix + close!r}?" if close else ""
        return f"unknown key of Celeborn {CELEBORN_VERSION}{hint}"
    if misplaced := _misplaced(key, side):
        return misplaced
    refusal = key.refusal(value)
    return f"{show(value)} is not allowed; allowed: {refusal}" if refusal else None


def _misplaced(key: Key, side: Side) -> str | None:
    if side == "client" and key.side in ("server", "dynamic"):
        return "works only on the servers; allowed: shuffle.masters.conf, shuffle.workers.conf or shuffle.quotas_gib"
    if side == "server" and key.side == "client":
        return f"works only in jobs; allowed: {'spark.' + key.name!r} in a Spark configuration"
    if side == "server" and key.side == "dynamic":
        return "works only as dynamic configuration; allowed: shuffle.quotas_gib"
    return None


def _nearest(name: str) -> str | None:
    """The key that was probably meant; a template's key keeps the module or id of the name."""
    reg = registry()
    return nearest(name, [*reg.keys, *(_filled(k.name, name) for _, k in reg.templates)])


def _filled(template: str, name: str) -> str:
    """`celeborn.<module>.io.retryWait` with the module that stands in `name`, or the likeliest one."""
    name_parts, parts = name.split("."), template.split(".")
    for i, part in enumerate(parts):
        if part == "<module>":
            parts[i] = nearest(name_parts[i], MODULES) or "data" if i < len(name_parts) else "data"
        elif part in _PATTERNS:
            parts[i] = name_parts[i] if i < len(name_parts) and re.fullmatch(_PATTERNS[part], name_parts[i]) else "0"
    return ".".join(parts)


def _pattern(template: str) -> re.Pattern[str]:
    text = re.escape(template)
    for mark, pattern in _PATTERNS.items():
        text = text.replace(re.escape(mark), f"({pattern})")
    if template.startswith(_SSL):  # celeborn.ssl.x without a module is the default of all modules
        text = text.replace(f"({_PATTERNS['<module>']})\\.", f"(({_PATTERNS['<module>']})\\.)?")
    return re.compile(text)


def _is_regex(value: str) -> bool:
    try:
        re.compile(value)
    except re.error:
        return False
    return True
