"""The differences between two values, path by path, as text that is safe to print: never secrets."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from components.base.sentences import path_text
from replay.graph import SECRET, is_unknown

ABSENT = "(none)"
LONGEST = 160
"""Characters of a value that are shown."""
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class PropertyChange:
    """One property that differs. `before` and `after` are texts to print; `ABSENT` where there is none."""

    path: str
    before: str
    after: str
    replaces: bool = False
    """True when it cannot be changed in place."""


def differences(before: object, after: object, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Path, text before, text after of everything that differs. Texts that hold JSON are looked into; texts of many
    lines are compared line by line, and the line stands in the path's place of an index."""
    if before == after:
        return
    if _secret(before) or _secret(after):
        yield path, _shown(before), "(another secret)" if _secret(before) and _secret(after) else _shown(after)
    elif isinstance(before, dict) and isinstance(after, dict) and not is_unknown(before) and not is_unknown(after):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(before, after, path)
    elif isinstance(before, str) and isinstance(after, str):
        yield from _texts(before, after, path)
    else:
        yield path, _shown(before), _shown(after)


def _items(before: list[Any], after: list[Any], path: Path) -> Iterator[tuple[Path, str, str]]:
    """Lists of equal length item by item; others by what was added and removed, so that one new item is one line."""
    if len(before) == len(after):
        for i, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, (*path, _name(new, i)))
        return
    old, new = ([json.dumps(v, sort_keys=True) for v in values] for values in (before, after))
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "replace" and b - a == d - c:
            for i in range(b - a):
                yield from differences(before[a + i], after[c + i], (*path, _name(after[c + i], c + i)))
        elif tag != "equal":
            yield from (((*path, _name(v, a + i)), _shown(v), ABSENT) for i, v in enumerate(before[a:b]))
            yield from (((*path, _name(v, c + i)), ABSENT, _shown(v)) for i, v in enumerate(after[c:d]))


def _name(item: object, index: int) -> str | int:
    """Items of Kubernetes lists are identified by name."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else index


def _texts(before: str, after: str, path: Path) -> Iterator[tuple[Path, str, str]]:
    parsed = _json(before), _json(after)
    if all(isinstance(p, dict | list) for p in parsed):
        yield from differences(*parsed, path)
    elif "\n" in before.strip() or "\n" in after.strip():
        old, new = before.splitlines(), after.splitlines()
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield path, _lines(old[a:b]), _lines(new[c:d])
    else:
        yield path, _shown(before), _shown(after)


def _lines(lines: list[str]) -> str:
    return _cut(" ⏎ ".join(line.strip() for line in lines)) if lines else ABSENT


def _json(text: str) -> object:
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def masked(value: Any) -> Any:  # noqa: ANN401 - JSON
    """The value with secrets and unknowns as words."""
    if _secret(value):
        return "(secret)"
    if is_unknown(value):
        return "(known after the update)"
    if isinstance(value, dict):
        return {k: masked(v) for k, v in value.items()}
    return [masked(v) for v in value] if isinstance(value, list) else value


def _secret(value: object) -> bool:
    return isinstance(value, dict) and SECRET in value


def _shown(value: object) -> str:
    if value is None:
        return ABSENT
    safe = masked(value)
    return _cut(safe if isinstance(safe, str) else json.dumps(safe, ensure_ascii=False, sort_keys=True))


def _cut(text: str) -> str:
    text = text.replace("\n", " ⏎ ")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def words(path: Path) -> str:
    """`spec.template.spec.containers[0].image`."""
    return path_text(path) or "(all)"
