"""Kubernetes quantities as numbers."""

import math
import re
from contextlib import suppress

_SUFFIXES = {
    "": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_QUANTITY = re.compile(
    r"[+]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?"
)
_LONGEST = 100
GIB = 2.0**30
MOST = 2.0**63
"""The API server takes no larger amount: it stores this one instead, so whoever writes more means nothing by it."""


def quantity(value: str | float) -> float:
    """`500m` -> 0.5, `16Gi` -> 17179869184, `1e3` -> 1000, `1E` -> 10**18: every form that the API server takes.

    Raises ValueError for anything else: negative amounts, blanks, `nan`, infinity, and more than 2**63.
    """
    amount = math.nan
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) and len(value) <= _LONGEST else None
    with suppress(OverflowError):
        if match:
            amount = float(match[1]) * 10.0 ** int(match[2] or 0) * _SUFFIXES[match[3] or ""]
        elif not isinstance(value, str):
            amount = float(value)  # raises TypeError itself for what is no number
    if not math.isfinite(amount) or not 0 <= amount <= MOST:
        raise ValueError("not a quantity")
    return amount


def gib(value: str | float) -> float:
    """A memory or disk quantity in GiB."""
    return quantity(value) / GIB
