"""What an interrupted run left is found in the account, and whose it is."""

from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml

from components.base.state import State
from policies.leftovers.existing import NOBODY_SAYS, OURS, Existing
from policies.leftovers.guard import doubts, left_over
from policies.leftovers.lookups import LOOKUPS, NAMELESS, why_not_imported
from replay import Graph, replay
from tests.conftest import ROOT, STACKS, GraphOf
from tests.policies.leftovers.account import Account, fill, searched


@pytest.fixture(scope="module")
def with_nat(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """dev with two zones and a NAT gateway: every type of resource that the network can have."""
    written = yaml.safe_load((ROOT / "stacks/Pulumi.dev.yaml").read_text())
    network = written["config"]["spark-on-ack:network"]
    network |= {"zones": ["cn-hangzhou-h", "cn-hangzhou-i"], "nat": {"enabled": True}}
    written["config"]["spark-on-ack:storage"]["service_role"] = "create"
    path: Path = tmp_path_factory.mktemp("nat") / "Pulumi.dev.yaml"
    path.write_text(yaml.safe_dump(written))
    return replay("dev", config=path)


def test_every_type_has_a_lookup_or_a_reason_why_it_needs_none(graph_of: GraphOf, with_nat: Graph) -> None:
    types = {r.type for g in (*(graph_of(s, True) for s in STACKS), with_nat) for r in g if r.custom}
    assert {t for t in types if (t in LOOKUPS) == bool(why_not_imported(t))} == set()
    assert {t for t in LOOKUPS if t not in types} == {"alicloud:ims/oidcProvider:OidcProvider"}, "the bootstrap's own"
    assert set(NAMELESS) <= set(LOOKUPS)


def test_every_object_is_found_under_its_import_id(monkeypatch: pytest.MonkeyPatch, with_nat: Graph) -> None:
    account = Account()
    ids = fill(account, with_nat)
    findings = searched(monkeypatch, account, with_nat)
    assert findings.unanswered == {}
    assert {e.urn: e.id for e in findings.existing} == ids
    assert len(findings.existing) == len(ids) == len([r for r in with_nat if r.type in LOOKUPS])
    assert {e.owner for e in findings.existing} == {OURS}


def test_an_empty_account_holds_nothing(monkeypatch: pytest.MonkeyPatch, with_nat: Graph) -> None:
    findings = searched(monkeypatch, Account(), with_nat)
    assert (findings.existing, findings.unanswered) == ([], {})


def test_what_belongs_to_something_missing_is_not_asked_for(monkeypatch: pytest.MonkeyPatch, with_nat: Graph) -> None:
    account = Account()
    fill(account, with_nat)
    for kind in ("Network", "Switch", "SecurityGroup", "NatGateway", "EipAddress", "Role"):
        account.objects.pop(kind)
    kinds = {e.urn.rsplit("::", 2)[1].rsplit(":", 1)[1] for e in searched(monkeypatch, account, with_nat).existing}
    assert kinds == {"Bucket", "Stack", "Policy"}


def test_ids_of_the_state_lead_to_what_belongs_to_them(monkeypatch: pytest.MonkeyPatch, with_nat: Graph) -> None:
    account = Account()
    ids = fill(account, with_nat)
    rules = with_nat.of_type("SecurityGroupRule")
    held = {with_nat.one("SecurityGroup", "network-pods").urn: "securitygroup-1"}
    findings = searched(monkeypatch, account, rules, held)
    assert {e.urn: e.id for e in findings.existing} == {r.urn: ids[r.urn] for r in rules}


def test_a_type_that_cannot_be_asked_for_does_not_hide_the_others(
    monkeypatch: pytest.MonkeyPatch, with_nat: Graph
) -> None:
    account = Account()
    fill(account, with_nat)

    class ForbiddenError(grpc.RpcError):  # type: ignore[misc]
        def code(self) -> grpc.StatusCode:
            return grpc.StatusCode.UNKNOWN

        def details(self) -> str:
            return "Forbidden.RAM: the user may not list stacks"

    def refused(*_: Any) -> dict[str, Any]:
        raise ForbiddenError

    answers = account.answers() | {"alicloud:ros/getStacks:getStacks": refused}
    monkeypatch.setattr(Account, "answers", lambda _: answers)
    findings = searched(monkeypatch, account, with_nat)
    assert set(findings.unanswered) == {"alicloud:ros/stack:Stack"}
    assert "Forbidden.RAM" in findings.unanswered["alicloud:ros/stack:Stack"]
    assert {e.urn for e in findings.existing} >= {with_nat.one("Bucket", "storage-files").urn}


def test_whose_it_is_decides_whether_it_is_taken_over(monkeypatch: pytest.MonkeyPatch, with_nat: Graph) -> None:
    account = Account()
    fill(account, with_nat)
    account.objects["Bucket"][0]["tags"] = {"pulumi:project": "spark-on-ack", "pulumi:stack": "prod"}
    account.objects["Role"][0]["tags"] = {"cost-center": "x"}
    account.objects["Network"].append({**account.objects["Network"][0], "id": "network-2"})
    missing = [r for r in with_nat if r.type in LOOKUPS]
    existing = searched(monkeypatch, account, with_nat).existing
    assert [e.owner for e in existing if e.owner != OURS] == ["stack prod of spark-on-ack", NOBODY_SAYS]
    sentences = doubts(missing, left_over(missing, existing, State()))
    assert [s.split(":")[0] for s in sentences] == [
        "Network network-vpc",
        "Bucket storage-files",
        "Role " + _role(with_nat),
    ]
    assert "network-1 and network-2 exist, and only one can be this stack's" in sentences[0]
    assert "exists and belongs to stack prod of spark-on-ack; allowed: another name" in sentences[1]
    assert "allowed: make recover STACK=" in sentences[2]


def _role(graph: Graph) -> str:
    return min(graph.of_type("alicloud:ram/role:Role"), key=lambda r: (len(r.property_dependencies), r.urn)).name


def test_what_the_state_holds_under_an_older_name_is_not_left_over(with_nat: Graph) -> None:
    role, policy = (
        with_nat.one("alicloud:ram/role:Role", "team-a-identity-role"),
        with_nat.one("Policy", "team-a-identity-policy"),
    )
    held = State.told({"urn:pulumi:dev::spark-on-ack::alicloud:ram/role:Role::old": {"outputs": {"id": "a"}}})
    existing = [Existing(role.urn, "a", OURS), Existing(policy.urn, "a", OURS)]
    assert left_over([role, policy], existing, held) == existing[1:], "a role and its policy share a name"
    assert left_over([role, policy], existing, State()) == existing
