"""The durable inbox: events stored before LINE is told 200, claimed by senders, finished once.

What is run for every event is put together once: to put a statement together takes as long as to run it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    CursorResult,
    Result,
    Select,
    Table,
    UpdateBase,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from bot.dialogue import chosen_modes
from bot.line.events import IncomingEvent
from bot.line.leaving import LEFT, concerns
from bot.line.postbacks import read_postback
from bot.operation.metrics import count
from bot.settings import channel_name
from bot.taps import Act
from bot.typed_labels import ends_talk
from intents.emergencies import cried_in, is_in_danger
from intents.personal_data import mask
from intents.text import shorten
from knowledge.db import Database
from knowledge.erasures import unsend
from knowledge.forwards import Passing, put
from knowledge.models import LineEvent, QuarantinedBody, StaffChat, UnsentMessage
from knowledge.models.base import UtcDateTime
from knowledge.query_log import INSERTS, forget_dialogue, insert_ignoring, load_dialogue
from knowledge.residents_data import messages_with
from knowledge.staff_chats import Chats, end

_TABLE = cast(Table, LineEvent.__table__)
_EVENT = _TABLE.c
_UNSENT = cast(Table, UnsentMessage.__table__).c
_CHATS = cast(Table, StaffChat.__table__).c
OPEN = ("received", "sending")
_IS_OPEN: tuple[ColumnElement[str], ...] = tuple(literal_column(f"'{state}'") for state in OPEN)
"""Written out, not handed over: else PostgreSQL cannot know that the indexes of the few open events serve."""
TAKEN_UP_AGAIN = ("expired", "failed")
"""What a redelivery opens anew: nobody was answered, and LINE certainly took nothing."""
_FORGETTING = ("unsend", "unfollow")
"""Kinds of events that change what was stored before them, and so must not be stored together with it."""
_REPEATED, _UNSTORABLE = "repeated", "unstorable"
FINAL = ("answered", "unconfirmed", "expired", "ignored", "failed", "merged")

ANSWER_WITHIN = dt.timedelta(seconds=50)
"""From receipt: LINE's reply token lives a minute."""
TOKEN_HORIZON = dt.timedelta(minutes=20)
"""From the event: after that not even a redelivered token works."""
IN_TIME = dt.timedelta(seconds=5)
"""What has so long left is answered in time also where all are busy; what has less goes behind what has more."""
LEASE = dt.timedelta(seconds=12)
"""Longer than a call to LINE may take (1.5 s to connect, 5 s to answer)."""
LONGEST_WAIT = dt.timedelta(seconds=11)
"""Before the next try."""
LONGEST_OPEN = dt.timedelta(seconds=75)
BLOCKING = dt.timedelta(seconds=5)
"""So long after its deadline an event still goes before the same person's next: by then it was ended."""
LOGGED_WITHIN = dt.timedelta(minutes=10)
"""After the token's horizon: what is not in the query log by then never will be."""
FRAGMENT = "fragment"
"""The note on an event that waits for the rest of what it begins."""
WITH_STAFF = "with staff"
"""The note on what somebody wrote whom staff talk to: nothing else is kept of it."""
IN_DANGER = "in danger"
"""Stands for the words of one whom staff talk to and who may come to harm before staff read them; in ``postback``,
with the language of the cry after it, never with what befell them."""
FRAGMENT_WAIT = dt.timedelta(seconds=3)
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


@dataclass(frozen=True)
class Batch:
    """The events of one webhook.  ``unreadable``: what stood among them and is none."""

    municipality_code: str
    events: Sequence[IncomingEvent]
    moment: dt.datetime
    unreadable: Sequence[Any] = ()
    test: bool = False
    passing: Passing | None = None
    """The body for another tool, if it is to get it."""


@dataclass(frozen=True)
class Arrival:
    """An event, and the webhook that brought it."""

    batch: Batch
    event: IncomingEvent

    @property
    def key(self) -> tuple[str, str]:
        return self.batch.municipality_code, self.event.webhook_event_id


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
    (stored,) = store_all(database, [Batch(municipality_code, tuple(events), moment, unreadable, test)])
    return stored


def store_all(database: Database, batches: Sequence[Batch]) -> list[Stored]:
    """Keep several batches in one transaction, in their order.

    Raises what the database raises: then nothing of any was kept.
    """
    try:
        return _stored_by(database, batches, _store_events)
    except (DataError, IntegrityError) as error:
        if error.connection_invalidated:
            raise
        # Something is wrong with one of them: again, with a savepoint around each run.
        return _stored_by(database, batches, _store_run)


