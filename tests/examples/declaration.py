"""A TypeScript declaration of the package, generated from its schema by the rules of Pulumi's own SDK generator:
plain inputs are plain types, others `pulumi.Input`, outputs `pulumi.Output`."""

from typing import Any

MODULE = "@pulumi/spark-on-ack"
SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def declaration(schema: dict[str, Any]) -> str:
    """The text of a `.d.ts` file that declares the module."""
    body = [_component(token.rsplit(":", 1)[-1], resource) for token, resource in schema["resources"].items()]
    return f'declare module "{MODULE}" {{\nimport * as pulumi from "@pulumi/pulumi";\n' + "\n".join(body) + "}\n"


def _component(name: str, resource: dict[str, Any]) -> str:
    required = resource["requiredInputs"]
    inputs = [
        f"    {key}{'' if key in required else '?'}: {_input(prop)};"
        for key, prop in resource["inputProperties"].items()
    ]
    outputs = [f"    readonly {key}: pulumi.Output<{_type(p, False)}>;" for key, p in resource["properties"].items()]
    optional = "" if required else "?"
    constructor = f"    constructor(name: string, args{optional}: {name}Args, opts?: pulumi.ComponentResourceOptions);"
    return "\n".join([
        f"export interface {name}Args {{", *inputs, "}",
        f"export class {name} extends pulumi.ComponentResource {{", *outputs, constructor, "}",
    ])  # fmt: skip


def _input(prop: dict[str, Any]) -> str:
    plain = _type(prop, True)
    return plain if prop.get("plain") else f"pulumi.Input<{plain}>"


def _type(prop: dict[str, Any], inputs: bool) -> str:
    if "$ref" in prop:
        return "any"
    if prop["type"] == "array":
        return f"({_input(prop['items']) if inputs else _type(prop['items'], False)})[]"
    if prop["type"] == "object":
        values = prop["additionalProperties"]
        return f"{{[key: string]: {_input(values) if inputs else _type(values, False)}}}"
    return SIMPLE[prop["type"]]
