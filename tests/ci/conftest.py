"""A server on loopback that stands for GitHub, GitLab and the token service: it keeps what it is sent."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answer = Callable[["Call"], tuple[int, Any]]


@dataclass
class Call:
    """One request."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """The stand-in: `answer` says what it says, `calls` what it was asked."""

    url: str = ""
    answer: Answer = lambda _: (404, {"message": "not here"})
    calls: list[Call] = field(default_factory=list)

    def writes(self) -> list[Call]:
        return [c for c in self.calls if c.method != "GET"]


class SilentHandler(BaseHTTPRequestHandler):
    """Writes no access log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on a free port of loopback; gives its address."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_address[1]}"
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    fake = Server()

    class Handler(SilentHandler):
        def _any(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            call = Call(self.command, path, query, dict(self.headers), body)
            fake.calls.append(call)
            status, data = fake.answer(call)
            payload = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PATCH = do_PUT = _any

    with served(Handler) as fake.url:
        yield fake
