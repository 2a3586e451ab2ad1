"""「職員と話す」: a talk with staff in LINE's own chat that begins, goes on or ends; the service is silent in it.

Who may come to harm meanwhile is given the numbers to call all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.dialogue import Dialogue, dialogue_from_json
from bot.languages import Tongue, held_in, tongue_before, tongue_in, tongue_of
from bot.line.inbox import WITH_STAFF, Claim, is_danger, language_of_danger, nothing_of_danger
from bot.line.postbacks import read_postback
from bot.opening import with_opening_hours
from bot.replies import (
    Reply,
    StaffChatOffer,
    emergency_reply,
    hands_on,
    reply_in_need,
    staff_chat_over_reply,
    staff_chat_reply,
)
from bot.taps import Act
from bot.typed_labels import begins_talk, ends_talk
from intents.emergencies import Need, emergency, is_in_danger
from knowledge.corpus import Knowledge
from knowledge.db import Database
from knowledge.emergency_numbers import numbers_for
from knowledge.models import LineEvent
from knowledge.query_log import remembered
from knowledge.staff_chats import begin, chats_of, end

_DANGERS = (Need.FIRE_AMBULANCE, Need.POLICE, Need.SUICIDE)
"""Where nobody knows any more which it is: the first number for each helps in any."""
_ACTS = (Act.STAFF_CHAT, Act.END_STAFF_CHAT)


@dataclass(frozen=True)
class Talk:
    """``reply`` None: nothing is said.  ``marks``: what is written once LINE has the reply."""

    reply: Reply | None
    note: str
    marks: tuple[Callable[[Session], None], ...] = ()


def staff_talk(database: Database, knowledge: Knowledge, claimed: Claim, moment: dt.datetime) -> Talk | None:
    """What an event means for a talk with staff; None where it has nothing to do with one.

    What was said before the talk began, but is answered only now, belongs to it too.
    """
    hours, asker, code, said = knowledge.town.staff_chat_hours, claimed.asker, claimed.municipality_code, _act(claimed)
    if asker is None or (hours is None and said is not Act.END_STAFF_CHAT):
        return None
    with database.glancing() as session:
        until = chats_of(session, [asker]).get((code, asker))
        before = dialogue_from_json(remembered(session, code, asker).state) if said or until else Dialogue()
    if said is Act.END_STAFF_CHAT:
        if claimed.kind != "postback" and (until is None or until < claimed.occurred_at):
            return None
        reply = _spoken(knowledge, claimed, before, lambda: staff_chat_over_reply(knowledge))
        return Talk(reply, "staff chat over", (lambda session: end(session, code, asker, claimed.occurred_at),))
    if until is not None and until > claimed.occurred_at:
        if is_danger(claimed.postback) or is_in_danger(claimed.text or ""):
            return _in_danger(knowledge, claimed, before)
        return Talk(None, WITH_STAFF)
    if said is None or hours is None:
        return None
    over = moment + dt.timedelta(hours=hours)
    reply = _spoken(knowledge, claimed, before, lambda: _begun(knowledge, hours, moment))
    marks = (lambda session: begin(session, code, asker, moment, over),)
    return Talk(reply, "staff chat", marks)


def _in_danger(knowledge: Knowledge, claimed: Claim, before: Dialogue) -> Talk:
    """The one thing that is said during a talk: staff may not look for hours.  What befell them is not kept."""
    tongue, need = _tongue_of_danger(knowledge, claimed, before), emergency(claimed.text or "")

    def make() -> tuple[Reply, Dialogue]:
        if need is not None:
            return reply_in_need(knowledge, need), before
        return emergency_reply(knowledge, "emergency_first", (numbers_for(one)[0] for one in _DANGERS)), before

    reply, _ = held_in(knowledge, tongue, make)

    def forget(session: Session) -> None:
        its = update(LineEvent).where(LineEvent.id == claimed.id)
        session.execute(its.values(postback=nothing_of_danger()).execution_options(synchronize_session=False))

    return Talk(reply, WITH_STAFF, (forget,))


def _tongue_of_danger(knowledge: Knowledge, claimed: Claim, before: Dialogue) -> Tongue:
    """Of the cry, as far as anything is left of it."""
    if claimed.text:
        return tongue_of(knowledge.town, claimed.text, before)
    language = language_of_danger(claimed.postback)
    return tongue_in(knowledge.town, language, before) if language else tongue_before(knowledge.town, before)


def _begun(knowledge: Knowledge, hours: int, moment: dt.datetime) -> Reply:
    """With whether somebody is there now, and when again."""
    return with_opening_hours(knowledge, staff_chat_reply(knowledge, hours), moment)


def with_staff_offer(knowledge: Knowledge, reply: Reply) -> Reply:
    """``reply``; where it hands on, with the button to staff who answer in this very chat."""
    if knowledge.town.staff_chat_hours is None or reply.staff_chat is not None or not hands_on(reply):
        return reply
    return replace(reply, staff_chat=StaffChatOffer.BEGIN)


def _act(claimed: Claim) -> Act | None:
    """A button of a talk with staff, or the words that say the same."""
    if claimed.kind == "postback":
        tap = read_postback(claimed.postback or "")
        return tap.act if tap and tap.act in _ACTS else None
    if claimed.kind != "message" or not claimed.text:
        return None
    if begins_talk(claimed.text):
        return Act.STAFF_CHAT
    return Act.END_STAFF_CHAT if ends_talk(claimed.text) else None


def _spoken(knowledge: Knowledge, claimed: Claim, before: Dialogue, make: Callable[[], Reply]) -> Reply:
    """In the language of the words, of a button in that of its turn."""
    asked = claimed.text if claimed.kind == "message" and begins_talk(claimed.text or "") else None
    tongue = tongue_of(knowledge.town, asked, before) if asked else tongue_before(knowledge.town, before)
    return held_in(knowledge, tongue, lambda: (make(), before))[0]
