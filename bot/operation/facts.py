"""Gathering what bot.operation.checks decides over: from the database, the disks and this process."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.line.inbox import ANSWER_WITHIN, OPEN
from bot.line.rests import UNAUTHORIZED, resting
from bot.operation.checks import Disk, Facts, Stored
from bot.operation.notes import NOTES
from bot.services import Services
from bot.settings import Settings
from knowledge.alerts import Finding
from knowledge.backup_standing import Standing, joined, standing_from_json, standing_in
from knowledge.db import Database, migration_config
from knowledge.heartbeats import Beat, beats
from knowledge.models import Job, LineEvent, Municipality, SignInFailure, StaffMail
from knowledge.my_numbers import recent
from knowledge.pseudonyms import pepper_fault
from knowledge.purge_turns import last_purge
from knowledge.sign_in import WINDOW

NEWEST = 20
"""Events whose times are compared with ours."""
LATELY = dt.timedelta(minutes=15)
Check = Callable[[Services, dt.datetime], Iterable[Finding]]

_log = structlog.get_logger("operation")


def host_name() -> str:
    return socket.gethostname()[:40]


@cache
def head_revision() -> str | None:
    """The tables that this program was written for: read once, for no running program changes it."""
    return ScriptDirectory.from_config(migration_config()).get_current_head()


def revision_of(database: Database) -> str | None:
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def gather(kit: Services, moment: dt.datetime, *, writable: bool) -> Facts:
    """What can be seen now.  Raises nothing that a database can raise."""
    fits, stored = _of_the_database(kit.database, moment)
    settings = kit.settings
    return Facts(
        moment,
        writable and stored is not None,
        fits,
        tuple(_disks(settings)),
        tuple(sorted({*NOTES.refused(), *(stored.refused if stored else ())})),
        NOTES.unbuilt(moment),
        backup_wanted=bool(settings.backup_key) and not settings.is_local,
        drill_wanted=bool(settings.backup_key and settings.restore_drill) and not settings.is_local,
        backups=_backups(settings.backup_folder, stored.beats if stored is not None else ()),
        stored=stored,
        others=tuple(_others(kit, moment)) if stored is not None else (),
    )


def _of_the_database(database: Database, moment: dt.datetime) -> tuple[bool, Stored | None]:
    try:
        if revision_of(database) != head_revision():
            return False, _NOTHING  # it answers, but its tables are not to be read by this program
        with database.reading() as session:
            return True, _stored(session, moment)
    except SQLAlchemyError as error:
        _log.warning("not_seen", error=type(error).__name__)
        return True, None


_NOTHING = Stored((), 0, 0, 0.0, (), 0.0, 0.0, 0, ())


def _stored(session: Session, moment: dt.datetime) -> Stored:
    # What was to be tried later is not late before that; what was renewed by a redelivery waits since then.
    first_open = func.min(LineEvent.deadline_at)
    count, deadline = session.execute(select(func.count(), first_open).where(LineEvent.state.in_(OPEN))).one()
    mail = session.scalar(select(func.min(StaffMail.next_at)).where(StaffMail.state == "waiting"))
    job = session.scalar(select(func.min(Job.asked_at)).where(Job.state == "waiting"))
    return Stored(
        beats(session),
        session.scalar(select(func.count()).select_from(Municipality)) or 0,
        count,
        _seconds(deadline - ANSWER_WITHIN, moment) if deadline is not None else 0.0,
        tuple(_lateness(session, moment)),
        _seconds(mail, moment),
        _seconds(job, moment),
        session.scalar(select(func.count()).where(SignInFailure.at > moment - WINDOW)) or 0,
        tuple(rest.channel for rest in resting(session, moment) if rest.reason == UNAUTHORIZED),
        last_purge(session),
    )


def _seconds(since: dt.datetime | None, moment: dt.datetime) -> float:
    return max(0.0, (moment - since).total_seconds()) if since is not None else 0.0


def _lateness(session: Session, moment: dt.datetime) -> Iterator[float]:
    newest = (
        select(LineEvent.received_at, LineEvent.occurred_at)
        .where(LineEvent.deliveries == 1, LineEvent.received_at > moment - LATELY)
        .order_by(LineEvent.id.desc())
        .limit(NEWEST)
    )
    for received, occurred in session.execute(newest):
        yield (received - occurred).total_seconds()


def _disks(settings: Settings) -> Iterator[Disk]:
    """Where the database, the keys and the backups lie, each disk once."""
    seen = set()
    enough = settings.disk_enough_gb * 1024**3 or None
    for what, folder in (("データ", settings.instance), ("バックアップ", settings.backup_folder)):
        place = _existing(folder)
        try:
            device, usage = place.stat().st_dev, shutil.disk_usage(place)
        except OSError:
            continue
        if device not in seen:
            seen.add(device)
            yield Disk(f"{host_name()} の{what}", usage.free, usage.total, enough)


def _existing(folder: Path) -> Path:
    return next((place for place in (folder, *folder.parents) if place.exists()), Path("/"))


def _backups(folder: Path, beats: Iterable[Beat]) -> Standing | None:
    """What whoever does the jobs tells of the backups, and what lies on this machine, if anything does."""
    told = [standing for beat in beats if (standing := standing_from_json(beat.standing)) is not None]
    try:
        here = standing_in(folder)
    except OSError:
        here = Standing()
    return joined([*told, here]) if told or here.newest else None


def _pepper(kit: Services, moment: dt.datetime) -> Iterator[Finding]:
    if not kit.settings.is_local and (fault := pepper_fault(kit.settings.pepper, moment)):
        yield Finding("pepper", "", fault)


def _my_numbers(_kit: Services, moment: dt.datetime) -> Iterator[Finding]:
    for code in recent(moment):
        yield Finding("my_number", code)


def _unforwarded(_kit: Services, moment: dt.datetime) -> Iterator[Finding]:
    for channel, fault in NOTES.unforwarded(moment).items():
        yield Finding("forward", channel, fault)


OTHER_CHECKS: list[Check] = [_pepper, _my_numbers, _unforwarded]
"""Of whoever has something of their own to look at."""


def _others(kit: Services, moment: dt.datetime) -> Iterator[Finding]:
    for check in OTHER_CHECKS:
        try:
            yield from check(kit, moment)
        except Exception as error:  # one look that fails must not blind the others
            _log.error("check_failed", check=getattr(check, "__qualname__", "?"), error=type(error).__name__)
