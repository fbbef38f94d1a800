import pytest

from tests.tools.sandbox.node.test_network_policy import DB, DOCUMENTED, FRONTEND, PODS, cluster
from tools.sandbox.node.network_policy import Cluster
from tools.sandbox.node.ruleset import TABLE, ruleset

POD_RANGE = "10.88.0.0/16"


def chain(text: str, name: str) -> list[str]:
    """The lines of a chain."""
    lines = text.splitlines()
    start = lines.index(f"  chain {name} {{")
    return [line.strip() for line in lines[start + 1 : lines.index("  }", start)]]


def test_before_anything_is_known_no_address_of_a_pod_passes() -> None:
    text = ruleset(Cluster((), {}, ()), POD_RANGE)
    for hook in ("forward", "input"):
        assert f"ip saddr {POD_RANGE} counter drop" in chain(text, hook)
        assert f"ip daddr {POD_RANGE} counter drop" in chain(text, hook)


def test_an_address_of_the_range_that_is_no_known_pods_is_dropped_before_any_verdict() -> None:
    lines = chain(ruleset(cluster(DOCUMENTED), POD_RANGE), "forward")
    known = ", ".join(sorted(each.address for each in PODS))
    drops = [lines.index(f"ip {end} {POD_RANGE} ip {end} != {{ {known} }} counter drop") for end in ("saddr", "daddr")]
    assert max(drops) < min(number for number, line in enumerate(lines) if "vmap" in line)


def test_the_documented_example_as_chains() -> None:
    text = ruleset(cluster(DOCUMENTED), POD_RANGE)
    assert chain(text, "in-10-88-0-2") == [
        f"ip saddr {{ {DB} }} return",
        "ip saddr { 172.17.0.0/16 } ip saddr != { 172.17.1.0/24 } tcp dport 6379 return",
        "ip saddr { 10.88.0.3, 10.88.1.2 } tcp dport 6379 return",
        "counter drop",
    ]
    assert chain(text, "out-10-88-0-2")[1] == "ip daddr { 10.0.0.0/24 } tcp dport 5978 return"
    assert f"ip saddr vmap {{ {DB} : jump out-10-88-0-2 }}" in chain(text, "forward")
    assert FRONTEND not in "".join(line for line in chain(text, "forward") if "vmap" in line), "it is open"


def test_what_ends_on_the_node_is_judged_by_the_senders_rules() -> None:
    lines = chain(ruleset(cluster(DOCUMENTED), POD_RANGE), "input")
    assert any("saddr vmap" in line for line in lines)
    assert not any("daddr vmap" in line for line in lines)


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("{port: 80}", "tcp dport 80 return"),
        ("{port: 80, endPort: 90, protocol: UDP}", "udp dport 80-90 return"),
        ("{protocol: SCTP}", "meta l4proto sctp return"),
    ],
)
def test_ports(port: str, expected: str) -> None:
    text = ruleset(cluster(f"{{podSelector: {{}}, ingress: [{{ports: [{port}]}}]}}"), POD_RANGE)
    assert expected in chain(text, "in-10-88-0-2")


def test_an_empty_rule_returns_at_once() -> None:
    assert "return" in chain(ruleset(cluster("{podSelector: {}, ingress: [{}]}"), POD_RANGE), "in-10-88-0-2")


def test_the_table_is_replaced_as_a_whole() -> None:
    lines = ruleset(cluster(), POD_RANGE).splitlines()
    assert lines[:3] == [f"table inet {TABLE}", f"delete table inet {TABLE}", f"table inet {TABLE} {{"]
