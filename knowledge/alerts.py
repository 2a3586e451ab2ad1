"""What is wrong with the service, since when, and who was told of it: the same for all processes and machines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from knowledge.db import Database
from knowledge.models import Alert, AlertTelling
from knowledge.query_log import insert_ignoring

AGAIN = dt.timedelta(minutes=30)
"""Of what stays wrong nobody is told more often, by one way."""
SETTLED = dt.timedelta(minutes=5)
"""That it is over is told when it has stayed so: what comes and goes is one thing to those who are told."""
HELD = dt.timedelta(seconds=60)
"""While one process tells, the others leave it alone."""
RETRIES = tuple(dt.timedelta(seconds=one) for one in (10, 30, 60, 300, 600, 1800))
"""How long after each failure the next try is."""
COUNTED = dt.timedelta(seconds=8)
"""Several processes find the same: it is counted once."""
KEPT = dt.timedelta(days=35)
RAISED, ENDED = "raised", "ended"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong now."""

    kind: str
    scope: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Known:
    """An alert as it was kept."""

    kind: str
    scope: str
    detail: str
    first_at: dt.datetime
    last_at: dt.datetime
    times: int
    ended_at: dt.datetime | None


@dataclass(frozen=True)
class Told:
    """What was told last of an alert, by one way."""

    told: str | None
    told_at: dt.datetime | None
    next_at: dt.datetime


@dataclass(frozen=True)
class Message:
    """Something to tell: ``what`` is RAISED or ENDED."""

    alert: Known
    way: str
    what: str


def settle(
    database: Database, findings: Sequence[Finding], may_end: Callable[[Known], bool], moment: dt.datetime
) -> tuple[list[Finding], list[Known]]:
    """Keep what was found; end what was not, where ``may_end`` allows it.  What is new, and what ended."""
    found = {(one.kind, one.scope): one for one in findings}
    with database.reading() as session:
        kept = {(one.kind, one.scope): one for one in known(session)}
    news = [
        one
        for key, one in found.items()
        if key not in kept or kept[key].ended_at or moment - kept[key].last_at > COUNTED
    ]
    over = [one for key, one in kept.items() if one.ended_at is None and key not in found and may_end(one)]
    if not news and not over:
        return [], []
    with database.writing() as session:
        raised = [one for one in news if _raise(session, one, moment)]
        ended = [one for one in over if _end(session, one, moment)]
    return raised, ended


def _raise(session: Session, finding: Finding, moment: dt.datetime) -> bool:
    """Whether it is new."""
    values = {
        "kind": finding.kind,
        "scope": finding.scope[:80],
        "detail": finding.detail[:200],
        "first_at": moment,
        "last_at": moment,
        "times": 1,
        "ended_at": None,
    }
    if session.scalar(insert_ignoring(session, Alert, values).returning(Alert.kind)) is not None:
        return True
    row = session.get_one(Alert, (finding.kind, finding.scope[:80]), with_for_update=True)
    is_new = row.ended_at is not None
    if is_new:
        row.first_at, row.times, row.ended_at = moment, 0, None
    row.last_at, row.times, row.detail = moment, row.times + 1, finding.detail[:200]
    return is_new


def note_over(session: Session, finding: Finding, first: dt.datetime, last: dt.datetime) -> None:
    """Keep what is known only now that it is over; of several that find it, one does."""
    values = {
        "kind": finding.kind,
        "scope": finding.scope[:80],
        "detail": finding.detail[:200],
        "first_at": first,
        "last_at": last,
        "times": 1,
        "ended_at": last,
    }
    session.execute(insert_ignoring(session, Alert, values))


def _end(session: Session, alert: Known, moment: dt.datetime) -> bool:
    row = session.get(Alert, (alert.kind, alert.scope), with_for_update=True)
    # Somebody else may have found it again in the meantime.
    if row is None or row.ended_at is not None or row.last_at > alert.last_at:
        return False
    row.ended_at = moment
    return True


def known(session: Session) -> list[Known]:
    """All alerts that are kept, the open ones first."""
    rows = session.scalars(select(Alert).order_by(Alert.ended_at.is_not(None), Alert.kind, Alert.scope))
    return [_known(row) for row in rows]


def _known(row: Alert) -> Known:
    return Known(row.kind, row.scope, row.detail, row.first_at, row.last_at, row.times, row.ended_at)


def due(alert: Known, told: Told | None, moment: dt.datetime) -> str | None:
    """What is to be told of an alert by a way of which ``told`` is the last: RAISED, ENDED or None.

    What came and went before anybody could be told is not told; what is over is told once, and what comes again
    after that at once.
    """
    if told is not None and told.next_at > moment:
        return None
    told_at = told.told_at if told is not None and told.told == RAISED else None
    if alert.ended_at is None:
        return RAISED if told_at is None or moment - told_at >= AGAIN else None
    return ENDED if told_at is not None and moment - alert.ended_at >= SETTLED else None


def take_messages(database: Database, ways: Iterable[str], moment: dt.datetime) -> list[Message]:
    """What is to be told now, and by nobody else."""
    ways = list(ways)
    with database.reading() as session:
        if not _messages(session, ways, moment):
            return []
    with database.writing() as session:
        session.scalars(select(Alert).order_by(Alert.kind, Alert.scope).with_for_update()).all()
        messages = _messages(session, ways, moment)
        for one in messages:
            key = {"kind": one.alert.kind, "scope": one.alert.scope, "way": one.way}
            session.execute(insert_ignoring(session, AlertTelling, {**key, "tries": 0, "next_at": moment}))
            row = session.get_one(AlertTelling, tuple(key.values()))
            row.next_at, row.tries = moment + HELD, row.tries + 1
        return messages


def _messages(session: Session, ways: Sequence[str], moment: dt.datetime) -> list[Message]:
    tellings = {(row.kind, row.scope, row.way): row for row in session.scalars(select(AlertTelling))}
    found = []
    for alert in known(session):
        for way in ways:
            row = tellings.get((alert.kind, alert.scope, way))
            told = None if row is None else Told(row.told, row.told_at, row.next_at)
            what = due(alert, told, moment)
            if what is not None:
                found.append(Message(alert, way, what))
    return found


def note_told(database: Database, message: Message, moment: dt.datetime) -> None:
    with database.writing() as session:
        row = session.get_one(AlertTelling, (message.alert.kind, message.alert.scope, message.way))
        row.told, row.told_at, row.tries, row.next_at = message.what, moment, 0, moment


def note_not_told(database: Database, message: Message, moment: dt.datetime) -> None:
    with database.writing() as session:
        row = session.get_one(AlertTelling, (message.alert.kind, message.alert.scope, message.way))
        row.next_at = moment + RETRIES[min(row.tries, len(RETRIES)) - 1]


def forget_old(session: Session, moment: dt.datetime) -> None:
    """What was over long ago, and what was told of it."""
    session.execute(delete(Alert).where(Alert.ended_at < moment - KEPT))
    live = select(Alert.kind).where(Alert.kind == AlertTelling.kind, Alert.scope == AlertTelling.scope)
    old = or_(AlertTelling.told_at.is_(None), AlertTelling.told_at < moment - KEPT)
    session.execute(delete(AlertTelling).where(~live.exists(), old))
