"""How long LINE is waited for, and how often it is called: once, for the sender itself decides what is tried again."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import urllib3.util.connection

from bot.line.client import TIMEOUT, LineClient, Sent
from bot.settings import LineChannel
from tests.support.certificates import self_signed
from tests.support.fake_line import ACCESS_TOKEN, SECRET, FakeLine, Fault
from tests.support.server import free_port

MESSAGES = [{"type": "text", "text": "はい"}]


def client_of(url: str) -> LineClient:
    return LineClient(LineChannel("242047", (SECRET,), ACCESS_TOKEN), url)


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, socket.socket | None]]:
    """Each attempt to connect: how long it may take, and what came of it."""
    seen: list[tuple[float, socket.socket | None]] = []
    connect = urllib3.util.connection.create_connection

    def noted(address: tuple[str, int], timeout: float, *given: Any, **named: Any) -> socket.socket:
        seen.append((timeout, None))
        made = connect(address, timeout, *given, **named)
        seen[-1] = (timeout, made)
        return made

    monkeypatch.setattr(urllib3.util.connection, "create_connection", noted)
    return seen


def test_who_cannot_connect_tries_once(connections: list[tuple[float, socket.socket | None]]) -> None:
    sending = client_of(f"http://127.0.0.1:{free_port()}").reply("t", MESSAGES)
    assert sending.result is Sent.RETRY
    assert [timeout for timeout, _ in connections] == [1.5]


def test_a_connection_has_its_time_and_an_answer_has_another(
    connections: list[tuple[float, socket.socket | None]], line: FakeLine
) -> None:
    sending = client_of(line.url).reply(line.issue_token(), MESSAGES)
    assert sending.result is Sent.ACCEPTED
    ((to_connect, made),) = connections
    assert made is not None
    with closing(made):
        assert (to_connect, made.gettimeout()) == TIMEOUT == (1.5, 5.0)


@pytest.mark.parametrize(
    ("name", "is_vouched_for", "is_old", "well"),
    [
        pytest.param("127.0.0.1", True, False, True, id="one that is vouched for"),
        pytest.param("127.0.0.1", False, False, False, id="nobody vouches for it"),
        pytest.param("api.line.me", True, False, False, id="the certificate of another name"),
        pytest.param("127.0.0.1", True, True, False, id="TLS 1.1"),
    ],
)
def test_a_line_that_cannot_show_who_it_is_gets_neither_a_reply_nor_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_vouched_for: bool, is_old: bool, well: bool
) -> None:
    certificate, key = self_signed(tmp_path, name)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    if is_old:
        tls.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.deprecated_call():
            tls.maximum_version = ssl.TLSVersion.TLSv1_1
    if is_vouched_for:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FakeLine(tls) as line:
        sending = client_of(line.url).reply(line.issue_token(), MESSAGES)
        assert (sending.result is Sent.ACCEPTED, line.used_tokens) == (well, [ACCESS_TOKEN] if well else [])


@pytest.mark.parametrize("fault", [Fault("reset"), Fault("status", 500), Fault("status", 429), Fault("half")])
def test_whatever_line_answers_it_is_called_once(line: FakeLine, fault: Fault) -> None:
    line.default_fault = fault
    sending = client_of(line.url).reply(line.issue_token(), MESSAGES)
    assert sending.result in (Sent.RETRY, Sent.UNKNOWN)
    assert line.calls == 1
