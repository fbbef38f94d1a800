"""What a newcomer reads first is true: the map names paths that exist, the Makefile's targets are all phony."""

import re

import pytest

from tests.conftest import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
FOLDERS = (
    "", ".github/workflows", "components/admission", "components/monitoring", "components/shuffle", "policies",
    "policies/cost", "policies/cost/model", "tools",
)  # fmt: skip
"""Where the names in CONTRIBUTING are at home."""
PAGES = ("README.md", "CONTRIBUTING.md", "UPGRADING.md", "docs/from-nothing-to-prod.md", "docs/preview.md")


def test_every_target_is_phony_and_every_phony_name_is_a_target() -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert {name for names in phony for name in names.split()} == TARGETS


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_that_a_page_names_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    assert named <= TARGETS, named - TARGETS


def test_every_path_of_the_map_and_of_the_typical_changes_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    paths = re.findall(r"`([\w.-]+/[\w./-]*|[\w.-]+\.\w+)`", text)
    missing = [p for p in paths if not any((ROOT / folder / p).exists() for folder in FOLDERS)]
    assert missing == []
