"""The cloud's answers in a replay: plausible computed outputs and the results of provider functions."""

import json
from collections.abc import Callable
from typing import Any

import yaml

ACCOUNT = "1234567890123456"
"""The account a replay pretends to run in."""
Answer = Callable[[str, dict[str, Any]], dict[str, Any]]


def _id(prefix: str) -> Answer:
    """Ids in the cloud's format, which their consumers check."""
    return lambda name, _: {"id": f"{prefix}-{name}"}


def _cluster(name: str, _: dict[str, Any]) -> dict[str, Any]:
    intranet = "https://10.0.0.10:6443"
    return {
        "id": f"c{name.replace('-', '')}",
        "connections": [{"apiServerIntranet": intranet, "apiServerInternet": "https://203.0.113.10:6443"}],
    }


def _roles(args: dict[str, Any]) -> dict[str, Any]:
    """Every role that `^(a|b)$` asks for exists."""
    return {"names": args.get("nameRegex", "").strip("^()$").split("|")}


def _vswitches(args: dict[str, Any]) -> dict[str, Any]:
    return {"vswitches": [{"id": i, "availableIpAddressCount": 8188} for i in args.get("ids", [])]}


def _credential(args: dict[str, Any]) -> dict[str, Any]:
    cluster = {"server": "https://203.0.113.10:6443", "certificate-authority-data": "Y2E="}
    user = {"client-certificate-data": "Y2VydA==", "client-key-data": "cmVwbGF5"}
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "replay",
        "clusters": [{"name": "replay", "cluster": cluster}],
        "users": [{"name": "replay", "user": user}],
        "contexts": [{"name": "replay", "context": {"cluster": "replay", "user": "replay"}}],
    }  # fmt: skip
    return {"kubeConfig": json.dumps(config), "clusterId": args["clusterId"]}


# Computed outputs by type, beyond `id` (= "<name>-id" unless set here); inputs are echoed anyway.
COMPUTED: dict[str, Answer] = {
    "alicloud:vpc/network:Network": _id("vpc"),
    "alicloud:vpc/switch:Switch": _id("vsw"),
    "alicloud:ecs/securityGroup:SecurityGroup": _id("sg"),
    "alicloud:vpc/natGateway:NatGateway": lambda name, _: {"id": f"ngw-{name}", "snatTableIds": f"stb-{name}"},
    "alicloud:ecs/eipAddress:EipAddress": lambda name, _: {"id": f"eip-{name}", "ipAddress": "203.0.113.7"},
    "alicloud:cs/managedKubernetes:ManagedKubernetes": _cluster,
    "alicloud:ram/role:Role": lambda _, inputs: {"arn": f"acs:ram::{ACCOUNT}:role/{inputs['roleName'].lower()}"},
    "alicloud:ros/stack:Stack": lambda *_: {"status": "CREATE_COMPLETE"},
}

# Results of provider functions (invokes) by token.
CALLS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    # the engine's own: a replay begins with an empty state
    "pulumi:pulumi:readStackResourceOutputs": lambda _: {"outputs": {}},
    # only the cloud knows which zones exist: an empty answer refuses none
    "alicloud:index/getZones:getZones": lambda _: {"ids": []},
    "alicloud:eci/getZones:getZones": lambda _: {"zones": []},
    "alicloud:ram/getRoles:getRoles": _roles,
    "alicloud:vpc/getSwitches:getSwitches": _vswitches,
    "alicloud:ros/getStacks:getStacks": lambda _: {"stacks": []},
    "alicloud:index/getAccount:getAccount": lambda _: {"id": ACCOUNT},
    "alicloud:cs/getClusterCredential:getClusterCredential": _credential,
    # the objects of a file show as resources; those of charts and folders need programs that a replay does not run
    "kubernetes:yaml:decode": lambda args: {"result": [d for d in yaml.safe_load_all(args["text"]) if d]},
    "kubernetes:helm:template": lambda _: {"result": []},
    "kubernetes:kustomize:directory": lambda _: {"result": []},
}


def computed_outputs(type_: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The outputs the cloud adds to a resource's inputs."""
    answer = COMPUTED.get(type_)
    return answer(name, inputs) if answer else {}


def call_result(token: str, args: dict[str, Any]) -> dict[str, Any]:
    """A provider function's result. Raises LookupError for a function that is not described here."""
    if token not in CALLS:
        raise LookupError(f"the replay has no answer for {token}; add it to CALLS in replay/cloud.py")
    return CALLS[token](args)
