import stat
from pathlib import Path
from typing import Any, cast

import pytest

from tools.sandbox import spark_operator
from tools.sandbox.console import SandboxError
from tools.sandbox.kubectl import Kubectl

ARGS = ["controller", "start", "--namespaces=team-a", "--metrics-bind-address=:8080", "--leader-election=true"]


def deployment(args: list[str]) -> dict[str, Any]:
    return {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [{"args": args}]}}}}


class Api:
    """Stands in for kubectl: config maps by name."""

    def __init__(self, **data: dict[str, str]) -> None:
        self._data = data

    def get(self, _kind: str, name: str, _namespace: str) -> dict[str, Any] | None:
        return {"data": self._data[name]} if name in self._data else None


def api(**data: dict[str, str]) -> Kubectl:
    return cast("Kubectl", Api(**data))


def test_the_controller_is_told_from_other_deployments() -> None:
    objects = [{"kind": "ConfigMap"}, deployment(["webhook", "start"]), deployment(ARGS)]
    assert spark_operator.find_controller(objects) is objects[2]
    assert spark_operator.find_controller(objects[:2]) is None


def test_the_charts_flags_are_kept_and_only_addresses_are_changed() -> None:
    ports = {"spark-operator": 1, "spark-operator-metrics": 2}
    argv = spark_operator.controller_argv(deployment(ARGS), ports, Path("/k"), Path("/operator"))
    assert argv == (
        "/operator", "controller", "start", "--namespaces=team-a", "--leader-election=true",
        "--metrics-bind-address=127.0.0.1:2", "--health-probe-bind-address=127.0.0.1:1", "--kubeconfig=/k",
    )  # fmt: skip


def pod(mode: int | None = None) -> dict[str, Any]:
    source = {"name": "hook"} | ({"defaultMode": mode} if mode else {})
    return {
        "containers": [
            {
                "env": [
                    {"name": "SPARK_HOME", "value": "/opt/ours"},
                    {"name": "REAL", "value": "/opt/spark"},
                    {"name": "OPTS", "value": "-Xmx256m"},
                    {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                ],
                "volumeMounts": [{"name": "hook", "mountPath": "/opt/ours/bin"}, {"name": "tmp", "mountPath": "/tmp"}],
            }
        ],
        "volumes": [{"name": "hook", "configMap": source}, {"name": "tmp", "emptyDir": {}}],
    }


def test_mounted_config_maps_lie_below_the_root_with_their_mode(tmp_path: Path) -> None:
    spark_operator.mount_config_maps(api(hook={"spark-submit": "#!"}), pod(0o555), "ns", tmp_path)
    file = tmp_path / "opt/ours/bin/spark-submit"
    assert file.read_text() == "#!"
    assert stat.S_IMODE(file.stat().st_mode) == 0o555
    spark_operator.mount_config_maps(api(hook={"spark-submit": "new"}), pod(0o555), "ns", tmp_path)
    assert file.read_text() == "new"


def test_a_missing_config_map_is_named(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="mounts config map ns/hook, which does not exist"):
        spark_operator.mount_config_maps(api(), pod(), "ns", tmp_path)


def test_paths_of_the_pod_become_paths_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "opt/ours").mkdir(parents=True)
    env = spark_operator.pod_environment(pod(), tmp_path, Path("/cache/spark"))
    assert env == {"SPARK_HOME": f"{tmp_path}/opt/ours", "REAL": "/cache/spark", "OPTS": "-Xmx256m"}
