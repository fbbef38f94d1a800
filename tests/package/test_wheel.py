"""The wheel, installed into an empty environment, serves a small program, and the package itself."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.package.server import version
from tests.package.conftest import Driver, driving
from tests.package.engine import ROOT

PROGRAM = """\
import pulumi
from pulumi.runtime.mocks import Mocks
class Cloud(Mocks):
    def new_resource(self, args):
        print(args.typ, args.name)
        return f"{args.name}-id", {**args.inputs, "output": args.inputs.get("input")}
    def call(self, args):
        return {}
pulumi.runtime.set_mocks(Cloud(), preview=False)
from spark_on_ack import ShuffleService, Workspace
shuffle = ShuffleService("shuffle", {"workers_replicas": 4, "pods": "plain"})
team = Workspace("payments", {"team": "payments", "shuffle_namespace": "celeborn",
                              "shuffle_conf": shuffle.spark_conf}, pulumi.ResourceOptions(depends_on=[shuffle]))
pulumi.runtime.sync_await._sync_await(pulumi.runtime.stack.wait_for_rpcs())
"""
OFFLINE = ("Could not find a version", "Connection", "connection", "Temporary failure", "timed out", "No matching")


def pip(*args: str, python: Path | str = sys.executable, cwd: Path) -> str:
    """Runs pip; skips the test when the index cannot be reached."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--retries", "2", *args]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0 and any(sign in done.stderr for sign in OFFLINE):
        pytest.skip(f"pip reaches no index: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel is built from, apart from the checkout: building writes into its directory."""
    folder = tmp_path_factory.mktemp("source")
    shutil.copytree(ROOT / "components", folder / "components", ignore=shutil.ignore_patterns("__pycache__", "venv"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def python(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has the wheel and what it asks for, nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    pip("wheel", "-q", "--no-deps", "-w", str(folder), ".", cwd=source)
    (wheel,) = folder.glob("*.whl")
    assert wheel.name == f"spark_on_ack-{version()}-py3-none-any.whl"
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    interpreter = folder / "env" / "bin" / "python"
    pip("install", "-q", str(wheel), python=interpreter, cwd=folder)
    return interpreter


@pytest.fixture
def wheel_driver(python: Path) -> Iterator[Driver]:
    """The package, started from where the wheel was installed."""
    folder = run(python, "import spark_on_ack; print(spark_on_ack.__path__[0])")
    yield from driving([str(python), folder.strip()])


def run(python: Path, program: str) -> str:
    done = subprocess.run([str(python), "-c", program], cwd=python.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_program_of_at_most_fifteen_lines_uses_single_components_from_the_wheel(python: Path) -> None:
    assert len(PROGRAM.splitlines()) <= 15
    resources = run(python, PROGRAM).splitlines()
    assert "kubernetes:apps/v1:StatefulSet shuffle-worker" in resources
    assert "kubernetes:core/v1:ConfigMap payments-defaults" in resources
    assert len(resources) > 25


def test_wrong_inputs_are_told_from_the_wheel_too(python: Path) -> None:
    program = PROGRAM.replace('"workers_replicas": 4', '"workers_replica": 4')
    done = subprocess.run([str(python), "-c", program], cwd=python.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "workers_replica: unknown key; did you mean 'workers_replicas'?" in done.stderr


def test_the_wheel_holds_the_package_with_the_same_schema(wheel_driver: Driver, schema: dict[str, Any]) -> None:
    assert wheel_driver.ask("schema") == schema
    answer = wheel_driver.construct("Workspace", {"team": "payments"})
    assert len(answer["resources"]) == 13


def test_the_packages_own_virtualenv_gets_this_project(source: Path) -> None:
    # the engine installs requirements.txt with the package's directory as the current one
    told = pip("install", "--dry-run", "--no-deps", "-r", "requirements.txt", cwd=source / "components")
    assert f"Would install spark-on-ack-{version()}" in told.replace("_", "-")
