"""What a sandbox is made of: programs, images, and the control plane of its kind."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from replay import Graph
from tools.sandbox import apply, images, stack
from tools.sandbox.cluster import ControlPlane
from tools.sandbox.console import say
from tools.sandbox.downloads import java_home, spark_home
from tools.sandbox.node import choice
from tools.sandbox.node.real import RealPods
from tools.sandbox.played import PlayedPods
from tools.sandbox.programs import build_missing, missing, needed
from tools.sandbox.settings import Pods, Settings


def prepare(settings: Settings) -> None:
    """Build and download whatever `up` would, and start nothing.

    Raises:
        SandboxError: what stands in the way, in one sentence.

    """
    settings.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="prepare-", dir=settings.cache) as scratch:
        kind = choice.wanted(replace(settings, state=Path(scratch)))
        settings = replace(settings, state=Path(scratch), pods=kind)
        build(settings)
        if kind is Pods.REAL:
            make_images(settings, stack.graph(settings))


def build(settings: Settings) -> None:
    """Compile and download side by side what is missing: one needs the processors, the other the network.

    Raises:
        SandboxError: disk, network, memory or compiler, in one sentence.

    """
    todo = missing(settings.cache, needed(settings.pods))
    if todo:
        say(f"  {len(todo)} programs to build; this is done once and kept in {settings.cache}")
    with ThreadPoolExecutor(1) as pool:
        downloads = pool.submit(lambda: (java_home(settings.cache), spark_home(settings.cache)))
        build_missing(settings.cache, needed(settings.pods))
        downloads.result()


def plane(settings: Settings, graph: Graph) -> ControlPlane:
    """The control plane of the kind that was decided on, with the images for real pods."""
    if settings.pods is Pods.PLAYED:
        return PlayedPods(settings)
    wanted = make_images(settings, graph)
    return RealPods(settings, partial(images.write_archive, settings.cache, wanted), images.key(wanted))


def make_images(settings: Settings, graph: Graph) -> list[images.Image]:
    """The images the stack's pods need, made if they are missing."""
    wanted = images.wanted(apply.image_references(settings, graph), stack.celeborn())
    images.ensure(settings.cache, wanted)
    return wanted


def present(settings: Settings) -> RealPods | PlayedPods:
    """The control plane of a sandbox that is up, to look at it."""
    kind = choice.kind_of(settings.state)
    return RealPods(settings) if kind is Pods.REAL else PlayedPods(settings)
