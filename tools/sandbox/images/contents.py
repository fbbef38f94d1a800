"""The list of what goes into the Spark image (images/spark/contents.yaml), read and checked."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from tools.sandbox.settings import PROJECT_DIR

FOLDER = PROJECT_DIR / "images/spark"
FILE = FOLDER / "contents.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Release(_Part):
    """A Spark release: what names the jars that fit it."""

    scala: str
    celeborn_client: str


class ImageJar(_Part):
    """A jar beside Spark's own."""

    name: str
    group: str
    version: str
    origin: Annotated[Literal["vendor", "celeborn"], Field(alias="from")]

    def file(self, release: Release) -> str:
        """Its file name for a Spark release."""
        return f"{self.name.format(celeborn_client=release.celeborn_client)}-{self.version}.jar"


class Compiler(_Part):
    """What compiles the Java sources."""

    coordinates: str
    sha256: str


class Contents(_Part):
    """The whole list."""

    spark: dict[str, Release]
    java: int
    user: int
    entrypoint: str
    files: dict[str, str]
    """Programs of images/spark -> where they go."""
    java_sources: str
    """Folder of images/spark whose classes become /opt/spark/jars/spark-on-ack.jar."""
    compiler: Compiler
    folders: tuple[str, ...]
    jars: tuple[ImageJar, ...]
    never: tuple[str, ...]
    python: tuple[str, ...]


def contents(file: Path = FILE) -> Contents:
    """The list in `file`. Raises pydantic's ValidationError for what is not known."""
    return Contents.model_validate(yaml.safe_load(file.read_text()))
