"""Patterns of RAM: `*` stands for any text, `?` for one character; letters in any case are the same.

That is how the vendor describes them; no account was asked. Taking letters of any case for equal errs to the safe side.
"""

import re
from functools import cache

_NOT_A_LETTER = "\x00"


@cache
def matches(pattern: str, text: str) -> bool:
    """True when the pattern covers the text."""
    parts = {"*": ".*", "?": "."}
    expression = "".join(parts.get(c) or re.escape(c) for c in re.sub(r"\*+", "*", pattern))
    return re.fullmatch(expression, text, re.DOTALL | re.IGNORECASE) is not None


@cache
def overlap(one: str, other: str) -> bool:
    """True when some text is covered by both patterns."""
    one, other = one.lower(), other.lower()
    reached = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        i, j = waiting.pop()
        if i == len(one) and j == len(other):
            return True
        for step in _steps(one, other, i, j):
            if step not in reached:
                reached.add(step)
                waiting.append(step)
    return False


def covers(pattern: str, other: str) -> bool:
    """True when everything that `other` covers is covered by `pattern`.

    Tried with texts of several lengths that no pattern spells out, in place of the wildcards of `other`.
    """
    return all(matches(pattern, _instance(other, length)) for length in (0, 1, 61))


def is_literal(pattern: str) -> bool:
    """True for a pattern that is a plain text."""
    return not set("*?") & set(pattern)


def _steps(one: str, other: str, i: int, j: int) -> list[tuple[int, int]]:
    a, b = one[i : i + 1], other[j : j + 1]
    steps = []
    if a == "*":
        steps.append((i + 1, j))
        steps += [(i, j + 1)] if b else []
    if b == "*":
        steps.append((i, j + 1))
        steps += [(i + 1, j)] if a else []
    if a and b and "*" not in (a, b) and (a == b or "?" in (a, b)):
        steps.append((i + 1, j + 1))
    return steps


def _instance(pattern: str, length: int) -> str:
    return pattern.replace("*", _NOT_A_LETTER * length).replace("?", _NOT_A_LETTER)