def _stored_by(
    database: Database, batches: Sequence[Batch], store_run: Callable[[Session, Sequence[Arrival]], list[str]]
) -> list[Stored]:
    arrivals = [Arrival(batch, event) for batch in batches for event in batch.events]
    with database.writing() as session:
        session.add_all(_unreadable_row(batch) for batch in batches if batch.unreadable)
        runs = [list(run) for _, run in groupby(arrivals, lambda one: one.event.kind in _FORGETTING)]
        states = iter([state for run in runs for state in store_run(session, run)])
        each = [(batch, [next(states) for _ in batch.events]) for batch in batches]
        for batch, its in each:
            _pass_on(session, batch, its)
    return [_stored(batch, its) for batch, its in each]


def _pass_on(session: Session, batch: Batch, states: Sequence[str]) -> None:
    """Keep the body for the other tool, unless it was kept when LINE first delivered what is in it."""
    new = [event for event, state in zip(batch.events, states, strict=True) if state != _REPEATED]
    if batch.passing is None or not (batch.unreadable or any(map(concerns, new))):
        return
    messages = [event.message_id for event in batch.events if event.message_id and event.kind != "unsend"]
    askers = sorted({event.asker for event in batch.events if event.asker})
    if not put(session, batch.municipality_code, batch.passing, messages, askers, batch.moment):
        count("kotae_forwards", result="full")


def _stored(batch: Batch, states: Sequence[str]) -> Stored:
    fresh = tuple(event for event, state in zip(batch.events, states, strict=True) if state == "received")
    return Stored(fresh, states.count(_REPEATED), states.count(_UNSTORABLE))


def _store_run(session: Session, run: Sequence[Arrival]) -> list[str]:
    """The state of each.  All at once; one by one where the database refuses something about one of them."""
    try:
        with session.begin_nested():
            return _store_events(session, run)
    except (DataError, StatementError, IntegrityError) as error:
        if getattr(error, "connection_invalidated", False) or not isinstance(error, DataError | IntegrityError):
            raise
    if len(run) > 1:
        return [state for one in run for state in _store_run(session, [one])]
    batch = run[0].batch
    session.add(_quarantine_row(batch.municipality_code, "unstorable event", b"", batch.moment))
    return [_UNSTORABLE]


def quarantine(database: Database, municipality_code: str, reason: str, body: bytes, moment: dt.datetime) -> None:
    """Keep the hash and size of what was signed but could not be read."""
    with database.writing() as session:
        session.add(_quarantine_row(municipality_code, reason, body, moment))


def _unreadable_row(batch: Batch) -> QuarantinedBody:
    """One row for all of a body's events that are none: their hash and size, no text."""
    parts = json.dumps(list(batch.unreadable)).encode("utf-8", "surrogatepass")
    reason = f"{len(batch.unreadable)} unreadable event(s)"
    return _quarantine_row(batch.municipality_code, reason, parts, batch.moment)


