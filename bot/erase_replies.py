"""What a resident is told who asks that their records be erased."""

from __future__ import annotations

from bot.dialogue import Dialogue
from bot.languages import with_readings
from bot.replies import Reply
from bot.wording import say
from intents.decision import Decision
from knowledge.corpus import Knowledge
from knowledge.erasure_codes import LIFETIME, spelled


def erase_reply(knowledge: Knowledge, language: str, code: str | None, before: Dialogue) -> Reply:
    """The code and whom to tell it to; without one, what else leads to the records.  In the mode chosen ``before``."""
    office = knowledge.contact.department
    if code is None:
        text = say("erase_unknown", language=language, office=office)
    else:
        text = say("erase_code", language=language, code=spelled(code), days=str(LIFETIME.days), office=office)
    reply = Reply(Decision.SMALLTALK, text=text, contact=knowledge.contact, language=language)
    return with_readings(knowledge, reply, before)
