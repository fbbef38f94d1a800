"""Resources of any shape: a rule may refuse what it cannot read, but neither packs nor guard may break."""

import copy
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from policies import guard
from policies.base.check import Verdict, check
from policies.base.config import config_file, context_of, load
from policies.base.rule import UNREADABLE
from replay.graph import SECRET, UNKNOWN, Graph, Resource
from tests.policies import graphs
from tests.policies.honest import EXCEPTIONAL, HARMLESS
from tests.policies.isolation import platform

JUNK: list[Any] = [
    None, [], {}, "", "x", "*", 0, -1, 1e308, float("nan"), float("inf"), True, [None], [[]], [{}], {"a": None},
    {"": {}}, [1, "a", {}], {"a": [{"b": None}]}, {UNKNOWN: True}, {SECRET: True, "value": None},
    {SECRET: True, "value": [1]},
    "nan", "inf", "1e999", "9" * 500, 10**400, "\x00", "1Gi", "{", "null", '{"Statement": 1}', '{"Statement": [1]}',
    '{"Statement": {"Effect": 1}}', '{"Resources": []}', '{"Resources": {"a": 1}}', "[" * 5000, "a: &a [*a]",
    "2020-13-45", "0.0.0.0/99", "::/0", "1.2.3.4/abc", "spark.executor.memory 1e9999g", "spark.executor.cores",
]  # fmt: skip
"""Values that somebody may write where another shape belongs."""
CONFIGS = {name: load(config_file(guard._HERE / name, "prod"), rules) for name, rules in guard.PACKS.items()}
CONTEXT = context_of("prod", "cn-hangzhou")
PROGRAMS = [r for program in [*HARMLESS.values(), *EXCEPTIONAL.values()] for r in program]
BASE = [*graphs.clean(), *platform.clean(), *PROGRAMS]
TEAMS = [r for r in platform.clean() if r.kind == "Namespace"]


def paths(value: Any, path: graphs.Path = ()) -> Iterator[graphs.Path]:
    """Every place in a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


def shaped(seed: int) -> Resource:
    """A resource with one to three places of a random shape, its whole properties among them."""
    chance = random.Random(seed)  # noqa: S311 - the shapes are to be the same in each run
    resource = copy.deepcopy(chance.choice(BASE))
    for _ in range(chance.choice((1, 1, 2, 3))):
        path, junk = chance.choice(list(paths(resource.inputs))), copy.deepcopy(chance.choice(JUNK))
        resource.inputs = graphs.put(resource.inputs, path, junk) if path else junk
    return resource


def said(graph: Graph) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for name, rules in guard.PACKS.items():
        verdicts += check(graph, rules, CONFIGS[name], CONTEXT, "mandatory")
    return verdicts


@pytest.mark.parametrize("part", range(4))
def test_no_shape_breaks_a_rule(part: int) -> None:
    for seed in range(part * 1000, (part + 1) * 1000):
        resource = shaped(seed)
        graph = Graph("prod", [*TEAMS, resource] if seed % 2 else [resource])
        assert [v.message for v in said(graph) if UNREADABLE in v.message] == [], f"seed {seed}"


def test_a_rule_that_breaks_all_the_same_refuses_and_says_so() -> None:
    def broken(*_: object, **__: object) -> Iterator[str]:
        yield str(1 / 0)

    rule = next(r for r in guard.PACKS["isolation"] if r.id == "pod-security")
    verdicts = check(Graph("prod", TEAMS), [replace(rule, check=broken)], CONFIGS["isolation"], CONTEXT)
    assert [v.level for v in verdicts] == ["mandatory"] * len(TEAMS)
    assert all(f"{UNREADABLE} (ZeroDivisionError)" in v.message for v in verdicts)
