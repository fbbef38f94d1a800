"""What the cloud would answer in a replay: plausible computed outputs and the results of provider functions."""

from collections.abc import Callable
from typing import Any

ACCOUNT = "1234567890123456"
"""The account a replay pretends to run in."""
Answer = Callable[[str, dict[str, Any]], dict[str, Any]]

# Computed outputs by type, beyond `id` (= "<name>-id"); inputs are echoed anyway.
COMPUTED: dict[str, Answer] = {
    "alicloud:ram/role:Role": lambda _, given: {"arn": f"acs:ram::{ACCOUNT}:role/{given['roleName'].lower()}"},
    "alicloud:ros/stack:Stack": lambda *_: {"status": "CREATE_COMPLETE"},
}

# Results of provider functions (invokes) by token.
CALLS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def computed_outputs(type_: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The outputs the cloud adds to a resource's inputs."""
    answer = COMPUTED.get(type_)
    return answer(name, inputs) if answer else {}


def call_result(token: str, args: dict[str, Any]) -> dict[str, Any]:
    """A provider function's result. Raises LookupError for a function that is not described here."""
    if token not in CALLS:
        raise LookupError(f"the replay knows no answer for {token}; add it to tools/replay/cloud.py")
    return CALLS[token](args)
