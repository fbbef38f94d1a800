"""`python -m tools.ci`: the pipelines' commands."""

import argparse
import json
import os
import sys
from pathlib import Path

from bootstrap.names import KINDS
from tools.ci import drift, inside, plan
from tools.ci.credentials import CiError, run
from tools.ci.engine import OPERATIONS, arguments, refuse_hosted_runner
from tools.ci.forge import GitHub, forge, put_comment, put_issue
from tools.ci.text import comment, marker
from tools.ci.web import WebError

MOST_READ = 1_000_000
"""Characters read of a preview: far more than a comment shows."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.ci", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    cloud = commands.add_parser("cloud", help="run a command with short-lived credentials of a stack's CI role")
    cloud.add_argument("--stack", required=True)
    cloud.add_argument("--role", choices=KINDS, required=True)
    cloud.add_argument("run", nargs=argparse.REMAINDER, help="-- and the command")
    note = commands.add_parser("comment", help="write or edit each environment's comment on the pull request")
    note.add_argument("folder", type=Path, help="<stack>.md of the offline preview, <stack>.txt of pulumi's")
    note.add_argument("--stacks", nargs="+", required=True)
    note.add_argument("--number", type=int, help="of the pull request; default: found by --head on GitHub")
    note.add_argument("--head", help="owner:branch@commit of the pull request")
    note.add_argument("--source", default="this repository's own code")
    report = commands.add_parser("drift", help="open, edit or close the drift issue")
    report.add_argument("folder", type=Path, help="<stack>.status and <stack>.txt of each check")
    report.add_argument("--stacks", nargs="+", required=True)
    planned = commands.add_parser("plan", help="print what a saved plan does; `changes=` goes to the job's outputs")
    planned.add_argument("file", type=Path)
    planned.add_argument("--stack", required=True)
    planned.add_argument("--write", type=Path, help="file to write the operations to, for the approval")
    planned.add_argument("--approved", type=Path, help="such a file, already approved: the plan must match it")
    engine = commands.add_parser("pulumi", help="run one of pulumi's operations as CI does")
    engine.add_argument("operation", choices=OPERATIONS)
    engine.add_argument("--stack", required=True)
    engine.add_argument("--role", choices=KINDS, help="default: deploy for up, else preview")
    engine.add_argument("--file", type=Path, default=Path("out/plan.json"), help="the plan, of plan and up")
    engine.add_argument("--copy", type=Path, help="file to copy the output to")
    return parser


def _job() -> str:
    """The address of this pipeline."""
    env = os.environ
    if env.get("SPARK_ON_ACK_JOB_URL"):
        return env["SPARK_ON_ACK_JOB_URL"]
    if env.get("GITHUB_ACTIONS"):
        return f"{env['GITHUB_SERVER_URL']}/{env['GITHUB_REPOSITORY']}/actions/runs/{env['GITHUB_RUN_ID']}"
    return env.get("CI_PIPELINE_URL", "")


def _read(path: Path) -> str | None:
    """A file that untrusted code may have written: never a link, which could lead to this job's secrets."""
    if path.is_symlink():
        raise CiError(f"{path.name} is a link; allowed: a plain file")
    if not path.is_file():
        return None
    with path.open(errors="replace") as text:
        return text.read(MOST_READ)


def _comment(args: argparse.Namespace) -> int:
    server, number = forge(), args.number
    if number is None:
        if not isinstance(server, GitHub) or not args.head:
            raise CiError("no pull request is named; allowed: --number, or on GitHub --head owner:branch@commit")
        where, _, commit = args.head.rpartition("@")
        owner, _, branch = where.partition(":")
        number = server.pull_request(owner, branch, commit)
        if number is None:
            print(f"no open pull request has {args.head} as its head any more: nothing to comment on")
            return 0
    for stack in args.stacks:
        offline, cloud = _read(args.folder / f"{stack}.md"), _read(args.folder / f"{stack}.txt")
        text = comment(stack, offline, cloud, source=args.source, job=_job())
        put_comment(server, number, marker(f"preview:{stack}"), text)
        print(f"comment of {stack} on {number} is up to date")
    return 0


def _drift(args: argparse.Namespace) -> int:
    text, done = drift.report(drift.read_checks(args.folder, args.stacks), _job())
    put_issue(forge(), drift.MARK, drift.TITLE, text, done=done)
    print("no drift" if done else "the drift issue is up to date")
    return 0


def _plan(args: argparse.Namespace) -> int:
    planned = plan.operations(args.file)
    text = plan.summary(args.stack, planned)
    print(text)
    if args.approved:
        plan.require_approved(planned, plan.approved(args.approved))
    if args.write:
        args.write.write_text(json.dumps(planned, indent=1, sort_keys=True))
    for variable, line in (("GITHUB_STEP_SUMMARY", text), ("GITHUB_OUTPUT", f"changes={str(bool(planned)).lower()}")):
        if os.environ.get(variable):
            with Path(os.environ[variable]).open("a") as out:
                out.write(line + "\n")
    return 0


def main(argv: list[str]) -> int:
    """0, the command's status, or 1 with one sentence."""
    args = _parser().parse_args(argv)
    try:
        if args.command == "cloud":
            command = args.run[1:] if args.run[:1] == ["--"] else args.run
            if not command:
                raise CiError("no command is given; allowed: `cloud --stack S --role R -- COMMAND …`")
            return run(args.stack, args.role, command)
        if args.command == "pulumi":
            role = args.role or OPERATIONS[args.operation]
            command = arguments(args.operation, args.stack, args.file)
            if inside.configured(os.environ):
                command = inside.wrapped(command, args.stack, role)
            else:
                refuse_hosted_runner(args.stack, os.environ)
            return run(args.stack, role, command, args.copy)
        return {"comment": _comment, "drift": _drift, "plan": _plan}[args.command](args)
    except (CiError, WebError) as error:
        print(f"error: {error}", file=sys.stderr)
        copy: Path | None = getattr(args, "copy", None)
        if copy:  # the copy is all that some readers see
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(f"error: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
