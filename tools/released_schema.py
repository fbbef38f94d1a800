"""The interface of the last release, and what has changed since: semantic versioning of the package's inputs.

`python -m tools.released_schema` prints what has changed; with `record` it writes the interface of the current version,
as a step of a release. A change that breaks users is refused unless the major version has been raised.
"""

import json
import sys
from pathlib import Path
from typing import Any

from components.package.server import Package, version

RECORDED = Path(__file__).resolve().parent.parent / "docs" / "components" / "released.json"
Interface = dict[str, Any]


def interface(schema: dict[str, Any]) -> Interface:
    """What users of a schema rely on: names, types, what is required, which inputs take outputs."""
    components = {}
    for token, resource in schema["resources"].items():
        required = set(resource["requiredInputs"])
        components[token] = {
            "inputs": {
                k: _shape(p) + (" required" if k in required else "") for k, p in resource["inputProperties"].items()
            },
            "outputs": {k: _shape(p) for k, p in resource["properties"].items()},
        }
    return {"version": schema["version"], "components": components}


def _shape(prop: dict[str, Any]) -> str:
    """`output list(string)`, `plain integer`: a property's type in one line."""
    if "$ref" in prop:
        inner = str(prop["$ref"])
    elif prop["type"] == "array":
        inner = f"list({_shape(prop['items'])})"
    elif prop["type"] == "object":
        inner = f"map({_shape(prop['additionalProperties'])})"
    else:
        inner = str(prop["type"])
    return f"plain {inner}" if prop.get("plain") else inner


def breaking(old: Interface, new: Interface) -> list[str]:
    """One sentence for each change that a program written for `old` may not survive."""
    sentences = []
    for token, was in old["components"].items():
        now = new["components"].get(token)
        name = token.rsplit(":", 1)[-1]
        if now is None:
            sentences.append(f"{name}: the component was removed")
            continue
        for kind in ("inputs", "outputs"):
            for key, shape in was[kind].items():
                after = now[kind].get(key)
                if after is None:
                    sentences.append(f"{name}: {kind[:-1]} {key} was removed")
                elif not _accepts(shape, after, kind):
                    sentences.append(f"{name}: {kind[:-1]} {key} was {shape!r} and is {after!r}")
        for key in now["inputs"].keys() - was["inputs"].keys():
            if now["inputs"][key].endswith(" required"):
                sentences.append(f"{name}: new input {key} is required")
    return sentences


def _accepts(old: str, new: str, kind: str) -> bool:
    """Whether what fitted the old shape fits the new one: an input may come to take outputs, or to be optional."""
    if old == new:
        return True
    if kind == "outputs":
        return False
    loosened = {old, old.removesuffix(" required")}
    return any(new == o.replace("plain ", "") or new == o or new == o.removeprefix("plain ") for o in loosened)


def refused(old: Interface, new: Interface) -> list[str]:
    """The breaking changes, unless the major version has been raised since."""
    moved = int(new["version"].split(".")[0]) > int(old["version"].split(".")[0])
    return [] if moved else breaking(old, new)


def current() -> Interface:
    """The interface of this checkout."""
    return interface(json.loads(Package().schema or ""))


def recorded() -> Interface:
    """The interface of the last release."""
    read: Interface = json.loads(RECORDED.read_text())
    return read


def main(argv: list[str]) -> int:
    """Prints what has changed; `record` writes it. Returns 1 when a breaking change needs a new major version."""
    old, new = (recorded() if RECORDED.exists() else None), current()
    wrong = refused(old, new) if old else []
    if wrong:
        sys.stderr.write("these changes break users; raise the major version in pyproject.toml, see UPGRADING.md:\n")
        sys.stderr.write("".join(f"  {sentence}\n" for sentence in wrong))
        return 1
    if argv == ["record"]:
        RECORDED.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n")
        sys.stdout.write(f"recorded version {version()}\n")
    elif old:
        sys.stdout.write(f"nothing breaks users of {old['version']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
