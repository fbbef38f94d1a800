"""`python -m tools.smallest_graphs`: the recorded graphs of examples/smallest.py, by component, as JSON.

A process of its own, because the SDK keeps its root stack and settings in globals.
"""

import json
import sys

from components.base.constants import PROJECT
from components.package.registry import COMPONENTS
from components.package.server import snake_case
from examples import smallest
from replay.child import record_function


def main() -> None:
    """Writes one JSON object: component name -> graph."""
    graphs = {}
    for name in COMPONENTS:
        graph = record_function(getattr(smallest, snake_case(name)), "dev", PROJECT, ({}, []), known=True)
        graphs[name] = graph.to_json()
    sys.stdout.write(json.dumps(graphs))


if __name__ == "__main__":
    main()
