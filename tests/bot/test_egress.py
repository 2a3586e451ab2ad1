"""A service for residents calls nobody whom no setting names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.egress import allowed_hosts, is_allowed
from bot.settings import read_settings
from tests.bot.test_settings import PUBLIC
from tests.support.server import ROOT

GIVEN = {
    **PUBLIC,
    "ALERT_URL": "https://Hooks.city.test/secret",
    "SMTP_HOST": "mail.city.test",
    "MAIL_FROM": "kotae@city.test",
    "CLAMAV": "tcp://clamd.city.test:3310",
    "OIDC_ISSUER": "https://id.city.test/realm",
    "OIDC_CLIENT_ID": "kotae",
    "OIDC_CLIENT_SECRET": "s" * 20,
    "DATABASE_URL": "postgresql+psycopg://kotae@db.city.test/kotae",
    "READ_DATABASE_URL": "postgresql+psycopg://kotae@/kotae?host=copy.city.test",
    "EGRESS_ALLOWED": "more.city.test",
}


def test_everybody_whom_a_setting_names_may_be_called(tmp_path: Path) -> None:
    allowed = allowed_hosts(read_settings({**GIVEN, "INSTANCE_PATH": str(tmp_path)}))
    names = ("hooks", "mail", "clamd", "id", "db", "copy", "more")
    assert allowed == {"api.line.me", *(f"{name}.city.test" for name in names)}


@pytest.mark.parametrize(
    ("host", "well"),
    [
        ("api.line.me", True),
        ("API.LINE.ME.", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("", True),
        ("evil.api.line.me", False),
        ("api.line.me.evil.test", False),
        ("169.254.169.254", False),
        ("10.0.0.1", False),
    ],
)
def test_who_is_allowed(host: str, well: bool) -> None:
    assert is_allowed(host, frozenset({"api.line.me"})) is well


CALLS = """
import smtplib, socket, sys, urllib3
from bot import egress
from bot.settings import read_settings
import os
egress.limit(read_settings(dict(os.environ)))
for call in (
    lambda: urllib3.PoolManager(retries=False).request("GET", "http://elsewhere.test/"),
    lambda: smtplib.SMTP("elsewhere.test", 25, timeout=1),
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
):
    try:
        call()
    except Exception as error:
        print("no setting names this host" in str(error))
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), 1).close()
print("loopback")
"""


@pytest.mark.parametrize(("more", "refused"), [("", True), ("*", False)])
def test_a_process_that_serves_calls_nobody_else(tmp_path: Path, more: str, refused: bool) -> None:
    """In a process of its own: the fence is never taken down again."""
    environment = {**PUBLIC, "INSTANCE_PATH": str(tmp_path), "EGRESS_ALLOWED": more, "PYTHONPATH": str(ROOT)}
    if not refused:
        # Nobody is to be called from a test: only that it is not the fence that says no.
        calls = CALLS.replace('"http://elsewhere.test/"', '"http://nobody.invalid/"').replace(
            "elsewhere.test", "nobody.invalid"
        )
        calls = calls.replace('("192.0.2.1", 80)', '("127.0.0.1", 9)')
    else:
        calls = CALLS
    done = subprocess.run(
        [sys.executable, "-c", calls], env=environment, capture_output=True, text=True, check=True, timeout=60, cwd=ROOT
    )
    said = [line for line in done.stdout.splitlines() if line in ("True", "False", "loopback")]
    assert said == [str(refused)] * 3 + ["loopback"]
