"""Settings and files that are nonsense, one by one: each is refused in a sentence with its path."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.base.constants import PROJECT
from tests.stacks.test_fuzzing import outcome
from tests.stacks.test_settings import BASES, CASES

TABLE = yaml.safe_load((Path(__file__).parent / "nonsense.yaml").read_text())
ROWS = [(row, value) for row in TABLE for value in row["values"]]
HEAD = b"config:\n  spark-on-ack:environment: test\n"


def _ten_times(letter: int) -> bytes:
    """A list of ten aliases of the list before it in the alphabet; the first one's is z."""
    before = chr(letter - 1) if letter > ord("a") else "z"
    return f"  {chr(letter)}: &{chr(letter)} [{','.join([f'*{before}'] * 10)}]\n".encode()


FILES: dict[str, tuple[bytes, str]] = {
    "a tab": (HEAD + b"\tx: y\n", "line 3: "),
    "an open bracket": (HEAD + b"  spark-on-ack:tags: {a: b\n", "line "),
    "a key twice": (HEAD + b"  spark-on-ack:environment: prod\n", "line 3: the key 'spark-on-ack:environment'"),
    "a key twice inside": (HEAD + b"  spark-on-ack:tags: {a: b, a: c}\n", "line 3: the key 'a' appears twice"),
    "config twice": (HEAD + HEAD, "line 3: the key 'config' appears twice"),
    "with and without project": (HEAD + b"  environment: prod\n", "config.environment: appears twice"),
    "two documents": (HEAD + b"---\n" + HEAD, "holds 2 documents"),
    "a list": (b"- a\n- b\n", "holds a list"),
    "text": (b"config", "holds text"),
    "a number": (b"3\n", "holds a single value"),
    "config is a list": (b"config: [a, b]\n", "config: is a list"),
    "config is text": (b"config: a\n", "config: is text"),
    "config misspelt": (b"confg: {}\n", "confg: unknown key"),
    "a number as key": (b"config:\n  3: a\n", "config.3: the key is no text"),
    "a list as key": (b"config:\n  ? [a]\n  : b\n", "line "),
    "Latin-1": (HEAD + "  spark-on-ack:tags: {a: é}\n".encode("latin-1"), "byte "),
    "UTF-16": ((HEAD.decode()).encode("utf-16"), "byte 0 is not UTF-8"),
    "UTF-32": ((HEAD.decode()).encode("utf-32"), "byte 0 is not UTF-8"),
    "a null byte": (HEAD + b"  x: a\x00b\n", "holds characters"),
    "an object of Python": (HEAD + b"  x: !!python/object:os.system {}\n", "line 3: "),
    "an unknown alias": (HEAD + b"  x: *a\n", "line 3: "),
    "a value in itself": (HEAD + b"  x: &a [*a]\n", f"config.{PROJECT}:x: "),
    "aliases of aliases": (b"config:\n  z: &z [x, x, x]\n" + b"".join(map(_ten_times, b"abcdefghi")), "config."),
    "very deep": (b"config:\n  x: " + b"[" * 3000 + b"]" * 3000, ""),
    "a day that is none": (HEAD + b"  x: 2026-13-45\n", "holds a value that cannot be read"),
    "a very long number": (HEAD + b"  x: " + b"9" * 5000, "holds a value that cannot be read"),
    "binary that is none": (HEAD + b"  x: !!binary '*'\n", ""),
    "an empty file": (b"", ""),
    "nothing but a comment": (b"# nothing\n", ""),
    "an empty config": (b"config:\n", ""),
}  # fmt: skip
"""What is wrong with a file -> its content, and how the sentence goes on after the file's name; empty: in any way."""


def put_at(settings: dict[str, Any], at: str, value: Any) -> dict[str, Any]:
    """A copy with the value at a path; what is missing on the way is made."""
    result = copy.deepcopy(settings)
    *parents, last = [int(s) if s.isdigit() else s for s in re.findall(r"[a-z_]+|\d+", at)]
    here: Any = result
    for step in parents:
        here = here[step] if isinstance(here, list) else here.setdefault(step, {})
    here[last] = value
    return result


@pytest.mark.parametrize(("row", "value"), ROWS, ids=[f"{r['at']}-{v!r}"[:80] for r, v in ROWS])
def test_a_nonsensical_value_is_refused_with_its_path(row: dict[str, Any], value: Any, tmp_path: Path) -> None:
    base = copy.deepcopy(BASES[row.get("base", "existing")])
    base["workspaces"].append({"team": "team-b"})
    settings = put_at(base, row["at"], value)
    path = tmp_path / "Pulumi.test.yaml"
    path.write_text(yaml.safe_dump({"config": {f"{PROJECT}:{k}": v for k, v in settings.items()}}, allow_unicode=True))
    kind, told = outcome(path)
    assert kind == "refused"
    assert any(sentence.startswith(row.get("says", row["at"])) for sentence in told), told


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_read_is_refused_with_its_name(what: str, tmp_path: Path) -> None:
    content, says = FILES[what]
    path = tmp_path / "Pulumi.test.yaml"
    path.write_bytes(content)
    kind, told = outcome(path)
    assert kind == "refused"
    assert not says or (len(told) == 1 and told[0].startswith(f"Pulumi.test.yaml: {says}")), told


def test_there_are_three_hundred_of_them() -> None:
    assert len(ROWS) + len(FILES) + len(CASES) >= 300
