"""Other forms of a violation, which say the same: no rule may let one pass, and none may break a rule.

Nobody writes a form for a rule. Each is a way to write any value of some sort (quantities, selectors, ranges,
documents, Spark configuration, plain JSON), and is tried wherever a violation holds such a value.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from replay.graph import UNKNOWN, Graph, Resource
from tests.policies import rewrites
from tests.policies.graphs import leaves, put
from tests.policies.rewrites import Rewrite

_DOCUMENTS = ("policyDocument", "assumeRolePolicyDocument", "policy", "document")
_CONF = re.compile(r"\.conf$")


@dataclass(frozen=True)
class Form:
    """A way to write things: its name, and what it makes of the resources that hold a violation."""

    name: str
    make: Callable[[Graph, Sequence[Resource]], Iterator[Graph]]


def forms_of(graph: Graph, clean: Graph) -> Iterator[tuple[str, Graph]]:
    """(name of the form, graph) of everything that says the same as a graph that breaks a rule."""
    before = {r.urn: r for r in clean}
    names = [r.urn for r in graph if before.get(r.urn) != r] or [r.urn for r in graph]
    for form in FORMS:
        for changed in form.make(graph, [r for r in graph if r.urn in names]):
            yield form.name, changed


def _replaced(graph: Graph, changed: dict[str, dict[str, Any]], more: Sequence[Resource] = ()) -> Graph:
    resources = [_with(r, changed[r.urn]) if r.urn in changed else r for r in graph]
    return Graph(graph.stack, [*resources, *more])


def _with(resource: Resource, inputs: dict[str, Any]) -> Resource:
    result = copy.copy(resource)
    result.inputs = inputs
    return result


def _walked(value: Any, rewrite: Rewrite) -> Any:
    if isinstance(value, dict):
        value = {k: _walked(v, rewrite) for k, v in value.items()}
    elif isinstance(value, list):
        value = [_walked(v, rewrite) for v in value]
    return rewrite(value)


def everywhere(rewrite: Rewrite) -> Callable[[Graph, Sequence[Resource]], Iterator[Graph]]:
    """A form that rewrites every value of the resources that hold the violation."""

    def make(graph: Graph, targets: Sequence[Resource]) -> Iterator[Graph]:
        changed = {r.urn: _walked(r.inputs, rewrite) for r in targets}
        if any(json.dumps(changed[r.urn]) != json.dumps(r.inputs) for r in targets):
            yield _replaced(graph, changed)

    return make


def _each_leaf(value: Any) -> Callable[[Graph, Sequence[Resource]], Iterator[Graph]]:
    """A form for each value of the (few) resources that hold the violation: just that one is replaced."""

    def make(graph: Graph, targets: Sequence[Resource]) -> Iterator[Graph]:
        if len(targets) == len(graph.resources):
            return
        for resource in targets:
            for path, _ in list(leaves(resource.inputs))[:60]:
                if path and path[:1] not in (("apiVersion",), ("kind",)):
                    yield _replaced(graph, {resource.urn: put(resource.inputs, path, copy.deepcopy(value))})

    return make


def _split_rules(graph: Graph, targets: Sequence[Resource]) -> Iterator[Graph]:
    """A rule of a security group as several, one for each quarter of its range."""
    for resource in targets:
        for key in ("cidrIp", "ipv6CidrIp"):
            first, *others = rewrites.quarters(str(resource.inputs.get(key)))
            if others:
                more = [_with(resource, {**resource.inputs, key: c}) for c in others]
                for i, each in enumerate(more):
                    each.urn, each.name = f"{resource.urn}-{i}", f"{resource.name}-{i}"
                yield _replaced(graph, {resource.urn: {**resource.inputs, key: first}}, more)


def document(rewrite: Rewrite) -> Callable[[Graph, Sequence[Resource]], Iterator[Graph]]:
    """A form of the statements of policy documents."""

    def change(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            k: rewrites.rewritten_document(v, rewrite) if k in _DOCUMENTS and isinstance(v, str) else v
            for k, v in value.items()
        }

    return everywhere(change)


def conf(rewrite: Callable[[str, str], str]) -> Callable[[Graph, Sequence[Resource]], Iterator[Graph]]:
    """A form of the lines of configuration files."""

    def change(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            k: rewrites.rewritten_lines(v, rewrite) if _CONF.search(k) and isinstance(v, str) else v
            for k, v in value.items()
        }

    return everywhere(change)


def _twin(graph: Graph, targets: Sequence[Resource]) -> Iterator[Graph]:
    """The violating resources beside equal ones under another name in the program."""
    if len(targets) < len(graph.resources):
        more = []
        for resource in targets:
            twin = _with(resource, copy.deepcopy(resource.inputs))
            twin.urn, twin.name = f"{resource.urn}-twin", f"{resource.name}-twin"
            more.append(twin)
        yield _replaced(graph, {}, more)


def _renamed(graph: Graph, targets: Sequence[Resource]) -> Iterator[Graph]:
    """Everything under other names in the program, and inside a component of somebody's own."""
    resources = [_with(r, r.inputs) for r in graph]
    for resource in resources:
        resource.name, resource.urn = f"zzz-{resource.name}", f"{resource.urn}-zzz"
        resource.parent = "urn:pulumi:test::spark-on-ack::somebody:index:Own::own"
    yield Graph(graph.stack, resources)


def _options(graph: Graph, targets: Sequence[Resource]) -> Iterator[Graph]:
    """Options of the engine that change nothing about what the resource is."""
    resources = [_with(r, r.inputs) for r in graph]
    for resource in resources:
        resource.options = {**resource.options, "retainOnDelete": True, "ignoreChanges": ["*"], "version": "9.9.9"}
    yield Graph(graph.stack, resources)


def _backwards(graph: Graph, targets: Sequence[Resource]) -> Iterator[Graph]:
    """The resources in the opposite order."""
    yield Graph(graph.stack, graph.resources[::-1])


FORMS = (
    Form("order", everywhere(rewrites.in_other_order)),
    Form("further keys", everywhere(rewrites.with_further_keys)),
    Form("secret", everywhere(rewrites.as_secret)),
    Form("unknown value", _each_leaf({UNKNOWN: True})),
    Form("twin", _twin),
    Form("names and parents", _renamed),
    Form("order of resources", _backwards),
    Form("options", _options),
    Form("number as text", everywhere(rewrites.as_text)),
    Form("number as float", everywhere(rewrites.as_float)),
    Form("unit", everywhere(rewrites.in_smallest_unit)),
    Form("selector as expressions", everywhere(rewrites.as_expressions)),
    Form("selector of anything", everywhere(rewrites.as_selector_of_anything)),
    Form("range in pieces", everywhere(rewrites.in_pieces)),
    Form("rules in pieces", _split_rules),
    Form("text or list", document(rewrites.text_or_list)),
    Form("statement a resource", document(rewrites.one_each)),
    Form("letters' case", document(rewrites.in_other_case)),
    Form("wildcard in a word", document(rewrites.with_wildcards)),
    Form("older input", everywhere(rewrites.as_older_input)),
    Form("separator :", conf(lambda k, v: f"  {k} : {v}")),
    Form("continued line", conf(lambda k, v: f"{k} = \\\n   \t{v}")),
    Form("escaped key", conf(rewrites.with_escaped_key)),
    Form("unit of Spark", conf(rewrites.in_other_unit)),
    Form("older key", conf(rewrites.under_older_key)),
)
