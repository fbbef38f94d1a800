"""Runs a policy pack as the engine does: as a process of its own, asked over gRPC about every resource of a graph.

Used by previews (the real verdicts without the engine) and by the tests. One difference from the engine: stack rules
get the recorded inputs, where an update would pass outputs; the rules read the same properties in both.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from components.base.constants import PROJECT
from components.platform.inputs import Settings
from policies.base.allow import ALLOW, RULE
from policies.base.check import Verdict
from policies.base.rule import Level, Rule
from policies.base.tokens import read_as
from replay import stack_file
from replay.graph import SECRET, UNKNOWN, Graph, Resource
from replay.stack_config import config_of

ROOT = Path(__file__).resolve().parent.parent
PACKS = {name: ROOT / "policies" / name for name in ("cost", "isolation")}


@dataclass(frozen=True)
class Judged:
    """What decides which policy levels apply to a stack."""

    environment: str
    region: str


_LEVELS = {"advisory": analyzer_pb2.ADVISORY, "mandatory": analyzer_pb2.MANDATORY, "disabled": analyzer_pb2.DISABLED}
_LEVEL_NAMES = {number: name for name, number in _LEVELS.items()}
_SEVERITIES = {1: "low", 2: "medium", 3: "high", 4: "critical"}
_UNDECIDED = ": could not decide"
_START_SECONDS = 120
_MAX_MESSAGE = 400 * 1024 * 1024


def judged_by(stack: str, file: Path | None = None) -> Judged:
    """The environment and region a stack file names. Raises ReplayError when there is no such stack."""
    texts, _ = config_of(file or stack_file(ROOT, stack), PROJECT)
    region = texts.get(f"{PROJECT}:region") or str(Settings.model_fields["region"].default)
    return Judged(texts.get(f"{PROJECT}:environment") or stack, region)


class PackError(Exception):
    """The pack refused to start (with its own message) or failed."""


class Pack:
    """A running policy pack."""

    def __init__(self, stub: Any) -> None:  # noqa: ANN401 - generated code
        self._stub = stub
        self.info = stub.GetAnalyzerInfo(empty_pb2.Empty())
        """The pack's description of itself: its policies with levels, schemas and severities."""
        self._severities = {p.name: _SEVERITIES.get(p.severity, "") for p in self.info.policies}

    def configure(self, config: Mapping[str, Any]) -> None:
        """Levels and figures as in an environment's JSON, over the pack's own defaults, as the engine does.

        Rule names that the pack does not have are ignored, as they are by the engine.
        """
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy in self.info.policies:
            setting = config.get(policy.name, config.get("all"))
            own = dict(setting) if isinstance(setting, Mapping) else {}
            level = own.pop("enforcementLevel", config.get("all")) if isinstance(setting, Mapping) else setting
            entry = request.policyConfig[policy.name]
            entry.enforcementLevel = _LEVELS[level] if level else policy.enforcementLevel
            entry.properties.update({k: v for k, v in own.items() if k != "enforcementLevel"})
        self._stub.Configure(request)

    def analyze(self, resource: Resource) -> list[Verdict]:
        """The verdicts of the resource rules on one resource."""
        request = analyzer_pb2.AnalyzeRequest(
            type=resource.type,
            urn=resource.urn,
            name=resource.name,
            properties=struct_of(resource.inputs),
            options=_options(resource),
        )
        return [self._verdict(d, resource.urn) for d in self._stub.Analyze(request).diagnostics]

    def analyze_stack(self, graph: Graph) -> list[Verdict]:
        """The verdicts of the stack rules."""
        request = analyzer_pb2.AnalyzeStackRequest(
            resources=[
                analyzer_pb2.AnalyzerResource(
                    type=r.type,
                    urn=r.urn,
                    name=r.name,
                    properties=struct_of(r.inputs),
                    options=_options(r),
                    parent=r.parent,
                    dependencies=r.dependencies,
                )
                for r in graph
            ]
        )
        return [self._verdict(d, "") for d in self._stub.AnalyzeStack(request).diagnostics]

    def check(self, graph: Graph) -> list[Verdict]:
        """All verdicts on a graph: resource by resource, then the stack."""
        return [v for r in graph for v in self.analyze(r)] + self.analyze_stack(graph)

    def check_by_type(self, graph: Graph, config: Mapping[str, Any], rules: Sequence[Rule]) -> list[Verdict]:
        """`check` at the levels of `config`, with each rule asked only about the types that it reads.

        The answers are the same. The engine's library reads every resource anew for every rule that is not disabled,
        which takes most of the time of a large stack; so what does not apply is disabled while others are asked.
        """
        answers: list[Verdict] = []
        for type_ in sorted({r.type for r in graph}):
            if self._only([r for r in rules if not r.whole_stack and r.applies_to(read_as(type_))], config):
                answers += [v for r in graph if r.type == type_ for v in self.analyze(r)]
        whole = [r for r in rules if r.whole_stack and (r.id != RULE or _lists_exceptions(config))]
        for types in sorted({r.types for r in whole}):
            if self._only([r for r in whole if r.types == types], config):
                seen = [r for r in graph if not types or read_as(r.type) in types]
                answers += self.analyze_stack(Graph(graph.stack, seen))
        return answers

    def _only(self, rules: Sequence[Rule], config: Mapping[str, Any]) -> bool:
        """Disables all other rules; False when none is left."""
        others = {p.name for p in self.info.policies} - {r.id for r in rules}
        if rules:
            self.configure({**config, **dict.fromkeys(others, "disabled")})
        return bool(rules)

    def _verdict(self, diagnostic: Any, urn: str) -> Verdict:  # noqa: ANN401 - generated code
        rule, text = diagnostic.policyName, diagnostic.message
        undecided = f"{rule}{_UNDECIDED}" in text
        message = text[text.index(f"{rule}{_UNDECIDED}") :] if undecided else text.partition("\n")[2] or text
        level = cast(Level, _LEVEL_NAMES[diagnostic.enforcementLevel])
        # of an undecided rule the engine's library tells no severity
        return Verdict(rule, level, self._severities[rule], diagnostic.urn or urn, message, undecided)


