"""The durable inbox: events stored before LINE is told 200, claimed by senders, finished once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Result, and_, case, func, or_, select, update
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.orm import Session, aliased

from bot.line.events import IncomingEvent
from bot.settings import channel_name
from knowledge.db import Database
from knowledge.models import LineEvent, QuarantinedBody, UnsentMessage
from knowledge.query_log import erase_message, forget_dialogue, insert_ignoring

OPEN = ("received", "sending")
FINAL = ("answered", "unconfirmed", "expired", "ignored", "failed", "merged")

ANSWER_WITHIN = dt.timedelta(seconds=50)
"""From receipt: LINE's reply token lives a minute."""
TOKEN_HORIZON = dt.timedelta(minutes=20)
"""From the event: after that not even a redelivered token works."""
LEASE = dt.timedelta(seconds=12)
"""Longer than a call to LINE may take (1.5 s to connect, 5 s to answer)."""
LONGEST_OPEN = dt.timedelta(seconds=75)
UNCERTAIN = "perhaps delivered"
"""The note on an event that LINE may have: it ends unconfirmed, never expired."""


@dataclass(frozen=True)
class Stored:
    """What became of a batch.  ``fresh``: events that somebody waits for an answer to."""

    fresh: tuple[IncomingEvent, ...]
    repeated: int
    quarantined: int


@dataclass(frozen=True)
class Claim:
    """An event taken for sending.  The final write needs ``fence``."""

    id: int
    fence: int
    municipality_code: str
    test: bool
    webhook_event_id: str
    kind: str
    message_kind: str | None
    message_id: str | None
    reply_token: str | None
    asker: str | None
    text: str | None
    personal_data: bool
    postback: str | None
    occurred_at: dt.datetime
    received_at: dt.datetime
    deadline_at: dt.datetime
    attempts: int
    note: str | None

    @property
    def channel(self) -> str:
        return channel_name(self.municipality_code, test=self.test)


def store(
    database: Database,
    municipality_code: str,
    events: Iterable[IncomingEvent],
    moment: dt.datetime,
    unreadable: Sequence[Any] = (),
    *,
    test: bool = False,
) -> Stored:
    """Keep a batch in one transaction.  Raises what the database raises: then nothing was kept."""
    fresh: list[IncomingEvent] = []
    repeated = quarantined = 0
    with database.writing() as session:
        if unreadable:
            session.add(_unreadable_row(municipality_code, unreadable, moment))
        for event in events:
            try:
                with session.begin_nested():
                    is_new = _store_one(session, municipality_code, event, moment, test=test)
            except (DataError, StatementError, IntegrityError) as error:
                if getattr(error, "connection_invalidated", False) or not isinstance(error, DataError | IntegrityError):
                    raise
                session.add(_quarantine_row(municipality_code, "unstorable event", b"", moment))
                quarantined += 1
                continue
            if is_new is None:
                repeated += 1
            elif is_new == "received":
                fresh.append(event)
    return Stored(tuple(fresh), repeated, quarantined)


def quarantine(database: Database, municipality_code: str, reason: str, body: bytes, moment: dt.datetime) -> None:
    """Keep the hash and size of what was signed but could not be read."""
    with database.writing() as session:
        session.add(_quarantine_row(municipality_code, reason, body, moment))


def _unreadable_row(municipality_code: str, unreadable: Sequence[Any], moment: dt.datetime) -> QuarantinedBody:
    """One row for all of a body's events that are none: their hash and size, no text."""
    parts = json.dumps(list(unreadable)).encode("utf-8", "surrogatepass")
    return _quarantine_row(municipality_code, f"{len(unreadable)} unreadable event(s)", parts, moment)


