"""The base of all inputs: strict reading, sentences, flat arguments, values that come later."""

from typing import Annotated, Any, Literal

import pulumi
import pulumi_kubernetes as k8s
import pytest
from pydantic import Field, ValidationError

from components.base.inputs import Inputs
from components.base.mistakes import InputError, Mistakes, check
from components.base.outputs import embed, is_known, when_known
from components.base.values import Value, matching
from tests.support import record

Name = Annotated[str, *matching(r"[a-z]+", "lower-case letters")]


class Quota(Inputs):
    pods: Value[Annotated[int, Field(ge=1, le=10)]] = Field(5, description="pods")
    cpu: Annotated[int, Field(ge=1)] = 3

    @check
    def _lucky(self) -> Mistakes:
        if self.cpu == 7:
            yield "cpu", "7 is unlucky; allowed: another number"


class Team(Inputs):
    name: Name
    quota: Quota = Quota()
    kind: Literal["batch", "stream"] = "batch"
    spot: bool = False
    share: float = 0.5
    tags: dict[str, Name] = Field({})
    role: Value[str] | None = None


class File(Inputs):
    teams: tuple[Team, ...] = ()
    size: int = 3
    on: bool = True


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"teams": [{}]}, "teams[0].name: missing; allowed: lower-case letters"),
    ({"teams": [{"name": "A"}]}, "teams[0].name: 'A' is not allowed; allowed: lower-case letters"),
    (
        {"teams": [{"name": "a", "quota": {"podz": 1}}]},
        "teams[0].quota.podz: unknown key; did you mean 'pods'? Known keys: pods, cpu",
    ),
    (
        {"teams": [{"name": "a", "quota": {"pods": 11}}]},
        "teams[0].quota.pods: 11 is not allowed; allowed: a whole number from 1 to 10",
    ),
    (
        {"teams": [{"name": "a", "quota": {"cpu": "4"}}]},
        "teams[0].quota.cpu: '4' is not allowed; allowed: a whole number, 1 or more",
    ),
    ({"teams": [{"name": "a", "quota": {"cpu": 7}}]}, "teams[0].quota.cpu: 7 is unlucky; allowed: another number"),
    (
        {"teams": [{"name": "a", "kind": "bach"}]},
        "teams[0].kind: 'bach' is not allowed; allowed: batch, stream; did you mean 'batch'?",
    ),
    ({"teams": [{"name": "a", "spot": 1}]}, "teams[0].spot: 1 is not allowed; allowed: true or false"),
    (
        {"teams": [{"name": "a", "tags": {"x": "Y"}}]},
        "teams[0].tags.x: 'Y' is not allowed; allowed: lower-case letters",
    ),
    (
        {"teams": "a"},
        "teams: 'a' is not allowed; allowed: a list, each an object with the keys name, quota, kind, spot",
    ),
    ({"size": 3.5}, "size: 3.5 is not allowed; allowed: a whole number"),
    ({"size": True}, "size: True is not allowed; allowed: a whole number"),
]


@pytest.mark.parametrize(("data", "sentence"), WRONG, ids=[s.split(" ")[0] + str(i) for i, (_, s) in enumerate(WRONG)])
def test_a_mistake_is_one_sentence_with_path_value_and_what_is_allowed(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        File.read(data)
    assert len(caught.value.sentences) == 1
    assert caught.value.sentences[0].startswith(sentence)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        File.read({"teams": [{"name": "A", "spot": "yes"}, {}], "sice": 1}, title="file:")
    assert len(caught.value.sentences) == 4
    assert str(caught.value).startswith("file:\n  ")


def test_top_level_numbers_and_booleans_may_be_text_only_where_asked() -> None:
    assert File.read({"size": "4", "on": "false"}, texts=True) == File(size=4, on=False)
    with pytest.raises(InputError):
        File.read({"size": "4"})
    with pytest.raises(InputError):
        File.read({"teams": [{"name": "a", "spot": "true"}]}, texts=True)


def test_flat_arguments_give_the_same_model_as_nested_ones() -> None:
    nested = Team.read({"name": "a", "quota": {"pods": 2, "cpu": 9}})
    assert Team.of({"name": "a", "quota_pods": 2.0, "quota_cpu": 9}, "Team a") == nested
    assert Team.of(nested, "Team a") is nested


def test_a_wrong_flat_argument_is_named_as_the_caller_wrote_it() -> None:
    with pytest.raises(InputError) as caught:
        Team.of({"name": "a", "quota_pods": 99, "quota_cpus": 1}, "Team a")
    assert caught.value.sentences == [
        "quota_cpus: unknown key; did you mean 'quota_cpu'? "
        "Known keys: name, quota_pods, quota_cpu, kind, spot, share, tags, role",
        "quota_pods: 99 is not allowed; allowed: a whole number from 1 to 10",
    ]
    assert str(caught.value).startswith("Team a: wrong inputs\n")


def test_models_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Team(name="a").name = "b"  # type: ignore[misc]


def test_later_computes_at_once_with_plain_values() -> None:
    assert when_known(lambda a, b: a + b, 1, 2) == 3
    assert is_known(1, {"a": [2]})
    assert not is_known({"a": [pulumi.Output.from_input(1)]})


def _config_of(pods: Any) -> Any:
    team = Team.of({"name": "a", "quota_pods": pods}, "Team a")
    return k8s.core.v1.ConfigMap("c", metadata={"name": "c"}, data={"pods": when_known(str, team.quota.pods)})


def test_an_output_travels_through_a_value_and_stays_secret() -> None:
    graph = record(lambda: _config_of(pulumi.Output.secret(3)))
    assert graph.one("ConfigMap", "c").inputs["data"] == {"pods": {"$secret": True, "value": "3"}}


def test_an_output_is_checked_when_it_becomes_known_and_never_echoed() -> None:
    with pytest.raises(InputError) as caught:
        record(lambda: _config_of(pulumi.Output.secret(987)))
    text = "\n".join(caught.value.sentences)
    assert "pods: its value is not allowed; allowed: a whole number from 1 to 10" in text
    assert "987" not in text


def test_a_plain_field_refuses_an_output_in_words() -> None:
    with pytest.raises(InputError) as caught:
        Team.of({"name": pulumi.Output.from_input("a")}, "Team a")
    assert caught.value.sentences == [
        "name: a value that is only known later is not allowed; allowed: lower-case letters"
    ]


def test_a_text_that_comes_later_leaves_all_around_it_known() -> None:
    def build() -> None:
        arn = pulumi.Output.secret("acs:ram::1:role/x")
        data = embed(lambda role, zone: {"role": f"<{role}>", "zone": zone}, role=arn, zone="h")
        k8s.core.v1.ConfigMap("c", metadata={"name": "c"}, data=data)

    assert record(build).one("ConfigMap", "c").inputs["data"] == {
        "role": {"$secret": True, "value": "<acs:ram::1:role/x>"},
        "zone": "h",
    }
    assert embed(lambda role: [role], role="plain") == ["plain"]
