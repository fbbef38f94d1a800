"""Starts the component package: the engine runs `python components <engine address>` and reads the port it prints."""

import sys
from pathlib import Path

# the engine starts this directory, but the modules are imported from the one above it
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from components.package.server import serve  # noqa: E402 - after the path is right

if __name__ == "__main__":
    serve(sys.argv[1:])
