"""The submit hook: merges what it must, refuses what it must, becomes spark-submit. Against a loopback API server."""

import ast
import datetime
import ipaddress
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from components.spark.context import JobContext
from components.spark.defaults import defaults_data
from components.spark.inputs import SparkSettings
from components.spark.submit import HOOK, HOOK_HOME, chart_values, hook
from policies.resources.conf import parse_conf

NAMESPACE = "spark-a"
DATA = defaults_data(SparkSettings(), JobContext(team="a", namespace=NAMESPACE, region="cn-hangzhou"))
MAPS = f"/api/v1/namespaces/{NAMESPACE}/configmaps/spark-defaults"
APPS = f"/apis/sparkoperator.k8s.io/v1beta2/namespaces/{NAMESPACE}/sparkapplications/pi"


def application(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "pi", "uid": "u-1"}, "spec": {"mainApplicationFile": "local:///pi.py", **spec}}


class Server:
    """An API server that answers from a dict and remembers who asked."""

    def __init__(self, folder: Path) -> None:
        self.objects: dict[str, Any] = {MAPS: {"data": DATA}, APPS: application(driver={}, executor={})}
        self.failures = 0
        self.tokens: list[str] = []
        self.deleted: list[Any] = []
        self.ca = folder / "ca.crt"
        key = _certificate(self.ca)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.tokens.append(self.headers["Authorization"])
                result = outer.objects.get(self.path)
                if outer.failures:
                    outer.failures -= 1
                    self.send_error(503)
                elif result is None:
                    self.send_error(404)
                else:
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(json.dumps(result).encode())

            def do_DELETE(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.deleted.append((self.path, body["preconditions"], body["gracePeriodSeconds"]))
                outer.objects.pop(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, key)
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    san = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).add_extension(san, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    day = datetime.timedelta(days=1)
    builder = builder.not_valid_before(now - day).not_valid_after(now + day)
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = path.with_suffix(".key")
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*pem))
    return private


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("api"))
    yield server
    server.http.shutdown()


@pytest.fixture
def api(started: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    started.objects = {MAPS: {"data": DATA}, APPS: application(driver={}, executor={})}
    started.failures, started.tokens, started.deleted = 0, [], []
    (tmp_path / "token").write_text("secret-token\n")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(started.http.server_address[1]))
    monkeypatch.setenv("SPARK_ON_ACK_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("SPARK_ON_ACK_CA_FILE", str(started.ca))
    monkeypatch.setattr("time.sleep", lambda _: None)
    return started


def arguments(folder: Path, mode: str = "", *more: str) -> list[str]:
    """What the operator 2.5.2 passes, in its order; it has written a template of its own to each file."""
    head = ["--master", "k8s://x", "--deploy-mode", mode, "--name", "pi"]
    conf = [f"spark.kubernetes.namespace={NAMESPACE}", *more]
    for role in ("driver", "executor"):
        file = folder / f"{role}-pod-template.yaml"
        file.write_text("metadata: {}\n")
        conf.append(f"spark.kubernetes.{role}.podTemplateFile={file}")
    return [*head, *(part for c in conf for part in ("--conf", c)), "local:///pi.py", "--conf", "for the job"]


def template(folder: Path, role: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / f"{role}-pod-template.yaml").read_text())
    return result


def test_defaults_are_handed_over_so_that_the_application_wins(api: Server, tmp_path: Path) -> None:
    result = hook.prepared(arguments(tmp_path))
    assert result[:2] == ["--properties-file", str(tmp_path / "spark-defaults.conf")]
    assert (tmp_path / "spark-defaults.conf").read_text() == DATA["spark-defaults.conf"]
    assert result[2:] == arguments(tmp_path, "cluster")
    assert set(api.tokens) == {"Bearer secret-token"}


