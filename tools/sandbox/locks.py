"""One `up`, `down` or build at a time: file locks that the kernel frees when their holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.sandbox.console import Progress, SandboxError, duration


@contextmanager
def locked(path: Path, refusal: str | None = None, waiting: str = "") -> Iterator[None]:
    """Hold the lock `path`; `waiting` is shown while another process holds it.

    Raises:
        SandboxError: another process holds it and `refusal` (with `{pid}`) says that waiting makes no sense.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        started, progress = time.monotonic(), Progress()
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                if refusal is not None:
                    raise SandboxError(refusal.format(pid=holder)) from None
                progress.update(f"{waiting} (process {holder}): {duration(time.monotonic() - started)}")
                time.sleep(0.5)
        progress.clear()
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
