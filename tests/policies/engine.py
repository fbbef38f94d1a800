"""An engine for the guard's tests: a real gRPC monitor that counts registrations, and the real program against it.

As in `pulumi up --skip-preview`: no dry run, no policy pack, a process of its own.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, resource_pb2, resource_pb2_grpc

from replay.cloud import call_result, computed_outputs

ROOT = Path(__file__).resolve().parent.parent.parent
RUNNER = """
import asyncio, json, runpy, sys, traceback
import pulumi, pulumi.runtime
from pulumi.runtime.settings import Settings, configure
run = json.loads(sys.stdin.read())
configure(Settings(project="spark-on-ack", stack=run["stack"], monitor=run["address"], engine=run["address"],
                   dry_run=False, parallel=16, organization="o", root_directory=run["root"]))
pulumi.runtime.set_all_config(run["config"], run["secrets"])
sys.path.insert(0, run["root"])
asyncio.set_event_loop(asyncio.new_event_loop())
try:
    whole = pulumi.runtime.run_in_stack(lambda: runpy.run_path(run["root"] + "/__main__.py", run_name="__main__"))
    asyncio.get_event_loop().run_until_complete(whole)
except pulumi.RunError as e:
    pulumi.log.error(str(e))
    sys.exit(1)
except Exception:
    pulumi.log.error("unhandled: " + traceback.format_exc())
    sys.exit(2)
"""
"""What the language host does, in short."""


@dataclass
class Run:
    """One run of the program."""

    code: int = 0
    types: list[str] = field(default_factory=list)
    """Type tokens of all registrations but the stack's own."""
    requests: list[str] = field(default_factory=list)
    logs: list[tuple[int, str]] = field(default_factory=list)
    output: str = ""

    @property
    def errors(self) -> str:
        return "\n".join(text for severity, text in self.logs if severity == engine_pb2.ERROR)

    @property
    def warnings(self) -> list[str]:
        return [text for severity, text in self.logs if severity == engine_pb2.WARNING]


class _Monitor(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    def __init__(self, run: Run) -> None:
        self._run, self._lock, self._root = run, threading.Lock(), ""

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:
        return MockMonitor(None).GetDeploymentInfo(request)  # type: ignore[arg-type, no-untyped-call]

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id != "outputValues")

    def RegisterResource(self, request: Any, context: Any) -> Any:
        with self._lock:
            self._run.requests.append(str(request))
            if request.type != "pulumi:pulumi:Stack":
                self._run.types.append(request.type)
        urn = f"urn:pulumi:s::spark-on-ack::{request.type}::{request.name}"
        if request.type == "pulumi:index:Stash":  # the engine's own resource: its output is its first input
            request.object["output"] = request.object["input"]
        outputs = computed_outputs(request.type, request.name, MessageToDict(request.object))
        request.object.update({k: v for k, v in outputs.items() if k != "id"})
        id_ = outputs.get("id", f"{request.name}-id")
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=request.object)

    def Invoke(self, request: Any, context: Any) -> Any:
        result = call_result(request.tok, MessageToDict(request.args))  # as the replay answers: a first run
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").update(result)
        return answer

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Log(self, request: Any, context: Any) -> Any:
        if request.severity != engine_pb2.DEBUG:
            with self._lock:
                self._run.logs.append((request.severity, request.message))
        return empty_pb2.Empty()

    def SetRootResource(self, request: Any, context: Any) -> Any:
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def GetRootResource(self, request: Any, context: Any) -> Any:
        return engine_pb2.GetRootResourceResponse(urn=self._root)


@contextmanager
def _serving(run: Run) -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    monitor = _Monitor(run)
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(monitor, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None)


def up(stack: str, config: dict[str, str], secrets: list[str], scratch: Path) -> Run:
    """Runs the program of this repository with a configuration; `scratch` is its home and temporary directory."""
    run = Run()
    with _serving(run) as address:
        request = {"stack": stack, "config": config, "secrets": secrets, "address": address, "root": str(ROOT)}
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(scratch), "TMPDIR": str(scratch)}
        done = subprocess.run(
            [sys.executable, "-B", "-c", RUNNER],
            input=json.dumps(request),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    run.code, run.output = done.returncode, done.stdout + done.stderr
    return run
