"""`up`, `down` and `status`: the order of things."""

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from replay import Graph
from tools.sandbox import apply, job, object_storage, parts, processes, spark_operator, stack, tables
from tools.sandbox.cluster import ControlPlane
from tools.sandbox.console import SandboxError, duration, say, table, wait_for
from tools.sandbox.kubectl import Kubectl
from tools.sandbox.locks import locked
from tools.sandbox.node import choice, namespace
from tools.sandbox.node.real import FORWARDER, RealPods
from tools.sandbox.programs import program
from tools.sandbox.settings import Pods, Settings

MARKER = ".spark-on-ack-sandbox"
"""File that says: this folder was made by the sandbox and may be removed by it."""
BUSY = "another `make sandbox` or `make sandbox-down` is at work (process {pid}); wait until it has finished"
STATE_DISK_GB = {Pods.PLAYED: 1.0, Pods.REAL: 5.0}
"""Free disk, in GB, for etcd and logs, and for the images of real pods."""
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
        _require_folder(settings)
        clock = Clock()
        kind = choice.decide(settings)
        settings = replace(settings, pods=kind)
        _require_room(settings)
        with clock.step(f"replay of stack {settings.stack}"):
            graph = stack.graph(settings)
            user = stack.submitter(graph)
        table("What is going to be set up", ["component", "namespace", "objects"], apply.overview(graph))
        with clock.step("programs" if kind is Pods.PLAYED else "programs and images"):
            parts.build(settings)
            _link_kubectl(settings)
            plane = parts.plane(settings, graph)
        plane.write_kubeconfig(apply.submitters(graph))
        with clock.step("control plane" if kind is Pods.PLAYED else "control plane and node"):
            plane.up(apply.storage_classes(graph), apply.foreign_storage_classes(graph))
        if isinstance(plane, RealPods):
            with clock.step("object storage"):
                _object_storage(settings, plane, graph)
        with clock.step("server-side apply"):
            applied = _apply(settings, plane.kubectl, graph)
        with clock.step("workloads"):
            _wait_for_workloads(plane.kubectl)
        if kind is Pods.PLAYED:
            with clock.step("Spark operator"):
                spark_operator.ensure(settings, plane.kubectl, plane.authority, applied)
        kinds = Counter(each["kind"] for each in applied)
        table("Applied", ["kind", "objects"], [[kind, str(count)] for kind, count in sorted(kinds.items())])
        if with_job:
            with clock.step(f"job {job.EXAMPLES[kind].file.name}"):
                _run_job(settings, plane, graph)
        _how_to_go_on(settings, clock, user)


def _object_storage(settings: Settings, plane: RealPods, graph: Graph) -> None:
    """Jobs that run need the cloud's object storage; played ones do not."""
    plane.kubectl.apply(object_storage.manifests())
    kubeconfig = plane.component_kubeconfig("metadata-service", object_storage.USER)
    plane.ensure(*object_storage.processes(settings, graph, plane.site.node, kubeconfig))
    object_storage.fill(settings, graph, plane.site.node)


def run_job(settings: Settings) -> None:
    """Run the example job once more on a sandbox that is up."""
    with _alone(settings):
        settings = replace(settings, pods=choice.kind_of(settings.state) or Pods.PLAYED)
        plane = parts.present(settings)
        plane.require_well()
        _run_job(settings, plane, stack.graph(settings), again=True)


def _run_job(settings: Settings, plane: ControlPlane, graph: Graph, again: bool = False) -> None:
    kind, user = settings.pods or Pods.PLAYED, stack.submitter(graph)
    run = job.submit(plane.kubectl, user, job.EXAMPLES[kind], again, plane.require_well)
    if run is None:
        say(f"  it has completed before; once more: [bold]{PYTHON} -m tools.sandbox job[/]")
        return
    rows = [[what, f"{seconds:.1f} s"] for what, seconds in run.steps]
    table(f"Job {run.namespace}/{run.name}", ["step", "after"], rows)
    if kind is Pods.REAL:
        compared = tables.compare(tables.ensure(settings.cache), object_storage.results(settings, graph, run.name))
        rows = [[name, f"{count:,}"] for name, count in compared.items()]
        table("Result", ["table", "rows, the same that DuckDB computes"], rows)


def down(settings: Settings) -> None:
    """End all processes, wait for their ports, remove the state folder. The cache stays.

    Raises:
        SandboxError: a process survived, or a port is still held.

    """
    with _alone(settings):
        ours = {each.name for each in processes.find(settings.state)}
        count = len(processes.find(settings.state))
        if choice.kind_of(settings.state) is Pods.REAL:
            namespace.stop(settings.state)
        processes.stop(settings.state)
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


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    key = hashlib.sha256(str(settings.state).encode()).hexdigest()[:12]
    with locked(settings.cache / "locks" / key, refusal=BUSY):
        yield


def _require_folder(settings: Settings) -> None:
    """The state folder is ours, or new."""
    state = settings.state
    if state.exists() and any(state.iterdir()) and not (state / MARKER).exists():
        raise SandboxError(f"SANDBOX_DIR: {state} holds other files; name an empty or new folder")
    _require_port(settings, "kube-apiserver")
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    (state / MARKER).touch()


def _require_room(settings: Settings) -> None:
    """The disk has room, and the ports are free or ours; in the node all but the API server's are its own."""
    free, needed = shutil.disk_usage(settings.state).free / 1e9, STATE_DISK_GB[settings.pods or Pods.REAL]
    if free < needed:
        raise SandboxError(
            f"{settings.state} has {free:.1f} GB free, {needed} GB are needed; free some space and repeat"
        )
    if settings.pods is Pods.PLAYED:
        for name in settings.ports:
            _require_port(settings, name)


def _require_port(settings: Settings, name: str) -> None:
    holders = {_owner(name), FORWARDER} if name == "kube-apiserver" else {_owner(name)}
    if not holders & {each.name for each in processes.find(settings.state)}:
        processes.require_free(settings.ports[name], name)


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


def _wait_for_workloads(kubectl: Kubectl) -> None:
    wait_for("all workloads to be ready", lambda: _workloads_ready(kubectl), 180, interval=0.5)
    wait_for("quotas to be counted", lambda: _quotas_counted(kubectl), 90, interval=0.5)


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
