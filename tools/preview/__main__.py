"""`make preview STACK=dev [AGAINST=origin/main] [FORMAT=text|markdown|json|html] [OUT=file]`.

Shows what a stack is, what it costs and which rules fire; with AGAINST, what differs from a revision. Needs no account,
no Pulumi CLI and no network. Ends with 1 when an update would be refused: by the program, a mandatory rule, a
protection; with 2 when the stack or the revision does not exist.
"""

import argparse
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from components.base.mistakes import InputError
from replay import ROOT, ReplayError, stack_file
from tools.preview.assessment import assess
from tools.preview.report import Report, as_json, report_of
from tools.preview.revisions import RevisionError, assess_revision

FORMATS = ("text", "markdown", "json", "html")


def main(argv: list[str] | None = None) -> int:
    """Prints or writes the preview."""
    arguments = _arguments(argv)
    try:
        stack_file(ROOT, arguments.stack)
        report = preview(arguments.stack, arguments.against)
    except (ReplayError, RevisionError, InputError) as e:
        print(e, file=sys.stderr)
        return 2
    page = rendered(report, arguments.format)
    if arguments.out is None:
        sys.stdout.write(page)
    else:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(page, encoding="utf-8")
        print(f"{arguments.out}: {len(page):,} characters", file=sys.stderr)
    return 1 if report.fails else 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.preview", description=__doc__)
    parser.add_argument("stack", help="name of a stack file: dev for stacks/Pulumi.dev.yaml")
    parser.add_argument("--against", default="", metavar="REVISION", help="a git revision to compare with")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text (default), markdown, json or html")
    for name in FORMATS[1:]:
        parser.add_argument(f"--{name}", dest="format", action="store_const", const=name, help=f"as --format {name}")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write to this file; default: standard output")
    return parser.parse_args(argv)


def preview(stack: str, against: str = "", say: Callable[[str], None] | None = None) -> Report:
    """The report of a stack; with `against`, both revisions are assessed at the same time.

    Raises ReplayError for an unknown stack, RevisionError for an unknown revision.
    """
    say = say or _say
    if not against:
        return report_of(assess(stack, say=say))
    with ThreadPoolExecutor(1) as pool:
        before = pool.submit(assess_revision, against, stack, say)
        now = assess(stack, say=say)
        return report_of(now, against, before.result())


def rendered(report: Report, form: str) -> str:
    """The report as `text`, `markdown`, `json` or `html`."""
    if form == "json":
        return json.dumps(as_json(report), indent=1, ensure_ascii=False) + "\n"
    if form == "markdown":
        from tools.preview.markdown import markdown

        return markdown(report)
    if form == "html":
        from tools.preview.html import html

        return html(report)
    from tools.preview.terminal import text

    return text(report)


def _say(line: str) -> None:
    print(f"  {line} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
