"""Losing needs a word: what live stacks refuse to lose, before anything is registered."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import grpc
import pytest

from components.base.mistakes import InputError
from components.base.state import READ, State
from components.platform.component import SparkPlatform
from components.platform.inputs import Settings, SparkPlatformInputs
from components.platform.retire import lost
from replay import cloud
from replay.graph import Graph
from replay.recorder import Cloud
from tests.support import record, round_trip

ZONES = ["cn-hangzhou-h", "cn-hangzhou-i", "cn-hangzhou-j"]
TODAY = date(2026, 6, 1)
LIVE: dict[str, Any] = {
    "environment": "test",
    "preflight": False,
    "network": {"zones": ZONES},
    "cluster": {"flavour": "virtual-node"},
    "workspaces": [{"team": "ads"}, {"team": "pay", "namespace": "spark-money"}],
}


def settings(**changes: Any) -> Settings:
    return Settings.read({**LIVE, **changes})


def platform(of: Settings) -> Graph:
    return record(lambda: SparkPlatform("platform", SparkPlatformInputs(settings=of)))


def outputs_of(graph: Graph) -> dict[str, Any]:
    """What the engine answers about a stack that was created as recorded."""
    stash = "pulumi:index:Stash"
    outputs = {r.urn: r.inputs | ({"output": r.inputs["input"]} if r.type == stash else {}) for r in graph}
    return {urn: {"type": "", "outputs": round_trip(props)} for urn, props in outputs.items()}


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    return outputs_of(platform(settings()))


@pytest.fixture(scope="module")
def state(answer: dict[str, Any]) -> State:
    return State.told(answer)


def team(name: str, **more: Any) -> Mapping[str, Any]:
    return {"team": name, **more}


def test_an_unchanged_stack_and_a_first_run_lose_nothing(state: State) -> None:
    assert lost(settings(), state, TODAY) == []
    assert lost(settings(), State(), TODAY) == []


def test_growing_loses_nothing(state: State) -> None:
    more = settings(network={"zones": [*ZONES, "cn-hangzhou-k"]}, workspaces=[*LIVE["workspaces"], team("new")])
    assert lost(more, state, TODAY) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"workspaces": [team("ads")]},
            "workspaces: team 'pay' is missing, which would delete namespace 'spark-money' with the jobs that "
            "run there; allowed: leave it in; or name it, with the day from which it may go: "
            "retire: {teams: {pay: 2026-06-01}}",
        ),
        (
            {"workspaces": [team("ads"), team("payments", namespace="spark-payments")]},
            "workspaces: team 'pay' is missing",
        ),
        (
            {"workspaces": [team("ads"), team("pay")]},
            "workspaces: team 'pay' has namespace 'spark-money', and 'spark-pay' would delete it with the jobs "
            "that run there; allowed: namespace 'spark-money'; or a second team with the new namespace, and this one "
            "retired",
        ),
        (
            {"network": {"zones": ZONES[:2]}},
            "network.zones: 'cn-hangzhou-j' is missing, which would delete its vswitch 10.0.64.0/19 with the pods in "
            "it; allowed: leave it in; or name it, with the day from which it may go: "
            "retire: {zones: {cn-hangzhou-j: 2026-06-01}}",
        ),
        (
            {"shuffle": None},
            "shuffle: is missing, which would delete the shuffle data of running jobs; allowed: leave it in; or name "
            "it, with the day from which it may go: retire: {shuffle: 2026-06-01}",
        ),
        (
            {"shuffle": {"namespace": "other"}},
            "shuffle.namespace: 'other' is not allowed; the service was created with 'celeborn'",
        ),
        (
            {"shuffle": {"workers": {"disk_gib": 300}}},
            "shuffle.workers.disk_gib: 300 is not allowed; the service was created with 200, and changing it would "
            "delete the data of running jobs; allowed: 200;",
        ),
        ({"cluster": {"flavour": "acs"}}, "cluster.flavour: 'acs' is not allowed; this stack's cluster was created"),
        ({"network": {"zones": ZONES, "cidr": "10.1.0.0/16"}}, "network.cidr: '10.1.0.0/16' is not allowed"),
    ],
)  # fmt: skip
def test_what_would_be_lost_without_a_word_is_refused(state: State, changes: dict[str, Any], sentence: str) -> None:
    sentences = lost(settings(**changes), state, TODAY)
    assert any(s.startswith(sentence) for s in sentences), sentences
    assert all(".0 " not in s and ".0;" not in s for s in sentences)


@pytest.mark.parametrize(
    ("changes", "retire"),
    [
        ({"workspaces": [team("ads")]}, {"teams": {"pay": "2026-06-01"}}),
        ({"network": {"zones": ZONES[:2]}}, {"zones": {"cn-hangzhou-j": "2026-06-01"}}),
        ({"shuffle": None}, {"shuffle": "2026-06-01"}),
    ],
)
def test_what_the_stack_file_names_may_go_from_its_day_on(
    state: State, changes: dict[str, Any], retire: dict[str, Any]
) -> None:
    named = settings(**changes, retire=retire)
    assert lost(named, state, TODAY) == []
    (early,) = lost(named, state, date(2026, 5, 31))
    assert "it is to stay until 2026-06-01; allowed: remove it from that day on, or an earlier day in retire: " in early


def test_the_namespace_of_a_service_that_does_not_remember_it_is_read_from_the_state(answer: dict[str, Any]) -> None:
    older = deepcopy(answer)
    (stash,) = (r["outputs"] for urn, r in older.items() if urn.endswith("Stash::shuffle-fixed"))
    stash["output"].pop("namespace")
    sentences = lost(settings(shuffle={"namespace": "other"}), State.told(older), TODAY)
    assert [s.split(";")[0] for s in sentences] == ["shuffle.namespace: 'other' is not allowed"]


def test_a_zone_in_the_middle_takes_no_other_zones_addresses_with_it(state: State) -> None:
    moved = settings(network={"zones": [ZONES[0], ZONES[2]]}, retire={"zones": {ZONES[1]: "2026-01-01"}})
    assert [s.split(" but")[0] for s in lost(moved, state, TODAY)] == [
        "network.zones: 'cn-hangzhou-j' would take 10.0.32.0/19,"
    ]


def test_zones_cannot_change_places_whichever_came_first(state: State) -> None:
    turned = settings(network={"zones": [ZONES[0], ZONES[2], ZONES[1]]})
    assert len(lost(turned, state, TODAY)) >= 2


@pytest.mark.parametrize("known", [True, False])
def test_the_program_refuses_before_it_registers_anything(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], known: bool
) -> None:
    registered: list[str] = []
    new_resource = Cloud.new_resource

    def watched(self: Cloud, args: Any) -> Any:
        registered.append(args.typ)
        return new_resource(self, args)

    monkeypatch.setitem(cloud.CALLS, READ, lambda _: {"outputs": answer})
    monkeypatch.setattr(Cloud, "new_resource", watched)
    loses = SparkPlatformInputs(settings=settings(workspaces=[team("ads")]))

    def build() -> None:
        try:
            SparkPlatform("platform", loses)
        except InputError as e:
            raise InputError([*e.sentences, f"registered: {registered}"]) from None

    with pytest.raises(InputError) as caught:
        record(build, known=known)
    assert caught.value.sentences[0].startswith("workspaces: team 'pay' is missing")
    assert caught.value.sentences[1:] == ["registered: []"]


class HalfAFileError(grpc.RpcError):  # type: ignore[misc]
    """What the engine answers while its own first write is under way."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return "failed to load checkpoint: EOF"


