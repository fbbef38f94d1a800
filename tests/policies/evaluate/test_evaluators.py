"""The evaluators against their meaning: what they say of a set is what its members say one by one."""

import fnmatch
import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.base.quantity import quantity
from policies.base.view import Props, Unreadable, View
from policies.evaluate.autoscaling import Largest, largest
from policies.evaluate.documents import Statement, statements
from policies.evaluate.patterns import covers, matches, overlap
from policies.evaluate.ranges import Addresses, addresses, block
from policies.evaluate.rights import Grant, grants
from policies.evaluate.selectors import OPERATORS, Requirement, Selector, selector_of

KEYS, VALUES = st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"])
LABELS = st.dictionaries(KEYS, VALUES)
REQUIREMENTS = st.builds(Requirement, KEYS, st.sampled_from(OPERATORS), st.frozensets(VALUES, max_size=2))
SELECTORS = st.builds(Selector, st.lists(REQUIREMENTS, max_size=3).map(tuple))
WORDS = st.text("ab", max_size=5)
PATTERNS = st.text("ab*?", max_size=5)
RANGES = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
    lambda p: str(ipaddress.IPv4Network(p, strict=False))
)


@given(SELECTORS, SELECTORS, LABELS)
def test_a_selector_that_selects_all_of_another_selects_each_of_its_objects(
    one: Selector, other: Selector, labels: dict[str, str]
) -> None:
    if one.selects_all_of(other) and other.selects(labels):
        assert one.selects(labels)


@given(SELECTORS)
def test_the_empty_selector_selects_all_of_any(selector: Selector) -> None:
    assert Selector().selects_all_of(selector)
    assert selector.selects_all_of(selector) or any(r.operator == "In" and not r.values for r in selector.requirements)


def test_labels_and_expressions_are_read_alike() -> None:
    by_labels = selector_of(Props({"matchLabels": {"a": "x"}}))
    by_expressions = selector_of(Props({"matchExpressions": [{"key": "a", "operator": "In", "values": ["x"]}]}))
    assert by_labels == by_expressions
    with pytest.raises(Unreadable):
        selector_of(Props({"matchExpressions": [{"key": "a", "operator": "Like"}]}))


@given(st.lists(RANGES, max_size=4), st.lists(RANGES, max_size=4), st.integers(0, 2**32 - 1))
def test_sets_of_addresses_are_what_their_members_say(some: list[str], others: list[str], number: int) -> None:
    address = str(ipaddress.IPv4Address(number))

    def inside(ranges: list[str]) -> bool:
        return any(ipaddress.IPv4Address(number) in ipaddress.IPv4Network(r) for r in ranges)

    one, other = addresses(*some), addresses(*others)
    assert (address in (one | other)) == (inside(some) or inside(others))
    assert (address in (one - other)) == (inside(some) and not inside(others))
    assert (address in (one & other)) == (inside(some) and inside(others))


