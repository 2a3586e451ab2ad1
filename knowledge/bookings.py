"""公開予約 and 公開終了予約: what was booked comes live, or ends, when its moment has come.

Any number of processes may look at once: each holds the municipality's row while it works, and
what one has done is no longer due for the next.  A moment that passed while no process ran is
made up for by the first that looks.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge.audit import BY_DATE
from knowledge.db import Database
from knowledge.entry_steps import live_digest
from knowledge.entry_versions import Author, keep_present, overtaken, send_back, versions_of
from knowledge.models import Entry, EntryVersion, Municipality
from knowledge.publishing import end_entry, go_live

BOOKED = Author("予約")
_STALE = (
    "予約の日時になりましたが、別の版（第{number}版）が公開されているため、公開しませんでした。"
    "第{number}版をもとに書き直し、もう一度承認を受けてください"
)


@dataclass(frozen=True)
class Fired:
    """What became of a booking.  ``what``: published, ended, or returned where it could not be done."""

    municipality_code: str
    entry_id: str
    number: int
    what: str


def publish_due(database: Database, moment: dt.datetime) -> list[Fired]:
    """Do all that is booked for ``moment`` or before, one transaction a municipality."""
    with database.reading() as session:
        # Most looks find nothing: they must not take the lock that residents' questions are logged under.
        codes = session.scalars(select(EntryVersion.municipality_code).where(_due(moment)).distinct()).all()
    return [fired for code in sorted(codes) for fired in _fire(database, code, moment)]


def _due(moment: dt.datetime) -> ColumnElement[bool]:
    return or_(
        and_(EntryVersion.state == "approved", EntryVersion.publish_at <= moment),
        and_(EntryVersion.state == "published", EntryVersion.end_at <= moment),
    )


def _fire(database: Database, code: str, moment: dt.datetime) -> list[Fired]:
    with database.writing() as session:
        town = session.get_one(Municipality, code, with_for_update=True)
        town.drafts_version += 1
        due = select(EntryVersion).where(EntryVersion.municipality_code == code, _due(moment))
        found = session.scalars(due.order_by(EntryVersion.publish_at, EntryVersion.number)).all()
        before = {one.entry_id: live_digest(session, code, one.entry_id) for one in found}
        fired = [one for version in found if (one := _publish(session, town, version, moment))]
        # Only now: what came live late may have ended by its own booking, or replaced what would have ended.
        ending = [version for version in found if version.state == "published"]
        fired += [_end(session, town, version, moment) for version in ending if _over(version, moment)]
        for one in fired:
            texts = {"old": before[one.entry_id], "new": live_digest(session, code, one.entry_id)}
            told = {"version": one.number, "what": one.what, **texts}
            audit.append(session, BY_DATE, "booking_fired", at=moment, scope=code, subject=one.entry_id, details=told)
        return fired


def _over(version: EntryVersion, moment: dt.datetime) -> bool:
    return version.state == "published" and version.end_at is not None and version.end_at <= moment


def _publish(session: Session, town: Municipality, version: EntryVersion, moment: dt.datetime) -> Fired | None:
    if version.state != "approved":
        # It goes back where another that was due in the same breath came live without it, or only ends.
        return None
    row = session.get(Entry, (town.code, version.entry_id))
    kept = versions_of(session, town.code, version.entry_id) if row is None else keep_present(session, row)
    by_number = {one.number: one for one in kept}
    if row is not None and overtaken(row, version, by_number):
        send_back(version, [one for one in kept if one is not version], _STALE.format(number=row.version), moment)
        return Fired(town.code, version.entry_id, version.number, "returned")
    go_live(session, town, row, version, kept, moment)
    return Fired(town.code, version.entry_id, version.number, "published")


def _end(session: Session, town: Municipality, version: EntryVersion, moment: dt.datetime) -> Fired:
    row = session.get_one(Entry, (town.code, version.entry_id))
    end_entry(session, town, row, BOOKED, moment, "公開終了予約の日時になりました")
    return Fired(town.code, version.entry_id, version.number, "ended")
