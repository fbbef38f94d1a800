"""A configuration as ordered entries, each with the reason why it is set: tests, files and docs read the same ones."""

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """One line of a configuration: its value, and the reason in words (a figure's source where it has one)."""

    value: str
    reason: str


def values(configuration: Mapping[str, Entry]) -> dict[str, str]:
    """The plain configuration: key -> value, in order."""
    return {key: entry.value for key, entry in configuration.items()}


def properties(configuration: Mapping[str, Entry]) -> str:
    """The entries as a Java properties file, each under its reason."""
    lines = [
        f"# {' '.join(e.reason.split())}\n{_escaped(k, ' :=#!')}={_escaped(e.value)}" for k, e in configuration.items()
    ]
    return "".join(f"{line}\n" for line in lines)


def _escaped(text: str, more: str = "") -> str:
    """As java.util.Properties reads it back; `more` are characters that would end a key."""
    for char, code in (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), *((c, f"\\{c}") for c in more)):
        text = text.replace(char, code)
    return f"\\{text}" if text.startswith(" ") else text
