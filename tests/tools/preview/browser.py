"""A headless Chromium, spoken to over its debugging pipe: no driver, no port."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The browser's program; installed where that can be done, else the test is skipped with the reason."""
    if path := next(filter(None, map(shutil.which, NAMES)), None):
        return path
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        pytest.skip("no Chromium on PATH, and it can be installed here only by root with apt-get")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["chromium", "fonts-dejavu-core"]
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "--no-install-recommends", *wanted]):
        subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    path = shutil.which(NAMES[0])
    if path is None:
        pytest.skip("Chromium could not be installed (no network?)")
    return path


class Browser:
    """One page. `events` holds everything the browser told."""

    def __init__(self, to: Any, of: Any) -> None:
        self._to, self._of, self._id, self.events = to, of, 0, list[dict[str, Any]]()
        self._session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Sends a command and waits for its answer."""
        self._id += 1
        message = {"id": self._id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while (got := self._read()).get("id") != self._id:
            self.events.append(got)
        assert "error" not in got, got
        result: dict[str, Any] = got["result"]
        return result

    def open(self, path: Path, width: int) -> None:
        """Loads a file at a width in CSS pixels, and waits until it is loaded."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self._read())

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def parameters_of(self, *methods: str) -> list[dict[str, Any]]:
        """The parameters of the events of some kinds."""
        return [e["params"] for e in self.events if e.get("method") in methods]

    def _read(self) -> dict[str, Any]:
        buffer = bytearray()
        while (byte := self._of.read(1)) != b"\0":
            assert byte, "the browser ended"
            buffer += byte
        message: dict[str, Any] = json.loads(buffer)
        return message


@contextmanager
def browser() -> Iterator[Browser]:
    """Starts a browser with a profile of its own and ends it."""
    program = chromium()
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    with tempfile.TemporaryDirectory(prefix="spark-on-ack-browser-") as profile:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        flags += ["--remote-debugging-pipe", f"--user-data-dir={profile}", "--disable-background-networking"]
        redirect = 'exec "${@:3}" 3<&"$1" 4>&"$2"'  # the browser reads at 3 and writes at 4
        process = subprocess.Popen(
            ["bash", "-c", redirect, "bash", str(their_in), str(their_out), program, *flags],
            pass_fds=(their_in, their_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(their_in)
        os.close(their_out)
        try:
            with os.fdopen(our_out, "wb") as to, os.fdopen(our_in, "rb") as of:
                yield Browser(to, of)
        finally:
            process.terminate()
            process.wait(timeout=60)
