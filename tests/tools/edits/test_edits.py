"""The matrix of edits is what the replay says, and no edit loses anything without a word.

dev and the losing edits of prod are made again; the other columns of docs/edits.md are as `make edits` wrote them.
"""

from functools import cache

import pytest

from tests.conftest import STACKS
from tools.edits.cases import EDITS
from tools.edits.outcomes import Outcome, outcomes
from tools.edits.page import PAGE, cell, column
from tools.preview.effects import WORDS

SAYS_THE_WORD = {
    "a retired team is removed after its day",
    "the last zone is retired and removed",
    "the service is retired and removed",
}


@cache
def made_again(stack: str) -> tuple[Outcome, ...]:
    edits = EDITS if stack == "dev" else tuple(e for e in EDITS if "removed" in e.title or "another" in e.title)
    return tuple(outcomes(stack, edits))


@pytest.mark.parametrize("which", ["dev", "prod"])
def test_the_page_says_what_the_replay_says(which: str) -> None:
    written = column(PAGE.read_text(encoding="utf-8"), which)
    assert {o.edit.title: cell(o) for o in made_again(which)}.items() <= written.items()


@pytest.mark.parametrize("which", ["dev", "prod"])
def test_nothing_is_lost_without_a_word(which: str) -> None:
    assert {o.edit.title for o in made_again(which) if o.name == "lost"} <= SAYS_THE_WORD


@pytest.mark.parametrize("which", ["dev", "prod"])
def test_a_refusal_names_the_key_and_reads_well_after_a_state_round_trip(which: str) -> None:
    refused = [o.what for o in made_again(which) if o.name == "refused"]
    assert len(refused) >= 5
    assert [what for what in refused if ".0 " in what or ".0;" in what or "Traceback" in what] == []
    assert [what for what in refused if ": " not in what] == []


@pytest.mark.parametrize("which", STACKS)
def test_at_least_forty_edits_are_classed_for_every_stack(which: str) -> None:
    cells = column(PAGE.read_text(encoding="utf-8"), which)
    assert set(cells) == {e.title for e in EDITS}
    assert len(cells) >= 40
    classes = {c.strip("*").split("`")[0].strip(" *") for c in cells.values()}
    assert classes <= {*WORDS, "refused", "none"}
    lost = {title for title, c in cells.items() if "lost" in c}
    assert lost <= SAYS_THE_WORD
