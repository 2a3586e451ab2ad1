"""How a text would look to residents: drawn from the very reply that LINE and the web chat would get."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from bot.conversation import show_entry
from bot.dialogue import NEW_DIALOGUE, Dialogue
from bot.languages import held_in, tongue_of
from bot.line.messages import NO_LOG, render
from bot.replies import Reply
from bot.services import services
from bot.web.chat import Turn
from knowledge.bundle import ApplicationTerm
from knowledge.corpus import Knowledge
from knowledge.curated_rows import NOT_LOADED
from knowledge.entry_versions import PUBLIC
from knowledge.models import EntryVersion, Plan
from knowledge.preview import drafted
from knowledge.schema_faults import schema_fault
from knowledge.sheet_kinds import KINDS, LANGUAGES
from knowledge.staff_content import StaffEntry


@dataclass(frozen=True)
class Bubbles:
    """One language: ``turn`` as the web chat shows it, ``messages`` as LINE is sent them."""

    language: str
    turn: Turn
    messages: list[dict[str, Any]]


def bubbles_of(session: Session, code: str, content: Mapping[str, Any]) -> list[Bubbles]:
    """The text in Japanese and in each language that it is written in; nothing where it cannot be shown yet."""
    return bubbles_so_far(session, code, content)[0]


def bubbles_so_far(session: Session, code: str, content: Mapping[str, Any]) -> tuple[list[Bubbles], list[str]]:
    """The same of what somebody is writing: without what is half written, which the sentences name."""
    entry, gaps = whole_part(content)
    if entry is None:
        return [], gaps
    content = entry.model_dump(mode="json", exclude=NOT_LOADED)
    if session.get(Plan, (code, content["source"]["plan"])) is None:
        return [], gaps
    version = EntryVersion(municipality_code=code, entry_id=content["id"], number=0, content=content, audience=PUBLIC)
    found = []
    published = services().corpus.current(code)
    for view in _views(published, entry):
        knowledge = drafted(session, view.knowledge, version)
        tongue = tongue_of(knowledge.town, "", NEW_DIALOGUE, view.language)
        if tongue.reply == view.language:
            reply, _ = held_in(knowledge, tongue, _shown(knowledge, version.entry_id))
            found.append(_bubbles(view.name, content["question"], reply))
    return found, gaps


@dataclass(frozen=True)
class _View:
    """One way of looking at an answer: in a language, and on a day of its term."""

    name: str
    language: str
    knowledge: Knowledge


def _views(published: Knowledge, entry: StaffEntry) -> Iterator[_View]:
    """In Japanese, on each side of the days of a term; and in every language that it is written in."""
    days = list(_days(published.day, entry.term))
    for name, day in days:
        yield _View(f"日本語{name}", "ja", replace(published, state=replace(published.state, day=day)))
    own = published.town.reply_languages
    for language in (one for one in LANGUAGES if one in entry.translations):
        on = replace(published, town=replace(published.town, reply_languages=(*own, language)))
        name = LANGUAGES[language]
        yield _View(name if language in own else f"{name}（いまは、この言葉で返事をしない設定です）", language, on)


def _days(today: dt.date, term: ApplicationTerm | None) -> Iterator[tuple[str, dt.date]]:
    """A day of each time in which something else is told."""
    if term is None:
        yield "", today
        return
    one = dt.timedelta(days=1)
    if term.opens is not None:
        yield "（受付前）", term.opens - one
    yield "（受付中）", term.opens or term.closes or today
    if term.closes is not None:
        yield "（終了後）", term.closes + one


def _shown(knowledge: Knowledge, entry_id: str) -> Callable[[], tuple[Reply, Dialogue]]:
    return lambda: show_entry(knowledge, entry_id)


_MAY_BE_LEFT_OUT = (
    *("links", "translations", "facets", "term", "phrasings", "related_departments"),
    *("recheck_on", "valid_from", "valid_until", "measure"),
)
"""What an answer can be shown without."""
_SAID_AS = {"言い回し": "phrasings", "関係課": "related_departments", "受付の": "term", "from は until": "term"}


def whole_part(content: Mapping[str, Any]) -> tuple[StaffEntry | None, list[str]]:
    """What of a text that somebody is writing holds together, and what is the matter with the rest.

    None where there is too little of it yet.
    """
    left = copy.deepcopy({name: value for name, value in content.items() if name not in NOT_LOADED})
    gaps: list[str] = []
    for _ in range(len(_MAY_BE_LEFT_OUT)):
        try:
            return StaffEntry.model_validate(left), gaps
        except ValidationError as error:
            faults = error.errors()
        gaps += [_sentence(fault) for fault in faults]
        # From the end, so that what is taken out of a list moves nothing that is still to be taken out.
        if not all(_leave_out(left, fault) for fault in reversed(faults)):
            return None, gaps
    return None, gaps


def _sentence(fault: Mapping[str, Any]) -> str:
    told = schema_fault(KINDS["entries"], fault)
    return f"「{told.heading}」：{told.sentence}" if told.heading else told.sentence


def _leave_out(left: dict[str, Any], fault: Mapping[str, Any]) -> bool:
    """Take out what a fault is of; whether an answer can be shown without it."""
    way = fault["loc"] or _named(str(fault["msg"]))
    if not way or way[0] not in _MAY_BE_LEFT_OUT:
        return False
    inside = left.get(way[0])
    if len(way) > 1 and isinstance(inside, list):
        del inside[int(way[1]) : int(way[1]) + 1]
    elif len(way) > 1 and way[0] == "facets" and isinstance(inside, dict):
        inside[way[1]] = None
    elif len(way) > 1 and way[0] == "translations" and isinstance(inside, dict):
        inside.pop(way[1], None)
    else:
        left.pop(way[0], None)
    return True


def _named(sentence: str) -> tuple[str, ...]:
    """The part that a fault of the whole is told by: ``translations.en: …``."""
    said = next((name for words, name in _SAID_AS.items() if words in sentence), None)
    found = said or next((name for name in _MAY_BE_LEFT_OUT if name in sentence), None)
    if found is None:
        return ()
    inside = re.search(rf"{found}\.(\w+)", sentence)
    return (found, inside[1]) if inside else (found,)


def _bubbles(language: str, said: str, reply: Reply) -> Bubbles:
    return Bubbles(language, Turn(said, reply, ""), render(reply, NO_LOG))
