"""Create .venv from requirements.lock: `python3 tools/bootstrap.py`. Needs nothing but Python itself.

Every package is checked against the hashes of the lock. `.venv/.stamp` holds the hash of the lock it was created from
and is written last: a virtualenv without it is incomplete and is created again; one with an older hash is updated.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".stamp"
LOCK = ROOT / "requirements.lock"
FLOOR = (3, 11)
DISK_GB = 1.5
"""Free disk, in GB, that the virtualenv takes at most."""


class BootstrapError(Exception):
    """One sentence for the person at the keyboard."""


def main() -> int:
    """Create or update the virtualenv; 0 if it is ready."""
    try:
        ensure()
    except BootstrapError as error:
        print("error: {}".format(error), file=sys.stderr)  # noqa: UP032 (an old python3 must get this far)
        return 1
    return 0


def ensure() -> None:
    """Bring .venv to the state of the lock.

    Raises:
        BootstrapError: Python too old, no venv module, disk, network, or a hash that does not fit.

    """
    if sys.version_info < FLOOR:
        version, floor = (".".join(map(str, version[:2])) for version in (sys.version_info, FLOOR))
        raise BootstrapError(
            "python3 is {}, at least {} is needed; install a newer one and put it first on PATH".format(version, floor)  # noqa: UP032
        )
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = STAMP.read_text().strip() if STAMP.exists() else ""
    if stamp == wanted and (VENV / "bin/python").exists():
        link_package()  # the checkout may have been moved
        STAMP.touch()  # make compares times
        return
    if shutil.disk_usage(ROOT).free < DISK_GB * 1e9:
        raise BootstrapError(
            f"the virtualenv needs up to {DISK_GB} GB and {ROOT} has less free; free some space and try again"
        )
    started = time.monotonic()
    print("preparing .venv from requirements.lock (usually about 40 s) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    if not stamp:
        shutil.rmtree(VENV, ignore_errors=True)
        create_venv()
    install()
    link_package()
    STAMP.write_text(wanted + "\n")
    print(f".venv is ready after {time.monotonic() - started:.0f} s", flush=True)


def create_venv() -> None:
    """Create an empty virtualenv with pip; on Debian the module may have to be installed first."""
    run = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    output = run.stdout + run.stderr
    if "ensurepip" not in output and "No module named venv" not in output:
        raise BootstrapError(f"creating .venv failed: {last_line(output)}")
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise BootstrapError(
            "this python3 cannot create virtualenvs; install its venv module (on Debian: apt-get install python3-venv)"
        )
    print("installing python3-venv ...", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "python3-venv"]):
        run = subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if run.returncode:
        raise BootstrapError(f"apt-get install python3-venv failed: {last_line(run.stdout + run.stderr)}")
    run = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if run.returncode:
        raise BootstrapError(f"creating .venv failed even with python3-venv: {last_line(run.stdout + run.stderr)}")


def install() -> None:
    """Install the lock; prints a line every ten seconds."""
    argv = [str(VENV / "bin/python"), "-m", "pip", "install", "--require-hashes", "--no-input", "-r", str(LOCK)]
    argv += ["--disable-pip-version-check", "--no-deps", "--progress-bar=off"]
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout is not None  # noqa: S101 (a pipe was asked for)
        reported, collected, lines = time.monotonic(), 0, []
        for line in pip.stdout:
            lines.append(line)
            collected += line.startswith("Collecting ")
            if time.monotonic() - reported > 10:
                reported = time.monotonic()
                print(f"  {collected} packages so far", flush=True)
    if pip.returncode:
        raise BootstrapError(explain("".join(lines)))


def link_package() -> None:
    """Make the components importable as `spark_on_ack`, the name they have where the wheel is installed."""
    (site,) = VENV.glob("lib/python3*/site-packages")
    link = site / "spark_on_ack"
    link.unlink(missing_ok=True)
    link.symlink_to(ROOT / "components", target_is_directory=True)


def explain(output: str) -> str:
    """What went wrong, from pip's output."""
    low = output.lower()
    if "no space left" in low:
        return "the disk is full; free some space and try again"
    if "do not match the hashes" in low:
        return "a package was refused: it does not match its hash in requirements.lock; try again, then report it"
    if any(sign in low for sign in ("newconnectionerror", "name resolution", "connection refused", "timed out")):
        return "the Python package index cannot be reached (no network?); try again later"
    return f"pip failed: {last_line(output)}"


def last_line(output: str) -> str:
    """The last line that mentions an error, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return next((line for line in reversed(lines) if "error" in line.lower()), lines[-1] if lines else "no message")


if __name__ == "__main__":
    sys.exit(main())
