"""A mock monitor that writes down every registration exactly as the engine would receive it."""

from collections.abc import Mapping
from typing import Any

import pulumi
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from replay.cloud import call_result, computed_outputs
from replay.graph import SECRET, UNKNOWN, Resource, reveal

_SIGNATURE = rpc._special_sig_key
_SECRET_SIGNATURE = rpc._special_secret_sig
_RESOURCE_SIGNATURE = rpc._special_resource_sig
_NO_PARENT_TYPE = "pulumi:pulumi:Stack"


class Cloud(Mocks):
    """Answers in place of the cloud.

    `known=True`: every output has a plausible value, as after an update. `known=False`: as in a first preview, where
    alicloud resources answer with their inputs and Kubernetes resources (kubeconfig unknown) with nothing.
    """

    def __init__(self, known: bool, references: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.known = known
        self.references = references or {}
        """Outputs of other stacks, by the full name a StackReference asks for; secrets are marked as in a graph."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """The id and state of a new resource; no id (unknown) in preview."""
        if args.typ == "pulumi:pulumi:StackReference":
            return args.inputs["name"], self._reference(args.inputs["name"])
        if args.typ == "pulumi:index:Stash":  # the engine itself answers, in previews too
            return (f"{args.name}-id" if self.known else None), {**args.inputs, "output": args.inputs["input"]}
        if self.known:
            computed = computed_outputs(args.typ, args.name, args.inputs)
            return args.resource_id or computed.pop("id", f"{args.name}-id"), {**args.inputs, **computed}
        return None, {} if args.typ.startswith("kubernetes:") else dict(args.inputs)

    def _reference(self, name: str) -> dict[str, Any]:
        """Another stack's outputs: known in previews too, since that stack exists."""
        if name not in self.references:
            raise LookupError(
                f"the replay has no outputs of stack {name!r}; it has those of: {', '.join(self.references)}"
            )
        outputs = self.references[name]
        secret = [k for k, v in outputs.items() if isinstance(v, dict) and SECRET in v]
        return {"name": name, "outputs": reveal(dict(outputs)), "secretOutputNames": secret}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """A provider function's answer. Raises LookupError for a function without one."""
        return call_result(args.token, args.args), []


class Recorder(MockMonitor):
    """Keeps the registered resources in `seen`, by the URNs that the real engine would assign."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.seen: dict[str, Resource] = {}

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine forms it: with all parent types in the chain (the SDK's mock keeps only the last)."""
        chain = parent.split("::")[2] if parent else ""
        qualified = type_ if chain in ("", _NO_PARENT_TYPE) else f"{chain}${type_}"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401 - the protocol's names
        """Records one registration, then answers as the mock does."""
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != _NO_PARENT_TYPE:
            if response.urn in self.seen:
                raise RuntimeError(f"two resources with the same URN {response.urn}")
            self.seen[response.urn] = _resource(response.urn, request)
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: ANN401
        """Records a component's outputs."""
        if request.urn in self.seen:
            self.seen[request.urn].outputs = plain(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def _resource(urn: str, request: Any) -> Resource:  # noqa: ANN401
    deps = {k: sorted(v.urns) for k, v in request.propertyDependencies.items() if v.urns}
    return Resource(
        urn=urn,
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=plain(request.object),
        parent="" if request.parent.split("::")[2:3] == [_NO_PARENT_TYPE] else request.parent,
        provider=request.provider,
        dependencies=sorted(request.dependencies),
        property_dependencies=dict(sorted(deps.items())),
        options=_options(request),
    )


def _options(request: Any) -> dict[str, Any]:  # noqa: ANN401
    """What differs from the default, under the engine's names."""
    aliases = [json_format.MessageToDict(a) for a in request.aliases]
    timeouts = json_format.MessageToDict(request.customTimeouts)
    options = {
        "protect": request.protect,
        "retainOnDelete": request.retainOnDelete,
        "deleteBeforeReplace": request.deleteBeforeReplace,
        "ignoreChanges": list(request.ignoreChanges),
        "replaceOnChanges": list(request.replaceOnChanges),
        "additionalSecretOutputs": sorted(request.additionalSecretOutputs),
        "deletedWith": request.deletedWith,
        "importId": request.importId,
        "version": request.version,
        "aliases": aliases + [{"urn": u} for u in request.aliasURNs],
        "customTimeouts": timeouts,
    }
    return {k: v for k, v in options.items() if v}


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A protocol struct as plain data with marked secrets and unknowns; whole floats become integers."""
    result: dict[str, Any] = _plain(json_format.MessageToDict(struct))
    return result


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        signature = value.get(_SIGNATURE)
        if signature == _SECRET_SIGNATURE:
            return {SECRET: True, "value": _plain(value.get("value"))}
        if signature == _RESOURCE_SIGNATURE:
            return value.get("urn")
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if value == rpc.UNKNOWN:
        return {UNKNOWN: True}
    return int(value) if isinstance(value, float) and value.is_integer() else value
