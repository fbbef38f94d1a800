"""The two guides: commands that are valid and exist, links that lead somewhere, figures that are still about right."""

import re
import subprocess
from pathlib import Path

import pytest

from bootstrap.names import role_name
from bootstrap.rights import actions
from policies.base.rule import Context
from policies.cost.model.estimate import estimate_graph
from tests.conftest import ROOT, GraphOf
from tools.ci.__main__ import _parser

GUIDES = [ROOT / "docs" / name for name in ("from-nothing-to-prod.md", "adopt.md")]


def blocks(path: Path) -> list[str]:
    return re.findall(r"```bash\n(.*?)```", path.read_text(), re.DOTALL)


@pytest.mark.parametrize("path", GUIDES, ids=lambda p: p.name)
def test_commands_are_valid_shell(path: Path, tmp_path: Path) -> None:
    assert blocks(path)
    for block in blocks(path):
        (tmp_path / "block.sh").write_text(block)
        done = subprocess.run(["bash", "-n", str(tmp_path / "block.sh")], capture_output=True, text=True, check=False)
        assert done.returncode == 0, block + done.stderr


@pytest.mark.parametrize("path", GUIDES, ids=lambda p: p.name)
def test_links_and_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text()
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (path.parent / link).exists(), link
    for file in re.findall(
        r"`((?:bootstrap|stacks|examples|\.github)/[\w./-]+|\.gitlab-ci\.yml|\.pulumi\.version)`", text
    ):
        assert (ROOT / file).exists(), file


@pytest.mark.parametrize("path", GUIDES, ids=lambda p: p.name)
def test_commands_of_the_tools_are_ones_they_know(path: Path) -> None:
    for words in re.findall(r"python3 -m tools\.ci ([^`\n]+)", path.read_text()):
        _parser().parse_args(words.split())


def test_the_role_that_the_guide_names_is_the_one_that_is_made() -> None:
    assert role_name("dev", "preview") in GUIDES[0].read_text()


def test_every_type_that_the_program_makes_can_be_imported_by_the_guide() -> None:
    text = GUIDES[1].read_text()
    for token in actions():
        name = token.rpartition(":")[2]
        if name[0].isupper():
            assert name in text or (name.startswith("Bucket") and "all Bucket… types" in text), token


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_idle_costs_are_still_about_what_the_guide_says(stack: str, graph_of: GraphOf) -> None:
    row = re.search(rf"^\| {stack} \| ([\d.,]+) \| ([\d.,]+) \|$", GUIDES[0].read_text(), re.MULTILINE)
    assert row
    hour, month = (float(g.replace(",", "")) for g in row.groups())
    cost = estimate_graph(graph_of(stack, True), Context(region="cn-hangzhou"))
    assert hour == pytest.approx(float(cost.idle), rel=0.1), "make cost STACK=… has the new figures"
    assert month == pytest.approx(float(cost.idle_month), rel=0.1)
