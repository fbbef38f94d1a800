"""The policy documents of RAM and OSS: statements, and who and what they name."""

import json
from collections.abc import Iterator

from policies.base.view import Props, Unreadable, View


def statements(view: View, key: str) -> list[Props]:
    """The statements of a RAM or bucket policy document kept as JSON text under `key`."""
    text = view.props.text(key)
    if text is None:
        return []
    try:
        return Props(json.loads(text), (key,)).each("Statement")
    except (ValueError, RecursionError):
        raise Unreadable(key, "JSON") from None


def allowing(view: View, key: str) -> Iterator[Props]:
    """The statements that grant rights."""
    return (s for s in statements(view, key) if s.text("Effect") != "Deny")


def listed(part: Props, *steps: str) -> list[str]:
    """The texts under a key of a document, where a single text may stand for a list of one."""
    value = part.raw(*steps)
    return [value] if isinstance(value, str) else part.texts(*steps)
