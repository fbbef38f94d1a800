"""`make sandbox-status`: what runs."""

from tools.sandbox import processes
from tools.sandbox.console import say, table
from tools.sandbox.node import choice
from tools.sandbox.parts import present
from tools.sandbox.processes import Process
from tools.sandbox.settings import Settings


def status(settings: Settings) -> bool:
    """Print what runs; True if the sandbox is complete."""
    kind = choice.kind_of(settings.state)
    if kind is None:
        say(f"no sandbox in {settings.state}")
        return False
    running = processes.find(settings.state)
    rows = []
    expected = present(settings).wanted()
    others = sorted({each.name for each in running} - {each.name for each in expected})
    for each in [*expected, *(Process(name, (), settings.logs / f"{name}.log") for name in others)]:
        pids = [str(process.pid) for process in running if process.name == each.name]
        where = f" {'in the node' if each.node else 'listening'}" if each.port else ""
        port = f"{each.port or '-'}{where if each.well else ' closed'}"
        rows.append([each.name, ", ".join(pids) or "-", port, str(each.log)])
    table(f"Sandbox in {settings.state}, pods are {kind}", ["process", "pid", "port", "log"], rows)
    return all(row[1] != "-" and not row[2].endswith("closed") for row in rows)
