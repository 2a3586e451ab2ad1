"""Figures are read from a real copy of a real PostgreSQL while it keeps up, and else from the database itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text

from knowledge.db import Database, open_database
from knowledge.replica import BEHIND_MOST, LOOK_SECONDS, EvidenceReader, evidence_reader
from tests.support.postgresql import copy_of, postgresql_in


class Clock:
    """Moved on by each look, so that the next asks the copy anew."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += LOOK_SECONDS + 1
        return self.now


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The addresses of a PostgreSQL and of its copy."""
    folder = tmp_path_factory.mktemp("copied")
    with postgresql_in(folder) as url, copy_of(folder) as copied:
        yield url, copied


def is_copy(reader: EvidenceReader) -> bool:
    with reader.reading() as session:
        return bool(session.scalar(text("SELECT pg_is_in_recovery()")))


def becomes(expected: bool, look: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while look() is not expected and time.monotonic() < until:
        time.sleep(0.1)
    return look() is expected


def test_a_copy_is_read_while_it_keeps_up(servers: tuple[str, str]) -> None:
    url, copied = servers
    database = open_database(url)
    copy = open_database(copied)
    reader = EvidenceReader(database, copy.reader, Clock())
    control = create_engine(copied, isolation_level="AUTOCOMMIT")
    assert becomes(True, lambda: is_copy(reader))
    with control.connect() as connection:
        connection.execute(text("SELECT pg_wal_replay_pause()"))
    with database.writing() as session:
        session.execute(
            text("CREATE TABLE much AS SELECT repeat('x', 1000) FROM generate_series(1, :rows)"),
            {"rows": BEHIND_MOST // 500},
        )
    assert not is_copy(reader), "it lacks too much"
    with control.connect() as connection:
        connection.execute(text("SELECT pg_wal_replay_resume()"))
    assert becomes(True, lambda: is_copy(reader)), "it has caught up"
    for one in (database, copy):
        one.dispose()
    control.dispose()


def test_a_copy_that_is_away_or_is_none_is_not_read(servers: tuple[str, str]) -> None:
    url, _ = servers
    database = open_database(url)
    for address in (url, "postgresql+psycopg://postgres:@/postgres?host=/nowhere"):
        reader = evidence_reader(database, address)
        assert not is_copy(reader)
        reader.dispose()
    database.dispose()


def test_without_a_copy_the_database_is_read(database: Database) -> None:
    reader = evidence_reader(database, "")
    with reader.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
