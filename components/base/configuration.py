"""A configuration as ordered entries, each with the reason why it is set: tests, files and docs read the same ones.

Written as a Java properties file, and read as `java.util.Properties` reads one: Spark and Celeborn do nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_BLANKS = " \t\f"
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


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
    plain = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\f", "\\f"))
    for char, code in (*plain, *((c, f"\\{c}") for c in more)):
        text = text.replace(char, code)
    return f"\\{text}" if text.startswith(" ") else text


def read_properties(text: str) -> dict[str, str]:
    """The entries of a Java properties file, the last of equal keys, as `java.util.Properties.load` reads them.

    Comments (`#`, `!`), continued lines, `=`, `:` or blanks between key and value, `\\uXXXX`. Raises ValueError for a
    `\\u` without four hexadecimal digits, as Java does.
    """
    entries: dict[str, str] = {}
    for line in _logical_lines(text):
        match = re.match(r"(?:[^\\=:\x20\t\f]|\\.)*", line, re.DOTALL)
        key = match[0] if match else ""
        rest = line[len(key) :].lstrip(_BLANKS)
        value = rest[1:].lstrip(_BLANKS) if rest[:1] in ("=", ":") else rest
        entries[_unescaped(key)] = _unescaped(value)
    return entries


def split_values(text: str) -> list[str]:
    """The values of a key that holds several, as Spark splits them: at commas, trimmed, without empty ones."""
    return [part for each in text.split(",") if (part := each.strip())]


def _logical_lines(text: str) -> Iterator[str]:
    """Lines that hold something, without leading blanks; one that ends in an odd number of backslashes goes on."""
    whole = ""
    for natural in re.split(r"\r\n|\r|\n", text):
        part = natural.lstrip(_BLANKS)
        if not whole and (not part or part[0] in "#!"):
            continue
        trailing = len(part) - len(part.rstrip("\\"))
        continued = trailing % 2 == 1
        whole += part[:-1] if continued else part
        if not continued:
            yield whole
            whole = ""
    if whole:
        yield whole


def _unescaped(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] != "u":
            return _ESCAPES.get(code, code)
        if not re.fullmatch(r"u[0-9a-fA-F]{4}", code):
            raise ValueError("malformed \\uXXXX")
        return chr(int(code[1:], 16))

    if "\\" not in text:
        return text
    result = re.sub(r"\\(u.{0,4}|.)", plain, text, flags=re.DOTALL)
    # two escaped halves of a pair are one character, as in Java
    return result.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
