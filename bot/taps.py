"""What a tapped button asks for, and what it gets; the same in LINE and on the web."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.browsing import looked_through
from bot.circumstances import ANY_TIME, Circumstances
from bot.conversation import in_these, refuse_choices, show_entry
from bot.dialogue import Dialogue
from bot.languages import choice_of, held_in, tongue_before
from bot.modes import OFF, ON, language_reply, modes_reply, readings_reply, tapped
from bot.replies import Choice, Onward, Reply, details_reply, next_best_reply, office_reply, plain_reply
from bot.typed_labels import is_label
from bot.wording import EASY, say
from knowledge.answers import Answer
from knowledge.corpus import Knowledge
from knowledge.query_log import note_contact, note_feedback, note_more, note_reason, note_tap


class Act(StrEnum):
    CHOOSE = "choose"
    NONE_OF_THESE = "none"
    SOLVED = "solved"
    UNSOLVED = "unsolved"
    MORE = "more"
    CONTACT = "contact"
    NOT_UNDERSTOOD = "not-understood"
    OUTDATED = "outdated"
    DIFFERENT = "different"
    OTHER = "other"
    FREQUENT = "frequent"
    CATEGORIES = "categories"
    STAFF_CHAT = "staff-chat"
    END_STAFF_CHAT = "end-staff-chat"
    LANGUAGES = "languages"
    SPEAK = "speak"
    READINGS = "readings"
    NEXT = "next"


MOST_NEXT = 3
"""Choices after an answer that did not help."""
REASONS = (Act.NOT_UNDERSTOOD, Act.OUTDATED, Act.DIFFERENT, Act.OTHER)
"""Why an answer did not solve it, as a resident says when asked."""
_ABOUT_THE_ANSWER = {"solved_label": Act.SOLVED, "unsolved_label": Act.UNSOLVED, "more_label": Act.MORE}
_REASONS = {
    "why_not_understood_label": Act.NOT_UNDERSTOOD,
    "why_outdated_label": Act.OUTDATED,
    "why_different_label": Act.DIFFERENT,
    "why_other_label": Act.OTHER,
}


@dataclass(frozen=True)
class Tap:
    """``log_id``: the question whose reply the button stood in; ``entry_id``: the answer it is about.

    Of CATEGORIES ``entry_id`` is the place that it leads to (bot.browsing): none for all of them, else ``online``,
    ``certificates`` …; a page of it ``online--2``.
    """

    act: Act
    log_id: str | None = None
    entry_id: str | None = None


_ROW_ID = re.compile(r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?")
_ENTRY_ID = re.compile(r"[a-z0-9-]{0,60}")


def read_tap(act: str, row_id: str, entry_id: str) -> Tap | None:
    """A tap as it came from outside; None for anything but what our own buttons carry."""
    if act not in set(Act) or not _ROW_ID.fullmatch(row_id) or not _ENTRY_ID.fullmatch(entry_id):
        return None
    return Tap(Act(act), row_id or None, entry_id or None)


def typed_tap(text: str, before: Dialogue) -> Tap | None:
    """The button under the last answer whose words a message is; None where there is no such button."""
    if before.entry_id is None:
        return None
    act = next((act for key, act in _buttons_of(before).items() if _is_said(text, key, act, before)), None)
    return Tap(act, before.log_id, before.entry_id) if act else None


def _is_said(text: str, key: str, act: Act, before: Dialogue) -> bool:
    """やさしい日本語 has 「わからない」 on the button; who reads ordinary Japanese asks by it for simpler words."""
    return is_label(text, key, in_easy=act is not Act.UNSOLVED or before.language == EASY)


def is_about_the_answer(text: str) -> bool:
    """Whether a message may be such a button at all, whatever stood before it."""
    return any(is_label(text, key) for key in (*_ABOUT_THE_ANSWER, *_REASONS))


def _buttons_of(before: Dialogue) -> dict[str, Act]:
    """Why it did not help is asked once; beside choices 「違う」 is said of them."""
    buttons = {} if before.offered else dict(_ABOUT_THE_ANSWER)
    if before.why_asked is None or before.why_asked != before.log_id:
        return buttons
    reasons = {key: act for key, act in _REASONS.items() if not (before.offered and act is Act.DIFFERENT)}
    return reasons | buttons


def reply_to_tap(
    knowledge: Knowledge, tap: Tap, before: Dialogue, around: Circumstances = ANY_TIME
) -> tuple[Reply, Dialogue]:
    """What a tapped button gets, in the language of its turn."""
    now = tapped(before, tap.act, tap.entry_id) if _is_switch(tap) else before
    tongue = tongue_before(knowledge.town, now)

    def make() -> tuple[Reply, Dialogue]:
        if _is_switch(tap):
            return _switched(knowledge, tap.act, now, spoken=tongue.wanted == tongue.reply), now
        reply, after = _reply_to_tap(knowledge, tap, replace(before, browsed=None), around.paused)
        return in_these(around, knowledge, reply), after

    return held_in(knowledge, tongue, make)


def _is_switch(tap: Tap) -> bool:
    """Whether it is about the way of replying; ``entry_id`` is then what is switched to."""
    match tap.act:
        case Act.LANGUAGES:
            return True
        case Act.SPEAK:
            return tap.entry_id is not None and choice_of(tap.entry_id) == tap.entry_id
        case Act.READINGS:
            return tap.entry_id in (ON, OFF)
        case _:
            return False


def _switched(knowledge: Knowledge, act: Act, now: Dialogue, *, spoken: bool) -> Reply:
    match act:
        case Act.SPEAK:
            return language_reply(knowledge, spoken=spoken)
        case Act.READINGS:
            return readings_reply(knowledge, now)
        case _:
            return modes_reply(knowledge, now)


def _reply_to_tap(knowledge: Knowledge, tap: Tap, before: Dialogue, paused: Collection[str]) -> tuple[Reply, Dialogue]:
    found = knowledge.answers.get(tap.entry_id) if tap.entry_id else None
    match tap.act:
        case Act.CHOOSE if tap.entry_id:
            return show_entry(knowledge, tap.entry_id, before)
        case Act.NONE_OF_THESE:
            return refuse_choices(knowledge, before)
        case Act.SOLVED:
            return plain_reply(knowledge, "feedback_solved"), before
        case Act.UNSOLVED:
            return _unsolved(knowledge, found, tap, before)
        case Act.MORE if found:
            return details_reply(knowledge, found), before
        case Act.FREQUENT | Act.CATEGORIES | Act.NEXT:
            return looked_through(knowledge, Onward(tap.act.value), tap.entry_id, before, paused)
        case Act.CONTACT if found is None:
            return looked_through(knowledge, Onward.CONTACT, None, before, paused)
        case Act.CONTACT | Act.STAFF_CHAT:  # where staff do not use LINE's chat, or on the web: whom to ask
            return office_reply(knowledge, found), before
        case reason if reason in REASONS:
            return plain_reply(knowledge, "why_thanks"), before
        case _:
            return plain_reply(knowledge, "gone"), before


def _unsolved(knowledge: Knowledge, found: Answer | None, tap: Tap, before: Dialogue) -> tuple[Reply, Dialogue]:
    """The next best, where something comes near; else whom to ask.  Once for each question, why."""
    heard, after = say("feedback_unsolved", before.sorry), replace(before, sorry=before.sorry + 1)
    near = [(one, title) for one, title in before.next_best if one in knowledge.answers]
    if found is not None and before.next_of == found.entry_id and near:
        choices = [Choice(entry_id, title) for entry_id, title in near[:MOST_NEXT]]
        reply = next_best_reply(knowledge, choices, heard)
        after = replace(after, offered=tuple((one.entry_id, one.title) for one in choices), next_best=())
    else:
        reply = office_reply(knowledge, found, heard)
    if tap.log_id is None or tap.log_id == before.why_asked:
        return reply, after
    return replace(reply, asks_why=True), replace(after, why_asked=tap.log_id)


def mark_tap(session: Session, municipality_code: str, tap: Tap, moment: dt.datetime) -> None:
    """Write what was tapped beside the question it belongs to."""
    if not tap.log_id:
        return
    match tap.act:
        case Act.CHOOSE | Act.NONE_OF_THESE:
            note_tap(session, municipality_code, tap.log_id, tap.entry_id, moment)
        case Act.SOLVED | Act.UNSOLVED:
            note_feedback(session, municipality_code, tap.log_id, tap.act is Act.SOLVED, moment)
        case Act.MORE:
            note_more(session, municipality_code, tap.log_id, moment)
        case Act.CONTACT | Act.STAFF_CHAT:
            note_contact(session, municipality_code, tap.log_id, moment)
        case reason if reason in REASONS:
            note_reason(session, municipality_code, tap.log_id, reason.value)
