"""A hook that gets alerts, a mail server that gets mails, and an app that tells both."""

from __future__ import annotations

import email
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app import create_app
from bot.operation.notes import NOTES
from bot.services import Services
from knowledge.calendar import now


@dataclass
class Hook:
    """An address that takes JSON, or refuses it by ``status``."""

    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(one["kind"], one["state"]) for one in self.got]


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if found.status < 300:
                found.got.append(json.loads(body))
            self.send_response(found.status)
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/secret-path"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Post:
    letters: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        made = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(made, EmailMessage)
        self.letters.append(made)
        return "250 OK"


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests of this process met is not told here."""
    monkeypatch.setattr("knowledge.my_numbers._last", {})
    for noted in ("_refused", "_accepted", "_unbuilt"):
        monkeypatch.setattr(NOTES, noted, {})


@pytest.fixture
def post() -> Iterator[Post]:
    found = Post()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        found.port = probe.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture
def told(
    tmp_path: Path, vectors_folder: Path, database_url_maker: Callable[[str], str], hook: Hook, post: Post
) -> Iterator[Services]:
    """The services of an app that tells ``hook`` and ``post``."""
    app = create_app(
        {
            "INSTANCE_PATH": str(tmp_path),
            "DATABASE_URL": database_url_maker("sqlite"),
            "SENDER_THREADS": "0",
            "ALERT_URL": hook.url,
            "ALERT_MAIL": "it@city.example.jp",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(post.port),
            "SMTP_STARTTLS": "0",
            "MAIL_FROM": "kotae@city.example.jp",
        }
    )
    kit: Services = app.extensions["kotae"]
    NOTES.received(now(), kept=True)  # whatever other tests of this process refused
    yield kit
    kit.database.dispose()
