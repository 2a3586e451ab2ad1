"""LINE's platform for tests: a real HTTP server that signs webhooks and guards reply tokens.

It accepts what LINE accepts: a reply token once, within its life, with a body within LINE's
limits.  ``faults`` makes it misbehave as LINE may: each reply call takes the next one.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import itertools
import json
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.support.fake_menus import DEFAULT, HEARD_IN_VAIN, MENUS, RichMenus
from tests.support.line_rules import faults_of

ACCESS_TOKEN = "test-access-token"
SECRET = "test-channel-secret-0123456789abcdef"

_ids = itertools.count(1)


@dataclass(frozen=True)
class Fault:
    """``kind``: ok, status, reset, accept_then_reset, slow, drip, garbage or half.

    ``seconds``: before the answer, or of a drip, between one byte of it and the next.
    """

    kind: str
    status: int = 500
    seconds: float = 0.0


@dataclass
class Token:
    issued: float
    life: float
    accepted: list[dict[str, Any]] = field(default_factory=list)
    attempts: int = 0


class Platform:
    """What LINE judges by, apart from how it is reached: tokens, their lives, its rules for bodies."""

    def __init__(self) -> None:
        self.tokens: dict[str, Token] = {}
        self.violations: list[str] = []
        self.refusals: Counter[str] = Counter()
        self._lock = threading.Lock()

    def issue_token(self, life: float = 60.0) -> str:
        token = f"token{next(_ids):06d}{'x' * 20}"
        with self._lock:
            self.tokens[token] = Token(time.monotonic(), life)
        return token

    def accepted(self, token: str) -> list[dict[str, Any]]:
        """The replies that were accepted for a token: none, one, or by a fault of ours more."""
        return self.tokens[token].accepted

    def reply(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Judge a reply as LINE does."""
        try:
            parsed = json.loads(body)
        except ValueError:
            return self._refuse(400, "The request body could not be parsed as JSON")
        problems = faults_of(parsed)
        if problems:
            self.violations += problems
            return self._refuse(400, f"The request body has {len(problems)} error(s)")
        with self._lock:
            token = self.tokens.get(parsed["replyToken"])
            if token is not None:
                token.attempts += 1
            if token is None or token.accepted or time.monotonic() - token.issued > token.life:
                return self._refuse(400, "Invalid reply token")
            token.accepted.append(parsed)
        return 200, {"sentMessages": [{"id": str(next(_ids))} for _ in parsed["messages"]]}

    def _refuse(self, status: int, message: str) -> tuple[int, dict[str, Any]]:
        self.refusals[message] += 1
        return status, {"message": message}


