"""Runs a Pulumi program under the recorder in this process and writes the graph. One process per replay: the SDK keeps
its root stack and settings in globals."""

import asyncio
import json
import logging
import runpy
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi.runtime
from pulumi.runtime import mocks
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import run_pulumi_func

from replay.graph import Graph
from replay.recorder import Cloud, Recorder, plain
from replay.stack_config import config_of


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def record_function(
    build: Callable[[], object],
    stack: str,
    project: str,
    config: tuple[dict[str, str], list[str]],
    known: bool,
    references: Mapping[str, Mapping[str, Any]] | None = None,
) -> Graph:
    """The graph of what `build` registers, its exports and warnings. Raises what `build` raises."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    log = _Log()
    logger = logging.getLogger("replay")
    logger.handlers = [log]
    logger.propagate = False
    cloud = Cloud(known, references)
    recorder = Recorder(cloud)
    mocks.set_mocks(cloud, project=project, stack=stack, preview=not known, logger=logger, monitor=recorder)
    pulumi.runtime.set_all_config(*config)
    SETTINGS.rpc_manager.clear()  # outputs created before, on another loop, would be waited for
    SETTINGS.outputs.clear()
    exports: dict[str, Any] = {}

    def program() -> None:
        build()

    async def whole() -> None:
        await run_pulumi_func(program)
        outputs = getattr(get_root_resource(), "outputs", {})
        exports.update(plain(await pulumi.runtime.rpc.serialize_properties(outputs, {})))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)  # from whatever ran in this process before
        asyncio.get_event_loop().run_until_complete(whole())
    # warnings that packages raise about themselves are not ours; misuse of a package also reaches the log
    noted = [f"{w.category.__name__}: {w.message}" for w in caught if "/site-packages/" not in w.filename]
    resources = [recorder.seen[u] for u in sorted(recorder.seen)]
    return Graph(stack=stack, resources=resources, exports=exports, warnings=log.lines + noted)


def run(request: Mapping[str, Any]) -> Graph:
    """The graph of the requested program, a directory with `__main__.py`."""
    program, project = Path(request["program"]), request["project"]
    config = config_of(Path(request["stack_file"]), project)
    sys.path.insert(0, str(program))

    def build() -> None:
        runpy.run_path(str(program / "__main__.py"), run_name="__main__")

    return record_function(build, request["stack"], project, config, request["known"], request["references"])


def main() -> None:
    """`python -m replay.child REQUEST.json`: writes the graph where the request says.

    Exits with 3 and the program's own messages when it refuses its settings.
    """
    request = json.loads(Path(sys.argv[1]).read_text())
    try:
        graph = run(request)
    except pulumi.RunError as e:
        Path(request["error"]).write_text(str(e))
        sys.exit(3)
    Path(request["graph"]).write_text(graph.to_json())


if __name__ == "__main__":
    main()
