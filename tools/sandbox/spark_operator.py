"""The real Spark operator as a local process, with the token of its own service account and nothing more.

Its flags are the arguments of the rendered chart's Deployment, so what the chart says is what runs; only addresses are
put on loopback. The Deployment's pod exists too, but is played by kwok like every other pod. Spark 3.5's spark-submit
submits here, the chart's image carries 4.0's.
"""

import sys
import time
from pathlib import Path
from typing import Any

import yaml

from tools.sandbox import processes
from tools.sandbox.certificates import Authority
from tools.sandbox.console import SandboxError, say
from tools.sandbox.downloads import java_home, spark_home
from tools.sandbox.kubectl import Kubectl, write_kubeconfig
from tools.sandbox.processes import Process
from tools.sandbox.programs import program
from tools.sandbox.settings import Settings

TOKEN_HOURS = 720
"""Life of the operator's token; every `up` in the second half of it makes a new one."""
NAME = "spark-operator"
IMAGE_SPARK_HOME = "/opt/spark"
"""SPARK_HOME of the operator's image."""


def find_controller(manifests: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The operator's Deployment among the applied objects."""
    for each in manifests:
        if each["kind"] == "Deployment" and _args(each)[:2] == ["controller", "start"]:
            return each
    return None


def _args(deployment: dict[str, Any]) -> list[str]:
    arguments: list[str] = deployment["spec"]["template"]["spec"]["containers"][0].get("args", [])
    return arguments


def controller_argv(
    deployment: dict[str, Any], ports: dict[str, int], kubeconfig: Path, binary: Path
) -> tuple[str, ...]:
    """The chart's arguments with loopback addresses and the kubeconfig."""
    local = {
        "--metrics-bind-address": f"127.0.0.1:{ports['spark-operator-metrics']}",
        "--health-probe-bind-address": f"127.0.0.1:{ports[NAME]}",
        "--kubeconfig": str(kubeconfig),
    }
    kept = [each for each in _args(deployment) if each.partition("=")[0] not in local]
    return (str(binary), *kept, *(f"{flag}={value}" for flag, value in local.items()))


def ensure(settings: Settings, kubectl: Kubectl, authority: Authority, manifests: list[dict[str, Any]]) -> str:
    """Run the operator that `manifests` contain; gives the name of the account it runs as.

    Raises:
        SandboxError: no operator in the manifests, or it does not come up.

    """
    deployment = find_controller(manifests)
    if deployment is None:
        raise SandboxError("the stack has no Spark operator; nothing can run jobs here")
    namespace = _namespace(kubectl, deployment)
    account = deployment["spec"]["template"]["spec"]["serviceAccountName"]
    kubeconfig = settings.state / "spark-operator.kubeconfig"
    fresh = _ensure_token(settings, kubectl, authority, kubeconfig, namespace, account)
    process = _process(settings, kubectl, deployment, kubeconfig)
    if fresh or not processes.is_up(settings.state, process):
        processes.stop(settings.state, process.name)
        processes.start(settings.state, process)
        say(f"  started {process.name} {program('spark-operator').version} as {namespace}/{account}")
    return f"system:serviceaccount:{namespace}:{account}"


def require_running(settings: Settings) -> None:
    """Raise SandboxError if the operator has ended: there is no kubelet that would start it again.

    It ends by itself when it cannot renew its lease for ten seconds, as on a machine that is out of breath.
    """
    if not any(each.name == NAME for each in processes.find(settings.state)):
        log = settings.logs / f"{NAME}.log"
        last = processes.last_words(log) if log.exists() else "it was never started"
        raise SandboxError(f"the Spark operator is not running; `make sandbox` starts it again. Its last words: {last}")


def _namespace(kubectl: Kubectl, deployment: dict[str, Any]) -> str:
    """The Deployment's namespace as the API server has it: charts may leave it to the release."""
    name = deployment["metadata"]["name"]
    found = (kubectl.get("deployments", "-A", f"--field-selector=metadata.name={name}") or {"items": []})["items"]
    if not found:
        raise SandboxError(f"deployment {name} is not on the API server although it was applied")
    return str(found[0]["metadata"]["namespace"])


def _ensure_token(
    settings: Settings, kubectl: Kubectl, authority: Authority, file: Path, namespace: str, account: str
) -> bool:
    """Write the operator's kubeconfig unless the present one is good for half of its life; True if written."""
    if file.exists() and time.time() - file.stat().st_mtime < TOKEN_HOURS * 3600 / 2:
        user = f"system:serviceaccount:{namespace}:{account}"
        present = Kubectl(kubectl.program, file).run("auth", "whoami", "-o", "yaml", user=NAME, check=False)
        if present.returncode == 0 and yaml.safe_load(present.stdout)["status"]["userInfo"]["username"] == user:
            return False
    token = kubectl.run("create", "token", account, f"--namespace={namespace}", f"--duration={TOKEN_HOURS}h")
    write_kubeconfig(file, settings.server, authority, {NAME: {"token": token.stdout.strip()}})
    _token_file(file).touch(mode=0o600)
    _token_file(file).write_text(token.stdout.strip())
    return True


def _token_file(kubeconfig: Path) -> Path:
    """The bare token, for what does not read kubeconfigs."""
    return kubeconfig.with_suffix(".token")


def _process(settings: Settings, kubectl: Kubectl, deployment: dict[str, Any], kubeconfig: Path) -> Process:
    java, pod = java_home(settings.cache), deployment["spec"]["template"]["spec"]
    root = settings.state / "operator"
    mount_config_maps(kubectl, pod, _namespace(kubectl, deployment), root)
    env = pod_environment(pod, root, spark_home(settings.cache))
    env |= {
        "KUBECONFIG": str(kubeconfig),  # for spark-submit
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": str(settings.ports["kube-apiserver"]),
        "SPARK_ON_ACK_TOKEN_FILE": str(_token_file(kubeconfig)),
        "SPARK_ON_ACK_CA_FILE": str(settings.state / "certificates/ca.crt"),
        "SPARK_LOCAL_IP": "127.0.0.1",  # the host's name need not resolve
        "JAVA_HOME": str(java),
        "PATH": f"{Path(sys.executable).parent}:{java / 'bin'}:/usr/local/bin:/usr/bin:/bin",
    }
    binary = program(NAME).path(settings.cache)
    argv = controller_argv(deployment, settings.ports, kubeconfig, binary)
    return Process(NAME, argv, settings.logs / f"{NAME}.log", settings.ports[NAME], env)


def mount_config_maps(kubectl: Kubectl, pod: dict[str, Any], namespace: str, root: Path) -> None:
    """Write the config maps that the pod's container mounts to the same paths below `root`, as the API server has them.

    Raises:
        SandboxError: a config map is missing; the real pod would not start either.

    """
    mounts = {each["name"]: each["mountPath"] for each in pod["containers"][0].get("volumeMounts", [])}
    for volume in pod.get("volumes", []):
        source = volume.get("configMap")
        if source is None or volume["name"] not in mounts:
            continue
        content = kubectl.get("configmap", source["name"], f"--namespace={namespace}")
        if content is None:
            raise SandboxError(
                f"the operator's pod mounts config map {namespace}/{source['name']}, which does not exist"
            )
        folder = root / mounts[volume["name"]].lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in content.get("data", {}).items():
            part = folder / f".{name}.part"
            part.write_text(text)
            part.chmod(source.get("defaultMode", 0o644))
            part.rename(folder / name)  # whole or not at all: the operator may be reading it


def pod_environment(pod: dict[str, Any], root: Path, spark: Path) -> dict[str, str]:
    """The container's plain environment, with the pod's paths replaced by where they are on this machine.

    The image's Spark is the downloaded one, mounted paths lie below `root`; the rest is passed as it is.
    """
    env = {"SPARK_HOME": IMAGE_SPARK_HOME}  # what the image sets
    env |= {each["name"]: each["value"] for each in pod["containers"][0].get("env", []) if "value" in each}
    local = {}
    for name, value in env.items():
        if value == IMAGE_SPARK_HOME:
            local[name] = str(spark)
        elif value.startswith("/") and (root / value.lstrip("/")).exists():
            local[name] = str(root / value.lstrip("/"))
        else:
            local[name] = value
    return local
