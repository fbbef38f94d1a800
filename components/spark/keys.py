"""Which Spark keys a stack file or a workspace may set: the protected ones, and likely misspellings.

Spark ignores an unknown key silently, so a misspelt one only shows on the bill. A protected key is one on whose value
the isolation of teams or the give-back of idle executors depends.
"""

import difflib
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..base.kubernetes import one_line
from ..shuffle.keys import check_client_conf
from .older_keys import current_name

FAMILIES = (
    "spark.dynamicAllocation.",
    "spark.kubernetes.",
    "spark.decommission.",
    "spark.eventLog.",
    "spark.executor.",
)
"""Prefixes whose keys are all in `known_keys.txt`, so that a near miss is a mistake."""


@dataclass(frozen=True)
class Protected:
    """A key (or prefix that ends in a dot) that only the platform sets."""

    key: str
    guards: Literal["isolation", "give-back", "placement"]
    reason: str

    def covers(self, key: str) -> bool:
        """True when `key` is this key or lies below this prefix."""
        return key.startswith(self.key) if self.key.endswith(".") else key == self.key


_ROLE, _TAGS = "the workspace decides on the pods' role", "the bill tells teams apart by these tags"
PROTECTED: tuple[Protected, ...] = (
    Protected("spark.master", "isolation", "the operator decides which API server is called"),
    Protected("spark.submit.deployMode", "isolation", "a client-mode driver would run inside the operator's pod"),
    Protected("spark.kubernetes.namespace", "isolation", "a job stays in its team's namespace"),
    Protected("spark.kubernetes.context", "isolation", "the operator decides which API server is called"),
    Protected("spark.kubernetes.authenticate.", "isolation", "the workspace decides which accounts a job runs as"),
    Protected("spark.kubernetes.driver.master", "isolation", "the driver talks to its own cluster only"),
    Protected("spark.kubernetes.driver.podTemplateFile", "isolation", "the workspace's template keeps pods restricted"),
    Protected(
        "spark.kubernetes.executor.podTemplateFile", "isolation", "the workspace's template keeps pods restricted"
    ),
    Protected("spark.kubernetes.driver.podTemplateContainerName", "isolation", "the operator sets it"),
    Protected("spark.kubernetes.executor.podTemplateContainerName", "isolation", "the operator sets it"),
    Protected("spark.kubernetes.driver.pod.featureSteps", "isolation", "it runs code inside the submitting process"),
    Protected("spark.kubernetes.executor.pod.featureSteps", "isolation", "it can undo the pod template"),
    Protected("spark.kubernetes.driver.pod.excludedFeatureSteps", "isolation", "it can remove security settings"),
    Protected("spark.kubernetes.executor.pod.excludedFeatureSteps", "isolation", "it can remove security settings"),
    Protected("spark.kubernetes.driver.scheduler.name", "placement", "virtual nodes need the default scheduler"),
    Protected("spark.kubernetes.executor.scheduler.name", "placement", "virtual nodes need the default scheduler"),
    Protected("spark.kubernetes.scheduler.name", "placement", "virtual nodes need the default scheduler"),
    Protected("spark.kubernetes.executor.label.spark-role", "isolation", "policies recognise pods by it"),
    Protected("spark.kubernetes.driver.annotation.k8s.aliyun.com/eci-ram-role-name", "isolation", _ROLE),
    Protected("spark.kubernetes.executor.annotation.k8s.aliyun.com/eci-ram-role-name", "isolation", _ROLE),
    Protected("spark.kubernetes.driver.annotation.k8s.aliyun.com/eci-custom-tags", "isolation", _TAGS),
    Protected("spark.kubernetes.executor.annotation.k8s.aliyun.com/eci-custom-tags", "isolation", _TAGS),
    Protected("spark.kubernetes.driver.label.spark-role", "isolation", "policies recognise pods by it"),
    Protected("spark.driver.port", "isolation", "network policies open this port only"),
    Protected("spark.driver.blockManager.port", "isolation", "network policies open this port only"),
    Protected("spark.blockManager.port", "isolation", "network policies open this port only"),
    Protected("spark.ui.port", "isolation", "network policies open this port only"),
    Protected("spark.port.maxRetries", "isolation", "another port would be blocked by the network policies"),
    Protected("spark.celeborn.client.shuffle.manager.port", "isolation", "network policies open this port only"),
    Protected("spark.celeborn.identity.", "isolation", "shuffle quotas are counted per team"),
    Protected(
        "spark.celeborn.master.endpoints", "isolation", "the platform's shuffle service is the only one reachable"
    ),
    Protected("spark.celeborn.auth.enabled", "isolation", "the shuffle service refuses clients without authentication"),
    Protected(
        "spark.celeborn.client.spark.shuffle.fallback.policy",
        "give-back",
        "with a fallback shuffle data stays on executors, which are then never given back",
    ),
    Protected(
        "spark.dynamicAllocation.shuffleTracking.enabled",
        "give-back",
        "tracking keeps every executor that holds shuffle data until the job ends",
    ),
    Protected("spark.shuffle.manager", "give-back", "shuffle data must live in the shuffle service"),
    Protected("spark.shuffle.sort.io.plugin.class", "give-back", "Spark gives executors back only with this plugin"),
    Protected("spark.shuffle.service.enabled", "give-back", "there is no node-local shuffle service on virtual nodes"),
    Protected("spark.hadoop.fs.oss.accessKeyId", "isolation", "no static keys: pods have a cloud identity"),
    Protected("spark.hadoop.fs.oss.accessKeySecret", "isolation", "no static keys: pods have a cloud identity"),
    Protected("spark.hadoop.fs.oss.credentials.provider", "isolation", "pods have a cloud identity of their own"),
    Protected("spark.hadoop.aliyun.oss.provider.url", "isolation", "pods have a cloud identity of their own"),
)


