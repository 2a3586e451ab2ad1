"""A real web server at hand with pages in every state, and the rule under which tests may visit it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from knowledge.public_addresses import Rule

LOOPBACK = Rule(lambda address: address.is_loopback, None)
"""The other way round than in production: this machine alone."""
LOOPBACK_RULE = "tests.support.pages:LOOPBACK"


class Pages(ThreadingHTTPServer):
    """``asked`` keeps (method, path, User-Agent, Host) of every request; ``sent`` the bytes of the endless page."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, str, str]] = []
        self.gone: set[str] = set()
        self.sent = 0
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def handle_error(self, *_: object) -> None:
        """A visitor that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Pages

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def _serve(self) -> None:
        pages = self.server
        with pages.lock:
            pages.at_once += 1
            self._here = True
            pages.most_at_once = max(pages.at_once, pages.most_at_once)
            pages.asked.append((self.command, self.path, self.headers["User-Agent"], self.headers["Host"]))
        try:
            self._page(self.path.split("?")[0])
        finally:
            self._leave()

    def _leave(self) -> None:
        """Counted no more; before the answer is sent, since the next request may follow it at once."""
        with self.server.lock:
            self.server.at_once -= self._here
            self._here = False

    def _page(self, path: str) -> None:
        if path in self.server.gone:
            self._say(404)
        elif path.startswith("/status/"):
            self._say(int(path.rsplit("/", 1)[1]))
        elif path == "/no-head" and self.command == "HEAD":
            self._say(405)
        elif path.startswith("/hops/"):
            left = int(path.rsplit("/", 1)[1])
            self._say(302, Location=f"/hops/{left - 1}" if left else "/page")
        elif path == "/inwards":
            self._say(302, Location="http://169.254.169.254/latest/meta-data/")
        elif path == "/to-a-file":
            self._say(302, Location="file:///etc/passwd")
        elif path == "/to-japanese":
            self.send_response(302)
            # As many servers do: UTF-8 as it is, though a header should be ASCII.
            self.wfile.write(b"".join(self._headers_buffer) + "Location: /案内?a=1\r\n\r\n".encode())
            self._headers_buffer = []
        elif path == "/silent":
            time.sleep(8)
        elif path == "/drip":
            self._drip()
        elif path == "/endless" and self.command == "GET":
            self._endless()
        elif path == "/endless":
            self._say(405)
        elif path == "/nonsense":
            self.wfile.write(b"what is this\r\n\r\n")
        elif path == "/leaflet.pdf":
            self._say(200, **{"Content-Type": "application/pdf"})
        else:
            self._say(200, **{"Content-Type": "text/html"})

    def _say(self, status: int, **headers: str) -> None:
        self._leave()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self) -> None:
        """A byte now and then: no single wait is long."""
        for letter in b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" * 20:
            self.wfile.write(bytes([letter]))
            self.wfile.flush()
            time.sleep(0.05)

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        while self.server.sent < 50 << 20:
            self.wfile.write(b"x" * 65536)
            self.server.sent += 65536


@contextmanager
def serving() -> Iterator[Pages]:
    pages = Pages()
    thread = threading.Thread(target=pages.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield pages
    finally:
        pages.shutdown()
        pages.server_close()
        thread.join(5)