def _quarantine_row(municipality_code: str, reason: str, body: bytes, moment: dt.datetime) -> QuarantinedBody:
    return QuarantinedBody(
        municipality_code=municipality_code,
        received_at=moment,
        reason=reason[:80],
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _store_one(
    session: Session, municipality_code: str, event: IncomingEvent, moment: dt.datetime, *, test: bool
) -> str | None:
    """Insert an event, or note its repetition; the state of a new one, None for a repetition."""
    if event.kind == "unsend" and event.message_id:
        _unsend(session, municipality_code, event.message_id, moment)
        if event.asker:
            forget_dialogue(session, municipality_code, event.asker, moment)
    if event.kind == "unfollow" and event.asker:
        forget_dialogue(session, municipality_code, event.asker, event.occurred_at)
    state, note, text = _first_state(session, municipality_code, event, moment)
    values = {
        "municipality_code": municipality_code,
        "test": test,
        "webhook_event_id": event.webhook_event_id,
        "kind": event.kind,
        "message_kind": event.message_kind,
        "message_id": event.message_id,
        "state": state,
        "note": note,
        "reply_token": event.reply_token if state == "received" else None,
        "asker": event.asker,
        "text": text,
        "personal_data": event.personal_data,
        "postback": event.postback,
        "occurred_at": event.occurred_at,
        "received_at": moment,
        "deadline_at": moment + ANSWER_WITHIN,
        "next_try_at": moment,
        "fence": 0,
        "attempts": 0,
        "accepted": 0,
        "deliveries": 1,
        "finished_at": None if state == "received" else moment,
    }
    added = session.scalar(insert_ignoring(session, LineEvent, values).returning(LineEvent.id))
    if added is None:
        _note_repetition(session, municipality_code, event, moment)
    return None if added is None else state


def _count(result: Result[Any]) -> int:
    """How many rows a statement touched."""
    return cast("CursorResult[Any]", result).rowcount


def _first_state(
    session: Session, municipality_code: str, event: IncomingEvent, moment: dt.datetime
) -> tuple[str, str | None, str | None]:
    """(state, note, text to keep) of an event that is seen for the first time."""
    key = (municipality_code, event.message_id)
    if event.kind == "message" and event.message_id and session.get(UnsentMessage, key) is not None:
        return "ignored", "unsent", None
    if event.ignored is not None:
        return "ignored", event.ignored[:80], None
    if moment - event.occurred_at > TOKEN_HORIZON:
        return "expired", "older than its reply token", None
    return "received", None, event.text


def _note_repetition(session: Session, municipality_code: str, event: IncomingEvent, moment: dt.datetime) -> None:
    """A redelivery brings a token that lives again: whoever is unanswered gets new time."""
    same = and_(LineEvent.municipality_code == municipality_code, LineEvent.webhook_event_id == event.webhook_event_id)
    session.execute(update(LineEvent).where(same).values(deliveries=LineEvent.deliveries + 1))
    if moment - event.occurred_at > TOKEN_HORIZON:
        return
    session.execute(
        update(LineEvent)
        .where(same, or_(LineEvent.state.in_(OPEN), and_(LineEvent.state == "expired", _can_still_be_answered())))
        .values(deadline_at=moment + ANSWER_WITHIN)
    )
    session.execute(
        update(LineEvent)
        .where(same, LineEvent.state == "expired", _can_still_be_answered())
        .values(state="received", reply_token=event.reply_token, next_try_at=moment, finished_at=None, note="again")
    )


def _can_still_be_answered() -> ColumnElement[bool]:
    """A text that was taken back leaves nothing to answer; taps and follows need no text."""
    return or_(LineEvent.text.is_not(None), LineEvent.kind != "message", LineEvent.message_kind != "text")


def _unsend(session: Session, municipality_code: str, message_id: str, moment: dt.datetime) -> None:
    """Erase a message everywhere, and remember that it must not come back."""
    values = {"municipality_code": municipality_code, "message_id": message_id, "unsent_at": moment}
    session.execute(insert_ignoring(session, UnsentMessage, values))
    its = and_(
        LineEvent.municipality_code == municipality_code,
        LineEvent.message_id == message_id,
        LineEvent.kind == "message",
    )
    session.execute(update(LineEvent).where(its).values(text=None))
    session.execute(
        update(LineEvent)
        .where(its, LineEvent.state == "received")
        .values(state="ignored", note="unsent", reply_token=None, finished_at=moment)
    )
    erase_message(session, municipality_code, message_id)


def who_am_i(thread: int) -> str:
    """A claimant's name: it tells on which machine, and in which process, to look whether it lives."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{thread}"


def claim(database: Database, claimant: str, moment: dt.datetime) -> Claim | None:
    """Take the oldest event that nobody works on.

    Only an asker's oldest open event is taken, so that messages do not overtake each other.
    """
    older = aliased(LineEvent)
    free = or_(LineEvent.lease_until.is_(None), LineEvent.lease_until < moment)
    waits = select(older.id).where(
        older.state.in_(OPEN),
        older.municipality_code == LineEvent.municipality_code,
        older.asker == LineEvent.asker,
        or_(
            older.occurred_at < LineEvent.occurred_at,
            and_(older.occurred_at == LineEvent.occurred_at, older.id < LineEvent.id),
        ),
    )
    oldest = (
        select(LineEvent.id)
        .where(LineEvent.state.in_(OPEN), free, LineEvent.next_try_at <= moment, ~waits.exists())
        .order_by(LineEvent.occurred_at, LineEvent.id)
        .limit(1)
    )
    if not database.is_sqlite:
        oldest = oldest.with_for_update(skip_locked=True)
    taking = (
        update(LineEvent)
        .where(LineEvent.id == oldest.scalar_subquery())
        .values(
            state="sending",
            # Whoever held it before may have died after LINE took the reply.
            note=case((LineEvent.state == "sending", UNCERTAIN), else_=LineEvent.note),
            lease_until=moment + LEASE,
            claimed_by=claimant,
            fence=LineEvent.fence + 1,
            attempts=LineEvent.attempts + 1,
        )
        .returning(LineEvent)
        .execution_options(synchronize_session=False)
    )
    if not _has_claimable(database, moment):
        return None
    with database.writing() as session:
        row = session.scalars(taking).one_or_none()
        return None if row is None else Claim(**{name: getattr(row, name) for name in Claim.__dataclass_fields__})


def _has_claimable(database: Database, moment: dt.datetime) -> bool:
    """A look without a lock: idle senders must not take turns at the writer's lock."""
    free = or_(LineEvent.lease_until.is_(None), LineEvent.lease_until < moment)
    with database.reading() as session:
        found = session.scalar(
            select(LineEvent.id).where(LineEvent.state.in_(OPEN), free, LineEvent.next_try_at <= moment).limit(1)
        )
    return found is not None


def finish(
    session: Session, claimed: Claim, state: str, moment: dt.datetime, *, accepted: bool, note: str | None = None
) -> bool:
    """Write the final state, unless somebody else holds a newer claim; whether it was written.

    Text and token go: what is worth keeping stands in the query log.  An expired event keeps
    both, in case LINE delivers it again.
    """
    if accepted:
        session.execute(update(LineEvent).where(LineEvent.id == claimed.id).values(accepted=LineEvent.accepted + 1))
    values = {"state": state, "note": note, "finished_at": moment, "lease_until": None, "reply_token": None}
    if state != "expired":
        values["text"] = None
    written = session.execute(
        update(LineEvent)
        .where(LineEvent.id == claimed.id, LineEvent.fence == claimed.fence, LineEvent.state.in_(OPEN))
        .values(**values)
    )
    return bool(_count(written))


def try_later(database: Database, claimed: Claim, at: dt.datetime, note: str) -> None:
    """Give an event back, to be tried with the same token at ``at``."""
    with database.writing() as session:
        session.execute(
            update(LineEvent)
            .where(LineEvent.id == claimed.id, LineEvent.fence == claimed.fence)
            .values(state="received", lease_until=None, next_try_at=at, note=note[:80])
        )


def release_dead(database: Database) -> int:
    """Free what processes of this machine held that are gone; how many events."""
    host = socket.gethostname()[:40]
    with database.reading() as session:
        held = session.execute(
            select(LineEvent.id, LineEvent.claimed_by).where(
                LineEvent.state == "sending", LineEvent.claimed_by.like(f"{host}:%")
            )
        ).all()
    dead = [row_id for row_id, claimant in held if claimant and not _is_alive(int(claimant.split(":")[1]))]
    if dead:
        with database.writing() as session:
            session.execute(
                update(LineEvent)
                .where(LineEvent.id.in_(dead), LineEvent.state == "sending")
                .values(state="received", lease_until=None, note=UNCERTAIN)
            )
    return len(dead)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def forget_late_texts(database: Database, moment: dt.datetime) -> int:
    """Erase the words of what can no longer be answered, however often LINE delivers it; of how many events.

    What is worth keeping of them, masked and without what is delicate, stands in the query log.
    """
    late = and_(
        LineEvent.state == "expired", LineEvent.occurred_at < moment - TOKEN_HORIZON, LineEvent.text.is_not(None)
    )
    with database.reading() as session:
        if session.scalar(select(LineEvent.id).where(late).limit(1)) is None:
            return 0
    with database.writing() as session:
        return _count(session.execute(update(LineEvent).where(late).values(text=None)))


def is_unsent(session: Session, claimed: Claim) -> bool:
    return bool(
        claimed.message_id and session.get(UnsentMessage, (claimed.municipality_code, claimed.message_id)) is not None
    )


def had_hint_today(session: Session, claimed: Claim, since: dt.datetime) -> bool:
    """Whether this person was told already that only text can be read; of nobody known, that they were."""
    return claimed.asker is None or (
        session.scalar(
            select(LineEvent.id)
            .where(
                LineEvent.municipality_code == claimed.municipality_code,
                LineEvent.asker == claimed.asker,
                LineEvent.note == "hint",
                LineEvent.finished_at >= since,
            )
            .limit(1)
        )
        is not None
    )


def unapologised(session: Session, claimed: Claim) -> list[int]:
    """Questions of this person that went unanswered and were not spoken of since; none of somebody unknown."""
    if claimed.asker is None:
        return []
    return list(
        session.scalars(
            select(LineEvent.id).where(
                LineEvent.municipality_code == claimed.municipality_code,
                LineEvent.asker == claimed.asker,
                LineEvent.state.in_(("expired", "failed")),
                or_(LineEvent.note.is_(None), LineEvent.note != "apologised"),
                LineEvent.occurred_at >= claimed.occurred_at - dt.timedelta(days=1),
            )
        )
    )


def note_apology(session: Session, ids: Sequence[int]) -> None:
    if ids:
        session.execute(update(LineEvent).where(LineEvent.id.in_(ids)).values(note="apologised"))


@dataclass(frozen=True)
class Reconciliation:
    """Every stored event by state, and what breaks the contract."""

    received: int
    by_state: dict[str, int]
    overdue: int
    answered_twice: int
    quarantined: int

    @property
    def sound(self) -> bool:
        return self.overdue == 0 and self.answered_twice == 0 and self.received == sum(self.by_state.values())


def reconcile(database: Database, moment: dt.datetime) -> Reconciliation:
    """Count every stored event.  Open longer than 75 s, or answered twice, is a fault."""
    with database.reading() as session:
        counted = session.execute(select(LineEvent.state, func.count()).group_by(LineEvent.state))
        states: dict[str, int] = dict(counted.all())
        overdue = select(func.count()).where(
            LineEvent.state.in_(OPEN), LineEvent.deadline_at < moment - (LONGEST_OPEN - ANSWER_WITHIN)
        )
        return Reconciliation(
            session.scalar(select(func.count()).select_from(LineEvent)) or 0,
            {state: states.get(state, 0) for state in (*OPEN, *FINAL)},
            session.scalar(overdue) or 0,
            session.scalar(select(func.count()).where(LineEvent.accepted > 1)) or 0,
            session.scalar(select(func.count()).select_from(QuarantinedBody)) or 0,
        )
