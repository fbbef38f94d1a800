"""`python -m tools.edits`: makes every edit in every stack file under replay and writes docs/edits.md; some minutes."""

import sys

from replay import ROOT
from tools.edits.outcomes import outcomes
from tools.edits.page import PAGE, page

STACKS = ("sandbox", "dev", "staging", "prod")
"""In the order of the page."""


def main() -> int:
    """Writes the page."""
    by_stack = {}
    for stack in STACKS:
        print(f"edits of {stack} …", flush=True)
        by_stack[stack] = outcomes(stack)
    PAGE.write_text(page(by_stack), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
