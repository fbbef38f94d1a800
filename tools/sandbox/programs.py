"""The sandbox's programs, built once from their Go modules and kept in the cache.

gomods/<name>/go.mod pins the versions, go.sum beside it the checksum of every module that goes into a program; Go
checks both (`-mod=readonly`). A program's folder in the cache carries a hash of go.mod, go.sum and its build flags,
so an update builds anew what changed and nothing else. The Go version is left out of the hash on purpose: a warm cache
then needs no Go at all, and an update of the machine's Go does not cost ten minutes.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tools.sandbox.console import Progress, SandboxError, duration, say
from tools.sandbox.downloads import explain, go_program
from tools.sandbox.locks import locked
from tools.sandbox.settings import Pods

GOMODS = Path(__file__).parent / "gomods"
OWN_MAIN = "."
DISK_GB = 8
"""Free disk, in GB, that building everything takes (modules, Go's build cache, programs)."""
COMPILE_GB = 3
"""Memory of the largest single compile, in GB; with less than twice that free, packages are compiled one by one."""


@dataclass(frozen=True)
class Program:
    """A main package of a pinned module, or one of our own that is made of it."""

    name: str
    gomod: str
    """Folder under gomods/."""
    module: str
    """Module whose version is the program's."""
    package: str
    """Import path below the module ("" for the module's root); OWN_MAIN for the main.go beside go.mod."""
    usual: int
    """Seconds its build takes on two cores when everything before it in PROGRAMS is built (measured)."""
    flags: str = ""
    """Linker flags; {v}, {major}, {minor} stand for the version. Clients refuse an API server that says v0.0.0."""
    only: Pods | None = None
    """The kind of pods that needs it; None: both."""

    @property
    def version(self) -> str:
        """Version that go.mod pins, with its leading v."""
        found = re.search(rf"\s{re.escape(self.module)} (v\S+)", (GOMODS / self.gomod / "go.mod").read_text())
        if not found:
            raise SandboxError(f"{GOMODS / self.gomod / 'go.mod'} does not require {self.module}")
        return found[1]

    @property
    def linker_flags(self) -> str:
        """Flags for -ldflags: no symbol table, the version stamped in."""
        major, minor = self.version.removeprefix("v").split(".")[:2]
        return f"-s -w {self.flags}".strip().format(v=self.version, major=major, minor=minor)

    @property
    def import_path(self) -> str:
        """What `go build` is told to build."""
        return OWN_MAIN if self.package == OWN_MAIN else f"{self.module}/{self.package}".rstrip("/")

    def path(self, cache: Path) -> Path:
        """Where the built program lies (or will lie)."""
        folder = GOMODS / self.gomod
        parts = [(folder / "go.mod").read_bytes(), (folder / "go.sum").read_bytes(), self.linker_flags.encode()]
        if self.package == OWN_MAIN:
            parts.append((folder / "main.go").read_bytes())
        key = hashlib.sha256(b"\0".join([*parts, self.package.encode()])).hexdigest()[:12]
        return cache / "programs" / f"{self.name}-{self.version}-{key}" / self.name


_K8S = "k8s.io/kubernetes"
_K8S_FLAGS = " ".join(
    f"-X k8s.io/{where}/version.{what}"
    for where in ("component-base", "client-go/pkg")
    for what in ("gitVersion={v}", "gitMajor={major}", "gitMinor={minor}", "gitTreeState=clean")
)
_KWOK_FLAGS = "-X sigs.k8s.io/kwok/pkg/consts.Version={v}"
_OPERATOR = "github.com/kubeflow/spark-operator/v2"
_CRANE_FLAGS = "-X github.com/google/go-containerregistry/cmd/crane/cmd.Version={v}"

PROGRAMS = (
    Program("etcd", "etcd", "go.etcd.io/etcd/server/v3", "", 25),
    Program("kube-apiserver", "kubernetes", _K8S, "cmd/kube-apiserver", 345, _K8S_FLAGS),
    Program("kube-controller-manager", "kubernetes", _K8S, "cmd/kube-controller-manager", 98, _K8S_FLAGS),
    Program("kube-scheduler", "kubernetes", _K8S, "cmd/kube-scheduler", 10, _K8S_FLAGS),
    Program("kubectl", "kubernetes", _K8S, "cmd/kubectl", 20, _K8S_FLAGS),
    Program("kubelet", "kubernetes", _K8S, "cmd/kubelet", 121, _K8S_FLAGS, Pods.REAL),
    Program("kube-proxy", "kubernetes", _K8S, "cmd/kube-proxy", 54, _K8S_FLAGS, Pods.REAL),
    Program("coredns", "coredns", "github.com/coredns/coredns", OWN_MAIN, 60, only=Pods.REAL),
    Program("versitygw", "versitygw", "github.com/versity/versitygw", "cmd/versitygw", 60, only=Pods.REAL),
    Program("kwok", "kwok", "sigs.k8s.io/kwok", "cmd/kwok", 130, _KWOK_FLAGS, Pods.PLAYED),
    Program("spark-operator", "spark-operator", _OPERATOR, "cmd/operator", 85, f"-X {_OPERATOR}.version={{v}}"),
    Program("helm", "helm", "helm.sh/helm/v4", "cmd/helm", 80, "-X helm.sh/helm/v4/internal/version.version={v}"),
)
ON_REQUEST = (Program("crane", "crane", "github.com/google/go-containerregistry", "cmd/crane", 40, _CRANE_FLAGS),)
"""Programs that the sandbox does not need: built when something asks for them (crane: `make images COPY=1`)."""
DATA = {
    "kwok-stages": ("kwok", "sigs.k8s.io/kwok", "kustomize/stage"),
    "spark-operator-chart": ("spark-operator", _OPERATOR, "charts/spark-operator-chart"),
}
"""Folders taken from a program's module: its name here, the program, the module, the folder in it."""


def program(name: str) -> Program:
    """The program called `name`."""
    return next(each for each in (*PROGRAMS, *ON_REQUEST) if each.name == name)


def data_folder(cache: Path, name: str) -> Path:
    """Where a folder of DATA lies in the cache."""
    owner = program(DATA[name][0])
    return cache / "programs" / f"{name}-{owner.path(cache).parent.name.rpartition('-')[2]}"


def needed(pods: Pods | None) -> tuple[Program, ...]:
    """The sandbox's programs for that kind of pods; None: for both."""
    return tuple(each for each in PROGRAMS if None in (pods, each.only) or each.only is pods)


def missing(cache: Path, programs: Sequence[Program] = PROGRAMS) -> list[Program]:
    """Those of the programs that are not in the cache yet, in building order."""
    data_owners = {owner for name, (owner, *_) in DATA.items() if not data_folder(cache, name).exists()}
    return [each for each in programs if each.name in data_owners or not each.path(cache).exists()]


def build_missing(cache: Path, programs: Sequence[Program] = PROGRAMS) -> None:
    """Build those of the programs that are not in the cache yet, one after the other, and say how far it is.

    Raises:
        SandboxError: disk, network, memory or compiler, each in one sentence.

    """
    if not missing(cache, programs):
        return
    with locked(cache / "build.lock", waiting="another run is building the same programs"):
        todo = missing(cache, programs)  # the other run may have built them
        if not todo:
            return
        _require_disk(cache)
        floor = max(_go_directive(each.gomod) for each in programs)
        builder = _Builder(cache, go_program(cache, floor))
        for number, each in enumerate(todo, 1):
            builder.build(each, f"[{number}/{len(todo)}]", todo[number:])
        builder.tidy()


def _go_directive(gomod: str) -> tuple[int, ...]:
    found = re.search(r"^go ([\d.]+)$", (GOMODS / gomod / "go.mod").read_text(), re.MULTILINE)
    return tuple(map(int, found[1].split("."))) if found else ()


def _require_disk(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free / 1e9
    have = (
        sum(file.stat().st_size for file in (cache / "go").rglob("*") if file.is_file() and not file.is_symlink()) / 1e9
    )
    if free + have < DISK_GB:
        raise SandboxError(
            f"building the programs takes about {DISK_GB} GB, {cache} has {free:.1f} GB free; "
            "free some space or point XDG_CACHE_HOME to a larger disk"
        )


class _Builder:
    """Builds programs with one Go toolchain and remembers how long each took."""

    def __init__(self, cache: Path, go: Path) -> None:
        self._cache, self._go = cache, go
        self._times_file = cache / "build-seconds.json"
        self._times: dict[str, float] = {}
        if self._times_file.exists():
            self._times = json.loads(self._times_file.read_text())
        work = cache / "go"
        self._env = {
            **os.environ,
            "GOPATH": str(work),
            "GOMODCACHE": str(work / "mod"),
            "GOCACHE": str(work / "build"),
            "GOFLAGS": "-mod=readonly -trimpath",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "GO111MODULE": "on",
            "CGO_ENABLED": "0",  # no C compiler is taken for granted
        }

    def build(self, each: Program, position: str, after: list[Program]) -> None:
        """Build one program and take the folders of DATA that belong to it out of its module."""
        final, started = each.path(self._cache), time.monotonic()
        programs = self._cache / "programs"
        programs.mkdir(parents=True, exist_ok=True)
        before = f"last time {duration(self._times[each.name])}" if each.name in self._times else None
        expectation = before or f"usually about {duration(each.usual)} on 2 cores"
        rest = sum(self._times.get(other.name, other.usual) for other in after)
        left = f"then {len(after)} more, about {duration(rest)}" if after else "the last one"
        say(f"{position} building [bold]{each.name}[/] {each.version} ({expectation}; {left})")
        with tempfile.TemporaryDirectory(prefix="part-", dir=programs) as part:
            output = Path(part) / each.name
            self._compile(each, output, f"{position} {each.name}: {expectation}")
            for name, (owner, module, folder) in DATA.items():
                if owner == each.name and not data_folder(self._cache, name).exists():
                    copy = Path(part) / name
                    shutil.copytree(self._module_folder(each, module) / folder, copy, copy_function=shutil.copyfile)
                    copy.chmod(0o755)
                    copy.rename(data_folder(self._cache, name))
            final.parent.mkdir(exist_ok=True)
            output.rename(final)
        took = time.monotonic() - started
        self._times[each.name] = round(took, 1)
        self._times_file.write_text(json.dumps(self._times, indent=1))
        say(f"{position} {each.name} built in {duration(took)}, {final.stat().st_size / 1e6:.0f} MB")

    def _compile(self, each: Program, output: Path, title: str) -> None:
        argv = [
            str(self._go),
            "build",
            "-v",
            *_parallelism(),
            "-ldflags",
            each.linker_flags,
            "-o",
            str(output),
            each.import_path,
        ]
        folder = GOMODS / each.gomod
        printed: list[str] = []
        with subprocess.Popen(
            argv, cwd=folder, env=self._env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None  # noqa: S101 (a pipe was asked for)
            reader = threading.Thread(target=_collect, args=(process.stderr, printed), daemon=True)
            reader.start()
            self._watch(process, printed, title)
            reader.join()
        if process.returncode:
            raise SandboxError(explain("".join(printed), f"building {each.name}"))

    @staticmethod
    def _watch(process: subprocess.Popen[str], printed: list[str], title: str) -> None:
        progress, started = Progress(), time.monotonic()
        try:
            while process.poll() is None:
                downloads = sum(line.startswith("go: downloading") for line in printed)
                counts = f"{downloads} modules fetched, {len(printed) - downloads} packages compiled"
                progress.update(f"{title}; {duration(time.monotonic() - started)} so far, {counts}")
                time.sleep(0.2)
        except BaseException:
            process.terminate()
            raise
        finally:
            progress.clear()

    def _module_folder(self, each: Program, module: str) -> Path:
        argv = [str(self._go), "list", "-m", "-f", "{{.Dir}}", module]
        run = subprocess.run(argv, cwd=GOMODS / each.gomod, env=self._env, capture_output=True, text=True, check=False)
        if run.returncode:
            raise SandboxError(explain(run.stderr, f"finding {module}"))
        return Path(run.stdout.strip())

    def tidy(self) -> None:
        """Give Go's own caches back (several GB): they are only of use while something is still to be built."""
        argv = [str(self._go), "clean", "-modcache"]
        subprocess.run(argv, env=self._env | {"GOFLAGS": ""}, capture_output=True, check=False)
        shutil.rmtree(self._cache / "go", ignore_errors=True)


def _collect(stream: TextIO, lines: list[str]) -> None:
    for line in stream:
        lines.append(line)  # one by one: another thread counts them meanwhile


def _parallelism() -> list[str]:
    """Compile one package at a time where two large ones would not fit into memory."""
    meminfo = Path("/proc/meminfo")
    found = re.search(r"MemAvailable:\s+(\d+) kB", meminfo.read_text()) if meminfo.exists() else None
    return ["-p", "1"] if found and int(found[1]) / 1e6 < 2 * COMPILE_GB else []
