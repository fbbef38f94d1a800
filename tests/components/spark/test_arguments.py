"""The submit hook splits the operator's arguments as spark-submit itself does."""

import shutil
import subprocess
from pathlib import Path

import pytest

from components.spark.submit import hook

SOURCE = Path(__file__).with_name("Arguments.java")
CASES = (
    ["--name", "x", "--conf", "a=b=c", "app.py", "--conf", "d=e"],
    ["-c", "spark.a=1", "--conf=spark.b=2=3", "--name=pi", "--class", "X", "local:///a.jar"],
    ["--supervise", "--verbose", "-v", "--deploy-mode", "cluster", "--conf", "spark.c=", "a.jar", "-c", "x=y"],
    ["--conf", "--name", "--name", "--conf", "--jars", "a,b", "a.py"],
    ["--properties-file", "/x", "--proxy-user", "u", "--conf", "spark.d= e f ", "a.py"],
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Class path with spark-submit's own parser and a program that shows what it says."""
    jars = sorted(Path.home().glob(".cache/spark-on-ack/downloads/*/jars/spark-launcher_*.jar"))
    if not jars or shutil.which("javac") is None:
        pytest.skip("no javac on PATH, or no release of Spark in the cache to compare with")
    folder = tmp_path_factory.mktemp("arguments")
    subprocess.run(["javac", "-cp", str(jars[0]), "-d", str(folder), str(SOURCE)], check=True, timeout=120)
    return f"{folder}:{jars[0]}"


@pytest.mark.parametrize("arguments", CASES, ids=lambda a: " ".join(a)[:40])
def test_arguments_are_split_as_spark_submit_splits_them(arguments: list[str], compiled: str) -> None:
    command = ["java", "-cp", compiled, "org.apache.spark.launcher.Arguments", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    theirs = [line.split("\t", 1) for line in done.stdout.splitlines()]
    options, conf = hook.parsed(arguments)
    settings = dict(value.partition("=")[::2] for name, value in theirs if name == "--conf")
    assert conf == settings
    named = {name: value for name, value in theirs if name not in ("--conf", "file", "--verbose", "--supervise")}
    assert {k: v for k, v in options.items() if k not in hook.FLAGS} == named
