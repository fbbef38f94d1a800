"""Configuration files: what is written is read back, and read as Java reads it."""

import base64
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.base.configuration import Entry, properties, read_properties, split_values

READER = Path(__file__).with_name("Properties.java")
PIECES = (
    "spark.a", "b", "key", "=", ":", " ", "\t", "\f", "\n", "\r\n", "\r", "\\", "\\\\", "\\\n", "\\\r\n", "#", "!",
    "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\u12", "\\n", "\\t", "\\ ", "\\:", "\\=", "é", "😀", "x y",
)  # fmt: skip
"""What files are made of: everything that the reader treats in its own way, and ordinary text."""
FILES = 3000
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def generated(seed: int) -> str:
    pick = random.Random(seed)  # noqa: S311 - test data
    return "".join(pick.choice(PIECES) for _ in range(pick.randint(1, 30)))


def encoded(text: str) -> str:
    return text.encode("utf-16-be", "surrogatepass").hex()


def ours(text: str) -> str:
    try:
        entries = read_properties(text)
    except ValueError:
        return "refused"
    entries.pop("", None)
    in_order = sorted(entries.items(), key=lambda e: e[0].encode("utf-16-be", "surrogatepass"))
    return "".join(f"{encoded(k)}={encoded(v)} " for k, v in in_order)


@pytest.mark.skipif(shutil.which("java") is None, reason="no java on PATH to compare with")
def test_files_are_read_as_java_util_properties_reads_them(tmp_path: Path) -> None:
    files = [generated(seed) for seed in range(FILES)]
    listing = tmp_path / "files"
    listing.write_text("\n".join(base64.b64encode(f.encode("utf-16-le")).decode() for f in files))
    done = subprocess.run(["java", str(READER), str(listing)], capture_output=True, text=True, check=True, timeout=120)
    # without the empty key: Java also makes one of a file that ends in a lone backslash, and nobody asks for it
    theirs = [re.sub("^=[0-9a-f]* ", "", line) for line in done.stdout.splitlines()]
    assert len(theirs) == FILES
    different = [(f, ours(f), t) for f, t in zip(files, theirs, strict=True) if ours(f) != t]
    assert different == []


@given(st.dictionaries(TEXT, TEXT, max_size=4))
def test_what_is_written_is_read_back(entries: dict[str, str]) -> None:
    assert read_properties(properties({k: Entry(v, "why") for k, v in entries.items()})) == entries


def test_several_values_are_split_as_spark_splits_them() -> None:
    assert split_values(" a, b,,c ,") == ["a", "b", "c"]
