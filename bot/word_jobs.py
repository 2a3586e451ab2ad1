"""Counting 住民のことば, as work of the jobs process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import select

from bot.services import Services
from intents.lexicon import bundled_lexicon, with_synonyms
from intents.resident_words import Official, joined_by, pairs, unknown_words
from knowledge.calendar import now, today
from knowledge.corpus import Knowledge
from knowledge.jobs import ask_once, latest_job
from knowledge.models import LoggedQuestion, Municipality
from knowledge.resident_evidence import evidence_of
from knowledge.resident_words import keep_words

WORDS = "resident_words"
"""The kind of work."""
_Item = TypeVar("_Item")
EVERY = dt.timedelta(hours=20)


def count_words(
    kit: Services, code: str, payload: Mapping[str, Any], progress: Callable[[float], None]
) -> dict[str, Any]:
    """Count the words of the year anew; how many there are."""
    progress(0.0)
    knowledge = kit.corpus.current(code)
    with kit.database.reading() as session:
        found = evidence_of(session, code, today(), lambda: progress(0.1))
    progress(0.5)
    lexicon = with_synonyms(bundled_lexicon(), knowledge.words.synonyms)
    told = pairs(
        _telling(found.led, lambda share: progress(0.5 + 0.1 * share)),
        officials_of(knowledge),
        knowledge.usual_words,
        failed=_telling(found.failed, lambda share: progress(0.6 + 0.1 * share)),
        is_synonym=joined_by(lexicon),
        vectors=kit.corpus.vectors,
    )
    progress(0.8)
    in_vain = _telling(found.failed, lambda share: progress(0.8 + 0.1 * share))
    unknown = unknown_words(in_vain, knowledge.usual_words, found.usual)
    with kit.database.writing() as session:
        keep_words(session, code, told, unknown, now())
    return {"led": len(found.led), "failed": len(found.failed), "pairs": len(told), "unknown": len(unknown)}


def _telling(items: Sequence[_Item], progress: Callable[[float], None]) -> Iterator[_Item]:
    """``items``, telling now and then how many are gone through: who tells nothing for long loses the work."""
    for place, one in enumerate(items):
        if place % 1_000 == 0:
            progress(place / len(items))
        yield one


def officials_of(knowledge: Knowledge) -> dict[str, Official]:
    """Every answer in the office's own words."""
    return {
        entry_id: Official(one.title, (one.text, *(value for _, value in one.facts)), one.wordings)
        for entry_id, one in knowledge.answers.items()
    }


def ask_for_words(kit: Services, moment: dt.datetime) -> list[str]:
    """Ask for the count once a day, where something was asked at all."""
    log = LoggedQuestion
    with kit.database.reading() as session:
        codes = list(session.scalars(select(Municipality.code).order_by(Municipality.code)))
        due = [
            code
            for code in codes
            if ((last := latest_job(session, code, WORDS)) is None or last.asked_at < moment - EVERY)
            and session.scalar(select(log.id).where(log.municipality_code == code).limit(1)) is not None
        ]
    for code in due:
        with kit.database.writing() as session:
            ask_once(session, code, WORDS, {}, moment)
    return due
