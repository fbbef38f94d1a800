"""The isolation rules, by subject."""

import importlib

from policies.base.rule import rules_of

SUBJECTS = ("rbac", "namespaces", "network", "images", "credentials", "pods", "jobs", "ram", "buckets", "services")
RULES = rules_of(importlib.import_module(f"{__name__}.{subject}") for subject in SUBJECTS)
"""All isolation rules, in the order of the documentation."""
