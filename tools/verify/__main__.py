"""`make verify STACK=…`: which of the platform's claims hold on the deployed stack, in one table.

Runs small pods and jobs in the teams' namespaces with the rights of those who use them, and takes them away at the end.
The sandbox is asked by its own kubeconfig, any other stack by KUBECONFIG, whose user must be allowed to impersonate
(an administrator of the cluster is). What was seen is written to docs/evidence/<stack>.json.
"""

import argparse
import datetime
import os
import signal
import sys
import time

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.sandbox.console import SandboxError, duration
from tools.verify import checks as _checks  # noqa: F401 (declares them)
from tools.verify import evidence
from tools.verify.check import CHECKS, Check, Outcome, Verdict, closure, run
from tools.verify.platform import Platform, connect

COLOURS = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.CANNOT: "yellow"}
PLAIN_WIDTH = 150


def main(argv: list[str] | None = None) -> int:
    """Prints the table; 1 when a check failed, 2 when the platform cannot be asked at all."""
    parser = argparse.ArgumentParser(prog="make verify", description=__doc__)
    parser.add_argument("stack", help="the sandbox, or a stack that is deployed")
    parser.add_argument("--checks", default="", help="ids, separated by commas; those they need are asked too")
    parser.add_argument("--list", action="store_true", help="only say what would be asked, its cost and its time")
    parser.add_argument("--no-record", action="store_true", help="do not write docs/evidence")
    arguments = parser.parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that probes and jobs are taken away then, too
    try:
        wanted = closure([each.strip() for each in arguments.checks.split(",") if each.strip()] or CHECKS)
        if arguments.list:
            console.print(_plan(wanted))
            return 0
        platform = connect(arguments.stack, dict(os.environ))
        outcomes = _ask(console, platform, wanted)
    except SandboxError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    if not arguments.no_record:
        day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        console.print(
            f"written: {evidence.record(arguments.stack, day, _versions(platform), outcomes)}", soft_wrap=True
        )
    return 1 if any(each.verdict is Verdict.FAIL for each in outcomes) else 0


def _ask(console: Console, platform: Platform, wanted: list[Check]) -> list[Outcome]:
    began, done = time.monotonic(), 0

    def told(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        colour = COLOURS[outcome.verdict]
        took = duration(outcome.seconds)
        console.print(f"  {done} of {len(wanted)}: {outcome.check.id} [{colour}]{outcome.verdict}[/] ({took})")

    console.print(
        f"{len(wanted)} checks of stack {platform.stack}; at most about {sum(each.fen for each in wanted):.0f} fen"
    )
    try:
        outcomes = run(platform, wanted, told)
    finally:
        console.print("taking the probes and jobs away ...")
        platform.clean()
    console.print(_table(platform.stack, outcomes))
    counts = {verdict: sum(each.verdict is verdict for each in outcomes) for verdict in Verdict}
    console.print(
        f"{counts[Verdict.PASS]} pass, {counts[Verdict.FAIL]} fail, {counts[Verdict.CANNOT]} cannot be asked here; "
        f"{duration(time.monotonic() - began)}"
    )
    return outcomes


def _table(stack: str, outcomes: list[Outcome]) -> Table:
    table = Table(title=f"Stack {stack}", title_justify="left", show_lines=True)
    for heading in ("Check", "", "What it proves", "What was seen", "Took"):
        table.add_column(heading, overflow="fold")
    for each in outcomes:
        seen = each.seen + (f"\n-> {each.way_out}" if each.way_out else "")
        verdict = f"[{COLOURS[each.verdict]}]{each.verdict}[/]"
        table.add_row(each.check.id, verdict, escape(each.check.proves), escape(seen), duration(each.seconds))
    return table


def _plan(wanted: list[Check]) -> Table:
    table = Table(title="Checks", title_justify="left")
    for heading in ("Check", "What it proves", "Needs", "Fen", "At most"):
        table.add_column(heading, overflow="fold")
    for each in wanted:
        table.add_row(each.id, each.proves, ", ".join(each.needs), f"{each.fen:g}", duration(each.seconds))
    return table


def _versions(platform: Platform) -> dict[str, str]:
    answer = platform.cluster.kubectl("version", "-o", "json")
    server = answer.stdout.partition('"serverVersion"')[2].partition('"gitVersion": "')[2].partition('"')[0]
    return {"kubernetes": server, "image": platform.teams[0].image}


if __name__ == "__main__":
    sys.exit(main())