def _quarantine_row(municipality_code: str, reason: str, body: bytes, moment: dt.datetime) -> QuarantinedBody:
    return QuarantinedBody(
        municipality_code=municipality_code,
        received_at=moment,
        reason=reason[:80],
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _store_events(session: Session, run: Sequence[Arrival]) -> list[str]:
    """Insert events, or note their repetition; the state of each."""
    for one in run:
        _forget_what_it_says(session, one)
    known = _known_of(session, run)
    chats = dict(known.chats)
    rows = [_row_of(one, known.unsent, with_staff=_is_for_staff(one, chats)) for one in run]
    added = {tuple(key) for key in session.execute(_adding(session.get_bind().dialect.name), rows)}
    if known.fragments:
        _call_fragments(session, run)
    states = []
    for one, row in zip(run, rows, strict=True):
        if one.key in added:
            added.remove(one.key)
            states.append(row["state"])
            if chats.get(_whose(one)) == one.event.occurred_at:
                end(session, *_whose(one), one.event.occurred_at)
        else:
            _note_repetition(session, one.batch.municipality_code, one.event, one.batch.moment)
            states.append(_REPEATED)
    return states


def _call_fragments(session: Session, run: Sequence[Arrival]) -> None:
    """What waits for the rest of it need not wait any longer, where its asker has written again."""
    askers = {one.event.asker for one in run if one.event.kind == "message" and one.event.asker}
    if askers:
        moment = max(one.batch.moment for one in run)
        codes = sorted({one.batch.municipality_code for one in run})
        session.execute(_calling_fragments(), {"codes": codes, "askers": sorted(askers), "moment": moment})


@cache
def _calling_fragments() -> UpdateBase:
    return update(_TABLE).where(_waits_for_rest()).values(next_try_at=_at("moment"))


def _waits_for_rest() -> ColumnElement[bool]:
    event = _EVENT
    return and_(
        event.state.in_(_IS_OPEN),
        event.note == FRAGMENT,
        event.next_try_at > _at("moment"),
        event.municipality_code.in_(_some("codes")),
        event.asker.in_(_some("askers")),
    )


def _some(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


@cache
def _adding(dialect: str) -> ReturningInsert[Any]:
    return (
        INSERTS[dialect](_TABLE).on_conflict_do_nothing().returning(_EVENT.municipality_code, _EVENT.webhook_event_id)
    )


def _forget_what_it_says(session: Session, one: Arrival) -> None:
    event, batch = one.event, one.batch
    if event.kind == "unsend" and event.message_id:
        _unsend(session, batch.municipality_code, event.message_id, batch.moment)
    if event.kind in _FORGETTING and event.asker:
        until = batch.moment if event.kind == "unsend" else event.occurred_at
        forget_dialogue(session, batch.municipality_code, event.asker, until, _modes_kept(session, one))


def _modes_kept(session: Session, one: Arrival) -> dict[str, Any]:
    """Who takes a message back has said no less how they want to be answered; who leaves is not remembered."""
    if one.event.kind != "unsend" or one.event.asker is None:
        return {}
    return chosen_modes(load_dialogue(session, one.batch.municipality_code, one.event.asker))


@dataclass(frozen=True)
class _Known:
    """Of those who write: what they took back, who talks to staff, and whether a fragment waits for its rest.

    ``unsent``: (municipality, message); ``chats``: until when, by (municipality, asker).
    """

    unsent: frozenset[tuple[str, str]]
    chats: Chats
    fragments: bool


_UNSENT_MESSAGE, _CHAT, _WAITING = "unsent", "chat", "fragment"


def _known_of(session: Session, run: Sequence[Arrival]) -> _Known:
    """Asked at every commit, and nearly always nothing: so it is one question, not three."""
    messages = {one.event.message_id for one in run if one.event.kind == "message" and one.event.message_id}
    askers = {one.event.asker for one in run if one.event.asker}
    if not messages and not askers:
        return _Known(frozenset(), {}, fragments=False)
    told = {
        "codes": sorted({one.batch.municipality_code for one in run}),
        "messages": sorted(messages),
        "askers": sorted(askers),
        "moment": max(one.batch.moment for one in run),
    }
    found = session.execute(_knowing(), told).all()
    return _Known(
        frozenset((code, its) for kind, code, its, _ in found if kind == _UNSENT_MESSAGE),
        {(code, its): until for kind, code, its, until in found if kind == _CHAT},
        fragments=any(kind == _WAITING for kind, *_ in found),
    )


@cache
def _knowing() -> CompoundSelect[str, str, str, dt.datetime]:
    """(kind, municipality, message or asker, until when) of each."""
    nothing = null().cast(UtcDateTime())
    return union_all(
        select(literal_column(f"'{_CHAT}'"), _CHATS.municipality_code, _CHATS.asker, _CHATS.until).where(
            _CHATS.municipality_code.in_(_some("codes")), _CHATS.asker.in_(_some("askers"))
        ),
        select(literal_column(f"'{_UNSENT_MESSAGE}'"), _UNSENT.municipality_code, _UNSENT.message_id, nothing).where(
            _UNSENT.municipality_code.in_(_some("codes")), _UNSENT.message_id.in_(_some("messages"))
        ),
        select(literal_column(f"'{_WAITING}'"), _EVENT.municipality_code, _EVENT.asker, nothing).where(
            _waits_for_rest()
        ),
    )


def _whose(one: Arrival) -> tuple[str, str]:
    return one.batch.municipality_code, one.event.asker or ""


def _is_for_staff(one: Arrival, chats: dict[tuple[str, str], dt.datetime]) -> bool:
    """Whether somebody says it whom staff talk to.  Whoever says that the talk is over is heard from then on.

    It ends here, not where this is answered: a question that comes right after it must not be taken for staff's.
    """
    event, whose = one.event, _whose(one)
    if whose not in chats or event.occurred_at >= chats[whose]:
        return False
    if event.kind != "unfollow" and (event.ignored is not None or not _is_end_of_chat(event)):
        return True
    chats[whose] = event.occurred_at
    return False


def _row_of(one: Arrival, unsent: Collection[tuple[str, str]], *, with_staff: bool) -> dict[str, Any]:
    event, batch = one.event, one.batch
    in_danger = with_staff and event.ignored is None and is_in_danger(event.text or "")
    state, note, text = _first_state(one, unsent, with_staff=with_staff, in_danger=in_danger)
    return {
        "municipality_code": batch.municipality_code,
        "test": batch.test,
        "webhook_event_id": event.webhook_event_id,
        "kind": event.kind,
        "message_kind": event.message_kind,
        "message_id": event.message_id,
        "state": state,
        "note": note,
        "reply_token": event.reply_token if state == "received" else None,
        "asker": event.asker,
        "text": text,
        "personal_data": event.personal_data and not with_staff,
        "postback": (danger_in(cried_in(event.text or "")) if in_danger else None) if with_staff else event.postback,
        "occurred_at": event.occurred_at,
        "received_at": batch.moment,
        "deadline_at": batch.moment + ANSWER_WITHIN,
        "next_try_at": batch.moment,
        "fence": 0,
        "attempts": 0,
        "accepted": 0,
        "deliveries": 1,
        "finished_at": None if state == "received" else batch.moment,
    }


def _count(result: Result[Any]) -> int:
    """How many rows a statement touched."""
    return cast("CursorResult[Any]", result).rowcount


def _first_state(
    one: Arrival, unsent: Collection[tuple[str, str]], *, with_staff: bool, in_danger: bool
) -> tuple[str, str | None, str | None]:
    """(state, note, text to keep) of an event that is seen for the first time."""
    event, moment = one.event, one.batch.moment
    if event.kind == "message" and event.message_id and (one.batch.municipality_code, event.message_id) in unsent:
        return "ignored", "unsent", None
    if event.ignored is not None:
        return "ignored", event.ignored[:80], None
    if with_staff and not in_danger:
        return "ignored", WITH_STAFF, None
    if moment - event.occurred_at > TOKEN_HORIZON:
        return "expired", "older than its reply token", None
    return "received", None, None if with_staff else event.text


def _is_end_of_chat(event: IncomingEvent) -> bool:
    """The one thing that is heard of somebody whom staff talk to."""
    if event.kind == "postback":
        tap = read_postback(event.postback or "")
        return tap is not None and tap.act is Act.END_STAFF_CHAT
    return event.kind == "message" and ends_talk(event.text or "")


def _note_repetition(session: Session, municipality_code: str, event: IncomingEvent, moment: dt.datetime) -> None:
    """A redelivery makes the token live again: whoever is unanswered gets new time.

    LINE repeats the very same token.  That of an open event is left as it is all the same: an attempt with it may be
    under way, and only a token's single use keeps a second from becoming a second answer.  What is taken up again has
    none left, and gets that of the redelivery.
    """
    same = and_(LineEvent.municipality_code == municipality_code, LineEvent.webhook_event_id == event.webhook_event_id)
    session.execute(update(LineEvent).where(same).values(deliveries=LineEvent.deliveries + 1))
    if moment - event.occurred_at > TOKEN_HORIZON:
        return
    session.execute(update(LineEvent).where(same, LineEvent.state.in_(OPEN)).values(deadline_at=moment + ANSWER_WITHIN))
    session.execute(
        update(LineEvent)
        .where(same, LineEvent.state.in_(TAKEN_UP_AGAIN), _can_still_be_answered())
        .values(
            state="received",
            reply_token=event.reply_token,
            deadline_at=moment + ANSWER_WITHIN,
            next_try_at=moment,
            lease_until=None,
            fence=LineEvent.fence + 1,
            attempts=0,
            finished_at=None,
            note="again",
            unlogged=False,
        )
    )


def _can_still_be_answered() -> ColumnElement[bool]:
    """A text that was taken back leaves nothing to answer; taps and follows need no text."""
    return or_(LineEvent.text.is_not(None), LineEvent.kind != "message", LineEvent.message_kind != "text")


def _unsend(session: Session, municipality_code: str, message_id: str, moment: dt.datetime) -> None:
    """Erase a message everywhere, and remember that it must not come back; of a fragment, what it was joined to."""
    for one in messages_with(session, municipality_code, message_id):
        _unsend_one(session, municipality_code, one, moment)


def _unsend_one(session: Session, municipality_code: str, message_id: str, moment: dt.datetime) -> None:
    values = {"municipality_code": municipality_code, "message_id": message_id, "unsent_at": moment}
    session.execute(insert_ignoring(session, UnsentMessage, values))
    its = and_(
        LineEvent.municipality_code == municipality_code,
        LineEvent.message_id == message_id,
        LineEvent.kind == "message",
    )
    session.execute(
        update(LineEvent)
        .where(its, LineEvent.state == "received")
        .values(state="ignored", note="unsent", reply_token=None, finished_at=moment)
    )
    unsend(session, municipality_code, message_id, moment)


def who_am_i(thread: int) -> str:
    """A claimant's name: it tells on which machine, and in which process, to look whether it lives."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{thread}"


def claim(database: Database, claimant: str, moment: dt.datetime, *, only_in_time: bool = False) -> Claim | None:
    """Take the oldest event that nobody works on and that can still be answered in time; else the oldest of all.

    Where more come than can be answered, the oldest of all are those that expire while they are worked on: to take
    them first would be to answer nobody.  ``only_in_time``: they are left.

    Only an asker's oldest open event is taken, so that messages do not overtake each other.
    """
    told = {
        "moment": moment,
        "blocking_since": moment - BLOCKING,
        "leased_until": moment + LEASE,
        "claimant": claimant,
    }
    taking = _taking(locks_rows=not database.is_sqlite)
    with database.writing() as session:
        row = session.execute(taking, told | {"enough": moment + IN_TIME}).mappings().one_or_none()
        if row is None and not only_in_time:
            row = session.execute(taking, told | {"enough": moment}).mappings().one_or_none()
        return None if row is None else Claim(**row)


@cache
def _taking(*, locks_rows: bool) -> UpdateBase:
    """``locks_rows``: of a database that lets several claim at once."""
    older, event, moment = _TABLE.alias().c, _EVENT, _at("moment")
    waits = select(older.id).where(
        older.state.in_(_IS_OPEN),
        older.deadline_at > _at("blocking_since"),
        older.municipality_code == event.municipality_code,
        older.asker == event.asker,
        or_(
            older.occurred_at < event.occurred_at,
            and_(older.occurred_at == event.occurred_at, older.id < event.id),
        ),
    )
    claimable = and_(_is_claimable(moment), event.deadline_at > _at("enough"))
    oldest = select(event.id).where(claimable, ~waits.exists()).order_by(event.occurred_at, event.id).limit(1)
    if locks_rows:
        oldest = oldest.with_for_update(skip_locked=True)
    return (
        update(_TABLE)
        .where(event.id == oldest.scalar_subquery())
        .values(
            state="sending",
            # Whoever held it before may have died after LINE took the reply.
            note=case((event.state == "sending", UNCERTAIN), else_=event.note),
            lease_until=_at("leased_until"),
            claimed_by=bindparam("claimant"),
            fence=event.fence + 1,
            attempts=event.attempts + 1,
        )
        .returning(*(event[name] for name in Claim.__dataclass_fields__))
    )


Moment = dt.datetime | ColumnElement[dt.datetime]


def _at(name: str) -> ColumnElement[dt.datetime]:
    """A moment that is handed over where the statement is run."""
    return bindparam(name, type_=UtcDateTime())


def _is_free(moment: Moment) -> ColumnElement[bool]:
    return or_(_EVENT.lease_until.is_(None), _EVENT.lease_until < moment)


def _is_claimable(moment: Moment) -> ColumnElement[bool]:
    open_ = _EVENT.state.in_(_IS_OPEN)
    return and_(open_, _is_free(moment), _EVENT.next_try_at <= moment, _EVENT.deadline_at > moment)


def _is_overdue(moment: Moment) -> ColumnElement[bool]:
    return and_(_EVENT.state.in_(_IS_OPEN), _is_free(moment), _EVENT.deadline_at <= moment)


def _is_ahead(latest_deadline: Moment, latest_try: Moment, latest_lease: Moment) -> ColumnElement[bool]:
    """What a clock wrote that ran ahead: it would hold the event longer than anything may."""
    return and_(
        _EVENT.state.in_(_IS_OPEN),
        or_(
            _EVENT.deadline_at > latest_deadline,
            _EVENT.next_try_at > latest_try,
            _EVENT.lease_until > latest_lease,
        ),
    )


@dataclass(frozen=True)
class Waiting:
    """What there is to do.  ``overdue``: to be ended.  ``unlogged``: ended, and to be written into the query log."""

    claimable: bool
    overdue: bool
    unlogged: bool


def look(database: Database, moment: dt.datetime) -> Waiting:
    """A look without a lock: idle senders must not take turns at the writer's lock."""
    told = {
        "moment": moment,
        "latest_deadline": moment + ANSWER_WITHIN,
        "latest_try": moment + LONGEST_WAIT,
        "latest_lease": moment + LEASE,
    }
    with database.glancing() as session:
        found = session.execute(_looking(), told).one()
    return Waiting(*map(bool, found))


@cache
def _looking() -> Select[bool, bool, bool]:
    moment = _at("moment")
    ahead = _is_ahead(_at("latest_deadline"), _at("latest_try"), _at("latest_lease"))
    claimable, overdue = _is_claimable(moment), or_(_is_overdue(moment), ahead)
    unlogged = and_(_EVENT.unlogged, _is_free(moment))
    return select(exists().where(claimable), exists().where(overdue), exists().where(unlogged))


def settle(database: Database, moment: dt.datetime, most: int | None = None) -> int:
    """End what can no longer be answered, and of more than ``most`` open events the oldest; how many.

    Not one of them is read, and none costs an answer: in two statements, however many they are.  What perhaps
    reached LINE ends unconfirmed.
    """
    open_ = LineEvent.state.in_(_IS_OPEN)
    with database.reading() as session:
        far = _is_ahead(moment + ANSWER_WITHIN, moment + LONGEST_WAIT, moment + LEASE)
        ahead = session.scalar(select(LineEvent.id).where(far).limit(1))
        overdue = session.scalar(select(LineEvent.id).where(_is_overdue(moment)).limit(1))
        count = (session.scalar(select(func.count()).where(open_)) or 0) if most is not None else 0
    over = count - most if most is not None else 0
    if ahead is None and overdue is None and over <= 0:
        return 0
    ended = 0
    with database.writing() as session:
        if ahead is not None:
            _bring_back(session, moment)
        ended += _end(session, _is_overdue(moment), moment, None)
        if most is not None and over > ended:
            over = (session.scalar(select(func.count()).where(open_)) or 0) - most
            oldest = (
                select(LineEvent.id)
                .where(LineEvent.state == "received")
                .order_by(LineEvent.occurred_at, LineEvent.id)
                .limit(max(over, 0))
            )
            if not database.is_sqlite:
                oldest = oldest.with_for_update(skip_locked=True)
            ended += _end(session, LineEvent.id.in_(oldest.scalar_subquery()), moment, "queue full")
    return ended


def move_on(database: Database, moment: dt.datetime, leap: dt.timedelta) -> int:
    """Move by ``leap`` what was written before the clock leapt ahead by so much, to ``moment``; how many events.

    What was moved lies beyond what the old clock could write: of several processes that do this, one moves it.
    """
    before = moment - leap
    was_open = and_(
        LineEvent.state.in_(_IS_OPEN), LineEvent.deadline_at > before, LineEvent.deadline_at <= before + ANSWER_WITHIN
    )
    with database.writing() as session:
        moved = session.scalars(select(LineEvent).where(was_open).with_for_update()).all()
        for row in moved:
            row.deadline_at += leap
            row.next_try_at += leap
            if row.lease_until is not None:
                row.lease_until += leap
        return len(moved)


def _end(session: Session, which: ColumnElement[bool], moment: dt.datetime, note: str | None) -> int:
    perhaps = or_(LineEvent.state == "sending", LineEvent.note == UNCERTAIN)
    is_question = and_(LineEvent.kind == "message", LineEvent.message_kind == "text", LineEvent.text.is_not(None))
    return _count(
        session.execute(
            update(LineEvent)
            .where(which)
            .values(
                state=case((perhaps, "unconfirmed"), else_="expired"),
                note=case((perhaps, UNCERTAIN), else_=note),
                unlogged=and_(is_question, not_(LineEvent.test)),
                fence=LineEvent.fence + 1,
                reply_token=None,
                lease_until=None,
                finished_at=moment,
            )
            .execution_options(synchronize_session=False)
        )
    )


def _bring_back(session: Session, moment: dt.datetime) -> None:
    bounds = (
        (LineEvent.deadline_at, moment + ANSWER_WITHIN, moment + ANSWER_WITHIN),
        (LineEvent.next_try_at, moment + LONGEST_WAIT, moment),
        (LineEvent.lease_until, moment + LEASE, moment + LEASE),
    )
    for column, latest, instead in bounds:
        session.execute(
            update(LineEvent).where(LineEvent.state.in_(_IS_OPEN), column > latest).values({column: instead})
        )


def claim_unlogged(database: Database, claimant: str, moment: dt.datetime) -> Claim | None:
    """Take an event that ended without an answer, for its row in the query log."""
    oldest = select(LineEvent.id).where(LineEvent.unlogged, _is_free(moment)).order_by(LineEvent.id).limit(1)
    if not database.is_sqlite:
        oldest = oldest.with_for_update(skip_locked=True)
    taking = (
        update(_TABLE)
        .where(_EVENT.id == oldest.scalar_subquery())
        .values(lease_until=moment + LEASE, claimed_by=claimant, fence=_EVENT.fence + 1)
        .returning(*(_EVENT[name] for name in Claim.__dataclass_fields__))
    )
    with database.writing() as session:
        row = session.execute(taking).mappings().one_or_none()
        return None if row is None else Claim(**row)


def finish_logging(session: Session, claimed: Claim) -> bool:
    """Nothing is left to log of it; whether it still was: LINE may have delivered it again meanwhile.

    Of what cannot come again the text goes: it stands in the query log.
    """
    comes_again = LineEvent.state.in_(TAKEN_UP_AGAIN)
    written = session.execute(
        update(LineEvent)
        .where(LineEvent.id == claimed.id, LineEvent.fence == claimed.fence, LineEvent.unlogged)
        .values(unlogged=False, lease_until=None, text=case((comes_again, LineEvent.text), else_=None))
        .execution_options(synchronize_session=False)
    )
    return bool(_count(written))


def finish(
    session: Session, claimed: Claim, state: str, moment: dt.datetime, *, accepted: bool, note: str | None = None
) -> bool:
    """Write the final state, unless somebody else holds a newer claim; whether it was written.

    Text and token go: what is worth keeping stands in the query log.  What LINE may deliver
    again, and is then taken up again, keeps its text.
    """
    finishing = _finishing(accepted=accepted, comes_again=state in TAKEN_UP_AGAIN)
    told = {"its": claimed.id, "claimed_fence": claimed.fence, "ended": state, "why": note, "moment": moment}
    written = _count(session.execute(finishing, told))
    if not written and accepted:
        session.execute(update(LineEvent).where(LineEvent.id == claimed.id).values(accepted=LineEvent.accepted + 1))
    return bool(written)


@cache
def _finishing(*, accepted: bool, comes_again: bool) -> UpdateBase:
    event = _EVENT
    mine = and_(event.id == bindparam("its"), event.fence == bindparam("claimed_fence"), event.state.in_(_IS_OPEN))
    values: dict[str, Any] = {
        "state": bindparam("ended"),
        "note": bindparam("why", type_=event.note.type),
        "finished_at": _at("moment"),
        "lease_until": None,
        "reply_token": None,
    }
    if accepted:
        values["accepted"] = event.accepted + 1
    if not comes_again:
        values["text"] = None
    return update(_TABLE).where(mine).values(**values)


def join(database: Database, claimed: Claim, moment: dt.datetime) -> bool:
    """Put a fragment before the text that its author wrote next; whether there was one.

    In one transaction the fragment ends, and the text holds it: nothing of it can be lost or said twice.
    """
    with database.writing() as session:
        following = session.scalars(_following(claimed)).first()
        if following is None:
            return False
        if finish(session, claimed, "merged", moment, accepted=False):
            whole = mask(f"{claimed.text}\n{following.text}")
            following.text = shorten(whole.text)
            following.personal_data = following.personal_data or claimed.personal_data or whole.found
            joined = update(LineEvent).where(LineEvent.id == claimed.id).values(joined_to=following.message_id)
            session.execute(joined)
        return True


def _following(claimed: Claim) -> Select[LineEvent]:
    """The text that somebody wrote next, soon after ``claimed``, and that nobody works on."""
    event = LineEvent
    later = or_(
        event.occurred_at > claimed.occurred_at,
        and_(event.occurred_at == claimed.occurred_at, event.id > claimed.id),
    )
    return (
        select(event)
        .where(
            event.municipality_code == claimed.municipality_code,
            event.asker == claimed.asker,
            event.test == claimed.test,
            event.state == "received",
            event.kind == "message",
            event.message_kind == "text",
            event.text.is_not(None),
            later,
            event.occurred_at <= claimed.occurred_at + FRAGMENT_WAIT,
        )
        .order_by(event.occurred_at, event.id)
        .limit(1)
        .with_for_update()
    )


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
    horizon = moment - TOKEN_HORIZON
    late = and_(
        LineEvent.state.not_in(OPEN),
        or_(LineEvent.text.is_not(None), LineEvent.postback.startswith(IN_DANGER)),
        LineEvent.occurred_at < horizon,
        or_(not_(LineEvent.unlogged), LineEvent.occurred_at < horizon - LOGGED_WITHIN),
    )
    with database.reading() as session:
        if session.scalar(select(LineEvent.id).where(late).limit(1)) is None:
            return 0
    with database.writing() as session:
        return _count(
            session.execute(
                update(LineEvent).where(late).values(text=None, postback=nothing_of_danger(), unlogged=False)
            )
        )


def danger_in(language: str | None) -> str:
    """What is kept of a cry for help, in ``language`` where it tells one."""
    return f"{IN_DANGER} {language}" if language else IN_DANGER


def is_danger(postback: str | None) -> bool:
    return postback is not None and postback.startswith(IN_DANGER)


def language_of_danger(postback: str | None) -> str | None:
    """The language of the cry that ``danger_in`` kept."""
    return (postback or "").removeprefix(IN_DANGER).strip() or None if is_danger(postback) else None


def nothing_of_danger() -> ColumnElement[str | None]:
    """What a tapped button carried, and nothing of one in danger."""
    return case((LineEvent.postback.startswith(IN_DANGER), None), else_=LineEvent.postback)


def is_unsent(session: Session, claimed: Claim) -> bool:
    if not claimed.message_id:
        return False
    told = {"code": claimed.municipality_code, "message": claimed.message_id}
    return session.execute(_unsent_of(), told).first() is not None


@cache
def _unsent_of() -> Select[str]:
    its = (_UNSENT.municipality_code == bindparam("code"), _UNSENT.message_id == bindparam("message"))
    return select(_UNSENT.message_id).where(*its)


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
    told = {
        "code": claimed.municipality_code,
        "person": claimed.asker,
        "since": claimed.occurred_at - dt.timedelta(days=1),
    }
    return list(session.scalars(_unspoken_of(), told))


@cache
def _unspoken_of() -> Select[int]:
    event = _EVENT
    return select(event.id).where(
        event.municipality_code == bindparam("code"),
        event.asker == bindparam("person"),
        event.state.in_(("expired", "failed")),
        or_(event.note.is_(None), event.note != "apologised"),
        event.occurred_at >= _at("since"),
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
    left: int
    """Of those that were ignored: what another tool answers."""

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
            session.scalar(select(func.count()).where(LineEvent.state == "ignored", LineEvent.note == LEFT)) or 0,
        )


@dataclass(frozen=True)
class Skew:
    """How far our clock is ahead of LINE's, as the quickest of the last events tell; behind where negative."""

    seconds: float
    events: int


SKEW_EVENTS = 50
SKEW_WITHIN = dt.timedelta(minutes=10)


def clock_skew(session: Session, moment: dt.datetime) -> Skew | None:
    """None where too little came lately to tell.  Some events come late; none comes before it happened."""
    lately = (
        select(LineEvent.received_at, LineEvent.occurred_at)
        .where(LineEvent.received_at > moment - SKEW_WITHIN, LineEvent.deliveries == 1)
        .order_by(LineEvent.id.desc())
        .limit(SKEW_EVENTS)
    )
    delays = [(received - occurred).total_seconds() for received, occurred in session.execute(lately)]
    return Skew(min(delays), len(delays)) if len(delays) >= 3 else None


def oldest_waiting(database: Database, moment: dt.datetime) -> float:
    """Seconds that the oldest event waits which somebody should work on or end; 0 where none does."""
    with database.reading() as session:
        deadline = session.scalar(
            select(func.min(LineEvent.deadline_at)).where(
                LineEvent.state.in_(OPEN), _is_free(moment), LineEvent.next_try_at <= moment
            )
        )
    return 0.0 if deadline is None else max(0.0, (moment - deadline + ANSWER_WITHIN).total_seconds())
