"""Who is signed in: sessions that can be ended at once, because they are rows and not cookies."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Update, delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from knowledge.models import StaffAccount, StaffSession
from knowledge.roles import Person
from knowledge.staff import is_active, person_of

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=10)
HALF_WAY = dt.timedelta(minutes=10)
"""How long the second step may take."""
FRESH = dt.timedelta(minutes=10)
"""How long a password given stands for what is delicate."""
KEPT = dt.timedelta(days=30)
"""How long an ended session stays listed."""
NOTED_EVERY = dt.timedelta(minutes=1)
"""A page opened is not worth a write of its own."""

PASSWORD_STAGE, FULL = "password", "full"


@dataclass(frozen=True)
class SignedIn:
    """A session that holds now.  ``full``: the second step is done, or none is asked for."""

    id_hash: str
    person: Person
    full: bool
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime
    confirmed_at: dt.datetime
    has_totp: bool
    second_step_by_office: bool = False

    @property
    def has_second_step(self) -> bool:
        return self.has_totp or self.second_step_by_office

    def is_fresh(self, moment: dt.datetime) -> bool:
        return moment - self.confirmed_at < FRESH

    def ends_at(self) -> dt.datetime:
        """When it ends if nothing is done."""
        return min(self.seen_at + IDLE, self.expires_at)


def session_hash(session_id: str) -> str:
    return hashlib.sha256(f"staff session\0{session_id}".encode("utf-8", "surrogatepass")).hexdigest()


def start_session(
    session: Session,
    account_id: int,
    moment: dt.datetime,
    address_hash: str,
    *,
    full: bool,
    confirmed_at: dt.datetime | None = None,
    second_step_by_office: bool = False,
) -> str:
    """A new session; its id, 256 bits, which is told to the browser and to nobody else.

    ``confirmed_at``: when the person last proved who they are, where that was not now.
    """
    session_id = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            id_hash=session_hash(session_id),
            account_id=account_id,
            stage=FULL if full else PASSWORD_STAGE,
            created_at=moment,
            seen_at=moment,
            expires_at=moment + (LONGEST if full else HALF_WAY),
            confirmed_at=confirmed_at or moment,
            address_hash=address_hash,
            second_step_by_office=second_step_by_office,
        )
    )
    session.flush()
    return session_id


def current_session(session: Session, session_id: str, moment: dt.datetime) -> SignedIn | None:
    """Who holds this session; None where it ended, ran out, or the account may not sign in today."""
    row = session.get(StaffSession, session_hash(session_id))
    if row is None or not _holds(row, moment):
        return None
    account = session.get_one(StaffAccount, row.account_id)
    if not is_active(account, moment):
        return None
    return SignedIn(
        row.id_hash,
        person_of(session, account, moment),
        row.stage == FULL,
        row.created_at,
        row.seen_at,
        row.expires_at,
        row.confirmed_at,
        account.totp_seed is not None,
        row.second_step_by_office,
    )


def account_of_session(session: Session, session_id: str) -> int | None:
    """Whose session this is or was."""
    row = session.get(StaffSession, session_hash(session_id))
    return row.account_id if row is not None else None


def _holds(row: StaffSession, moment: dt.datetime) -> bool:
    return row.ended_at is None and moment < row.expires_at and moment - row.seen_at < IDLE


def wants_noting(found: SignedIn, moment: dt.datetime) -> bool:
    return moment - found.seen_at >= NOTED_EVERY


def note_seen(session: Session, id_hash: str, moment: dt.datetime) -> None:
    session.execute(
        update(StaffSession)
        .where(StaffSession.id_hash == id_hash, StaffSession.ended_at.is_(None))
        .values(seen_at=moment)
    )


def note_confirmed(session: Session, id_hash: str, moment: dt.datetime) -> None:
    session.execute(update(StaffSession).where(StaffSession.id_hash == id_hash).values(confirmed_at=moment))


def end_session(session: Session, id_hash: str, moment: dt.datetime) -> None:
    session.execute(_ended(moment).where(StaffSession.id_hash == id_hash))


def end_sessions(session: Session, account_id: int, moment: dt.datetime, *, but: str | None = None) -> int:
    """End all sessions of an account, save the one with the hash ``but``; how many there were."""
    ending = _ended(moment).where(StaffSession.account_id == account_id, StaffSession.expires_at > moment)
    if but is not None:
        ending = ending.where(StaffSession.id_hash != but)
    found = session.execute(ending)
    assert isinstance(found, CursorResult)
    return found.rowcount


def _ended(moment: dt.datetime) -> Update:
    return update(StaffSession).where(StaffSession.ended_at.is_(None)).values(ended_at=moment)


def open_sessions(session: Session, account_id: int, moment: dt.datetime) -> list[StaffSession]:
    """Those that hold now, the last used first."""
    rows = session.scalars(
        select(StaffSession).where(StaffSession.account_id == account_id).order_by(StaffSession.seen_at.desc())
    )
    return [row for row in rows if _holds(row, moment)]


def forget_old_sessions(session: Session, moment: dt.datetime, kept: dt.timedelta = KEPT) -> int:
    found = session.execute(delete(StaffSession).where(StaffSession.expires_at < moment - kept))
    assert isinstance(found, CursorResult)
    return found.rowcount
