"""Calls to the office's directory, and to no other host: bounded in time, size and number; no redirects, no proxies."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
import urllib3

CONNECT_SECONDS, READ_SECONDS, BODY_SECONDS = 2.0, 4.0, 6.0
LARGEST = 256 << 10
AT_ONCE = 2
"""Threads that may wait for the directory, so that the others still serve residents."""
REST_SECONDS = 10
"""How long nobody calls again after it did not answer."""

_log = structlog.get_logger("oidc")


class DirectoryUnreachableError(RuntimeError):
    """The directory does not answer, or not in time."""


class DirectoryFaultyError(RuntimeError):
    """The directory answers what it must not; the message says what, without its content."""


class _OverloadedError(RuntimeError):
    """It answers that it cannot, or too slowly."""


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port.  Raises ValueError."""
    parts = urlsplit(address)
    if parts.username is not None or parts.password is not None or not parts.hostname:
        raise ValueError("an address without a host, or with a password")
    if parts.scheme not in ("https", "http"):
        raise ValueError("neither https nor http")
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


class DirectoryHttp:
    """One pool of connections to the host of ``issuer``."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rest_until = 0.0
        self._origin = origin(issuer)
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=AT_ONCE,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        )
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    def is_ours(self, address: object) -> bool:
        """Whether this is an address on the host that was set, with nothing in it that could be read otherwise."""
        if not isinstance(address, str) or not address.isascii() or not address.isprintable() or " " in address:
            return False
        try:
            return origin(address) == self._origin
        except ValueError:
            return False

    def get(self, address: str) -> Any:
        status, found = self._send("GET", address)
        if status != 200:
            raise DirectoryFaultyError(f"status {status}")
        return found

    def post(
        self, address: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """The status and what was answered."""
        return self._send("POST", address, fields, headers)

    def _send(
        self,
        method: str,
        address: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """One call.  Raises DirectoryUnreachableError where it fails, or where one failed just now."""
        if not self.is_ours(address):
            raise DirectoryFaultyError("an address on another host")
        if self._clock() < self._rest_until:
            raise DirectoryUnreachableError("it did not answer just now")
        if not self._slots.acquire(timeout=CONNECT_SECONDS):
            raise DirectoryUnreachableError("too many wait")
        try:
            return self._called(method, address, fields, headers)
        except (urllib3.exceptions.HTTPError, OSError, _OverloadedError) as error:
            self._rest_until = self._clock() + REST_SECONDS
            _log.warning("office_directory", method=method, error=type(error).__name__, detail=str(error)[:80])
            raise DirectoryUnreachableError(type(error).__name__) from error
        finally:
            self._slots.release()

    def _called(
        self, method: str, address: str, fields: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> tuple[int, Any]:
        response = self._pool.request(
            method,
            address,
            body=urlencode(fields) if fields is not None else None,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                **({"Content-Type": "application/x-www-form-urlencoded"} if fields is not None else {}),
                **(headers or {}),
            },
            redirect=False,
            preload_content=False,
        )
        try:
            if response.status == 429 or response.status >= 500:
                raise _OverloadedError(f"status {response.status}")
            return response.status, _parsed(_read(response))
        finally:
            response.close()


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    """The body, however slowly it drips."""
    until, body = time.monotonic() + BODY_SECONDS, bytearray()
    while piece := response.read1(1 << 14):
        body += piece
        if len(body) > LARGEST:
            raise DirectoryFaultyError("an answer too large")
        if time.monotonic() > until:
            raise _OverloadedError("slow answer")
    return bytes(body)


def _parsed(body: bytes) -> Any:
    """What is no JSON is None: what to say of it depends on the status."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
