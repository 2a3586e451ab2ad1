"""HTTP/1.1 with no more than a test at dose needs: the tester shall take little of the machine that it tests."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 4 << 20
IDLE_SECONDS = 2.0
"""A connection that was idle longer is not used again: the server may be closing it just now (gunicorn: 5 s)."""


@dataclass(frozen=True)
class Request:
    """``headers`` by their names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None where its client is gone."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = _headers(head[1:])
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except (asyncio.IncompleteReadError, OSError):
        return None
    method, path, _ = head[0].split(" ", 2)
    return Request(method, path, headers, body)


def answer(status: int, body: bytes, headers: str = "", length: int | None = None) -> bytes:
    """A whole answer; ``length``: what it claims to be long, where that is a lie."""
    head = (
        f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{headers}"
        f"content-length: {len(body) if length is None else length}\r\n\r\n"
    )
    return head.encode("latin-1") + body


def reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection as a crash does: RST, no farewell."""
    found = writer.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Client:
    """Connections to one server, kept alive: as many as there are calls at once."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(
        self, path: str, body: bytes, seconds: float, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """(status, body).  Raises OSError (TimeoutError among them) where no whole answer comes."""
        async with asyncio.timeout(seconds):
            reader, writer = await self._connection()
            try:
                lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
                writer.write(
                    f"POST {path} HTTP/1.1\r\nhost: {self._host}:{self._port}\r\n{lines}"
                    f"content-length: {len(body)}\r\n\r\n".encode("latin-1")
                    + body
                )
                status, got, keep = await _read_answer(reader)
            except asyncio.IncompleteReadError as error:
                writer.transport.abort()
                raise ConnectionResetError("no whole answer") from error
            except BaseException:
                writer.transport.abort()
                raise
        if keep:
            self._idle.append((time.monotonic(), reader, writer))
        else:
            writer.close()
        return status, got

    def close(self) -> None:
        for _, _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            since, reader, writer = self._idle.pop()
            if time.monotonic() - since < IDLE_SECONDS and not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port, limit=MOST_BYTES)


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = _headers(head[1:])
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split(" ")[1]), body, headers.get("connection", "").lower() != "close"


def _headers(lines: list[str]) -> dict[str, str]:
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}


def as_json(found: Any) -> bytes:
    return json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode()
