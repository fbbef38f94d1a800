"""`up`, `down` and `status`: the order of things."""

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from replay import Graph, ReplayError, replay
from tools.sandbox import apply, job, processes, spark_operator
from tools.sandbox.cluster import ControlPlane
from tools.sandbox.console import SandboxError, duration, say, table, wait_for
from tools.sandbox.downloads import java_home, spark_home
from tools.sandbox.kubectl import Kubectl
from tools.sandbox.locks import locked
from tools.sandbox.programs import build_missing, missing, program
from tools.sandbox.settings import Settings

MARKER = ".spark-on-ack-sandbox"
"""File that says: this folder was made by the sandbox and may be removed by it."""
BUSY = "another `make sandbox` or `make sandbox-down` is at work (process {pid}); wait until it has finished"
STATE_DISK_GB = 1.0
"""Free disk, in GB, for etcd and logs."""
PYTHON = ".venv/bin/python"


class Clock:
    """Names the steps of a run and remembers how long each took."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []
        self._started = time.monotonic()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Say what begins; note what it took."""
        say(f"[bold]{title}[/]")
        began = time.monotonic()
        yield
        self.steps.append((title, time.monotonic() - began))

    @property
    def total(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._started


def up(settings: Settings, with_job: bool = True) -> None:
    """Bring everything up, or what is missing of it, and take a job through unless `with_job` is off.

    Raises:
        SandboxError: what stands in the way, in one sentence.

    """
    with _alone(settings):
        _require_place(settings)
        clock = Clock()
        with clock.step(f"replay of stack {settings.stack}"):
            graph = _replay(settings)
            user = submitter(graph)
        table("What is going to be set up", ["component", "namespace", "objects"], apply.overview(graph))
        with clock.step("programs"):
            build(settings)
            _link_kubectl(settings)
        plane = ControlPlane(settings)
        plane.write_kubeconfig(apply.submitters(graph))
        with clock.step("control plane"):
            plane.up(apply.storage_classes(graph), apply.foreign_storage_classes(graph))
        with clock.step("server-side apply"):
            applied = _apply(settings, plane.kubectl, graph)
        with clock.step("workloads"):
            wait_for("all workloads to be ready", lambda: _workloads_ready(plane.kubectl), 120, interval=0.5)
            wait_for("quotas to be counted", lambda: _quotas_counted(plane.kubectl), 90, interval=0.5)
        with clock.step("Spark operator"):
            spark_operator.ensure(settings, plane.kubectl, plane.authority, applied)
        kinds = Counter(each["kind"] for each in applied)
        table("Applied", ["kind", "objects"], [[kind, str(count)] for kind, count in sorted(kinds.items())])
        if with_job:
            with clock.step(f"job {job.EXAMPLE.name}"):
                _run_job(settings, plane.kubectl, user)
        _how_to_go_on(settings, clock, user)


def run_job(settings: Settings) -> None:
    """Run the example job once more on a sandbox that is up."""
    with _alone(settings):
        spark_operator.require_running(settings)
        _run_job(settings, ControlPlane(settings).kubectl, submitter(_replay(settings)), again=True)


def _run_job(settings: Settings, kubectl: Kubectl, user: str, again: bool = False) -> None:
    check = partial(spark_operator.require_running, settings)
    run = job.submit(kubectl, user, again=again, still_fine=check)
    if run is None:
        say(f"  it has completed before; once more: [bold]{PYTHON} -m tools.sandbox job[/]")
        return
    rows = [[what, f"{seconds:.1f} s"] for what, seconds in run.steps]
    table(f"Job {run.namespace}/{run.name}", ["step", "after"], rows)


def submitter(graph: Graph) -> str:
    """The user that submits the example: member of the submit group of the team whose namespace it names."""
    namespace = job.example_namespace()
    teams = apply.teams(graph)
    if namespace not in teams:
        known = ", ".join(teams) or "none"
        raise SandboxError(f"{job.EXAMPLE.name} is for namespace {namespace}, but the stack's workspaces are: {known}")
    return f"{teams[namespace]}-submitter"


def down(settings: Settings) -> None:
    """End all processes, wait for their ports, remove the state folder. The cache stays.

    Raises:
        SandboxError: a process survived, or a port is still held.

    """
    with _alone(settings):
        ours = {each.name for each in processes.find(settings.state)}
        count = processes.stop(settings.state)
        for name, port in settings.ports.items():
            if _owner(name) in ours:
                wait_for(f"port {port} ({name}) to close", partial(_closed, port), 20)
        if (settings.state / MARKER).exists():
            shutil.rmtree(settings.state)
        say(f"ended {count} processes, removed {settings.state}" if count else "nothing was running")
        say(f"compiled programs stay in {settings.cache}")


def _owner(port_name: str) -> str:
    """The process that holds a port of Settings.ports."""
    return port_name.removesuffix("-peer").removesuffix("-metrics")


def _closed(port: int) -> bool | None:
    return None if processes.port_open(port) else True


def status(settings: Settings) -> bool:
    """Print what runs; True if the control plane is complete."""
    running = processes.find(settings.state)
    rows = []
    for name, port in settings.ports.items():
        if name != _owner(name):
            continue
        pids = [str(each.pid) for each in running if each.name == name]
        listening = "listening" if processes.port_open(port) else "closed"
        rows.append([name, ", ".join(pids) or "-", f"{port} {listening}", str(settings.logs / f"{name}.log")])
    table(f"Sandbox in {settings.state}", ["process", "pid", "port", "log"], rows)
    return all(row[1] != "-" and row[2].endswith("listening") for row in rows)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    key = hashlib.sha256(str(settings.state).encode()).hexdigest()[:12]
    with locked(settings.cache / "locks" / key, refusal=BUSY):
        yield


def _require_place(settings: Settings) -> None:
    """The state folder is ours, has room, and the ports are free or ours."""
    state = settings.state
    if state.exists() and any(state.iterdir()) and not (state / MARKER).exists():
        raise SandboxError(f"SANDBOX_DIR: {state} holds other files; name an empty or new folder")
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    (state / MARKER).touch()
    free = shutil.disk_usage(state).free / 1e9
    if free < STATE_DISK_GB:
        raise SandboxError(f"{state} has {free:.1f} GB free, {STATE_DISK_GB} GB are needed; free some space and repeat")
    ours = {each.name for each in processes.find(state)}
    for name, port in settings.ports.items():
        if _owner(name) not in ours:
            processes.require_free(port, name)


def _replay(settings: Settings) -> Graph:
    try:
        return replay(settings.stack)
    except ReplayError as error:
        raise SandboxError(str(error)) from None


def build(settings: Settings) -> None:
    """Compile and download side by side what is missing: one needs the processors, the other the network.

    Raises:
        SandboxError: disk, network, memory or compiler, in one sentence.

    """
    todo = missing(settings.cache)
    if todo:
        say(f"  {len(todo)} programs to build; this is done once and kept in {settings.cache}")
    with ThreadPoolExecutor(1) as pool:
        downloads = pool.submit(lambda: (java_home(settings.cache), spark_home(settings.cache)))
        build_missing(settings.cache)
        downloads.result()


def _link_kubectl(settings: Settings) -> None:
    """A short way to the built kubectl, for the person's PATH."""
    link = settings.state / "bin/kubectl"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(program("kubectl").path(settings.cache))


def _apply(settings: Settings, kubectl: Kubectl, graph: Graph) -> list[apply.Manifest]:
    try:
        return apply.apply_graph(settings, kubectl, graph)
    except SandboxError as error:
        if "immutable" in str(error) or "updates to statefulset spec" in str(error):
            way_out = "the change needs a new object: `make sandbox-down`, then `make sandbox`"
            raise SandboxError(f"{error}\n{way_out}") from None
        raise


def _workloads_ready(kubectl: Kubectl) -> bool | None:
    found = (kubectl.get("deployments,statefulsets", "-A") or {"items": []})["items"]
    lacking = [each for each in found if each["status"].get("readyReplicas", 0) < each["spec"].get("replicas", 1)]
    return None if lacking else True


def _quotas_counted(kubectl: Kubectl) -> bool | None:
    """Whether every quota knows its usage; until then it refuses what it counts. New kinds take up to 30 s."""
    found = (kubectl.get("resourcequotas", "-A") or {"items": []})["items"]
    return True if all(each["spec"]["hard"].keys() <= each["status"].get("used", {}).keys() for each in found) else None


def _how_to_go_on(settings: Settings, clock: Clock, user: str) -> None:
    table("Steps", ["step", "took"], [[title, duration(seconds)] for title, seconds in clock.steps])
    say(f"\n[bold green]The sandbox is up[/] after {duration(clock.total)}. How to go on:")
    for line in (
        f"export KUBECONFIG={settings.kubeconfig} PATH={settings.state / 'bin'}:$PATH",
        "kubectl get sparkapplications,pods -A",
        f"kubectl --context={user} auth can-i --list -n {job.example_namespace()}",
        "make sandbox-status    make sandbox-down",
    ):
        say(f"  {line}")
