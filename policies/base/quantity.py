"""Kubernetes quantities as numbers."""

import re

_SUFFIXES = {
    "": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_QUANTITY = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")
GIB = 2.0**30


def quantity(value: str | float) -> float:
    """`500m` -> 0.5, `16Gi` -> 17179869184. Raises ValueError for anything else, negative ones included."""
    if isinstance(value, str):
        match = _QUANTITY.fullmatch(value.strip())
        if not match or (match[2] and match[3]):
            raise ValueError("not a quantity")
        return float(match[1]) * 10.0 ** int(match[2] or 0) * _SUFFIXES[match[3] or ""]
    if value < 0:  # raises TypeError itself for what is no number
        raise ValueError("not a quantity")
    return float(value)


def gib(value: str | float) -> float:
    """A memory or disk quantity in GiB."""
    return quantity(value) / GIB