def protected(key: str) -> Protected | None:
    """The entry that protects `key`, under its current name, if any."""
    name = current_name(key)
    return next((p for p in PROTECTED if p.covers(name)), None)


@functools.cache
def known_keys() -> tuple[str, ...]:
    """The keys of the checked families (see the head of `known_keys.txt`)."""
    lines = Path(__file__).with_name("known_keys.txt").read_text(encoding="utf-8").splitlines()
    return tuple(k for k in lines if k and not k.startswith("#"))


def misspelt(key: str) -> str | None:
    """The known key that `key` very probably means; None if it is known, of another family or unlike any."""
    known = known_keys()
    if key in known or any(key.startswith(k) for k in known if k.endswith(".")):
        return None
    if not key.lower().startswith(tuple(f.lower() for f in FAMILIES)):
        return None
    by_lower = {k.lower(): k for k in known if not k.endswith(".")}
    close = difflib.get_close_matches(key.lower(), by_lower, n=1, cutoff=0.9)
    return by_lower[close[0]] if close else None


def entry_mistake(key: str, value: str) -> str | None:
    """Why a user may not set `key` to `value`, as the end of a sentence; None if it is fine."""
    if not key.startswith("spark."):
        return f"only keys that begin with 'spark.' reach a job; did you mean {'spark.' + key!r}?"
    if not one_line(value) or not one_line(key) or re.search(r"[\s=:]", key):
        return "allowed: a key without blanks, = and :, and a value of one line without control characters"
    entry = protected(key)
    if entry is not None:
        return f"set by the platform: {entry.reason}; allowed: leave it out"
    mistakes = check_client_conf({key: value}, "")
    if mistakes:
        return mistakes[0].partition(": ")[2]
    return _not_current(key)


def _not_current(key: str) -> str | None:
    current = current_name(key)
    if current != key:
        return f"an older name, which Spark reads only where the current one is not set; allowed: {current}"
    meant = misspelt(key)
    return f"unknown key, which Spark would ignore; did you mean {meant!r}?" if meant else None
