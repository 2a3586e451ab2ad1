"""A small server that speaks clamd's INSTREAM over a real socket, as its manual describes it."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MARKER = b"KOTAE-VIRUS-MARKER"
"""What it takes for a virus."""


@dataclass
class FakeClamd:
    """``address`` as in the setting CLAMAV; ``scanned``: the sizes of what was sent whole.

    ``most``: its StreamMaxLength; ``says`` instead of an answer of its own; ``silent``: it never answers.
    """

    address: str = ""
    most: int = 25 << 20
    says: bytes | None = None
    silent: bool = False
    scanned: list[int] = field(default_factory=list)


def _serve(clamd: FakeClamd, link: socket.socket) -> None:
    link.settimeout(10)
    heard = link.makefile("rb")
    if heard.read(10) != b"zINSTREAM\0":
        link.sendall(b"UNKNOWN COMMAND\0")
        return
    content = b""
    while size := struct.unpack("!L", heard.read(4))[0]:
        content += heard.read(size)
        if len(content) > clamd.most:
            link.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
    clamd.scanned.append(len(content))
    if clamd.silent:
        heard.read(1)
        return
    found = b"stream: Test.Marker FOUND\0" if MARKER in content else b"stream: OK\0"
    link.sendall(clamd.says if clamd.says is not None else found)


@contextlib.contextmanager
def fake_clamd(path: Path | None = None) -> Iterator[FakeClamd]:
    """At ``path``, or else on a port of this machine."""
    clamd = FakeClamd()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, struct.error):
                _serve(clamd, self.request)

    server: socketserver.BaseServer
    if path is not None:
        server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        clamd.address = f"unix:{path}"
    else:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        clamd.address = f"tcp://127.0.0.1:{server.server_address[1]}"
    server.daemon_threads = True
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    try:
        yield clamd
    finally:
        server.shutdown()
        server.server_close()
        running.join()