@pytest.mark.parametrize(
    ("own", "limit"),
    [
        (["spark.driver.cores=1", "spark.driver.memory=2g"], "1"),
        (["spark.driver.cores=8"], "8"),
        (["spark.driver.cores=2", "spark.kubernetes.driver.request.cores=500m"], "500m"),
        (["spark.driver.cores=1", "spark.kubernetes.driver.limit.cores=1"], None),
        (["spark.driver.memory=2g"], None),
    ],
)
def test_cpu_limits_follow_the_applications_own_cores(
    api: Server, tmp_path: Path, own: list[str], limit: str | None
) -> None:
    hook.prepared(arguments(tmp_path, "", *own))
    written = parse_conf((tmp_path / "spark-defaults.conf").read_text())
    rendered = parse_conf(DATA["spark-defaults.conf"])
    key = "spark.kubernetes.driver.limit.cores"
    assert written[key] == (limit or rendered[key])
    assert {k: v for k, v in written.items() if k != key} == {k: v for k, v in rendered.items() if k != key}


def test_templates_keep_the_application_as_owner(api: Server, tmp_path: Path) -> None:
    hook.prepared(arguments(tmp_path))
    [driver] = template(tmp_path, "driver")["metadata"]["ownerReferences"]
    [executor] = template(tmp_path, "executor")["metadata"]["ownerReferences"]
    assert (driver["uid"], driver["controller"]) == ("u-1", True)
    assert (executor["uid"], "controller" in executor) == ("u-1", False)
    assert template(tmp_path, "executor")["spec"] == json.loads(DATA["executor-template.json"])["spec"]


def test_an_applications_own_template_is_laid_over_the_workspaces(api: Server, tmp_path: Path) -> None:
    own = {
        "metadata": {"creationTimestamp": None, "annotations": {"mine": "1"}},
        "spec": {
            "containers": [
                {"name": "spark-kubernetes-driver", "env": [{"name": "A", "value": "1"}]},
                {"name": "helper", "image": "x/y:1"},
            ],
            "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "more", "emptyDir": {}}],
            "tolerations": [{"key": "t"}],
        },
    }
    api.objects[APPS] = application(driver={"template": own}, executor={})
    hook.prepared(arguments(tmp_path))
    result = template(tmp_path, "driver")
    assert result["metadata"]["annotations"]["mine"] == "1"
    main, helper = result["spec"]["containers"]
    assert main["securityContext"]["allowPrivilegeEscalation"] is False
    assert main["env"] == [{"name": "A", "value": "1"}]
    assert helper["name"] == "helper"
    volumes = {v["name"]: v for v in result["spec"]["volumes"]}
    assert volumes["tmp"] == {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}
    assert set(volumes) == {"spark-local-dir-1", "tmp", "more"}
    assert len(result["spec"]["tolerations"]) == 2


def test_a_volume_of_the_same_name_is_replaced_not_mixed() -> None:
    base = {"volumes": [{"name": "d", "emptyDir": {}}]}
    over = {"volumes": [{"name": "d", "configMap": {"name": "c"}}]}
    assert hook.merged(base, over) == over


@pytest.mark.parametrize(
    ("mode", "more", "spec", "expected"),
    [
        ("client", [], {}, "spec.mode: client would run the driver inside the operator's pod"),
        ("", ["spark.kubernetes.namespace=other"], {}, "'other' is another namespace"),
        ("", [], {"mainApplicationFile": "--conf"}, "spec.mainApplicationFile: must not begin with '-'"),
    ],
)
def test_what_would_reach_beyond_the_team_is_refused(
    api: Server, tmp_path: Path, mode: str, more: list[str], spec: dict[str, Any], expected: str
) -> None:
    api.objects[APPS] = application(driver={}, executor={}, **spec)
    with pytest.raises(hook.Refused, match=expected.replace("(", r"\(")):
        hook.prepared(arguments(tmp_path, mode, *more))


