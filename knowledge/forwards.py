"""The queue of webhook bodies for another tool: kept with what they brought, handed on once, gone within the minute.

Residents' words stand in them as LINE sent them, so each lies under a key that is not in the database.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import ColumnElement, CursorResult, Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from knowledge.db import Database
from knowledge.models import Forward

LIFE = dt.timedelta(seconds=50)
"""LINE's reply token lives a minute: after that the other tool could answer nobody."""
LONG_LIFE = dt.timedelta(minutes=20)
"""Of what needs no answer and is not to be missed: who is a friend, what was taken back."""
LEASE = dt.timedelta(seconds=15)
"""Longer than the other tool may take."""
MOST = 1000
"""Of one channel: beyond it what comes new is not handed on, so that a tool that is away fills no disk."""
_ROW = cast(Table, Forward.__table__)


class UnreadableForwardError(ValueError):
    """It was sealed with another key."""


@dataclass(frozen=True)
class Passing:
    """A body to be handed on, if what it brought is new."""

    channel: str
    sealed: bytes
    signature: str
    lasts: dt.timedelta


@dataclass(frozen=True)
class Taken:
    """A body that this process hands on now."""

    id: int
    fence: int
    sealed: bytes
    signature: str
    received_at: dt.datetime
    expires_at: dt.datetime
    attempts: int


def seal(data_key: bytes, body: bytes) -> bytes:
    return _fernet(data_key).encrypt(body)


def opened(data_key: bytes, sealed: bytes) -> bytes:
    """Raises UnreadableForwardError."""
    try:
        return _fernet(data_key).decrypt(sealed)
    except InvalidToken as error:
        raise UnreadableForwardError from error


def _fernet(data_key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(data_key, b"forwarded body", "sha256")))


def put(
    session: Session, code: str, passing: Passing, messages: list[str], askers: list[str], moment: dt.datetime
) -> bool:
    """Add a body, in the transaction that keeps what it brought; whether there was room."""
    held = select(func.count()).where(Forward.channel == passing.channel)
    if (session.scalar(held) or 0) >= MOST:
        return False
    session.add(
        Forward(
            municipality_code=code,
            channel=passing.channel,
            sealed=passing.sealed,
            signature=passing.signature,
            messages=messages,
            askers=askers,
            received_at=moment,
            next_try_at=moment,
            expires_at=moment + passing.lasts,
        )
    )
    return True


def is_waiting(database: Database, channel: str, moment: dt.datetime) -> bool:
    """A look without a lock: whether there is anything to hand on, or to give up."""
    with database.glancing() as session:
        due = or_(_is_free(channel, moment), (Forward.channel == channel) & (Forward.expires_at <= moment))
        return session.scalar(select(Forward.id).where(due).limit(1)) is not None


def take(database: Database, channel: str, moment: dt.datetime) -> tuple[Taken | None, int]:
    """The oldest body that nobody hands on, and how many were given up because nothing could come of them any more."""
    oldest = select(Forward.id).where(_is_free(channel, moment)).order_by(Forward.received_at, Forward.id).limit(1)
    if not database.is_sqlite:
        oldest = oldest.with_for_update(skip_locked=True)
    with database.writing() as session:
        over = (Forward.channel == channel, Forward.expires_at <= moment)
        gone = _count(session.execute(delete(Forward).where(*over).execution_options(synchronize_session=False)))
        taking = (
            update(_ROW)
            .where(_ROW.c.id == oldest.scalar_subquery())
            .values(lease_until=moment + LEASE, fence=_ROW.c.fence + 1, attempts=_ROW.c.attempts + 1)
            .returning(*(_ROW.c[name] for name in Taken.__dataclass_fields__))
        )
        row = session.execute(taking).mappings().one_or_none()
        return (None if row is None else Taken(**row)), gone


def done(database: Database, taken: Taken) -> None:
    """The other tool has it, or never will."""
    with database.writing() as session:
        session.execute(delete(Forward).where(Forward.id == taken.id, Forward.fence == taken.fence))


def try_later(database: Database, taken: Taken, at: dt.datetime) -> None:
    with database.writing() as session:
        mine = (Forward.id == taken.id, Forward.fence == taken.fence)
        session.execute(update(Forward).where(*mine).values(lease_until=None, next_try_at=at))


def forget_message(session: Session, code: str, message_id: str) -> int:
    """A message that its author took back goes to nobody any more; how many bodies held it."""
    return _forget(session, code, lambda row: message_id in row.messages)


def forget_asker(session: Session, code: str, asker: str) -> int:
    return _forget(session, code, lambda row: asker in row.askers)


def purge(database: Database, moment: dt.datetime) -> int:
    """Give up what is over on every channel: also where nobody forwards any more."""
    with database.reading() as session:
        if session.scalar(select(Forward.id).where(Forward.expires_at <= moment).limit(1)) is None:
            return 0
    with database.writing() as session:
        return _count(session.execute(delete(Forward).where(Forward.expires_at <= moment)))


def _forget(session: Session, code: str, holds: Callable[[Forward], bool]) -> int:
    rows = session.scalars(select(Forward).where(Forward.municipality_code == code)).all()
    ids = [row.id for row in rows if holds(row)]
    if ids:
        session.execute(delete(Forward).where(Forward.id.in_(ids)))
    return len(ids)


def _is_free(channel: str, moment: dt.datetime) -> ColumnElement[bool]:
    unheld = or_(Forward.lease_until.is_(None), Forward.lease_until < moment)
    return (Forward.channel == channel) & unheld & (Forward.next_try_at <= moment) & (Forward.expires_at > moment)


def _count(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount
