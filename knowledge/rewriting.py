"""At night PostgreSQL's tables are written anew, without a trace of what was deleted from them.

Its usual VACUUM only frees the place: the words stay in the file until a new row happens to be written over them,
which in a month's table that is over never happens.  Writing a table anew keeps everybody away from it meanwhile: so
only while Japan sleeps, and only what takes a moment, or what nobody writes to any more.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import text

from knowledge.calendar import JST
from knowledge.db import Database

NIGHT_ENDS = dt.time(5)
"""In Japan, from midnight on: the daily purge comes in the first minutes of it."""
MOMENT_BYTES = 64 * 2**20
"""With its indexes: written anew in about a second."""
PAST_BYTES = 4 * 2**30
"""Of a month that is over, which nobody waits for but who reads reports."""
TOLD_AFTER_SECONDS = 11.0
"""A connection that rests tells the statistics, ten seconds later, what it has deleted."""

_TABLES = text("""
    SELECT c.oid::regclass::text AS name, p.relname AS whole, pg_total_relation_size(c.oid) AS bytes,
           s.n_dead_tup > 0 AS has_traces, c.relname < :month AS is_past
    FROM pg_class c
    JOIN pg_stat_user_tables s ON s.relid = c.oid
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
    LEFT JOIN pg_class p ON p.oid = i.inhparent
    WHERE c.relkind = 'r' AND coalesce(p.relname, c.relname) = ANY(:tables)
    ORDER BY c.relname
""")


@dataclass(frozen=True)
class Stored:
    """A table as PostgreSQL keeps it: ``whole`` where it is a part of another, ``is_past`` that of a month before."""

    name: str
    whole: str | None
    bytes: int
    has_traces: bool
    is_past: bool

    def is_written_anew(self) -> bool:
        if self.whole is not None and self.is_past:
            # All months every night would be too much: of what autovacuum has freed, nothing is known any more.
            return self.has_traces and self.bytes <= PAST_BYTES
        return self.bytes <= MOMENT_BYTES


def is_night(moment: dt.datetime) -> bool:
    return moment.astimezone(JST).time() < NIGHT_ENDS


def stored(database: Database, tables: Collection[str], moment: dt.datetime) -> tuple[Stored, ...]:
    """``tables`` as PostgreSQL keeps them at ``moment``, month by month where they are in parts; of SQLite nothing."""
    if database.is_sqlite:
        return ()
    given = {"tables": sorted(tables), "month": f"query_log_{moment.astimezone(JST):%Y_%m}"}
    with database.reading() as session:
        return tuple(Stored(**row) for row in session.execute(_TABLES, given).mappings())


def clean_files(
    database: Database, tables: Collection[str], moment: dt.datetime, go_on: Callable[[], None]
) -> tuple[str, ...]:
    """Free what was deleted from ``tables``, and at night write them anew without it; which of them were.

    What somebody is just at is left for the next night.
    """
    anew = _to_write_anew(database, tables, moment, go_on) if is_night(moment) else frozenset()
    for table in sorted(set(tables) | anew):
        go_on()
        database.vacuum([table], rewrite=table in anew)
    return tuple(sorted(anew))


def _to_write_anew(
    database: Database, tables: Collection[str], moment: dt.datetime, go_on: Callable[[], None]
) -> frozenset[str]:
    if any(one.is_past and one.whole for one in stored(database, tables, moment)):
        until = time.monotonic() + TOLD_AFTER_SECONDS
        while time.monotonic() < until:
            go_on()
            time.sleep(0.2)
    return frozenset(one.name for one in stored(database, tables, moment) if one.is_written_anew())
