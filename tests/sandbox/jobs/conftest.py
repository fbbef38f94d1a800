"""The jobs' tests share one set of watches, and jobs that nothing disturbs are started together."""

import pytest

from tests.sandbox.conftest import Sandbox
from tests.sandbox.jobs.runs import Jobs

GIVE_BACK_RESULT = "oss://sandbox-hdfs.cn-hangzhou.oss-dls.aliyuncs.com/teams/team-a/results/give-back"
UNDISTURBED = ("python-udf", "fails-once", "out-of-memory")


@pytest.fixture(scope="session")
def jobs(real_sandbox: Sandbox) -> Jobs:
    """Jobs on the sandbox; `make sandbox` has taken the ETL through already, these are on their way."""
    jobs = Jobs(real_sandbox)
    for name in UNDISTURBED:
        jobs.start(name)
    jobs.start("long-task", under="give-back", arguments=[GIVE_BACK_RESULT, "17", "1", "40"])
    return jobs
