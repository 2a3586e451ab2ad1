"""The log of questions in a table a month: for PostgreSQL and many millions of rows, where staff ask for it.

A month that is over is read no more but by reports, and what its retention deletes leaves a whole table
behind, which goes at once instead of being swept.  Everybody else's statements stay as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, func, select, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex

from knowledge.db import Database
from knowledge.models import LoggedQuestion

MONTHS_AHEAD = 2
"""Months whose tables are there before their first question."""
_LOG = "query_log"
_REST = "query_log_rest"
"""Questions of months that have no table yet: none is refused for it."""
_OLD = "query_log_before"


class NotPostgresqlError(RuntimeError):
    """Only PostgreSQL has tables that are kept in parts."""


class RowsLostError(RuntimeError):
    """The new table has not as many rows as the old one: nothing was changed."""


def partition_log(database: Database, today: dt.date, progress: Callable[[dt.date], None] = lambda _: None) -> int:
    """Keep the log in a table a month from now on, in one transaction; how many rows it has.

    Writers wait as long as it takes: for the hours when nobody asks.  Raises NotPostgresqlError.
    """
    return _rebuild(database, today, progress, in_parts=True)


def unite_log(database: Database, today: dt.date, progress: Callable[[dt.date], None] = lambda _: None) -> int:
    """Keep the log in one table again.  Raises NotPostgresqlError."""
    return _rebuild(database, today, progress, in_parts=False)


def is_partitioned(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return False
    return bool(session.scalar(text("SELECT relkind = 'p' FROM pg_class WHERE oid = 'query_log'::regclass")))


def keep_partitions(session: Session, today: dt.date) -> None:
    """Make the tables of the coming months, and drop those of past months that retention has emptied."""
    if not is_partitioned(session):
        return
    there = set(_partitions(session))
    for month in months(today, _later(today, MONTHS_AHEAD)):
        if _name(month) not in there:
            _add_month(session, month)
    for name in sorted(there):
        if name < _name(_later(today, -1)) and session.scalar(text(f'SELECT 1 FROM "{name}" LIMIT 1')) is None:  # noqa: S608
            session.execute(text(f'DROP TABLE "{name}"'))


def months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The first days of the months from that of ``first`` to that of ``last``."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _later(month, 1)


def _later(day: dt.date, count: int) -> dt.date:
    """The first day of the month ``count`` after that of ``day``."""
    place = day.year * 12 + day.month - 1 + count
    return dt.date(place // 12, place % 12 + 1, 1)


def _name(month: dt.date) -> str:
    return f"{_LOG}_{month:%Y_%m}"


def _partitions(session: Session) -> list[str]:
    """The names of the months' tables."""
    found = session.scalars(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'query_log'::regclass")
    )
    return [name for name in found if name != _REST]


def _rebuild(database: Database, today: dt.date, progress: Callable[[dt.date], None], *, in_parts: bool) -> int:
    if database.is_sqlite:
        raise NotPostgresqlError
    with database.writing() as session:
        if is_partitioned(session) is in_parts:
            return _count(session, _LOG)
        for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            session.execute(text(f"SET LOCAL {setting} = 0"))
        session.execute(text(f"LOCK TABLE {_LOG} IN ACCESS EXCLUSIVE MODE"))
        first, last = session.execute(
            select(func.min(LoggedQuestion.jst_date), func.max(LoggedQuestion.jst_date))
        ).one()
        covered = list(months(first or today, max(last or today, _later(today, MONTHS_AHEAD))))
        session.execute(text(f"ALTER TABLE {_LOG} RENAME TO {_OLD}"))
        _make_table(session, covered if in_parts else None)
        return _fill(session, covered, progress, in_parts=in_parts)


def _make_table(session: Session, covered: list[dt.date] | None) -> None:
    """The new log without its keys: a table a month of ``covered``, or a single one."""
    parts = "" if covered is None else " PARTITION BY RANGE (jst_date)"
    session.execute(text(f"CREATE TABLE {_LOG} (LIKE {_OLD} INCLUDING DEFAULTS){parts}"))
    if covered is not None:
        session.execute(text(f"CREATE TABLE {_REST} PARTITION OF {_LOG} DEFAULT"))
        for month in covered:
            session.execute(text(f'CREATE TABLE "{_name(month)}" PARTITION OF {_LOG} {_bounds(month)}'))


def _fill(session: Session, covered: list[dt.date], progress: Callable[[dt.date], None], *, in_parts: bool) -> int:
    """Take the rows over, month by month, then drop the old table and make the keys.  Raises RowsLostError."""
    for month in covered:
        progress(month)
        span = {"first": month, "next": _later(month, 1)}
        taking = f"INSERT INTO {_LOG} SELECT * FROM {_OLD} WHERE jst_date >= :first AND jst_date < :next"  # noqa: S608
        session.execute(text(taking), span)
    rows = _count(session, _LOG)
    if rows != _count(session, _OLD):
        raise RowsLostError
    # The keys bear the old table's names, by which later migrations find them.
    session.execute(text(f"DROP TABLE {_OLD}"))
    _make_keys(session, in_parts=in_parts)
    session.execute(text(f"ANALYZE {_LOG}"))
    return rows


def _make_keys(session: Session, *, in_parts: bool) -> None:
    """PostgreSQL wants the day in every unique key of a table in parts; an event's day never changes."""
    table = LoggedQuestion.metadata.tables[_LOG]
    day = ", jst_date" if in_parts else ""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            kind = "PRIMARY KEY" if constraint is table.primary_key else "UNIQUE"
            columns = ", ".join(column.name for column in constraint.columns)
            session.execute(text(f"ALTER TABLE {_LOG} ADD CONSTRAINT {constraint.name} {kind} ({columns}{day})"))
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        session.execute(CreateIndex(index))


def _add_month(session: Session, month: dt.date) -> None:
    """A month's table, with what came before it was there."""
    name, span = _name(month), {"first": month, "next": _later(month, 1)}
    session.execute(text(f'CREATE TABLE "{name}" (LIKE {_LOG} INCLUDING DEFAULTS)'))
    moving = f'WITH moved AS (DELETE FROM {_REST} WHERE jst_date >= :first AND jst_date < :next RETURNING *) INSERT INTO "{name}" SELECT * FROM moved'  # noqa: E501, S608
    session.execute(text(moving), span)
    session.execute(text(f'ALTER TABLE {_LOG} ATTACH PARTITION "{name}" {_bounds(month)}'))


def _bounds(month: dt.date) -> str:
    return f"FOR VALUES FROM ('{month}') TO ('{_later(month, 1)}')"


def _count(session: Session, table: str) -> int:
    return session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - our own names only
