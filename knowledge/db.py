"""The database: one engine to write, one to read, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.abc import PQGen
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 1500
_POLLING_SECONDS = 0.002
"""Between two looks whether SQLite's file is free."""
"""How long a writer waits for SQLite's lock: LINE wants its answer within two seconds."""

HURRIED_SECONDS = 1.2
"""How long a resident, or LINE, waits for one statement; then PostgreSQL counts as away."""
AWAY_SECONDS = 1.0
"""How long nobody else waits for a PostgreSQL that did not answer; then one looks whether it is back."""
_NO_HURRY = float("inf")
LOOKING_SECONDS = 3.0
"""How long that one may take: to connect takes two seconds at most."""

_LOCKED = "database is locked"
"""What SQLite says where somebody else writes for too long."""

PING_AFTER_SECONDS = 1.0
"""A connection that was used a moment ago is taken to live: a question makes seven uses of them."""

_Returned = TypeVar("_Returned")
_limit: ContextVar[float | None] = ContextVar("statement_limit", default=None)


class DatabaseAwayError(OperationalError):
    """PostgreSQL did not answer a moment ago: nobody waits for it again so soon."""

    def __init__(self) -> None:
        super().__init__(None, None, ConnectionError("the database is away"))


def is_away(error: BaseException) -> bool:
    """Whether it says that PostgreSQL is away, rather than that something is wrong with what was asked of it."""
    return isinstance(error, DatabaseAwayError) or (
        isinstance(error, OperationalError) and isinstance(error.orig, psycopg.OperationalError)
    )


@contextmanager
def hurried(seconds: float = HURRIED_SECONDS) -> Iterator[None]:
    """Within, no statement is waited for longer, though the server hang: it fails like a lost connection.

    SQLite is not concerned: it has its own limit, and no server that could hang.
    """
    token = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(token)


class _Presence:
    """Whether PostgreSQL answered when it was asked last."""

    def __init__(self) -> None:
        self._again: float | None = None
        self._asking = threading.Lock()

    def check(self) -> None:
        """Raises DatabaseAwayError while it is away, but for one caller a second, who finds out."""
        if self._again is None:
            return
        with self._asking:
            moment = time.monotonic()
            if self._again is None:
                return
            if moment < self._again:
                raise DatabaseAwayError
            self._again = moment + LOOKING_SECONDS

    def is_doubted(self) -> bool:
        return self._again is not None

    def seen(self) -> None:
        self._again = None

    def missed(self) -> None:
        self._again = time.monotonic() + AWAY_SECONDS


class _HurriedConnection(psycopg.Connection[Any]):
    """A connection that is given up where it takes longer than whoever asks can wait."""

    presence: _Presence | None = None

    def wait(self, gen: PQGen[_Returned], interval: float = 0.1, timeout: float | None = None) -> _Returned:
        limit = _limit.get()
        if limit is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        until = time.monotonic() + limit
        try:
            return super().wait(gen, interval, limit)
        except psycopg.OperationalError:
            if time.monotonic() >= until:
                if self.presence is not None:
                    self.presence.missed()
                self.close()
            raise


