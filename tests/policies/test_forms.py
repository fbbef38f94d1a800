"""Every rule, with every form of its violations: none passes, none breaks the rule."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from policies.base.check import check
from policies.base.config import Config, read
from policies.base.rule import Context, Rule
from policies.cost.rules import RULES as COST_RULES
from policies.isolation.rules import RULES as ISOLATION_RULES
from replay.graph import Graph
from tests.conftest import ROOT
from tests.policies import graphs
from tests.policies.cost import mutations as cost
from tests.policies.forms import forms_of
from tests.policies.isolation import mutations as isolation
from tests.policies.isolation import platform
from tests.policies.isolation.variants import VARIANTS

RECORD = ROOT / "tools/violations.yaml"
LEAST = 5
"""Forms of a violation that each rule is tried with, at the least."""
OWN_TESTS = ("known-types", "allow-list")
"""Rules about what no rule reads, and about exceptions: test_closed_world.py has a generator for them."""
RULES = [each for each in (*COST_RULES, *ISOLATION_RULES) if each.id not in OWN_TESTS]
CONTEXT = Context(region="cn-hangzhou")


def cases(rule: Rule) -> Iterator[tuple[Graph, Graph, Config]]:
    """(clean platform, the platform with a violation, levels and figures) of every violation there is of a rule."""
    of_cost = rule in COST_RULES
    module, clean = (cost, graphs.clean) if of_cost else (isolation, platform.clean)
    config = read(cost.config_for(rule.id), COST_RULES) if of_cost else read({"all": "mandatory"}, ISOLATION_RULES)
    for change in [module.MUTATIONS[rule.id], *VARIANTS.get(rule.id, [])]:
        graph = clean()
        change(graph)
        yield clean(), graph, config


def tried(rule: Rule) -> tuple[Counter[str], list[str]]:
    """How often each form was tried, and the forms that pass."""
    counts: Counter[str] = Counter()
    passed: list[str] = []
    for number, (clean, violating, config) in enumerate(cases(rule)):
        assert check(violating, [rule], config, CONTEXT), f"{rule.id} {number}: no violation"
        for form, graph in forms_of(violating, clean):
            counts[form] += 1
            if not check(graph, [rule], config, CONTEXT):
                passed.append(f"{form} of violation {number}")
    return counts, passed


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_no_form_of_a_violation_passes(rule: Rule) -> None:
    counts, passed = tried(rule)
    assert passed == []
    assert len(counts) >= LEAST
    if os.environ.get("UPDATE_SNAPSHOTS"):
        known = yaml.safe_load(RECORD.read_text()) if RECORD.exists() else {}
        RECORD.write_text(yaml.safe_dump(known | {rule.id: dict(counts)}, default_flow_style=None, width=110))
    assert yaml.safe_load(RECORD.read_text()).get(rule.id) == dict(counts), (
        "run `make snapshots`, review the difference"
    )
