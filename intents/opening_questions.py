"""Questions that ask for nothing but when the office is open: 「土曜日やってる？」「市役所は何時まで？」

Recognised as questions for a contact are (``intents.contacts``): by being used up.  What names a matter
of its own, or a place that is not known, is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from intents.patterns import patterns
from intents.text import normalize


class AskedDay(StrEnum):
    """Which day is asked about."""

    DATE = "date"
    AFTER_TOMORROW = "after_tomorrow"
    TODAY = "today"
    TOMORROW = "tomorrow"
    YEAR_END = "year_end"
    WEEKEND = "weekend"
    WEEKDAY = "weekday"
    HOLIDAY = "holiday"
    LUNCH = "lunch"
    NOW = "now"
    USUAL = "usual"


@dataclass(frozen=True)
class NamedDay:
    """``number``: of a weekday, from Monday on; of a date the day of its ``month``."""

    kind: AskedDay
    number: int = 0
    month: int = 0


@dataclass(frozen=True)
class OpeningQuestion:
    """``places``: the numbers of the places that are named.  ``bare``: not even the office is named."""

    days: tuple[NamedDay, ...]
    places: tuple[int, ...]
    bare: bool


_PARTS = patterns("opening_questions")
_ASK, _ASK_TIME, _HALL = _PARTS["ask"], _PARTS["ask_time"], _PARTS["hall"]
_DAYS = {kind: _PARTS[f"day_{kind}"] for kind in AskedDay}
_REST = re.compile(rf"(?:{_PARTS['filler'].pattern})*")
_WEEK = "月火水木金土日"
_LONGEST = 50


def opening_question(
    text: str, places: Mapping[str, int], own: Collection[str] = (), *, going_on: bool = False
) -> OpeningQuestion | None:
    """``text`` as a question for opening hours and nothing else.

    ``places``: numbers of places by each name.  ``own``: the municipality's names.  ``going_on``: hours were
    told just before, so that 「日曜は？」 is enough.
    """
    plain = normalize(text)
    if len(plain) > _LONGEST:
        return None
    unplaced, numbers = _without_places(plain, places)
    days, rest = _days_of(unplaced)
    rest = _ASK_TIME.sub(" ", _ASK.sub(" ", rest))
    bare = not numbers and not _HALL.search(rest)
    named = bool(days) or not bare
    if not (_ASK.search(unplaced) or (named and (going_on or _ASK_TIME.search(unplaced)))):
        return None
    if not _REST.fullmatch(_without_own(_HALL.sub(" ", rest), own)):
        return None
    return OpeningQuestion(days, numbers, bare)


def _without_places(plain: str, places: Mapping[str, int]) -> tuple[str, tuple[int, ...]]:
    numbers: list[int] = []
    for name in sorted(places, key=len, reverse=True):
        known = normalize(name)
        if known and known in plain:
            plain = plain.replace(known, " ")
            numbers.append(places[name])
    return plain, tuple(dict.fromkeys(numbers))


def _days_of(plain: str) -> tuple[tuple[NamedDay, ...], str]:
    """The days that ``plain`` names, in the order of the list, and what else it says."""
    found: list[NamedDay] = []
    for kind, pattern in _DAYS.items():
        for match in pattern.finditer(plain):
            found.extend(_named(kind, match))
        plain = pattern.sub(" ", plain)
    return tuple(dict.fromkeys(found)), plain


def _named(kind: AskedDay, match: re.Match[str]) -> Iterator[NamedDay]:
    match kind:
        case AskedDay.DATE:
            yield NamedDay(kind, int(match["number"]), int(match["month"]))
        case AskedDay.WEEKDAY:
            yield NamedDay(kind, _WEEK.index(match["weekday"]))
        case AskedDay.WEEKEND:
            yield from (NamedDay(AskedDay.WEEKDAY, number) for number in (5, 6))
        case _:
            yield NamedDay(kind)


def _without_own(rest: str, own: Collection[str]) -> str:
    """``rest`` without the municipality's own name before 市役所, or alone."""
    for name in sorted(own, key=len, reverse=True):
        if normalize(name) in rest:
            return rest.replace(normalize(name), " ", 1)
    return rest
