"""The components as a Pulumi package: the schema, and the way of the inputs from the wire to a component.

The SDK infers the schema from the generated TypedDicts. The way it passes inputs on is replaced here, because it loses
values: numbers that are secret or carry dependencies fail, misspelt keys are dropped silently, and a missing key gets
a different message than in Python. Here every input reaches the component's own model unchanged, so all languages get
the same sentence.
"""

import argparse
import asyncio
import contextlib
import inspect
import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pulumi
from pulumi.output import Unknown
from pulumi.provider import ConstructResult
from pulumi.provider.experimental.analyzer import ComponentDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError, ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2_grpc

from ..base.constants import PROJECT
from .registry import COMPONENTS

_PYPROJECT = Path(__file__).resolve().parent.parent.parent / "pyproject.toml"


def version() -> str:
    """The one version of the project: pyproject.toml in a checkout, the installed package's own elsewhere."""
    if _PYPROJECT.is_file():
        project = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]
        if project["name"] == PROJECT:
            return str(project["version"])
    return metadata.version(PROJECT)


def component_classes() -> list[type[pulumi.ComponentResource]]:
    """The class of every component of the registry, in its order."""
    return [component.resource for component in COMPONENTS.values()]


class Package(ComponentProvider):
    """The provider behind the package. It keeps no state: each Construct call builds one component."""

    def __init__(self) -> None:
        super().__init__(component_classes(), PROJECT, version=version())
        self.schema = json.dumps(_completed(json.loads(self.schema or "{}")))

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Builds a component. Its own refusals, such as wrong inputs, are raised unchanged."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as e:
            raise (e.inner if isinstance(e.inner, pulumi.RunError) else e) from None

    def map_inputs(self, inputs: pulumi.Inputs, component_def: ComponentDefinition) -> pulumi.Inputs:
        """Wire inputs under their Python names; unknown keys are passed on, for the model to refuse."""
        known = component_def.inputs_mapping
        return {known.get(key, snake_case(key)): _as_in_python(value) for key, value in inputs.items()}


def _as_in_python(value: Any) -> Any:  # noqa: ANN401 - JSON and outputs
    """What a Python caller would have passed: on the wire every number is a float, also deep in a map, and what is
    not known in a first preview is a bare marker where Python has an Output.
    """
    if isinstance(value, Unknown):
        return pulumi.Output.from_input(value)
    if isinstance(value, list):
        return [_as_in_python(v) for v in value]
    if isinstance(value, dict):
        return {k: _as_in_python(v) for k, v in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def snake_case(key: str) -> str:
    """`quotaPods` -> `quota_pods`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    """The inferred schema with what inference cannot know, and with descriptions freed from their indentation.

    Defaults are part of the descriptions, not `default` keys: an SDK would send those as if somebody had written
    them, but the models distinguish a value that was set from one that was left out.
    """
    for resource in schema.get("resources", {}).values():
        resource["description"] = inspect.cleandoc(resource["description"])
    return schema | {
        "displayName": "Spark on ACK",
        "description": "Serverless Apache Spark on Alibaba Cloud: network, cluster, storage, shuffle, teams",
        "license": "Apache-2.0",
        "keywords": ["category/infrastructure", "kind/component", "spark", "kubernetes", "alicloud"],
    }


class Servicer(ProviderServicer):
    """The SDK's server, which reports a component's refusal in that component's own sentences only."""

    async def Construct(self, request: Any, context: Any) -> Any:  # noqa: ANN401 - the protocol's
        """Builds a component; an input may also be refused later, when its value becomes known."""
        try:
            return await super().Construct(request, context)
        except pulumi.RunError as e:
            # no details by property: the engine would print the properties' values beside them
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(e))


def serve(argv: list[str]) -> None:
    """Serves the package until the engine ends it; prints the port. The first argument is the engine's address."""
    parser = argparse.ArgumentParser(description="The package of Spark on ACK; started by the Pulumi engine.")
    parser.add_argument("engine", help="address of the engine")
    engine = parser.parse_known_args(argv)[0].engine

    async def until_ended() -> None:
        server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
        servicer = Servicer(Package(), argv, engine)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await server.wait_for_termination()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(until_ended())
