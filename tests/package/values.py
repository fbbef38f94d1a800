"""Values of inputs as JSON, so that the same case is built in Python here and sent over the wire there.

`{"$secret": v}` is secret, `{"$unknown": true}` not known yet, `{"$from": urn, "value": v}` known and another
resource's output.
"""

import asyncio
from typing import Any, Literal

import pulumi
from google.protobuf import struct_pb2
from pulumi.output import Unknown
from pulumi.runtime import rpc

SECRET, UNKNOWN, FROM = "$secret", "$unknown", "$from"
Wire = Literal["outputs", "secrets"]
"""How an SDK sends them: as output values (today's), or as bare secrets with the dependencies beside (before)."""


def secret(value: Any) -> dict[str, Any]:
    """A secret."""
    return {SECRET: value}


def unknown() -> dict[str, Any]:
    """What another resource will say."""
    return {UNKNOWN: True}


def output(value: Any, urn: str) -> dict[str, Any]:
    """Another resource's known output."""
    return {FROM: urn, "value": value}


def local(value: Any) -> Any:
    """The value as a Python caller has it."""
    if isinstance(value, list):
        return [local(v) for v in value]
    if not isinstance(value, dict):
        return value
    if SECRET in value:
        return pulumi.Output.secret(local(value[SECRET]))
    if UNKNOWN in value:
        return pulumi.Output.from_input(Unknown())  # type: ignore[no-untyped-call]
    if FROM in value:
        return _output_of(value[FROM], value["value"])
    return {k: local(v) for k, v in value.items()}


def _output_of(urn: str, value: Any) -> pulumi.Output[Any]:
    """An Output that depends on the resource of that URN."""

    def done(result: Any) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_event_loop().create_future()
        future.set_result(result)
        return future

    return pulumi.Output(done({pulumi.resource.DependencyResource(urn)}), done(value), done(True))


def wire(value: Any, form: Wire) -> Any:
    """The value as the engine hands it to a package, ready for a protocol struct."""
    if isinstance(value, list):
        return [wire(v, form) for v in value]
    if not isinstance(value, dict):
        return value
    if SECRET in value:
        return _marked(wire(value[SECRET], form), form, secret=True)
    if UNKNOWN in value:
        return _marked(rpc.UNKNOWN, form) if form == "outputs" else rpc.UNKNOWN
    if FROM in value:
        plain = wire(value["value"], form)
        return _marked(plain, form, dependencies=[value[FROM]]) if form == "outputs" else plain
    return {k: wire(v, form) for k, v in value.items()}


def _marked(value: Any, form: Wire, secret: bool = False, dependencies: list[str] | None = None) -> dict[str, Any]:
    if form == "secrets":
        return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}
    known = {} if value == rpc.UNKNOWN else {"value": value}
    return {
        rpc._special_sig_key: rpc._special_output_value_sig, "secret": secret, "dependencies": dependencies or [],
    } | known  # fmt: skip


def struct(values: dict[str, Any], form: Wire) -> struct_pb2.Struct:
    """All inputs as a protocol struct."""
    struct = struct_pb2.Struct()
    struct.update({k: wire(v, form) for k, v in values.items()})
    return struct


def sources(value: Any) -> list[str]:
    """The URNs a value comes from."""
    if isinstance(value, list):
        return [u for v in value for u in sources(v)]
    if isinstance(value, dict):
        return [value[FROM]] if FROM in value else [u for v in value.values() for u in sources(v)]
    return []
