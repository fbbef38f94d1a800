"""The Spark image has every jar, class path and version the platform's configuration names.

The Dockerfile is read, not built: there is no Docker here. It must say what images/spark/contents.yaml says, from which
the sandbox makes the image that its jobs run on. Which class is in which jar is written below, from the vendors'
documentation and Celeborn's build.
"""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest

from components.base import constants
from components.history.component import STORE_DIR, pod
from components.history.inputs import HistoryServerInputs
from components.pods.parts import SPARK_UID
from components.shuffle.client import client_conf
from components.shuffle.inputs import ShuffleSettings
from components.spark.configuration import spark_conf
from components.spark.context import JobContext
from components.spark.inputs import SparkSettings
from components.spark.templates import LOCAL_DIR, executor_template
from tools.sandbox.images import spark as spark_layers
from tools.sandbox.images.contents import FOLDER, contents

DOCKERFILE = (FOLDER / "Dockerfile").read_text().replace("\\\n", " ")
BASE = {"/opt/spark/bin/spark-class", "/opt/spark/jars"}
"""What the official Spark image brings."""
CLASSES = {
    "com.aliyun.jindodata.": "jindo-sdk",
    "org.apache.spark.shuffle.celeborn.": "celeborn-client-spark-3-shaded_2.12",
    "org.apache.spark.": "spark",
    "sparkonack.": "spark-on-ack",
}
"""Package -> the jar it is in (`spark`: the base image)."""


def arguments() -> dict[str, str]:
    return dict(re.findall(r"^ARG (\w+)=?(\S*)", DOCKERFILE, re.MULTILINE))


def jars() -> set[str]:
    """Names of the jars that are downloaded, with build arguments filled in."""
    files = re.findall(r'fetch-jar "([^"]+)"', DOCKERFILE)
    for _ in range(2):
        files = [re.sub(r"\$\{(\w+)\}", lambda m: arguments()[m[1]], f) for f in files]
    return {f.rpartition("/")[2] for f in files}


def final_stage() -> str:
    return DOCKERFILE[DOCKERFILE.rindex("\nFROM") :]


LISTED = contents()
RELEASE = LISTED.spark[constants.SPARK_VERSION]


def test_the_dockerfile_has_the_jars_of_the_list_and_no_others() -> None:
    compiler = "ecj-3.33.0.jar"  # used, not kept
    another_platform = "jindo-core--6.10.7.jar"  # only where JINDOSDK_PLATFORM is given
    assert jars() - {compiler, another_platform} == {jar.file(RELEASE) for jar in LISTED.jars}


def test_the_dockerfile_compiles_the_sources_of_the_list_with_its_compiler() -> None:
    group, name, version = LISTED.compiler.coordinates.split(":")
    assert f"{group.replace('.', '/')}/{name}/" in DOCKERFILE
    assert arguments()["COMPILER_VERSION"] == version
    assert arguments()["COMPILER_SHA256"] == LISTED.compiler.sha256
    assert re.search(rf"^COPY {LISTED.java_sources} /source$", DOCKERFILE, re.MULTILINE)


def test_the_dockerfile_copies_the_programs_of_the_list_to_their_places() -> None:
    copied = re.findall(r"^COPY --chown=root:root --chmod=0755 (\S+) (\S+)$", final_stage(), re.MULTILINE)
    assert dict(copied) == LISTED.files
    assert f'ENTRYPOINT ["{LISTED.entrypoint}"]' in final_stage()
    assert LISTED.entrypoint in LISTED.files.values()


def test_the_dockerfile_makes_the_folders_of_the_list_for_its_user() -> None:
    assert re.findall(r"mkdir -p ([^&]+)&&", final_stage())[0].split() == list(LISTED.folders)
    owned = re.findall(r"chown (\d+):\1 (.+)", final_stage())
    assert owned[0][0] == str(LISTED.user)
    assert set(owned[0][1].split()) == set(LISTED.folders)
    assert LISTED.user == SPARK_UID


def test_the_dockerfile_refuses_the_jars_that_must_not_be_there() -> None:
    for name in LISTED.never:
        assert f"test -z \"$(find /opt/spark/jars -name '{name}-*.jar')\"" in final_stage()


def test_the_dockerfile_installs_no_python_package_as_the_list_has_none() -> None:
    assert not LISTED.python
    assert "pip install" not in DOCKERFILE


@pytest.mark.parametrize("version", list(LISTED.spark))
def test_the_sandbox_pins_the_spark_releases_of_the_list(version: str) -> None:
    assert f"pyspark=={version} " in spark_layers.pins(version).read_text()


def test_every_listed_release_may_be_said_in_a_stack_file() -> None:
    for version in LISTED.spark:
        assert SparkSettings.read({"version": version}).version == version