def _lists_exceptions(config: Mapping[str, Any]) -> bool:
    rule = config.get(RULE)
    return isinstance(rule, Mapping) and bool(rule.get(ALLOW))


@contextmanager
def running(
    directory: Path, *, region: str | None = None, environment: str = "", python: str = sys.executable
) -> Iterator[Pack]:
    """Starts a pack's process and ends it afterwards; `environment` names the allow-list.

    Raises PackError with its own message when it does not start.
    """
    config = {f"{PROJECT}:{key}": value for key, value in (("region", region), ("environment", environment)) if value}
    variables = {**os.environ, "PULUMI_CONFIG": json.dumps(config), "PULUMI_STACK": environment}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [python, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(directory)],
            cwd=directory,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            port = process.stdout.readline().strip()
            if not port.isdigit():
                process.wait(timeout=_START_SECONDS)
                errors.seek(0)
                raise PackError(errors.read().decode().strip() or f"the policy pack {directory.name} reported no port")
            options = [
                ("grpc.max_receive_message_length", _MAX_MESSAGE),
                ("grpc.max_send_message_length", _MAX_MESSAGE),
            ]
            with grpc.insecure_channel(f"127.0.0.1:{port.decode()}", options=options) as channel:
                yield Pack(analyzer_pb2_grpc.AnalyzerStub(channel))
        finally:
            process.terminate()
            process.wait(timeout=_START_SECONDS)


def verdicts(
    graph: Graph, directory: Path, config: Mapping[str, Any], region: str | None, environment: str = ""
) -> list[Verdict]:
    """The verdicts of the pack in `directory` on a graph, with an environment's JSON as `config`."""
    with running(directory, region=region, environment=environment) as pack:
        return pack.check_by_type(graph, config, rules_of_pack(directory.name))


def rules_of_pack(name: str) -> Sequence[Rule]:
    """The rules of one of this project's packs."""
    rules: Sequence[Rule] = importlib.import_module(f"policies.{name}.rules").RULES
    return rules


def struct_of(inputs: Mapping[str, Any]) -> struct_pb2.Struct:
    """Recorded inputs as the engine sends them: secrets and unknowns under its own marks."""
    struct = struct_pb2.Struct()
    struct.update(cast(dict[str, Any], _wire(dict(inputs))))
    return struct


def _wire(value: object) -> object:
    if isinstance(value, dict):
        if UNKNOWN in value:
            return rpc.UNKNOWN
        if SECRET in value:
            return {rpc._special_sig_key: rpc._special_secret_sig, "value": _wire(value["value"])}
        return {k: _wire(v) for k, v in value.items()}
    return [_wire(v) for v in value] if isinstance(value, list) else value


def _options(resource: Resource) -> analyzer_pb2.AnalyzerResourceOptions:
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=bool(resource.options.get("protect")),
        ignoreChanges=resource.options.get("ignoreChanges", []),
        additionalSecretOutputs=resource.options.get("additionalSecretOutputs", []),
        parent=resource.parent,
    )
