"""The cost rules, by subject."""

import importlib

from policies.base.rule import rules_of

SUBJECTS = ("pods", "spot", "disks", "jobs", "cloud", "sums")
EXCEPTIONS = frozenset({
    "requests-and-limits", "size-off-table", "sidecar-size", "instance-type", "pod-price", "ephemeral-storage",
    "pod-address", "pod-tags", "spot-service", "spot-fallback", "spot-size", "disk-class",
    "disk-performance", "disk-left-behind", "cloud-tags", "nat-gateway", "load-balancer", "log-retention",
    "bucket-redundancy", "unfinished-uploads",
})  # fmt: skip
"""Rules about one resource that may be another team's on purpose; of sums, quotas and jobs no resource is exempt."""
RULES = rules_of((importlib.import_module(f"{__name__}.{subject}") for subject in SUBJECTS), EXCEPTIONS)
"""All cost rules, in the order of the documentation."""
