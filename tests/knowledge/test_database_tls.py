"""A PostgreSQL elsewhere must show who it is before it is told anything: what ``sslmode=verify-full`` is asked for."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from knowledge.db import open_database
from tests.support.certificates import self_signed

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)


@contextmanager
def server(tls: ssl.SSLContext | None) -> Iterator[tuple[int, list[bytes]]]:
    """The port of what asks for a start as PostgreSQL does, and what it was told; ``tls`` None: it has none."""
    told: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    _hear(connection, tls, told)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        try:
            yield listening.getsockname()[1], told
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _hear(connection: socket.socket, tls: ssl.SSLContext | None, told: list[bytes]) -> None:
    connection.settimeout(5)
    first = connection.recv(4096)
    if first != _SSL_REQUEST:
        told.append(first)
    elif tls is None:
        connection.sendall(b"N")
        told.extend(filter(None, [connection.recv(4096)]))
    else:
        connection.sendall(b"S")
        with tls.wrap_socket(connection, server_side=True) as spoken:
            told.extend(filter(None, [spoken.recv(4096)]))


@pytest.mark.parametrize(
    ("name", "is_vouched_for", "newest", "is_told"),
    [
        pytest.param("127.0.0.1", True, ssl.TLSVersion.TLSv1_2, True, id="one that is vouched for"),
        pytest.param("127.0.0.1", False, ssl.TLSVersion.TLSv1_3, False, id="nobody vouches for it"),
        pytest.param("db.city.test", True, ssl.TLSVersion.TLSv1_3, False, id="the certificate of another name"),
        pytest.param("127.0.0.1", True, ssl.TLSVersion.TLSv1_1, False, id="TLS 1.1"),
        pytest.param("127.0.0.1", True, None, False, id="no TLS"),
    ],
)
def test_a_database_that_cannot_show_who_it_is_is_told_nothing(
    tmp_path: Path, name: str, is_vouched_for: bool, newest: ssl.TLSVersion | None, is_told: bool
) -> None:
    (tmp_path / "other").mkdir()
    certificate, key = self_signed(tmp_path, name)
    root = certificate if is_vouched_for else self_signed(tmp_path / "other", name)[0]
    with server(_context(certificate, key, newest)) as (port, told):
        url = f"postgresql+psycopg://kotae:word@127.0.0.1:{port}/kotae?sslmode=verify-full&sslrootcert={root}"
        database = open_database(url)
        with pytest.raises(OperationalError), database.reading() as session:
            session.execute(text("select 1"))
        database.dispose()
    assert bool(told) is is_told


def _context(certificate: Path, key: Path, newest: ssl.TLSVersion | None) -> ssl.SSLContext | None:
    if newest is None:
        return None
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    if newest is ssl.TLSVersion.TLSv1_1:
        tls.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.deprecated_call():
            tls.maximum_version = newest
    else:
        tls.maximum_version = newest
    return tls
