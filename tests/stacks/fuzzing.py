"""Stack files that nobody wrote by hand: the four stacks, changed at random and by what their models say of a value."""

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT, STACKS

Path_ = tuple[str | int, ...]
STRANGE: tuple[Any, ...] = (
    None, "", " ", "x", "0", "-1", 0, 1, -1, 3, 7, 10**6, 10**30, -(10**30), 0.5, 1e308, float("nan"), float("inf"),
    True, False, [], {}, [[]], [None], {"a": 1}, {"": ""}, ["a", "a"], "a\nb", "a\x00b", "a\tb", "é", "٣", "*", "**",
    "system:masters", "system:serviceaccounts:spark-a", "spark-on-ack:ads:submit", "default", "kube-system", "all",
    "0.0.0.0/0", "10.0.0.0/33", "::/0", "100.100.100.200/32:80", "1.2.3.4:99999", "-flag", "../..", "${x}", "yes", "on",
    "1:30", "0777", "2026-12-31", "2026-13-45", "A" * 300, "oss://b/p", "registry.example.com/a:1", "cn-hangzhou",
    "system-node-critical", {"environment": "x"},
    {"k8s.aliyun.com/eci-ram-role-name": "x"}, {"a b": "c"}, {"secure": "v1"},
    {"spark.yarn.keytab": "/x"}, {"spark.kubernetes.namespace": "kube-system"}, {"spark.executor.memory": "1g\n"},
)  # fmt: skip
"""Values that are wrong nearly everywhere, and some that are right in a few places."""
SOURCE_EDITS = (
    "\t",
    "\x00",
    "\ufeff",
    "---\n",
    "&a ",
    "*a",
    "!!binary ",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "#",
    "'",
    '"',
    "<<: ",
)


def stack_texts() -> dict[str, str]:
    return {name: (ROOT / "stacks" / f"Pulumi.{name}.yaml").read_text() for name in STACKS}


def _paths(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _parent(data: Any, path: Path_) -> Any:
    for step in path[:-1]:
        data = data[step]
    return data


def _near(value: Any, pick: random.Random) -> Any:
    """A value of the same type that is a little different."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return pick.choice([value + 1, value - 1, value * 2, value * 1000, -value, value / 2, str(value), f"{value}Gi"])
    if isinstance(value, str) and value:
        at = pick.randrange(len(value))
        return pick.choice([value.upper(), value[:at] + value[at + 1 :], value + pick.choice("/:-_.*@\n "), value * 30])
    if isinstance(value, list) and value:
        return pick.choice([value + value[:1], value[1:], {"0": value}])
    return [value] if pick.random() < 0.5 else {"value": value}


def _edit(config: dict[str, Any], pick: random.Random) -> None:
    paths = list(_paths(config))
    path = pick.choice(paths)
    holder, key = _parent(config, path), path[-1]
    kind = pick.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind in (1, 2):
        holder[key] = copy.deepcopy(pick.choice(STRANGE))
    elif kind in (3, 4):
        holder[key] = _near(holder[key], pick)
    elif isinstance(holder, dict):
        holder[pick.choice([f"{key}x", str(key)[:-1] or "y", "labels", "tags", "namespace", "spark", "conf"])] = (
            copy.deepcopy(pick.choice([pick.choice(STRANGE), holder[key]]))
        )
    else:
        holder.append(copy.deepcopy(pick.choice(STRANGE)))


def generated(seed: int) -> bytes:
    """One stack file: mostly edited by value, sometimes by its text or its bytes."""
    pick = random.Random(seed)  # noqa: S311 - test data
    texts = stack_texts()
    text = texts[pick.choice(sorted(texts))]
    if pick.random() < 0.85:
        data = yaml.safe_load(text)
        for _ in range(pick.randint(1, 3)):
            _edit(data["config"], pick)
        return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")
    if pick.random() < 0.7:
        for _ in range(pick.randint(1, 3)):
            at = pick.randrange(len(text))
            text = text[:at] + pick.choice(SOURCE_EDITS) + text[at + pick.choice([0, 0, 1, 40]) :]
        return text.encode()
    raw = text.encode(pick.choice(["utf-8", "utf-16", "latin-1", "utf-32"]), "replace")
    at = pick.randrange(len(raw))
    return raw[:at] + bytes([pick.randrange(256)]) + raw[at + 1 :]


def write(folder: Path, seed: int) -> Path:
    """The generated file in a folder, under the name of a stack."""
    path = folder / "Pulumi.fuzz.yaml"
    path.write_bytes(generated(seed))
    return path
