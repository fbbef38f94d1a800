"""Asks the cloud through the provider: a program of its own in a throw-away stack, previewed and never updated."""

import json
import os
import secrets
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import yaml

from policies.leftovers.existing import Existing
from policies.leftovers.search import Findings, search
from replay import ROOT
from replay.graph import Resource
from tools.recover.engine import Engine, EngineError

PROJECT, STACK = "spark-on-ack-lookup", "lookup"
_FOLDER = "SPARK_ON_ACK_LOOKUP"
"""Environment variable of the program: the folder with its question, where it writes its answer."""


def ask(resources: Iterable[Resource], ids: Mapping[str, str], stack_file: Path, scratch: Path) -> Findings:
    """What exists for `resources`; see `policies.leftovers.search.search`.

    The provider is configured as in the stack file (`alicloud:…`); credentials come from the environment, since an
    encrypted value cannot be read outside its stack. Raises EngineError when the program fails.
    """
    folder = scratch / "lookup"
    (folder / "backend").mkdir(parents=True)
    question = {"resources": [asdict(r) for r in resources], "ids": dict(ids)}
    (folder / "question.json").write_text(json.dumps(question))
    (folder / "__main__.py").write_text("from tools.recover.asking import answer\n\nanswer()\n")
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": PROJECT, "runtime": runtime}))
    (folder / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump({"config": _provider_settings(stack_file)}))
    engine = Engine(
        folder,
        STACK,
        {
            "PULUMI_BACKEND_URL": f"file://{folder}/backend",
            "PULUMI_CONFIG_PASSPHRASE": secrets.token_hex(),
            "PYTHONPATH": str(ROOT),
            _FOLDER: str(folder),
        },
    )
    engine.text("stack", "init", STACK)
    engine.text("preview", "--stack", STACK, "--non-interactive")
    if not (folder / "answer.json").exists():
        raise EngineError("the lookup ended without an answer")
    told = json.loads((folder / "answer.json").read_text())
    return Findings([Existing(*e) for e in told["existing"]], told["unanswered"])


def answer() -> None:
    """The program: searches for what the question names and writes what exists. Registers nothing."""
    folder = Path(os.environ[_FOLDER])
    question = json.loads((folder / "question.json").read_text())
    findings = search([Resource(**r) for r in question["resources"]], question["ids"])
    (folder / "answer.json").write_text(json.dumps(asdict(findings)))


def _provider_settings(stack_file: Path) -> dict[str, str]:
    config = (yaml.safe_load(stack_file.read_text()) or {}).get("config") or {}
    return {k: v for k, v in config.items() if str(k).startswith("alicloud:") and isinstance(v, str)}
