"""What may be wrong with inputs: one mistake, all mistakes of some inputs, and the checks that find them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import pulumi
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError


class Mistake(NamedTuple):
    """What is wrong (`reason`, a sentence without its beginning), and where in the model: `quota.pods`."""

    path: str
    reason: str

    @property
    def sentence(self) -> str:
        """As people read it."""
        return f"{self.path}: {self.reason}"

    def inside(self, parent: str) -> "Mistake":
        """The same mistake, seen from a model that holds this one at `parent`."""
        return Mistake(f"{parent}.{self.path}", self.reason)


Mistakes: TypeAlias = Iterator[tuple[str, str]]
"""What a check yields: (path in the model, reason) of every mistake it sees."""


class InputError(pulumi.RunError):
    """All mistakes of some inputs, one sentence each (`sentences`). The engine prints it without a traceback."""

    def __init__(self, sentences: Iterable[str], title: str = "") -> None:
        self.sentences = list(sentences)
        head = f"{title}\n" if title else ""
        super().__init__(head + "\n".join(f"  {s}" if title else s for s in self.sentences))


class WrongElsewhereError(Exception):
    """A check read a value that is itself wrong: it cannot say anything, and its mistake is told already."""


def check(method: Callable[[Any], Mistakes]) -> Callable[[Any], Mistakes]:
    """Marks a method of a model as a check between its fields: it yields (path, reason) of each mistake."""
    method.is_check = True  # type: ignore[attr-defined]
    return method


def not_allowed(reason: str) -> PydanticCustomError:
    """The error that the validator of one field raises; `reason` goes into the sentence as it is."""
    return PydanticCustomError("not_allowed", "{reason}", {"reason": reason, "at": ""})


def refuse(value: object, reasons: Mapping[str, str]) -> None:
    """Raises one mistake for each path in `reasons` (path -> reason), if there is any: a reader sees them all."""
    if reasons:
        lines = [
            InitErrorDetails(
                type=PydanticCustomError("not_allowed", "{reason}", {"reason": why, "at": path}), loc=(), input=value
            )
            for path, why in reasons.items()
        ]
        raise ValidationError.from_exception_data("inputs", lines)


class WiringError(InputError):
    """Inputs that are right alone and wrong together; `mistakes` have paths in the component's own model."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(m.sentence for m in self.mistakes)
