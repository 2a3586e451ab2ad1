"""The counts of a minute, shared by all processes: one statement counts a question under all its keys."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from knowledge.models import RateWindow

KEPT_MINUTES = 2
"""Longer than any process may still count in an old minute, and nothing is kept beyond."""


def count(session: Session, minute: int, keys: Iterable[str]) -> dict[str, int]:
    """Count one more under each of ``keys``; how many there are now.

    The keys are written in one order by everybody, so that no two wait for each other.
    """
    rows = [{"minute": minute, "key": key, "hits": 1} for key in sorted(set(keys))]
    table = RateWindow.__table__
    if session.get_bind().dialect.name == "postgresql":
        adding = postgresql.insert(RateWindow).values(rows)
        added = adding.on_conflict_do_update(index_elements=["minute", "key"], set_={"hits": table.c.hits + 1})
        # Worth no wait for the disk: a crash may cost a count, never an answer.
        quick = func.set_config("synchronous_commit", "off", True)
        return {key: hits for key, hits, _ in session.execute(added.returning(table.c.key, table.c.hits, quick))}
    added_here = (
        sqlite.insert(RateWindow)
        .values(rows)
        .on_conflict_do_update(index_elements=["minute", "key"], set_={"hits": table.c.hits + 1})
    )
    return {row.key: row.hits for row in session.execute(added_here.returning(table.c.key, table.c.hits))}


def is_any_old(session: Session, minute: int) -> bool:
    """Whether anything was counted before the minutes that still count at ``minute``."""
    return session.scalar(select(RateWindow.minute).where(_old(minute)).limit(1)) is not None


def forget(session: Session, minute: int) -> None:
    """Delete what was counted before the minutes that still count at ``minute``."""
    session.execute(delete(RateWindow).where(_old(minute)))


def _old(minute: int) -> ColumnElement[bool]:
    return RateWindow.minute <= minute - KEPT_MINUTES
