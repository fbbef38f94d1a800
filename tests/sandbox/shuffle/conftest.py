"""The shuffle service in pods: needs a Celeborn distribution, `make test JOBS=1 CELEBORN_DIST=folder-or-archive`."""

import os
from collections.abc import Iterator

import pytest

from tests.sandbox.conftest import Sandbox
from tests.sandbox.jobs.runs import Jobs
from tests.sandbox.shuffle.service import Service
from tools.sandbox import images


@pytest.fixture(scope="session")
def jobs(real_sandbox: Sandbox) -> Jobs:
    """Watches of the example team's jobs."""
    return Jobs(real_sandbox)


@pytest.fixture(scope="session")
def service(real_sandbox: Sandbox) -> Iterator[Service]:
    """The shuffle service with a third worker, so that one can be missing while data is written twice."""
    if images.celeborn_from_environment(os.environ) is None:
        pytest.skip("no Celeborn distribution: CELEBORN_DIST names none")
    service = Service(real_sandbox)
    service.scale(3)
    yield service
    service.release_disk()
