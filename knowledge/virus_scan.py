"""A file handed to ClamAV's daemon (clamd) before anything opens it: its INSTREAM command, over a socket."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

_CHUNK = 64 * 1024
_CONNECT_SECONDS = 5.0
_SECONDS = 60.0
"""For the whole of it: clamd's own limit of time is two minutes, and somebody waits at the page."""
_LONGEST_REPLY = 4096


class ScannerError(Exception):
    """clamd cannot be reached, or does not say that a file is clean.  The text is for whoever runs the service."""


class ScannerAddressError(ValueError):
    """An address that is none of clamd's."""


@dataclass(frozen=True)
class Scanner:
    """Where clamd listens: a path, or a host with its port."""

    path: str = ""
    host: str = ""
    port: int = 0


def scanner_at(address: str) -> Scanner:
    """``unix:/path`` or ``tcp://host:port``.  Raises ScannerAddressError."""
    if address.startswith("unix:/"):
        return Scanner(path="/" + address.removeprefix("unix:").lstrip("/"))
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ScannerAddressError(address) from error
    extra = parts.path or parts.query or parts.fragment or parts.username
    if parts.scheme != "tcp" or not host or not port or extra:
        raise ScannerAddressError(address)
    return Scanner(host=host, port=port)


def virus_in(scanner: Scanner, file: IO[bytes]) -> str | None:
    """The name of what clamd finds in ``file``; None where it says that nothing is there.  Raises ScannerError."""
    end = time.monotonic() + _SECONDS
    try:
        with _connected(scanner) as link:
            _send(link, file, end)
            reply = _reply(link, end)
    except OSError as error:
        raise ScannerError(f"clamd: {type(error).__name__}: {error}") from error
    told = reply.removeprefix("stream:").strip()
    if told.endswith(" FOUND"):
        return told.removesuffix(" FOUND").strip()[:200] or "?"
    if told == "OK":
        return None
    raise ScannerError(f"clamd: {told[:200] or 'no reply'}")


def _connected(scanner: Scanner) -> socket.socket:
    if scanner.host:
        return socket.create_connection((scanner.host, scanner.port), _CONNECT_SECONDS)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        link.settimeout(_CONNECT_SECONDS)
        link.connect(scanner.path)
    except OSError:
        link.close()
        raise
    return link


def _send(link: socket.socket, file: IO[bytes], end: float) -> None:
    """All of it in pieces, each with its length before it; a length of none ends it."""
    try:
        _give(link, b"zINSTREAM\0", end)
        while piece := file.read(_CHUNK):
            _give(link, struct.pack("!L", len(piece)) + piece, end)
        _give(link, struct.pack("!L", 0), end)
    except (BrokenPipeError, ConnectionResetError):
        # clamd may have heard enough (its StreamMaxLength): what it said is still there to be read.
        pass


def _give(link: socket.socket, data: bytes, end: float) -> None:
    link.settimeout(_left(end))
    link.sendall(data)


def _reply(link: socket.socket, end: float) -> str:
    heard = b""
    while b"\0" not in heard and len(heard) < _LONGEST_REPLY:
        link.settimeout(_left(end))
        piece = link.recv(_LONGEST_REPLY)
        if not piece:
            break
        heard += piece
    return heard.partition(b"\0")[0].decode("utf-8", "replace")


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("took too long")
    return left
