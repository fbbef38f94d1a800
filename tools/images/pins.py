"""Digests into a stack file: only they change, comments and order stay as a person wrote them."""

from collections.abc import Iterator, Mapping

import yaml

from components.base.constants import PROJECT

Edit = tuple[int, int, str]
"""Characters from, to, and what replaces them."""


def pinned(text: str, digests: Mapping[str, str], own: Mapping[str, str]) -> str:
    """The stack file with digests: `digests` of platform images by name:tag, under images.digests; `own` of images that
    the file names itself, by name without digest, behind each such name.

    Raises ValueError when the file has no section `images` although `digests` has entries.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits = list(_behind_names(root, own))
    if digests:
        section = _value(_value(root, "config"), f"{PROJECT}:images")
        if not isinstance(section, yaml.MappingNode):
            raise ValueError(f"no section {PROJECT}:images; allowed: one with registry")
        edits += _digest_edits(text, section, digests)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _digest_edits(text: str, section: yaml.MappingNode, digests: Mapping[str, str]) -> Iterator[Edit]:
    existing = _value(section, "digests")
    if not isinstance(existing, yaml.MappingNode):
        whole = "{" + ", ".join(f"{name}: {digest}" for name, digest in sorted(digests.items())) + "}"
        block = "".join(f"\n{{}}  {name}: {digest}" for name, digest in sorted(digests.items()))
        yield _added(text, section, f"digests: {whole}", "digests:" + block)
        return
    for name in sorted(digests):
        scalar = _value(existing, name)
        if scalar is not None:
            yield scalar.start_mark.index, scalar.end_mark.index, digests[name]
    lines = [f"{name}: {digests[name]}" for name in sorted(digests) if _value(existing, name) is None]
    if lines:
        yield _added(text, existing, ", ".join(lines), "\n{}".join(lines))


def _added(text: str, mapping: yaml.MappingNode, flow: str, block: str) -> Edit:
    """An entry at the end of a mapping; `{}` in `block` stands for the indentation of its keys."""
    if mapping.flow_style:
        end = mapping.end_mark.index - 1
        return end, end, f", {flow}" if mapping.value else flow
    indent = " " * mapping.start_mark.column
    end = text.find("\n", _last_scalar(mapping).end_mark.index)
    end = len(text) if end < 0 else end
    return end, end, f"\n{indent}" + block.replace("{}", indent)


def _behind_names(node: yaml.Node | None, own: Mapping[str, str]) -> Iterator[Edit]:
    for scalar in _scalars(node):
        name = scalar.value.partition("@")[0]
        if name in own:
            quotes = len(scalar.style or "")
            yield scalar.start_mark.index + quotes, scalar.end_mark.index - quotes, f"{name}@{own[name]}"


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _scalars(value)


def _last_scalar(node: yaml.Node) -> yaml.Node:
    """The last thing written in a block: the end of a block itself is only where the next one begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)
