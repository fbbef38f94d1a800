"""A table as data: one column is a heading and a function. Text, Markdown and HTML draw the same columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Row = TypeVar("Row")
Tone = Literal["plain", "good", "bad", "warn"]


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a table."""

    heading: str
    cell: Callable[[Row], str]
    """The text of a row's cell; each format escapes it in its own way."""
    number: bool = False
    """Aligned to the right."""
    code: bool = False
    """A name out of the program, set as code where the format has it."""
    tone: Callable[[Row], Tone] = lambda _: "plain"
