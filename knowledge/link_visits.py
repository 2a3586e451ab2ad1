"""One visit to a page that staff link to: is it there?

Runs in a process of its own (see ``link_visitor``) that has no secrets and few rights, and imports
nothing but Python's own library.  HEAD first; GET where a server does not like HEAD.
"""

from __future__ import annotations

import http.client
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import urljoin

from knowledge.public_addresses import PUBLIC, RefusedAddressError, Rule, Target, admitted, read_target

SECONDS = 5.0
"""For one request, from looking up the name to the last byte."""
MAX_BODY = 2 << 20
MAX_REDIRECTS = 3
USER_AGENT = "Kotae-LinkCheck/1.0 (checks the links of a municipality's answers; one request a host at a time)"

Outcome: TypeAlias = Literal["alive", "failed", "unclear"]
Resolve: TypeAlias = Callable[[str, int], list[str]]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNCLEAR = frozenset({401, 403, 407, 408, 425, 429, 451})
"""The server is there and wants something of us: that says nothing about a resident's browser."""
_TEXT = ("text/", "application/xhtml", "application/xml", "application/json", "application/ld+json")


@dataclass(frozen=True)
class Visit:
    """What came of it.  ``status``: HTTP's last, None where none came.  ``network``: nothing was reached at all."""

    outcome: Outcome
    reason: str
    status: int | None = None
    network: bool = False


@dataclass(frozen=True)
class _Answer:
    status: int
    location: str | None


class _SlowError(Exception):
    """The time for one request is over."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, asked once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(info[4][0]) for info in found]


def visit(url: str, rule: Rule = PUBLIC, find: Resolve = resolve, seconds: float = SECONDS) -> Visit:
    """Visit ``url``.  Must be called in a process's main thread (its alarm limits the time)."""
    head = _follow("HEAD", url, rule, find, seconds)
    # Some servers refuse HEAD, or answer it wrongly; whether the page is there, GET tells.
    if head.outcome == "alive" or head.status is None:
        return head
    return _follow("GET", url, rule, find, seconds)


def _follow(method: str, url: str, rule: Rule, find: Resolve, seconds: float) -> Visit:
    """One request, and up to three more where it is sent elsewhere; each address is checked anew."""
    for _ in range(MAX_REDIRECTS + 1):
        try:
            with _at_most(seconds):
                answer = _request(method, url, rule, find)
        except RefusedAddressError as error:
            return Visit("failed", str(error))
        except _SlowError:
            return Visit("failed", f"{seconds:g}秒以内に返事がありません", network=True)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _no_answer(error)
        if answer.status not in _REDIRECTS or not answer.location:
            return _judged(answer.status)
        url = urljoin(url, _plain(answer.location))
    return Visit("failed", f"転送が{MAX_REDIRECTS}回を超えます", answer.status)


def _plain(location: str) -> str:
    """A Location header as text: http.client reads its bytes as Latin-1, servers write UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return location.strip()


def _judged(status: int) -> Visit:
    if 200 <= status < 300:
        return Visit("alive", "", status)
    if status in _UNCLEAR:
        return Visit("unclear", f"ページはありますが、確かめられません（{status}）", status)
    if status in (404, 410):
        return Visit("failed", f"ページがありません（{status}）", status)
    return Visit("failed", f"ページを開けません（{status}）", status)


def _no_answer(error: Exception) -> Visit:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Visit("failed", "証明書が正しくありません")
    if isinstance(error, socket.gaierror):
        return Visit("failed", "名前が見つかりません", network=True)
    if isinstance(error, TimeoutError):
        return Visit("failed", "時間内に返事がありません", network=True)
    if isinstance(error, (http.client.HTTPException, ValueError)):
        return Visit("failed", "返事を読めません")
    return Visit("failed", "つながりません", network=True)


def _request(method: str, url: str, rule: Rule, find: Resolve) -> _Answer:
    target = read_target(url, rule)
    connection = _connection(target, admitted(find(target.host, target.port), rule))
    try:
        connection.request(
            method,
            target.path,
            headers={
                "Host": target.host_header,
                "User-Agent": USER_AGENT,
                "Accept": "text/html, */*;q=0.5",
                "Accept-Encoding": "identity",
                "Connection": "close",
            },
        )
        response = connection.getresponse()
        if method == "GET" and 200 <= response.status < 300:
            _read_text(response)
        return _Answer(response.status, response.getheader("Location"))
    finally:
        connection.close()


def _connection(target: Target, addresses: list[str]) -> http.client.HTTPConnection:
    """Connected to an address that was checked; the name is never looked up again."""
    connection = http.client.HTTPConnection(target.host, target.port, timeout=SECONDS)
    plain = _connected(addresses, target.port)
    if not target.secure:
        connection.sock = plain
        return connection
    try:
        connection.sock = _TLS.wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise
    return connection


_TLS = ssl.create_default_context()
_TLS.minimum_version = ssl.TLSVersion.TLSv1_2


def _connected(addresses: list[str], port: int) -> socket.socket:
    problem: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=SECONDS)
        except OSError as error:
            problem = error
    raise problem


def _read_text(response: http.client.HTTPResponse) -> None:
    """See that a page's text arrives, up to the limit.  Of anything else (PDF, picture) the headers are enough."""
    kind = (response.getheader("Content-Type") or "").lower()
    left = MAX_BODY if kind.startswith(_TEXT) else 0
    while left > 0 and (piece := response.read1(min(left, 1 << 16))):
        left -= len(piece)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise _SlowError when the time is over, however slowly the bytes drip."""

    def over(*_: object) -> None:
        raise _SlowError

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
