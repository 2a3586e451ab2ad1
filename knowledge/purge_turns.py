"""Whose turn the daily purge is, and when it last came to its end: rows of number 0 among the audit log's marks.

One process of all is at it, by a lease as for other long work.  It counts as done when all of it is: what was
stopped, killed or refused in the middle is begun anew, by the next who looks.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.audit_chain import NOTHING
from knowledge.calendar import JST
from knowledge.db import Database
from knowledge.lessons import ClaimLostError
from knowledge.models import AuditCheckpoint, AuditHead

LEASE = dt.timedelta(minutes=10)
"""Longer than one table is vacuumed; whoever was killed in the middle is waited for no longer."""
AGAIN = dt.timedelta(minutes=5)
"""After a failure: a locked database, or a full disk, may be well again."""
_DONE, _HELD, _WAITED = "purged", "purging", "unpurged"
"""The kinds of the rows: the last that came to its end; who is at it, and until when; since when one is waited for."""


@dataclass(frozen=True)
class Turn:
    """A claim to do the purge of today."""

    owner: str


def last_purge(session: Session) -> dt.datetime | None:
    """When one came to its end; before the first, since when it has been looked for; None where nobody has looked."""
    row = _row(session, _DONE) or _row(session, _WAITED)
    return row.at if row is not None else None


def claim(database: Database, moment: dt.datetime) -> Turn | None:
    """Take the turn where one is due, and nobody is at it."""
    with database.reading() as session:
        # Most looks find nothing, and must not take the lock.
        if not _is_due(session, moment):
            return None
    with database.writing() as session:
        session.execute(select(AuditHead).where(AuditHead.id == 1).with_for_update())  # one after the other
        if not _is_due(session, moment):
            return None
        if last_purge(session) is None:
            _set(session, _WAITED, NOTHING, moment)
        turn = Turn(secrets.token_hex(32))
        _set(session, _HELD, turn.owner, moment + LEASE)
        return turn


def renew(database: Database, turn: Turn, moment: dt.datetime) -> None:
    """Raises ClaimLostError where another has taken over."""
    with database.writing() as session:
        _held(session, turn).at = moment + LEASE


def finish(database: Database, turn: Turn, moment: dt.datetime) -> None:
    """All of it is done.  Raises ClaimLostError."""
    with database.writing() as session:
        _held(session, turn).at = moment
        _set(session, _DONE, NOTHING, moment)


def give_back(database: Database, turn: Turn, not_before: dt.datetime) -> None:
    """It is not done: whoever looks from ``not_before`` on does it."""
    with database.writing() as session:
        row = _row(session, _HELD)
        if row is not None and row.digest == turn.owner:
            row.at = not_before


def _is_due(session: Session, moment: dt.datetime) -> bool:
    """Once a day of Japan's."""
    done, held = _row(session, _DONE), _row(session, _HELD)
    if done is not None and done.at.astimezone(JST).date() >= moment.astimezone(JST).date():
        return False
    return held is None or held.at <= moment


def _row(session: Session, kind: str) -> AuditCheckpoint | None:
    return session.get(AuditCheckpoint, (0, kind))


def _held(session: Session, turn: Turn) -> AuditCheckpoint:
    row = session.get(AuditCheckpoint, (0, _HELD), with_for_update=True)
    if row is None or row.digest != turn.owner:
        raise ClaimLostError("purge")
    return row


def _set(session: Session, kind: str, digest: str, moment: dt.datetime) -> None:
    session.merge(AuditCheckpoint(number=0, kind=kind, digest=digest, at=moment))
