"""A Spark Connect server of the newest Spark that the settings allow, asked by a client on this machine."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb
import pytest

from tests.sandbox.conftest import Sandbox
from tests.sandbox.jobs.runs import EXAMPLES, Jobs, example
from tools.sandbox import images, tables
from tools.sandbox.console import wait_for
from tools.sandbox.downloads import _installed
from tools.sandbox.images import spark
from tools.sandbox.node import namespace
from tools.sandbox.node.runtime import Import
from tools.sandbox.processes import port_open

pytestmark = pytest.mark.xdist_group("sandbox")
SERVER = example("connect")
NAMESPACE = SERVER["metadata"]["namespace"]
POD = f"{SERVER['metadata']['name']}-server"
TABLES = "oss://sandbox-hdfs.cn-hangzhou.oss-dls.aliyuncs.com/teams/team-a/tables"
IMPORT_SECONDS = 300
START_SECONDS = 300


@pytest.fixture(scope="module")
def image(jobs: Jobs) -> None:
    """The server's image, made and brought to the node while jobs run: nothing that the stack renders names it."""
    settings = jobs.sandbox.settings
    wanted = [each for each in images.wanted([SERVER["spec"]["image"]], cache=settings.cache) if "spark:" in each.name]
    images.ensure(settings.cache, wanted)
    node = namespace.first_process(settings.state)
    arriving = Import(settings, node, partial(images.write_archive, settings.cache, wanted))
    wait_for("the image", arriving.done, IMPORT_SECONDS)


@pytest.fixture(scope="module")
def server(real_sandbox: Sandbox, image: None) -> Iterator[Sandbox]:
    """The server, ready."""
    file = str(EXAMPLES / "connect.yaml")
    done = real_sandbox.kubectl("create", "-f", file, user=real_sandbox.submitter)
    assert done.returncode == 0, done.stderr
    try:
        wait_for("the server", partial(_listens, real_sandbox), START_SECONDS, interval=1)
        yield real_sandbox
    finally:
        real_sandbox.kubectl("delete", "-f", file, user=real_sandbox.submitter)


def _listens(sandbox: Sandbox) -> bool | None:
    """True once its log says so; the operator calls a server ready when its container runs."""
    log = sandbox.kubectl("logs", POD, f"--namespace={NAMESPACE}").stdout
    if "Exception in thread" in log:
        pytest.fail(log[-3000:])
    return True if "Spark Connect server started" in log else None


@contextmanager
def forwarded(sandbox: Sandbox) -> Iterator[str]:
    """The server's address on this machine, as a member of the team has it."""
    kubectl = sandbox._program
    port = sandbox.settings.port + 19
    argv = [
        str(kubectl.program), f"--kubeconfig={sandbox.settings.kubeconfig}", f"--context={sandbox.submitter}",
        "port-forward", f"--namespace={NAMESPACE}", f"pod/{POD}", f"{port}:15002",
    ]  # fmt: skip
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            wait_for("the forwarded port", lambda: port_open(port) or None, 30)
            yield f"sc://127.0.0.1:{port}"
        finally:
            process.terminate()


def pyspark(sandbox: Sandbox, folder: Path) -> str:
    """PYTHONPATH of a client: PySpark as the image has it, and what it needs."""
    layer = spark.spark_layer(SERVER["spec"]["sparkVersion"]).path(sandbox.settings.cache)
    archives = []
    with tarfile.open(layer) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name.startswith("opt/spark/python/lib/") else None
            if content is not None:
                archives.append(folder / Path(member.name).name)
                archives[-1].write_bytes(content.read())
    return os.pathsep.join(map(str, (*archives, _installed(sandbox.settings.cache, "connect"))))


def test_a_client_on_another_machine_gets_the_answer_of_five_million_rows(server: Sandbox, tmp_path: Path) -> None:
    path = pyspark(server, tmp_path)
    with forwarded(server) as address:
        argv = [sys.executable, str(EXAMPLES / "connect/client.py"), address, TABLES]
        done = subprocess.run(
            argv, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=600, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    with duckdb.connect() as database:
        source = f"{tables.ensure(server.settings.cache)}/orders/*.parquet"
        query = f"SELECT quantity, count(*) FROM '{source}' GROUP BY ALL ORDER BY ALL"  # noqa: S608 (ours)
        expected = [list(row) for row in database.execute(query).fetchall()]
    assert json.loads(done.stdout.splitlines()[-1]) == expected
