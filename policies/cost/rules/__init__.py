"""The cost rules, by subject."""

import importlib

from policies.base.rule import rules_of

SUBJECTS = ("pods", "spot", "disks", "jobs", "cloud", "sums")
RULES = rules_of(importlib.import_module(f"{__name__}.{subject}") for subject in SUBJECTS)
"""All cost rules, in the order of the documentation."""
