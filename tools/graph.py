"""`make graph STACK=dev [OUT=folder]`: the platform as a picture, in Mermaid and SVG. Needs no account."""

import argparse
import sys
from pathlib import Path

from policies.base.rule import Context
from policies.cost.model.estimate import estimate_graph
from replay import ReplayError, replay
from tools.packs import judged_by
from tools.preview.assessment import Assessment
from tools.preview.drawing import svg
from tools.preview.picture import mermaid, picture_of


def main(argv: list[str] | None = None) -> int:
    """Writes `<stack>.svg` and `<stack>.mmd`; returns 1 with the program's sentences when it refuses."""
    parser = argparse.ArgumentParser(prog="make graph", description=__doc__)
    parser.add_argument("stack", help="name of a stack file: dev for stacks/Pulumi.dev.yaml")
    parser.add_argument("--out", type=Path, default=Path("out/graph"), help="folder to write to (default out/graph)")
    arguments = parser.parse_args(argv)
    try:
        judged = judged_by(arguments.stack)
        graph = replay(arguments.stack)
    except ReplayError as e:
        print(e, file=sys.stderr)
        return 1
    lines = list(estimate_graph(graph, Context(region=judged.region)).lines)
    picture = picture_of(Assessment(arguments.stack, judged.environment, judged.region, graph=graph, lines=lines))
    arguments.out.mkdir(parents=True, exist_ok=True)
    for suffix, text in (("svg", svg(picture)), ("mmd", mermaid(picture))):
        path = arguments.out / f"{arguments.stack}.{suffix}"
        path.write_text(text, encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
