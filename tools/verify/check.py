"""A check: what it proves, what it needs, what it costs, how long it may take; and what became of it."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tools.sandbox.console import SandboxError

Ask = Callable[[Any], str]
"""Tries a claim on a Platform, which imports this file: what was seen. Raises FailedError or CannotAskError."""


class Verdict(StrEnum):
    """What a check answers."""

    PASS = "pass"  # noqa: S105 (not a password)
    FAIL = "fail"
    CANNOT = "cannot be asked here"


class FailedError(Exception):
    """The claim does not hold: what was seen, and the way out."""

    def __init__(self, seen: str, way_out: str) -> None:
        super().__init__(f"{seen}; {way_out}")
        self.seen, self.way_out = seen, way_out


class CannotAskError(Exception):
    """The claim cannot be tried on this platform: why."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One claim of the platform and how it is tried."""

    id: str
    """Kebab case; the README's table names it."""
    proves: str
    """What holds when it passes, in a few words."""
    needs: tuple[str, ...]
    """Checks without which this one says nothing: when one of them does not pass, it cannot be asked."""
    fen: float
    """What its pods cost on ACK, in fen (0.01 CNY), at the list price of 1 vCPU and 2 GiB; an upper bound."""
    seconds: float
    """How long it may take, its pods' start included."""
    ask: Ask
    """Tries it."""


@dataclass(frozen=True)
class Outcome:
    """What became of a check."""

    check: Check
    verdict: Verdict
    seen: str
    """What was seen, or why it could not be asked."""
    way_out: str
    """What to do; empty unless it failed."""
    seconds: float


CHECKS: dict[str, Check] = {}
"""All checks by id, in the order of the table."""


def check(
    name: str, proves: str, *, needs: Iterable[str] = (), fen: float = 0, seconds: float = 20
) -> Callable[[Ask], Ask]:
    """Declare the decorated function as a check; see Check for the arguments."""

    def declare(ask: Ask) -> Ask:
        CHECKS[name] = Check(id=name, proves=proves, needs=tuple(needs), fen=fen, seconds=seconds, ask=ask)
        return ask

    return declare


def closure(names: Iterable[str]) -> list[Check]:
    """The named checks and all that they need, in the order of the table.

    Raises:
        SandboxError: a name that no check has.

    """
    wanted: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name not in CHECKS:
            raise SandboxError(f"CHECKS: there is no check {name!r}; known: {', '.join(CHECKS)}")
        if name not in wanted:
            wanted.add(name)
            queue += CHECKS[name].needs
    return [each for each in CHECKS.values() if each.id in wanted]


def run(
    platform: object, checks: list[Check], on_done: Callable[[Outcome], None] = lambda _: None, workers: int = 8
) -> list[Outcome]:
    """Ask all of them, as many at a time as `workers`, each after those it needs; in the order of `checks`."""
    outcomes: dict[str, Outcome] = {}
    waiting = {each.id: each for each in checks}
    running: dict[Future[Outcome], str] = {}
    with ThreadPoolExecutor(workers) as pool:
        while waiting or running:
            for name, each in list(waiting.items()):
                if all(needed in outcomes for needed in each.needs):
                    del waiting[name]
                    running[pool.submit(_outcome, platform, each, outcomes)] = name
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                outcomes[running.pop(future)] = future.result()
                on_done(future.result())
    return [outcomes[each.id] for each in checks]


def _outcome(platform: object, asked: Check, before: Mapping[str, Outcome]) -> Outcome:
    lacking = [name for name in asked.needs if before[name].verdict is not Verdict.PASS]
    if lacking:
        return Outcome(asked, Verdict.CANNOT, f"it says nothing without {', '.join(lacking)}", "", 0.0)
    began = time.monotonic()

    def outcome(verdict: Verdict, seen: str, way_out: str = "") -> Outcome:
        return Outcome(asked, verdict, seen, way_out, time.monotonic() - began)

    try:
        return outcome(Verdict.PASS, asked.ask(platform))
    except FailedError as error:
        return outcome(Verdict.FAIL, error.seen, error.way_out)
    except CannotAskError as error:
        return outcome(Verdict.CANNOT, str(error))
    except SandboxError as error:  # a time-out, or kubectl's own sentence
        return outcome(Verdict.FAIL, str(error), "see the events and pods of the namespaces that it names")