def test_a_namespace_without_defaults_is_refused_with_the_reason(api: Server, tmp_path: Path) -> None:
    del api.objects[MAPS]
    with pytest.raises(hook.Refused, match="404 Not Found; a job's namespace needs the ConfigMap spark-defaults"):
        hook.prepared(arguments(tmp_path))


def test_a_short_outage_of_the_api_server_is_sat_out(api: Server, tmp_path: Path) -> None:
    api.failures = 2
    assert hook.prepared(arguments(tmp_path))
    api.failures = 3
    with pytest.raises(hook.Refused, match="503"):
        hook.prepared(arguments(tmp_path))


def test_options_end_where_the_application_begins() -> None:
    options, conf = hook.parsed(["--load-spark-defaults", "--name", "x", "--conf", "a=b=c", "app.py", "--conf", "d=e"])
    assert options == {"--load-spark-defaults": "", "--name": "x"}
    assert conf == {"a": "b=c"}


def test_the_program_becomes_spark_submit_with_everything_in_place(api: Server, tmp_path: Path) -> None:
    spark = tmp_path / "spark/bin/spark-submit"
    spark.parent.mkdir(parents=True)
    spark.write_text('#!/bin/sh\necho "$SPARK_HOME"; printf "%s\\n" "$@"\n')
    spark.chmod(0o755)
    program = tmp_path / "hook/bin/spark-submit"
    program.parent.mkdir(parents=True)
    program.write_text(HOOK)
    program.chmod(0o755)
    env = {**os.environ, "SPARK_HOME": str(tmp_path / "hook"), "SPARK_ON_ACK_SPARK_HOME": str(tmp_path / "spark")}
    command = [sys.executable, str(program), *arguments(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    home, first, *_ = done.stdout.splitlines()
    assert (home, first) == (str(tmp_path / "spark"), "--properties-file")
    command = [sys.executable, str(program), *arguments(tmp_path, "client")]
    refused = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 1
    assert refused.stderr.startswith("spark-on-ack: spec.mode: client")
    assert refused.stderr.count("\n") == 1


def test_chart_values_put_the_hook_where_the_operator_looks() -> None:
    values = chart_values()
    env = {e["name"]: e["value"] for e in values["env"]}
    assert env["SPARK_HOME"] == HOOK_HOME
    assert values["volumeMounts"][0]["mountPath"] == f"{HOOK_HOME}/bin"
    assert values["volumes"][0]["configMap"]["defaultMode"] & 0o111


def test_the_hook_needs_nothing_but_the_standard_library_of_python_3_8() -> None:
    tree = ast.parse(HOOK, feature_version=(3, 8))
    names = {n.names[0].name for n in ast.walk(tree) if isinstance(n, ast.Import)}
    names |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {n.split(".")[0] for n in names} <= set(sys.stdlib_module_names)


POD = f"/api/v1/namespaces/{NAMESPACE}/pods/pi-driver"
DRIVER_MAP = f"/api/v1/namespaces/{NAMESPACE}/configmaps/spark-drv-1-conf-map"
NAMED = "spark.kubernetes.driver.pod.name=pi-driver"
LABEL = "sparkoperator.k8s.io/submission-id"


def driver(phase: str = "Running", uid: str = "u-1", submission: str = "unrecorded", **meta: Any) -> dict[str, Any]:
    """The driver that an earlier submission made."""
    owner = {"kind": "SparkApplication", "name": "pi", "uid": uid}
    metadata = {"uid": "p-1", "resourceVersion": "7", "labels": {LABEL: submission}, "ownerReferences": [owner], **meta}
    volumes = [{"name": "spark-conf-volume-driver", "configMap": {"name": "spark-drv-1-conf-map"}}]
    return {"metadata": metadata, "spec": {"volumes": volumes}, "status": {"phase": phase}}


@pytest.mark.parametrize("recorded", [{}, {"status": {"submissionID": "the-attempt-before"}}])
@pytest.mark.parametrize("phase", ["Pending", "Running", "Succeeded", "Failed"])
def test_a_submission_that_was_interrupted_is_recognised_when_it_is_made_again(
    api: Server, tmp_path: Path, phase: str, recorded: dict[str, Any]
) -> None:
    api.objects |= {POD: driver(phase), DRIVER_MAP: {}}
    api.objects[APPS] |= recorded
    with pytest.raises(hook.AlreadySubmitted, match="pi-driver"):
        hook.prepared(arguments(tmp_path, "", NAMED))
    assert api.deleted == []


def test_a_spark_submit_that_hangs_does_not_hold_the_operators_worker(api: Server, tmp_path: Path) -> None:
    program = tmp_path / "spark/bin/spark-submit"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/bash\nexec sleep 60\n")
    program.chmod(0o755)
    env = {**os.environ, "SPARK_ON_ACK_SPARK_HOME": str(tmp_path / "spark"), "SPARK_ON_ACK_SUBMIT_SECONDS": "2"}
    done = subprocess.run([sys.executable, hook.__file__, *arguments(tmp_path)], env=env, timeout=30, check=False)
    assert done.returncode == -signal.SIGALRM


def test_a_submission_that_waits_too_long_is_refused_with_a_sentence(
    api: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPARK_ON_ACK_SUBMIT_SECONDS", "1")
    monkeypatch.setattr(sys, "argv", ["spark-submit", *arguments(tmp_path)])
    monkeypatch.setattr(hook, "get", lambda _: threading.Event().wait(20))
    assert hook.main() == 1
    assert "could not be read within" in capsys.readouterr().err


def test_success_is_reported_and_spark_submit_is_not_run(
    api: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    api.objects |= {POD: driver(), DRIVER_MAP: {}}
    monkeypatch.setattr(sys, "argv", ["spark-submit", *arguments(tmp_path, "", NAMED)])
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("submitted twice"))
    assert hook.main() == 0
    assert "driver pi-driver exists already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("pod", "status"),
    [
        (driver(uid="of-an-earlier-application"), {}),
        (driver(submission="recorded"), {"submissionID": "recorded"}),
        (driver(deletionTimestamp="2026-01-01T00:00:00Z"), {}),
        (driver(labels={}), {}),
        (driver(ownerReferences=[]), {}),
    ],
)
def test_any_other_pod_of_that_name_is_left_to_spark_submit(
    api: Server, tmp_path: Path, pod: dict[str, Any], status: dict[str, Any]
) -> None:
    api.objects |= {POD: pod, DRIVER_MAP: {}}
    api.objects[APPS] |= {"status": status}
    assert hook.prepared(arguments(tmp_path, "", NAMED))
    assert api.deleted == []


def test_a_driver_that_can_never_start_is_deleted_as_it_was_seen_and_made_anew(api: Server, tmp_path: Path) -> None:
    api.objects[POD] = driver("Pending")
    assert hook.prepared(arguments(tmp_path, "", NAMED))
    assert api.deleted == [(POD, {"uid": "p-1", "resourceVersion": "7"}, 0)]


def test_a_submission_that_is_still_being_finished_elsewhere_is_waited_for(
    api: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.objects[POD] = driver("Pending")
    monkeypatch.setattr("time.sleep", lambda seconds: api.objects.update({DRIVER_MAP: {}}) if seconds else None)
    with pytest.raises(hook.AlreadySubmitted):
        hook.prepared(arguments(tmp_path, "", NAMED))
    assert api.deleted == []


def test_the_drivers_name_cannot_lead_to_another_path(api: Server, tmp_path: Path) -> None:
    api.objects[f"/api/v1/namespaces/{NAMESPACE}/pods/../../other/pods/x"] = driver("Pending")
    assert hook.prepared(arguments(tmp_path, "", "spark.kubernetes.driver.pod.name=../../other/pods/x"))
    assert api.deleted == []
