"""What the pipelines' scripts call: targets and commands that exist, valid shell, nothing of a stranger, no secret."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.pipelines import shell_lines
from tests.conftest import ROOT
from tools.ci.__main__ import _parser


def test_what_a_stranger_can_name_reaches_no_shell() -> None:
    for where, script in shell_lines():
        assert "${{" not in script, where


def make_calls() -> Iterator[tuple[str, str, set[str]]]:
    """Where -> target and the variables given to it."""
    for where, script in shell_lines():
        for line in script.splitlines():
            call = re.match(r"(?:- )?make (\S+)(.*)", line.strip())
            if call:
                yield where, call[1], set(re.findall(r"\b([A-Z_]+)=", call[2]))


def test_only_these_make_targets_are_called() -> None:
    assert {target for _, target, _ in make_calls()} == {"preview", ".venv/.stamp", "lint", "types", "test"}


@pytest.mark.parametrize("target", [".venv/.stamp", "lint", "types", "test", "preview"])
def test_a_make_target_that_is_called_exists_and_takes_its_variables(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert target in {t for head in re.findall(r"^([\w./ -]+):(?!=)", makefile, re.MULTILINE) for t in head.split()}
    for where, called, variables in make_calls():
        for variable in variables if called == target else ():
            assert re.search(rf"\$[({{](if )?(\$\()?{variable}\b", makefile), f"{where}: {variable}"


def test_every_command_of_the_tools_is_one_they_know() -> None:
    for where, script in shell_lines():
        calls = re.findall(r"python3 -m tools\.ci ([^|\n]*?)(?: \|\||$|\n)", script, re.MULTILINE)
        assert len(calls) == script.count("tools.ci"), where
        for call in calls:
            words = [w.strip('"') for w in call.split()]
            _parser().parse_args(["7" if w == "$CI_MERGE_REQUEST_IID" else w for w in words])  # exits on the unknown


@pytest.mark.parametrize(("where", "script"), list(shell_lines()), ids=[w for w, _ in shell_lines()])
def test_scripts_are_valid_shell_and_show_no_secret(where: str, script: str, tmp_path: Path) -> None:
    file = tmp_path / "script.sh"
    file.write_text(script)
    done = subprocess.run(["bash", "-n", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{where}: {done.stderr}"
    assert not re.search(r"set -x|printenv|\benv\b\s*$|secrets\.|PASSPHRASE|_TOKEN", script), where


def test_no_command_is_hidden_behind_a_pipe() -> None:
    for where, script in shell_lines():
        # its status would be lost, and what a pipe writes to a file is not redacted
        assert not re.search(r"tools\.ci [^\n]*(?<!\|)\|(?!\|)", script), where
