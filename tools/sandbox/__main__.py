"""Command line of the sandbox: `python -m tools.sandbox up|build|down|status|job|logs`."""

import argparse
import sys
from dataclasses import replace

from rich.markup import escape

from tools.sandbox import lifecycle, parts, status
from tools.sandbox.console import SandboxError, complain, say
from tools.sandbox.processes import last_words
from tools.sandbox.settings import Settings, from_environment


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 if it succeeded."""
    parser = argparse.ArgumentParser(prog="python -m tools.sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start what is missing, apply the stack, run the example job")
    up.add_argument("--stack", default="sandbox", help="stack file to replay (default: sandbox)")
    up.add_argument("--no-job", action="store_true", help="leave the example job out")
    commands.add_parser("build", help="only build and download programs and images")
    commands.add_parser("down", help="end all processes and remove the state folder")
    commands.add_parser("status", help="show what runs")
    commands.add_parser("job", help="run the example job once more")
    commands.add_parser("logs", help="show each process's log file and its last line")
    options = parser.parse_args(argv)
    try:
        return run(options, from_environment())
    except SandboxError as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        say("\ninterrupted; the next `make sandbox` goes on from here, `make sandbox-down` removes everything")
        return 130


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Carry a parsed command out."""
    match options.command:
        case "up":
            lifecycle.up(replace(settings, stack=options.stack), with_job=not options.no_job)
        case "build":
            parts.prepare(settings)
        case "down":
            lifecycle.down(settings)
        case "job":
            lifecycle.run_job(settings)
        case "logs":
            for log in sorted(settings.logs.glob("*.log")):
                say(f"[bold]{log}[/]\n  {escape(last_words(log))}")
        case _:
            return 0 if status.status(settings) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
