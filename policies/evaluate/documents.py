"""The policy documents of RAM and OSS, in every form that the provider takes, as statements that can be asked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from policies.base.view import Props, Unreadable, View
from policies.evaluate.patterns import covers, overlap

RIGHTS = ("policyDocument", "document", "policy")
"""Inputs that hold the document of a RAM policy or a bucket policy as JSON."""
TRUST = ("assumeRolePolicyDocument", "document")
_PARTS = {
    part.lower(): part
    for part in (
        "Statement", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal",
        "Condition",
    )
} | {"statements": "Statement", "actions": "Action", "resources": "Resource"}  # fmt: skip
"""Names of a document's parts, and of the same parts where the provider takes them as inputs of their own."""


@dataclass(frozen=True)
class Statement:
    """One statement: what it allows or denies, to whom, and where it stands."""

    part: Props

    @property
    def where(self) -> str:
        """Its path."""
        return self.part.where()

    @property
    def allows(self) -> bool:
        """True unless its effect is Deny: what cannot be read is taken to allow."""
        return (self.part.text("Effect") or "").lower() != "deny"

    def listed(self, *steps: str) -> list[str]:
        """The texts at a key, where a single text may stand for a list of one."""
        return listed(self.part, *steps)

    @property
    def actions(self) -> list[str]:
        """Patterns of the actions it is about; one for all where it names only exceptions, or nothing."""
        return self.listed("Action") or ["*"]

    def may(self, action: str) -> bool:
        """True when it is about some action that the pattern `action` covers."""
        spared = self.listed("NotAction")
        return any(overlap(a, action) for a in self.actions) and not any(covers(s, action) for s in spared)

    @property
    def resources(self) -> list[str]:
        """Patterns of the resources it is about; one for all where it names only exceptions, or nothing."""
        return self.listed("Resource") or ["*"]

    def covers(self, action: str, resource: str) -> bool:
        """True when it is about all of the action and all of the resource, whatever its condition."""
        if self.part.has("NotAction") or self.part.has("NotResource"):
            return False
        return any(covers(a, action) for a in self.actions) and any(covers(r, resource) for r in self.resources)

    @property
    def principals(self) -> dict[str, list[str]]:
        """Whom it names, by kind (`Service`, `RAM`, `Federated`; `` where no kind is named). `*` for everybody."""
        if self.part.has("NotPrincipal"):
            return {"": ["*"]}
        value = self.part.raw("Principal")
        if isinstance(value, str | list):
            return {"": self.listed("Principal")}
        named = self.part.at("Principal")
        return {kind: listed(named, kind) for kind in named.keys()}  # noqa: SIM118 - not a dict


def statements(view: View, *keys: str) -> list[Statement]:
    """All statements of a resource's documents: of those that it holds as JSON under `keys`, and of its `statements`.

    Raises Unreadable for a document that is not JSON.
    """
    result: list[Statement] = []
    for key in keys:
        if text := view.props.text(key):
            try:
                document = Props(_named(json.loads(text)), (key,))
            except (ValueError, RecursionError):
                raise Unreadable(key, "JSON") from None
            whole = document.raw("Statement")
            single = [Props(whole, (key, "Statement")).at()] if isinstance(whole, dict) else document.each("Statement")
            result += [Statement(part) for part in single]
    if view.props.has("statements"):
        result += [Statement(Props(_named(part.data), part.path)) for part in view.props.each("statements")]
    return result


def allowing(view: View, *keys: str) -> Iterator[Statement]:
    """The statements that grant rights."""
    return (s for s in statements(view, *keys) if s.allows)


def listed(part: Props, *steps: str) -> list[str]:
    """The texts under a key of a document, where a single text may stand for a list of one."""
    value = part.raw(*steps)
    return [value] if isinstance(value, str) else part.texts(*steps)


def _named(value: object) -> object:
    """The document with the usual names of its parts, in whatever case they were written."""
    if isinstance(value, list):
        return [_named(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {
        _PARTS.get(str(key).lower(), key): v if str(key).lower() in ("principal", "condition") else _named(v)
        for key, v in value.items()
    }
