"""Entries whose answer depends on the day: 受付前, 受付中, 終了後.

The text while open is the entry's ``answer``; the other two stand in its ``term``.  The last one
stays until staff end the entry: a resident who comes late is told so, and not that nothing is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from knowledge.calendar import date_name, year_words
from knowledge.translations import Translated

OPENS, CLOSES = "{開始日}", "{終了日}"
"""Where the term's own days stand in a text: written once, in the term."""


class Phase(Enum):
    """Where a day lies; the values are what staff read."""

    BEFORE = "受付前"
    OPEN = "受付中"
    AFTER = "終了後"


@dataclass(frozen=True)
class ApplicationTerm:
    """``opens`` and ``closes`` are the first and the last day; None where there is none."""

    opens: dt.date | None
    closes: dt.date | None
    before: str
    after: str

    def phase(self, day: dt.date) -> Phase:
        if self.opens and day < self.opens:
            return Phase.BEFORE
        return Phase.AFTER if self.closes and day > self.closes else Phase.OPEN

    def text(self, phase: Phase, while_open: str) -> str:
        return {Phase.BEFORE: self.before, Phase.AFTER: self.after}.get(phase, while_open)


def application_term(given: Mapping[str, Any] | None) -> ApplicationTerm | None:
    """What a row holds: ``from`` and ``until`` as ISO days, ``before`` and ``after`` as texts."""
    if not given:
        return None
    return ApplicationTerm(
        _day(given.get("from")), _day(given.get("until")), given["before"] or "", given["after"] or ""
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def words_of_the_day(day: dt.date, term: ApplicationTerm | None, *, western: bool = False) -> Mapping[str, str]:
    """What the placeholders of a text stand for on ``day``.  ``western``: for a reader without eras."""
    if term is None:
        return year_words(day, western=western)
    words = dict(year_words(day, western=western))
    for name, value in ((OPENS, term.opens), (CLOSES, term.closes)):
        if value:
            words[name] = value.isoformat() if western else date_name(value)
    return words


def filled(text: str, words: Mapping[str, str]) -> str:
    """``text`` with each placeholder that ``words`` knows; other braces stay as they are."""
    if "{" in text:
        for name, value in words.items():
            text = text.replace(name, value)
    return text


def translations_on(
    given: Mapping[str, Any],
    written: Mapping[str, Translated],
    phase: Phase,
    day: dt.date,
    term: ApplicationTerm | None,
) -> dict[str, Translated]:
    """``written`` as it reads on ``day``.

    A language that has no text of this phase is left out: the reply says that there is only the
    Japanese one, instead of calling something open that is over.
    """
    found = {}
    for language, one in written.items():
        text = one.text if phase is Phase.OPEN else given[language].get(phase.name.lower())
        if text:
            words = words_of_the_day(day, term, western=language != "easy")
            found[language] = replace(one, title=filled(one.title, words), text=filled(text, words))
    return found
