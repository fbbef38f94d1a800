"""Literals of CEL."""


def text(value: str) -> str:
    """A CEL string literal of `value`."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def texts(values: tuple[str, ...]) -> str:
    """A CEL list literal of strings."""
    return "[" + ", ".join(map(text, values)) + "]"
