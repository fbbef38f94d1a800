"""The examples that reuse single components: Python by replay, YAML by the schema and the package, TypeScript by its
compiler."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from replay import Graph, replay, stack_file
from replay.graph import Resource
from tests.conftest import ROOT, GraphOf
from tests.examples.declaration import declaration
from tests.examples.programs import KNOWN_OPTIONS, Program
from tests.package.conftest import Driver

EXAMPLES = ("just-shuffle", "one-more-team", "bring-your-own")
PLATFORM = "example/spark-on-ack/prod"
"""The stack that one-more-team refers to."""
OUTPUTS_OF_OTHERS = {
    "pulumi:providers:kubernetes": set(),
    "pulumi:pulumi:StackReference": {"outputs"},
}


def folder(example: str, language: str) -> Path:
    return ROOT / "examples" / example / language


_REPLAYED: dict[tuple[str, bool], Graph] = {}


def replayed(example: str, known: bool, graph_of: GraphOf) -> Graph:
    """The graph of a Python example; each is made once."""
    if (example, known) not in _REPLAYED:
        references = {PLATFORM: graph_of("prod", True).exports} if example == "one-more-team" else {}
        graph = replay("dev", program=folder(example, "python"), known=known, references=references)
        _REPLAYED[example, known] = graph
    return _REPLAYED[example, known]


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_python_example_registers_the_same_in_preview_and_update(example: str, graph_of: GraphOf) -> None:
    update, preview = replayed(example, True, graph_of), replayed(example, False, graph_of)
    assert [r.urn for r in update] == [r.urn for r in preview]
    assert update.warnings == preview.warnings == []
    assert len([r for r in update if r.kubernetes]) > 10
    assert all("$unknown" not in json.dumps(v) for v in update.exports.values())


@pytest.mark.parametrize("example", EXAMPLES)
def test_kubernetes_objects_of_an_example_go_to_the_cluster_it_names(example: str, graph_of: GraphOf) -> None:
    graph = replayed(example, True, graph_of)
    providers = {r.provider.rsplit("::", 1)[0] for r in graph if r.kubernetes}
    (provider,) = [r for r in graph if r.type == "pulumi:providers:kubernetes"]
    assert providers == {provider.urn}
    assert "clusterIdentifier" in provider.inputs


def test_one_more_team_takes_the_platforms_facts_from_its_stack(graph_of: GraphOf) -> None:
    graph = replayed("one-more-team", True, graph_of)
    roots = graph_of("prod", True).exports["storageRoots"]
    conf = graph.one("ConfigMap", "payments-defaults").inputs["data"]["spark-defaults.conf"]
    assert roots["eventLogs"] in conf
    assert "celeborn-master-0.celeborn-master.celeborn.svc.cluster.local:9097" in conf
    kubeconfig = graph.one("pulumi:providers:kubernetes", "cluster").inputs["kubeconfig"]
    assert "$secret" in kubeconfig


def test_bring_your_own_makes_no_network_cluster_or_bucket(graph_of: GraphOf) -> None:
    graph = replayed("bring-your-own", True, graph_of)
    types = {r.type for r in graph if r.type.startswith("alicloud:")}
    assert types
    assert [t for t in types if not t.startswith("alicloud:ram/")] == []


def test_the_python_examples_are_typed() -> None:
    # one by one from their own directories: each is a program of its own, called __main__
    for example in EXAMPLES:
        command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "__main__.py"]
        cache = ["--cache-dir", str(ROOT / ".mypy_cache")]
        done = subprocess.run(
            [*command, *cache],
            cwd=folder(example, "python"),
            env={**os.environ, "MYPYPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_says_how_to_run_it_and_in_which_languages(example: str) -> None:
    readme = (ROOT / "examples" / example / "README.md").read_text()
    languages = [d for d in (ROOT / "examples" / example).iterdir() if d.is_dir()]
    assert len(languages) >= 2
    for language in languages:
        assert f"]({language.name})" in readme
        assert stack_file(language, "dev").is_file()
        config = yaml.safe_load((language / "Pulumi.yaml").read_text())["config"]
        unset = [k for k, v in config.items() if "default" not in v and f"pulumi config set {k} " not in readme]
        assert unset == []


# --- YAML ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=EXAMPLES)
def program(request: pytest.FixtureRequest) -> Program:
    return Program(folder(request.param, "yaml"), "dev")


def wrong_type(value: Any, prop: dict[str, Any]) -> bool:
    """Whether a literal does not fit a schema property."""
    if isinstance(value, str) and value.startswith("${"):
        return False
    if prop["type"] == "array":
        return not isinstance(value, list) or any(wrong_type(v, prop["items"]) for v in value)
    if prop["type"] == "object":
        values = prop["additionalProperties"]
        return not isinstance(value, dict) or any(wrong_type(v, values) for v in value.values())
    return (
        type(value)
        not in {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,)}[prop["type"]]
    )


def mistakes(program: Program, resources: dict[str, Any]) -> list[str]:
    """What of a YAML program does not fit the schema."""
    mistakes = []
    for name, resource in program.resources.items():
        options = resource.get("options", {})
        mistakes += [f"{name}: option {o}" for o, v in options.items() if type(v) is not KNOWN_OPTIONS.get(o)]
        if resource["type"] in OUTPUTS_OF_OTHERS:
            continue
        known = resources.get(resource["type"])
        if known is None:
            mistakes.append(f"{name}: type {resource['type']}")
            continue
        properties, inputs = resource["properties"], known["inputProperties"]
        mistakes += [f"{name}: missing {k}" for k in known["requiredInputs"] if k not in properties]
        for key, value in properties.items():
            if key not in inputs:
                mistakes.append(f"{name}: unknown input {key}")
            elif wrong_type(value, inputs[key]):
                mistakes.append(f"{name}: {key} is no {inputs[key]['type']}")
    return mistakes + [f"expression {e}" for e in program.expressions() if not _exists(program, e, resources)]


def _exists(program: Program, expression: str, resources: dict[str, Any]) -> bool:
    name, *path = expression.replace("[", ".").split(".")
    if not path:
        return name in program.config or name in program.resources
    type_ = program.resources.get(name, {}).get("type", "")
    outputs = OUTPUTS_OF_OTHERS.get(type_) or set(resources.get(type_, {}).get("properties", {}))
    return path[0] in outputs


def test_a_yaml_example_fits_the_schema(program: Program, schema: dict[str, Any]) -> None:
    assert program.text["packages"] == {"spark-on-ack": "../../../components"}
    assert mistakes(program, schema["schema"]["resources"]) == []


def test_the_schema_check_finds_planted_mistakes(schema: dict[str, Any]) -> None:
    planted = Program(folder("just-shuffle", "yaml"), "dev")
    properties = planted.resources["shuffle"]["properties"]
    properties |= {"workerReplicas": 3, "zoneSpread": "no", "workersDiskGib": "100", "image": "${clusters.image}"}
    planted.resources["shuffle"]["options"] = {"providers": {"kubernetes": "${cluster}"}}
    planted.resources["x"] = {"type": "spark-on-ack:index:Shuffle", "properties": {}}
    planted.resources["y"] = {"type": "spark-on-ack:index:Workspace", "properties": {}}
    assert sorted(mistakes(planted, schema["schema"]["resources"])) == [
        "expression clusters.image", "shuffle: option providers", "shuffle: unknown input workerReplicas",
        "shuffle: workersDiskGib is no integer",
        "shuffle: zoneSpread is no boolean", "x: type spark-on-ack:index:Shuffle", "y: missing team",
    ]  # fmt: skip


def test_the_package_builds_every_component_of_a_yaml_example(
    program: Program, driver: Driver, graph_of: GraphOf
) -> None:
    built = {}
    for name, resource in program.resources.items():
        if not resource["type"].startswith("spark-on-ack:"):
            continue
        component = resource["type"].rsplit(":", 1)[-1]
        inputs = program.value(resource["properties"])
        answer = driver.construct(component, inputs, name=name, known=False)
        assert "error" not in answer, answer["error"]
        built[name] = [Resource(**r) for r in answer["resources"]]
    there = {(r.type, r.name.removesuffix("-role")) for rs in built.values() for r in rs if r.kubernetes}
    here = replayed(program.text["name"], False, graph_of)
    assert there == {(r.type, r.name.removesuffix("-role")) for r in here if r.kubernetes}


# --- TypeScript ------------------------------------------------------------------------------------------------------

OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "network")
CACHE = Path.home() / ".cache" / "spark-on-ack" / "typescript"


@pytest.fixture(scope="module")
def modules() -> Path:
    """`node_modules` with what the example's package.json names, installed once."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on PATH")
    wanted = (folder("just-shuffle", "typescript") / "package.json").read_text()
    manifest = CACHE / "package.json"
    if not (CACHE / "node_modules" / "typescript").is_dir() or not manifest.exists() or manifest.read_text() != wanted:
        CACHE.mkdir(parents=True, exist_ok=True)
        manifest.write_text(wanted)
        done = subprocess.run(
            [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=CACHE, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode != 0:
            manifest.unlink()
            assert any(sign in done.stderr for sign in OFFLINE), done.stderr
            pytest.skip("npm reaches no index")
    return CACHE / "node_modules"


def compiled(text: str, schema: dict[str, Any], modules: Path, workdir: Path) -> str:
    """What the TypeScript compiler says of a program; empty: nothing is wrong."""
    shutil.copy(folder("just-shuffle", "typescript") / "tsconfig.json", workdir)
    (workdir / "node_modules").symlink_to(modules)
    (workdir / "spark-on-ack.d.ts").write_text(declaration(schema["schema"]))
    (workdir / "index.ts").write_text(text)
    config = json.loads((workdir / "tsconfig.json").read_text())
    config["files"].append("spark-on-ack.d.ts")
    (workdir / "tsconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [str(modules / ".bin" / "tsc"), "-p", "."], cwd=workdir, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == (done.stdout == "")
    return done.stdout


def test_the_typescript_example_compiles_against_the_schemas_declaration(
    schema: dict[str, Any], modules: Path, tmp_path: Path
) -> None:
    program = (folder("just-shuffle", "typescript") / "index.ts").read_text()
    assert compiled(program, schema, modules, tmp_path) == ""


def test_the_compiler_finds_a_misspelt_input_and_a_wrong_type(
    schema: dict[str, Any], modules: Path, tmp_path: Path
) -> None:
    program = (folder("just-shuffle", "typescript") / "index.ts").read_text()
    wrong = program.replace("workersDiskGib", "workersDiskGB").replace("shuffle.endpoints", "shuffle.endpoint")
    wrong += 'new spark.Workspace("w", { team: 3 });\nnew spark.Workspace("v", {});\n'
    told = compiled(wrong, schema, modules, tmp_path)
    assert "'workersDiskGB' does not exist" in told
    assert "Property 'endpoint' does not exist" in told
    assert "Type 'number' is not assignable to type 'string'" in told
    assert "Property 'team' is missing" in told
