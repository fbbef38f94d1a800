"""Values in other forms: quantities, selectors, ranges, statements of policies, lines of Spark configuration."""

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

from components.base.configuration import read_properties
from components.spark.older_keys import current_names
from policies.base.quantity import quantity
from replay.graph import SECRET, UNKNOWN

Rewrite = Callable[[Any], Any]
"""A value of a resource, at any depth, in another form; the same object where it has none."""
_SIZE = re.compile(r"([0-9]+)(k|m|g|t)b?")
_TIME = re.compile(r"([0-9]+)(s|min|h)")
_OLDER = {current: older for older, current in sorted(current_names().items(), reverse=True)}


def in_other_order(value: Any) -> Any:
    return dict(reversed(value.items())) if isinstance(value, dict) else value


def with_further_keys(value: Any) -> Any:
    """Properties that nobody has heard of; not among labels and the like, where each means something."""
    texts = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    if not isinstance(value, dict) or UNKNOWN in value or (texts and value):
        return value
    return {**value, "zzzUnheardOf": "x", "zzzNull": None}


def as_secret(value: Any) -> Any:
    return {SECRET: True, "value": value} if isinstance(value, str | int | bool) else value


def as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def as_float(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def in_smallest_unit(value: Any) -> Any:
    """Quantities in their smallest unit, with an exponent: `5Ti` and `5497558138880e0`."""
    if isinstance(value, str) and re.fullmatch(r"[0-9.]+(m|k|M|G|T|Ki|Mi|Gi|Ti)", value):
        return f"{quantity(value) * 1000:.0f}m"
    return value


def as_expressions(value: Any) -> Any:
    """matchLabels as matchExpressions."""
    labels = value.get("matchLabels") if isinstance(value, dict) else None
    if not isinstance(labels, dict):
        return value
    rest = {k: v for k, v in value.items() if k != "matchLabels"}
    made = [{"key": k, "operator": "In", "values": [v, "zzz"]} for k, v in labels.items()]
    return {**rest, "matchExpressions": [*rest.get("matchExpressions", []), *made]}


def as_selector_of_anything(value: Any) -> Any:
    """An empty namespace selector as one that every namespace fulfils."""
    if isinstance(value, dict) and value.get("namespaceSelector") == {}:
        some = [{"key": "kubernetes.io/metadata.name", "operator": "Exists"}]
        return {**value, "namespaceSelector": {"matchExpressions": some}}
    return value


def quarters(text: str) -> list[str]:
    try:
        return [str(n) for n in ipaddress.ip_network(text).subnets(2)]
    except ValueError:
        return [text]


def in_pieces(value: Any) -> Any:
    """A range as its quarters, one peer each."""
    if not isinstance(value, list):
        return value
    result = []
    for item in value:
        cidr = item.get("ipBlock", {}).get("cidr", "") if isinstance(item, dict) else ""
        result += [{**item, "ipBlock": {"cidr": c}} for c in quarters(cidr)] if cidr else [item]
    return result


def rewritten_document(text: str, rewrite: Rewrite) -> str:
    try:
        whole = json.loads(text)
        return json.dumps({**whole, "Statement": [s for each in whole["Statement"] for s in rewrite(each)]}, indent=1)
    except (ValueError, KeyError, TypeError):
        return text


def text_or_list(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """Lists of one as plain texts, plain texts as lists."""

    def other(value: Any) -> Any:
        if isinstance(value, str):
            return [value]
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    return [{k: other(v) if k in ("Action", "Resource") else v for k, v in statement.items()}]


def one_each(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """One statement for each resource."""
    resources = statement.get("Resource")
    many = isinstance(resources, list) and len(resources) > 1 and statement.get("Effect") == "Allow"
    return [{**statement, "Resource": [r]} for r in resources] if many and isinstance(resources, list) else [statement]


def in_other_case(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """Actions in capitals, names of parts in small letters."""
    actions = statement.get("Action", [])
    loud = [a.upper() for a in actions] if isinstance(actions, list) else str(actions).upper()
    return [{k.lower(): v for k, v in {**statement, "Action": loud}.items()}]


def with_wildcards(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """A letter of each allowed action as a wildcard, which covers the action still."""
    actions = statement.get("Action", [])
    if statement.get("Effect") != "Allow":
        return [statement]
    listed = actions if isinstance(actions, list) else [actions]
    return [{**statement, "Action": [re.sub(r":(\w)\w", r":\1?", a) for a in listed]}]


def as_older_input(value: Any) -> Any:
    """The provider's older inputs: `document`, `statements`."""
    if not isinstance(value, dict) or not isinstance(value.get("policyDocument"), str):
        return value
    rest = {k: v for k, v in value.items() if k != "policyDocument"}
    return {**rest, "document": value["policyDocument"]}


def rewritten_lines(text: str, rewrite: Callable[[str, str], str]) -> str:
    return "".join(f"{rewrite(k, v)}\n" for k, v in read_properties(text).items())


def with_escaped_key(key: str, value: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if c.isalpha() else f"\\{c}" for c in key) + f"={value}"


def in_other_unit(key: str, value: str) -> str:
    size, time = _SIZE.fullmatch(value), _TIME.fullmatch(value)
    if size:
        smaller = {"k": "b", "m": "k", "g": "m", "t": "g"}[size[2]]
        value = f"{int(size[1]) * 1024}{smaller.upper()}"
    if time:
        value = f"{int(time[1]) * {'s': 1, 'min': 60, 'h': 3600}[time[2]] * 1000}ms"
    return f"{key} {value.upper() if value in ('true', 'false') else value}"


def under_older_key(key: str, value: str) -> str:
    return f"{_OLDER.get(key, key)} {value}"
