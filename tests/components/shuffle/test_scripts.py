"""The scripts inside the pods, run for real against stand-ins of the API server and of a worker on loopback."""

import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SCRIPTS = Path(__file__).parents[3] / "components" / "shuffle"
SHELLS = [[s] for s in ("dash", "bash") if shutil.which(s)] + ([["busybox", "sh"]] if shutil.which("busybox") else [])
SCALE = "/apis/apps/v1/namespaces/celeborn/statefulsets/celeborn-worker/scale"
EXIT = "/api/v1/workers/exit"
PATIENCE = 30
"""Seconds after which a hook that hangs fails its test; nothing is measured by it."""

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="the drain talks with curl")


class Server:
    """An HTTP(S) server on a free loopback port that answers as told and remembers what it was asked."""

    def __init__(self, answer: tuple[int, str], context: ssl.SSLContext | None = None) -> None:
        self.requests: list[tuple[str, str, str]] = []
        self.asked = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                owner.requests.append((self.path, self.headers.get("Authorization", ""), body))
                self.send_response(answer[0])
                self.end_headers()
                self.wfile.write(answer[1].encode())
                owner.asked.set()

            do_GET = do_POST = answer

            def log_message(self, *_: object) -> None: ...

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.port = str(self.http.server_port)

    @contextmanager
    def running(self) -> Iterator["Server"]:
        thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.http.shutdown()
            thread.join()
            self.http.server_close()


