"""Whether a place is open, until when, and when it opens next: decided from what staff entered and a given moment.

Nothing here reads a clock or a table, and nothing is supposed: a place that was not entered has no hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.public_holidays import holiday_name

EVERYWHERE = 0
"""The number that stands for all places."""
LOOKS_AHEAD = 60
"""Days in which the next opening is looked for; after so many, none is promised."""
ONE_DAY = dt.timedelta(days=1)


class DayKind(StrEnum):
    """What a single day is."""

    CLOSED = "closed"
    OPEN = "open"
    HOLIDAY = "holiday"
    WORKDAY = "workday"


class Why(StrEnum):
    """Why a place is closed on a day."""

    USUAL = "usual"
    HOLIDAY = "holiday"
    NEW_YEAR = "new_year"
    SPECIAL = "special"


@dataclass(frozen=True)
class Span:
    opens: dt.time
    closes: dt.time


@dataclass(frozen=True)
class Place:
    """``week``: from Monday on; None on a day on which it is closed."""

    number: int
    name: str
    also_called: tuple[str, ...]
    week: tuple[Span | None, ...]
    lunch: Span | None = None
    closed_on_holidays: bool = True
    closed_at_new_year: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also_called)


@dataclass(frozen=True)
class SpecialDay:
    place: int
    day: dt.date
    kind: DayKind
    span: Span | None = None
    reason: str = ""


@dataclass(frozen=True)
class DayHours:
    """When a place is open on one day; ``why`` it is not, with the ``reason`` in words where there is one."""

    spans: tuple[Span, ...]
    why: Why | None = None
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """How a place stands at one moment.  ``until``: when it closes; ``next_at``: when it opens next, in Japan."""

    is_open: bool
    until: dt.time | None = None
    next_at: dt.datetime | None = None


@dataclass(frozen=True)
class OpeningHours:
    """All that a municipality has entered.  The first place is the main one."""

    places: tuple[Place, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places)

    def on(self, place: Place, day: dt.date) -> DayHours:
        """The hours of ``place`` on ``day``: what was entered for that day first, then the usual."""
        for special in self._specials(place.number, day):
            if special.kind is DayKind.CLOSED:
                return DayHours((), Why.SPECIAL, special.reason)
            if special.kind is DayKind.OPEN and special.span:
                return DayHours((special.span,), reason=special.reason)
        if place.closed_at_new_year and is_new_year(day):
            return DayHours((), Why.NEW_YEAR)
        holiday = self.holiday(day)
        if place.closed_on_holidays and holiday is not None:
            return DayHours((), Why.HOLIDAY, holiday)
        usual = place.week[day.weekday()]
        return DayHours(tuple(_without_lunch(usual, place.lunch))) if usual else DayHours((), Why.USUAL)

    def holiday(self, day: dt.date) -> str | None:
        """What ``day`` is kept for, by the law and by what staff corrected."""
        for special in self.special_days:
            if special.day == day and special.kind in (DayKind.HOLIDAY, DayKind.WORKDAY):
                return (special.reason or "休日") if special.kind is DayKind.HOLIDAY else None
        return holiday_name(day)

    def at(self, place: Place, local: dt.datetime) -> Standing:
        """How ``place`` stands at ``local``, a moment as clocks in Japan show it."""
        day, time = local.date(), local.time()
        for span in self.on(place, day).spans:
            if span.opens <= time < span.closes:
                return Standing(True, until=span.closes)
        return Standing(False, next_at=self._next(place, local))

    def coming(self, place: Place, first: dt.date, days: int) -> list[SpecialDay]:
        """The single days on which ``place`` is open or closed otherwise than usual, in their order."""
        last = first + dt.timedelta(days=days)
        own = {
            special.day: special
            for special in sorted(self.special_days, key=lambda one: one.place)
            if special.place in (EVERYWHERE, place.number)
            and first <= special.day <= last
            and special.kind in (DayKind.CLOSED, DayKind.OPEN)
        }
        return [own[day] for day in sorted(own)]

    def _specials(self, number: int, day: dt.date) -> Iterator[SpecialDay]:
        """What was entered for ``day``: for the place itself before what is for all."""
        for wanted in (number, EVERYWHERE):
            yield from (one for one in self.special_days if one.place == wanted and one.day == day)

    def _next(self, place: Place, local: dt.datetime) -> dt.datetime | None:
        for ahead in range(LOOKS_AHEAD + 1):
            day = local.date() + ahead * ONE_DAY
            for span in self.on(place, day).spans:
                opens = dt.datetime.combine(day, span.opens, local.tzinfo)
                if opens > local:
                    return opens
        return None


NO_HOURS = OpeningHours()


def is_new_year(day: dt.date) -> bool:
    """From 29 December to 3 January: as offices close by law and ordinance."""
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)


def span_of(given: Sequence[str] | None) -> Span | None:
    """``["08:30", "17:15"]`` as it is kept."""
    return Span(dt.time.fromisoformat(given[0]), dt.time.fromisoformat(given[1])) if given else None


def _without_lunch(span: Span, lunch: Span | None) -> Iterator[Span]:
    if lunch is None or lunch.closes <= span.opens or lunch.opens >= span.closes:
        yield span
        return
    if span.opens < lunch.opens:
        yield Span(span.opens, lunch.opens)
    if lunch.closes < span.closes:
        yield Span(lunch.closes, span.closes)
