"""Thousands of stack files that nobody wrote: each is refused in sentences, or builds a graph that the clouds take."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import config as raw

from components.base.constants import PROJECT
from components.base.mistakes import InputError
from components.platform.component import SparkPlatform
from components.platform.inputs import SparkPlatformInputs
from replay.graph import Graph, reveal
from replay.stack_config import StackFileError, config_of
from stacks.settings import load
from tests import alicloud_types
from tests.stacks.fuzzing import write
from tests.stacks.objects import object_mistakes
from tests.support import record

FILES = int(os.environ.get("FUZZ_FILES", "250"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
BUILT_OF = int(os.environ.get("FUZZ_BUILT_OF", "8"))
"""Of the files that are accepted, one in so many is built into a graph, which takes a second."""


def outcome(path: Path) -> tuple[str, Any]:
    """("refused", sentences) or ("accepted", settings). Anything else is a defect and is raised."""
    token, secrets = raw.CONFIG.set({}), raw._SECRET_KEYS.set(set())
    try:
        pulumi.runtime.set_all_config(*config_of(path, PROJECT))
        return "accepted", load()[0]
    except StackFileError as e:
        return "refused", [str(e)]
    except InputError as e:
        return "refused", e.sentences
    finally:
        raw.CONFIG.reset(token)
        raw._SECRET_KEYS.reset(secrets)


def graph_of_settings(settings: Any) -> Graph:
    """What the program would register."""
    return record(lambda: SparkPlatform("platform", SparkPlatformInputs(settings=settings)))


def refused_later(graph: Graph) -> Iterator[str]:
    """What the provider's types, or the API server, would refuse in the graph."""
    yield from alicloud_types.mistakes(graph)
    for resource in graph:
        if resource.kubernetes:
            yield from (f"{resource.kind} {resource.name}: {m}" for m in object_mistakes(reveal(resource.inputs)))


def test_a_generated_file_is_refused_in_sentences_or_builds_what_the_clouds_take(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + FILES):
        path = write(tmp_path, seed)
        try:
            kind, result = outcome(path)
        except Exception as e:
            path.rename(tmp_path / f"failed-{seed}.yaml")
            pytest.fail(f"seed {seed}: {type(e).__name__}: {e}")
        counts[kind] += 1
        if kind == "refused":
            assert result, f"seed {seed}: refused without a word"
            assert all(": " in s and "\n" not in s for s in result), f"seed {seed}: {result}"
        elif counts["accepted"] % BUILT_OF == 0:
            counts["built"] += 1
            try:
                graph = graph_of_settings(result)
            except InputError:  # for example without the kubeconfig, a secret that no stack file holds
                counts["refused when built"] += 1
            else:
                assert list(refused_later(graph)) == [], f"seed {seed}"
    print(dict(counts))
    assert counts["refused"] > FILES // 3
    assert counts["accepted"] > FILES // 20
    assert counts["refused when built"] <= 1 + counts["built"] // 50
