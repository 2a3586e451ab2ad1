"""The database: one engine to write, one to read, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

BUSY_TIMEOUT_MS = 1500
"""How long a writer waits for SQLite's lock: LINE wants its answer within two seconds."""


@dataclass(frozen=True)
class Database:
    """``writing()`` commits or leaves nothing behind; ``reading()`` cannot write."""

    writer: Engine
    reader: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.writer.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.reader, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    def shrink_log(self, patience: float = 0.0) -> bool:
        """Empty SQLite's write-ahead log, so that what was erased is gone from it too; whether it is.

        A reader or writer may stand in the way: it is tried again for ``patience`` seconds.
        """
        until = time.monotonic() + patience
        while self.is_sqlite and not self._is_log_emptied():
            if time.monotonic() >= until:
                return False
            time.sleep(0.2)
        return True

    def _is_log_emptied(self) -> bool:
        with self.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.dbapi_connection
            if raw is None:
                return False
            raw.rollback()
            cursor = raw.cursor()
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.OperationalError:  # the driver's own, which nobody above looks for: locked, or no room
                return False
            blocked: Any = cursor.fetchone()
            return bool(blocked[0] == 0)

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def open_database(url: str) -> Database:
    """Connect lazily to ``url`` (``sqlite:///path`` or ``postgresql+psycopg://…``)."""
    if make_url(url).get_backend_name() == "sqlite":
        return Database(_sqlite_engine(url, writes=True), _sqlite_engine(url, writes=False))
    engine = create_engine(
        url,
        json_deserializer=from_json,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=1.5,
        connect_args={"connect_timeout": 2, "options": "-c timezone=UTC -c lock_timeout=1500"},
    )
    return Database(engine, engine.execution_options(postgresql_readonly=True))


def _sqlite_engine(url: str, *, writes: bool) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        json_deserializer=from_json,
        pool_size=10,
        max_overflow=20,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "do_connect")
    def _keep_to_oneself(*_: Any) -> None:
        # SQLite would make it readable for every account of the machine; its log files follow it.
        if path and path != ":memory:":
            Path(path).touch(mode=0o600, exist_ok=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _: Any) -> None:
        # The driver's own transactions would start too late and lose updates; ours start in _begin.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            *(() if writes else ("query_only=ON",)),
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def migration_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to ``revision``, in one transaction: all of it, or nothing."""
    config = migration_config()
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def is_current(database: Database) -> bool:
    """Whether the tables are those that this program was written for."""
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
