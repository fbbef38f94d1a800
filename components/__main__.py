"""Starts the component package: the engine runs `python components <engine address>` and reads the port it prints."""

import importlib
import sys
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent

if __name__ == "__main__":
    # the engine starts this folder, but its modules are a package in the one above it
    sys.path[0] = str(_FOLDER.parent)
    importlib.import_module(f"{_FOLDER.name}.package.server").serve(sys.argv[1:])
