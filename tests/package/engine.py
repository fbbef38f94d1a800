"""The engine's part in the tests: a process of its own that starts the package as the engine does, and drives it.

It reads one JSON request a line and answers with one JSON line: the package's schema, or the recorded graph of a
component the package was asked to construct. A process of its own because pytest forks to record graphs, and gRPC does
not survive a fork.
"""

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import asdict
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    provider_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)

from replay.recorder import Cloud, Recorder, plain
from tests.package.values import Wire, sources, struct

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT, STACK = "spark-on-ack", "test"
METHODS = (
    "RegisterResource", "RegisterResourceOutputs", "Invoke", "ReadResource", "RegisterPackage", "GetDeploymentInfo",
)  # fmt: skip
LIMIT = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Where the package registers its resources: our recorder, over gRPC."""

    recorder: Recorder
    settings: Context
    """The SDK keeps stack, project and preview in context variables, which gRPC's threads do not inherit."""

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        """The recorder's answer as a message."""
        answer = self.recorder.SupportsFeature(request)  # type: ignore[no-untyped-call]
        return resource_pb2.SupportsFeatureResponse(hasSupport=answer.hasSupport)


def _handler(method: str) -> Any:
    def handle(self: Monitor, request: Any, context: Any) -> Any:
        return self.settings.copy().run(getattr(self.recorder, method), request)

    return handle


for _method in METHODS:
    setattr(Monitor, _method, _handler(_method))


class Engine(engine_pb2_grpc.EngineServicer):
    """Takes the package's warnings and errors."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def Log(self, request: Any, context: Any) -> Any:
        """Keeps a line of warning or worse."""
        if request.severity >= engine_pb2.WARNING:
            self.lines.append(request.message)
        return empty_pb2.Empty()


class Session:
    """The package's process and the server it talks to."""

    def __init__(self, command: list[str], cwd: Path) -> None:
        self.monitor, self.engine = Monitor(), Engine()
        self._server = grpc.server(ThreadPoolExecutor(8), options=LIMIT)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self.monitor, self._server)
        engine_pb2_grpc.add_EngineServicer_to_server(self.engine, self._server)
        self._address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        self._process = subprocess.Popen(
            [*command, self._address], cwd=cwd, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=LIMIT)
        self._package = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def close(self) -> None:
        """Ends the package as the engine does."""
        self._channel.close()
        self._process.terminate()
        self._process.wait(30)
        self._server.stop(None)

    def schema(self) -> dict[str, Any]:
        """GetSchema, and what the plugin says of itself."""
        answer = self._package.GetSchema(provider_pb2.GetSchemaRequest(version=0))
        info = self._package.GetPluginInfo(empty_pb2.Empty())
        return {"schema": json.loads(answer.schema), "plugin": info.version}

    def construct(self, case: dict[str, Any]) -> dict[str, Any]:
        """Construct: the registered resources and the outputs handed back, or the error."""
        recorder = self._begin(case["known"])
        try:
            answer = self._package.Construct(self._request(case), timeout=120)
        except grpc.RpcError as e:
            return {"error": e.details(), "code": e.code().name, "seen": sorted(recorder.seen)}
        return {
            "resources": [asdict(recorder.seen[u]) for u in sorted(recorder.seen)],
            "urn": answer.urn,
            "state": plain(answer.state),
            "stateDependencies": {k: sorted(v.urns) for k, v in answer.stateDependencies.items()},
            "log": list(self.engine.lines),
        }

    def construct_together(self, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Construct of several components at the same time, as the engine asks when they do not wait for each other."""
        recorder = self._begin(True)
        running = [self._package.Construct.future(self._request(case), timeout=120) for case in cases]
        urns = [call.result().urn for call in running]
        return [{"urn": urn, "seen": sorted(u for u in recorder.seen if _below(urn, u))} for urn in urns]

    def _begin(self, known: bool) -> Recorder:
        """A new recording."""
        cloud = Cloud(known)
        recorder = self.monitor.recorder = Recorder(cloud)
        asyncio.set_event_loop(asyncio.new_event_loop())
        mocks.set_mocks(cloud, project=PROJECT, stack=STACK, preview=not known, monitor=recorder)
        self.monitor.settings = copy_context()
        self.engine.lines.clear()
        return recorder

    def _request(self, case: dict[str, Any]) -> Any:
        form: Wire = case["wire"]
        for urn, id_ in case["providers"].values():  # the engine knows them: the SDK asks it for their state
            self.monitor.recorder.resources[urn] = mocks.MockMonitor.ResourceRegistration(urn, id_, {})
        dependencies = {k: sources(v) for k, v in case["inputs"].items()}
        return provider_pb2.ConstructRequest(
            project=PROJECT,
            stack=STACK,
            organization="organization",
            dryRun=not case["known"],
            monitorEndpoint=self._address,
            type=f"{PROJECT}:index:{case['component']}",
            name=case["name"],
            inputs=struct(case["inputs"], form),
            inputDependencies={
                k: provider_pb2.ConstructRequest.PropertyDependencies(urns=urns)
                for k, urns in dependencies.items()
                if urns
            },
            providers={k: f"{urn}::{id_}" for k, (urn, id_) in case["providers"].items()},
            protect=case.get("protect", False),
            accepts_output_values=True,
        )


def _below(component: str, urn: str) -> bool:
    """Whether a resource is the component or a child of it: children carry its name."""
    return f"::{component.rsplit('::', 1)[-1]}" in urn


def main() -> None:
    """`python -m tests.package.engine [COMMAND …]`: the command starts the package (default: this checkout's)."""
    command = sys.argv[1:] or [sys.executable, "components"]
    session = Session(command, ROOT)
    try:
        for line in sys.stdin:
            request = json.loads(line)
            if isinstance(request, list):
                answer: object = session.construct_together(request)
            else:
                answer = session.schema() if request == "schema" else session.construct(request)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        session.close()


if __name__ == "__main__":
    main()