def test_versions_are_the_ones_the_platform_pins() -> None:
    pinned = arguments()
    assert pinned["SPARK_VERSION"] == constants.SPARK_VERSION
    assert pinned["JINDOSDK_VERSION"] == constants.JINDOSDK_VERSION
    assert pinned["CELEBORN_VERSION"] == constants.CELEBORN_VERSION


@pytest.mark.parametrize("credentials", ["eci", "rrsa"])
def test_every_class_the_configuration_names_is_in_a_jar_of_the_image(credentials: str) -> None:
    context = JobContext(
        team="a",
        namespace="a",
        region="cn-hangzhou",
        credentials=credentials,  # type: ignore[arg-type]
        oss_hdfs=True,
        files_bucket="f",
        shuffle_conf=client_conf(ShuffleSettings()),
    )
    configuration = spark_conf(SparkSettings.read({"version": "4.2.1"}), context)
    named = {e.value for e in configuration.values() if re.fullmatch(r"(com|org)(\.\w+){2,}\.[A-Z]\w+", e.value)}
    assert len(named) >= 6
    for name in named:
        jar = next(jar for package, jar in CLASSES.items() if name.startswith(package))
        assert jar == "spark" or any(re.fullmatch(rf"{re.escape(jar)}-\d[\d.]*\.jar", j) for j in jars()), name


def test_jars_land_in_sparks_own_directory() -> None:
    assert "jindo-core-6.10.7.jar" in jars()
    assert re.search(r"COPY --from=jars .*/jars/\*\.jar /opt/spark/jars/", final_stage())


def test_paths_the_configuration_names_exist_in_the_image_or_are_volumes() -> None:
    folders = set(re.findall(r"mkdir -p ([^&]+)&&", final_stage())[0].split()) | BASE
    spec = executor_template(SparkSettings(), JobContext(team="a", namespace="a", region="cn-hangzhou"))["spec"]
    mounted = {m["mountPath"] for c in spec["containers"] for m in c["volumeMounts"]}
    assert {LOCAL_DIR, STORE_DIR} <= folders
    assert LOCAL_DIR in mounted
    inputs = HistoryServerInputs.of({"image": "a/b:1", "event_log_dir": "file:///x"}, "test")
    [server] = pod(inputs, JobContext(team="", namespace="h", region="cn-hangzhou", event_log_dir="file:///x"))["spec"][
        "containers"
    ]
    assert server["command"][0] in BASE


def test_the_image_runs_as_the_user_the_templates_name() -> None:
    assert re.findall(r"^USER (\S+)", final_stage(), re.MULTILINE)[-1] == f"{SPARK_UID}:{SPARK_UID}"


def test_the_base_has_glibc_and_python() -> None:
    base = arguments()["SPARK_IMAGE"]
    assert "alpine" not in base
    assert "python3" in base


def run_fetch(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """fetch-jar with a curl of our own that writes a known jar."""
    curl = folder / "bin/curl"
    curl.parent.mkdir(exist_ok=True)
    curl.write_text('#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\nprintf jar > "$2"\n')
    curl.chmod(0o755)
    env = {**os.environ, "PATH": f"{curl.parent}:{os.environ['PATH']}"}
    command = ["sh", str(FOLDER / "fetch-jar.sh"), *args]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_jar_with_another_checksum_stops_the_build(tmp_path: Path) -> None:
    good = hashlib.sha256(b"jar").hexdigest()
    assert run_fetch(tmp_path, "https://example.com/a.jar", good).returncode == 0
    done = run_fetch(tmp_path, "https://example.com/a.jar", "0" * 64)
    assert done.returncode == 1
    assert f"a.jar has sha256 {good}, expected 000" in done.stderr


def test_a_repository_that_was_not_given_stops_the_build_with_the_argument(tmp_path: Path) -> None:
    done = run_fetch(tmp_path, "/org/apache/celeborn/c.jar")
    assert done.returncode == 1
    assert "give its repository as a build argument" in done.stderr


def test_a_jar_without_tls_needs_its_checksum(tmp_path: Path) -> None:
    good = hashlib.sha256(b"jar").hexdigest()
    done = run_fetch(tmp_path, "http://mirror.example.com/a.jar")
    assert done.returncode == 1
    assert "is not https and has no sha256" in done.stderr
    assert not (tmp_path / "a.jar").exists()
    assert run_fetch(tmp_path, "http://mirror.example.com/a.jar", good).returncode == 0


def test_every_jar_of_the_dockerfile_can_be_checked() -> None:
    fetched = re.findall(r'fetch-jar "([^"]+)" "([^"]*)"', DOCKERFILE)
    assert len(fetched) == len(re.findall(r'fetch-jar "', DOCKERFILE)) >= 5
    for address, checksum in fetched:
        assert re.fullmatch(r"\$\{\w+_SHA256\}", checksum), address
        assert checksum.strip("${}") in arguments()
