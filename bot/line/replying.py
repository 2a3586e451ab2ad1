"""What to answer a stored event: its messages, its row in the log, and what the dialogue is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from bot.circumstances import Circumstances
from bot.conversation import Outcome, answer
from bot.dialogue import Dialogue, dialogue_from_json
from bot.line import inbox
from bot.line.inbox import Claim
from bot.line.postbacks import read_postback
from bot.log_rows import asked_question
from bot.notices import circumstances, with_notice
from bot.replies import Reply, greeting_reply, plain_reply, saying_first
from bot.taps import mark_tap, reply_to_tap
from knowledge.calendar import JST
from knowledge.corpus import Knowledge
from knowledge.db import Database
from knowledge.query_log import AskedQuestion, load_dialogue, log_id

Mark = Callable[[Session], None]


@dataclass(frozen=True)
class Prepared:
    """``reply`` None: nothing is said.  ``asked``: the row to log.  ``marks``: what else to write.

    All of it is written in the one transaction that also writes the event's final state.
    """

    reply: Reply | None
    log_id: str
    note: str | None = None
    asked: AskedQuestion | None = None
    dialogue: Dialogue | None = None
    marks: tuple[Mark, ...] = ()


def prepare(database: Database, knowledge: Knowledge, claimed: Claim, moment: dt.datetime) -> Prepared:
    """Decide what a claimed event gets.  Reads only: the same event may be prepared again."""
    around = circumstances(database, claimed.municipality_code, moment)
    prepared = _prepare(database, knowledge, claimed, moment, around)
    if prepared.reply is None:
        return prepared
    return replace(prepared, reply=with_notice(prepared.reply, around))


def _prepare(
    database: Database, knowledge: Knowledge, claimed: Claim, moment: dt.datetime, around: Circumstances
) -> Prepared:
    row_id = log_id(claimed.municipality_code, _event_key(claimed))
    match claimed.kind:
        case "follow":
            return Prepared(greeting_reply(knowledge), row_id, note="greeting")
        case "postback":
            return _after_tap(database, knowledge, claimed, row_id, moment, around)
        case "message" if claimed.message_kind == "text":
            return _after_text(database, knowledge, claimed, row_id, around)
        case _:
            return _after_media(database, knowledge, claimed, row_id, moment)


def _event_key(claimed: Claim) -> str:
    return f"line:{claimed.webhook_event_id}"


def _after_text(
    database: Database, knowledge: Knowledge, claimed: Claim, row_id: str, around: Circumstances
) -> Prepared:
    with database.reading() as session:
        before = dialogue_from_json(_remembered(session, claimed))
        missed = inbox.unapologised(session, claimed)
    outcome = answer(knowledge, claimed.text or "", before, around=around)
    reply = outcome.reply
    if claimed.personal_data:
        reply = saying_first(reply, "personal_data")
    if missed:
        reply = saying_first(reply, "missed")
    return Prepared(
        reply,
        row_id,
        asked=_logged(outcome, claimed),
        dialogue=replace(outcome.dialogue, log_id=row_id),
        marks=(lambda session: inbox.note_apology(session, missed),),
    )


def _after_media(
    database: Database, knowledge: Knowledge, claimed: Claim, row_id: str, moment: dt.datetime
) -> Prepared:
    """One kind hint a day that only text can be read; then silence."""
    local = moment.astimezone(JST)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    with database.reading() as session:
        if inbox.had_hint_today(session, claimed, midnight):
            return Prepared(None, row_id, note="hint given today")
    return Prepared(plain_reply(knowledge, "media"), row_id, note="hint")


def _after_tap(
    database: Database,
    knowledge: Knowledge,
    claimed: Claim,
    row_id: str,
    moment: dt.datetime,
    around: Circumstances,
) -> Prepared:
    tap = read_postback(claimed.postback or "")
    if tap is None:
        return Prepared(None, row_id, note="postback not ours")
    with database.reading() as session:
        before = dialogue_from_json(_remembered(session, claimed))
    reply, dialogue = reply_to_tap(knowledge, tap, before, around)
    marks = (lambda session: mark_tap(session, claimed.municipality_code, tap, moment),)
    return Prepared(reply, tap.log_id or row_id, note=f"tap {tap.act.value}", dialogue=dialogue, marks=marks)


def _remembered(session: Session, claimed: Claim) -> dict[str, Any]:
    return load_dialogue(session, claimed.municipality_code, claimed.asker) if claimed.asker else {}


def _logged(outcome: Outcome, claimed: Claim) -> AskedQuestion:
    return asked_question(
        outcome,
        municipality_code=claimed.municipality_code,
        event_key=_event_key(claimed),
        channel="line",
        asked_at=claimed.occurred_at,
        text=claimed.text,
        personal_data=claimed.personal_data,
        asker=claimed.asker,
        message_id=claimed.message_id,
    )
