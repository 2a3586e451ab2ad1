"""What is asked more, or less, than before: held against the period before, against the weeks before an event, by days.

Days are compared with as many like days: a month that runs with the same days of the month before it, an event of a
few days with the same weekdays of the four weeks before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.intervals import Ratio, ratio
from knowledge.periods import Period
from knowledge.small_counts import is_small, ranked_count

WEEK = 7
WEEKS_BEFORE = 4
AROUND = 14
"""Days before and after an event that are compared: whole weeks, so that each weekday is in both as often."""
STANDS_OUT = 1.5
"""Times as many as on like days: below, nobody need ask why."""
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Days, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def dates(self) -> list[dt.date]:
        return [self.first + number * _ONE_DAY for number in range(self.days)]


@dataclass(frozen=True)
class Mover:
    """One value of a dimension, asked ``ratio.before`` times and ``ratio.after`` times."""

    value: str
    ratio: Ratio

    @property
    def words(self) -> str:
        """How much it moved; where the count now is not told, which way alone."""
        return self.ratio.concluded if is_small(self.ratio.after) else self.ratio.words


@dataclass(frozen=True)
class BeforeAfter:
    """How much was asked a day in a span, beside the span that it is held against.

    ``days_before``, ``days_after``: how many days of each were counted; of what was not, nothing is known.
    """

    label: str
    before: Span
    after: Span
    days_before: int
    days_after: int
    ratio: Ratio

    @property
    def a_day_before(self) -> float:
        return self.ratio.before / self.days_before if self.days_before else 0.0

    @property
    def a_day_after(self) -> float:
        return self.ratio.after / self.days_after if self.days_after else 0.0


def compared_spans(period: Period, today: dt.date) -> tuple[Span, Span] | None:
    """The days before and the days now: of a period that runs those that are over.  None where none is."""
    before, last = period.previous, min(period.last, today - _ONE_DAY)
    if last < period.first:
        return None
    now = Span(period.first, last)
    if last == period.last:
        return Span(before.first, before.last), now
    return Span(before.first, min(before.last, before.first + (now.days - 1) * _ONE_DAY)), now


def movers(before: Mapping[str, int], after: Mapping[str, int], days: tuple[int, int]) -> list[Mover]:
    """Every value that was asked for in one of the spans; what surely moved first, the most moved of all at the top.

    ``days``: how many days each is of.  Small counts are all alike in the order, so that it does not tell them.
    """
    found = [Mover(value, ratio(before.get(value, 0), after.get(value, 0), *days)) for value in {*before, *after}]
    return sorted(found, key=lambda one: (one.ratio.direction == 0, -abs(_change(one.ratio, days)), one.value))


def _change(found: Ratio, days: tuple[int, int]) -> float:
    """Questions more a day."""
    return ranked_count(found.after) / days[1] - ranked_count(found.before) / days[0]


def around_event(first: dt.date, last: dt.date, by_day: Mapping[dt.date, int], today: dt.date) -> list[BeforeAfter]:
    """An event's days, and the two weeks from its end on, held against the days before it.

    ``by_day``: how much was asked on each day that was counted.  Days to come are left out.
    """
    during, after = Span(first, min(last, today - _ONE_DAY)), Span(last + _ONE_DAY, last + AROUND * _ONE_DAY)
    found = []
    if during.days > 0:
        found.append(_during(during, by_day))
    after = Span(after.first, min(after.last, today - _ONE_DAY))
    if after.days > 0:
        weeks = -(-after.days // WEEK) * WEEK
        found.append(_held("終わったあと", Span(first - weeks * _ONE_DAY, first - _ONE_DAY), after, by_day))
    return found


def _during(during: Span, by_day: Mapping[dt.date, int]) -> BeforeAfter:
    if during.days >= WEEK:
        weeks = -(-during.days // WEEK) * WEEK
        return _held("その間", Span(during.first - weeks * _ONE_DAY, during.first - _ONE_DAY), during, by_day)
    like = like_days(during.dates, by_day)
    before = Span(during.first - WEEK * WEEKS_BEFORE * _ONE_DAY, during.first - _ONE_DAY)
    days = _counted(during, by_day)
    found = ratio(sum(like), _sum(during, by_day), max(len(like), 1), max(days, 1))
    return BeforeAfter("その間（前の4週間の同じ曜日とくらべて）", before, during, len(like), days, found)


def like_days(days: Sequence[dt.date], by_day: Mapping[dt.date, int]) -> list[int]:
    """What was asked on the same weekdays of the four weeks before the first of ``days``, as far as it was counted."""
    shifts = [week * WEEK * _ONE_DAY for week in range(1, WEEKS_BEFORE + 1)]
    return [by_day[day - shift] for shift in shifts for day in days if day - shift in by_day]


def standing_out(by_day: Mapping[dt.date, int], span: Span) -> list[tuple[dt.date, Ratio]]:
    """Days on which surely more was asked than on the same weekdays of the four weeks before."""
    found = []
    for day in span.dates:
        like = like_days([day], by_day)
        if day in by_day and len(like) == WEEKS_BEFORE:
            held = ratio(sum(like), by_day[day], WEEKS_BEFORE, 1)
            if held.direction > 0 and held.value is not None and held.value >= STANDS_OUT:
                found.append((day, held))
    return found


def _held(label: str, before: Span, after: Span, by_day: Mapping[dt.date, int]) -> BeforeAfter:
    days = _counted(before, by_day), _counted(after, by_day)
    held = ratio(_sum(before, by_day), _sum(after, by_day), max(days[0], 1), max(days[1], 1))
    return BeforeAfter(label, before, after, *days, held)


def _counted(span: Span, by_day: Mapping[dt.date, int]) -> int:
    return sum(day in by_day for day in span.dates)


def _sum(span: Span, by_day: Mapping[dt.date, int]) -> int:
    return sum(by_day.get(day, 0) for day in span.dates)
