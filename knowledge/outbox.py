"""The outbox: notices wait here, are claimed by whoever sends them, and are tried again until they are given up."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from knowledge.db import Database
from knowledge.models import StaffAccount, StaffMail
from knowledge.query_log import insert_ignoring
from knowledge.staff import is_active

HELD = dt.timedelta(minutes=10)
"""While one process sends, the others leave it alone."""
RETRIES = tuple(dt.timedelta(minutes=one) for one in (1, 5, 30, 120, 480, 1440))
"""How long after each failure the next try is; after the last it is given up."""
KEPT = dt.timedelta(days=30)
LATELY = dt.timedelta(days=7)


@dataclass(frozen=True)
class Letter:
    """A notice in hand, with the address as it is now."""

    id: str
    to: str
    subject: str
    body: str


def put(session: Session, account_id: int, key: str, code: str, subject: str, body: str, moment: dt.datetime) -> None:
    """Let a notice wait; one of the same key that the account has, or had, stays the only one."""
    values = {
        "id": str(uuid.uuid4()),
        "account_id": account_id,
        "key": key[:160],
        "scope": code,
        "subject": " ".join(subject.split())[:120],
        "body": body,
        "state": "waiting",
        "attempts": 0,
        "created_at": moment,
        "next_at": moment,
    }
    session.execute(insert_ignoring(session, StaffMail, values))


def claim(database: Database, moment: dt.datetime) -> Letter | None:
    """The next notice that is due.  Those to people without an address, or who left, are given up at once."""
    due = (
        select(StaffMail)
        .where(StaffMail.state == "waiting", StaffMail.next_at <= moment)
        .order_by(StaffMail.next_at)
        .limit(1)
    )
    with database.reading() as session:
        if session.scalar(due) is None:
            return None
    with database.writing() as session:
        while (notice := session.scalar(due.with_for_update(skip_locked=True))) is not None:
            account = session.get(StaffAccount, notice.account_id)
            if account is not None and account.email and is_active(account, moment):
                notice.next_at, notice.attempts = moment + HELD, notice.attempts + 1
                return Letter(notice.id, account.email, notice.subject, notice.body)
            notice.state, notice.fault = "given_up", "宛先がない"
            session.flush()
    return None


def note_sent(database: Database, letter: Letter, moment: dt.datetime) -> None:
    with database.writing() as session:
        notice = session.get(StaffMail, letter.id)
        if notice is not None:
            notice.state, notice.sent_at, notice.fault = "sent", moment, None


def note_failed(database: Database, letter: Letter, fault: str, moment: dt.datetime, *, for_good: bool) -> None:
    """``fault``: the kind of failure, without an address.  ``for_good``: the server will never take it."""
    with database.writing() as session:
        notice = session.get(StaffMail, letter.id)
        if notice is None:
            return
        notice.fault = fault[:120]
        if for_good or notice.attempts > len(RETRIES):
            notice.state = "given_up"
        else:
            notice.next_at = moment + RETRIES[notice.attempts - 1]


@dataclass(frozen=True)
class Tally:
    """What became of a municipality's notices of late.  ``fault``: why the last that failed did."""

    sent: int
    waiting: int
    given_up: int
    fault: str | None


def tally(session: Session, code: str, moment: dt.datetime) -> Tally:
    """Of the last week."""
    own = (StaffMail.scope == code, StaffMail.created_at >= moment - LATELY)
    by_state = select(StaffMail.state, func.count()).where(*own).group_by(StaffMail.state)
    counts = {row[0]: row[1] for row in session.execute(by_state)}
    failed = select(StaffMail.fault).where(*own, StaffMail.fault.is_not(None), StaffMail.state != "sent")
    fault = session.scalar(failed.order_by(StaffMail.next_at.desc()).limit(1))
    return Tally(counts.get("sent", 0), counts.get("waiting", 0), counts.get("given_up", 0), fault)


def forget_old(session: Session, moment: dt.datetime) -> None:
    """What was sent or given up long ago; the keys of what is still told stay longer than what they tell of."""
    session.execute(delete(StaffMail).where(StaffMail.state != "waiting", StaffMail.created_at < moment - KEPT))
