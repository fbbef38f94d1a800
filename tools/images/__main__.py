"""`make images STACK=…`: the images of a stack, whether its pods reach them, and where they come from.

Without options nothing is asked of any registry. `--copy` fills the folder of images.registry, `--pin` writes the
digests that are in the registry into the stack file.
"""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from components.base.mistakes import InputError
from components.platform.images import PLATFORM_IMAGES
from components.platform.inputs import Settings
from replay import ROOT, ReplayError, replay, stack_file
from tools.columns import Column, Tone
from tools.images.filling import Outcome, fill
from tools.images.listing import ListedImage, listed
from tools.images.pins import pinned
from tools.images.registry import Crane, RegistryError, public_name
from tools.preflight.__main__ import COLOURS, settings_of
from tools.sandbox.console import SandboxError
from tools.sandbox.programs import ON_REQUEST, build_missing, program
from tools.sandbox.settings import from_environment

TONES: dict[str, Tone] = {"yes": "good", "through NAT": "good", "no": "bad", "not known": "warn"}
COLUMNS: tuple[Column[ListedImage], ...] = (
    Column("Image", lambda i: i.tagged, code=True),
    Column("Digest", lambda i: i.digest or "by tag", tone=lambda i: "good" if i.digest else "warn"),
    Column("Pods reach it", lambda i: i.reach, tone=lambda i: TONES[i.reach]),
    Column("Used by", lambda i: ", ".join(i.users)),
    Column("Comes from", lambda i: i.source),
)


def main(argv: list[str] | None = None) -> int:
    """Prints the table; 1 when an image cannot be reached, is missing, or a registry or the stack file is at fault."""
    arguments = _arguments(argv)
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    try:
        file = stack_file(ROOT, arguments.stack)
        settings, archives = settings_of(file), _archives(arguments.archive)
        images = listed(replay(arguments.stack), settings.platform_images.registry, settings.region)
        if arguments.format == "json":
            print(json.dumps([as_json(image) for image in images], indent=1))
        else:
            console.print(table(arguments.stack, images))
        if not (arguments.copy or arguments.pin):
            return int(any(image.reach == "no" for image in images))
        build_missing(from_environment().cache, ON_REQUEST)
        crane = Crane(program("crane").path(from_environment().cache))
        wrong = copy(images, settings, crane, archives, arguments.through, console) if arguments.copy else 0
        if arguments.pin and not wrong:
            pin(file, images, crane, arguments.through, console)
        return int(wrong > 0)
    except (InputError, ReplayError, RegistryError, SandboxError, ValueError) as e:
        print(e, file=sys.stderr)
        return 1


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.images", description=__doc__)
    parser.add_argument("stack", help="name of a stack file: dev for stacks/Pulumi.dev.yaml")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--copy", action="store_true", help="copy into images.registry what is missing there")
    parser.add_argument("--pin", action="store_true", help="write the registry's digests into the stack file")
    parser.add_argument(
        "--archive", action="append", default=[], metavar="NAME=PATH", help="push this archive as the image NAME"
    )
    parser.add_argument("--through", metavar="HOST", help="host of the registry from here, instead of its public one")
    return parser.parse_args(argv)


def _archives(options: list[str]) -> dict[str, Path]:
    """Raises ValueError for an option that is not NAME=PATH of an image of the platform."""
    archives: dict[str, Path] = {}
    for option in options:
        name, _, path = option.partition("=")
        if name not in PLATFORM_IMAGES or not path:
            raise ValueError(f"--archive: {option!r} is not allowed; allowed: {'|'.join(PLATFORM_IMAGES)}=PATH")
        archives[name] = Path(path)
    return archives


def as_json(image: ListedImage) -> dict[str, object]:
    """One image as plain data."""
    return {
        "image": image.tagged, "digest": image.digest or None, "reach": image.reach, "users": image.users,
        "source": image.source,
    }  # fmt: skip


def table(stack: str, images: list[ListedImage]) -> Table:
    """The images as a table."""
    result = Table(title=f"Images of stack {stack}", show_lines=True)
    for column in COLUMNS:
        result.add_column(column.heading, overflow="fold")
    for image in images:
        result.add_row(*(f"[{COLOURS[c.tone(image)]}]{escape(c.cell(image))}[/]" for c in COLUMNS))
    return result


def copy(
    images: list[ListedImage],
    settings: Settings,
    crane: Crane,
    archives: dict[str, Path],
    through: str | None,
    console: Console,
) -> int:
    """Fills the folder, image by image; returns how many are still missing."""
    folder = settings.platform_images.registry
    if folder is None:
        raise ValueError("images.registry: missing; allowed: the folder of a registry that pods reach, or registry")
    wrong = 0
    for image in (i for i in images if i.name.startswith(f"{folder}/")):
        archive = archives.get(image.image.name) if image.image else None
        try:
            outcome = fill(image, crane, archive, through, lambda words: console.print(escape(words), soft_wrap=True))
        except RegistryError as e:
            outcome = Outcome(image.name, str(e))
        wrong += not outcome.digest
        console.print(escape(f"{image.tagged}: {outcome.words} {outcome.digest}".rstrip()), soft_wrap=True)
    return wrong


def pin(file: Path, images: list[ListedImage], crane: Crane, through: str | None, console: Console) -> None:
    """Writes the digest of each image into the stack file. Raises RegistryError when one is not in its registry."""
    folder = settings_of(file).platform_images.registry
    digests: dict[str, str] = {}
    own: dict[str, str] = {}
    for image in images:
        digest = crane.digest(public_name(image.tagged, through))
        if digest is None:
            raise RegistryError(f"{image.tagged} is not in its registry, so it has no digest; copy it first")
        if image.image is not None and folder is not None and image.tagged.startswith(f"{folder}/"):
            digests[image.tagged.removeprefix(f"{folder}/")] = digest
        else:
            own[image.tagged] = digest
    before = file.read_text(encoding="utf-8")
    after = pinned(before, digests, own)
    file.write_text(after, encoding="utf-8")
    settings_of(file)
    words = "has other digests now: review and commit it" if after != before else "has these digests already"
    console.print(escape(f"{file.name} {words}"), soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
