"""The allow-list of an environment: single resources that rules would refuse and somebody answers for, until a day.

It is the figure `allow` of the rule `allow-list` in `policies/isolation/<environment>.json`, because the engine takes
nothing but levels and figures of rules from that file. Both packs and the program's guard read it there:

    "allow-list": {"allow": {"web": {"type": "aws:s3/bucket:Bucket", "urn": "urn:…::web", "reason": "…", "until": "…"}}}

An entry matches by type and URN, where `*` stands for any text. It lifts every rule that may have exceptions
(`Rule.exceptions`) from the resources it matches, and the rule `allow-list` shows it in every preview.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from components.base.sentences import unknown_key
from policies.base.view import View

RULE, ALLOW = "allow-list", "allow"
PATH = f"{RULE}.{ALLOW}"
DAYS = 90
"""How long a proposed entry lasts."""
MOST_DAYS = 366
"""How long an entry may last: what is to stay longer is looked at again each year."""
_RIGHTS = "kubernetes:rbac.authorization.k8s.io/v1:"
_KEYS = ("type", "urn", "reason", "until")


@dataclass(frozen=True)
class Entry:
    """One exception: what it matches, who answers for it and why, and its last day."""

    name: str
    type: str
    urn: str
    reason: str
    until: date

    def matches(self, view: View) -> bool:
        """True for a resource of the entry's type and URN."""
        return _glob(self.type, view.token) and _glob(self.urn, view.urn)

    def holds(self, today: date) -> bool:
        """True until its last day, which may be at most a year ahead."""
        return today <= self.until <= today + timedelta(days=MOST_DAYS)

    def why_not(self, today: date) -> str:
        """Why it does not hold today, in words; empty when it does."""
        if self.holds(today):
            return ""
        if self.until < today:
            return f"{PATH}.{self.name} ended on {self.until}"
        return f"{PATH}.{self.name} lasts until {self.until}; allowed: at most {MOST_DAYS} days"


def _glob(pattern: str, text: str) -> bool:
    """True when the text fits; URNs hold brackets, so `*` is the only character with a meaning."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def mistakes(value: object) -> list[str]:
    """One sentence for each mistake in the allow-list."""
    if not isinstance(value, dict):
        return [f"{PATH}: {value!r} is not allowed; allowed: an object of entries with the keys {', '.join(_KEYS)}"]
    return [sentence for name, entry in value.items() for sentence in _entry_mistakes(f"{PATH}.{name}", entry)]


def _entry_mistakes(path: str, entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{path}: {entry!r} is not allowed; allowed: an object with the keys {', '.join(_KEYS)}"]
    wrong = [unknown_key(str(key), _KEYS, f"{path}.{key}") for key in entry if key not in _KEYS]
    for key in _KEYS:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            wrong.append(f"{path}.{key}: {value!r} is not allowed; allowed: text")
    for key in ("type", "urn"):
        if isinstance(value := entry.get(key), str) and value.strip() and not value.strip("*:"):
            wrong.append(f"{path}.{key}: {value!r} is not allowed; allowed: a name, with * for a part of it")
    if isinstance(entry.get("until"), str) and _day(entry["until"]) is None:
        wrong.append(f"{path}.until: {entry['until']!r} is not allowed; allowed: a day such as 2027-01-31")
    return wrong


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def read(value: dict[str, Any]) -> tuple[Entry, ...]:
    """The entries of an object without mistakes."""
    return tuple(
        Entry(name, entry["type"], entry["urn"], entry["reason"], date.fromisoformat(entry["until"]))
        for name, entry in value.items()
    )


def proposed(view: View, today: date) -> str:
    """The entry that would allow a resource, as it is pasted into the list; for a role or its binding, both at once."""
    token = view.token
    if token.startswith(_RIGHTS):
        token = f"{token.removesuffix('Binding')}*"
    urn = view.urn.replace(f"{view.token}::", f"{token}::")
    kind = view.kind.removesuffix("Binding")
    name = re.sub(r"[^A-Za-z0-9.]+", "-", f"{kind}-{view.name}").strip("-").lower()
    until = today + timedelta(days=DAYS)
    entry = {"type": token, "urn": urn, "reason": "who needs it, and why", "until": until.isoformat()}
    return f'"{name}": {json.dumps(entry, ensure_ascii=False)}'


def entry_for(entries: Sequence[Entry], view: View, today: date) -> Entry | None:
    """The entry that matches a resource: one that holds, if there is one."""
    matching = [e for e in entries if e.matches(view)]
    return next((e for e in matching if e.holds(today)), matching[0] if matching else None)
