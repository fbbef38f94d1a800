"""Violations of the closed world that nobody writes by hand: every known type in the forms that would evade a reading.

The tests try each before the packs and the guard; `docs/rules.md` counts them.
"""

from collections.abc import Iterator

from policies.base.tokens import read_as
from policies.resources.known import READINGS, reading_of
from replay.graph import UNKNOWN, Resource

VERSIONS = ("v1", "v1alpha1", "v1beta1", "v1beta2", "v2", "v2alpha1", "v2beta2", "v3")


def tokens() -> list[str]:
    """Every known type token."""
    return sorted(token for listed in READINGS.values() for token in listed)


def forms(token: str) -> Iterator[tuple[str, str]]:
    """(form, type token) of everything that looks like a type and is not that type."""
    package, module, kind = token.split(":")
    group, _, version = module.rpartition("/")
    yield "case", token.lower()
    yield "case", token.upper()
    yield "case", f"{package}:{module}:{kind.lower()}"
    yield "alias", f"{package}:{group or module}:{kind}x"
    yield "alias", f"{package}:{group}:{kind}" if group else f"{package}:index:{kind}"
    yield "alias", f"{package}:{version}:{kind}"
    yield "alias", f"{package}:{kind}"
    yield "alias", f"{token} "
    yield "list", f"{token}List"
    yield "patch", f"{token}Patch"
    yield "provider", f"{package}-native:{module}:{kind}"
    yield "provider", f"pulumi:providers:{package}-native"
    yield "provider", f"pulumi-python:dynamic/{package}:{kind}"
    if package == "kubernetes":
        yield from (("version", f"{package}:{group}/{v}:{kind}") for v in VERSIONS)
        yield "group", f"{package}:extensions/v1beta1:{kind}"
        yield "group", f"{package}:example.com/{version}:{kind}"
    else:
        yield "version", f"{package}:{module}V2:{kind}V2"
        yield "group", f"{package}:other/{version}:{kind}"


def disguised(token: str) -> Iterator[tuple[str, Resource]]:
    """(form, resource) under a known type of Kubernetes whose content is another object, or one known only later."""
    if not token.startswith("kubernetes:") or "helm" in token:
        return
    _, version, kind = token.split(":")
    api = version.removeprefix("core/")
    contents: list[tuple[str, dict[str, object]]] = [
        ("content", {"apiVersion": api, "kind": "Anything"}),
        ("content", {"apiVersion": "example.com/v1", "kind": kind}),
        ("content", {"apiVersion": api, "kind": [kind]}),
        ("unknown value", {"apiVersion": api, "kind": {UNKNOWN: True}}),
        ("unknown value", {"apiVersion": {UNKNOWN: True}, "kind": kind}),
    ]
    for number, (form, inputs) in enumerate(contents):
        yield form, resource(token, f"{form.replace(' ', '-')}-{number}", inputs)


def resource(token: str, name: str, inputs: dict[str, object]) -> Resource:
    """A resource of a graph."""
    return Resource(f"urn:pulumi:prod::spark-on-ack::{token}::{name}", token, name, True, dict(inputs))


def violations() -> list[tuple[str, Resource]]:
    """(form, resource) of all of them, each type token once."""
    listed: dict[str, tuple[str, Resource]] = {}
    for token in tokens():
        for form, other in forms(token):
            if not reading_of(other):
                listed.setdefault(other, (form, resource(other, "violation", {})))
    return [*listed.values(), *(each for token in tokens() for each in disguised(token))]


def readings() -> list[tuple[str, str]]:
    """(token, type it is read as) of the forms that are read as a known type: they hide nothing."""
    others = (other for token in tokens() for _, other in forms(token))
    return sorted({(other, read_as(other)) for other in others if reading_of(other) and other not in tokens()})
