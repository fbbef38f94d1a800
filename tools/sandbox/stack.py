"""The stack that the sandbox sets up: replayed, and without what this machine cannot run."""

import os
from pathlib import Path
from typing import Any

import yaml

from replay import ROOT, Graph, ReplayError, replay, stack_file
from tools.sandbox import apply, images, job
from tools.sandbox.console import SandboxError, say
from tools.sandbox.settings import Pods, Settings

SHUFFLE_KEY = "spark-on-ack:shuffle"


def graph(settings: Settings) -> Graph:
    """The stack's graph; with real pods and no Celeborn distribution, the stack without its shuffle service.

    Raises:
        SandboxError: the program's own sentences.

    """
    file = stack_file(ROOT, settings.stack)
    if settings.pods is Pods.REAL and celeborn() is None:
        file = _without_shuffle_service(settings, file)
    try:
        return replay(settings.stack, config=file)
    except ReplayError as error:
        raise SandboxError(str(error)) from None


def celeborn() -> Path | None:
    """The Celeborn distribution that CELEBORN_DIST names."""
    return images.celeborn_from_environment(os.environ)


def _without_shuffle_service(settings: Settings, file: Path) -> Path:
    content: dict[str, Any] = yaml.safe_load(file.read_text())
    if content["config"].get(SHUFFLE_KEY) is None:
        return file
    say("  without the shuffle service: CELEBORN_DIST names no Celeborn distribution; jobs shuffle through executors")
    content["config"][SHUFFLE_KEY] = None
    changed = settings.state / file.name
    changed.write_text(yaml.safe_dump(content, sort_keys=False))
    return changed


def submitter(replayed: Graph) -> str:
    """The user that submits the example: member of the submit group of the team whose namespace it names."""
    namespace = job.example_namespace()
    teams = apply.teams(replayed)
    if namespace not in teams:
        known = ", ".join(teams) or "none"
        raise SandboxError(f"the example jobs are for namespace {namespace}, but the stack's workspaces are: {known}")
    return f"{teams[namespace]}-submitter"
