"""The log of questions: one row each, masked, unique by the event that asked."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Select, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from intents.word_lines import word_line
from knowledge.calendar import JST
from knowledge.models import Conversation, LoggedQuestion
from knowledge.need_signals import signal_of

_NAMESPACE = uuid.UUID("6f6b9c0e-53a4-4f0a-9a0b-6b6f74616500")


@dataclass(frozen=True)
class AskedQuestion:
    """A question and what came back.  ``text`` is masked already; None keeps the count alone."""

    municipality_code: str
    event_key: str
    channel: str
    asked_at: dt.datetime
    text: str | None
    personal_data: bool
    asker: str | None
    message_id: str | None
    language: str
    decision: str
    entry_id: str | None
    entry_version: int | None
    department: str | None
    score: float | None
    candidates: Sequence[dict[str, Any]]
    index_version: int
    elapsed_ms: float
    subject: str | None = None
    delicate: str | None = None
    noted_by: str | None = None

    @property
    def id(self) -> str:
        return log_id(self.municipality_code, self.event_key)


def log_id(municipality_code: str, event_key: str) -> str:
    """The id of an event's row: known before the row exists, and the same at every attempt."""
    return str(uuid.uuid5(_NAMESPACE, f"{municipality_code}/{event_key}"))


def record(session: Session, asked: AskedQuestion) -> None:
    """Add the row; an event that is logged already stays as it is."""
    session.execute(_recording(session.get_bind().dialect.name), row_of(asked))


@cache
def _recording(dialect: str) -> Insert:
    """Put together once: that takes as long as to run it."""
    return INSERTS[dialect](cast(Table, LoggedQuestion.__table__)).on_conflict_do_nothing()


def row_of(asked: AskedQuestion, words_of: Callable[[str], str] = word_line) -> dict[str, Any]:
    """The columns of the row."""
    local = asked.asked_at.astimezone(JST)
    told = {each.name: getattr(asked, each.name) for each in fields(asked)}
    return told | {
        "id": asked.id,
        "words": words_of(asked.text) if asked.text else None,
        "candidates": list(asked.candidates),
        "jst_date": local.date(),
        "jst_hour": local.hour,
        "jst_weekday": local.weekday(),
        "need_signal": signal_of(asked.decision, None, None, contacted=False),
    }


def insert_ignoring(session: Session, table: type[Any], values: dict[str, Any]) -> Insert:
    """An INSERT that leaves a row with the same key as it is."""
    return _insert(session)(table).values(**values).on_conflict_do_nothing()


def _insert(session: Session) -> Callable[[type[Any]], postgresql.Insert | sqlite.Insert]:
    """The INSERT of the database at hand that can say what to do about a row with the same key."""
    return INSERTS[session.get_bind().dialect.name]


INSERTS: Mapping[str, Callable[[Any], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def note_tap(session: Session, municipality_code: str, row_id: str, entry_id: str | None, moment: dt.datetime) -> None:
    """A choice was taken; None: 「この中にない」."""
    _mark(session, municipality_code, row_id, tapped_entry_id=entry_id or "", tapped_at=moment)


def note_feedback(session: Session, municipality_code: str, row_id: str, solved: bool, moment: dt.datetime) -> None:
    _mark(session, municipality_code, row_id, feedback="solved" if solved else "unsolved", feedback_at=moment)


def note_reason(session: Session, municipality_code: str, row_id: str, reason: str) -> None:
    """Why it was not solved: what was said first stands."""
    log = LoggedQuestion
    session.execute(
        update(log)
        .where(log.municipality_code == municipality_code, log.id == row_id)
        .where(log.feedback == "unsolved", log.reason.is_(None))
        .values(reason=reason)
    )


def note_more(session: Session, municipality_code: str, row_id: str, moment: dt.datetime) -> None:
    _mark(session, municipality_code, row_id, more_at=moment)


def note_contact(session: Session, municipality_code: str, row_id: str, moment: dt.datetime) -> None:
    _mark(session, municipality_code, row_id, contact_at=moment)


def _mark(session: Session, municipality_code: str, row_id: str, **values: Any) -> None:
    """Nothing of a delicate matter: what was taken or found of help would tell more than its kind."""
    session.execute(
        update(LoggedQuestion)
        .where(LoggedQuestion.municipality_code == municipality_code, LoggedQuestion.id == row_id)
        .where(LoggedQuestion.delicate.is_(None))
        .values(**values)
    )
    _signal_anew(session, municipality_code, row_id)


def _signal_anew(session: Session, municipality_code: str, row_id: str) -> None:
    """What a resident did after the reply tells more of whether a need was left."""
    log = LoggedQuestion
    own = (log.municipality_code == municipality_code, log.id == row_id)
    row = session.execute(
        select(log.decision, log.tapped_entry_id, log.feedback, log.contact_at, log.need_signal).where(*own)
    ).first()
    if row is None:
        return
    signal = signal_of(row.decision, row.tapped_entry_id, row.feedback, contacted=row.contact_at is not None)
    if signal is None and row.need_signal == "rephrased" and row.feedback != "solved":
        return
    if signal != row.need_signal:
        changed: dict[str, Any] = {"need_signal": signal} | ({"need": None} if signal is None else {})
        session.execute(update(log).where(*own).values(**changed))


@dataclass(frozen=True)
class Remembered:
    """What a dialogue was about, empty for a new one, and when it was gone on with last."""

    state: dict[str, Any]
    last_turn: dt.datetime | None


NOTHING_REMEMBERED = Remembered({}, None)


def remembered(session: Session, municipality_code: str, key: str) -> Remembered:
    row = session.execute(_remembering(), {"code": municipality_code, "person": key}).first()
    return Remembered(row.state, row.occurred_at) if row else NOTHING_REMEMBERED


@cache
def _remembering() -> Select[dict[str, Any], dt.datetime]:
    table = cast(Table, Conversation.__table__).c
    its = (table.municipality_code == bindparam("code"), table.key == bindparam("person"))
    return select(table.state, table.occurred_at).where(*its)


def load_dialogue(session: Session, municipality_code: str, key: str) -> dict[str, Any]:
    """What a dialogue was about; empty for a new one."""
    return remembered(session, municipality_code, key).state


def keep_dialogue(
    session: Session, municipality_code: str, key: str, state: dict[str, Any], occurred_at: dt.datetime
) -> None:
    """Remember what a dialogue is about, unless something newer is remembered already."""
    values = {"municipality_code": municipality_code, "key": key, "state": state, "occurred_at": occurred_at}
    session.execute(_keeping(session.get_bind().dialect.name), values)


@cache
def _keeping(dialect: str) -> Insert:
    table = cast(Table, Conversation.__table__)
    given = INSERTS[dialect](table)
    newer = table.c.occurred_at <= given.excluded.occurred_at
    changed = {"state": given.excluded.state, "occurred_at": given.excluded.occurred_at}
    return given.on_conflict_do_update(index_elements=["municipality_code", "key"], set_=changed, where=newer)


def forget_dialogue(
    session: Session,
    municipality_code: str,
    key: str,
    occurred_at: dt.datetime,
    kept: dict[str, Any] | None = None,
) -> None:
    """Forget what was said up to ``occurred_at``, all but ``kept``.

    A message before it, handled late, brings nothing back.
    """
    keep_dialogue(session, municipality_code, key, kept or {}, occurred_at)