@dataclass(frozen=True)
class Database:
    """``writing()`` commits or leaves nothing behind; ``reading()`` cannot write."""

    writer: Engine
    reader: Engine
    presence: _Presence = field(default_factory=_Presence)
    glancer: Engine | None = None
    turns: threading.Lock = field(default_factory=threading.Lock)
    """Of this process's writers on SQLite: its file's lock is not fair, and whoever waits longest starves."""
    lock: _Presence = field(default_factory=_Presence)
    """Whether SQLite's file was free for the last of them.  While it is not, whoever is hurried does not queue for it:
    with every thread of a process waiting, who comes next would not even be refused in time."""

    @property
    def is_sqlite(self) -> bool:
        return self.writer.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        self.presence.check()
        with self._turn(), Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if (_limit.get() or _NO_HURRY) <= HURRIED_SECONDS:
            self.lock.check()
        if not self.turns.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            self.lock.missed()
            raise OperationalError(None, None, sqlite3.OperationalError(_LOCKED))
        locked = False
        try:
            yield
        except OperationalError as error:
            locked = _LOCKED in str(error.orig)
            raise
        finally:
            self.turns.release()
            if locked:
                self.lock.missed()
            else:
                self.lock.seen()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        self.presence.check()
        with Session(self.reader, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    @contextmanager
    def glancing(self) -> Iterator[Session]:
        """As ``reading``, for a statement or two of few rows, each seeing what is there by then.

        On PostgreSQL without a transaction, so that a statement costs one exchange and not three.
        """
        self.presence.check()
        with Session(self.glancer or self.reader, expire_on_commit=False, autoflush=False) as session, session.begin():
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

    def vacuum(self, tables: Collection[str], *, rewrite: bool = False) -> None:
        """Of PostgreSQL's tables, free what was deleted, to be written over; SQLite writes over it at once.

        ``rewrite``: into new files without a trace of it, while everybody else waits.  What somebody is just at is
        left for the next time.
        """
        if self.is_sqlite:
            return
        self.presence.check()
        quote = self.writer.dialect.identifier_preparer.quote
        how = "SKIP_LOCKED, FULL" if rewrite else "SKIP_LOCKED"
        with self.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in sorted(tables):
                connection.exec_driver_sql(f"VACUUM ({how}) {quote(name)}")

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()
        if self.glancer is not None:
            self.glancer.dispose()


def open_database(url: str) -> Database:
    """Connect lazily to ``url`` (``sqlite:///path`` or ``postgresql+psycopg://…``)."""
    if make_url(url).get_backend_name() == "sqlite":
        return Database(_sqlite_engine(url, writes=True), _sqlite_engine(url, writes=False))
    presence = _Presence()
    engine = _postgresql_engine(url, presence)
    glancer = _postgresql_engine(url, presence, glances=True)
    return Database(engine, engine.execution_options(postgresql_readonly=True), presence, glancer)


def _postgresql_engine(url: str, presence: _Presence, *, glances: bool = False) -> Engine:
    """``glances``: connections of their own, on which nothing can be written, and no transaction is begun."""
    engine = create_engine(
        url,
        hide_parameters=True,
        json_deserializer=from_json,
        pool_size=5 if glances else 10,
        max_overflow=20,
        pool_timeout=1.5,
        connect_args={
            "connect_timeout": 2,
            "options": "-c timezone=UTC -c lock_timeout=1500 -c synchronous_commit=on"
            + (" -c default_transaction_read_only=on" if glances else ""),
            # A machine that is gone says nothing any more: ten seconds, then it counts as gone.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
        },
        **({"isolation_level": "AUTOCOMMIT"} if glances else {}),
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, given: list[Any], named: dict[str, Any]) -> Any:
        try:
            connection = _HurriedConnection.connect(*given, **named)
        except psycopg.OperationalError:
            presence.missed()
            raise
        connection.presence = presence
        return connection

    @event.listens_for(engine, "connect")
    @event.listens_for(engine, "checkin")
    def _used(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _answered(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        idle = time.monotonic() - record.info["used"]
        if (idle > PING_AFTER_SECONDS or presence.is_doubted()) and not _lives(engine, connection):
            raise DisconnectionError
        presence.seen()

    return engine


def _lives(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except psycopg.Error:
        return False


def _sqlite_engine(url: str, *, writes: bool) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
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
        if not writes:
            connection.exec_driver_sql("BEGIN")
        elif not _has_its_turn(cast(sqlite3.Connection, connection.connection.driver_connection)):
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError(_LOCKED))

    return engine


def _has_its_turn(connection: sqlite3.Connection) -> bool:
    """Begin to write, once no other process does; False where that takes too long.

    SQLite itself asks ever more rarely, ten times a second at last: beside a process that writes again and again it
    would hardly ever meet a gap.
    """
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return True
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
                if time.monotonic() >= until:
                    return False
            time.sleep(_POLLING_SECONDS)
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


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
    database.presence.check()
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
