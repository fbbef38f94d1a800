"""All rules for arriving jobs, out of the tables by subject."""

from collections.abc import Mapping
from typing import Final

from .conf_rules import CONF_RULES
from .field_rules import FIELD_RULES
from .job_rules import JOB_RULES
from .pod_rules import POD_RULES
from .rule import Rule

RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in (*POD_RULES, *CONF_RULES, *JOB_RULES, *FIELD_RULES)}
"""Rule id -> rule, in the order of the documentation."""
