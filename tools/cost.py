"""`make cost STACK=prod [JOB=examples/etl.yaml]`: what a stack costs idle and at quota, what one run of a job costs.

List prices, pay as you go, on demand; no account and no network are needed. The prices and their dates are in
policies/cost/prices.yaml.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from components.pods.sizes import TooLargeError
from policies.base.rule import Context
from policies.base.view import Unreadable, view_of
from policies.cost.model.estimate import Estimate, estimate
from policies.cost.model.job import JobCost, NoJobError, job_cost
from policies.cost.model.lines import Line
from policies.cost.model.prices import fen, prices
from replay import ReplayError, replay
from replay.graph import Graph
from tools.packs import judged_by

PLAIN_WIDTH = 150


def main(argv: list[str] | None = None) -> int:
    """Prints the table; returns 1 with one sentence when the stack or the job cannot be read."""
    parser = argparse.ArgumentParser(prog="make cost", description="What a stack, or one run of a job, costs.")
    parser.add_argument("stack")
    parser.add_argument("--job", type=Path, help="a SparkApplication in YAML")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    arguments = parser.parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    try:
        graph = replay(arguments.stack)
        context = Context(region=judged_by(arguments.stack).region)
        if arguments.job:
            cost = _job(arguments.job, graph, context)
            _print_job(console, cost, context)
        elif arguments.json:
            sys.stdout.write(json.dumps(as_json(_estimate(graph, context), context), indent=1) + "\n")
        else:
            _print_estimate(console, arguments.stack, _estimate(graph, context), context)
    except (ReplayError, NoJobError, Unreadable, TooLargeError, OSError, yaml.YAMLError) as e:
        sys.stderr.write(
            f"{f'{arguments.job}: ' if arguments.job and not isinstance(e, ReplayError | OSError) else ''}{e}\n"
        )
        return 1
    return 0


def _estimate(graph: Graph, context: Context) -> Estimate:
    return estimate([view_of(r) for r in graph], context)


def _job(path: Path, graph: Graph, context: Context) -> JobCost:
    documents = [d for d in yaml.safe_load_all(path.read_text(encoding="utf-8")) if isinstance(d, dict)]
    if not documents:
        raise NoJobError("holds no object; allowed: one SparkApplication")
    return job_cost(documents[0], [view_of(r) for r in graph], context)


def as_json(known: Estimate, context: Context) -> dict[str, Any]:
    """The estimate as plain data: sums in CNY, then every line."""
    return {
        "currency": "CNY",
        "idle_per_hour": str(fen(known.idle)),
        "at_quota_per_hour": str(fen(known.at_quota)),
        "idle_per_month": str(fen(known.idle_month)),
        "at_quota_per_month": str(fen(known.quota_month)),
        "lines": [_line_json(line) for line in known.lines],
        "old_prices": old_prices(known, context),
    }


def _line_json(line: Line) -> dict[str, Any]:
    amount = None if line.cny_per_hour is None else str(line.cny_per_hour.normalize())
    return {"kind": line.kind, "name": line.name, "what": line.what, "cny_per_hour": amount, "note": line.note}


def old_prices(known: Estimate, context: Context) -> list[str]:
    """The prices in use that are more than a year old, with their dates."""
    book = prices(context.region)
    keys = sorted({key for line in known.lines for key in line.keys})
    in_use = [e for key in keys if (e := book.find(key)) is not None]
    return [f"{e.key} ({e.date:%Y-%m-%d})" for e in in_use if e.stale(context.today)]


def _print_estimate(console: Console, stack: str, known: Estimate, context: Context) -> None:
    console.print(f"[bold]Stack {stack}, {context.region}: CNY, list prices, pay as you go, on demand[/]")
    _print_lines(console, "Billed every hour", known.of_kind("always"))
    _print_lines(console, "In addition, when all quotas are used up", known.of_kind("quota"))
    _print_lines(console, "Billed by use", known.of_kind("usage"))
    _print_lines(console, "Not priced (not zero)", known.of_kind("unpriced"))
    sums = Table("", "CNY per hour", "CNY per month of 730 h", title="Totals", title_justify="left")
    sums.add_row("idle", _money(known.idle), f"{known.idle_month:,.0f}")
    sums.add_row("at quota", _money(known.at_quota), f"{known.quota_month:,.0f}")
    console.print(sums)
    old = old_prices(known, context)
    if old:
        console.print(f"[yellow]Prices more than a year old:[/] {', '.join(old)}. `make prices` reads ECI's again.")


def _print_lines(console: Console, title: str, lines: list[Line]) -> None:
    if not lines:
        return
    table = Table("Resource", "What", title=title, title_justify="left")
    table.add_column("CNY per hour", justify="right")
    table.add_column("Note")
    for line in lines:
        table.add_row(line.name, line.what, "" if line.cny_per_hour is None else _money(line.cny_per_hour), line.note)
    console.print(table)


def _print_job(console: Console, cost: JobCost, context: Context) -> None:
    console.print(f"[bold]Job {cost.name}, {context.region}: CNY per hour, list prices, on demand[/]")
    table = Table("Pods", "Billed size")
    table.add_column("CNY per hour each", justify="right")
    for what, one in (("1 driver", cost.driver), (_executors(cost), cost.executor)):
        table.add_row(what, one.size, one.unpriced or f"{one.cny_per_hour:.4f}")
    console.print(table)
    console.print("\n".join(_job_sentences(cost)))


def _executors(cost: JobCost) -> str:
    most = "any number of" if cost.most is None else f"{cost.most}"
    return f"{most} executors" if cost.least == cost.most else f"{cost.least} to {most} executors"


def _job_sentences(cost: JobCost) -> Iterator[str]:
    least = cost.cny_per_hour(cost.least)
    if least is None:
        yield "No price is known for these pods."
        return
    if cost.known_workspaces:
        have = ", ".join(cost.known_workspaces)
        yield f"Its namespace is not a workspace here, so Spark's own defaults apply; workspaces of this stack: {have}."
    if cost.least != cost.most:
        yield f"With {cost.least} executors: {_money(least)}."
    if cost.most is None:
        yield "The number of executors is unlimited, and so is the price: set maxExecutors."
        return
    most = cost.cny_per_hour(cost.most)
    assert most is not None  # noqa: S101 - least has a price
    yield f"With {cost.most} executors: {_money(most)}."
    if cost.spot:
        low, high = cost.spot
        yield f"Executors on spot: {_money(low)} to {_money(high)} (market price; the vendor says 30 to 90 % less)."
    if cost.cheaper:
        yield "Cheaper choices:"
    for choice in cost.cheaper:
        saved = 100 * (1 - choice.cny_per_hour / most)
        yield f"  {choice.size}: {_money(choice.cny_per_hour)} (-{saved:.0f} %): {choice.what}"


def _money(amount: Decimal) -> str:
    return f"{fen(amount):,}"


if __name__ == "__main__":
    sys.exit(main())
