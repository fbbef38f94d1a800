"""The jobs' tests share one set of watches, and jobs that nothing disturbs are started together."""

import pytest

from tests.sandbox.conftest import Sandbox
from tests.sandbox.jobs.runs import Jobs

UNDISTURBED = ("python-udf", "fails-once", "out-of-memory")


@pytest.fixture(scope="session")
def jobs(real_sandbox: Sandbox) -> Jobs:
    """Jobs on the sandbox; `make sandbox` has taken the ETL through already, these are on their way."""
    jobs = Jobs(real_sandbox)
    for name in UNDISTURBED:
        jobs.start(name)
    jobs.start("long-task", under="give-back")
    return jobs
