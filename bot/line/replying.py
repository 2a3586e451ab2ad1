"""What to answer a stored event: its messages, its row in the log, and what the dialogue is about."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

from sqlalchemy import Select, Table, bindparam, case, func, select
from sqlalchemy.orm import Session

from bot.circumstances import Circumstances
from bot.conversation import Outcome, answer
from bot.counted_links import counting
from bot.dialogue import Dialogue, dialogue_from_json
from bot.erase_replies import erase_reply
from bot.limits import most_of_line_person
from bot.line import inbox
from bot.line.inbox import Claim
from bot.line.postbacks import read_postback
from bot.line.staff_talk import staff_talk, with_staff_offer
from bot.log_rows import asked_question
from bot.notices import circumstances, with_notice
from bot.replies import Reply, Rule, greeting_reply, plain_reply, saying_first
from bot.taps import Tap, mark_tap, reply_to_tap, typed_tap
from bot.wording import say
from intents.erase_wishes import erase_wish
from knowledge.calendar import JST
from knowledge.corpus import Knowledge
from knowledge.db import Database
from knowledge.erasure_codes import code_of, issue
from knowledge.models import LineEvent
from knowledge.query_log import NOTHING_REMEMBERED, AskedQuestion, Remembered, log_id, remembered

TOO_MANY, TOO_MANY_TOLD = "too many in a minute", "told: too many in a minute"
_EVENT = cast(Table, LineEvent.__table__).c
_ASKING = ("message", "postback", "follow")
"""What asks for an answer."""

Mark = Callable[[Session], None]
TOLD_AGAIN = dt.timedelta(days=30)
"""Whoever comes back after so long is told again what not to write, and where it is kept."""


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
    slowed = slowed_down(database, claimed)
    if slowed:
        return slowed_reply(knowledge, claimed, slowed)
    around = circumstances(database, claimed.municipality_code, moment)
    if slowed is None:
        prepared = _prepare(database, knowledge, claimed, moment, around)
    else:
        prepared = slowed_reply(knowledge, claimed, slowed)
    if prepared.reply is None:
        return prepared
    return replace(prepared, reply=counting(database, knowledge, with_notice(prepared.reply, around)))


def slowed_down(database: Database, claimed: Claim) -> bool | None:
    """Of who sends more in a minute than is answered: whether that was told already.  None of everybody else.

    Counted by the rows that LINE's messages are kept in, so nothing is written for it.
    """
    if claimed.asker is None:
        return None
    begun = claimed.received_at.replace(second=0, microsecond=0)
    told = {
        "code": claimed.municipality_code,
        "person": claimed.asker,
        "begun": begun,
        "over": begun + dt.timedelta(minutes=1),
        "its": claimed.id,
    }
    with database.glancing() as session:
        before, was_told = session.execute(_of_its_minute(), told).one()
    return was_told > 0 if before >= most_of_line_person(database) else None


@cache
def _of_its_minute() -> Select[int, int]:
    """Put together once, as in bot.line.inbox."""
    asked, told = case((_EVENT.kind.in_(_ASKING), 1)), case((_EVENT.note == TOO_MANY_TOLD, 1))
    return select(func.count(asked), func.count(told)).where(
        _EVENT.municipality_code == bindparam("code"),
        _EVENT.asker == bindparam("person"),
        _EVENT.received_at >= bindparam("begun"),
        _EVENT.received_at < bindparam("over"),
        _EVENT.id < bindparam("its"),
    )


def slowed_reply(knowledge: Knowledge, claimed: Claim, was_told: bool) -> Prepared:
    """One notice, then silence until the minute is over."""
    row_id = log_id(claimed.municipality_code, _event_key(claimed))
    if was_told:
        return Prepared(None, row_id, note=TOO_MANY)
    return Prepared(plain_reply(knowledge, "too_many"), row_id, note=TOO_MANY_TOLD)


def _prepare(
    database: Database, knowledge: Knowledge, claimed: Claim, moment: dt.datetime, around: Circumstances
) -> Prepared:
    row_id = log_id(claimed.municipality_code, _event_key(claimed))
    if (talk := staff_talk(database, knowledge, claimed, moment)) is not None:
        return Prepared(talk.reply, row_id, note=talk.note, marks=talk.marks)
    match claimed.kind:
        case "follow":
            return Prepared(greeting_reply(knowledge), row_id, note="greeting")
        case "postback":
            return _after_tap(database, knowledge, claimed, row_id, moment, around)
        case "message" if claimed.message_kind == "text":
            return _after_text(database, knowledge, claimed, row_id, moment, around)
        case _:
            return _after_media(database, knowledge, claimed, row_id, moment)


def _event_key(claimed: Claim) -> str:
    return f"line:{claimed.webhook_event_id}"


def _after_text(
    database: Database,
    knowledge: Knowledge,
    claimed: Claim,
    row_id: str,
    moment: dt.datetime,
    around: Circumstances,
) -> Prepared:
    with database.glancing() as session:
        before = _remembered(session, claimed)
        missed = inbox.unapologised(session, claimed)
        is_new = _is_to_be_told(session, claimed, before)
    dialogue = dialogue_from_json(before.state)
    if wished := erase_wish(claimed.text or ""):
        return _after_erase_wish(knowledge, claimed, row_id, wished, dialogue)
    if tap := typed_tap(claimed.text or "", dialogue):
        return _tapped(knowledge, claimed, row_id, tap, dialogue, moment, around, is_new=is_new)
    outcome = answer(knowledge, claimed.text or "", dialogue, around=around)
    reply = with_staff_offer(knowledge, outcome.reply)
    if claimed.personal_data:
        reply = saying_first(reply, "personal_data")
    if missed:
        reply = saying_first(reply, "missed")
    is_left_untold = is_new and reply.rule is Rule.EMERGENCY
    if is_new and not is_left_untold:
        reply = _telling_what_not_to_write(reply)
    event_key = _event_key(claimed)
    if outcome.delicate is not None:
        # By LINE's name of the event, which is kept with the person's sign, the row could be found again.
        event_key = f"line:{uuid.uuid4()}"
        row_id = log_id(claimed.municipality_code, event_key)
    return Prepared(
        reply,
        row_id,
        asked=_logged(outcome, claimed, event_key),
        dialogue=replace(remembered_of(outcome, row_id), untold=is_left_untold),
        marks=(lambda session: inbox.note_apology(session, missed),),
    )


def _telling_what_not_to_write(reply: Reply) -> Reply:
    return replace(reply, notes=(*reply.notes, say("privacy_notice", language=reply.language)))


def remembered_of(outcome: Outcome, row_id: str) -> Dialogue:
    """What the next message goes on from; of a delicate matter nothing but the language."""
    return replace(outcome.dialogue, log_id=row_id) if outcome.delicate is None else outcome.dialogue.forgotten()


def _after_erase_wish(knowledge: Knowledge, claimed: Claim, row_id: str, language: str, before: Dialogue) -> Prepared:
    """A code, which works once LINE has the reply; that it was asked for is no question, and is not logged."""
    asker = claimed.asker
    if asker is None:
        return Prepared(erase_reply(knowledge, language, None, before), row_id, note="erase wish of nobody known")
    code, municipality = code_of(f"{claimed.webhook_event_id}\0{claimed.reply_token}"), claimed.municipality_code
    marks = (lambda session: issue(session, municipality, code, asker, asker, "line", claimed.received_at),)
    return Prepared(erase_reply(knowledge, language, code, before), row_id, note="erase code", marks=marks)


def _is_to_be_told(session: Session, claimed: Claim, before: Remembered) -> bool:
    """Whether this person is here for the first time, or again after 30 days: they are told what not to write.

    Told by what is remembered of them anyway, their last turn: nothing is kept longer to know it.
    """
    if claimed.asker is None or claimed.personal_data:
        return False
    if before.state.get("untold"):
        return True
    last, since = before.last_turn, claimed.occurred_at - TOLD_AGAIN
    return (last is None or last <= since) and not _was_greeted(session, claimed, since)


def _was_greeted(session: Session, claimed: Claim, since: dt.datetime) -> bool:
    """The greeting of new friends tells the same."""
    told = {"code": claimed.municipality_code, "person": claimed.asker, "since": since}
    return session.execute(_greeting_of(), told).first() is not None


@cache
def _greeting_of() -> Select[int]:
    wanted = (_EVENT.municipality_code == bindparam("code"), _EVENT.asker == bindparam("person"))
    return select(_EVENT.id).where(*wanted, _EVENT.note == "greeting", _EVENT.occurred_at > bindparam("since")).limit(1)


def _after_media(
    database: Database, knowledge: Knowledge, claimed: Claim, row_id: str, moment: dt.datetime
) -> Prepared:
    """One kind hint a day that only text can be read; then silence."""
    local = moment.astimezone(JST)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    with database.glancing() as session:
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
    with database.glancing() as session:
        before = _remembered(session, claimed)
        is_new = _is_to_be_told(session, claimed, before)
    return _tapped(knowledge, claimed, row_id, tap, dialogue_from_json(before.state), moment, around, is_new=is_new)


def _tapped(
    knowledge: Knowledge,
    claimed: Claim,
    row_id: str,
    tap: Tap,
    before: Dialogue,
    moment: dt.datetime,
    around: Circumstances,
    *,
    is_new: bool,
) -> Prepared:
    """What a button gets, tapped or its words typed."""
    reply, dialogue = reply_to_tap(knowledge, tap, before, around)
    reply = with_staff_offer(knowledge, reply)
    if is_new:
        reply = _telling_what_not_to_write(reply)
    dialogue = replace(dialogue, untold=False)
    marks = (lambda session: mark_tap(session, claimed.municipality_code, tap, moment),)
    return Prepared(reply, tap.log_id or row_id, note=f"tap {tap.act.value}", dialogue=dialogue, marks=marks)


def _remembered(session: Session, claimed: Claim) -> Remembered:
    return remembered(session, claimed.municipality_code, claimed.asker) if claimed.asker else NOTHING_REMEMBERED


def _logged(outcome: Outcome, claimed: Claim, event_key: str) -> AskedQuestion:
    return asked_question(
        outcome,
        municipality_code=claimed.municipality_code,
        event_key=event_key,
        channel="line",
        asked_at=claimed.occurred_at,
        text=claimed.text,
        personal_data=claimed.personal_data,
        asker=claimed.asker,
        message_id=claimed.message_id,
    )
