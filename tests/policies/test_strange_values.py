"""Platforms with strange values anywhere: a rule may say what it likes, but never break."""

import copy
import os
import random

import pytest

from policies.base.check import check
from policies.base.config import defaults
from policies.base.rule import Context, Rule
from policies.cost.rules import RULES as COST_RULES
from policies.isolation.rules import RULES as ISOLATION_RULES
from replay.graph import UNKNOWN, Graph
from tests.policies import graphs
from tests.policies.isolation import platform
from tests.stacks.fuzzing import STRANGE

ROUNDS = int(os.environ.get("FUZZ_GRAPHS", "60"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
VALUES = (*STRANGE, {UNKNOWN: True}, float("inf"), 10**400, "1e400", "[" * 5000, "{" * 5000)


def spoilt(graph: Graph, seed: int) -> Graph:
    """The platform with three values, or whole branches, replaced."""
    pick = random.Random(seed)  # noqa: S311 - test data
    for _ in range(3):
        resource = pick.choice(graph.resources)
        paths = [path for path, _ in graphs.leaves(resource.inputs) if path]
        if paths:
            path = pick.choice(paths)
            value = copy.deepcopy(pick.choice(VALUES))
            resource.inputs = graphs.put(resource.inputs, path[: pick.randint(1, len(path))], value)
    return graph


@pytest.mark.parametrize("rules", [COST_RULES, ISOLATION_RULES], ids=["cost", "isolation"])
def test_no_rule_breaks_on_strange_values(rules: tuple[Rule, ...]) -> None:
    clean = graphs.clean if rules is COST_RULES else platform.clean
    config = defaults(rules)
    for seed in range(FIRST, FIRST + ROUNDS):
        try:
            check(spoilt(clean(), seed), rules, config, Context(region="cn-hangzhou"))
        except Exception as e:
            raise AssertionError(f"seed {seed}: {type(e).__name__}: {e}") from e
