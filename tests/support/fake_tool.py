"""Another tool of the municipality on the same channel: a real HTTP server that takes LINE's webhooks, and may fail."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Taken:
    """A webhook as it arrived."""

    body: bytes
    signature: str
    content_type: str


@dataclass
class FakeTool:
    """Start with ``with FakeTool() as tool:``.  ``answers``: the next calls' statuses, 0 for none at all; then 200."""

    answers: list[int] = field(default_factory=list)
    seconds: float = 0.0
    taken: list[Taken] = field(default_factory=list)
    """What it answered with 200."""
    calls: int = 0

    def __post_init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tool = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/webhook?city=1"

    def __enter__(self) -> FakeTool:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tool: FakeTool

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever called may have given up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        tool = self.server.tool
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        tool.calls += 1
        time.sleep(tool.seconds)
        status = tool.answers.pop(0) if tool.answers else 200
        if status == 0:
            self.close_connection = True
            self.connection.close()
            return
        if status == 200:
            signature, kind = (self.headers.get(name) or "" for name in ("x-line-signature", "content-type"))
            tool.taken.append(Taken(body, signature, kind))
        self.send_response(status)
        self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silence."""
