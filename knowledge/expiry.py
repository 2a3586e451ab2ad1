"""Everything whose time is over, in one list: once a day, and after a restore before anybody is served."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge import brought_files, log_files, outbox, sessions, taken_imports
from knowledge.audit_chain import expire
from knowledge.data_items import purge_fixed
from knowledge.db import Database
from knowledge.retention import purge_all


@dataclass(frozen=True)
class Kept:
    """Days that the settings of the service decide; those of residents' records, each municipality for itself."""

    audit_days: int
    session_days: int = sessions.KEPT.days
    upload_days: int = brought_files.KEPT.days


@dataclass(frozen=True)
class Forgotten:
    audit_lines: int
    sessions: int


def forget_of_staff(session: Session, moment: dt.datetime, kept: Kept) -> Forgotten:
    """What colleagues leave behind."""
    gone = Forgotten(
        expire(session, moment, kept.audit_days),
        sessions.forget_old_sessions(session, moment, dt.timedelta(days=kept.session_days)),
    )
    brought_files.forget_old_files(session, moment, dt.timedelta(days=kept.upload_days))
    taken_imports.forget_old(session, moment)
    outbox.forget_old(session, moment)
    log_files.forget_old_files(session, moment)
    return gone


def forget_records(database: Database, moment: dt.datetime, go_on: Callable[[], None] = lambda: None) -> int:
    """What residents leave behind, and all else that has a time; how many rows.  ``go_on`` may raise to stop."""
    return purge_all(database, moment, go_on) + purge_fixed(database, moment)


def forget_expired(database: Database, moment: dt.datetime, kept: Kept) -> int:
    """All of it at once; how many records."""
    with database.writing() as session:
        lines = forget_of_staff(session, moment, kept).audit_lines
    return lines + forget_records(database, moment)
