"""Digests go into a stack file as a person would write them: nothing else in it changes."""

import pytest
import yaml

from tools.images.pins import pinned

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
HEAD = "# a stack\nconfig:\n  spark-on-ack:environment: prod  # why\n"
TAIL = "\n  # of the jobs\n  spark-on-ack:spark:\n    scaling: {max_executors: 3}\n"


def digests_of(text: str) -> object:
    return yaml.safe_load(text)["config"]["spark-on-ack:images"]["digests"]


@pytest.mark.parametrize(
    "section",
    [
        "  spark-on-ack:images:\n    registry: x.example/a  # the place\n",
        "  spark-on-ack:images: {registry: x.example/a}\n",
        "  spark-on-ack:images:\n    registry: x.example/a\n    digests: {}\n",
        f"  spark-on-ack:images:\n    registry: x.example/a\n    digests: {{spark:3.5.9-1: {B}}}  # pinned\n",
        f"  spark-on-ack:images:\n    registry: x.example/a\n    digests:\n      spark:3.5.9-1: {B}  # old\n    # e\n",
        f"  spark-on-ack:images:\n    digests:\n      # one\n      celeborn:0.7.0: {B}\n    registry: x.example/a\n",
    ],
)
def test_digests_are_added_or_replaced_and_comments_stay(section: str) -> None:
    text = HEAD + section + TAIL
    result = pinned(text, {"spark:3.5.9-1": A, "celeborn:0.7.0": A}, {})
    assert digests_of(result) == {"spark:3.5.9-1": A, "celeborn:0.7.0": A}
    assert result.startswith(HEAD)
    assert result.endswith(TAIL)
    assert [c for c in text.splitlines() if "#" in c and "sha256" not in c] == [
        c for c in result.splitlines() if "#" in c and "sha256" not in c
    ]
    assert result.count("#") == text.count("#")
    assert pinned(result, {"spark:3.5.9-1": A, "celeborn:0.7.0": A}, {}) == result


def test_images_that_the_file_names_itself_get_the_digest_behind_the_name() -> None:
    text = (
        HEAD
        + f"  spark-on-ack:spark: {{image: 'x.example.com/s:1'}}\n  a: [x.example.com/s:1@{B}, x.example.com/s:10]\n"
    )
    result = pinned(text, {}, {"x.example.com/s:1": A})
    config = yaml.safe_load(result)["config"]
    assert config["spark-on-ack:spark"]["image"] == f"x.example.com/s:1@{A}"
    assert config["a"] == [f"x.example.com/s:1@{A}", "x.example.com/s:10"]


def test_a_file_without_the_section_is_refused() -> None:
    with pytest.raises(ValueError, match="no section spark-on-ack:images"):
        pinned(HEAD, {"spark:1": A}, {})