def test_a_state_that_is_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def answer(_: Any) -> dict[str, Any]:
        asked.append(1)
        if len(asked) < 3:
            raise HalfAFileError
        return {"outputs": {}}

    monkeypatch.setitem(cloud.CALLS, READ, answer)
    assert platform(settings()).of_type("Namespace")


def test_a_state_that_cannot_be_read_stops_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoAnswerError(grpc.RpcError):  # type: ignore[misc]
        def code(self) -> grpc.StatusCode:
            return grpc.StatusCode.UNKNOWN

        def details(self) -> str:
            return "no backend client is available"

    def refused(_: Any) -> dict[str, Any]:
        raise NoAnswerError

    monkeypatch.setitem(cloud.CALLS, READ, refused)
    with pytest.raises(InputError, match=r"the state of \S+ cannot be read, so nobody knows .*no backend client"):
        platform(settings())


@pytest.mark.parametrize("written", ["2026-12-31", "2026-12-31 00:00:00 +0000 UTC", "2026-12-31T00:00:00Z"])
def test_a_day_may_be_written_without_quotes(written: str) -> None:
    assert settings(retire={"teams": {"ads": written}}).retire.teams == {"ads": "2026-12-31"}


@pytest.mark.parametrize("written", ["soon", "2026-13-01", "20261231", True])
def test_what_is_no_day_is_refused(written: object) -> None:
    with pytest.raises(InputError, match=r"retire\.teams\.?\S* .*a day such as 2026-12-31"):
        settings(retire={"teams": {"ads": written}})


def test_a_retired_team_is_known_to_its_workspace() -> None:
    graph = platform(settings(retire={"teams": {"ads": "2026-12-31"}}))
    notes = {r.name: r.inputs["metadata"]["annotations"] for r in graph.of_type("Namespace") if "workspace" in r.name}
    assert notes["ads-workspace-namespace"]["spark-on-ack.io/retired"] == "2026-12-31"
    assert "spark-on-ack.io/retired" not in notes["pay-workspace-namespace"]
