"""The in-cluster check: the script against a stand-in of Hadoop's shell, and the CronJob that carries it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.base.mistakes import InputError
from components.storage_check.component import SCRIPT, StorageCheck, check_pod, core_site
from components.storage_check.inputs import StorageCheckInputs
from tests.support import record

FAKE_JAVA = """#!/bin/sh
# Hadoop's FsShell on the local disk: `java ... org.apache.hadoop.fs.FsShell -op args`
while [ "$1" != org.apache.hadoop.fs.FsShell ]; do shift; done
op=$2; shift 2
echo "$op" >> "$CALLS"
[ "$op" = "${BROKEN:-}" ] && { echo "AccessDenied: $op" >&2; exit 1; }
case $op in
  -ls) ls "$1" ;;
  -mkdir) shift; mkdir -p "$@" ;;
  -put) cat > "$2" ;;
  -cat) cat "$1" ;;
  -mv) if [ "${COPIES:-}" ]; then cp "$1" "$2"; else mv "$1" "$2"; fi ;;
  -test) [ -e "$2" ] ;;
  -rm) for last in "$@"; do :; done; rm -rf "$last" ;;
esac
"""


def run_check(tmp_path: Path, **more: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    programs, root = tmp_path / "bin", tmp_path / "root"
    programs.mkdir()
    root.mkdir()
    (programs / "java").write_text(FAKE_JAVA)
    (programs / "java").chmod(0o755)
    env = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "ROOT": str(root),
        "FOLDERS": "spark-history teams/ads",
        "CORE_SITE": core_site({}),
        "JARS": "/jars",
        "PROBE": "check-1",
        **more,
    }
    done = subprocess.run(["/bin/sh", "-c", SCRIPT], env=env, capture_output=True, text=True, check=False)
    return done, root


def test_a_working_root_passes_all_steps_and_keeps_only_the_folders_asked_for(tmp_path: Path) -> None:
    done, root = run_check(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ok") == 6
    assert f"{root} works" in done.stdout
    assert sorted(str(p.relative_to(root)) for p in root.rglob("*")) == ["spark-history", "teams", "teams/ads"]


@pytest.mark.parametrize(
    ("broken", "step", "cause"),
    [
        ("-ls", "list the root", "OSS-HDFS is off for this bucket"),
        ("-mkdir", "create folders", "safe mode"),
        ("-put", "write a file", "fs.oss.https.enable"),
        ("-cat", "read it back", ".dlsdata/"),
        ("-mv", "rename it", "plain OSS, not OSS-HDFS"),
        ("-rm", "delete it", "retention policy"),
    ],
)
def test_a_failing_step_is_named_with_its_usual_cause_and_the_servers_words(
    tmp_path: Path, broken: str, step: str, cause: str
) -> None:
    done, _ = run_check(tmp_path, BROKEN=broken)
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "works" not in done.stdout
    assert f"could not {step}. Usual cause: " in done.stderr
    assert cause in done.stderr
    assert f"AccessDenied: {broken}" in done.stderr


def test_a_rename_that_leaves_the_old_file_is_no_rename_and_the_probe_is_cleaned_up(tmp_path: Path) -> None:
    done, root = run_check(tmp_path, COPIES="yes")
    assert done.returncode == 1
    assert "written is still there" in done.stderr
    assert not [p for p in root.rglob("*") if "check" in p.name]


ARGS: dict[str, Any] = {
    "namespace": "spark-history",
    "service_account": "history",
    "image": "registry/spark:1",
    "root": "oss://data.cn-hangzhou.oss-dls.aliyuncs.com",
    "folders": ["spark-history"],
    "hadoop_conf": {"fs.oss.impl": "x&y"},
}
TEMPLATE = {
    "metadata": {"annotations": {"k8s.aliyun.com/eci-ram-role-name": "r"}, "labels": {"alibabacloud.com/eci": "true"}},
    "spec": {
        "securityContext": {"runAsUser": 185},
        "containers": [
            {"name": "spark-kubernetes-driver", "env": [{"name": "A", "value": "1"}]},
            {"name": "credentials", "image": "tool"},
        ],
        "volumes": [{"name": "token"}],
    },
}


def test_the_cronjob_is_suspended_and_its_pod_fulfils_the_restricted_level() -> None:
    graph = record(lambda: StorageCheck("check", ARGS))  # type: ignore[arg-type]
    spec = graph.one("CronJob", "check-job").inputs["spec"]
    assert spec["suspend"] is True
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"] == container["resources"]["requests"]
    values = {e["name"]: e.get("value") for e in container["env"]}
    assert values["ROOT"] == ARGS["root"]
    assert "<value>x&amp;y</value>" in str(values["CORE_SITE"])
    command = graph.one("StorageCheck", "check").outputs["command"]
    assert "kubectl -n spark-history create job $job --from=cronjob/check-storage" in command


def test_the_pod_takes_identity_place_and_sidecars_from_the_template_also_when_it_comes_later() -> None:
    def build() -> None:
        template = pulumi.Output.from_input(json.dumps(TEMPLATE))
        StorageCheck("check", ARGS | {"pod_template": template})  # type: ignore[arg-type]

    job = record(build).one("CronJob", "check-job").inputs["spec"]["jobTemplate"]["spec"]["template"]
    assert job["metadata"]["annotations"] == {"k8s.aliyun.com/eci-ram-role-name": "r"}
    assert job["metadata"]["labels"]["alibabacloud.com/eci"] == "true"
    assert [c["name"] for c in job["spec"]["containers"]] == ["check", "credentials"]
    assert {"name": "A", "value": "1"} in job["spec"]["containers"][0]["env"]
    assert [v["name"] for v in job["spec"]["volumes"]] == ["token", "check-tmp"]


def test_the_check_never_mounts_an_api_token_and_never_restarts() -> None:
    spec = check_pod(json.dumps(TEMPLATE), "i", "a", {}, {})["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["restartPolicy"] == "Never"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"root": "data"}, "root: 'data' is not allowed; allowed: an address such as oss://"),
        ({"root": "oss://data/"}, "allowed: an address such as oss://"),
        ({"folders": ["a b"]}, "folders[0]: 'a b' is not allowed; allowed: a path without spaces"),
        ({"hadoop_conf": None}, "hadoop_conf: missing"),
    ],
)
def test_a_wrong_input_is_refused_with_its_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        StorageCheckInputs.of(ARGS | change, "StorageCheck check")
    assert [s for s in caught.value.sentences if sentence in s], caught.value.sentences
