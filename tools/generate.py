"""`make generate`: writes every file that is generated from the models. A test checks that they are current."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from components.package.registry import COMPONENTS
from tools import generate_args, generate_pages, generate_rules, generate_settings, generate_verify

ROOT = Path(__file__).resolve().parent.parent
GENERATED: dict[str, Callable[[], str]] = {
    **{generate_args.path_of(c): partial(generate_args.source, c) for c in COMPONENTS.values()},
    "Pulumi.README.yaml": generate_settings.source,
    "docs/components/README.md": generate_pages.index,
    "docs/rules.md": generate_rules.source,
    "docs/verify.md": generate_verify.source,
    **{generate_pages.path_of(name): partial(generate_pages.page, name) for name in COMPONENTS},
}
"""File -> the function that returns its text. Every generated file is listed here."""


def main() -> None:
    """Writes what has changed and lists it."""
    for name, source in GENERATED.items():
        path, text = ROOT / name, source()
        changed = not path.exists() or path.read_text() != text
        if changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        sys.stdout.write(f"{'written' if changed else 'current'}  {name}\n")


if __name__ == "__main__":
    main()