class FakeLine(Platform):
    """Start with ``with FakeLine() as line:``; ``line.url`` is LINE_API_HOST.  ``tls``: as which it is reached."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.faults: list[Fault] = []
        self.default_fault = Fault("ok")
        self.loading: list[str] = []
        self.calls = 0
        self.access_tokens = {ACCESS_TOKEN}
        self.used_tokens: list[str] = []
        self.console: dict[str, dict[str, Any]] = {}
        """What the console's settings answer, by path: empty while a service runs, which may not ask for them."""
        self.menus: RichMenus | None = None
        """What a command may ask for; None while a service runs, which may not."""
        self.tested: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.line = self
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeLine:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_fault(self) -> Fault:
        with self._lock:
            self.calls += 1
            return self.faults.pop(0) if self.faults else self.default_fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    line: FakeLine

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed in mid-call is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        line = self.server.line
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        line.used_tokens.append((self.headers.get("authorization") or "").removeprefix("Bearer "))
        if line.used_tokens[-1] not in line.access_tokens:
            self._answer(401, {"message": "Authentication failed"})
        elif self._of_menus(line, body):
            pass
        elif self.path == "/v2/bot/chat/loading/start":
            line.loading.append(json.loads(body)["chatId"])
            self._answer(202, {})
        elif self.path in line.console:
            line.tested.append(json.loads(body)["endpoint"])
            self._answer(200, line.console[self.path])
        elif self.path != "/v2/bot/message/reply":
            line.violations.append(f"path {self.path}")
            self._answer(404, {"message": "Not found"})
        else:
            self._reply(line, body)

    def _of_menus(self, line: FakeLine, body: bytes = b"") -> bool:
        """Whether it was a call about rich menus; then it is answered."""
        if line.menus is None or not self.path.startswith((MENUS, DEFAULT)):
            return False
        status, told = line.menus.answer(self.command, self.path, self.headers.get("content-type") or "", body)
        if status == HEARD_IN_VAIN:
            self._reset()
        else:
            self._send(status, told if isinstance(told, bytes) else json.dumps(told).encode())
        return True

    def do_DELETE(self) -> None:
        if (self.headers.get("authorization") or "").removeprefix("Bearer ") not in self.server.line.access_tokens:
            self._answer(401, {"message": "Authentication failed"})
        elif not self._of_menus(self.server.line):
            self.server.line.violations.append(f"DELETE {self.path}")
            self._answer(404, {"message": "Not found"})

    def do_GET(self) -> None:
        line = self.server.line
        if line.menus is not None and self._of_menus(line):
            pass
        elif self.path not in line.console:
            line.violations.append(f"GET {self.path}")
            self._answer(404, {"message": "Not found"})
        elif (self.headers.get("authorization") or "").removeprefix("Bearer ") not in line.access_tokens:
            self._answer(401, {"message": "Authentication failed"})
        else:
            self._answer(200, line.console[self.path])

    def _reply(self, line: FakeLine, body: bytes) -> None:
        fault = line.next_fault()
        if fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault.kind == "reset":
            self._reset()
        elif fault.kind == "status":
            self._answer(fault.status, {"message": "The API rate limit has been exceeded. Try again later."})
        elif fault.kind == "accept_then_reset":
            line.reply(body)
            self._reset()
        elif fault.kind == "garbage":
            line.reply(body)
            self._send(200, b"\xff\xfe not json")
        elif fault.kind == "drip":
            self._drip(line.reply(body), fault.seconds)
        elif fault.kind == "half":
            line.reply(body)
            self._send(200, b'{"sentMessages":', claimed=500)
        else:
            self._answer(*line.reply(body))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, body: bytes, claimed: int | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("x-line-request-id", str(next(_ids)))
        self.send_header("content-length", str(claimed or len(body)))
        self.end_headers()
        self.wfile.write(body)
        if claimed:
            self._reset()

    def _drip(self, answer: tuple[int, dict[str, Any]], seconds: float) -> None:
        body = json.dumps(answer[1]).encode()
        self.send_response(answer[0])
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            for place in range(len(body)):
                self.wfile.write(body[place : place + 1])
                self.wfile.flush()
                time.sleep(seconds)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.wfile = self.rfile  # nothing more may be flushed

    def log_message(self, *_: object) -> None:
        """Silence."""


def user(number: int) -> str:
    return f"U{number:032x}"


def event(kind: str = "message", *, sender: int = 1, at: float | None = None, **fields: Any) -> dict[str, Any]:
    """An event as LINE sends it."""
    number = next(_ids)
    return {
        "type": kind,
        "mode": "active",
        "timestamp": int((time.time() if at is None else at) * 1000),
        "source": {"type": "user", "userId": user(sender)},
        "webhookEventId": f"01H{number:023d}",
        "deliveryContext": {"isRedelivery": False},
        **fields,
    }


def text_event(line: FakeLine, text: str, *, sender: int = 1, life: float = 60.0, **fields: Any) -> dict[str, Any]:
    number = next(_ids)
    message = {"id": f"{number:018d}", "type": "text", "text": text, "quoteToken": f"q{number}"}
    message |= fields.pop("message", {})
    return event(sender=sender, replyToken=line.issue_token(life), message=message, **fields)


def webhook_body(events: Iterable[Any]) -> bytes:
    body = {"destination": user(999), "events": list(events)}
    return json.dumps(body, ensure_ascii=True).encode()


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def post(url: str, body: bytes, secret: str = SECRET, **headers: str) -> int:
    """Deliver a body to a webhook; the status that came back.  Raises OSError where nobody answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        given = {"content-type": "application/json", "x-line-signature": signature(body, secret)} | headers
        connection.request("POST", parts.path, body, given)
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
