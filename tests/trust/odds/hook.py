"""An ALERT_URL that notes what it is told, and when."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    url: str = ""
    got: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    """With the wall's clock."""

    def first(self, kind: str, scope: str = "") -> float | None:
        """When it was told first that this is wrong."""
        its = (kind, scope, "raised")
        return next((at for at, one in self.got if (one["kind"], one["scope"], one["state"]) == its), None)


@contextmanager
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append((time.time(), json.loads(body)))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/alert"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
