"""A configuration as ordered entries, each with the reason why it is set: tests, files and docs read the same ones."""

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """One line of a configuration: its value, and the reason in words (a figure's source where it has one)."""

    value: str
    reason: str


def values(entries: Mapping[str, Entry]) -> dict[str, str]:
    """The plain configuration: key -> value, in order."""
    return {key: entry.value for key, entry in entries.items()}


def properties(entries: Mapping[str, Entry]) -> str:
    """The entries as a Java properties file, each under its reason."""
    return "".join(f"# {entry.reason}\n{key}={entry.value}\n" for key, entry in entries.items())
