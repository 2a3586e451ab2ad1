"""Once a day: how far the audit log has come is noted, and what is too old is deleted to its last trace."""

from __future__ import annotations

import time
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.duties import GoOn, StoppedError
from bot.services import Services
from knowledge import purge_turns
from knowledge.audit_chain import is_daily_head_due, note_daily_head
from knowledge.calendar import JST, now
from knowledge.data_items import tables_of_items
from knowledge.expiry import Kept, forget_of_staff, forget_records
from knowledge.lessons import ClaimLostError
from knowledge.log_partitions import keep_partitions
from knowledge.pseudonyms import pepper_fault
from knowledge.purge_turns import Turn
from knowledge.rewriting import clean_files

SHRINK_SECONDS = 20.0
"""How long it is tried to erase from the database's log file what was erased from the database."""
RENEW_SECONDS = 30.0

_log = structlog.get_logger("jobs")


class LogNotShrunkError(Exception):
    """Somebody reads without an end: what was erased still stands in the database's log file."""


def keep_up(kit: Services, go_on: GoOn) -> str | None:
    """What is due of the two; None where nothing is, or where it could not be done now."""
    try:
        _note_head(kit)
        return _purge(kit, go_on)
    except ClaimLostError:
        return None  # another went on with it
    except LogNotShrunkError:
        _log.warning("log_not_shrunk")
    except SQLAlchemyError as error:
        _log.error("job_failed", kind="staff", error=type(error).__name__)
    return None


def _note_head(kit: Services) -> None:
    moment = now()
    with kit.database.reading() as session:
        # Most looks find nothing: they must not take the lock that residents' questions are logged under.
        if not is_daily_head_due(session, moment):
            return
    with kit.database.writing() as session:
        noted = note_daily_head(session, moment)
    if noted and (fault := pepper_fault(kit.settings.pepper, moment)):
        _log.warning("pepper_not_of_this_year", remedy=fault)


def _purge(kit: Services, go_on: GoOn) -> str | None:
    """By one process of all.  What fails is tried again in minutes, and what is stopped by the next who looks."""
    turn = purge_turns.claim(kit.database, now())
    if turn is None:
        return None
    try:
        _forget(kit, _Holding(kit, turn, go_on))
        purge_turns.finish(kit.database, turn, now())
    except StoppedError:
        with suppress(SQLAlchemyError):
            purge_turns.give_back(kit.database, turn, now())
        raise
    except Exception:
        with suppress(SQLAlchemyError):  # else its lease ends
            purge_turns.give_back(kit.database, turn, now() + purge_turns.AGAIN)
        raise
    return "staff"


class _Holding:
    """Asked in the middle of it: whether to go on; the lease is renewed meanwhile."""

    def __init__(self, kit: Services, turn: Turn, go_on: GoOn) -> None:
        self._kit, self._turn, self._go_on = kit, turn, go_on
        self._renewed = time.monotonic()

    def __call__(self) -> None:
        """Raises StoppedError and ClaimLostError."""
        self._go_on()
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            self._renewed = time.monotonic()
            purge_turns.renew(self._kit.database, self._turn, now())


def _forget(kit: Services, go_on: GoOn) -> None:
    moment, database = now(), kit.database
    with database.writing() as session:
        gone = forget_of_staff(session, moment, _kept(kit))
    records = forget_records(database, moment, go_on)
    anew = clean_files(database, tables_of_items(), moment, go_on)
    _shrink_log(kit, go_on)
    with database.writing() as session:
        keep_partitions(session, moment.astimezone(JST).date())
    _log.info("staff_kept_up", audit_lines=gone.audit_lines, sessions=gone.sessions, records=records, anew=len(anew))


def _shrink_log(kit: Services, go_on: GoOn) -> None:
    until = time.monotonic() + SHRINK_SECONDS
    while not kit.database.shrink_log():
        if time.monotonic() >= until:
            raise LogNotShrunkError
        go_on()
        time.sleep(0.2)


def _kept(kit: Services) -> Kept:
    return Kept(kit.settings.audit_days, kit.settings.session_days, kit.settings.upload_days)
