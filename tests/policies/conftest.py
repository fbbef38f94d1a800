"""The packs' processes, started once for all tests of a session."""

from collections.abc import Iterator

import pytest

from tools.packs import PACKS, Pack, running


@pytest.fixture(scope="session")
def cost_pack() -> Iterator[Pack]:
    with running(PACKS["cost"], region="cn-hangzhou") as pack:
        yield pack


@pytest.fixture(scope="session")
def isolation_pack() -> Iterator[Pack]:
    with running(PACKS["isolation"]) as pack:
        yield pack