@pytest.mark.parametrize(
    "pieces",
    [
        ["0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"], [f"{i}.0.0.0/8" for i in range(1, 224)], ["::/0"], ["2000::/3"],
        ["2000::/4", "3000::/4"], ["::ffff:0:0/96"], ["64:ff9b::/96"], ["8.0.0.0/7"],
        [str(n) for n in ipaddress.ip_network("0.0.0.0/0").address_exclude(ipaddress.ip_network("1.2.3.4/32"))],  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_the_internet_in_pieces_is_the_internet(pieces: list[str]) -> None:
    assert addresses(*pieces).is_internet


def test_private_ranges_and_a_few_public_ones_are_not_the_internet() -> None:
    assert not addresses("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fd00::/8").is_internet
    assert not addresses("8.8.8.0/24", "2408:4000::/22").is_internet


def test_a_block_is_its_range_without_its_exceptions() -> None:
    part = Props({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/9"]}})
    assert block(part, "ipBlock") == addresses("10.128.0.0/9")
    assert Addresses() <= block(part, "ipBlock") <= addresses("10.0.0.0/8")
    with pytest.raises(Unreadable):
        block(Props({"ipBlock": {"cidr": "anything"}}), "ipBlock")


@given(PATTERNS, WORDS)
def test_patterns_match_as_shells_match(pattern: str, word: str) -> None:
    assert matches(pattern, word) == fnmatch.fnmatchcase(word, pattern)


@given(PATTERNS, PATTERNS, WORDS)
def test_what_both_patterns_match_is_in_their_overlap(one: str, other: str, word: str) -> None:
    if matches(one, word) and matches(other, word):
        assert overlap(one, other)
    if covers(one, other) and matches(other, word):
        assert matches(one, word)


@given(WORDS, PATTERNS)
def test_a_word_overlaps_with_what_matches_it(word: str, pattern: str) -> None:
    assert overlap(word, pattern) == matches(pattern, word)


def role_policy(**inputs: Any) -> list[Statement]:
    return statements(View("u", "alicloud:ram/policy:Policy", "p", Props(inputs)), "policyDocument", "document")


def test_all_forms_of_a_document_are_read_alike() -> None:
    text = '{"Statement": [{"Effect": "Allow", "Action": "oss:Get*", "Resource": ["r"]}]}'
    single = '{"statement": {"effect": "ALLOW", "action": ["oss:Get*"], "resource": "r"}}'
    own = [{"effect": "Allow", "actions": ["oss:Get*"], "resources": ["r"]}]
    for read in (role_policy(policyDocument=text), role_policy(document=single), role_policy(statements=own)):
        assert [(s.allows, s.actions, s.resources) for s in read] == [(True, ["oss:Get*"], ["r"])]
    with pytest.raises(Unreadable):
        role_policy(policyDocument="[" * 100_000)


def test_exceptions_leave_everything_else() -> None:
    statement = Statement(Props({"Effect": "Allow", "NotAction": ["oss:*"]}))
    assert statement.may("ram:*")
    assert not statement.may("oss:GetObject")
    assert not Statement(Props({"NotAction": "x:y"})).covers("oss:*", "r")


@pytest.mark.parametrize(
    ("resources", "resource", "covered"),
    [
        (["*"], "secrets", True), (["*/*"], "pods/exec", True), (["pods/*"], "pods/exec", True),
        (["*/scale"], "deployments/scale", True), (["Pods"], "pods", True), (["pods"], "pods/exec", False),
        (["pods/exec"], "pods", False),
    ],
)  # fmt: skip
def test_a_grant_covers_subresources_and_stars(resources: list[str], resource: str, covered: bool) -> None:
    grant = Grant(Props({"apiGroups": [""], "resources": resources, "verbs": ["GET"]}))
    assert grant.on([resource], "get") == covered
    assert not grant.on([resource], "create")


def test_a_role_that_gathers_others_grants_what_they_grant() -> None:
    def cluster_role(name: str, **inputs: Any) -> View:
        return View(name, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", name, Props(inputs))

    rules = [{"resources": ["pods"], "verbs": ["create"]}]
    part = cluster_role("part", metadata={"labels": {"gather": "yes"}}, rules=rules)
    other = cluster_role("other", metadata={"labels": {}}, rules=[{"resources": ["secrets"], "verbs": ["get"]}])
    whole = cluster_role("whole", aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"gather": "yes"}}]})
    assert [g.on(["pods"], "create") for g in grants(whole, [part, other, whole])] == [True]


@given(st.integers(0, 10**6), st.sampled_from(["", "m", "u", "n", "k", "M", "G", "Ki", "Mi", "Gi", "e2", "E2", "e-1"]))
def test_every_form_of_a_quantity_is_read(figure: int, suffix: str) -> None:
    factors = {"": 1, "m": 1e-3, "u": 1e-6, "n": 1e-9, "k": 1e3, "M": 1e6, "G": 1e9, "e2": 100, "E2": 100, "e-1": 0.1}
    factor = factors | {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
    assert quantity(f"{figure}{suffix}") == pytest.approx(figure * factor[suffix])


@pytest.mark.parametrize(
    "text",
    [
        "nan",
        "inf",
        "-1",
        "1e999",
        "1E400",
        "9" * 200,
        "1 Gi",
        "1gi",
        "٣",
        "1e3Mi",
        "",
        "0x1",
        "1_0",
        "1e",
        "++1",
        "1.2.3",
    ],
)
def test_what_is_no_quantity_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        quantity(text)
    with pytest.raises(Unreadable):
        Props({"x": text}).quantity("x")


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.lists(st.integers())))
def test_no_value_breaks_the_reading_of_numbers(value: Any) -> None:
    for read in (Props({"x": value}).quantity, Props({"x": value}).number):
        try:
            assert (read("x") or 0) < float("inf")
        except Unreadable:
            continue


def scaler(token: str, **spec: Any) -> View:
    return View("u", f"kubernetes:{token}", "s", Props({"metadata": {"namespace": "n"}, "spec": spec}))


@pytest.mark.parametrize("version", ["v1", "v2", "v2beta1", "v2beta2"])
def test_replicas_are_counted_at_the_maximum_of_every_autoscaler(version: str) -> None:
    target = {"kind": "StatefulSet", "name": "w"}
    of_pods = scaler(f"autoscaling/{version}:HorizontalPodAutoscaler", scaleTargetRef=target, maxReplicas=50)
    of_events = scaler("keda.sh/v1alpha1:ScaledObject", scaleTargetRef=target)
    assert largest([of_pods]) == {("n", "StatefulSet", "w"): Largest(50)}
    assert largest([of_pods, of_events]) == {("n", "StatefulSet", "w"): Largest(100)}


def test_a_vertical_autoscaler_without_a_bound_has_none() -> None:
    def vertical(*policies: dict[str, Any], mode: str = "Auto") -> Largest:
        spec = {"updatePolicy": {"updateMode": mode}, "resourcePolicy": {"containerPolicies": list(policies)}}
        view = scaler(
            "autoscaling.k8s.io/v1:VerticalPodAutoscaler", targetRef={"kind": "Deployment", "name": "w"}, **spec
        )
        return largest([view])["n", "Deployment", "w"]

    assert vertical().vcpu is None
    assert vertical({"maxAllowed": {"cpu": "4", "memory": "8Gi"}}) == Largest(0, 4, 8 * 2**30)
    assert vertical(mode="Off") == Largest()
    assert largest([scaler("autoscaling/v1:HorizontalPodAutoscaler", maxReplicas="many")])["n", "Deployment", ""].unread
