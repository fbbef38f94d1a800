"""The jobs' tests share one set of watches, and jobs that nothing disturbs are started together."""

import pytest

from tests.sandbox.conftest import Sandbox
from tests.sandbox.jobs.runs import Jobs

TOGETHER = ("python-udf", "fails-once", "out-of-memory")
"""Examples that run beside each other while the first tests wait."""


@pytest.fixture(scope="session")
def jobs(real_sandbox: Sandbox) -> Jobs:
    """Jobs on the sandbox; `make sandbox` has taken the ETL through already."""
    return Jobs(real_sandbox)


@pytest.fixture(scope="session")
def undisturbed(jobs: Jobs) -> Jobs:
    """The jobs of TOGETHER, started."""
    for name in TOGETHER:
        jobs.start(name)
    return jobs