class Worker:
    """Stands for the JVM: ends on SIGTERM, or when told that its shuffles have been read."""

    CODE = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(15))\n"
        "print('up', flush=True)\n"
        "sys.stdin.read()\n"
    )

    def __init__(self, run_dir: Path) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, "-c", self.CODE], stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "up\n"
        (run_dir / "pid").write_text(str(self.process.pid))
        # the pod's init (tini) collects ended children; without it the hook would wait for a zombie
        self.init = threading.Thread(target=self.process.wait)
        self.init.start()

    def shuffles_are_read(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def log(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.read()

    def end(self) -> None:
        self.process.kill()
        self.init.join()


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service account's directory, and the API server's certificate beside it."""
    folder = tmp_path_factory.mktemp("account")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    formats = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*formats))
    (folder / "token").write_text("the-token")
    return folder


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    process = Worker(tmp_path)
    yield process
    process.end()


def api_server(account: Path, answer: tuple[int, str]) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(account / "ca.crt", account / "key.pem")
    return Server(answer, context)


def scale(replicas: int) -> str:
    """As a real API server answers curl: indented, and without a figure that is zero."""
    spec = {"replicas": replicas} if replicas else {}
    status = {"replicas": 3, "selector": "app=celeborn"}
    return json.dumps(
        {"kind": "Scale", "metadata": {"name": "celeborn-worker"}, "spec": spec, "status": status}, indent=2
    )


def drain(shell: list[str], run_dir: Path, api: Server, http: Server, **more: str) -> subprocess.Popen[str]:
    env = {
        "PATH": os.environ["PATH"],
        "RUN_DIR": str(run_dir),
        "POD_NAME": "celeborn-worker-2",
        "POD_NAMESPACE": "celeborn",
        "STATEFUL_SET": "celeborn-worker",
        "HTTP_PORT": http.port,
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": api.port,
        "PAUSE_SECONDS": "0.05",
        **more,
    }
    return subprocess.Popen([*shell, str(SCRIPTS / "drain.sh")], env=env, stderr=subprocess.DEVNULL, text=True)


@needs_curl
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize("replicas", [2, 0])
def test_a_worker_that_is_scaled_in_is_decommissioned_and_waited_for(
    shell: list[str], replicas: int, account: Path, worker: Worker, tmp_path: Path
) -> None:
    api, http = api_server(account, (200, scale(replicas))), Server((200, '{"success":true}'))
    with api.running(), http.running():
        hook = drain(shell, tmp_path, api, http, ACCOUNT_DIR=str(account))
        assert http.asked.wait(PATIENCE)
        assert hook.poll() is None  # the pod is deleted when the hook returns: it must not, while data is unread
        worker.shuffles_are_read()
        assert hook.wait(PATIENCE) == 0
    assert api.requests == [(SCALE, "Bearer the-token", "")]
    assert http.requests == [(EXIT, "", '{"type":"DECOMMISSION"}')]
    assert f"scale-in to {replicas} workers: decommissioning worker 2" in worker.log()


@needs_curl
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize(
    ("answer", "logged"),
    [
        ((200, scale(3)), "restart: worker 2 of 3"),
        ((403, '{"kind":"Status"}'), "did not say how many workers are wanted"),
        ((404, '{"kind":"Status"}'), "did not say how many workers are wanted"),
        ((200, "no JSON"), "did not say how many workers are wanted"),
    ],
)
def test_a_restart_or_an_unreadable_answer_is_a_graceful_shutdown(
    shell: list[str], answer: tuple[int, str], logged: str, account: Path, worker: Worker, tmp_path: Path
) -> None:
    api, http = api_server(account, answer), Server((200, ""))
    with api.running(), http.running():
        assert drain(shell, tmp_path, api, http, ACCOUNT_DIR=str(account)).wait(PATIENCE) == 0
    worker.init.join()
    assert worker.process.returncode == 15  # it was told by SIGTERM, which Celeborn answers with a graceful shutdown
    assert http.requests == []
    assert logged in worker.log()


@needs_curl
def test_a_false_api_server_gets_no_token(account: Path, worker: Worker, tmp_path: Path) -> None:
    other = tmp_path / "account"
    shutil.copytree(account, other)
    (other / "ca.crt").write_text("")  # a CA that did not sign the certificate
    api, http = api_server(account, (200, scale(1))), Server((200, ""))
    with api.running(), http.running():
        assert drain(SHELLS[0], tmp_path, api, http, ACCOUNT_DIR=str(other)).wait(PATIENCE) == 0
    assert api.requests == http.requests == []


@needs_curl
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_worker_that_hangs_in_its_shutdown_is_ended_and_does_not_hold_the_pod_for_hours(
    shell: list[str], account: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Worker, "CODE", Worker.CODE.replace("sys.exit(15)", "print('hanging', flush=True)"))
    hanging = Worker(tmp_path)
    api, http = api_server(account, (200, scale(3))), Server((200, ""))
    try:
        with api.running(), http.running():
            hook = drain(shell, tmp_path, api, http, ACCOUNT_DIR=str(account), RESTART_SECONDS="5")
            assert hook.wait(PATIENCE) == 0
        hanging.init.join()
        assert hanging.process.returncode == -9
    finally:
        hanging.end()


@needs_curl
def test_a_worker_that_does_not_take_the_order_is_shut_down_gracefully(
    account: Path, worker: Worker, tmp_path: Path
) -> None:
    api, http = api_server(account, (200, scale(1))), Server((500, ""))
    with api.running(), http.running():
        assert drain(SHELLS[0], tmp_path, api, http, ACCOUNT_DIR=str(account)).wait(PATIENCE) == 0
    worker.init.join()
    assert worker.process.returncode == 15
    assert len(http.requests) == 3
    assert "did not take the order" in worker.log()


def start(tmp_path: Path, shell: list[str], role: str, **more: str) -> dict[str, Any]:
    """Runs start.sh with a server that prints what it got."""
    home, source = tmp_path / "home", tmp_path / "etc"
    (home / "sbin").mkdir(parents=True)
    source.mkdir()
    (source / "celeborn-defaults.conf").write_text("celeborn.port.maxRetries=0\n")
    program = home / "sbin" / f"start-{role}.sh"
    program.write_text('#!/bin/sh\necho "$$ $(cat "$RUN_DIR/pid")"\ncat "$CELEBORN_CONF_DIR/celeborn-defaults.conf"\n')
    program.chmod(0o755)
    run = tmp_path / "run"
    env = {
        "PATH": os.environ["PATH"],
        "POD_NAME": f"celeborn-{role}-1",
        "CONF_DIR": str(source),
        "RUN_DIR": str(run),
        "TLS_DIR": str(tmp_path / "tls"),
        "CELEBORN_HOME": str(home),
        "CELEBORN_CONF_DIR": str(run / "conf"),
        **more,
    }
    done = subprocess.run(
        [*shell, str(SCRIPTS / "start.sh"), role], env=env, capture_output=True, text=True, check=False
    )
    pids, _, conf = done.stdout.partition("\n")
    written = run / "conf" / "celeborn-defaults.conf"
    return {"code": done.returncode, "error": done.stderr, "pids": pids.split(), "conf": conf, "file": written}


@needs_curl
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_master_gets_its_ordinal_and_keeps_the_process_the_drain_waits_for(shell: list[str], tmp_path: Path) -> None:
    started = start(tmp_path, shell, "master")
    assert started["conf"].splitlines() == ["celeborn.port.maxRetries=0", "celeborn.master.ha.node.id=1"]
    assert len(set(started["pids"])) == 1


@needs_curl
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_the_key_store_password_reaches_only_a_private_file(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "keystore-password").write_text("pa\\ss %s")
    started = start(tmp_path, shell, "worker")
    passwords = [line for line in started["conf"].splitlines() if "Password" in line]
    modules = ("rpc_service", "push", "fetch", "replicate")
    assert passwords == [f"celeborn.ssl.{m}.keyStorePassword=pa\\\\ss %s" for m in modules]
    assert started["file"].stat().st_mode & 0o077 == 0
    assert "celeborn.master.ha.node.id" not in started["conf"]


def test_an_image_without_curl_is_refused_at_the_start(tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    for tool in ("mkdir", "cp", "cat", "sed"):
        (bare / tool).symlink_to(str(shutil.which(tool)))
    started = start(tmp_path, [str(shutil.which("sh"))], "worker", PATH=str(bare))
    assert started["code"] == 1
    assert started["error"] == "start: the image has no curl\n"


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_shellcheck_finds_nothing() -> None:
    subprocess.run(["shellcheck", *map(str, SCRIPTS.glob("*.sh"))], check=True)
