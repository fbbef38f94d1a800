"""Keys under their older names: Spark still reads them, so whoever looks for a key must look for these too."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def current_names() -> dict[str, str]:
    """Older name -> current name (see the head of `older_keys.txt`)."""
    lines = Path(__file__).with_name("older_keys.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def current_name(key: str) -> str:
    """The name that Spark's current releases have for a key; the key itself where it is current or unknown."""
    names = current_names()
    while key in names:
        key = names[key]
    return key


def as_spark_reads(conf: Mapping[str, str]) -> dict[str, str]:
    """The configuration with every key under its current name too: a value set under that name comes first."""
    older = {name: value for key, value in conf.items() if (name := current_name(key)) != key}
    return {**older, **conf}
