"""Nothing but what the settings name is called from here: every other host is refused before its name is looked up.

Python tells its audit hooks of each look-up of a name, and of literal addresses too, whichever library asks: the one
place that all calls pass, but for those of C libraries (PostgreSQL's, to the host that DATABASE_URL names) and of the
child process that looks at links, which has rules of its own (knowledge.link_visits).  A hook is never taken off again.
It is the second fence: the first is the machine's (docs/operations.md).
"""

from __future__ import annotations

import ipaddress
import sys
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import structlog
from sqlalchemy import make_url

from bot.settings import Settings

ANY = "*"
_MOST_TOLD = 100

_log = structlog.get_logger("egress")


class EgressRefusedError(ConnectionRefusedError):
    """A host that no setting names."""


class _Fence:
    """Of this process.  ``allowed``: None while nothing is refused."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_up = False
        self._told: set[str] = set()
        self.allowed: frozenset[str] | None = None

    def raise_around(self, allowed: frozenset[str]) -> None:
        with self._lock:
            self.allowed = allowed
            if not self._is_up:
                sys.addaudithook(self._hear)
                self._is_up = True

    def _hear(self, event: str, given: tuple[object, ...]) -> None:
        if event == "socket.getaddrinfo" and self.allowed is not None:
            self._check(given[0])

    def _check(self, host: object) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        if is_allowed(name, self.allowed or frozenset()):
            return
        with self._lock:
            is_news = name not in self._told and len(self._told) < _MOST_TOLD
            self._told.add(name) if is_news else None
        if is_news:
            _log.error("egress_refused", host=name[:100], remedy="EGRESS_ALLOWED")
        raise EgressRefusedError(f"{name[:100]}: no setting names this host")


_FENCE = _Fence()


def limit(settings: Settings) -> None:
    """From now on this process calls only whom the settings name; at hand, and where told so, anybody."""
    if not settings.is_local and ANY not in settings.egress_allowed:
        _FENCE.raise_around(allowed_hosts(settings))


def is_allowed(host: str, allowed: frozenset[str]) -> bool:
    """This machine itself is always allowed."""
    name = host.rstrip(".").casefold()
    if name in ("", "localhost") or name in allowed:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def allowed_hosts(settings: Settings) -> frozenset[str]:
    return frozenset(name.rstrip(".").casefold() for name in (*_named(settings), *settings.egress_allowed) if name)


def _named(settings: Settings) -> Iterator[str]:
    directory = settings.office_directory
    for address in (settings.line_api_host, settings.alert_url, directory.issuer if directory else ""):
        yield urlsplit(address).hostname or ""
    for channel in settings.line_channels.values():
        yield urlsplit(channel.other.forward_url or "").hostname or ""
    if settings.mail is not None:
        yield settings.mail.host
    if settings.scanner is not None:
        yield settings.scanner.host
    for url in filter(None, (settings.database_url, settings.read_database_url)):
        parts = make_url(url)
        beside = parts.query.get("host", ())
        yield from (parts.host or "", *(beside.split(",") if isinstance(beside, str) else beside))
